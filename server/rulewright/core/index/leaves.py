"""When a name may grow without its tree being parsed again: where the grammar could not see anything else in it."""

import re
from functools import cache

from tree_sitter import Language, Tree

from rulewright.core.index.grammars import Grammar

SETTLED = frozenset(
    {
        "go", "java", "javascript", "python", "rust", "tsx", "typescript",
    }
)  # fmt: skip
"""Languages whose trees depend on a name's letters only where it is a word of the language."""

_NAME = re.compile(r"identifier$")
_SIGNS = frozenset({b'"', b"'", b"`", b"#", b"!", b"?", b"\\", b"$", b"@"})
"""What makes a string, a macro or another name of the word beside it."""


def is_same_leaf(grammar: Grammar, tree: Tree, source: bytes, start: int, end: int) -> bool:
    """Whether a word between two bytes is a name in a tree that knows of its edits, and parsing would find the same."""
    if grammar.name not in SETTLED:
        return False
    if source[end : end + 1] in _SIGNS or source[start - 1 : start] in _SIGNS:
        return False
    if not is_plain(grammar, source[start:end]):
        return False
    root = tree.root_node
    leaf = root.descendant_for_byte_range(start, end)
    return (
        leaf is not None
        and leaf.start_byte == start
        and leaf.end_byte == end
        and leaf.child_count == 0
        and _NAME.search(leaf.type) is not None
        and not (root.has_error and is_broken(tree, start))
    )


def is_plain(grammar: Grammar, word: bytes) -> bool:
    """Whether a grammar sees nothing in some ASCII letters but a name."""
    text = word.decode("ascii")
    words = _words(grammar.language)
    return bool(text) and not text[0].isdigit() and text not in words and text.lower() not in words


def is_broken(tree: Tree, byte: int) -> bool:
    """Whether what lies at the top of the text and holds a byte has an error: how it is mended depends on lengths."""
    cursor = tree.walk()
    return (
        tree.root_node.is_error
        or cursor.goto_first_child_for_byte(byte) is None
        or cursor.node is None
        or cursor.node.has_error
    )


@cache
def _words(language: Language) -> frozenset[str]:
    """The words that a grammar knows, and the names of its nodes, which may be words as well."""
    return frozenset(filter(None, map(language.node_kind_for_id, range(language.node_kind_count))))
