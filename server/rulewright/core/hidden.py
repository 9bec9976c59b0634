"""Characters that a person does not see and a model reads: what poisoned rule files hide instructions with.

After Unicode's own lists: zero-width characters (UAX #31, default ignorable code points), bidirectional controls
(UAX #9; "Trojan Source", 2021) and the Tags block (U+E0000). A zero-width joiner between emoji and a variation selector
behind a visible character are how emoji are written, and stay.
"""

import re
import unicodedata
from collections.abc import Iterator

import msgspec

_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_ASCII = bytes(range(0x80))
_JOINER = "\u200d"
_NON_JOINER = "\u200c"
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FLAG = "\U0001f3f4"
_CANCEL_TAG = "\U000e007f"
_SPELLED = {0xE0000 + code: chr(code) for code in range(0x20, 0x7F)}


class Hidden(msgspec.Struct, frozen=True):
    """A run of hidden characters, in code points."""

    start: int
    end: int
    name: str
    """What they are, in words."""
    says: str = ""
    """The text that characters of the Tags block spell."""


def hidden(text: str) -> Iterator[Hidden]:
    """The runs of hidden characters in `text`; a byte order mark at its start is none."""
    if text.isascii():
        return
    # Most texts have few letters outside of ASCII, and to look at those alone takes a tenth of the time.
    rest = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    if not _HIDDEN.search(rest.decode("utf-8", "surrogatepass")):
        return
    for match in _HIDDEN.finditer(text):
        start, end = match.span()
        run = match[0]
        if (start, run) == (0, "\ufeff") or _writes_emoji(text, start, end) or _writes_script(text, start, end):
            continue
        yield Hidden(start, end, _name(run), _spelled(run))


def without_hidden(text: str) -> tuple[str, int]:
    """The text without them, and how many characters went."""
    runs = list(hidden(text))
    if not runs:
        return text, 0
    parts, place = [], 0
    for run in runs:
        parts.append(text[place : run.start])
        place = run.end
    return "".join([*parts, text[place:]]), sum(run.end - run.start for run in runs)


def _writes_emoji(text: str, start: int, end: int) -> bool:
    """Whether a run is part of an emoji: one joiner between two, or the letters of a flag such as Scotland's."""
    run = text[start:end]
    before = text[start - 1 : start]
    if run == _JOINER:
        return _is_pictograph(before) and _is_pictograph(text[end : end + 1])
    # Flags of regions are a black flag, tags that spell two to six letters, and a tag that ends them.
    return before == _FLAG and run.endswith(_CANCEL_TAG) and re.fullmatch("[a-z0-9]{2,6}", _spelled(run)) is not None


def _writes_script(text: str, start: int, end: int) -> bool:
    """Whether a run is a joiner or non-joiner inside a word of a script that is written with them."""
    run = text[start:end]
    if run not in {_JOINER, _NON_JOINER}:
        return False
    before, after = text[start - 1 : start], text[end : end + 1]
    return bool(before and after) and all(_joins(letter) for letter in (before, after))


def _joins(letter: str) -> bool:
    # Arabic to Sinhala, and their neighbours: what Unicode allows these two in.
    return unicodedata.category(letter)[0] in "LM" and "\u0600" <= letter <= "\u1aff"


def _is_pictograph(letter: str) -> bool:
    return bool(letter) and (unicodedata.category(letter) in {"So", "Sk"} or letter == "\ufe0f")


def _spelled(run: str) -> str:
    return "".join(_SPELLED.get(ord(c), "") for c in run)


def _name(run: str) -> str:
    if _spelled(run):
        return "characters of the Tags block"
    if not _BIDI.isdisjoint(run):
        return "characters that turn the direction of text"
    return "characters without width"
