"""The keys of Elixir's structs, in `%Point{x: 1}`, `%{point | x: 2}` and patterns: they name what a module declares."""

from tree_sitter import Node

from rulewright.core.index.chain import Link
from rulewright.core.index.finds import text_of
from rulewright.core.index.members import OUTSIDE, UNKNOWN, Value, called, head_value, member, value_of
from rulewright.core.index.naming import Named
from rulewright.core.index.site import Site
from rulewright.core.index.values import chain_value, receiver_word


def struct_key(site: Site) -> tuple[str, int, int] | None:
    """The key of a struct or a map at a place, and its bytes; None for those of lists of keywords."""
    if site.language != "elixir" or site.root is None:
        return None
    for at in (site.byte, site.byte - 1):
        node = site.root.descendant_for_byte_range(max(at, 0), max(at, 0) + 1)
        if node is not None and node.type == "keyword" and _map_around(node) is not None:
            name = site.source[node.start_byte : node.end_byte].rstrip().removesuffix(b":")
            end = node.start_byte + len(name)
            if node.start_byte <= site.byte <= end:
                return name.decode("utf-8", "replace"), node.start_byte, end
    return None


def keyed_value(site: Site, known: dict[str, Value] | None = None) -> Value:
    """The struct that has the key which begins at the place; `known` keeps those of modules that are named."""
    node = site.root.descendant_for_byte_range(site.byte, site.byte + 1) if site.root is not None else None
    around = _map_around(node) if node is not None else None
    return _struct_value(site, around, {} if known is None else known) if around is not None else UNKNOWN


def field_named(site: Site, name: str) -> Named:
    """The field that a key means, which begins at the place; outside, where nobody knows the struct."""
    named = member(site.index, keyed_value(site), name)
    return named if named.step == "member" else Named(step="outside")


def _map_around(key: Node) -> Node | None:
    """The map that a key stands in: `%{`, keywords, perhaps behind what is changed and a bar."""
    pair = key.parent
    keywords = pair.parent if pair is not None else None
    content = keywords.parent if keywords is not None and keywords.type == "keywords" else None
    if content is not None and content.type == "binary_operator":
        content = content.parent
    return content.parent if content is not None and content.type == "map_content" else None


def _struct_value(site: Site, around: Node, known: dict[str, Value]) -> Value:
    made = next((child for child in around.named_children if child.type == "struct"), None)
    if made is None:
        # `%{point | x: 2}`, where `point` is known.
        changed = around.named_children[-1].named_children[:1] if around.named_children else []
        whole = changed[0].child_by_field_name("left") if changed else None
        if whole is None or whole.type != "identifier":
            return UNKNOWN
        return chain_value(site, (Link(text_of(site.source, whole), whole.start_byte),))
    name = text_of(site.source, made)
    if name not in known:
        value = struct_named(site, name)
        if not name[:1].isupper():
            return value  # `__MODULE__` is another one elsewhere in the file.
        known[name] = value
    return known[name]


def struct_named(site: Site, name: str) -> Value:
    """The struct that is made by `%Name{` at the place."""
    if name[:1].isupper():
        value, left = head_value(site.index, site.path, "elixir", tuple(name.split(".")), None)
        return UNKNOWN if left else called(site.index, value)
    first, *rest = name.split(".")
    if first != "__MODULE__":
        return OUTSIDE
    value = receiver_word(site, first)
    for part in rest:
        value = value_of(site.index, member(site.index, value, part))
    return called(site.index, value)
