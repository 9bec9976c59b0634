"""C's declarators: what `char *(*const names[3])(int)` declares, found by walking to its middle."""

import msgspec
from tree_sitter import Node

_MAX_DEPTH = 30
_AROUND = frozenset({"parenthesized_declarator", "attributed_declarator", "reference_declarator", "init_declarator"})
_INDIRECT = frozenset({"pointer_declarator", "reference_declarator", "array_declarator", "block_pointer_declarator"})


class Declared(msgspec.Struct, frozen=True):
    """The name that a declarator declares."""

    name: Node
    is_function: bool
    owner: Node | None = None
    """Of `Stack<T>::push` the innermost scope, without what stands in angle brackets."""


def declared(node: Node) -> Declared | None:
    """What a declarator declares; None where it has no name, as in what a broken text becomes."""
    is_function = False
    owner: Node | None = None
    for _ in range(_MAX_DEPTH):
        kind = node.type
        if kind == "function_declarator":
            is_function = True
        elif is_function and kind in _INDIRECT and node.parent is not None and "parenthesized" in node.parent.type:
            # `int (*handler)(int)` is a pointer, `int *handler(int)` a function.
            is_function = False
        if kind == "qualified_identifier":
            owner = node.child_by_field_name("scope") or owner
        inner = _inside(node)
        if inner is None:
            break
        node = inner
    if node.type == "template_function":
        node = node.child_by_field_name("name") or node
    if owner is not None and owner.type == "template_type":
        owner = owner.child_by_field_name("name") or owner
    if node.type == "operator_cast":
        return Declared(node, is_function=True, owner=owner)
    is_name = "identifier" in node.type or node.type in {"operator_name", "destructor_name"}
    return Declared(node, is_function, owner) if is_name else None


def _inside(node: Node) -> Node | None:
    if node.type == "qualified_identifier":
        return node.child_by_field_name("name")
    inner = node.child_by_field_name("declarator")
    if inner is None and node.type in _AROUND:
        return next((c for c in node.named_children if "declarator" in c.type or "identifier" in c.type), None)
    return inner
