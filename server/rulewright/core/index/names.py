"""Names of symbols in memory, several millions of them: which start with, or otherwise match, what was typed.

Each different name is stored once with the ids of its symbols. Names lie on shelves by their first character and,
there, in blocks by their length (`name_block`), so the best of equals, the short ones, are met first. A search looks at
the prefixes first, then at names whose words begin as the pattern says, then at all, and stops when the answer is full
of better names than those to come.

A table may change between two calls, never during one. The empty name is not kept; a line feed in a name counts as a
blank.
"""

import heapq
import sys
from array import array
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec

from rulewright.core.index.match import Matcher, worth
from rulewright.core.index.name_block import N_BLOCK, Block
from rulewright.core.index.name_marks import (
    N_SLOTS,
    Marks,
    marks_of_exact_prefix,
    marks_of_humps,
    marks_of_prefix,
    marks_of_tokens,
    slot,
)
from rulewright.core.index.pattern import Kind, Wanted, fold, wanted

N_LOOKS = 15_000
"""Names that one stage of a search looks at; those of the length at which there would be more are left out."""
_N_PACK = 256
_N_BATCH = 1500
_LETTERS = 26
"""The slots of letters come before the others."""


T = TypeVar("T")


class Found(msgspec.Struct, frozen=True):
    """An answer."""

    matches: tuple[tuple[int, str], ...]
    """Scores (see `match`) and names, best first; of equal scores by length and alphabet."""
    is_complete: bool
    """Nothing else matches."""


