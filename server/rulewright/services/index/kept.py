"""An index as the code gateway keeps it: the questions of `core.code_ports.CodeIndex`, over the tables and overlays."""

# ruff: noqa: PTH113, PTH118 - as in `index`

import contextlib
import os
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from rulewright.core.code_ports import Matches, SymbolRow, TextMatches
from rulewright.core.config import IndexSettings
from rulewright.core.index.fit import unfit_folder
from rulewright.core.index.match import Matcher
from rulewright.core.index.pattern import fold
from rulewright.core.index.symbols import FileRecord, Import
from rulewright.core.languages import language_of
from rulewright.core.retrieve.graph import Graph
from rulewright.core.retrieve.links import Links
from rulewright.core.retrieve.position import Spread
from rulewright.services.index.builder import Progress
from rulewright.services.index.ignores import folder_patterns
from rulewright.services.index.index import Index
from rulewright.services.index.linking import Linking
from rulewright.services.index.reading import NotThereError, read_file
from rulewright.services.index.scan import ignores_above
from rulewright.services.index.searching import Names
from rulewright.services.index.tables import FoundSymbol
from rulewright.services.index.texts import Texts

MAX_TEXT = 256 * 1024
"""Bytes of a file that an import's meaning is read from."""


MAX_RECORDS = 256
SLICE_S = 0.005
"""How long a step goes on with what is read behind the index."""


