"""Where imports count in languages of which a file may hold several modules: Rust and Elixir."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from rulewright.core.index.symbols import Import, Symbol, SymbolKind

NESTED = frozenset({"rust", "elixir"})
"""Languages of which a file may hold several modules."""


class Modules:
    """The modules of a file, and which of them holds a row."""

    def __init__(self, symbols: Sequence[Symbol]) -> None:
        """`symbols` are in order of their start."""
        self.all = [s for s in symbols if s.kind == SymbolKind.MODULE]
        self._starts = [s.start_row for s in self.all]
        self._outer: list[int] = []
        """The index of the module around each; -1 for none."""
        open_: list[int] = []
        for number, module in enumerate(self.all):
            while open_ and self.all[open_[-1]].end_row < module.end_row:
                open_.pop()
            self._outer.append(open_[-1] if open_ else -1)
            open_.append(number)

    def outwards(self, row: int) -> list[int]:
        """The modules that hold a row behind their first one, by their indices, the innermost first; -1 is the file."""
        at = bisect_left(self._starts, row) - 1
        found: list[int] = []
        while at >= 0:
            if self.all[at].end_row >= row:
                found.append(at)
            at = self._outer[at]
        return [*found, -1]

    def around(self, row: int) -> list[Symbol]:
        """The same as symbols, without the file."""
        return [self.all[at] for at in self.outwards(row)[:-1]]


def seen_at(language: str, symbols: Sequence[Symbol], imports: Sequence[Import], row: int) -> list[Import]:
    """The imports of a file that count at a row.

    A module of Elixir has those of the modules around it; one of Rust has only its own, unless it takes all from there.
    """
    modules = Modules(symbols) if language in NESTED else None
    if modules is None or not modules.all:
        return list(imports)
    outwards = modules.outwards(row)
    holders = [modules.outwards(i.row)[0] for i in imports]
    counting = outwards
    if language == "rust":
        counting = outwards[:1]
        taking = {h for i, h in zip(imports, holders, strict=True) if i.module == "super" and i.name == "*"}
        for module, outer in pairwise(outwards):
            if module not in taking:
                break
            counting.append(outer)
    return [i for i, h in zip(imports, holders, strict=True) if h in counting]