class NameTable:
    """Names, each with its ids."""

    def __init__(self, symbols: Iterable[tuple[str, int]] = ()) -> None:
        self._shelves: list[dict[int, list[Block]]] = [{} for _ in range(N_SLOTS)]
        """For each first character, the blocks by length and alphabet (`_key`)."""
        gathered = Gathered()
        gathered.take(symbols)
        for _ in gathered.shelve(self._shelves):
            pass

    def __len__(self) -> int:
        """The number of different names."""
        return sum(block.n_names for shelf in self._shelves for blocks in shelf.values() for block in blocks)

    def ids(self, name: str) -> "array[int]":
        """The ids of the symbols of that name, ascending; none for an unknown name."""
        name = name.replace("\n", " ")
        for block in self._blocks(name):
            at = block.place(name)
            if at >= 0:
                return block.ids(at)
        return array("q")

    def add(self, name: str, new: int) -> None:
        """Takes in a symbol; one that is known already changes nothing."""
        name = name.replace("\n", " ")
        if not name:
            return
        blocks = self._shelves[slot(fold(name[0]))].setdefault(_key(name), [])
        room = None
        for block in blocks:
            at = block.place(name)
            if at >= 0:
                block.add_id(at, new)
                return
            if not block.is_full():
                room = block
        if room is None:
            room = Block(len(name))
            blocks.append(room)
        room.add(name, new)

    def prefix(self, pattern: str, limit: int) -> list[str]:
        """At most `limit` names that start with `pattern` in some case.

        Best first: the whole name, then names of the same case, then the rest; there by length and alphabet.
        """
        found: list[str] = []
        for names in self._starting(pattern.replace("\n", " "), limit):
            found += names
            if len(found) >= limit:
                break
        return found[:limit]

    def search(self, pattern: str, limit: int) -> Found:
        """The best `limit` names that `pattern` matches; the empty one matches all, and the shortest are best.

        Where very many names might match, the longest are not looked at; then the answer is not complete.
        """
        pattern = pattern.replace("\n", " ")
        matcher = Matcher(pattern)
        hits: dict[str, int] = {}
        # Where case tells, some of those that start with the pattern in another case do not match.
        n_wanted = limit + 1 if fold(pattern) == pattern else sys.maxsize
        for names in self._starting(pattern, n_wanted):
            hits.update(_scored(matcher, names, Kind.PREFIX))
            if len(hits) > limit:
                return _best(hits, limit, is_complete=False)
        if not pattern:
            return _best(hits, limit, is_complete=True)
        parts = wanted(pattern)
        self._find_humps(matcher, parts, limit, hits)
        if len(hits) > limit:
            return _best(hits, limit, is_complete=False)
        marks = marks_of_tokens(parts.tokens)
        is_complete = True
        for some in _marked([(shelf, marks) for shelf in self._shelves], len(parts.tokens)):
            is_complete = some is not None
            hits.update(_scored(matcher, some or [], Kind.FUZZY))
        return _best(hits, limit, is_complete=is_complete and len(hits) <= limit)

    def _find_humps(self, matcher: Matcher, parts: Wanted, limit: int, hits: dict[str, int]) -> None:
        """Adds names whose words begin as the pattern says to `hits`, which holds all that start with it.

        Those that are left out are no better than the worst of `limit` hits, unless there were too many to look at.
        """
        marks, n_tokens = marks_of_tokens(parts.tokens), len(parts.tokens)
        for some in _marked([(shelf, marks) for shelf in self._shelves[_LETTERS:]], n_tokens):
            hits.update(_scored(matcher, some or [], Kind.HUMP))
        first = slot(parts.tokens[0].char)
        if first >= _LETTERS:
            return
        # Here a hump is missing, or the name would start with the pattern; so it takes two runs at least. Of a pattern
        # that ends with a separator the word is also found where another begins without one.
        shelf = self._shelves[first]
        good = worth(Kind.HUMP, 1 if parts.is_open else 2, max(shelf, default=0) >> 1)
        n_good = sum(score >= good for score in hits.values())
        if not parts.is_open:
            marks = marks_of_humps(parts.tokens)
        for some in _marked([(shelf, marks)], n_tokens):
            if n_good > limit:
                break
            found = dict(_scored(matcher, some or [], Kind.HUMP))
            n_good += sum(score >= good for name, score in found.items() if name not in hits)
            hits.update(found)

    # --- shelves -------------------------------------------------------------------------------------------------

    def _blocks(self, name: str) -> list[Block]:
        """Those that may hold `name`."""
        return self._shelves[slot(fold(name[0]))].get(_key(name), []) if name else []

    def _starting(self, pattern: str, limit: int) -> Iterator[list[str]]:
        """The names that start with `pattern`, best first, in lists; of each list at least the first `limit`."""
        if not pattern:
            every = [(shelf, marks_of_prefix("")) for shelf in self._shelves]
            for blocks in _by_length(every, 1):
                yield sorted(name for block, marks in blocks for name in block.starting("", marks, limit))
            return
        shelf = self._shelves[slot(fold(pattern[0]))]
        other, same = marks_of_prefix(pattern), marks_of_exact_prefix(pattern)
        n = len(pattern)
        whole = [block for key in (n << 1, n << 1 | 1) for block in shelf.get(key, ())]
        yield [name for block in whole for name in block.starting(pattern, same, limit)]
        yield sorted(name for block in whole for name in block.starting_otherwise(pattern, other, limit))
        for blocks in _by_length([(shelf, same)], n + 1):
            yield sorted(name for block, marks in blocks for name in block.starting(pattern, marks, limit))
        for blocks in _by_length([(shelf, other)], n + 1):
            yield sorted(name for block, marks in blocks for name in block.starting_otherwise(pattern, marks, limit))


