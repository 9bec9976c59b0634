"""Unsaved buffers laid over the index: their symbols, words and imports in place of those on disk."""

import itertools
from collections.abc import Callable, Iterator

import msgspec

from rulewright.core.index.symbols import FileRecord, Import
from rulewright.core.index.words import has_word
from rulewright.services.index.tables import SYMBOL_BITS, FoundSymbol

_BASE = -1 << 62
"""Ids of overlays are below 0, so that they never meet those of the database."""


class _Layer(msgspec.Struct, frozen=True):
    record: FileRecord
    words: bytes
    symbols: tuple[FoundSymbol, ...]


class Overlays:
    """Records by path, each until it is dropped."""

    def __init__(self) -> None:
        self._layers: dict[str, _Layer] = {}
        self._numbers = itertools.count()

    def __contains__(self, path: str) -> bool:
        return path in self._layers

    def __bool__(self) -> bool:
        return bool(self._layers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def put(self, path: str, record: FileRecord, words: bytes) -> None:
        """Lay a record and words over a path."""
        first = _BASE + (next(self._numbers) << SYMBOL_BITS)
        symbols = tuple(
            FoundSymbol(
                first + at,
                path,
                s.name,
                s.kind,
                s.row,
                s.column,
                s.column16,
                record.symbols[s.parent].name if s.parent >= 0 else "",
                s.exported,
            )
            for at, s in enumerate(record.symbols)
        )
        self._layers[path] = _Layer(record, words, symbols)

    def drop(self, path: str) -> bool:
        """Show what is on disk again; whether there was anything to drop."""
        return self._layers.pop(path, None) is not None

    def record(self, path: str) -> FileRecord | None:
        """What lies over a path."""
        layer = self._layers.get(path)
        return layer.record if layer else None

    def words(self, path: str) -> bytes | None:
        """The words of what lies over a path."""
        layer = self._layers.get(path)
        return layer.words if layer else None

    def symbols(self, fits: Callable[[FoundSymbol], bool]) -> list[FoundSymbol]:
        """Of all overlays, those that fit."""
        return [s for layer in self._layers.values() for s in layer.symbols if fits(s)]

    def symbols_of(self, path: str) -> list[FoundSymbol]:
        """Of one overlay."""
        layer = self._layers.get(path)
        return list(layer.symbols) if layer else []

    def by_id(self) -> dict[int, FoundSymbol]:
        """Every symbol."""
        return {s.id: s for layer in self._layers.values() for s in layer.symbols}

    def paths_with_word(self, name: str) -> list[str]:
        """Overlays in which a name stands."""
        return [path for path, layer in self._layers.items() if has_word(layer.words, name)]

    def importers_of(self, module: str) -> list[str]:
        """Overlays that import a module."""
        return [p for p, layer in self._layers.items() if any(i.module == module for i in layer.record.imports)]

    def imports_of(self, path: str) -> list[Import]:
        """What an overlay brings in."""
        return list(self._layers[path].record.imports)
