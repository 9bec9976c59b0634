"""An index seen together with the open documents: what is being typed is known before the index has taken it."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from rulewright.core.code_ports import CodeIndex, Matches, SymbolRow
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.symbols import FileRecord, Import

MAX_TEXT = 256 * 1024
"""Bytes of a document that an import's meaning is read from."""


class _Live(msgspec.Struct, frozen=True):
    """What a document held when a word, or a chain of them, began."""

    around: object
    has_chain: bool
    is_whole: bool
    """Whether nothing was broken there, so that the first letter of a word makes no difference."""
    known: FileRecord | None
    record: FileRecord
    imports: Sequence[Import]


class LiveIndex:
    """A `CodeIndex` whose records of documents that are being typed are those of this moment."""

    def __init__(
        self,
        index: CodeIndex,
        typed: Callable[[str], Buffer | None],
        opened: Callable[[str], Buffer | None] | None = None,
    ) -> None:
        self._index, self._typed, self._opened = index, typed, opened or typed

        self._lives: dict[str, _Live] = {}

    def record(self, path: str) -> FileRecord | None:
        """All that is known of a file; for one that is being typed without its words."""
        buffer = self._typed(path)
        known = self._index.record(path)
        if buffer is None:
            self._lives.pop(path, None)
            return known
        return self._live(path, buffer, known).record

    def _live(self, path: str, buffer: Buffer, known: FileRecord | None) -> _Live:
        """What a document holds; while a word or a chain of them grows, what it held when that began."""
        kept = self._lives.get(path)
        if (
            kept is not None
            and kept.around is buffer.around_chain
            and kept.known is known
            and (kept.is_whole or kept.has_chain == buffer.has_chain)
        ):
            return kept
        live = FileRecord(buffer.language, buffer.symbols, buffer.imports)
        root = buffer.root
        # Half a line can swallow a class: then what was known before it says more.
        if root is not None and root.has_error and known is not None and len(known.symbols) > len(live.symbols):
            live = known
        kept = _Live(buffer.around_chain, buffer.has_chain, buffer.is_whole, known, live, buffer.imports)
        self._lives[path] = kept
        return kept

    def imports_of(self, path: str) -> Sequence[Import]:
        """The imports of a file."""
        buffer = self._typed(path)
        if buffer is None:
            return self._index.imports_of(path)
        return self._live(path, buffer, self._index.record(path)).imports

    def symbols_named(self, name: str, limit: int = 1000) -> Sequence[SymbolRow]:
        """Symbols of exactly this name."""
        return self._index.symbols_named(name, limit)

    def search(self, pattern: str, limit: int) -> Matches:
        """Symbols whose name matches."""
        return self._index.search(pattern, limit)

    def prefix(self, pattern: str, limit: int) -> Matches:
        """Symbols whose name begins with `pattern`."""
        return self._index.prefix(pattern, limit)

    def symbols_of(self, path: str) -> Sequence[SymbolRow]:
        """The symbols of one file."""
        return self._index.symbols_of(path)

    def files_with_word(self, name: str) -> Sequence[str]:
        """The files that hold a word."""
        return self._index.files_with_word(name)

    def exists(self, path: str) -> bool:
        """Whether the workspace has this file."""
        return self._index.exists(path)

    def below(self, folder: str) -> Iterable[str]:
        """The files right in a folder."""
        return self._index.below(folder)

    def folders_in(self, folder: str) -> Iterable[str]:
        """The folders right in a folder."""
        return self._index.folders_in(folder)

    def ending(self, suffix: str) -> Iterable[str]:
        """The files whose path ends so."""
        return self._index.ending(suffix)

    def text(self, path: str) -> str | None:
        """A small file's text; that of a document as it is, saved or not."""
        buffer = self._opened(path)
        if buffer is None:
            return self._index.text(path)
        return buffer.source.decode("utf-8", "replace") if len(buffer.source) <= MAX_TEXT else None
