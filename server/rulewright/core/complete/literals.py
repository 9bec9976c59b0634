"""The fields of what a literal makes: `Point{X: 1}` in Go, `Point { x: 1 }` in Rust, `%Point{x: 1}` in Elixir."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from rulewright.core.complete.arguments import CALLED, opened_before
from rulewright.core.complete.items import Candidate, ItemKind, Source
from rulewright.core.complete.names import site_of
from rulewright.core.complete.situation import Situation
from rulewright.core.index.chain import code_before
from rulewright.core.index.elixir_structs import struct_named
from rulewright.core.index.finds import text_of
from rulewright.core.index.meaning import NOT_STRUCTS, meaning_at
from rulewright.core.index.members import members, own_members
from rulewright.core.index.naming import TYPES, Defined, is_one_package
from rulewright.core.index.symbols import SymbolKind

_LITERALS = {
    "go": frozenset({"literal_value"}),
    "rust": frozenset({"field_initializer_list", "struct_pattern"}),
    "elixir": frozenset({"map", "ERROR"}),  # One that has no end yet shows by what stands before its brace.
}
"""What the braces stand in."""
_PARTS = frozenset(
    {"ERROR", "map_content", "keywords", "binary_operator", "call", "arguments", "field_initializer_list"}
)
"""Nodes of a literal that hold its fields, some of them where it is not whole."""
_BETWEEN = frozenset({"ERROR", "map_content", "keywords", "binary_operator", "operator_identifier"})
"""What may lie between a literal and the signs that part its fields."""
_KEYED = frozenset({"keyed_element", "field_initializer", "shorthand_field_initializer", "field_pattern", "pair"})
_MAX_PARTS = 2_000
_STRUCT = re.compile(rb"%([A-Za-z_][A-Za-z0-9_.]*)\{\Z")


def fields(at: Situation) -> Iterator[Candidate]:
    """The fields that the literal around the word does not have yet, in the order in which they are declared."""
    if at.language not in _LITERALS or at.buffer.root is None:
        return
    end = at.context.end
    has_colon = at.buffer.source[end : end + 1] == b":"
    holder, names = at.once("fields", lambda: _missing(at))
    for number, name in enumerate(names):
        yield Candidate(
            f"{name}:",
            ItemKind.FIELD,
            Source.KEY,
            min(number, 8),
            insert=name if has_colon else f"{name}: ",
            module=holder,
        )


def _missing(at: Situation) -> tuple[str, list[str]]:
    """The name of what is made, and its fields that are not given on either side of the cursor."""
    opened = opened_before(at.buffer.source, at.context.start, b"{")
    around = _node_at(at, opened).parent if opened >= 0 else None
    if around is None or around.type not in _LITERALS[at.language] or not _begins_here(at, around, opened):
        return "", []
    name, found = _of_elixir(at, opened) if at.language == "elixir" else _made(at, around, opened)
    given = _given(at, around, opened) if found else None
    return (name, [field for field in found if field not in given]) if given is not None else ("", [])


def _node_at(at: Situation, byte: int) -> Node:
    root = at.buffer.root
    assert root is not None
    return root.descendant_for_byte_range(byte, byte + 1) or root


def _begins_here(at: Situation, around: Node, opened: int) -> bool:
    """Whether the word begins a part of the literal: right behind its brace, a comma of its own, or Elixir's bar."""
    source, start = at.buffer.source, at.context.start
    last = code_before(source, opened, start, at.language) - 1
    if last == opened:
        return True
    sign = _node_at(at, last)
    if sign.type != "," and not (sign.type == "|" and at.language == "elixir"):
        return False
    above = sign.parent
    if (
        at.language == "rust"
        and above is not None
        and above.type == "ERROR"
        and b"|" in source[above.start_byte : above.end_byte]
    ):
        return False  # A closure's parameters, which are not whole.
    while above is not None and above.id != around.id and above.type in _BETWEEN:
        above = above.parent
    return above is not None and above.id == around.id


