"""An index seen together with the open documents: what is being typed is known before the index has taken it."""

from collections.abc import Callable, Iterable, Sequence

from rulewright.core.code_ports import CodeIndex, Matches, SymbolRow
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.symbols import FileRecord, Import


class LiveIndex:
    """A `CodeIndex` whose records of documents that are being typed are those of this moment."""

    def __init__(self, index: CodeIndex, typed: Callable[[str], Buffer | None]) -> None:
        self._index, self._typed = index, typed

    def record(self, path: str) -> FileRecord | None:
        """All that is known of a file; for one that is being typed without its words."""
        buffer = self._typed(path)
        known = self._index.record(path)
        if buffer is None:
            return known
        live = FileRecord(buffer.language, buffer.symbols, buffer.imports)
        root = buffer.root
        # Half a line can swallow a class: then what was known before it says more.
        if root is not None and root.has_error and known is not None and len(known.symbols) > len(live.symbols):
            return known
        return live

    def imports_of(self, path: str) -> Sequence[Import]:
        """The imports of a file."""
        buffer = self._typed(path)
        return buffer.imports if buffer is not None else self._index.imports_of(path)

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
        """A small file's text."""
        return self._index.text(path)
