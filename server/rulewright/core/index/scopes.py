"""Which name means which local: scopes and bindings of one function, class or file, found when they are asked for.

The `scopes` section captures `@scope`, and names that a scope binds as `@local.<kind>`, with their `@type` where
the text says one. A binding belongs to the innermost scope around it. A pattern changes that by
`(#set! scope "outer")` (the scope around that one: a function's own name) or `(#set! scope "function")` (the
nearest `@scope.function`, as for JavaScript's `var`). What a `@scope.class` binds is not seen from scopes inside it.
Names captured as `@outer` (Python's `global`) are not bound in their scope, whatever else is said.
"""

import re

import msgspec
from tree_sitter import Node

from rulewright.core.index.grammars import Grammar

MAX_SPAN = 200_000
"""Bytes: a larger node is narrowed to the child that matters, so that an answer never needs a whole big file."""

_LOCAL = re.compile(r"^local\.(\w+)$")


class Binding(msgspec.Struct, frozen=True):
    """A name that a scope binds."""

    name: str
    kind: str
    """`parameter`, `variable`, `function`, `class`, `import`, `type` and the like."""
    start: int
    """The bytes of the name."""
    end: int
    type: str = ""
    """The name of its type, where the text says one."""


class Scope(msgspec.Struct):
    """A stretch of text and what it binds, by name, in order."""

    start: int
    end: int
    parent: int
    kind: str
    bindings: dict[str, list[Binding]] = msgspec.field(default_factory=dict)


class ScopeTree(msgspec.Struct):
    """The scopes of one node; the first is the node itself, and holds what nothing else does."""

    scopes: list[Scope]

    def innermost(self, byte: int) -> int:
        """Index of the smallest scope that holds a byte. The byte right behind a scope still belongs to it."""
        best = 0
        for index, scope in enumerate(self.scopes):
            if scope.start > byte:
                break
            if byte <= scope.end and scope.end - scope.start <= self.scopes[best].end - self.scopes[best].start:
                best = index
        return best

    def resolve(self, name: str, byte: int) -> Binding | None:
        """What a name means at a byte; None when nothing in this node binds it."""
        index = first = self._at_name(name, byte)
        while index >= 0:
            scope = self.scopes[index]
            found = scope.bindings.get(name)
            if found and (scope.kind != "class" or index == first):
                before = [b for b in found if b.start <= byte]
                return before[-1] if before and _rebinds(found) else found[0]
            index = scope.parent
        return None

    def visible(self, byte: int) -> list[Binding]:
        """Every binding that can be named at a byte, the nearest first, each name once."""
        found: dict[str, Binding] = {}
        index = first = self.innermost(byte)
        while index >= 0:
            scope = self.scopes[index]
            if scope.kind != "class" or index == first:
                for name, bindings in scope.bindings.items():
                    typed = next((b for b in reversed(bindings) if b.type and b.start <= byte), bindings[0])
                    found.setdefault(name, typed)
            index = scope.parent
        return list(found.values())

    def _at_name(self, name: str, byte: int) -> int:
        """The scope in which a name at a byte is looked up; for a name that is bound right there, its scope."""
        for index, scope in enumerate(self.scopes):
            if any(b.start <= byte < b.end for b in scope.bindings.get(name, ())):
                return index
        return self.innermost(byte)


def scopes_of(grammar: Grammar, source: bytes, node: Node) -> ScopeTree:
    """The scopes of a node."""
    tree = ScopeTree([Scope(node.start_byte, node.end_byte, -1, "block")])
    section = grammar.query("scopes")
    if section is None:
        return tree
    query, cursor = section
    locals_: list[tuple[Node, str, str, str]] = []
    outer: list[Node] = []
    opened: dict[tuple[int, int], str] = {}
    for pattern, captures in cursor.matches(node):
        settings = query.pattern_settings(pattern)
        types = captures.get("type")
        said = source[types[0].start_byte : types[0].end_byte].decode("utf-8", "replace") if types else ""
        for capture, nodes in captures.items():
            if capture.startswith("scope"):
                for n in nodes:
                    kind = capture[6:] or "block"
                    if opened.get((n.start_byte, -n.end_byte), "block") == "block":
                        opened[n.start_byte, -n.end_byte] = kind
            elif local := _LOCAL.match(capture):
                locals_ += [(n, local[1], said, settings.get("scope") or "") for n in nodes]
            elif capture == "outer":
                outer += nodes
    _nest(tree, opened)
    unbound = {(tree.innermost(n.start_byte), source[n.start_byte : n.end_byte]) for n in outer}
    for n, kind, said, where in sorted(locals_, key=lambda item: item[0].start_byte):
        _bind(tree, source, n, kind, said, where, unbound)
    return tree


