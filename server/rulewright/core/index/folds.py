"""What can be folded in a document: bodies, brackets, comments, groups of imports, long strings, marked regions.

A fold begins on the line whose text stays visible. Where its last line holds only what closes it, `last_row` is the
line before, so that a client that folds whole lines keeps the closing bracket in sight.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

import msgspec
from tree_sitter import Node

from rulewright.core.index.buffer import Buffer
from rulewright.core.index.injections import pieces

FoldKind = Literal["", "comment", "imports", "region"]

MAX_FOLDS = 20_000


class Fold(msgspec.Struct, frozen=True, order=True):
    """One fold, as bytes and as rows."""

    row: int
    last_row: int
    start: int
    """The byte from which on text is hidden."""
    end: int
    kind: FoldKind = ""
    depth: int = 0


_BODY = re.compile(r"block|body|suite|^then$|do_group|compound|consequence|statement_list|else$|^stmts?$")
_WHOLE = re.compile(
    r"^(?:element|jsx_element|section|table|table_array_element|block_mapping_pair|block_sequence_item|case_\w+|\w+_case"
    r"|switch_\w*(?:group|label|rule)|when|when_clause|match_arm|rule|fenced_code_block|list_item)$"
)
_COMMENT = re.compile(r"comment")
_STRING = re.compile(r"string|template|heredoc|text_block")
_IMPORT = re.compile(
    r"^(?:import\w*|use_declaration|preproc_include|using_directive|future_import_statement|package_clause)$"
)
_PAIRS = {ord("{"): ord("}"), ord("["): ord("]"), ord("("): ord(")")}
_CLOSER = re.compile(rb"^[ \t]*(?:[\])}>;,]+|end\b|fi\b|done\b|esac\b|</)")
_REGION = re.compile(
    rb"^[ \t]*(?://|#|--|/\*|<!--|;|%|')?[ \t]*#?(?:pragma[ \t]+)?(?P<end>end)?[ \t]?region\b[^\n]*", re.MULTILINE
)


def folds_of(buffer: Buffer, limit: int = MAX_FOLDS) -> list[Fold]:
    """The folds of a document in order of their rows, one for each first row; of too many the outermost are kept."""
    found = list(_regions(buffer))
    if buffer.root is not None and buffer.tree is not None and buffer.grammar is not None:
        found += _of_tree(buffer, buffer.root, 0)
        if buffer.grammar.section("injections"):
            for piece in pieces(buffer.grammar, buffer.source, buffer.tree):
                found += _of_tree(buffer, piece.tree.root_node, 1)
    else:
        found += _by_indentation(buffer)
    best: dict[int, Fold] = {}
    for fold in found:
        if fold.last_row <= fold.row:
            continue
        kept = best.get(fold.row)
        if kept is None or (bool(fold.kind), fold.last_row) > (bool(kept.kind), kept.last_row):
            best[fold.row] = fold
    chosen = sorted(best.values())
    if len(chosen) > limit:
        chosen = sorted(sorted(chosen, key=lambda f: (f.depth, f.row))[: max(limit, 0)])
    return chosen


class _Sort(msgspec.Struct, frozen=True):
    """What can be said of a node by its type alone."""

    run: Literal["", "comment", "imports"]
    """What it is one of several of, where they follow each other."""
    is_whole: bool
    is_body: bool


@cache
def _sort_of(kind: str) -> _Sort:
    run: Literal["", "comment", "imports"] = (
        "comment" if _COMMENT.search(kind) else "imports" if _IMPORT.match(kind) else ""
    )
    is_whole = _STRING.search(kind) is not None or _WHOLE.match(kind) is not None
    return _Sort(run, is_whole, _BODY.search(kind) is not None)


def _of_tree(buffer: Buffer, root: Node, depth: int) -> Iterator[Fold]:
    source = buffer.source
    waiting = [(root, depth)]
    n_nodes = 0
    while waiting:
        node, level = waiting.pop()
        children = node.children
        yield from _runs(buffer, children, level)
        for at, child in enumerate(children):
            # Most nodes lie in one line, and a place in bytes costs a tenth of one in rows.
            if source.find(b"\n", child.start_byte, child.end_byte) < 0:
                continue
            n_nodes += 1
            if n_nodes > MAX_FOLDS:
                return
            if (fold := _of_node(buffer, child, level, node, children[at - 1] if at else None)) is not None:
                yield fold
            if child.child_count:
                waiting.append((child, level + 1))


def _of_node(buffer: Buffer, node: Node, level: int, parent: Node, before: Node | None) -> Fold | None:
    """The fold of a node, if it is one; `before` is the child of its parent before it."""
    source = buffer.source
    sort = _sort_of(node.type)
    if sort.run:
        return _fold(buffer, node.start_point[0], node.end_byte, sort.run, level)
    first = source[node.start_byte]
    if first in _PAIRS and source[node.end_byte - 1] == _PAIRS[first]:
        return _fold(buffer, node.start_point[0], node.end_byte, "", level, node.start_byte + 1)
    if sort.is_whole:
        return _fold(buffer, node.start_point[0], node.end_byte, "", level)
    if sort.is_body and node.is_named:
        row = before.end_point[0] if before is not None else parent.start_point[0]
        return _fold(buffer, min(row, node.start_point[0]), node.end_byte, "", level)
    return None


def _fold(buffer: Buffer, row: int, end: int, kind: FoldKind, level: int, start: int | None = None) -> Fold | None:
    source = buffer.source
    while end > 0 and source[end - 1] in b" \t\r\n":
        end -= 1
    last = buffer.point(end)[0]
    if last <= row:
        return None
    visible = last - 1 if kind == "" and _CLOSER.match(buffer.line(last)) else last
    line_end = buffer.line_start(row) + len(buffer.line(row))
    begin = line_end if start is None or buffer.point(start)[0] != row else start
    return Fold(row, visible, begin, end, kind, level) if visible > row else None


def _runs(buffer: Buffer, children: list[Node], level: int) -> Iterator[Fold]:
    """Line comments, and imports, that follow each other."""
    sorts = [_sort_of(child.type).run for child in children]
    if not any(sorts):
        return
    at = 0
    while at < len(children):
        kind = sorts[at]
        last = at
        gap = 1 if kind == "comment" else 2
        while (
            kind
            and last + 1 < len(children)
            and sorts[last + 1] == kind
            and children[last + 1].start_point[0] - _last_row(children[last]) <= gap
        ):
            last += 1
        if last > at and _stands_alone(buffer, children[at]):
            fold = _fold(buffer, children[at].start_point[0], children[last].end_byte, kind, level)
            if fold is not None:
                yield fold
        at = last + 1


def _last_row(node: Node) -> int:
    row, column = node.end_point
    return row - 1 if column == 0 and row > node.start_point[0] else row


def _stands_alone(buffer: Buffer, node: Node) -> bool:
    return not buffer.line(node.start_point[0])[: node.start_point[1]].strip()


def _regions(buffer: Buffer) -> Iterator[Fold]:
    if b"region" not in buffer.source:
        return
    opened: list[tuple[int, int]] = []
    for found in _REGION.finditer(buffer.source):
        if b"#" not in found[0] and b"//" not in found[0] and b"--" not in found[0]:
            continue
        row = buffer.point(found.start())[0]
        line_end = buffer.line_start(row) + len(buffer.line(row))
        if not found["end"]:
            opened.append((row, line_end))
        elif opened:
            first, start = opened.pop()
            if row > first:
                yield Fold(first, row, start, line_end, "region", 0)


def _by_indentation(buffer: Buffer) -> Iterator[Fold]:
    """Without a grammar: a line and the lines below it that are further in."""
    opened: list[tuple[int, int]] = []
    last_text = -1
    for row in range(buffer.n_lines + 1):
        line = buffer.line(row).expandtabs(4)
        text = line.strip()
        if row < buffer.n_lines and not text:
            continue
        indent = len(line) - len(line.lstrip()) if row < buffer.n_lines else -1
        while opened and opened[-1][0] >= indent:
            _, first = opened.pop()
            if last_text > first:
                start = buffer.line_start(first) + len(buffer.line(first))
                end = buffer.line_start(last_text) + len(buffer.line(last_text))
                yield Fold(first, last_text, start, end, "", len(opened))
        if row < buffer.n_lines:
            opened.append((indent, row))
            last_text = row
