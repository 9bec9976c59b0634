"""A workspace in memory for the features that know code: a dict of files, and nothing behind it."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from rulewright.core.code_ports import Matches, SymbolRow, TextMatches
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.free import is_free_row
from rulewright.core.index.match import Matcher
from rulewright.core.index.symbols import FileRecord, Import
from rulewright.core.index.words import has_word
from rulewright.core.languages import language_of
from rulewright.core.retrieve.graph import Graph, graph_of
from rulewright.core.retrieve.links import Links, defined_in, imported_in
from rulewright.core.retrieve.position import Spread
from rulewright.core.retrieve.split import words_of_text
from rulewright.core.text import PositionEncoding


class MemoryIndex:
    """The plainest index there can be; what it answers is what the real one must."""

    def __init__(self, buffers: Mapping[str, Buffer]) -> None:
        self._buffers = buffers

    def _all(self) -> list[SymbolRow]:
        return [row for path in sorted(self._buffers) for row in self.symbols_of(path)]

    def symbols_of(self, path: str) -> Sequence[SymbolRow]:
        record = self.record(path)
        if record is None:
            return ()
        base = sorted(self._buffers).index(path) * 1_000_000
        return [
            SymbolRow(
                base + number,
                path,
                record.language,
                s.name,
                s.kind,
                s.row,
                s.column,
                s.column16,
                record.symbols[s.parent].name if s.parent >= 0 else "",
                s.exported,
                s.type,
            )
            for number, s in enumerate(record.symbols)
        ]

    def symbols_named(self, name: str, limit: int = 1000) -> Sequence[SymbolRow]:
        return [row for row in self._all() if row.name == name][:limit]

    def search(self, pattern: str, limit: int) -> Matches:
        matcher = Matcher(pattern)
        scored = [(score, row) for row in self._all() if (score := matcher.score(row.name)) is not None]
        scored.sort(key=lambda item: (-item[0], item[1].name, item[1].path, item[1].row))
        return Matches(tuple(row for _, row in scored[:limit]), len(scored) <= limit)

    def prefix(self, pattern: str, limit: int, *, free: bool = False) -> Matches:
        rows = (row for row in self._all() if not free or is_free_row(row))
        found = [row for row in rows if row.name.lower().startswith(pattern.lower())]
        found.sort(key=lambda row: (not row.name.startswith(pattern), len(row.name), row.name, row.path, row.row))
        return Matches(tuple(found[:limit]), len(found) <= limit)

    def record(self, path: str) -> FileRecord | None:
        buffer = self._buffers.get(path)
        return buffer.record if buffer is not None else None

    def imports_of(self, path: str) -> Sequence[Import]:
        record = self.record(path)
        return record.imports if record is not None else ()

    def files_with_word(self, name: str) -> Sequence[str]:
        return [path for path in sorted(self._buffers) if has_word(self._buffers[path].words, name)]

    def words_of(self, path: str) -> bytes:
        return self._buffers[path].words if path in self._buffers else b""

    def exists(self, path: str) -> bool:
        return path in self._buffers

    def below(self, folder: str) -> Iterable[str]:
        prefix = folder + "/" if folder else ""
        return [p for p in sorted(self._buffers) if p.startswith(prefix) and "/" not in p[len(prefix) :]]

    def folders_in(self, folder: str) -> Iterable[str]:
        prefix = folder + "/" if folder else ""
        rest = [p[len(prefix) :] for p in self._buffers if p.startswith(prefix)]
        return sorted({prefix + p.partition("/")[0] for p in rest if "/" in p})

    def ending(self, suffix: str) -> Iterable[str]:
        return [p for p in sorted(self._buffers) if p == suffix or p.endswith("/" + suffix)]

    def text(self, path: str) -> str | None:
        buffer = self._buffers.get(path)
        return buffer.source.decode("utf-8", "replace") if buffer is not None else None

    def graph(self) -> Graph:
        return graph_of(self.links())

    def links(self) -> Links:
        links = Links()
        for path in sorted(self._buffers):
            links.define(path, defined_in(self._buffers[path].record.symbols))
        for path, buffer in self._buffers.items():
            links.use(path, buffer.words.decode("utf-8", "replace").split("\n"), imported_in(buffer.imports))
        return links

    def spread(self, names: AbstractSet[str]) -> Mapping[str, Spread]:
        return self.links().spread(names)

    def n_files(self) -> int:
        return len(self._buffers)

    def matching(self, terms: Sequence[str], limit: int) -> TextMatches:
        asked = set(terms)
        scored = [(len(asked & set(words_of_text(self._text_of(row)).split())), row) for row in self._all()]
        scored.sort(key=lambda one: (-one[0], one[1].path, one[1].row))
        return TextMatches(tuple(row for score, row in scored if score)[:limit])

    def _text_of(self, row: SymbolRow) -> str:
        record = self._buffers[row.path].record
        symbol = next(s for s in record.symbols if (s.name, s.row) == (row.name, row.row))
        lines = (self.text(row.path) or "").split("\n")[symbol.start_row : symbol.end_row + 1]
        return "\n".join((row.path, *lines))


class MemoryWorkspace:
    """Files by path, all of them open when asked for; `opened` are those an editor has, the latest first."""

    def __init__(
        self, files: Mapping[str, str], encoding: PositionEncoding = "utf-16", opened: Sequence[str] = ()
    ) -> None:
        self.encoding = encoding
        self.buffers = {path: Buffer(path, language_of(path), text) for path, text in files.items()}
        self.index = MemoryIndex(self.buffers)
        self._opened = tuple(opened)
        self.withheld: dict[str, str] = {}

    def buffer(self, path: str) -> Buffer | None:
        return self.buffers.get(path)

    def lines(self, path: str) -> Sequence[str] | None:
        text = self.index.text(path)
        return None if text is None else text.split("\n")

    def why_withheld(self, path: str) -> str:
        return self.withheld.get(path, "")

    def open_paths(self) -> Sequence[str]:
        return self._opened
