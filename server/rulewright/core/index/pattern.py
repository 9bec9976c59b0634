"""What a typed pattern asks of a name: its characters, their case, and where words start.

Words start at the first character, at a camel hump (`getUserName`, the `S` of `HTTPServer`), at everything that is
not a letter with case (`_`, digits, ideographs), and at a letter behind such a character. Case is smart: a lower case
letter asks for either case, an upper case letter for itself or for the start of a word. A separator inside a pattern
says that the next character starts a word, so `get_un` finds `getUserName`; at the front it means itself.
"""

from enum import IntEnum

import msgspec

SEPARATORS = "_- "
COST_LIMIT = 7
"""Worse is all the same."""


class Kind(IntEnum):
    """How a pattern matches; larger is better."""

    FUZZY = 1
    """In order, here and there."""
    WORD = 2
    """In one piece, where a word starts."""
    HUMP = 3
    """Beginnings of words, from the first word on: `gun` in `getUserName`."""
    PREFIX = 4
    """The name starts with the pattern in another case."""
    PREFIX_CASE = 5
    """The name starts with the pattern."""
    WHOLE = 6
    """The name is the pattern in another case."""
    EXACT = 7
    """The name is the pattern."""


class Token(msgspec.Struct, frozen=True):
    """One character that has to be found."""

    char: str
    """Folded."""
    is_upper: bool = False
    is_start: bool = False
    """A separator stood before it, so it has to start a word."""


class Wanted(msgspec.Struct, frozen=True):
    """A pattern taken apart."""

    literal: tuple[Token, ...]
    """Each character as it stands, for what matches in one piece."""
    tokens: tuple[Token, ...]
    """The characters to be found in order, without separators that only say where a word starts."""
    is_open: bool
    """The pattern ends in such a separator: another word has to start behind the last token."""


def wanted(pattern: str) -> Wanted:
    """`pattern` taken apart."""
    n_leading = len(pattern) - len(pattern.lstrip(SEPARATORS))
    tokens = [Token(c) for c in pattern[:n_leading]]
    is_start = False
    for char in pattern[n_leading:]:
        if char in SEPARATORS:
            is_start = True
        else:
            low = fold(char)
            tokens.append(Token(low, low != char, is_start))
            is_start = False
    literal = tuple(Token(low, low != char) for char in pattern for low in (fold(char),))
    return Wanted(literal, tuple(tokens), is_start)


def fold(text: str) -> str:
    """`text` in lower case, character by character: the length stays, and so does what has no single counterpart."""
    if text.isascii():
        return text.lower()
    return "".join([_fold_character(c) for c in text])


def _fold_character(char: str) -> str:
    low = char.lower()
    return low if len(low) == 1 and low.upper() == char else char


def other_case(char: str) -> str:
    """The one counterpart of a letter with case; otherwise `char` itself."""
    low, up = char.lower(), char.upper()
    if low == char:
        return up if len(up) == 1 and up.lower() == char else char
    return low if len(low) == 1 and low.upper() == char else char


def word_starts(name: str) -> list[bool]:
    """For each character whether a word starts there."""
    low = fold(name)
    is_upper = [a != b for a, b in zip(name, low, strict=True)]
    is_lower = [not up and other_case(c) != c for up, c in zip(is_upper, name, strict=True)]
    starts = [True] * len(name)
    for i in range(1, len(name)):
        if is_lower[i]:
            starts[i] = not (is_lower[i - 1] or is_upper[i - 1])
        elif is_upper[i]:
            starts[i] = not is_upper[i - 1] or (i + 1 < len(name) and is_lower[i + 1])
    return starts
