"""Symbols: the outline of a document, and those of the whole workspace by a few letters of their names."""

import re
from collections.abc import Iterable, Sequence

import msgspec

from rulewright.core.code_ports import SymbolRow, Workspace
from rulewright.core.index.buffer import Buffer, units
from rulewright.core.index.match import Matcher
from rulewright.core.index.naming import CALLABLE
from rulewright.core.index.near import distance
from rulewright.core.index.places import Location, name_range
from rulewright.core.index.symbols import Symbol
from rulewright.core.text import Position, PositionEncoding, Range

MAX_DETAIL = 120
MAX_DEPTH = 100
"""Levels of an outline; what lies deeper is shown beside what holds it. Who reads a tree may do so by recursion."""
DEPRECATED = 1
"""The protocol's tag."""

_SEPARATOR = re.compile(r"::|[.#/]")


class OutlineSymbol(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One symbol of a document with what it holds. Named as the protocol does, so that thousands need no copy."""

    name: str
    kind: int
    range: Range
    """Of the whole definition, in whole lines."""
    selection_range: Range
    """Of its name."""
    detail: str = ""
    tags: tuple[int, ...] = ()
    children: tuple["OutlineSymbol", ...] = ()


class FoundSymbol(msgspec.Struct, frozen=True):
    """One symbol of the workspace."""

    name: str
    kind: int
    location: Location
    """Of its name."""
    container: str = ""


def document_symbols(workspace: Workspace, path: str) -> tuple[OutlineSymbol, ...]:
    """The outline of a file; empty where there is no such file or no grammar for it."""
    buffer = workspace.buffer(path)
    return tree_of(buffer, workspace.encoding) if buffer is not None else ()


def tree_of(buffer: Buffer, encoding: PositionEncoding) -> tuple[OutlineSymbol, ...]:
    """The symbols of a document as a tree, in order."""
    record = buffer.record
    parents = _parents(record.symbols)
    below: dict[int, list[OutlineSymbol]] = {}
    # What a symbol holds comes behind it, so backwards everything is there when it is needed.
    for number in range(len(record.symbols) - 1, -1, -1):
        symbol = record.symbols[number]
        children = below.pop(number, None)
        if children is not None:
            children.reverse()
        made = _outlined(buffer, symbol, tuple(children or ()), encoding)
        below.setdefault(parents[number], []).append(made)
    top = below.get(-1, [])
    top.reverse()
    return tuple(top)


def _parents(symbols: Sequence[Symbol]) -> list[int]:
    """Under which symbol each is shown, -1 for none."""
    parents: list[int] = []
    depths: list[int] = []
    for symbol in symbols:
        parent = symbol.parent
        if parent >= 0 and depths[parent] >= MAX_DEPTH:
            parent = parents[parent]
        parents.append(parent)
        depths.append(depths[parent] + 1 if parent >= 0 else 1)
    return parents


def _outlined(
    buffer: Buffer, symbol: Symbol, children: tuple[OutlineSymbol, ...], encoding: PositionEncoding
) -> OutlineSymbol:
    # Thousands of them are made at once: numbers are compared, not positions, and no line is looked at twice.
    row, name = symbol.row, symbol.name
    line = buffer.line(row)
    width = len(line) if line.isascii() else units(line, encoding)
    column = min(symbol.column if encoding == "utf-8" else symbol.column16, width)
    # A name that the text does not have, such as that of an export without one, may be longer than its line.
    end_column = min(
        column + (len(name) if name.isascii() else units(name.encode("utf-8", "replace"), encoding)), width
    )
    start_row = symbol.start_row
    first = line if start_row >= row else buffer.line(start_row)
    indent = len(first) - len(first.lstrip())
    if start_row >= row:
        start_row, indent = row, min(indent, column)
    last_row = symbol.end_row
    if last_row <= row:
        last_row, last_width = row, width
    else:
        last = buffer.line(last_row)
        last_width = len(last) if last.isascii() else units(last, encoding)
    return OutlineSymbol(
        name or "?",
        symbol.kind,
        Range(Position(start_row, indent), Position(last_row, last_width)),
        Range(Position(row, column), Position(row, end_column)),
        detail_of(symbol),
        (DEPRECATED,) if symbol.deprecated else (),
        children,
    )


def detail_of(symbol: Symbol) -> str:
    """What is shown beside a name: the parameters and the result of a callable, the type of anything else."""
    if symbol.kind not in CALLABLE:
        return symbol.type[:MAX_DETAIL]
    at = symbol.signature.find(symbol.name)
    return symbol.signature[at + len(symbol.name) :].strip()[:MAX_DETAIL] if at >= 0 else ""


def workspace_symbols(workspace: Workspace, query: str, limit: int) -> tuple[FoundSymbol, ...]:
    """The symbols that a query finds, the best first; `Stack.push` asks for `push` in `Stack`.

    An empty query gives the symbols of the file that was worked on last.
    """
    opened = workspace.open_paths()
    query = query.strip()
    if not query:
        rows: Sequence[SymbolRow] = workspace.index.symbols_of(opened[0]) if opened else ()
        return tuple(_found(r, workspace.encoding) for r in rows[:limit])
    *containers, name = [part for part in _SEPARATOR.split(query) if part] or [query]
    if not containers:
        rows = workspace.index.search(name, 2 * limit).rows
    else:
        inside = Matcher(containers[-1])
        rows = [
            r
            for r in workspace.index.search(name, 20 * limit).rows
            if inside.score(r.container or _stem(r)) is not None
        ]
    near = opened[0] if opened else ""
    return tuple(_found(r, workspace.encoding) for r in ordered(rows, name, near)[:limit])


def ordered(rows: Iterable[SymbolRow], pattern: str, near: str) -> list[SymbolRow]:
    """Symbols by how well they match, then exported ones, then near ones."""
    matcher = Matcher(pattern)
    rows = list(rows)
    scores = dict(matcher.scores([r.name for r in rows]))

    def key(numbered: tuple[int, SymbolRow]) -> tuple[object, ...]:
        number, row = numbered
        return (
            -scores.get(number, -1),
            not row.exported,
            distance(near, row.path) if near else 0,
            row.name,
            row.path,
            row.row,
        )

    return [row for _, row in sorted(enumerate(rows), key=key)]


def _stem(row: SymbolRow) -> str:
    return row.path.rpartition("/")[2].partition(".")[0]


def _found(row: SymbolRow, encoding: PositionEncoding) -> FoundSymbol:
    place = name_range(row.row, row.column, row.column16, row.name, encoding)
    return FoundSymbol(row.name, row.kind, Location(row.path, place), row.container)
