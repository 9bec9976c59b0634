"""Scopes around a byte, in text that is not finished."""

import pytest

from rulewright.core.index.grammars import DEEP, grammar_of
from rulewright.core.index.scopes import child_at, node_for, scopes_of

UNFINISHED = (
    "func f(c *Context) {\n\tc.",
    "def f(a):\n    a.",
    "function f(a) { a.",
    "fn f(a: A) { a.",
    "class A { void f() { a.",
    "def f(a)\n  a.",
    "defmodule A do\n  def f(a) do\n    a.",
    "(((((",
    "",
)


@pytest.mark.parametrize("language", DEEP)
@pytest.mark.parametrize("text", UNFINISHED)
def test_the_end_of_unfinished_text_is_somewhere(language: str, text: str) -> None:
    # What is missing has a node without width at the end, where a function of tree-sitter's ends the process.
    grammar = grammar_of(language)
    assert grammar is not None
    source = (text * 40).encode()
    root = grammar.parser.parse(source).root_node
    for byte in (0, len(source) // 2, len(source), len(source) + 1):
        node = node_for(root, byte)
        assert node.start_byte <= byte
        assert scopes_of(grammar, source, node).visible(byte) is not None


def test_the_child_that_begins_at_a_byte_wins_over_the_one_that_ends_there() -> None:
    grammar = grammar_of("python")
    assert grammar is not None
    root = grammar.parser.parse(b"a;b\n").root_node
    found = [child_at(root, byte) for byte in range(5)]
    assert [f.text if f else None for f in found] == [b"a", b";", b"b", b"b", None]
