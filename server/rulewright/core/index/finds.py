"""What queries over a tree have found, on its way to symbols: definitions with their names, and what goes with them."""

import re

import msgspec
from tree_sitter import Node

from rulewright.core.index.declarators import Declared, declared
from rulewright.core.index.headings import heading
from rulewright.core.index.plans import Plan
from rulewright.core.index.symbols import SymbolKind

MAX_NAME = 200
_CAPTURED = re.compile(r"\{([\w.]+)\}")
# Plain numbers: to look a member of an enumeration up takes as long as three calls.
_METHOD, _CONSTANT = int(SymbolKind.METHOD), int(SymbolKind.CONSTANT)
DECLARED = frozenset({SymbolKind.VARIABLE, SymbolKind.FIELD, SymbolKind.CONSTANT})
"""What is declared rather than written out: a variable and its like."""


class Found(msgspec.Struct):
    """A definition on its way to a symbol."""

    start: int
    end: int
    name: str
    kind: int
    node: Node
    name_node: Node
    captures: dict[str, list[Node]]
    plan: Plan
    last: tuple[int, int] | None = None
    """Row and column of its end, where that is not its node's."""


class Caught(msgspec.Struct):
    """What the matches of a query have besides definitions."""

    imports: list[tuple[Plan, dict[str, list[Node]]]] = msgspec.field(default_factory=list)
    groups: list[dict[str, list[Node]]] = msgspec.field(default_factory=list)
    more: list[dict[str, list[Node]]] = msgspec.field(default_factory=list)
    """What patterns without a definition know of a `@name`."""
    bound: list[Node] = msgspec.field(default_factory=list)
    """Names that imports bind, which are no definitions."""
    docs: list[Node] = msgspec.field(default_factory=list)
    inner_docs: list[list[Node]] = msgspec.field(default_factory=list)
    inner_bases: list[tuple[int, list[Node]]] = msgspec.field(default_factory=list)
    """What bodies say, each with the id of the body."""

    def add(self, plan: Plan, captures: dict[str, list[Node]], inside: int) -> None:
        """Keep what a pattern without a definition found in the node of that id, or a whole tree."""
        if "import" in captures:
            self.imports.append((plan, captures))
            self.bound += captures.get("import.alias", ()) or captures.get("import.name", ())
        elif "name" in captures:
            self.more.append(captures)
        elif "import.group" in captures:
            self.groups.append(captures)
        self.docs += captures.get("doc", ())
        if "doc.inside" in captures:
            self.inner_docs.append(captures["doc.inside"])
        if "base.inside" in captures:
            self.inner_bases.append((inside, captures["base.inside"]))


def define(  # noqa: C901, PLR0912 - the hot path: most matches come here
    plan: Plan, captures: dict[str, list[Node]], source: bytes, found: dict[int, tuple[int, Found]]
) -> None:
    """Put what a match defines among what was `found`, by the byte at which its name starts."""
    pattern = plan.order
    defined = plan.capture
    kind = plan.kind
    if defined not in captures:
        defined = next(c for c in captures if c in plan.kinds)
        kind = plan.kinds[defined]
    node = captures[defined][0]
    names = captures.get("name")
    name_node = names[0] if names else node
    if "receiver" in captures:
        kind = _METHOD
    if plan.accessor and is_accessor(node, source, name_node.start_byte):
        kind = plan.accessor
    if plan.constant:
        if source.endswith(b"(", 0, node.start_byte):
            return  # What the head of a loop declares is its own.
        if source.startswith(plan.constant, node.start_byte):
            kind = _CONSTANT
    if plan.is_declarator:
        meant = declared(name_node)
        if meant is None:
            return
        name_node = meant.name
        kind = _declared_kind(meant, kind, captures)
    # What takes its name from one of its parts is one definition, whichever part that is.
    start = name_node.start_byte if not plan.once else -1 - node.start_byte
    if (before := found.get(start)) is not None:
        if plan.once and before[0] == pattern:
            return
        if before[0] > pattern:
            return
        if before[0] == pattern and before[1].start == node.start_byte:
            # A quantified capture, such as the bases of a class, may come as one match for each.
            for key, nodes in captures.items():
                if key not in {"name", defined}:
                    before[1].captures[key] = [*before[1].captures.get(key, ()), *nodes]
            return
    name = _named(plan, captures, source, node, name_node if names else None)
    if not name or (name == "_" and not plan.blank):
        return
    item = Found(node.start_byte, node.end_byte, name, kind, node, name_node, captures, plan)
    if plan.extend and (behind := node.next_named_sibling) is not None and behind.type == plan.extend:
        captures["body"], item.end, item.last = [behind], behind.end_byte, behind.end_point
    found[start] = (pattern, item)


def is_accessor(node: Node, source: bytes, name: int) -> bool:
    """Whether the words before the name of a method, which begins at a byte, say that it reads as a property."""
    before = source[node.start_byte : name]
    return (b"get" in before or b"set" in before) and any(child.type in {"get", "set"} for child in node.children)


def _declared_kind(meant: Declared, kind: int, captures: dict[str, list[Node]]) -> int:
    if meant.is_function and kind in DECLARED:
        kind = int(SymbolKind.FUNCTION)
        captures.pop("type", None)
    if meant.owner is not None:
        kind = int(SymbolKind.METHOD) if meant.is_function else kind
        captures["type"] = [meant.owner]
    return kind


def _named(plan: Plan, captures: dict[str, list[Node]], source: bytes, node: Node, name_node: Node | None) -> str:
    """What a definition is called; empty where nothing names it."""
    if plan.name:
        return _CAPTURED.sub(lambda m: text_of(source, captures[m[1]][0]) if m[1] in captures else "", plan.name)
    if name_node is None:
        return ""
    if plan.text:
        return heading(source, plan.text, node, name_node, MAX_NAME)
    if plan.join:
        names = _like(node, name_node)
        return plan.join.join(plain_name(source[n.start_byte : n.end_byte]) for n in names)[:MAX_NAME]
    return plain_name(source[name_node.start_byte : name_node.end_byte]).strip(plan.strip or None)


def _like(node: Node, first: Node) -> list[Node]:
    """The children of a node that are of the type of one of them and have the same behind them."""
    children = node.named_children
    kinds = [c.type for c in children] + [""]
    at = children.index(first) if first in children else -1
    return [c for i, c in enumerate(children) if i >= at >= 0 and kinds[i : i + 2] == kinds[at : at + 2]] or [first]


def plain_name(raw: bytes) -> str:
    """A name as symbols have it: in one line, without quotes, at most `MAX_NAME` characters."""
    text = raw[: 4 * MAX_NAME].decode("utf-8", "replace")
    if text.isidentifier():
        return text[:MAX_NAME]
    if "\n" in text or text[:1] in {'"', "'", "`"}:
        text = " ".join(text.split())
        if len(text) > 1 and text[0] in "\"'`" and text[-1] == text[0]:
            text = text[1:-1]
    return text.strip()[:MAX_NAME]


def text_of(source: bytes, node: Node) -> str:
    """The text of a node in one line."""
    text = source[node.start_byte : node.end_byte][: 4 * MAX_NAME].decode("utf-8", "replace")
    return text if text.isidentifier() else " ".join(text.split())
