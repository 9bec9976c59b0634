"""Where imports count in languages of which a file may hold several modules: Rust and Elixir."""

from collections.abc import Sequence
from itertools import pairwise

from rulewright.core.index.symbols import Import, Symbol, SymbolKind

NESTED = frozenset({"rust", "elixir"})
"""Languages of which a file may hold several modules."""


def modules_around(symbols: Sequence[Symbol], row: int) -> list[Symbol]:
    """The modules of a file that hold a row behind their first one, the outermost first."""
    return [s for s in symbols if s.kind == SymbolKind.MODULE and s.start_row < row <= s.end_row]


def seen_at(language: str, symbols: Sequence[Symbol], imports: Sequence[Import], row: int) -> list[Import]:
    """The imports of a file that count at a row.

    A module of Elixir has those of the modules around it; one of Rust has only its own, unless it takes all from there.
    """
    modules = [s for s in symbols if s.kind == SymbolKind.MODULE]
    if not modules or language not in NESTED:
        return list(imports)
    outwards: list[Symbol | None] = [*reversed(modules_around(modules, row)), None]
    counting = outwards
    if language == "rust":
        counting = outwards[:1]
        for module, outer in pairwise(outwards):
            if not any(i.module == "super" and i.name == "*" and _holder(modules, i.row) == module for i in imports):
                break
            counting.append(outer)
    return [i for i in imports if _holder(modules, i.row) in counting]


def _holder(modules: Sequence[Symbol], row: int) -> Symbol | None:
    around = modules_around(modules, row)
    return around[-1] if around else None
