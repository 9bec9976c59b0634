"""Whether a word looks as if a machine drew it by lot: how a key differs from a name, a path and a placeholder."""

import re
from itertools import pairwise
from math import log2

_DIGIT = re.compile("[0-9]")
_LETTER = re.compile("[A-Za-z]")
_HEX = re.compile("(?:[0-9a-f]+|[0-9A-F]+)")
_UUID = re.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CLASSES = re.compile("[a-z]+|[A-Z][a-z]+|[A-Z]+|[0-9]+|[^A-Za-z0-9]+")
_WORD = re.compile("[A-Za-z][a-z]{3,}|[A-Z]{4,}")
_SEPARATORS = re.compile("[-_./:*~=]")
_PART_OF_NAME = re.compile("[A-Za-z]*[0-9]{0,4}|[0-9]{1,4}[A-Za-z]?")
_VOWEL = re.compile("[aeiouyAEIOUY]")
_PLACEHOLDER = re.compile(
    r"example|placeholder|changeme|change[-_]me|replace[-_]?(?:me|with)|redacted|dummy|sample|foo[-_]?bar|lorem|insert"
    r"|fixme|your[-_]|my[-_](?:secret|token|key|pass)|not[-_]?a[-_]?(?:real|secret)|fake|mock|deadbeef|xxxx|\.\.\."
    r"|\*\*\*|____|----"
)
_SEQUENCES = ("abcdefgh", "0123456", "1234567", "7654321", "qwertyui", "hijklmn", "opqrstu")
MIN_LETTERS = 28
"""Of a word without digits that may count as drawn."""
MIN_BITS = 3.0
"""Shannon's entropy of the characters of a word that counts as drawn, in bits a character."""


def entropy(word: str) -> float:
    """Shannon's entropy of the characters of a word, in bits a character; 0 for an empty one."""
    n = len(word)
    return -sum(c / n * log2(c / n) for c in (word.count(char) for char in set(word)))


def is_placeholder(word: str) -> bool:
    """Whether a word stands where a secret would, and says so."""
    low = word[:400].lower()
    return (
        len(set(low)) < 5  # noqa: PLR2004 - `xxxxxxxx`, `********`, `00000000`
        or _PLACEHOLDER.search(low) is not None
        or any(s in low for s in _SEQUENCES)
    )


def is_drawn(word: str, *, least: int = 20) -> bool:
    """Whether a word of at least `least` characters looks random, and is no placeholder."""
    if len(word) < least or _LETTER.search(word) is None or is_placeholder(word):
        return False
    if _DIGIT.search(word) is None:
        return _is_drawn_of_letters(word[:400])
    if _UUID.fullmatch(word):
        return True
    word = word[:400]
    if _HEX.fullmatch(word):
        return entropy(word) >= MIN_BITS
    if entropy(word) < MIN_BITS:
        return False
    # In a name a class of characters lasts for a whole word; by lot it changes every second or third time.
    if len(_CLASSES.findall(word)) / len(word) < 0.28:  # noqa: PLR2004
        return False
    parts = _SEPARATORS.split(word)
    if len(parts) > 2 and sum(len(p) + 1 for p in parts if _PART_OF_NAME.fullmatch(p)) > 0.6 * len(word):  # noqa: PLR2004
        return False
    in_words = sum(len(w) for w in _WORD.findall(word) if _VOWEL.search(w))
    return in_words / len(word) < 0.75  # noqa: PLR2004


def _is_drawn_of_letters(word: str) -> bool:
    """Whether a word without digits is drawn: letters of both cases, in no order, and hardly a word among them."""
    if len(word) < MIN_LETTERS or not word.isalpha() or entropy(word) < MIN_BITS:
        return False
    n_turns = sum(a.isupper() != b.isupper() for a, b in pairwise(word))
    in_words = sum(len(w) for w in _WORD.findall(word) if _VOWEL.search(w))
    return n_turns / len(word) > 0.36 and in_words / len(word) < 0.5  # noqa: PLR2004
