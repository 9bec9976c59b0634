"""The outline after an edit, from the outline before it: only what lies around the edit is looked at again."""

import re
from bisect import bisect_right
from itertools import islice

import msgspec
from tree_sitter import Node, Tree

from rulewright.core.index.grammars import Grammar
from rulewright.core.index.making import owned
from rulewright.core.index.outline import outline
from rulewright.core.index.symbols import Import, Symbol
from rulewright.core.index.traits import traits_of

Outline = tuple[tuple[Symbol, ...], tuple[Import, ...]]


def splice_outline(
    grammar: Grammar,
    old_source: bytes,
    source: bytes,
    old_tree: Tree,
    tree: Tree,
    symbols: tuple[Symbol, ...],
    imports: tuple[Import, ...],
) -> Outline | None:
    """The outline of `tree`, made from that of `old_tree`; None where a whole outline is the better way.

    What a top-level node holds depends on nothing outside it and its neighbours, so the nodes around the first and the
    last difference are outlined again and the rest is moved. Neither tree needs to know of the edits in between.
    """
    traits = traits_of(grammar.name)
    has_sections = "(#set! section" in grammar.section("outline")
    if has_sections or grammar.section("injections") or traits.is_whole(source) or traits.is_whole(old_source):
        return None
    start, old_end, new_end = difference(old_source, source)
    if start == old_end == new_end:
        return symbols, imports
    old_rows = _rows(old_tree.root_node, old_source, start, old_end)
    new_rows = _rows(tree.root_node, source, start, new_end)
    if old_rows is None or new_rows is None:
        return None
    first = min(old_rows[0], new_rows[0])
    # Both sides must be cut in the same place, or something would be left out or come twice.
    behind = min(_n_rows(old_source) - old_rows[1], _n_rows(source) - new_rows[1])
    old_last, new_last = _n_rows(old_source) - behind, _n_rows(source) - behind
    if (new_last - first) * 2 > _n_rows(source) or not _same_cut(old_tree, tree, first, old_last, new_last):
        return None
    span = _byte_of_row(source, first), _byte_of_row(source, new_last)
    new_symbols, new_imports = outline(grammar, source, tree.root_node, span, with_docs=True)
    shift = new_last - old_last
    head = bisect_right(symbols, first - 1, key=lambda s: s.start_row)
    tail = bisect_right(symbols, old_last - 1, key=lambda s: s.start_row)
    moved = len(new_symbols) - (tail - head)
    result = list(symbols[:head])
    result += [msgspec.structs.replace(s, parent=s.parent + head if s.parent >= 0 else -1) for s in new_symbols]
    if shift or moved:
        result += [_moved(s, shift, moved) for s in symbols[tail:]]
    else:
        result += symbols[tail:]
    brought = [i for i in imports if i.row < first]
    brought += new_imports
    brought += [msgspec.structs.replace(i, row=i.row + shift) for i in imports if i.row >= old_last]
    if traits.owners:
        result = owned(result, traits)
    return tuple(result), tuple(brought)


def _moved(symbol: Symbol, rows: int, places: int) -> Symbol:
    return Symbol(
        symbol.name,
        symbol.kind,
        symbol.row + rows,
        symbol.column,
        symbol.column16,
        symbol.start_row + rows,
        symbol.end_row + rows,
        symbol.parent + places if symbol.parent >= 0 else -1,
        symbol.signature,
        symbol.doc,
        symbol.type,
        symbol.bases,
        symbol.exported,
        symbol.deprecated,
    )


def difference(old: bytes, new: bytes) -> tuple[int, int, int]:
    """The byte where two texts begin to differ, and where that ends in each."""
    limit = min(len(old), len(new))
    start = _common(old, new, limit)
    back = _common_end(old, new, limit - start)
    return start, len(old) - back, len(new) - back


def _common(a: bytes, b: bytes, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(a: bytes, b: bytes, limit: int) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _rows(root: Node, source: bytes, start: int, end: int) -> tuple[int, int] | None:
    """The rows, first and behind the last, of the top-level nodes around some bytes and one more on each side."""
    children = root.children
    if not children:
        return None
    first = bisect_right(children, start, key=lambda n: n.start_byte) - 1
    last = bisect_right(children, end, key=lambda n: n.start_byte)
    first = max(first - 1, 0)
    while first > 0 and children[first - 1].end_point[0] >= children[first].start_point[0]:
        first -= 1
    while first > 0 and _leads(children[first - 1]):
        first -= 1
    last = min(last, len(children) - 1)
    while last + 1 < len(children) and _leads(children[last]):
        last += 1
    while last + 1 < len(children) and children[last + 1].start_point[0] <= children[last].end_point[0]:
        last += 1
    begin = 0 if first == 0 else children[first].start_point[0]
    stop = _n_rows(source) if last + 1 == len(children) else children[last + 1].start_point[0]
    return begin, stop


def _leads(node: Node) -> bool:
    """Whether a node belongs to what follows it: a comment, or one of Rust's attributes, which may stand in between."""
    return node.is_extra or node.type.endswith("attribute_item")


def _same_cut(old: Tree, new: Tree, first: int, old_last: int, new_last: int) -> bool:
    """Whether no top-level node of either tree lies across the rows at which the outlines are joined."""
    return all(
        not (child.start_point[0] < row <= child.end_point[0])
        for tree, rows in ((old, (first, old_last)), (new, (first, new_last)))
        for row in rows
        for child in _children_near(tree.root_node, row)
    )


def _children_near(root: Node, row: int) -> list[Node]:
    children = root.children
    at = bisect_right(children, row, key=lambda n: n.start_point[0])
    return children[max(0, at - 2) : at + 1]


def _n_rows(source: bytes) -> int:
    return source.count(b"\n") + 1


def _byte_of_row(source: bytes, row: int) -> int:
    if row <= 0:
        return 0
    found = next(islice(_LINE_END.finditer(source), row - 1, None), None)
    return found.end() if found is not None else len(source)


_LINE_END = re.compile(rb"\n")
