"""What the tables and the unsaved buffers over them know together: every question that waits for nothing."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from rulewright.core.index.symbols import Import
from rulewright.services.index.overlay import Overlays
from rulewright.services.index.store import Store
from rulewright.services.index.tables import FileRow, FoundSymbol

T = TypeVar("T")


class Lookup(ABC):
    """The questions about a workspace's files, names and words. Paths are relative to its root."""

    overlays: Overlays

    @abstractmethod
    def _ask(self, question: Callable[[Store], T]) -> T:
        """An answer of the store."""

    def file(self, path: str) -> FileRow | None:
        """What is known of a file, or of one whose name differs in Unicode's normal form alone."""
        return self._ask(lambda store: next((row for p in spellings(path) if (row := store.file(p))), None))

    def symbols_named(self, name: str) -> list[FoundSymbol]:
        """Definitions of exactly this name."""
        found = self._ask(lambda store: store.symbols_named(name))
        return self._over(found, lambda s: s.name == name)

    def symbols_with_prefix(self, prefix: str, limit: int = 100) -> list[FoundSymbol]:
        """At most `limit` definitions whose name starts so in any case, in the order of names."""
        found = self._ask(lambda store: store.symbols_with_prefix(prefix, limit))
        if not self.overlays:
            return found
        folded = prefix.lower()
        found = self._over(found, lambda s: s.name.lower().startswith(folded))
        return sorted(found, key=lambda s: s.name.lower())[:limit]

    def symbols_of(self, path: str) -> list[FoundSymbol]:
        """The definitions of a file, in the order of its record."""
        if path in self.overlays:
            return self.overlays.symbols_of(path)
        return self._ask(lambda store: store.symbols_of(path))

    def symbols(self, ids: Sequence[int]) -> list[FoundSymbol]:
        """Definitions by id, in this order; those that are no more, or lie under an overlay, are passed over."""
        found = {s.id: s for s in self._ask(lambda store: store.symbols([i for i in ids if i >= 0]))}
        if self.overlays:
            found = {i: s for i, s in found.items() if s.path not in self.overlays} | self.overlays.by_id()
        return [found[i] for i in ids if i in found]

    def all_names(self) -> Iterator[tuple[str, int]]:
        """Every definition on disk with its id; overlays have ids of their own, see `names_of`."""
        return self._ask(lambda store: store.all_names())

    def names_by_file(self) -> Iterator[tuple[list[tuple[str, int]], list[tuple[str, int]]]]:
        """The same, file by file, with those of them that another file may use alone."""
        return self._ask(lambda store: store.names_by_file())

    def names_of(self, path: str) -> list[tuple[str, int]]:
        """Names and ids of one file's definitions."""
        if path in self.overlays:
            return [(s.name, s.id) for s in self.overlays.symbols_of(path)]
        return self._ask(lambda store: store.names_of(path))

    def stored_names_of(self, path: str) -> list[tuple[str, int]]:
        """The same for what is on disk, whatever lies over it."""
        return self._ask(lambda store: store.names_of(path))

    def stored_free_names_of(self, path: str) -> list[tuple[str, int]]:
        """Of these, what other files may name without a receiver."""
        return self._ask(lambda store: store.free_names_of(path))

    def n_symbols(self) -> int:
        """Definitions on disk."""
        return self._ask(lambda store: store.counts()).symbols

    def files_with_word(self, name: str) -> list[str]:
        """Files in which a name stands as a word, comments and strings included."""
        found = self._ask(lambda store: store.files_with_word(name))
        if not self.overlays:
            return found
        return [p for p in found if p not in self.overlays] + self.overlays.paths_with_word(name)

    def words_of(self, path: str) -> bytes:
        """A file's words, each between line feeds."""
        words = self.overlays.words(path)
        return words if words is not None else self._ask(lambda store: store.words_of(path))

    def imports_of(self, path: str) -> list[Import]:
        """What a file brings in."""
        if path in self.overlays:
            return self.overlays.imports_of(path)
        return self._ask(lambda store: store.imports_of(path))

    def importers_of(self, module: str) -> list[str]:
        """Files with an import that names `module` exactly so."""
        found = self._ask(lambda store: store.importers_of(module))
        if not self.overlays:
            return found
        return [p for p in found if p not in self.overlays] + self.overlays.importers_of(module)

    def paths(self) -> list[str]:
        """Every indexed file, those with an overlay alone included."""
        found = self._ask(lambda store: store.paths())
        return list(dict.fromkeys((*found, *self.overlays)))

    def paths_ending(self, suffix: str) -> list[str]:
        """Files whose path is `suffix` or ends with a slash and `suffix`."""
        found = self._ask(lambda store: store.paths_ending(suffix))
        return list(dict.fromkeys((*found, *(p for p in self.overlays if p == suffix or p.endswith("/" + suffix)))))

    def _over(self, found: list[FoundSymbol], fits: Callable[[FoundSymbol], bool]) -> list[FoundSymbol]:
        if not self.overlays:
            return found
        return [s for s in found if s.path not in self.overlays] + self.overlays.symbols(fits)


def spellings(path: str) -> list[str]:
    """The path, and what it is called where names are kept in another normal form."""
    if path.isascii():
        return [path]
    return list(dict.fromkeys((path, unicodedata.normalize("NFC", path), unicodedata.normalize("NFD", path))))
