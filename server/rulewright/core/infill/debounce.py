"""How long to wait for the next key before a model is asked: as long as this person's keys are apart.

The formula is Tabby's: where a suggestion is likely welcome the wait is short, and what the model takes counts as part
of it.
"""

import re
from collections import deque

N_GAPS = 100
MIN_GAPS = 20
"""Without as many, nobody's pace is known."""
LONGEST_GAP_S = 0.4
"""A longer one is a pause to think."""
N_ANSWERS = 10
_BASE_S = (0.1, 0.4)
_WAIT_S = (0.1, 1.0)
UNKNOWN_BASE_S = 0.25
NEW_LINE_S = 0.05
"""Behind a line end somebody has stopped to write a name, and the next line is what is wanted."""

_WORD = re.compile(r"\w\Z")
_CLOSING = re.compile(r"""[\s)\]}>"'`;,:]*""")


class Pace:
    """The pace of one person and of one model."""

    def __init__(self) -> None:
        self._gaps: deque[float] = deque(maxlen=N_GAPS)
        self._answers: deque[float] = deque(maxlen=N_ANSWERS)
        self._last_s: float | None = None

    def typed(self, now_s: float) -> None:
        """A key was typed; times that run backwards are not believed."""
        if self._last_s is not None and 0 < now_s - self._last_s <= LONGEST_GAP_S:
            self._gaps.append(now_s - self._last_s)
        self._last_s = now_s

    def answered(self, took_s: float) -> None:
        """A model answered."""
        self._answers.append(max(0.0, took_s))

    @property
    def base_s(self) -> float:
        """How far keys are apart."""
        if len(self._gaps) < MIN_GAPS:
            return UNKNOWN_BASE_S
        return _kept(sum(self._gaps) / len(self._gaps), _BASE_S)

    def wait_s(
        self, line_before: str, line_after: str, at_document_end: bool, invoked: bool, *, is_known: bool = False
    ) -> float:
        """How long to wait here. An answer that `is_known` takes no time, so none is taken off."""
        if invoked:
            return 0.0
        if not line_before.strip() and not line_after.strip():
            return NEW_LINE_S
        took_s = sum(self._answers) / len(self._answers) if self._answers and not is_known else 0.0
        likely = score(line_before, line_after, at_document_end)
        return _kept((3.0 - 1.5 * likely) * self.base_s - took_s, _WAIT_S)


def score(line_before: str, line_after: str, at_document_end: bool) -> float:
    """How likely a suggestion is welcome, 0 to 1."""
    ends_word = _WORD.search(line_before) is None
    at_line_end = _CLOSING.fullmatch(line_after) is not None
    return 0.5 * ends_word + 0.4 * at_line_end + 0.1 * at_document_end


def _kept(value_s: float, bounds_s: tuple[float, float]) -> float:
    return min(max(value_s, bounds_s[0]), bounds_s[1])
