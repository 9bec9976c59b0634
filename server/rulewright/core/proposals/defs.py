"""The definitions of a text and what belongs to each: the comments and decorators above it."""

from functools import lru_cache

import msgspec

from rulewright.core.index.analyse import analyse
from rulewright.core.index.soundness import unsound
from rulewright.core.index.symbols import ROUTINES, FileRecord, Symbol, SymbolKind
from rulewright.core.index.traits import comment_signs
from rulewright.core.proposals.lines import Lines

HOLDERS = frozenset(
    {
        SymbolKind.CLASS,
        SymbolKind.INTERFACE,
        SymbolKind.STRUCT,
        SymbolKind.ENUM,
        SymbolKind.MODULE,
        SymbolKind.NAMESPACE,
    }
)
_METHODS_ALONE = frozenset({"typescript", "tsx", "javascript", "java", "csharp", "kotlin", "dart", "scala", "php"})
"""Languages in which a method that stands in no class is not read as one."""
_OPEN, _CLOSED = "([{", ")]}"


class Definition(msgspec.Struct, frozen=True):
    """A definition; rows from 0, the last one included."""

    name: str
    kind: int
    lead: int
    """The first row of the comments and decorators right above it."""
    first: int
    last: int
    parent: str
    """The names of what holds it, joined by dots."""
    signature: str
    type: str

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by in its file."""
        return (f"{self.parent}.{self.type}" if self.type and self.kind in ROUTINES else self.parent), self.name


@lru_cache(maxsize=16)
def record_of(text: str, language: str) -> FileRecord:
    """What the index says of a text. The same text is asked about several times for one edit."""
    return analyse(language, text.encode("utf-8", "replace"))


@lru_cache(maxsize=16)
def definitions(text: str, language: str) -> tuple[Definition, ...]:
    """The definitions of a text in order of their start."""
    symbols = record_of(text, language).symbols
    bare = Lines(text).bare
    return tuple(_definition(symbol, symbols, bare, language) for symbol in symbols)


def _definition(symbol: Symbol, symbols: tuple[Symbol, ...], bare: list[str], language: str) -> Definition:
    names: list[str] = []
    parent = symbol.parent
    while parent >= 0:
        names.append(symbols[parent].name)
        parent = symbols[parent].parent
    lead = lead_row(bare, symbol.start_row, language)
    last = min(symbol.end_row, max(len(bare) - 1, 0))
    return Definition(
        symbol.name, symbol.kind, lead, symbol.start_row, last, ".".join(reversed(names)), symbol.signature, symbol.type
    )


def lead_row(bare: list[str], row: int, language: str) -> int:
    """The first of the lines right above `row` that are comments or decorators and no more indented than it."""
    if row >= len(bare):
        return row
    width = len(bare[row]) - len(bare[row].lstrip())
    first = row
    while first and (text := bare[first - 1].strip()):
        if len(bare[first - 1]) - len(bare[first - 1].lstrip()) != width + text.startswith("*"):
            break
        if not (is_comment(text, language) or is_decorator(text)):
            break
        first -= 1
    return first


def is_comment(text: str, language: str) -> bool:
    """Whether a stripped line is a comment, or looks like a line of one."""
    signs, block = comment_signs(language)
    starts = tuple(sign.decode() for sign in signs)
    if block:
        starts += (block[0].decode(),)
        if text.startswith("*") and block[1] == b"*/":
            return True
    return bool(starts) and text.startswith(starts)


def is_decorator(text: str) -> bool:
    """Whether a stripped line is a decorator, an annotation or an attribute, all of it in this line."""
    return text.startswith(("@", "#[")) and sum(map(text.count, _OPEN)) == sum(map(text.count, _CLOSED))


def outermost(text: str, language: str) -> tuple[Definition, ...]:
    """The definitions that no other holds; of a method that stands alone as well."""
    found = tuple(d for d in definitions(text, language) if not d.parent)
    if language not in _METHODS_ALONE or (found and not unsound(text, language)):
        return found
    inner = f"class Wrapped {{\n{text}}}\n"
    if unsound(inner, language):
        return found
    wrapped = definitions(inner, language)
    return tuple(
        msgspec.structs.replace(d, lead=d.lead - 1, first=d.first - 1, last=d.last - 1, parent="")
        for d in wrapped
        if d.parent == "Wrapped" and d.kind in ROUTINES
    )


def import_rows(text: str, language: str) -> frozenset[int]:
    """The rows of import statements, with those on which one goes on."""
    bare = Lines(text).bare
    found: set[int] = set()
    for one in record_of(text, language).imports:
        row = one.row
        if row in found or (row < len(bare) and ";" in bare[row].rstrip("; \t")):
            # What stands behind an import in its line is none.
            continue
        row = _opening_row(bare, row)
        depth = 0
        while row < len(bare):
            found.add(row)
            line = bare[row]
            depth += sum(map(line.count, _OPEN)) - sum(map(line.count, _CLOSED))
            if ";" in line.rstrip("; \t"):
                found.discard(row)
            row += 1
            if depth <= 0 and not line.endswith("\\"):
                break
    return frozenset(found)


def _opening_row(bare: list[str], row: int) -> int:
    """The row where a statement begins that a name in a bracket belongs to."""
    depth = 0
    for number in range(row, max(row - 200, -1), -1):
        if number >= len(bare):
            return row
        line = bare[number]
        if number < row:
            depth += sum(map(line.count, _OPEN)) - sum(map(line.count, _CLOSED))
            if depth > 0:
                return number
            if line.strip() and bare[row][:1].strip():
                return row
    return row
