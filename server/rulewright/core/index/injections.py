"""Code inside other code: a script in HTML, a fence in Markdown. Its symbols keep their place in the whole file.

The `injections` section captures `@injection.content`, and the language as `@injection.language` (its text names
it) or by `(#set! injection.language "...")`.
"""

from collections.abc import Iterator

import msgspec
from tree_sitter import Node, Parser, Range, Tree

from rulewright.core.index.grammars import Grammar, grammar_of
from rulewright.core.index.outline import outline
from rulewright.core.index.symbols import Import, Symbol

MAX_EMBEDDED = 500
"""Pieces of one file."""


class Piece(msgspec.Struct, frozen=True):
    """One piece of another language."""

    language: str
    start: int
    end: int
    tree: Tree


def pieces(grammar: Grammar, source: bytes, tree: Tree) -> Iterator[Piece]:
    """The embedded pieces that a grammar is there for, parsed, in order."""
    section = grammar.query("injections")
    if section is None:
        return
    query, cursor = section
    n = 0
    for pattern, captures in cursor.matches(tree.root_node):
        content = captures.get("injection.content")
        if not content:
            continue
        named = captures.get("injection.language")
        said = (query.pattern_settings(pattern) or {}).get("injection.language") or ""
        if named:
            said = source[named[0].start_byte : named[0].end_byte].decode("utf-8", "replace").strip("\"'` \t").lower()
        inner = grammar_of(said.split()[0].strip("{}.") if said.split() else "")
        if inner is None or inner.name == grammar.name:
            continue
        n += 1
        if n > MAX_EMBEDDED:
            return
        node = content[0]
        if node.end_byte > node.start_byte:
            yield Piece(inner.name, node.start_byte, node.end_byte, parse_piece(inner, source, node))


def parse_piece(inner: Grammar, source: bytes, node: Node) -> Tree:
    """Parse what a node covers in another language; rows and bytes are those of the whole file."""
    parser = Parser(
        inner.language, included_ranges=[Range(node.start_point, node.end_point, node.start_byte, node.end_byte)]
    )
    return parser.parse(source)


def embedded(
    grammar: Grammar, source: bytes, tree: Tree, symbols: tuple[Symbol, ...], imports: tuple[Import, ...]
) -> tuple[tuple[Symbol, ...], tuple[Import, ...]]:
    """A file's symbols and imports with those of its embedded pieces behind them."""
    all_symbols, all_imports = list(symbols), list(imports)
    for piece in pieces(grammar, source, tree):
        inner = grammar_of(piece.language)
        if inner is None:
            continue
        more, brought = outline(inner, source, piece.tree.root_node)
        shift = len(all_symbols)
        all_symbols += [msgspec.structs.replace(s, parent=s.parent + shift if s.parent >= 0 else -1) for s in more]
        all_imports += brought
    return tuple(all_symbols), tuple(all_imports)
