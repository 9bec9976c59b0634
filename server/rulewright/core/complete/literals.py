"""The fields of what a literal makes: `Point{X: 1}` in Go, `Point { x: 1 }` in Rust, `%Point{x: 1}` in Elixir."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from rulewright.core.complete.arguments import CALLED, MAX_CALL, opened_before, parts_of
from rulewright.core.complete.items import Candidate, ItemKind, Source
from rulewright.core.complete.names import site_of
from rulewright.core.complete.situation import Situation
from rulewright.core.index.elixir_structs import struct_named
from rulewright.core.index.meaning import meaning_at
from rulewright.core.index.members import members, own_members
from rulewright.core.index.naming import TYPES, Defined
from rulewright.core.index.near import folder
from rulewright.core.index.symbols import SymbolKind

_BEHIND = frozenset({"{", ",", "\n", "|"})
_STRUCT = re.compile(rb"%([\w.]+)\{\Z")
_CHANGED = re.compile(r"[^|]*\|(?!\|)")
"""`point |` before the fields that are to be changed."""
_GIVEN = {
    "go": re.compile(r"\s*(\w+)\s*:"),
    "rust": re.compile(r"\s*(\w+)\s*(?::(?!:)|\Z)"),
    "elixir": re.compile(r"\s*(\w+):\s"),
}
_LITERALS = frozenset({"literal_value", "field_initializer_list", "struct_pattern"})


def fields(at: Situation) -> Iterator[Candidate]:
    """The fields that the literal around the word does not have yet, in the order in which they are declared."""
    if at.language not in _GIVEN or at.context.before[1] not in _BEHIND:
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
    source, start, end = at.buffer.source, at.context.start, at.context.end
    opened = opened_before(source, start, b"{")
    if opened < 0:
        return "", []
    name, found = _elixir(at, opened) if at.language == "elixir" else _made(at, opened)
    before = parts_of(source[opened + 1 : start].decode("utf-8", "replace"))[:-1]
    behind = parts_of(source[end : end + MAX_CALL].decode("utf-8", "replace"))[1:]
    if before and at.language == "elixir":
        before[0] = _CHANGED.sub("", before[0])
    given = [_GIVEN[at.language].match(part) for part in (*before, *behind) if part.strip()]
    if at.language == "go" and None in given[: len(before)]:
        return "", []  # By place, then, and not by name.
    taken = {one[1] for one in given if one is not None}
    return name, [field for field in found if field not in taken]


def _elixir(at: Situation, opened: int) -> tuple[str, list[str]]:
    made = _STRUCT.search(at.buffer.source, max(0, opened - 200), opened + 1)
    if made is None:
        return "", []
    name = made[1].decode("utf-8", "replace")
    return name, [one.symbol.name for one in members(at.index, struct_named(site_of(at, made.start(1)), name))]


def _made(at: Situation, opened: int) -> tuple[str, list[str]]:
    token = at.buffer.root.descendant_for_byte_range(opened, opened + 1) if at.buffer.root is not None else None
    around = token.parent if token is not None else None
    written = _type_before(around, opened) if around is not None and around.type in _LITERALS else None
    name = CALLED.search(at.buffer.source, max(0, written - 200), written) if written is not None else None
    meaning = meaning_at(site_of(at, name.start(1))) if name is not None else None
    if meaning is None or not meaning.definitions or meaning.step in {"unique", "ranked"}:
        return "", []
    made = meaning.definitions[0]
    if made.symbol.kind not in TYPES:
        return "", []
    return made.symbol.name, [f.symbol.name for f in own_members(at.index, made) if _can_be_set(at, f)]


def _type_before(around: Node, opened: int) -> int | None:
    """Where the name of the type ends that a literal makes."""
    if around.parent is None or around.parent.type != "literal_element":
        return opened
    # An item of a list or a map of Go leaves its type out: `[]Point{{X: 1}}`.
    outer: Node | None = around.parent
    while outer is not None and outer.type != "composite_literal":
        outer = outer.parent
    made = outer.child_by_field_name("type") if outer is not None else None
    item = (made.child_by_field_name("element") or made.child_by_field_name("value")) if made is not None else None
    body = outer.child_by_field_name("body") if outer is not None else None
    above = around.parent.parent
    if above is not None and above.type == "keyed_element":
        above = above.parent
    return item.end_byte if item is not None and above == body else None


def _can_be_set(at: Situation, field: Defined) -> bool:
    if field.symbol.kind != SymbolKind.FIELD:
        return False
    is_near = folder(field.path) == folder(at.path) if at.language == "go" else field.path == at.path
    return is_near or field.symbol.exported
