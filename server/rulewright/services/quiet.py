"""Which documents somebody is typing in, and which of their syntax errors have been shown already."""

from collections import Counter
from collections.abc import Iterable
from time import monotonic


class Quiet:
    """A line that is being written is broken all the time; saying so at every key is noise."""

    def __init__(self) -> None:
        self._changed_at: dict[str, float] = {}
        self._shown: dict[str, Counter[str]] = {}

    def changed(self, uri: str) -> None:
        """Somebody typed."""
        self._changed_at[uri] = monotonic()

    def forget(self, uri: str) -> None:
        """The document is closed."""
        self._changed_at.pop(uri, None)
        self._shown.pop(uri, None)

    def choose(self, uri: str, messages: Iterable[str], rest_s: float) -> tuple[list[bool], float]:
        """Which of these messages to show, and in how many seconds to look again because some were held back.

        All of them when the document has rested so long; until then those that were shown before.
        """
        messages = list(messages)
        waits_s = self._changed_at.get(uri, 0.0) + rest_s - monotonic()
        if waits_s <= 0:
            self._shown[uri] = Counter(messages)
            return [True] * len(messages), 0.0
        left = Counter(self._shown.get(uri, ()))
        chosen = []
        for message in messages:
            chosen.append(left[message] > 0)
            left[message] -= 1
        # What is mended is not held against the next one.
        self._shown[uri] = Counter(m for m, is_chosen in zip(messages, chosen, strict=True) if is_chosen)
        return chosen, 0.0 if all(chosen) else waits_s
