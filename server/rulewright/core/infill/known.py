"""Answers that were given, found again while somebody types what they said or takes it back."""

from collections import OrderedDict
from collections.abc import Callable

import msgspec

N_ANSWERS = 250
MAX_AGE_S = 300.0
"""The project around an answer has changed by then."""

Used = tuple[str, str]
"""What an answer was made of besides its own file: the name of a source, and its version."""


class Hit(msgspec.Struct, frozen=True):
    """An answer that still fits."""

    text: str
    """What of it is still to be shown; never empty."""
    n_typed: int
    """Characters of it that are typed already."""
    age_s: float
    replace_right: int = 0
    """As it was added with."""


class _Answer(msgspec.Struct, eq=False):
    scope: str
    prefix: str
    suffix: str
    text: str
    used: tuple[Used, ...]
    at_s: float
    replace_right: int


class KnownAnswers:
    """The answers used last. Not for two threads at once.

    `scope` is whatever else an answer depends on: path, model, rules. `prefix` should begin at the file's beginning, or
    at an anchor of `window`: an answer is found as long as it begins at the same place.
    """

    def __init__(self, n_answers: int = N_ANSWERS, max_age_s: float = MAX_AGE_S) -> None:
        self._n_answers, self._max_age_s = n_answers, max_age_s
        self._answers: OrderedDict[int, _Answer] = OrderedDict()
        self._by_place: dict[tuple[str, str], list[int]] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._answers)

    def add(
        self,
        scope: str,
        prefix: str,
        suffix: str,
        text: str,
        used: tuple[Used, ...],
        now_s: float,
        *,
        replace_right: int = 0,
    ) -> None:
        """Keep an answer; one at the very same place is replaced, an empty one is not kept.

        `replace_right` is given back with it: the code points of `suffix` that it takes the place of.
        """
        if not text:
            return
        place = self._by_place.setdefault((scope, suffix), [])
        for number in [n for n in place if self._answers[n].prefix == prefix]:
            self._drop(number)
        # Dropping the last of a place forgets the place.
        self._by_place.setdefault((scope, suffix), []).append(self._next)
        self._answers[self._next] = _Answer(scope, prefix, suffix, text, used, now_s, replace_right)
        self._next += 1
        while len(self._answers) > self._n_answers:
            self._drop(next(iter(self._answers)))

    def find(
        self, scope: str, prefix: str, suffix: str, is_current: Callable[[Used], bool], now_s: float
    ) -> Hit | None:
        """The newest answer that goes on from `prefix`, whose sources are all as they were; None without one.

        Text is compared byte by byte from the front, which for some hundred answers takes less than finding them by a
        tree of their prefixes would.
        """
        for number in reversed(self._by_place.get((scope, suffix), ())[:]):
            answer = self._answers[number]
            if now_s - answer.at_s > self._max_age_s:
                self._drop(number)
                continue
            n_typed = len(prefix) - len(answer.prefix)
            if not 0 <= n_typed < len(answer.text) or not prefix.startswith(answer.prefix):
                continue
            if n_typed and not answer.text.startswith(prefix[len(answer.prefix) :]):
                continue
            if not all(is_current(one) for one in answer.used):
                self._drop(number)
                continue
            self._answers.move_to_end(number)
            return Hit(answer.text[n_typed:], n_typed, now_s - answer.at_s, answer.replace_right)
        return None

    def forget(self) -> None:
        """Forget all of them."""
        self._answers.clear()
        self._by_place.clear()

    def _drop(self, number: int) -> None:
        answer = self._answers.pop(number)
        place = self._by_place[answer.scope, answer.suffix]
        place.remove(number)
        if not place:
            del self._by_place[answer.scope, answer.suffix]
