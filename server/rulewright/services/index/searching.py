"""Names by pattern: the table of all names in memory, read from the store while nothing else is to do.

A symbol gets another id when its file changes, and the store knows which ids still mean something. So a change only
adds names, what is gone is passed over in answers, and the table is read anew when too much in it is gone.
"""

import itertools
from collections.abc import Generator, Iterable
from time import monotonic

from rulewright.core.index.match import Matcher
from rulewright.core.index.names import Gathered, NameTable
from rulewright.services.index.index import Index
from rulewright.services.index.tables import FoundSymbol

SLICE_S = 0.005
N_SLICE = 1000
"""Symbols that are read between two looks at the clock."""
N_SMALL = 20_000
"""With no more symbols than this all names are looked at, until there is a table."""
GONE_SHARE = 4
"""The table is read anew when more than one in so many of its ids is gone."""

Scored = list[tuple[int, FoundSymbol]]


class Names:
    """The names of one index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._table: NameTable | None = None
        self._free: NameTable | None = None
        """Of what other files may name without a receiver: a few among very many members."""
        self._building: Generator[int, None, tuple[NameTable, NameTable]] | None = None
        self._added: list[str] = []
        """Files that were written while the table was being read."""
        self._n_ids = self._n_gone = 0
        self._is_stale = True

    def changed(self, paths: Iterable[str]) -> None:
        """Take the names of files that were written."""
        if self._table is None or self._free is None:
            self._added += paths
            self._is_stale = True
        else:
            self._add(self._table, self._free, paths)

    def _add(self, table: NameTable, free: NameTable, paths: Iterable[str]) -> None:
        for path in paths:
            names = self._index.stored_names_of(path)
            for name, number in names:
                table.add(name, number)
            for name, number in self._index.stored_free_names_of(path):
                free.add(name, number)
            self._n_ids += len(names)
            self._n_gone += len(names)
        if self._n_gone * GONE_SHARE > self._n_ids + N_SMALL:
            self._table, self._free, self._is_stale = None, None, True

    def step(self) -> bool:
        """Go on reading the table; whether there is more to do."""
        if self._building is None:
            if not self._is_stale or self._table is not None:
                return False
            self._is_stale = False
            self._added = []
            self._n_ids = self._n_gone = 0
            self._building = self._build()
        until = monotonic() + SLICE_S
        try:
            while monotonic() < until:
                self._n_ids = next(self._building)
        except StopIteration as done:
            table, free = done.value
            self._table, self._free, self._building = table, free, None
            added, self._added = self._added, []
            self._add(table, free, added)
            return False
        return True

    def _build(self) -> Generator[int, None, tuple[NameTable, NameTable]]:
        """Both tables, in steps of some milliseconds; yields how many symbols there are so far."""
        every, free = Gathered(), Gathered()
        n_read = 0
        for names, free_names in self._index.names_by_file():
            for gathered, some in ((every, names), (free, free_names)):
                for at in range(0, len(some), N_SLICE):
                    gathered.take(some[at : at + N_SLICE])
                    yield n_read
            n_read += len(names)
        table = yield from every.table(n_read)
        return table, (yield from free.table(n_read))

    def search(self, pattern: str, limit: int) -> tuple[Scored, bool]:
        """The symbols on disk that match best, each with its score, and whether these are all."""
        if self._table is None:
            return self._without_table(pattern, limit)
        answer = self._table.search(pattern, limit)
        found, is_all = self._symbols(self._table, answer.matches, limit)
        return found, answer.is_complete and is_all

    def prefix(self, pattern: str, limit: int, *, free: bool = False) -> list[FoundSymbol] | None:
        """Symbols on disk whose name begins with `pattern`, those of short names first; None without a table."""
        table = self._free if free else self._table
        if table is None:
            return None
        found, _ = self._symbols(table, [(0, name) for name in table.prefix(pattern, limit)], limit)
        return [symbol for _, symbol in found]

    def _symbols(self, table: NameTable, matches: Iterable[tuple[int, str]], limit: int) -> tuple[Scored, bool]:
        """At least `limit` symbols of these names, and whether these are all."""
        ids = table.ids
        numbers = ((number, score) for score, name in matches for number in ids(name))
        found: Scored = []
        # Some may be gone, or lie under what is open: what is missing is fetched until nothing is.
        while len(found) < limit and (some := dict(itertools.islice(numbers, limit + 1 - len(found)))):
            found += [(some[symbol.id], symbol) for symbol in self._index.symbols(list(some))]
        return found, next(numbers, None) is None

    def _without_table(self, pattern: str, limit: int) -> tuple[Scored, bool]:
        matcher = Matcher(pattern)
        if self._index.n_symbols() > N_SMALL:
            rows = self._index.symbols_with_prefix(pattern, limit)
            scores = dict(matcher.scores([row.name for row in rows]))
            return [(scores[at], row) for at, row in enumerate(rows) if at in scores], False
        names = list(self._index.all_names())
        scored = sorted(((score, -names[at][1]) for at, score in matcher.scores([n for n, _ in names])), reverse=True)
        wanted = {-number: score for score, number in scored[: 4 * limit]}
        return [(wanted[s.id], s) for s in self._index.symbols(list(wanted))], len(scored) <= limit