def _nest(tree: ScopeTree, opened: dict[tuple[int, int], str]) -> None:
    stack = [0]
    for (start, negative_end), kind in sorted(opened.items()):
        end = -negative_end
        if (start, end) == (tree.scopes[0].start, tree.scopes[0].end):
            tree.scopes[0].kind = kind
            continue
        while len(stack) > 1 and tree.scopes[stack[-1]].end <= start:
            stack.pop()
        tree.scopes.append(Scope(start, end, stack[-1], kind))
        stack.append(len(tree.scopes) - 1)


def _bind(
    tree: ScopeTree, source: bytes, node: Node, kind: str, said: str, where: str, unbound: set[tuple[int, bytes]]
) -> None:
    raw = source[node.start_byte : node.end_byte]
    index = tree.innermost(node.start_byte)
    # A name at the very end of a scope lies behind it.
    while index > 0 and tree.scopes[index].end <= node.start_byte:
        index = tree.scopes[index].parent
    if (index, raw) in unbound:
        return
    if where == "outer" and index > 0:
        index = tree.scopes[index].parent
    while where == "function" and index > 0 and tree.scopes[index].kind != "function":
        index = tree.scopes[index].parent
    name = raw.decode("utf-8", "replace")
    binding = Binding(name, kind, node.start_byte, node.end_byte, said)
    tree.scopes[index].bindings.setdefault(name, []).append(binding)


def _rebinds(bindings: list[Binding]) -> bool:
    """Whether a later binding is another thing: a `let` again, in languages that allow it, marked as such."""
    return any(b.kind == "shadow" for b in bindings)


def node_for(root: Node, byte: int) -> Node:
    """The node whose scopes decide what a name at a byte means: what lies at the top of the file, or less of it."""
    node = root
    while (child := _child_at(node, byte)) is not None:
        node = child
        if node.end_byte - node.start_byte <= MAX_SPAN:
            break
    return node


def _child_at(node: Node, byte: int) -> Node | None:
    child = node.first_child_for_byte(byte)
    return child if child is not None and child.start_byte <= byte <= child.end_byte else None


_NOT_CODE = re.compile(r"comment|string|content|fragment|text|literal_|heredoc|regex|escape")
_NAME = re.compile(rb"[^\W\d][\w]*[?!]?|[\x80-\xff\w]+[?!]?")


def name_at(root: Node, source: bytes, byte: int) -> Node | None:
    """The name that a byte is in or right behind; None in comments, strings, numbers and signs."""
    for at in (byte, byte - 1):
        if at < 0:
            continue
        node = root.descendant_for_byte_range(at, at + 1)
        if node is not None and is_name(node, source) and node.start_byte <= byte <= node.end_byte:
            return node
    return None


def is_name(node: Node, source: bytes) -> bool:
    """Whether a node is a name in code."""
    if not node.is_named or node.child_count or _NOT_CODE.search(node.type):
        return False
    return bool(_NAME.fullmatch(source, node.start_byte, node.end_byte))


def is_member(source: bytes, start: int) -> bool:
    """Whether the name that begins at a byte is a member of what stands before it, as behind `.`, `->` and `::`."""
    before = source[max(0, start - 40) : start].rstrip()
    return (before.endswith(b".") and not before.endswith(b"..")) or before.endswith((b"->", b"::"))


def occurrences(root: Node, source: bytes, name: str, start: int = 0, end: int | None = None) -> list[Node]:
    """The nodes that are this name in code, in order, between two bytes."""
    encoded = name.encode("utf-8", "surrogatepass")
    end = len(source) if end is None else end
    found: list[Node] = []
    at = source.find(encoded, start, end)
    while at >= 0:
        node = root.descendant_for_byte_range(at, at + len(encoded))
        if node is not None and node.start_byte == at and node.end_byte == at + len(encoded) and is_name(node, source):
            found.append(node)
        at = source.find(encoded, at + len(encoded), end)
    return found
