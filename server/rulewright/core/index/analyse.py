"""From the bytes of one file to its record."""

from tree_sitter import Node, Tree

from rulewright.core.index.docs import may_deprecate
from rulewright.core.index.fit import normal
from rulewright.core.index.grammars import Grammar, grammar_of
from rulewright.core.index.headers import spoken
from rulewright.core.index.injections import embedded
from rulewright.core.index.outline import outline
from rulewright.core.index.plans import compile_sections
from rulewright.core.index.symbols import FileRecord, Import, Symbol

Outline = tuple[tuple[Symbol, ...], tuple[Import, ...]]

MAX_ERRORS = 100
"""Syntax errors that are counted."""


def analyse(language: str, source: bytes, words: bytes | None = None) -> FileRecord:
    """The record of a content in a language, by its canonical name; an empty one where there is no grammar.

    It has no docs but those that a query catches, see `Symbol.doc`. Never raises for any bytes. May take as long as the
    grammar takes: call it where it can be killed. `words` are those of the source, where they are known already.
    """
    source = normal(source)
    grammar = grammar_of(spoken(language, source) if language == "c" else language)
    if grammar is None:
        return FileRecord(language, is_fallback=True)
    tree = grammar.parser.parse(source)
    deprecates = words is None or may_deprecate(words)
    outlined = outline(grammar, source, tree.root_node, with_docs=False, deprecates=deprecates)
    return record_of(grammar, source, tree, outlined)


def make_ready(language: str) -> None:
    """Load a language's grammar and compile what indexing runs, so that the first file of it need not wait for that."""
    if (grammar := grammar_of(language)) is not None:
        compile_sections(grammar)


def record_of(grammar: Grammar, source: bytes, tree: Tree, outlined: Outline) -> FileRecord:
    """The record of a content that has been parsed and outlined."""
    symbols, imports = outlined
    if grammar.section("injections"):
        symbols, imports = embedded(grammar, source, tree, symbols, imports)
    return FileRecord(grammar.name, symbols, imports, len(errors(tree.root_node)) if tree.root_node.has_error else 0)


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
