"""A few thousand different names of one length, packed, with a bit for each name under each of its characters.

Names of one length need no offsets: name k stands at k times the width. For every class of characters there are five
integers with one bit for each name: the character occurs, it occurs twice, it starts a word, it comes second, it comes
third. What a pattern asks for is then found by `&`, in less than a microsecond for a block. This is a bit-sliced
signature file (Faloutsos and Christodoulakis, 1984) whose signatures are nearly exact.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from operator import add

import msgspec

from rulewright.core.index.pattern import Token, fold, other_case

N_BLOCK = 4096
"""Names that a block holds at most."""
_N_FEW = 40
"""Fewer are quicker marked one by one."""
N_SLOTS = 45
"""Classes of characters: letters, digits, `_`, and eight that everything else falls into."""
_TWICE, _START, _SECOND, _THIRD = (N_SLOTS * k for k in range(1, 5))
_FIRST_CASE, _SECOND_CASE = 5 * N_SLOTS, 5 * N_SLOTS + 2
"""Two marks each: upper case, anything else."""
_N_MARKS = 5 * N_SLOTS + 4
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
_ASCII = bytes(_byte(chr(code)) if code < 128 else 0 for code in range(256))
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
    marks = [slot(char) + place for char, place in zip(low[1:3], (_SECOND, _THIRD), strict=False)]
    return Marks((*marks, *marks_of_tokens([Token(char) for char in low]).all_of))


def marks_of_exact_prefix(prefix: str) -> Marks:
    """Of names that may start with `prefix` in just this case."""
    places = zip(prefix, fold(prefix), (_FIRST_CASE, _SECOND_CASE), strict=False)
    return Marks((*(place + (char == low) for char, low, place in places), *marks_of_prefix(prefix).all_of))


def _marks(name: str) -> Marks:
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
    marks.update(map(add, slots[1:3], (_SECOND, _THIRD)))
    marks.update([place + (not code & _UPPER) for code, place in zip(codes, (_FIRST_CASE, _SECOND_CASE), strict=False)])
    return Marks(tuple(marks))


def _marked(names: Sequence[str], width: int) -> list[int]:
    """For every mark the names that have it: bit k is name k. `width` is the length of the names and one."""
    bits = [0] * _N_MARKS
    n = len(names)
    if n < _N_FEW:
        for at, name in enumerate(names):
            for mark in _marks(name).all_of:
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
        for at, there in found:
            bits[at + _TWICE] |= bits[at] & there
            bits[at] |= there
            bits[at + _START] |= there & starts
            if j in {1, 2}:
                bits[at + (_SECOND if j == 1 else _THIRD)] = there
    for column, at in zip(columns, (_FIRST_CASE, _SECOND_CASE), strict=False):
        bits[at], bits[at + 1] = column[6], every ^ column[6]
    return bits


class Block:
    """Different names of `length` characters, each with its ids.

    A name that was removed leaves line feeds and no marks, so nothing finds it; its place goes to the next name.
    """

    __slots__ = ("_bits", "_free", "_many", "_n_sorted", "_names", "_one", "length", "n_names")

    def __init__(self, length: int) -> None:
        self.length = length
        self.n_names = 0
        self._names = ""
        """Each name with a line feed behind it."""
        self._bits = [0] * _N_MARKS
        self._one = array("q")
        """The id of each name that has but one."""
        self._many: dict[int, array[int]] = {}
        """The ids of the others, ascending."""
        self._free: list[int] = []
        self._n_sorted = 0
        """How many names stand in alphabetical order, from the front."""

    @classmethod
    def of(cls, length: int, names: dict[str, int | list[int]]) -> "Block":
        """A block of all of `names` at once, which are in alphabetical order; lists hold several ids."""
        block = cls(length)
        block.n_names = block._n_sorted = len(names)
        block._names = "\n".join(names) + "\n"
        block._bits = _marked(tuple(names), length + 1)
        for at, ids in enumerate(names.values()):
            if isinstance(ids, int):
                block._one.append(ids)
            else:
                block._one.append(0)
                block._many[at] = array("q", sorted(set(ids)))
        return block

    def is_full(self) -> bool:
        """Whether another name needs another block."""
        return self.n_names >= N_BLOCK

    def names(self) -> list[str]:
        """All names, in no order."""
        return [name for name in self._names.split("\n") if name]

    # --- ids -----------------------------------------------------------------------------------------------------

    def place(self, name: str) -> int:
        """Where `name` stands, -1 for nowhere."""
        return next((at for at in _places(self.having(_marks(name))) if self._name(at) == name), -1)

    def ids(self, at: int) -> "array[int]":
        """The ids of the name at a place, ascending."""
        return array("q", self._many[at] if at in self._many else self._one[at : at + 1])

    def add(self, name: str, new: int) -> None:
        """Takes in a name of the right length that it does not hold."""
        if self._free:
            at = self._free.pop()
            self._n_sorted = min(self._n_sorted, at)
            self._replace(at, name)
            self._one[at] = new
        else:
            at = len(self._one)
            self._names += name + "\n"
            self._one.append(new)
        for mark in _marks(name).all_of:
            self._bits[mark] |= 1 << at
        self.n_names += 1

    def add_id(self, at: int, new: int) -> None:
        """Gives the name at a place one more id."""
        ids = self.ids(at)
        i = bisect_left(ids, new)
        if i == len(ids) or ids[i] != new:
            ids.insert(i, new)
            self._many[at] = ids

    def remove_id(self, at: int, old: int) -> bool:
        """Takes an id from the name at a place, and the name away with its last one; whether it had that id."""
        ids = self.ids(at)
        i = bisect_left(ids, old)
        if i == len(ids) or ids[i] != old:
            return False
        del ids[i]
        if len(ids) > 1:
            self._many[at] = ids
            return True
        self._many.pop(at, None)
        if ids:
            self._one[at] = ids[0]
            return True
        for mark in _marks(self._name(at)).all_of:
            self._bits[mark] ^= 1 << at
        self._replace(at, "\n" * self.length)
        self._free.append(at)
        self.n_names -= 1
        return True

    def _replace(self, at: int, name: str) -> None:
        start = at * (self.length + 1)
        self._names = self._names[:start] + name + self._names[start + self.length :]

    # --- search --------------------------------------------------------------------------------------------------

    def having(self, marks: Marks) -> int:
        """The names that are marked so, as bits."""
        bits = self._bits
        having = -1
        for mark in marks.all_of:
            having &= bits[mark]
            if not having:
                return 0
        if marks.any_of:
            some = 0
            for mark in marks.any_of:
                some |= bits[mark]
            having &= some
        return having

    def names_of(self, having: int) -> list[str]:
        """The names behind bits."""
        width, length, names = self.length + 1, self.length, self._names
        return [names[i : i + length] for at in _places(having) for i in (at * width,)]

    def starting(self, prefix: str, marks: Marks, limit: int) -> list[str]:
        """Names that start with `prefix`, the first `limit` of the alphabet among them; `marks` of the exact prefix."""
        names, width = self._names, self.length + 1
        places = [at for at in _places(self.having(marks)) if names.startswith(prefix, at * width)]
        return self._first(places, limit)

    def starting_otherwise(self, prefix: str, marks: Marks, limit: int) -> list[str]:
        """As `starting`, for names that start with `prefix` in another case; `marks` of the prefix."""
        names, width, n, low = self._names, self.length + 1, len(prefix), fold(prefix)
        places = [
            at
            for at in _places(self.having(marks))
            if not names.startswith(prefix, at * width) and fold(names[at * width : at * width + n]) == low
        ]
        return self._first(places, limit)

    def _first(self, places: list[int], limit: int) -> list[str]:
        n_sorted = bisect_left(places, self._n_sorted)
        return [self._name(at) for at in (*places[:n_sorted][:limit], *places[n_sorted:])]

    def _name(self, at: int) -> str:
        start = at * (self.length + 1)
        return self._names[start : start + self.length]


def _places(having: int) -> list[int]:
    return [one.start() for one in re.finditer("1", bin(having)[:1:-1])] if having else []
