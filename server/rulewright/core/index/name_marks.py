"""Marks: what a name has to have for a pattern to have a chance in it, as bits of many names at once.

For every class of characters there are six marks: it occurs, it occurs twice, it starts a word, it comes second, third
or fourth; four more tell the case of the first two. An integer for each mark holds one bit for each name, so `&`
finds the names for a pattern, in less than a microsecond for thousands. This is a bit-sliced signature file (Faloutsos
and Christodoulakis, 1984) whose signatures are nearly exact.
"""

from collections.abc import Sequence
from operator import add

import msgspec

from rulewright.core.index.pattern import Token, fold, other_case

_N_FEW = 40
"""Fewer are quicker marked one by one."""
N_SLOTS = 45
"""Classes of characters: letters, digits, `_`, and eight that everything else falls into."""
_TWICE, _START, *_PLACES = (N_SLOTS * k for k in range(1, 6))
_FIRST_CASE, _SECOND_CASE = 6 * N_SLOTS, 6 * N_SLOTS + 2
"""Two marks each: upper case, anything else."""
N_MARKS = 6 * N_SLOTS + 4
_SLOT, _UPPER, _LOWER, _CASED = 63, 64, 128, 192
"""The parts of a character's byte."""


def slot(char: str) -> int:
    """The class of a folded character."""
    if "a" <= char <= "z":
        return ord(char) - 97
    if "0" <= char <= "9":
        return ord(char) - 22
    return 36 if char == "_" else 37 + (ord(char) & 7)


def _byte(char: str) -> int:
    low = fold(char)
    if low != char:
        return slot(low) | _UPPER
    return slot(low) | (_LOWER if other_case(char) != char else 0)


class _Bytes(dict[str, int]):
    def __missing__(self, char: str) -> int:
        self[char] = byte = _byte(char)
        return byte


_BYTES = _Bytes()
_ASCII = bytes(_byte(chr(code)) for code in range(128)) + bytes(128)
_PLANES = [bytes(48 + (byte >> k & 1) for byte in range(256)) for k in range(8)]


def _encode(text: str) -> bytes:
    """A byte for each character: its class and its case."""
    return text.encode("ascii").translate(_ASCII) if text.isascii() else bytes([_BYTES[c] for c in text])


class Marks(msgspec.Struct, frozen=True):
    """What a name has to be marked with to be worth a look."""

    all_of: tuple[int, ...]
    any_of: tuple[int, ...] = ()
    """At least one of these; none asks for nothing."""


def marks_of_tokens(tokens: Sequence[Token]) -> Marks:
    """Of names in which the tokens of a pattern may be found."""
    marks: set[int] = set()
    for i, token in enumerate(tokens):
        at = slot(token.char)
        marks.add(at + _TWICE if at in marks else at)
        if i == 0 or token.is_start:
            marks.add(at + _START)
    return Marks(tuple(sorted(marks, reverse=True)))


def marks_of_humps(tokens: Sequence[Token]) -> Marks:
    """Of names in which a later token starts another word; not for the names that start with the pattern."""
    others = {slot(token.char) + _START for token in tokens[1:]}
    return Marks(marks_of_tokens(tokens).all_of, tuple(sorted(others)))


def marks_of_prefix(prefix: str) -> Marks:
    """Of names that may start with `prefix` in some case; all of them where it is empty."""
    if not prefix:
        return Marks((), (_FIRST_CASE, _FIRST_CASE + 1))
    low = fold(prefix)
    marks = [slot(char) + place for char, place in zip(low[1:], _PLACES, strict=False)]
    return Marks((*marks, *marks_of_tokens([Token(char) for char in low]).all_of))


def marks_of_exact_prefix(prefix: str) -> Marks:
    """Of names that may start with `prefix` in just this case."""
    places = zip(prefix, fold(prefix), (_FIRST_CASE, _SECOND_CASE), strict=False)
    return Marks((*(place + (char == low) for char, low, place in places), *marks_of_prefix(prefix).all_of))


def marks_of_name(name: str) -> Marks:
    """All that `name` is marked with."""
    codes = _encode(name)
    slots = [code & _SLOT for code in codes]
    marks = set(slots)
    if len(marks) < len(slots):
        marks.update([at + _TWICE for at in marks if slots.count(at) > 1])
    was_upper = was_cased = 0
    for i, code in enumerate(codes):
        if code & _LOWER:
            if not was_cased:
                marks.add(slots[i] + _START)
        elif not (code & was_upper) or (i + 1 < len(codes) and codes[i + 1] & _LOWER):
            marks.add(slots[i] + _START)
        was_upper, was_cased = code & _UPPER, code & _CASED
    marks.update(map(add, slots[1:], _PLACES))
    marks.update([place + (not code & _UPPER) for code, place in zip(codes, (_FIRST_CASE, _SECOND_CASE), strict=False)])
    return Marks(tuple(marks))


def mark_all(names: Sequence[str], width: int) -> list[int]:
    """For every mark the names that have it: bit k is name k. `width` is the length of the names and one."""
    bits = [0] * N_MARKS
    n = len(names)
    if n < _N_FEW:
        for at, name in enumerate(names):
            for mark in marks_of_name(name).all_of:
                bits[mark] |= 1 << at
        return bits
    codes = _encode("\n".join(names))
    planes = [codes.translate(plane) for plane in _PLANES]
    # One number for each column of the block and each bit of a character's byte.
    columns = [[int(plane[(n - 1) * width + j :: -width], 2) for plane in planes] for j in range(width - 1)]
    every = (1 << n) - 1
    for j, column in enumerate(columns):
        upper, lower = column[6], column[7]
        starts = every
        if j:
            was_upper, was_lower = columns[j - 1][6:]
            going_on = upper & was_upper
            if j + 1 < len(columns):
                going_on ^= going_on & columns[j + 1][7]
            starts ^= going_on | (lower & (was_upper | was_lower))
        for at, there in _by_slot(column, every):
            bits[at + _TWICE] |= bits[at] & there
            bits[at] |= there
            bits[at + _START] |= there & starts
            if 0 < j <= len(_PLACES):
                bits[at + _PLACES[j - 1]] = there
    for column, at in zip(columns, (_FIRST_CASE, _SECOND_CASE), strict=False):
        bits[at], bits[at + 1] = column[6], every ^ column[6]
    return bits


def _by_slot(column: Sequence[int], every: int) -> list[tuple[int, int]]:
    """The classes in one column of characters, which is given bit by bit, and where each is."""
    found = [(0, every)]
    for k in range(6):
        plane, bit = column[k], 1 << k
        halves = []
        for at, both in found:
            ones = both & plane
            if ones:
                halves.append((at | bit, ones))
            if ones != both:
                halves.append((at, both ^ ones))
        found = halves
    return found
