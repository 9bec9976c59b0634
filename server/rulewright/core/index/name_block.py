"""Up to two thousand different names of one length, packed, with their ids and their marks.

Names of one length need no offsets: name k stands at k times the width.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from itertools import compress

from rulewright.core.index.name_marks import N_MARKS, Marks, mark_all, marks_of_name
from rulewright.core.index.pattern import fold

N_BLOCK = 2048
"""Names that a block holds at most."""
_TRUTH = bytes(code == 49 for code in range(256))  # noqa: PLR2004 - the digit 1


class Block:
    """Different names of `length` characters, each with its ids."""

    __slots__ = ("_bits", "_many", "_n_sorted", "_names", "_one", "length", "n_names")

    def __init__(self, length: int) -> None:
        self.length = length
        self.n_names = 0
        self._names = ""
        """Each name with a line feed behind it."""
        self._bits = [0] * N_MARKS
        self._one = array("q")
        """The id of each name that has but one."""
        self._many: dict[int, array[int]] = {}
        """The ids of the others, ascending."""
        self._n_sorted = 0
        """How many names stand in alphabetical order, from the front."""

    @classmethod
    def of(cls, length: int, names: dict[str, int | list[int]]) -> "Block":
        """A block of all of `names` at once, which are in alphabetical order; lists hold several ids."""
        block = cls(length)
        block.n_names = block._n_sorted = len(names)
        block._names = "\n".join(names) + "\n"
        block._bits = mark_all(tuple(names), length + 1)
        ids = list(names.values())
        block._many = {at: array("q", sorted(set(some))) for at, some in enumerate(ids) if isinstance(some, list)}
        block._one = array("q", [one if isinstance(one, int) else 0 for one in ids])
        return block

    def is_full(self) -> bool:
        """Whether another name needs another block."""
        return self.n_names >= N_BLOCK

    def names(self) -> list[str]:
        """All names, in no order."""
        return self._names.split("\n")[:-1]

    # --- ids -----------------------------------------------------------------------------------------------------

    def place(self, name: str) -> int:
        """Where `name`, which has the right length, stands; -1 for nowhere."""
        width, names = self.length + 1, self._names
        at = bisect_left(range(self._n_sorted), name, key=lambda i: names[i * width : (i + 1) * width - 1])
        if at < self._n_sorted and names.startswith(name, at * width):
            return at
        start = names.find(name, self._n_sorted * width)
        while start >= 0 and start % width:
            start = names.find(name, start + 1)
        return start // width if start >= 0 else -1

    def ids(self, at: int) -> "array[int]":
        """The ids of the name at a place, ascending."""
        return array("q", self._many[at] if at in self._many else self._one[at : at + 1])

    def add(self, name: str, new: int) -> None:
        """Takes in a name of the right length that it does not hold."""
        at = len(self._one)
        self._names += name + "\n"
        self._one.append(new)
        for mark in marks_of_name(name).all_of:
            self._bits[mark] |= 1 << at
        self.n_names += 1

    def add_id(self, at: int, new: int) -> None:
        """Gives the name at a place one more id."""
        ids = self.ids(at)
        i = bisect_left(ids, new)
        if i == len(ids) or ids[i] != new:
            ids.insert(i, new)
            self._many[at] = ids

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
        length, names = self.length, self._names
        return [names[i : i + length] for i in self._offsets(having)]

    def starting(self, prefix: str, marks: Marks, limit: int) -> list[str]:
        """Names that start with `prefix`, the first `limit` of the alphabet among them; `marks` of the exact prefix."""
        names = self._names
        return self._first([i for i in self._offsets(self.having(marks)) if names.startswith(prefix, i)], limit)

    def starting_otherwise(self, prefix: str, marks: Marks, limit: int) -> list[str]:
        """As `starting`, for names that start with `prefix` in another case; `marks` of the prefix."""
        names, n, low = self._names, len(prefix), fold(prefix)
        found = [i for i in self._offsets(self.having(marks)) if not names.startswith(prefix, i)]
        return self._first([i for i in found if fold(names[i : i + n]) == low], limit)

    def _first(self, offsets: list[int], limit: int) -> list[str]:
        length, names = self.length, self._names
        n_sorted = bisect_left(offsets, self._n_sorted * (length + 1))
        return [names[i : i + length] for i in (*offsets[:n_sorted][:limit], *offsets[n_sorted:])]

    def _offsets(self, having: int) -> Iterable[int]:
        """Where the names behind bits begin in the text."""
        if not having:
            return ()
        width = self.length + 1
        bits = bin(having)[:1:-1]
        # A step over all names costs a fifteenth of finding one of them.
        if having.bit_count() * 15 < len(bits):
            return [one.start() * width for one in re.finditer("1", bits)]
        return compress(range(0, len(bits) * width, width), bits.encode().translate(_TRUTH))
