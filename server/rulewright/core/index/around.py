"""What a tree says of one place in a text that is being written: comment or string, which block, how broken."""

import re

import msgspec
from tree_sitter import Node

from rulewright.core.index.grammars import grammar_of

MAX_DEPTH = 200
"""Nodes around a place that are looked at; what is deeper is generated."""
MAX_NODES = 20_000
"""Broken nodes that are counted."""

_COMMENT = re.compile(r"comment|shebang|hash_bang")
_STRING = re.compile(
    r"string|char_literal|character|heredoc|regex|raw_text|rune_literal|charlist|sigil|nowdoc|template_chars|text_block"
)
_NO_STRING = re.compile(r"string_type|string_array|^string_concat|concatenated|binary_string|identifier|_name$")
_CODE = re.compile(r"interpolation|substitution|string_interpolated|embedded|jsx_expr")
_BODY = re.compile(r"block$|body$|suite|compound_statement|do_block|^consequence|statement_list|^then$|^stmts?$")
_SIGNS = frozenset({"{", "}", "do", "end", ":", "then", "begin"})


class Around(msgspec.Struct, frozen=True):
    """What surrounds a byte."""

    kind: str
    """`comment`, `string` or `code`."""
    is_empty_block: bool
    """Whether the innermost block around it has nothing in it."""
    header_row: int
    """Where the statement begins that the innermost block belongs to, from 0; -1 at the top."""


def around(root: Node, source: bytes, byte: int) -> Around:
    """What surrounds a byte of a parsed text."""
    kind, body = "", None
    node: Node | None = root.descendant_for_byte_range(max(0, byte - 1), byte)
    if node is not None and node.end_byte < byte:
        node = node.parent
    for _ in range(MAX_DEPTH):
        if node is None:
            break
        if not kind and _CODE.search(node.type) and node.start_byte < byte < node.end_byte:
            kind = "code"
        if not kind and node.is_named:
            kind = _text_kind(node, source, byte)
        if body is None and _BODY.search(node.type) and node.start_byte <= byte <= node.end_byte:
            body = node
        node = node.parent
    header = body.parent if body is not None else None
    row = header.start_point[0] if header is not None and header.parent is not None else -1
    return Around(kind or "code", body is not None and _is_empty(body), row)


def _text_kind(node: Node, source: bytes, byte: int) -> str:
    if _COMMENT.search(node.type):
        is_line = b"\n" not in source[node.start_byte : node.end_byte].rstrip(b"\n") and byte <= node.end_byte
        is_inside = node.start_byte < byte < node.end_byte
        ends_with_line = source[byte : byte + 1] in {b"\n", b"\r", b""} and not source[:byte].endswith((b"*/", b"-->"))
        return "comment" if is_inside or (is_line and node.start_byte < byte and ends_with_line) else ""
    if _STRING.search(node.type) and not _NO_STRING.search(node.type) and node.start_byte < byte < node.end_byte:
        return "string"
    return ""


def _is_empty(body: Node) -> bool:
    return all(child.type in _SIGNS or child.is_missing or child.is_extra for child in body.children)


def n_faults(language: str, source: bytes) -> int:
    """How many parts of a text its grammar cannot read, and how many are missing; 0 without a grammar."""
    grammar = grammar_of(language)
    if grammar is None:
        return 0
    waiting, n, n_seen = [grammar.parser.parse(source).root_node], 0, 0
    while waiting and n_seen < MAX_NODES:
        node = waiting.pop()
        n_seen += 1
        if node.is_error or node.is_missing:
            n += 1
        if node.has_error:
            waiting.extend(child for child in node.children if child.has_error or child.is_missing)
    return n


def block_end(language: str, source: bytes, byte: int) -> int | None:
    """Where the innermost block ends that holds a byte, its closing sign left out.

    None at the top, without a grammar, and where the tree is too broken there to say.
    """
    grammar = grammar_of(language)
    if grammar is None:
        return None
    node: Node | None = grammar.parser.parse(source).root_node.descendant_for_byte_range(byte, byte)
    while node is not None:
        if node.is_error:
            return None
        if _BODY.search(node.type) and node.start_byte < byte:
            last = node.children[-1] if node.children else None
            end = last.start_byte if last is not None and last.type in {"}", "end"} else node.end_byte
            return end if not node.has_error and byte <= end else None
        node = node.parent
    return None
