"""Code inside other code: a script in HTML, a fence in Markdown. Its symbols keep their place in the whole file.

The `injections` section captures `@injection.content`, and the language as `@injection.language` (its text names
it) or by `(#set! injection.language "...")`. `(#set! injection.combined "true")` makes one piece of all that a
pattern finds, as of the text between PHP's code; `(#set! injection.inner "lines")` leaves out the first and last line
of what was captured, as of the front matter of Markdown.

A symbol of a piece lies in the file's own symbol around it: a function in a fence is a child of its heading. Where
embedded code is there to be read, as in Markdown, its symbols are private, so that they are in the outline and not
offered to other files, and what it imports is not imported.
"""

from bisect import bisect_right
from collections.abc import Iterator

import msgspec
from tree_sitter import Node, Parser, Point, Query, QueryCursor, Range, Tree

from rulewright.core.index.docs import cleaned
from rulewright.core.index.grammars import NEEDS_LINE_END, Grammar, grammar_of
from rulewright.core.index.outline import outline
from rulewright.core.index.symbols import Import, Symbol
from rulewright.core.index.traits import traits_of

MAX_EMBEDDED = 500
"""Pieces of one file."""


class Piece(msgspec.Struct, frozen=True):
    """One piece of another language; a combined one has gaps between its start and its end."""

    language: str
    start: int
    end: int
    tree: Tree


def pieces(grammar: Grammar, source: bytes, tree: Tree, *, defining: bool = False) -> Iterator[Piece]:
    """The embedded pieces that a grammar is there for, parsed, in order; combined ones behind the others.

    With `defining`, those that certainly define nothing are left out.
    """
    section = _section(grammar, source)
    if section is None:
        return
    query, cursor = section
    combined: dict[str, list[Range]] = {}
    taken: set[int] = set()
    for pattern, captures in cursor.matches(tree.root_node):
        content = captures.get("injection.content")
        if not content:
            continue
        settings = query.pattern_settings(pattern) or {}
        named = captures.get("injection.language")
        said = _named(source, named[0]) if named else settings.get("injection.language") or ""
        inner = grammar_of(said) if said else None
        if inner is None or inner.name == grammar.name or content[0].start_byte in taken:
            continue
        inside = settings.get("injection.inner") or ""
        ranges = [r for node in content for r in _ranges(source, node, inside) if r.end_byte > r.start_byte]
        if not ranges or (defining and not _may_define(inner, source, ranges)):
            continue
        if len(taken) == MAX_EMBEDDED:
            break
        taken.add(content[0].start_byte)
        if "injection.combined" in settings:
            combined.setdefault(inner.name, []).extend(ranges)
        else:
            yield _piece(inner, source, ranges)
    for language, ranges in combined.items():
        if (inner := grammar_of(language)) is not None:
            yield _piece(inner, source, sorted(ranges, key=lambda r: r.start_byte))


def _section(grammar: Grammar, source: bytes) -> tuple[Query, QueryCursor] | None:
    """The query for what is embedded; None where certainly nothing is, so that it need not even be compiled."""
    if grammar.embedded is not None and grammar.embedded.search(source) is None:
        return None
    return grammar.query("injections")


def _may_define(inner: Grammar, source: bytes, ranges: list[Range]) -> bool:
    if inner.defining is None:
        return True
    return any(inner.defining.search(source, r.start_byte, r.end_byte) is not None for r in ranges)


def _named(source: bytes, node: Node) -> str:
    """The language that some text names: `Python`, `"ts"`, `{.python .numberLines}`, `python,ignore`, `text/babel`."""
    text = source[node.start_byte : node.end_byte][:100].decode("utf-8", "replace").lower()
    text = text.replace(",", " ").strip("\"'` \t{}.")
    words = text.split()
    return _MEDIA_TYPES.get(words[0], words[0].rpartition("/")[2]).strip("{}.") if words else ""


_MEDIA_TYPES = {
    "module": "javascript",
    "text/babel": "javascript",
    "importmap": "json",
    "speculationrules": "json",
    "application/ld+json": "json",
    "application/x-javascript": "javascript",
    "console": "",
}


