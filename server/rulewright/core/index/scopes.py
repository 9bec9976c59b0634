"""Which name means which local: scopes and bindings of one function, class or file, found when they are asked for.

The `scopes` section captures `@scope`, and names that a scope binds as `@local.<kind>`, with their `@type` where
the text says one. A binding belongs to the innermost scope around it. A pattern changes that by
`(#set! scope "outer")` (the scope around that one: a function's own name) or `(#set! scope "function")` (the
nearest `@scope.function`, as for JavaScript's `var`, or of any other kind). A scope may also reach from the start of
`@scope.first` to the end of `@scope.last`.

What a `@scope.class` binds is not seen from scopes inside it; from inside a `@scope.closed` (a Ruby method, a Rust
function in another) no variable or parameter around it is seen.
What is bound in a `@late` node (Rust's `let`) counts behind that node, and a later one hides an earlier one.
`@pattern.<kind>` binds each identifier in a node, apart from those in nodes captured as `@skip`, and in members and
elements of something, as in Python's `a.b, c[i] = 1, 2`.
Names captured as `@outer` (Python's `global`) are not bound in their scope, whatever else is said; names captured as
`@elsewhere` (a key, a method that is called) never mean a local.
"""

import re
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator

import msgspec
from tree_sitter import Node, Query, QueryCursor

from rulewright.core.index.grammars import Grammar

MAX_SPAN = 200_000
"""Bytes: a larger node is narrowed to the child that matters, so that an answer never needs a whole big file."""


CLASS_SPAN = 20_000
"""Bytes up to which a whole class is looked at."""
_CLASS = re.compile(
    r"class_(?!static)|^class$|impl_item|interface_|trait_|namespace_|^module$|mod_item|decorated|export_st"
)


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
    since: int = 0
    """The byte from which the name means this; 0 where the order of the text does not matter."""

    def counts_at(self, byte: int) -> bool:
        """Whether the name means this at a byte, or is this binding's own name."""
        return self.since <= byte or self.start <= byte <= self.end


class Scope(msgspec.Struct):
    """A stretch of text and what it binds, by name, in order."""

    start: int
    end: int
    parent: int
    kind: str
    bindings: dict[str, list[Binding]] = msgspec.field(default_factory=dict)


def _start(scope: Scope) -> int:
    return scope.start


class ScopeTree(msgspec.Struct):
    """The scopes of one node; the first is the node itself, and holds what nothing else does."""

    scopes: list[Scope]
    elsewhere: list[tuple[int, int]] = msgspec.field(default_factory=list)
    """The bytes of names that are no locals, in order."""

    def innermost(self, byte: int) -> int:
        """Index of the smallest scope that holds a byte. The byte right behind a scope still belongs to it."""
        index = bisect_right(self.scopes, byte, key=_start) - 1
        while index > 0 and self.scopes[index].end < byte:
            index = self.scopes[index].parent
        return max(index, 0)

    def resolve(self, name: str, byte: int) -> Binding | None:
        """What a name means at a byte; None when nothing in this node binds it."""
        if self._is_elsewhere(byte):
            return None
        first = self._at_name(name, byte)
        for scope, shows in self._around(first):
            found = [b for b in scope.bindings.get(name, ()) if shows(b) and b.counts_at(byte)]
            if found:
                return _meant(found, byte)
        return None

    def visible(self, byte: int) -> list[Binding]:
        """Every binding that can be named at a byte, the nearest first, each name once."""
        seen: dict[str, Binding] = {}
        for scope, shows in self._around(self.innermost(byte)):
            for name, bindings in scope.bindings.items():
                found = [b for b in bindings if shows(b) and b.counts_at(byte)]
                if found and name not in seen:
                    meant = _meant(found, byte)
                    typed = next((b for b in reversed(found) if b.type and b.start <= byte), meant)
                    seen[name] = meant if meant.type or meant.since else typed
        return list(seen.values())

    def _around(self, first: int) -> Iterator[tuple[Scope, Callable[[Binding], bool]]]:
        """The scopes around one, itself first, and what each shows to it."""
        index, closed = first, False
        while index >= 0:
            scope = self.scopes[index]
            if scope.kind != "class" or index == first:
                yield scope, _is_no_variable if closed else _is_any
            closed = closed or scope.kind == "closed"
            index = scope.parent

    def _is_elsewhere(self, byte: int) -> bool:
        at = bisect_right(self.elsewhere, (byte, sys.maxsize)) - 1
        return at >= 0 and byte <= self.elsewhere[at][1]

    def _at_name(self, name: str, byte: int) -> int:
        """The scope in which a name at a byte is looked up; for a name that is bound right there, its scope."""
        for index, scope in enumerate(self.scopes):
            if any(b.start <= byte < b.end for b in scope.bindings.get(name, ())):
                return index
        return self.innermost(byte)


class _Captured(msgspec.Struct, frozen=True):
    """A node that the query captured."""

    node: Node
    end: int
    kind: str
    said: str
    """Its type, as written."""
    where: str
    """The kind of scope it belongs to."""


