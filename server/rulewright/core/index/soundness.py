"""Places where a text cannot be code of its language: what a grammar cannot read, and what it reads though it is wrong.

Unlike `syntax`, which shows few problems to people and leaves echoes out, this is for comparing two states of a text:
it reports every place, in any language that has a grammar. A grammar for Python takes nearly any indentation, and one
for Go statements outside of functions, so those are looked at here.
"""

import re
from functools import cache

import msgspec
from tree_sitter import Node, Query, QueryCursor

from rulewright.core.index.analyse import errors
from rulewright.core.index.grammars import Grammar, grammar_of

MAX_PLACES = 200
_LONE_CR = re.compile(r"\r(?!\n)")

_QUERIES = {
    "python": """
        (module) @block (block) @block
        (elif_clause) @clause (else_clause) @clause (except_clause) @clause (finally_clause) @clause
        (return_statement) @inner (yield) @inner (break_statement) @loop (continue_statement) @loop
    """,
    "go": "(return_statement) @inner (source_file) @top",
    "javascript": "(return_statement) @inner",
}
_QUERIES |= {"typescript": _QUERIES["javascript"], "tsx": _QUERIES["javascript"]}
_FUNCTIONS = frozenset(
    {
        "function_definition", "lambda", "function_declaration", "method_declaration", "func_literal",
        "function_expression", "arrow_function", "method_definition", "generator_function",
        "generator_function_declaration", "ERROR",
    }
)  # fmt: skip
"""Nodes that a `return` may stand in; in what could not be read anything may stand."""
_LOOPS = frozenset({"for_statement", "while_statement", "ERROR"})
_AT_TOP = frozenset(
    {
        "package_clause", "import_declaration", "function_declaration", "method_declaration", "type_declaration",
        "var_declaration", "const_declaration", "comment", "ERROR",
    }
)  # fmt: skip


class Unsound(msgspec.Struct, frozen=True):
    """A place where a text is no code."""

    start: int
    end: int
    """Offsets in code points."""
    line: int
    """From 1."""
    what: str
    """Words that follow "line 3:"; without the text of the file."""


def unsound(text: str, language: str) -> tuple[Unsound, ...] | None:
    """The places in order, at most `MAX_PLACES`; None where there is no grammar for the language."""
    grammar = grammar_of(language)
    if grammar is None:
        return None
    # Each replacement keeps the number of code points, so that offsets stay what they are.
    plain = text.replace("\ufeff", " ", 1) if text.startswith("\ufeff") else text
    plain = _LONE_CR.sub("\n", plain)
    source = plain.encode("utf-8", "replace")
    if text.startswith("\ufeff"):
        source = source.removeprefix(b" ")
    root = grammar.parser.parse(source).root_node
    found = [(node, _said(node)) for node in errors(root, MAX_PLACES)] if root.has_error else []
    found += _misplaced(grammar, source, root)
    found.sort(key=lambda place: (place[0].start_byte, place[0].end_byte))
    shift = 1 if text.startswith("\ufeff") else 0
    if source.isascii():
        return tuple(
            Unsound(n.start_byte + shift, n.end_byte + shift, n.start_point[0] + 1, what)
            for n, what in found[:MAX_PLACES]
        )
    return tuple(
        Unsound(
            _points(source, node.start_byte) + shift,
            _points(source, node.end_byte) + shift,
            node.start_point[0] + 1,
            what,
        )
        for node, what in found[:MAX_PLACES]
    )


def _points(source: bytes, byte: int) -> int:
    return len(source[:byte].decode("utf-8", "ignore"))


def _said(node: Node) -> str:
    if node.is_missing:
        return f"`{node.type}` is missing" if not node.is_named else "something is missing"
    return "this cannot be read"


@cache
def _query(name: str) -> Query | None:
    grammar = grammar_of(name)
    return Query(grammar.language, _QUERIES[name]) if grammar is not None and name in _QUERIES else None


def _misplaced(grammar: Grammar, source: bytes, root: Node) -> list[tuple[Node, str]]:
    query = _query(grammar.name)
    if query is None:
        return []
    caught = QueryCursor(query).captures(root)
    found: list[tuple[Node, str]] = []
    for block in caught.get("block", ()):
        found += _indented(source, block)
    for clause in caught.get("clause", ()):
        holder = clause.parent
        if holder is None or holder.is_error or (lead := _lead(source, holder)) is None:
            continue
        if _lead(source, clause) not in {None, lead}:
            found.append((clause, "its indentation is not that of the statement it belongs to"))
    found += [
        (node, "this stands outside of any function")
        for node in caught.get("inner", ())
        if not _is_in(node, _FUNCTIONS, frozenset({"class_definition"}))
    ]
    found += [
        (node, "this stands outside of any loop")
        for node in caught.get("loop", ())
        if not _is_in(node, _LOOPS, frozenset({"class_definition", "function_definition"}))
    ]
    for top in caught.get("top", ()):
        found += [(n, "this stands outside of any function") for n in top.named_children if n.type not in _AT_TOP]
    return found


def _indented(source: bytes, block: Node) -> list[tuple[Node, str]]:
    """What is wrong with the indentation of a block of Python."""
    statements = [child for child in block.named_children if not child.is_extra]
    if not statements:
        return [] if block.parent is None else [(block.parent, "its block is empty")]
    found: list[tuple[Node, str]] = []
    first: bytes | None = b"" if block.parent is None else None
    for statement in statements:
        lead = _lead(source, statement)
        if lead is None:
            continue
        first = lead if first is None else first
        if lead != first:
            found.append((statement, "its indentation is not that of its block"))
    return found


def _lead(source: bytes, node: Node) -> bytes | None:
    """The white space before a node that is the first of its line; None where it is not."""
    start = node.start_byte - node.start_point[1]
    lead = source[start : node.start_byte]
    return None if lead.strip() else lead.replace(b"\f", b"")


def _is_in(node: Node, holders: frozenset[str], ends: frozenset[str]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.type in holders:
            return True
        if parent.type in ends:
            return False
        parent = parent.parent
    return False


def code_words(text: str, language: str, start: int, end: int) -> tuple[str, ...] | None:
    """The words and signs of code in a stretch of a text, by code points, without comments and docstrings.

    None where there is no grammar. Two texts with the same words do the same.
    """
    grammar = grammar_of(language)
    if grammar is None:
        return None
    source = _LONE_CR.sub("\n", text).encode("utf-8", "replace")
    first = len(text[:start].encode("utf-8", "replace"))
    last = len(text[:end].encode("utf-8", "replace"))
    words: list[str] = []
    waiting = [grammar.parser.parse(source).root_node]
    while waiting:
        node = waiting.pop()
        if node.end_byte <= first or node.start_byte >= last or "comment" in node.type or _is_docstring(node):
            continue
        if node.child_count and node.type not in _TEXTS:
            waiting.extend(reversed(node.children))
        elif word := source[node.start_byte : node.end_byte].decode("utf-8", "replace"):
            words.append(word)
    return tuple(words)


_TEXTS = frozenset({"string", "template_string", "interpreted_string_literal", "raw_string_literal", "string_literal"})


def _is_docstring(node: Node) -> bool:
    """Whether a node is a statement of Python that is only a string, or that says nothing."""
    if node.type == "expression_statement":
        return node.named_child_count == 1 and node.children[0].type in {"string", "concatenated_string"}
    return False