def _ranges(source: bytes, node: Node, inner: str) -> list[Range]:
    """What of a node is another language: all but the indentation that belongs to a list or quotation around it."""
    if node.named_child_count == 0 or inner:
        return [_range(source, node, inner)]
    found: list[Range] = []
    start, point = node.start_byte, node.start_point
    for child in node.named_children:
        if child.type == "block_continuation":
            found.append(Range(point, child.start_point, start, child.start_byte))
            start, point = child.end_byte, child.end_point
    return [*found, Range(point, node.end_point, start, node.end_byte)]


def _range(source: bytes, node: Node, inner: str) -> Range:
    start, end, first, last = node.start_byte, node.end_byte, node.start_point, node.end_point
    if inner == "lines":
        while end > start and source[end - 1 : end].isspace():
            end -= 1
        opening, closing = source.find(b"\n", start, end), source.rfind(b"\n", start, end)
        if closing <= opening:
            return Range(first, first, start, start)
        # A piece ends with the line end before the line that is left out.
        last = Point(first.row + source.count(b"\n", start, closing + 1), 0)
        start, end, first = opening + 1, closing + 1, Point(first.row + 1, 0)
    return Range(first, last, start, end)


def _piece(inner: Grammar, source: bytes, ranges: list[Range]) -> Piece:
    if inner.name in NEEDS_LINE_END:
        last = ranges[-1]
        if (end := source.rfind(b"\n", last.start_byte, last.end_byte) + 1) <= last.start_byte:
            return Piece(inner.name, ranges[0].start_byte, last.end_byte, inner.parser.parse(b""))
        row = last.start_point.row + source.count(b"\n", last.start_byte, end)
        ranges = [*ranges[:-1], Range(last.start_point, Point(row, 0), last.start_byte, end)]
    tree = Parser(inner.language, included_ranges=ranges).parse(source)
    return Piece(inner.name, ranges[0].start_byte, ranges[-1].end_byte, tree)


def embedded(
    grammar: Grammar, source: bytes, tree: Tree, symbols: tuple[Symbol, ...], imports: tuple[Import, ...]
) -> tuple[tuple[Symbol, ...], tuple[Import, ...]]:
    """A file's symbols and imports with those of its embedded pieces, in order."""
    is_example = traits_of(grammar.name).examples
    more: list[tuple[int, Symbol]] = []
    all_imports = list(imports)
    for piece in pieces(grammar, source, tree, defining=True):
        inner = grammar_of(piece.language)
        if inner is None:
            continue
        found, brought = outline(inner, source, piece.tree.root_node, with_docs=True)
        shift = len(more)
        for symbol in found:
            parent = symbol.parent + shift if symbol.parent >= 0 else -1
            exported = symbol.exported and not is_example
            # Nobody knows later that it is in another language than the file, so its doc is here at once and clean.
            doc = cleaned(inner.name, symbol.doc) if symbol.doc else ""
            more.append((parent, msgspec.structs.replace(symbol, exported=exported, doc=doc)))
        if not is_example:
            all_imports += brought
    return _merged(symbols, more) if more else symbols, tuple(all_imports)


def _merged(symbols: tuple[Symbol, ...], more: list[tuple[int, Symbol]]) -> tuple[Symbol, ...]:
    """Both in order of their rows; the number before an embedded symbol is that of its parent among them, or -1."""
    order: list[tuple[int, int, int]] = [(s.start_row, 0, i) for i, s in enumerate(symbols)]
    order += [(s.start_row, 1, i) for i, (_, s) in enumerate(more)]
    order.sort()
    place = {(which, index): at for at, (_, which, index) in enumerate(order)}
    merged: list[Symbol] = []
    for _, which, index in order:
        if which == 0:
            symbol, parent = symbols[index], symbols[index].parent
            parent = place[0, parent] if parent >= 0 else -1
        else:
            parent, symbol = more[index]
            parent = place[1, parent] if parent >= 0 else _around(symbols, symbol, place)
        merged.append(msgspec.structs.replace(symbol, parent=parent))
    return tuple(merged)


def _around(symbols: tuple[Symbol, ...], inner: Symbol, place: dict[tuple[int, int], int]) -> int:
    """The innermost of a file's own symbols whose rows hold an embedded one, and that does not begin and end in one."""
    at = bisect_right(symbols, inner.start_row, key=lambda s: s.start_row) - 1
    while at >= 0:
        outer = symbols[at]
        if outer.start_row <= inner.start_row and outer.end_row >= inner.end_row and outer.end_row > outer.start_row:
            return place[0, at]
        at = outer.parent
    return -1
