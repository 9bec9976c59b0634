"""The index where none is wanted, or where there is no workspace: only what is open is known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from rulewright.core.code_ports import Matches, SymbolRow, TextMatches
from rulewright.core.index.free import is_free_row
from rulewright.core.index.match import Matcher
from rulewright.core.index.symbols import FileRecord, Import
from rulewright.core.index.words import has_word
from rulewright.core.retrieve.graph import Graph, graph_of
from rulewright.core.retrieve.links import Links, defined_in, imported_in
from rulewright.core.retrieve.position import Spread
from rulewright.core.retrieve.split import parts
from rulewright.services.index.builder import Progress

_SYMBOL_BITS = 20


class OpenOnlyIndex:
    """Records of the open documents, by path."""

    def __init__(self) -> None:
        self._records: dict[str, FileRecord] = {}
        self._words: dict[str, bytes] = {}
        self._numbers: dict[str, int] = {}

    def overlay(self, path: str, record: FileRecord | None, words: bytes = b"") -> None:
        """Know this document, or forget it."""
        if record is None:
            self._records.pop(path, None)
            self._words.pop(path, None)
        else:
            self._records[path] = record
            self._words[path] = words
            self._numbers.setdefault(path, len(self._numbers) + 1)

    def refresh(self, paths: Sequence[str] | None = None) -> None:
        """There is no disk to look at."""

    def step(self, timeout_s: float) -> bool:
        """There is nothing to do."""
        del timeout_s
        return False

    def progress(self) -> Progress:
        """Always done."""
        return Progress(0, 0, 0, 0, None)

    def prefer(self, paths: Sequence[str]) -> None:
        """There is no order."""

    def pause(self) -> None:
        """There is nothing to stop."""

    def resume(self) -> None:
        """There is nothing to go on with."""

    def status(self) -> Any:
        """What is known."""
        return {"files": len(self._records), "is_enabled": False}

    def why(self, path: str) -> str:
        """Why a file is not known."""
        known = "it is open" if path in self._records else "only open documents are known, for index.enabled is false"
        return f"{path}: {known}."

    def folders(self) -> set[str]:
        """None on disk."""
        return set()

    def clear(self, *, records: bool = False) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """There is nothing to end."""

    def _rows(self) -> Iterator[SymbolRow]:
        for path in sorted(self._records):
            yield from self.symbols_of(path)

    def symbols_of(self, path: str) -> Sequence[SymbolRow]:
        """The symbols of one document, in order."""
        record = self._records.get(path)
        if record is None:
            return ()
        first = self._numbers[path] << _SYMBOL_BITS
        return [
            SymbolRow(
                first + number,
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
        """Symbols of exactly this name."""
        return [row for row in self._rows() if row.name == name][:limit]

    def search(self, pattern: str, limit: int) -> Matches:
        """Symbols whose name matches, the best first."""
        rows = list(self._rows())
        scored = [(score, rows[at]) for at, score in Matcher(pattern).scores([row.name for row in rows])]
        scored.sort(key=lambda item: (-item[0], item[1].name, item[1].path, item[1].row))
        return Matches(tuple(row for _, row in scored[:limit]), len(scored) <= limit)

    def prefix(self, pattern: str, limit: int, *, free: bool = False) -> Matches:
        """Symbols whose name begins with `pattern`, in any case."""
        folded = pattern.lower()
        found = [row for row in self._rows() if row.name.lower().startswith(folded) and (not free or is_free_row(row))]
        found.sort(key=lambda row: (not row.name.startswith(pattern), len(row.name), row.name, row.path, row.row))
        return Matches(tuple(found[:limit]), len(found) <= limit)

    def record(self, path: str) -> FileRecord | None:
        """What is known of a document."""
        return self._records.get(path)

    def imports_of(self, path: str) -> Sequence[Import]:
        """The imports of a document."""
        record = self._records.get(path)
        return record.imports if record is not None else ()

    def files_with_word(self, name: str) -> Sequence[str]:
        """The documents that hold a word."""
        return [path for path in sorted(self._records) if has_word(self._words[path], name)]

    def words_of(self, path: str) -> bytes:
        """A document's words, each between line feeds."""
        return self._words.get(path, b"")

    def exists(self, path: str) -> bool:
        """Whether a document is open."""
        return path in self._records

    def below(self, folder: str) -> Iterable[str]:
        """The documents right in a folder."""
        prefix = folder + "/" if folder else ""
        return [p for p in sorted(self._records) if p.startswith(prefix) and "/" not in p[len(prefix) :]]

    def folders_in(self, folder: str) -> Iterable[str]:
        """The folders right in a folder that hold an open document."""
        prefix = folder + "/" if folder else ""
        rest = [p[len(prefix) :] for p in self._records if p.startswith(prefix)]
        return sorted({prefix + p.partition("/")[0] for p in rest if "/" in p})

    def ending(self, suffix: str) -> Iterable[str]:
        """The documents whose path ends so."""
        return [p for p in sorted(self._records) if p == suffix or p.endswith("/" + suffix)]

    def text(self, path: str) -> str | None:
        """Nothing is read."""
        del path
        return None

    def spread(self, names: AbstractSet[str]) -> Mapping[str, Spread]:
        """How names are spread over the documents."""
        return self.links().spread(names)

    def n_files(self) -> int:
        """The documents."""
        return len(self._records)

    def graph(self) -> Graph:
        """The same as a graph."""
        return graph_of(self.links())

    def links(self) -> Links:
        """Which documents define and which use which names."""
        links = Links()
        for path in sorted(self._records):
            links.define(path, defined_in(self._records[path].symbols))
        for path, record in self._records.items():
            links.use(path, self._words[path].decode("utf-8", "replace").split("\n"), imported_in(record.imports))
        return links

    def matching(self, terms: Sequence[str], limit: int) -> TextMatches:
        """Definitions whose name has some of the words; texts are not kept."""
        asked = frozenset(terms)
        scored = [(len(asked.intersection(parts(row.name))), row) for row in self._rows()]
        scored = [one for one in scored if one[0]]
        scored.sort(key=lambda one: (-one[0], one[1].path, one[1].row))
        return TextMatches(tuple(row for _, row in scored[:limit]))

    def read_links(self, timeout_s: float) -> bool:
        """There is nothing to read."""
        del timeout_s
        return False

    def read_texts(self, timeout_s: float) -> bool:
        """There is nothing to read."""
        del timeout_s
        return False