class KeptIndex:
    """One workspace's index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._names = Names(index)
        self._linking = Linking(index)
        self._texts = Texts(index, index.store.folder if index.store.path is not None else None)
        self._wants_texts = self._texts.was_wanted
        self._records: dict[str, FileRecord | None] = {}
        """Decoded already; forgotten with the next change of anything."""

    # Keeping up

    def overlay(self, path: str, record: FileRecord | None, words: bytes = b"") -> None:
        """From now on this counts instead of what is on disk; with None the disk counts again."""
        self._records.pop(path, None)
        self._index.overlay(path, record, words)

    def refresh(self, paths: Sequence[str] | None = None) -> None:
        """Look at these files or folders again, or at all."""
        self._index.refresh(paths)

    def step(self, timeout_s: float) -> bool:
        """Go on with what is to be done for at most about this long; whether there is more."""
        report = self._index.step(timeout_s)
        if report.is_new:
            # What was read before is of another database.
            self._records.clear()
            self._names, self._linking = Names(self._index), Linking(self._index)
            self._texts.changed()
        if not report.is_idle:
            # A record that was lost is on its way.
            self._records.clear()
        if report.changed or report.removed:
            self._records.clear()
            self._names.changed(report.changed)
            self._linking.changed((*report.changed, *report.removed))
            self._texts.changed()
        if report.is_idle:
            return self._names.step() or self._linking_step(SLICE_S) or self._texts_step(SLICE_S)
        return not self._index.builder.is_paused

    def _linking_step(self, timeout_s: float) -> bool:
        return self._linking.is_wanted and self._linking.step(timeout_s)

    def _texts_step(self, timeout_s: float) -> bool:
        return self._wants_texts and self._texts.step(timeout_s)

    def read_links(self, timeout_s: float) -> bool:
        """Go on reading what `links` gives for at most about this long; whether there is more."""
        return self._linking.step(timeout_s)

    def read_texts(self, timeout_s: float) -> bool:
        """Go on with what `matching` needs, from now on also in `step`; whether there is more."""
        self._wants_texts = True
        return self._texts.step(timeout_s)

    def progress(self) -> Progress:
        """How far it is."""
        return self._index.builder.progress()

    def prefer(self, paths: Sequence[str]) -> None:
        """Index these first."""
        self._index.prefer(paths)

    def pause(self) -> None:
        """Stop indexing."""
        self._index.pause()

    def resume(self) -> None:
        """Go on."""
        self._index.resume()

    def status(self) -> Any:
        """A record for people and programs."""
        return self._index.status()

    def why(self, path: str) -> str:
        """Whether a file is in the index, and the reason, in a sentence."""
        return self._index.why(path)

    def folders(self) -> set[str]:
        """The folders that hold a file of the index, relative to the root, and those above them."""
        found = {""}
        for path in self._index.paths():
            folder = path.rpartition("/")[0]
            while folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return found

    def clear(self, *, records: bool = False) -> None:
        """Forget what is known of this workspace; with `records` also the records of all contents."""
        self._records.clear()
        self._index.clear(records=records)
        self._names, self._linking = Names(self._index), Linking(self._index)
        self._texts.forget()
        self._wants_texts = False

    def close(self) -> None:
        """Write what is known and end what was started."""
        self._texts.close()
        self._index.close()

    # Asking

    def symbols_named(self, name: str, limit: int = 1000) -> Sequence[SymbolRow]:
        """Symbols of exactly this name, ordered by path and place."""
        found = sorted(self._index.symbols_named(name), key=lambda s: (s.path, s.row, s.column))
        return [_row(s) for s in found[:limit]]

    def search(self, pattern: str, limit: int) -> Matches:
        """Symbols whose name matches by prefix, camel humps or in sequence, the best first."""
        scored, is_complete = self._names.search(pattern, limit)
        opened = [symbol for path in self._index.overlays for symbol in self._index.symbols_of(path)]
        scored += [(score, opened[at]) for at, score in Matcher(pattern).scores([s.name for s in opened])]
        scored.sort(key=lambda item: (-item[0], item[1].name, item[1].path, item[1].row))
        return Matches(tuple(_row(s) for _, s in scored[:limit]), is_complete and len(scored) <= limit)

    def prefix(self, pattern: str, limit: int, *, free: bool = False) -> Matches:
        """Symbols whose name begins with `pattern`, in any case."""
        stored = self._names.prefix(pattern, limit + 1, free=free)
        if stored is None:
            # Not for long: there is a table soon after all is read.
            n_asked = 4 * limit if free else limit + 1
            found = self._index.symbols_with_prefix(pattern, n_asked)
            is_all = len(found) < n_asked
        else:
            folded = fold(pattern)
            found = stored + self._index.overlays.symbols(lambda s: fold(s.name).startswith(folded))
            is_all = len(stored) <= limit
        if free:
            found = [s for s in found if s.is_free]
        rows = [_row(s) for s in found]
        rows.sort(key=lambda row: (not row.name.startswith(pattern), len(row.name), row.name, row.path, row.row))
        return Matches(tuple(rows[:limit]), is_all and len(rows) <= limit)

    def symbols_of(self, path: str) -> Sequence[SymbolRow]:
        """The symbols of one file, in order."""
        return [_row(s) for s in self._index.symbols_of(path)]

    def record(self, path: str) -> FileRecord | None:
        """All that is known of a file; None when it is not in the index."""
        if path not in self._records:
            if len(self._records) >= MAX_RECORDS:
                self._records.clear()
            self._records[path] = self._index.record(path)
        return self._records[path]

    def imports_of(self, path: str) -> Sequence[Import]:
        """The imports of a file."""
        return self._index.imports_of(path)

    def files_with_word(self, name: str) -> Sequence[str]:
        """The files that hold a word, in order of their paths."""
        return sorted(self._index.files_with_word(name))

    def words_of(self, path: str) -> bytes:
        """A file's words, each between line feeds."""
        return self._index.words_of(path)

    def spread(self, names: AbstractSet[str]) -> Mapping[str, Spread]:
        """How names are spread over the files."""
        return self._linking.spread(names)

    def graph(self) -> Graph:
        """The same as a graph of files."""
        return self._linking.graph()

    def links(self) -> Links:
        """Which files define and which use which names, as they are on disk."""
        return self._linking.links

    def n_files(self) -> int:
        """Files whose names are known."""
        return len(self._linking.links)

    def matching(self, terms: Sequence[str], limit: int) -> TextMatches:
        """Definitions whose text has some of these words, the best first; in unsaved buffers where they stand there."""
        ids = self._texts.find(terms, limit)
        stored = self._index.ask(lambda store: store.symbols(ids))
        overlays = self._index.overlays
        found = [s if s.path not in overlays else _again(s, overlays.symbols_of(s.path)) for s in stored]
        return TextMatches(tuple(_row(s) for s in found if s is not None), self._texts.n_waiting)

    # The files, for what imports mean

    def exists(self, path: str) -> bool:
        """Whether the workspace has this file."""
        if path in self._index.overlays:
            return True
        if self._linking.is_read:
            # A set in memory: an import means a dozen files that might be there.
            return path in self._linking.links or os.path.isfile(self._absolute(path))
        row = self._index.file(path)
        # A file that is too large or generated is no less there.
        return row is not None or os.path.isfile(self._absolute(path))

    def below(self, folder: str) -> Iterable[str]:
        """The files right in a folder, in order."""
        prefix = folder + "/" if folder else ""
        names = {p[len(prefix) :] for p in self._index.overlays if p.startswith(prefix) and "/" not in p[len(prefix) :]}
        # A folder that is not there has no files.
        with contextlib.suppress(OSError, ValueError), os.scandir(self._absolute(folder)) as entries:
            names.update(entry.name for entry in entries if entry.is_file())
        return [prefix + name for name in sorted(names)]

    def folders_in(self, folder: str) -> Iterable[str]:
        """The folders right in a folder that are indexed, in order."""
        root, full = self._index.root, self._absolute(folder)
        prefix = folder + "/" if folder else ""
        found = {
            p[len(prefix) :].partition("/")[0]
            for p in self._index.overlays
            if p.startswith(prefix) and "/" in p[len(prefix) :]
        }
        ignores = ignores_above(root, folder)
        ignores = ignores.joined(folder_patterns(full, folder, prefix=ignores.prefix))
        with contextlib.suppress(OSError, ValueError), os.scandir(full) as entries:
            found.update(
                entry.name
                for entry in entries
                if entry.is_dir(follow_symlinks=False)
                and not unfit_folder(entry.name)
                and not ignores.ignored(prefix + entry.name, entry.name, is_folder=True)
            )
        return [prefix + name for name in sorted(found) if not name.startswith(".")]

    def ending(self, suffix: str) -> Iterable[str]:
        """The files whose path is `suffix` or ends with a slash and `suffix`, in order."""
        return sorted(self._index.paths_ending(suffix))

    def text(self, path: str) -> str | None:
        """A small file's text; None where it is not there or too large."""
        try:
            return read_file(self._absolute(path), MAX_TEXT).data.decode("utf-8", "replace")
        except (NotThereError, OSError, ValueError):
            return None

    def _absolute(self, path: str) -> str:
        return os.path.join(self._index.root, path)


def _again(stored: FoundSymbol, opened: Sequence[FoundSymbol]) -> FoundSymbol | None:
    """A symbol of a file in the unsaved buffer that lies over it; None where it is no more."""
    same = [s for s in opened if (s.name, s.container) == (stored.name, stored.container)]
    return min(same, key=lambda s: abs(s.row - stored.row), default=None)


def _row(s: FoundSymbol) -> SymbolRow:
    language = language_of(s.path)
    return SymbolRow(s.id, s.path, language, s.name, s.kind, s.row, s.column, s.column16, s.container, s.exported)


def open_index(root: str, settings: IndexSettings, workers: int, cache_dir: Path | None = None) -> KeptIndex:
    """The index of a folder, with so many processes where the settings name no number."""
    index = Index(
        root,
        cache_dir=cache_dir,
        exclude=settings.exclude,
        max_file_kb=settings.max_file_kb,
        workers=settings.jobs or workers,
        timeout_s=settings.timeout_s,
    )
    return KeptIndex(index)
