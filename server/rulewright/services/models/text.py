"""What becomes of the text of an answer on its way: halves of characters, stop texts, and answers without an end."""

from collections.abc import Sequence

MAX_CHARS = 10_000_000
"""Of an answer."""
CHARS_A_TOKEN = 40
"""More than any token has that is not blanks alone; what is beyond, the server does not count as we asked."""
SPARE_CHARS = 4_000
WINDOW = 8_192
"""Characters that repeat one text again and again before an answer counts as one without an end."""
MAX_PERIOD = 512
_LOOK_EVERY = 2_048
_PROBE = 48


def joined_surrogates(text: str) -> str:
    """The text with halves of characters joined; a half alone becomes U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class Tail:
    """Holds back what may be the beginning of a stop text or half of a character, and ends at a stop text."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = tuple(stop for stop in stops if stop)
        self._held = ""
        self.is_stopped = False

    def take(self, text: str) -> str:
        """What may be shown now."""
        text = self._held + text
        self._held = ""
        if not text or self.is_stopped:
            return ""
        if "\ud800" <= text[-1] <= "\udbff":
            text, self._held = text[:-1], text[-1]
        text = joined_surrogates(text)
        if not self._stops:
            return text
        ends = [at for stop in self._stops if (at := text.find(stop)) >= 0]
        if ends:
            self.is_stopped, self._held = True, ""
            return text[: min(ends)]
        n_held = max(_n_begun(text, stop) for stop in self._stops)
        if n_held:
            text, self._held = text[:-n_held], text[-n_held:] + self._held
        return text

    def end(self) -> str:
        """What was held back, when nothing follows."""
        held, self._held = self._held, ""
        return joined_surrogates(held)


def _n_begun(text: str, stop: str) -> int:
    """How many characters at the end of a text begin a stop text."""
    for length in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0


class Repeats:
    """Notices that an answer says one thing again and again."""

    def __init__(self) -> None:
        self._recent, self._n_since = "", 0

    def take(self, text: str) -> bool:
        """Whether the last WINDOW characters repeat a text of MAX_PERIOD at most."""
        self._recent += text
        self._n_since += len(text)
        if self._n_since < _LOOK_EVERY or len(self._recent) < WINDOW:
            return False
        self._n_since, self._recent = 0, self._recent[-WINDOW:]
        before = self._recent.rfind(self._recent[-_PROBE:], 0, WINDOW - 1)
        period = WINDOW - _PROBE - before
        return before >= 0 and period <= MAX_PERIOD and self._recent[period:] == self._recent[:-period]
