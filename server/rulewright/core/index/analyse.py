"""From the bytes of one file to its record."""

from tree_sitter import Node, Tree

from rulewright.core.index.grammars import Grammar, grammar_of
from rulewright.core.index.injections import embedded
from rulewright.core.index.outline import outline
from rulewright.core.index.symbols import FileRecord
from rulewright.core.index.words import words_of

MAX_ERRORS = 100
"""Syntax errors that are counted."""


def analyse(language: str, source: bytes) -> FileRecord:
    """The record of a content in a language, by its canonical name; only words where there is no grammar.

    Never raises for any bytes. May take as long as the grammar takes: call it where it can be killed.
    """
    grammar = grammar_of(language)
    if grammar is None:
        return fallback(language, source)
    return record_of(grammar, source, grammar.parser.parse(source))


def record_of(grammar: Grammar, source: bytes, tree: Tree) -> FileRecord:
    """The record of a content that has been parsed."""
    symbols, imports = outline(grammar, source, tree.root_node)
    if grammar.section("injections"):
        symbols, imports = embedded(grammar, source, tree, symbols, imports)
    return FileRecord(
        grammar.name, symbols, imports, words_of(source), len(errors(tree.root_node)) if tree.root_node.has_error else 0
    )


def fallback(language: str, source: bytes) -> FileRecord:
    """The record without any grammar: words alone."""
    return FileRecord(language, words=words_of(source), is_fallback=True)


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