class Gathered:
    """Symbols on their way into a table."""

    def __init__(self) -> None:
        self._raw: dict[tuple[int, int], _Raw] = {}
        """By shelf and key."""
        self._shelf_of = _ShelfOf()

    def take(self, symbols: Iterable[tuple[str, int]]) -> None:
        """Take some more names, each with its id."""
        raw, shelf_of = self._raw, self._shelf_of
        for name, new in symbols:
            if not name:
                continue
            if "\n" in name:
                name = name.replace("\n", " ")  # noqa: PLW2901 - as everywhere in this module
            where = shelf_of[name[0]], len(name) << 1 | (not name.isascii())
            try:
                names, ids, packed = raw[where]
            except KeyError:
                names, ids, packed = raw[where] = ([], array("q"), [])
            names.append(name)
            ids.append(new)
            if len(names) == _N_PACK:
                # Joined they take a quarter of the memory.
                packed.append("\n".join(names))
                names.clear()

    def table(self, yielded: T) -> Generator[T, None, NameTable]:
        """The table of them, in steps of some milliseconds; yields what it is given."""
        table = NameTable()
        for _ in self.shelve(table._shelves):  # noqa: SLF001 - of the same module
            yield yielded
        return table

    def shelve(self, shelves: list[dict[int, list[Block]]]) -> Iterator[None]:
        """Put them into empty shelves."""
        while self._raw:
            (at, key), found = self._raw.popitem()
            yield from _shelve(shelves[at], key, *found)


def _shelve(
    shelf: dict[int, list[Block]], key: int, last: list[str], all_ids: "array[int]", packed: list[str]
) -> Iterator[None]:
    """Puts symbols of one length and first character into blocks; `last` are the names that are not yet packed."""
    grouped: dict[str, int | list[int]] = {}
    names = [name for part in packed for name in part.split("\n")] + last
    for i, (name, new) in enumerate(zip(names, all_ids, strict=True)):
        known = grouped.setdefault(name, new)
        if known is not new:
            if isinstance(known, list):
                known.append(new)
            else:
                grouped[name] = [known, new]
        if i % N_BLOCK == N_BLOCK - 1:
            yield
    blocks = shelf.setdefault(key, [])
    ordered = sorted(grouped)
    for i in range(0, len(ordered), N_BLOCK):
        blocks.append(Block.of(key >> 1, {name: grouped[name] for name in ordered[i : i + N_BLOCK]}))
        yield


_Raw = tuple[list[str], "array[int]", list[str]]
"""Symbols that were read and not yet shelved: the latest names, all ids, former names in joined parts."""


class _ShelfOf(dict[str, int]):
    """The shelf of each first character."""

    def __missing__(self, char: str) -> int:
        self[char] = at = slot(fold(char))
        return at


def _key(name: str) -> int:
    """Length, and whether there is a character beyond ASCII; these are kept apart, as they take more room."""
    return len(name) << 1 | (not name.isascii())


_Marked = tuple[dict[int, list[Block]], Marks]
"""A shelf, and what to look for there."""


def _by_length(shelves: Sequence[_Marked], least: int) -> Iterator[list[tuple[Block, Marks]]]:
    """For each length from `least` on all blocks, with what to look for."""
    for length in sorted({key >> 1 for shelf, _ in shelves for key in shelf if key >> 1 >= least}):
        keys = (length << 1, length << 1 | 1)
        yield [(block, marks) for shelf, marks in shelves for key in keys for block in shelf.get(key, ())]


def _marked(shelves: Sequence[_Marked], least: int) -> Iterator[list[str] | None]:
    """Marked names by length, in batches of whole lengths; `None` at last where there were too many."""
    n_left = N_LOOKS
    batch: list[str] = []
    for blocks in _by_length(shelves, least):
        here = [(block, having) for block, marks in blocks if (having := block.having(marks))]
        n_left -= sum(having.bit_count() for _, having in here)
        if n_left < 0:
            break
        for block, having in here:
            batch += block.names_of(having)
        # One call for many names is quicker, but a search may be over after some of them.
        if len(batch) >= _N_BATCH:
            yield batch
            batch = []
    yield batch
    if n_left < 0:
        yield None


def _scored(matcher: Matcher, names: list[str], least: Kind) -> list[tuple[str, int]]:
    return [(names[i], score) for i, score in matcher.scores(names, least)]


def _best(hits: dict[str, int], limit: int, *, is_complete: bool) -> Found:
    best = heapq.nsmallest(limit, hits.items(), key=lambda hit: (-hit[1], len(hit[0]), hit[0]))
    return Found(tuple((score, name) for name, score in best), is_complete)
