"""What other files can name without a receiver: functions and classes at the top, not what an object or a class has."""

from typing import TYPE_CHECKING

from rulewright.core.index.near import BY_FOLDER
from rulewright.core.index.symbols import SymbolKind

if TYPE_CHECKING:
    from rulewright.core.code_ports import SymbolRow

_MEMBERS = frozenset(
    {
        SymbolKind.METHOD,
        SymbolKind.CONSTRUCTOR,
        SymbolKind.FIELD,
        SymbolKind.PROPERTY,
        SymbolKind.ENUM_MEMBER,
    }
)
_DATA = frozenset({SymbolKind.KEY, SymbolKind.STRING, SymbolKind.NUMBER, SymbolKind.FILE})
_HELD = frozenset({"java", "kotlin", "scala", "csharp", "rust", "cpp", "ruby", "elixir"})
"""Languages in which what a class or a module holds may be named alone too."""


_AT_TOP = frozenset(map(int, SymbolKind)) - _MEMBERS - _DATA
_INSIDE = _AT_TOP - {SymbolKind.TYPE_PARAMETER}


def free_kinds(language: str) -> tuple[frozenset[int], frozenset[int]]:
    """The kinds of symbols that can be named without a receiver: of those at the top, and of those that others hold."""
    return _AT_TOP, _INSIDE if language in _HELD else frozenset()


def is_free(language: str, kind: int, *, is_held: bool) -> bool:
    """Whether a symbol can be named without a receiver, whatever it is hidden from."""
    return kind in free_kinds(language)[is_held]


def may_be_named(language: str, kind: int, *, is_held: bool, is_exported: bool) -> bool:
    """Whether any other file may name a symbol without a receiver, if only one of the same folder."""
    return (is_exported or language in BY_FOLDER) and is_free(language, kind, is_held=is_held)


def is_free_row(row: "SymbolRow") -> bool:
    """The same of a row of the index."""
    return may_be_named(row.language, row.kind, is_held=bool(row.container), is_exported=row.exported)