def scopes_of(grammar: Grammar, source: bytes, node: Node) -> ScopeTree:
    """The scopes of a node."""
    tree = ScopeTree([Scope(node.start_byte, node.end_byte, -1, "block")])
    section = grammar.query("scopes")
    if section is None:
        return tree
    captured = _captured(*section, source, node)
    _nest(tree, captured["scope"])
    tree.elsewhere = sorted((c.node.start_byte, c.end) for c in captured["elsewhere"])
    unbound = {(tree.innermost(c.node.start_byte), source[c.node.start_byte : c.end]) for c in captured["outer"]}
    skip = {(c.node.start_byte, c.end) for c in captured["skip"]}
    locals_ = captured["local"]
    for pattern in captured["pattern"]:
        locals_ += [msgspec.structs.replace(pattern, node=n, end=n.end_byte) for n in _identifiers(pattern.node, skip)]
    late = sorted((c.node.start_byte, -c.end) for c in captured["late"])
    around: list[tuple[int, int]] = []
    """The late nodes around a name, the innermost last."""
    n_late = 0
    last = -1
    # Of several patterns that bind one name, one that knows its type counts.
    for local in sorted(locals_, key=lambda c: (c.node.start_byte, not c.said)):
        start = local.node.start_byte
        if start == last:
            continue
        last = start
        while n_late < len(late) and late[n_late][0] <= start:
            around.append((late[n_late][0], -late[n_late][1]))
            n_late += 1
        around = [(s, e) for s, e in around if e > start]
        if (target := _target(tree, source, local, unbound)) is not None:
            since = next((e for s, e in reversed(around) if s >= target.start and e <= target.end), 0)
            name = source[start : local.end].decode("utf-8", "replace")
            bound = Binding(name, local.kind, start, local.end, local.said, since)
            target.bindings.setdefault(name, []).append(bound)
    return tree


def _captured(query: Query, cursor: QueryCursor, source: bytes, node: Node) -> dict[str, list[_Captured]]:
    """What a query captures, by the word before the dot."""
    found: dict[str, list[_Captured]] = defaultdict(list)
    for pattern, captures in cursor.matches(node):
        where = (query.pattern_settings(pattern) or {}).get("scope") or ""
        types = captures.get("type")
        said = source[types[0].start_byte : types[0].end_byte].decode("utf-8", "replace") if types else ""
        last = captures.pop("scope.last", None)
        for capture, nodes in captures.items():
            family, _, kind = capture.partition(".")
            found[family] += [_Captured(n, last[-1].end_byte if last else n.end_byte, kind, said, where) for n in nodes]
    return found


_BOUND = frozenset({"identifier", "shorthand_property_identifier_pattern"})
_OF_ANOTHER = frozenset({"attribute", "subscript"})


def _identifiers(node: Node, skip: set[tuple[int, int]]) -> Iterator[Node]:
    """The identifiers of a pattern, in order."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if node.type in _OF_ANOTHER or (node.start_byte, node.end_byte) in skip:
            continue
        if node.type in _BOUND:
            yield node
        waiting += reversed(node.named_children)


def _nest(tree: ScopeTree, captured: list[_Captured]) -> None:
    opened: dict[tuple[int, int], str] = {}
    for c in captured:
        key = (c.node.start_byte, -c.end)
        if opened.get(key, "block") == "block":
            opened[key] = c.kind if c.kind and c.kind != "first" else "block"
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


def _target(tree: ScopeTree, source: bytes, local: _Captured, unbound: set[tuple[int, bytes]]) -> Scope | None:
    """The scope that a name is bound in; None when it is said to belong to an outer one."""
    start = local.node.start_byte
    index = tree.innermost(start)
    # A name at the very end of a scope lies behind it.
    while index > 0 and tree.scopes[index].end <= start:
        index = tree.scopes[index].parent
    if (index, source[start : local.end]) in unbound:
        return None
    if local.where == "outer":
        index = max(tree.scopes[index].parent, 0)
    elif local.where:
        wanted = ("function", "closed") if local.where == "function" else (local.where,)
        while index > 0 and tree.scopes[index].kind not in wanted:
            index = tree.scopes[index].parent
    return tree.scopes[index]


def _meant(found: list[Binding], byte: int) -> Binding:
    """Which of several bindings of one name in one scope a byte means."""
    last = next((b for b in found if b.start <= byte < b.end), found[-1])
    if any(b.since for b in found):
        # A name that one pattern has twice is one variable.
        return next(b for b in found if b.since == last.since)
    before = [b for b in found if b.start <= byte]
    return before[-1] if before and _rebinds(found) else found[0]


def _rebinds(bindings: list[Binding]) -> bool:
    """Whether a later binding is another thing: a `let` again, in languages that allow it, marked as such."""
    return any(b.kind == "shadow" for b in bindings)


def _is_any(_: Binding) -> bool:
    return True


def _is_no_variable(binding: Binding) -> bool:
    return binding.kind not in {"variable", "parameter"}


def node_for(root: Node, byte: int) -> Node:
    """The node whose scopes decide what a name at a byte means: what lies at the top of the file, or less of it.

    A large class is narrowed to the member that holds the byte: what a class binds is not seen from there anyway.
    """
    node, is_class = root, False
    while (child := child_at(node, byte)) is not None:
        is_class, was_class = bool(_CLASS.search(child.type)), is_class
        node = child
        span = node.end_byte - node.start_byte
        if span <= CLASS_SPAN or (span <= MAX_SPAN and not is_class and not was_class):
            break
    return node


def child_at(node: Node, byte: int) -> Node | None:
    """The child that a byte is in or right behind; of two, the one that begins there.

    Not by `first_child_for_byte`, which in tree-sitter 0.26.1 reads past the last child, and ends the process.
    """
    children = node.children
    at = bisect_right(children, byte, key=lambda child: child.start_byte) - 1
    # What is missing has no width, and holds nothing.
    while at >= 0 and children[at].end_byte == children[at].start_byte:
        at -= 1
    return children[at] if at >= 0 and byte <= children[at].end_byte else None


_NOT_CODE = re.compile(r"comment|string|content|fragment|text|literal_|heredoc|regex|escape")
_NAME = re.compile(rb"(?:@@?|\$)?(?:[^\W\d][\w]*[?!]?|[\x80-\xff\w]+[?!]?)")


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