def _given(at: Situation, around: Node, opened: int) -> set[str] | None:
    """The fields that have a value; None where values stand by their place, as in Go."""
    given: set[str] = set()
    for node in _others(at, around, opened):
        if node.type in _KEYED:
            given.add(_key(at.buffer.source, node))
        elif node.type == "literal_element":
            return None
        elif node.type == "=>" and node.prev_sibling is not None:
            given.add(text_of(at.buffer.source, node.prev_sibling).lstrip(":").strip('"'))
    return given


def _others(at: Situation, around: Node, opened: int) -> Iterator[Node]:
    """What a literal holds behind its brace, without what is being written."""
    start = at.context.start
    waiting = [around]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        for node in waiting.pop().children:
            if node.type in _PARTS:
                waiting.append(node)
            elif node.end_byte > opened and node.start_byte != start and not _is_here(start, node):
                yield node


def _is_here(start: int, node: Node) -> bool:
    return (node.type == "literal_element" or not node.child_count) and node.start_byte <= start <= node.end_byte


def _key(source: bytes, keyed: Node) -> str:
    node = keyed.child_by_field_name("key") or next(
        (c for c in keyed.children if c.type.endswith(("identifier", "literal_element"))), keyed
    )
    return text_of(source, node).rstrip().removesuffix(":").strip('"')


def _of_elixir(at: Situation, opened: int) -> tuple[str, list[str]]:
    made = _STRUCT.search(at.buffer.source, max(0, opened - 200), opened + 1)
    if made is None:
        return "", []
    name = made[1].decode()
    return name, [one.symbol.name for one in members(at.index, struct_named(site_of(at, made.start(1)), name))]


def _made(at: Situation, around: Node, opened: int) -> tuple[str, list[str]]:
    written = _type_before(around, opened)
    name = CALLED.search(at.buffer.source, max(0, written - 200), written) if written is not None else None
    meaning = meaning_at(site_of(at, name.start(1))) if name is not None else None
    if meaning is None or not meaning.definitions or meaning.step in {"unique", "ranked"}:
        return "", []
    made = meaning.definitions[0]
    if made.symbol.kind not in TYPES and made.symbol.kind != SymbolKind.ENUM_MEMBER:
        return "", []
    return made.symbol.name, [f.symbol.name for f in own_members(at.index, made) if _can_be_set(at, f)]


def _type_before(around: Node, opened: int) -> int | None:
    """Where the name of the struct ends that is made; None where it is none, but a list or a map."""
    above = around.parent
    if above is None or around.type != "literal_value":
        return opened
    if above.type == "composite_literal":
        return _named(above.child_by_field_name("type"))
    # An item of a list or a map leaves its type out: `[]Point{{X: 1}}`.
    body, part = above.parent, "element"
    if body is not None and body.type == "keyed_element":
        part = "key" if body.start_byte == above.start_byte else "value"
        body = body.parent
    outer = body.parent if body is not None else None
    if outer is None or outer.type != "composite_literal" or (whole := outer.child_by_field_name("type")) is None:
        return None
    item = whole.child_by_field_name(part)
    if item is None and part == "value":
        item = whole.child_by_field_name("element")  # `[2]Point{0: {X: 1}}`
    return _named(item)


def _named(made: Node | None) -> int | None:
    """Where the name of a struct ends, before its arguments; None where it is a list or a map."""
    if made is None or made.type in NOT_STRUCTS:
        return None
    return (made.child_by_field_name("type") or made).end_byte if made.type == "generic_type" else made.end_byte


def _can_be_set(at: Situation, field: Defined) -> bool:
    if field.symbol.kind != SymbolKind.FIELD:
        return False
    if at.language == "go":
        return field.symbol.exported or is_one_package(at.index, "go", field.path, at.path)
    return field.symbol.exported or field.path == at.path
