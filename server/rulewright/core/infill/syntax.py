"""What the tree of an open document says of the cursor, for who decides whether and how much to suggest."""

from typing import Literal

import msgspec

from rulewright.core.index.around import around
from rulewright.core.index.buffer import Buffer
from rulewright.core.infill.lexing import Lexed

MAX_ROWS = 500
"""Lines above the cursor that are searched for the beginning of its block."""
_HEAD = 4_000
"""Bytes before the cursor that are read where there is no tree."""


class SyntaxFacts(msgspec.Struct, frozen=True):
    """What surrounds a cursor."""

    node: Literal["code", "comment", "string"] = "code"
    is_empty_block: bool = False
    """Whether the block around it has nothing in it yet."""
    indent: str = ""
    """How the line is indented with which the statement around that block begins; empty at the top."""
    has_header: bool = False
    """Whether there is such a statement."""


def facts_at(buffer: Buffer, byte: int) -> SyntaxFacts:
    """What surrounds a byte of a document, from its text alone where there is no grammar. Never raises."""
    byte = min(max(byte, 0), len(buffer.source))
    row, column = buffer.point(byte)
    root = buffer.near_root
    if root is None:
        return SyntaxFacts(_kind(buffer, byte), False, *_by_indent(buffer, row, column))
    found = around(root, buffer.source, byte)
    kind = found.kind if found.kind != "code" or not root.has_error else _kind(buffer, byte)
    header, has_header = _by_indent(buffer, row, column)
    if found.header_row >= 0 and buffer.line(row).strip():
        header, has_header = _indent(buffer.line(found.header_row)), True
    is_empty = found.is_empty_block or (kind == "code" and _is_unwritten(buffer, row, column))
    return SyntaxFacts(kind if kind in {"comment", "string"} else "code", is_empty, header, has_header)  # type: ignore[arg-type]


def _kind(buffer: Buffer, byte: int) -> Literal["code", "comment", "string"]:
    head = buffer.source[max(0, byte - _HEAD) : byte].decode("utf-8", "ignore")
    token = Lexed(head, buffer.language).inside(len(head))
    if token is None:
        return "code"
    return "comment" if token.kind == "comment" else "string"


def _indent(line: bytes) -> str:
    return line[: len(line) - len(line.lstrip())].decode("ascii", "ignore")


def _by_indent(buffer: Buffer, row: int, column: int) -> tuple[str, bool]:
    """The indentation of the nearest line above that is less indented, and whether there is one."""
    line = buffer.line(row)
    width = len(_indent(line)) if line.strip() else column
    for above in range(row - 1, max(-1, row - MAX_ROWS), -1):
        line = buffer.line(above)
        if line.strip() and len(_indent(line)) < width:
            return _indent(line), True
    return "", False


def _is_unwritten(buffer: Buffer, row: int, column: int) -> bool:
    """Whether a line opened a block right above, or on the cursor's own, and nothing deeper follows."""
    line = buffer.line(row)
    start = row if line[:column].strip() else row - 1
    while start >= 0 and not buffer.line(start).strip():
        start -= 1
    if start < 0 or line[column:].strip():
        return False
    head = buffer.line(start)[:column] if start == row else buffer.line(start)
    if not head.rstrip().endswith(b":") or buffer.language not in {"python", "yaml"}:
        return False
    below = row + 1
    while below < min(buffer.n_lines, row + MAX_ROWS) and not buffer.line(below).strip():
        below += 1
    return below >= buffer.n_lines or len(_indent(buffer.line(below))) <= len(_indent(head))
