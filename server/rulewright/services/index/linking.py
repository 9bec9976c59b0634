"""`Links` of an index: read from the store when somebody wants them, then kept by what changes."""

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import partial
from time import monotonic

from rulewright.core.index.symbols import FileRecord
from rulewright.core.retrieve.graph import Graph, graph_of
from rulewright.core.retrieve.links import Defined, Links, bare, defined_in, imported_in, once
from rulewright.core.retrieve.position import Definer, Spread
from rulewright.services.index.index import Index
from rulewright.services.index.store import Store

BATCH = 64
"""Files read from the store at a time."""
MAX_OPENED = 200
"""Documents whose names are kept."""
MANY_NEW = 50
"""With more names that are new than this, everything is read again: each costs a look at the words of all files."""


class Linking:
    """The links of one index. Nothing is read before `step` is called first."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.links = Links()
        self._graph: tuple[Links, int, Graph] | None = None
        self._reading: Iterator[Links] | None = None
        self._opened: dict[str, tuple[FileRecord | None, dict[str, Defined]]] = {}
        self._pending: dict[str, None] = {}
        """Files that changed since they were read."""
        self._new: dict[str, None] = {}
        """Names of these files that no file had before."""
        self.is_wanted = False
        """Whether somebody asked for them."""
        self.is_read = False
        """Whether all files are in them, apart from changes of this moment."""

    def changed(self, paths: Iterable[str]) -> None:
        """Note files that were written or removed."""
        if self.is_wanted:
            self._pending.update(dict.fromkeys(paths))

    def step(self, timeout_s: float) -> bool:
        """Go on reading for about so long; whether there is more."""
        self.is_wanted = True
        until = monotonic() + timeout_s
        if not self.is_read:
            self._reading = self._reading or self._read()
            for links in self._reading:
                if monotonic() > until:
                    return True
                self.links = links
            self._reading, self.is_read = None, True
        while self.is_read and (self._pending or self._new):
            self._update()
            if monotonic() > until:
                break
        return bool(self._pending or self._new) or not self.is_read

    def spread(self, names: AbstractSet[str]) -> dict[str, Spread]:
        """How names are spread, with what unsaved documents define in place of what the disk has."""
        found = self.links.spread(names)
        overlays = self._index.overlays
        if not overlays:
            return found
        opened: dict[str, dict[str, Defined]] = {}
        for path in overlays:
            held = self._held(path)
            for name in held.keys() & names:
                opened.setdefault(name, {})[path] = held[name]
        hidden = set(overlays)
        for name in [n for n in names if n in found or n in opened]:
            found[name] = _over(found.get(name, Spread()), opened.get(name, {}), hidden)
        return found

    def graph(self) -> Graph:
        """The links as a graph, made anew when they have changed."""
        if self._graph is None or self._graph[:2] != (self.links, self.links.version):
            self._graph = self.links, self.links.version, graph_of(self.links)
        return self._graph[2]

    def _held(self, path: str) -> dict[str, Defined]:
        """What an unsaved document defines, by name."""
        record = self._index.overlays.record(path)
        known = self._opened.get(path)
        if known is None or known[0] is not record:
            if len(self._opened) > MAX_OPENED:
                self._opened.clear()
            symbols = record.symbols if record is not None else ()
            known = self._opened[path] = record, {one.name: one for one in defined_in(symbols)}
        return known[1]

    def _read(self) -> Iterator[Links]:
        """The links so far, again and again; the last are all."""
        links = Links()
        ask = self._index.ask
        last = 0
        while rows := ask(partial(Store.outlines_after, file_id=last, limit=BATCH)):
            for last, path, outline in rows:  # noqa: B007 - where to go on
                links.define(path, defined_in(outline))
            yield links
        last = 0
        while words := ask(partial(Store.words_after, file_id=last, limit=BATCH)):
            for last, path, held, imports in words:  # noqa: B007 - as above
                links.use(path, held.decode("utf-8", "replace").split("\n"), imported_in(imports))
            yield links
        yield links

    def _update(self) -> None:
        """Take one file that changed, or look who uses one name that is new."""
        if self._pending:
            path = next(iter(self._pending))
            del self._pending[path]
            self._new.update(dict.fromkeys(self._take(path)))
        else:
            name = next(iter(self._new))
            del self._new[name]
            self.links.use_also(name, self._index.ask(partial(Store.files_with_word, name=bare(name))))
        if len(self._new) > MANY_NEW:
            self.is_read = False
            self._pending.clear()
            self._new.clear()

    def _take(self, path: str) -> list[str]:
        ask = self._index.ask
        if ask(lambda store: store.file(path)) is None:
            self.links.drop(path)
            return []
        symbols = ask(lambda store: store.symbols_of(path))
        new = self.links.define(path, once((s.name, not s.container, s.exported) for s in symbols))
        words = ask(lambda store: store.words_of(path)).decode("utf-8", "replace").split("\n")
        self.links.use(path, words, imported_in(ask(lambda store: store.imports_of(path))))
        return new


def _over(spread: Spread, opened: dict[str, Defined], hidden: Collection[str]) -> Spread:
    kept = [d for d in spread.definers if d.path not in hidden]
    kept += [Definer(path, one.is_top, one.is_exported) for path, one in opened.items()]
    # Where there were too many to be listed, there still are.
    n_definers = len(kept) if spread.definers or not spread.n_definers else spread.n_definers
    return Spread(tuple(sorted(kept, key=lambda d: d.path)), n_definers, spread.n_uses)
