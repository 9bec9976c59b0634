"""Step 1a: characters that no document should get, and bounds."""

import re

MAX_CHARS = 20_000
"""Of an answer; a longer one is a model that does not stop."""
MAX_LINES = 200

_LOST = re.compile(r"[\ud800-\udfff\ufffd]")
_HALVES = re.compile(r"[\ud800-\udfff]")


def readable(raw: str, around: str) -> str:
    """An answer up to the first character that was lost on its way, which nobody knows: its line is not whole."""
    found = _LOST.search(raw) if not raw.isascii() else None
    if found is None or (found[0] == "\ufffd" and "\ufffd" in around):
        return raw
    return raw[: found.start()]


def cleaned(raw: str, around: str) -> str:
    """An answer without NULs, halves of characters and the signs for unreadable ones, its lines ended by line feeds.

    A sign for an unreadable character is kept where the document has it too.
    """
    text = raw[:MAX_CHARS]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = _HALVES.sub("", text)
        if "\ufffd" in text and "\ufffd" not in around:
            text = text.replace("\ufffd", "")
        text = text.removeprefix("\ufeff")
    text = text.replace("\0", "")
    lines = text.split("\n", MAX_LINES)
    return "\n".join(lines[:MAX_LINES])


def is_bounded(raw: str) -> bool:
    """Whether all of an answer is looked at."""
    return len(raw) <= MAX_CHARS and raw.count("\n") < MAX_LINES
