"""From the bytes of one file to its record."""

import re

from tree_sitter import Node, Tree

from rulewright.core.index.grammars import Grammar, grammar_of
from rulewright.core.index.headers import spoken
from rulewright.core.index.injections import embedded
from rulewright.core.index.outline import outline
from rulewright.core.index.plans import compile_sections
from rulewright.core.index.symbols import FileRecord, Import, Symbol
from rulewright.core.index.words import fallback, words_of

Outline = tuple[tuple[Symbol, ...], tuple[Import, ...]]

MAX_ERRORS = 100
"""Syntax errors that are counted."""


def analyse(language: str, source: bytes) -> FileRecord:
    """The record of a content in a language, by its canonical name; only words where there is no grammar.

    Never raises for any bytes. May take as long as the grammar takes: call it where it can be killed.
    """
    source = normal(source)
    grammar = grammar_of(spoken(language, source) if language == "c" else language)
    if grammar is None:
        return fallback(language, source)
    tree = grammar.parser.parse(source)
    return record_of(grammar, source, tree, outline(grammar, source, tree.root_node), words_of(source))


def make_ready(language: str) -> None:
    """Load a language's grammar and compile what indexing runs, so that the first file of it need not wait for that."""
    if (grammar := grammar_of(language)) is not None:
        compile_sections(grammar)


def record_of(grammar: Grammar, source: bytes, tree: Tree, outlined: Outline, words: bytes) -> FileRecord:
    """The record of a content that has been parsed and outlined."""
    symbols, imports = outlined
    if grammar.section("injections"):
        symbols, imports = embedded(grammar, source, tree, symbols, imports)
    return FileRecord(
        grammar.name, symbols, imports, words, len(errors(tree.root_node)) if tree.root_node.has_error else 0
    )


_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_LONE_CR = re.compile(rb"\r(?!\n)")


def normal(source: bytes) -> bytes:
    """A file's bytes as an editor sees them: UTF-8 without a mark at the start, and no lone carriage returns."""
    if (wide := _UTF16.get(source[:2])) is not None:
        source = source[2:].decode(wide, "replace").encode()
    source = source.removeprefix(b"\xef\xbb\xbf")
    if not source.isascii():
        try:
            source.decode()
        except UnicodeDecodeError:
            # Queries read text as UTF-8 and raise for anything else.
            source = source.decode("utf-8", "replace").encode()
    return _LONE_CR.sub(b"\n", source) if b"\r" in source else source


def errors(root: Node, limit: int = MAX_ERRORS) -> list[Node]:
    """ERROR and MISSING nodes, outermost only, in order; at most `limit`."""
    found: list[Node] = []
    waiting = [root]
    while waiting and len(found) < limit:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append(node)
        elif node.has_error:
            waiting.extend(reversed(node.children))
    return found
