"""Symbols by a few letters of their names, from an index that is kept in a thread of its own."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from threading import Event
from time import monotonic

from rulewright.adapters.mcp.places import Place
from rulewright.adapters.mcp.problem import Problem
from rulewright.adapters.mcp.records import SymbolRecord, SymbolsResult
from rulewright.code_gateway import CodeGateway
from rulewright.core.code_messages import Configure, Root
from rulewright.core.index.symbols import SymbolKind
from rulewright.core.snapshot import Project

MAX_WAIT_S = 15.0
"""How long an answer waits for the index; a first one may take minutes, and clients give up after one."""
SLICE_S = 0.1
MAX_LOOKED_AT = 1000
"""Symbols that match, of which a client may see a part only."""

Withheld = Callable[[str], str]
WithheldOf = Callable[[Project], Withheld]


class Symbols:
    """Knows the symbols of projects. The index is opened with the first question."""

    def __init__(self, open_code: Callable[[], CodeGateway], max_wait_s: float = MAX_WAIT_S) -> None:
        self._open_code, self._max_wait_s = open_code, max_wait_s
        self._code: CodeGateway | None = None
        self._roots: tuple[Root, ...] = ()
        self._is_working = False
        self._ended = Event()
        # What is kept of the code is for one thread.
        self._thread = ThreadPoolExecutor(1, "symbols")

    async def search(
        self, places: Sequence[Place], projects: Sequence[Project], query: str, limit: int, withheld_of: WithheldOf
    ) -> SymbolsResult:
        """The symbols that match best, of all places; raises Problem. `withheld_of` says what nobody is shown."""
        if not query.strip():
            raise Problem("The query is empty: write a part of a name, such as HttpReq or hr.")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._search, places, projects, query, limit, withheld_of)

    def close(self) -> None:
        """End what was started."""
        self._ended.set()
        self._thread.submit(self._close).result()
        self._thread.shutdown()

    def _close(self) -> None:
        if self._code is not None:
            self._code.close()

    def _search(
        self, places: Sequence[Place], projects: Sequence[Project], query: str, limit: int, withheld_of: WithheldOf
    ) -> SymbolsResult:
        roots = tuple(Root(p.root, p.settings.index, p.settings.code) for p in projects if p.settings.index.enabled)
        if not roots:
            raise Problem("The index is switched off by the setting index.enabled.")
        self._code = code = self._code or self._open_code()
        if roots != self._roots:
            code.configure(Configure(roots, "utf-32", scan=False))
            self._roots = roots
        code.touched(())
        begun, more = monotonic(), True
        while more and not self._ended.is_set() and monotonic() - begun < self._max_wait_s:
            more = code.work(SLICE_S)
        if more and not self._is_working:
            self._is_working = True
            self._thread.submit(self._go_on)
        withheld = {project.root: withheld_of(project) for project in projects}
        found = [self._found(code, place, query, withheld, is_alone=len(roots) == 1) for place in places]
        remarks = ("The project is still being indexed, so there may be more: ask again.",) if more else ()
        # The best of each place, then the next ones.
        rows = [row for turn in zip_longest(*found) for row in turn if row is not None]
        return SymbolsResult(tuple(rows[:limit]), not more, remarks)

    def _found(
        self, code: CodeGateway, place: Place, query: str, withheld: Mapping[str, Withheld], *, is_alone: bool
    ) -> list[SymbolRecord]:
        if all(place.root != root.path for root in self._roots):
            return []
        # What lies beyond the fence, or is withheld, is taken out below.
        rows = code.search(place.root, query, MAX_LOOKED_AT)
        absolute = [(f"{place.root.rstrip('/')}/{row.location.path}", row) for row in rows]
        return [
            SymbolRecord(
                row.name,
                SymbolKind(row.kind).name.lower(),
                row.location.path if is_alone else path,
                row.location.range.start.line + 1,
                row.location.range.start.character + 1,
                row.container,
            )
            for path, row in absolute
            if path.startswith(place.fence.rstrip("/") + "/") and not withheld[place.root](row.location.path)
        ]

    def _go_on(self) -> None:
        """A slice of work; questions come between slices."""
        if self._code is not None and not self._ended.is_set() and self._code.work(SLICE_S):
            self._thread.submit(self._go_on)
        else:
            self._is_working = False
