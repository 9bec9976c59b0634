"""Words of a text that no grammar is there for."""

import re

MAX_LINE = 10_000
"""Bytes of a line that are looked at."""
_WORD = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")


def word_at(source: bytes, byte: int) -> tuple[str, int, int] | None:
    """The word that a byte is in or right behind, and its bytes; None between words and in numbers."""
    begin = max(source.rfind(b"\n", 0, byte) + 1, byte - MAX_LINE)
    end = source.find(b"\n", byte)
    end = min(len(source) if end < 0 else end, byte + MAX_LINE)
    for found in _WORD.finditer(source, begin, end):
        if found.start() <= byte <= found.end():
            return found[0].decode("utf-8", "replace"), found.start(), found.end()
        if found.start() > byte:
            break
    return None


def word_places(source: bytes, word: str) -> list[tuple[int, int]]:
    """Every place of a word, in order."""
    encoded = word.encode("utf-8", "surrogatepass")
    pattern = re.compile(rb"(?<![\w\x80-\xff])" + re.escape(encoded) + rb"(?![\w\x80-\xff])")
    return [found.span() for found in pattern.finditer(source)]
