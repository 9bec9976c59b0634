"""Which names in a file are calls, and in which function each stands."""

from tree_sitter import Node, QueryCursor

from rulewright.core.index.buffer import Buffer
from rulewright.core.index.naming import CALLABLE, Defined, at_number
from rulewright.core.index.symbols import FileRecord


def calls_in(buffer: Buffer, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The bytes of the names that are called between two bytes, in order; none where no query says so."""
    section = buffer.grammar.query("calls") if buffer.grammar is not None else None
    if section is None or buffer.root is None:
        return []
    cursor = QueryCursor(section[0])
    end = len(buffer.source) if end is None else end
    cursor.set_byte_range(start, end)
    nodes: list[Node] = cursor.captures(buffer.root).get("call", [])
    return sorted({(n.start_byte, n.end_byte) for n in nodes if start <= n.start_byte < end})


def callable_around(record: FileRecord, path: str, row: int) -> Defined | None:
    """The innermost function around a row."""
    best = -1
    for number, symbol in enumerate(record.symbols):
        if symbol.start_row > row:
            break
        if symbol.kind in CALLABLE and row <= symbol.end_row:
            best = number
    return at_number(record, path, best) if best >= 0 else None


def found_again(record: FileRecord, path: str, name: str, container: str, row: int) -> Defined | None:
    """The symbol that was once at a row, wherever its lines are now: the nearest of its name and container."""
    named = [number for number, s in enumerate(record.symbols) if s.name == name]
    ones = [at_number(record, path, number) for number in named]
    ones = [d for d in ones if d.container == container] or ones
    return min(ones, key=lambda d: abs(d.symbol.row - row), default=None)
