"""Runs a language's `outline` query over a tree and makes symbols and imports of what it captures.

A pattern captures a definition as `@definition.<kind>`, with one of LSP's kinds in snake case, and its `@name`;
besides, where they are there, `@body` (else the field of that name ends the signature), `@type`, `@base`,
`@signature`, `@exported`, `@private`, `@receiver` (which makes a function a method) and `@doc`. Where two patterns
capture one name, the later one in the file wins, so that the general comes first; one with a `@name` and no definition
adds what it captures.

A `@doc` alone in its pattern belongs to the definition behind it, where the language's traits say so, and `@doc.inside`
and `@base.inside` to the one around it. An import is captured as `@import` with `@import.module`, `@import.name` and
`@import.alias`; what lies in an `@import.group` has the text of its `@import.prefix` before it, with whatever sign is
between the two.

Settings of a pattern, by `(#set! key "value")`: `exported` "false" marks its definitions as private, and "members" what
they hold as visible, as in a trait; `head` is put before signatures, as a keyword that stands before a group;
`constant` is the word that makes a variable a constant; `name` names what has no name, with `{capture}` for a capture's
text; `join` makes one name of `@name` and its like beside it; `text` makes a name of a text, as in `headings.py`;
`extend` takes a node of that type behind the definition for its body; `climbs` makes a parameter of a constructor a
member of the class; `first` leaves out a name that is there already; `section`, a level, makes a definition hold all up
to the next of that level; `once` takes only the first name of a node, and numbers those named "[]"; `declarator` walks
from `@name`, a declarator of C, to what it declares; `signature` "whole" keeps the body in it, "line" ends it with the
line, and "parts" puts a space between several `@signature`s; `module` and `import` are an import's module and name
where no node is; `split` takes an import's name from the end of its module, behind that sign; `self` is a word that
stands for the prefix itself. `at` is the field of a definition that holds its name, or a path of fields, and `of` the
types of node that the name may be there: a query of which patterns have no children is compiled ten times as fast.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

import msgspec
from tree_sitter import Node, Query, QueryCursor

from rulewright.core.index.declarators import Declared, declared
from rulewright.core.index.docs import (
    NO_SIGNS,
    Signs,
    clean,
    doc_above,
    doc_after,
    doc_behind,
    doc_body,
    doc_inside,
    doc_string,
    signs_of,
)
from rulewright.core.index.grammars import SECTIONS, Grammar
from rulewright.core.index.headings import heading
from rulewright.core.index.symbols import Import, Symbol, SymbolKind
from rulewright.core.index.traits import SAME_NAME, Traits, traits_of
from rulewright.core.index.visibility import Said, is_visible

MAX_SYMBOLS = 50_000
"""Of one file; a file with more is data."""
LARGE = 256_000
"""Bytes from which on only the uppermost levels of data are looked at."""
MAX_NAME = 200
MAX_SIGNATURE = 300

_DEFINITION = re.compile(r"@definition\.(\w+)")
_LEAF = re.compile(r"\(\((\w+)\) @definition\.\w+\s*\(#set!")
_WITH_NAME = re.compile(r"^(?!.*@receiver\b).*@name\b", re.DOTALL)
_BESIDE = frozenset({"constant", "declarator", "once", "name", "text", "join", "strip", "extend"})
"""Settings that change what is defined."""
_CAPTURED = re.compile(r"\{([\w.]+)\}")
_CLOSING = re.compile(r"(?:\s*;|\s+do)?\s+end$")
# Plain numbers: to look a member of an enumeration up takes as long as three calls.
_METHOD, _FIELD, _CONSTRUCTOR = int(SymbolKind.METHOD), int(SymbolKind.FIELD), int(SymbolKind.CONSTRUCTOR)
_FUNCTION, _VARIABLE, _CONSTANT = int(SymbolKind.FUNCTION), int(SymbolKind.VARIABLE), int(SymbolKind.CONSTANT)
_HOLDS_METHODS = frozenset({SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.STRUCT, SymbolKind.ENUM})
_CALLABLE = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})
_SAID = frozenset({"words", "listed", "marked"})
"""Kinds of visibility for which more is read than a definition."""
_DECLARED = frozenset({SymbolKind.VARIABLE, SymbolKind.FIELD, SymbolKind.CONSTANT})
_LOCAL = frozenset({SymbolKind.VARIABLE, SymbolKind.CONSTANT, SymbolKind.FIELD})
_SMALL = _DECLARED | {SymbolKind.PROPERTY, SymbolKind.ENUM_MEMBER}
_CONTAINERS_OF_FIELDS = _HOLDS_METHODS | {SymbolKind.OBJECT}


class _Plan(msgspec.Struct, frozen=True):
    """What a pattern's captures mean."""

    kind: int
    """0 when the pattern defines nothing."""
    capture: str
    kinds: dict[str, int]
    """All that its alternatives capture as definitions."""
    is_private: bool
    shows_members: bool
    extent: str
    """How much of a definition its signature shows: `whole`, `line`, or what stands before its body."""
    once: bool
    name: str
    join: str
    extend: str
    climbs: bool
    text: str
    is_first: bool
    section: int
    """Of a heading: 1 is the highest level, 0 no section."""
    is_declarator: bool
    settings: dict[str, str]
    constant: bytes
    head: str
    is_plain: bool
    """Whether it takes no more than a look at its name and its node."""
    at: tuple[str, ...]
    of: frozenset[str]
    leaf: str
    """The type of the one node that it is about, where it says nothing of what that holds."""
    leads: bool
    """Whether a match may say where else to look."""
    says: bool
    """Whether a match may say what is visible."""
    strip: str
    order: int
    """Where the pattern stands among all of the language's."""


class _Found(msgspec.Struct):
    """A definition on its way to a symbol."""

    start: int
    end: int
    name: str
    kind: int
    node: Node
    name_node: Node
    captures: dict[str, list[Node]]
    plan: _Plan
    last: tuple[int, int] | None = None
    """Row and column of its end, where that is not its node's."""


class _Caught(msgspec.Struct):
    """What the matches of a query have besides definitions."""

    imports: list[tuple[_Plan, dict[str, list[Node]]]] = msgspec.field(default_factory=list)
    groups: list[dict[str, list[Node]]] = msgspec.field(default_factory=list)
    more: list[dict[str, list[Node]]] = msgspec.field(default_factory=list)
    """What patterns without a definition know of a `@name`."""
    bound: list[Node] = msgspec.field(default_factory=list)
    """Names that imports bind, which are no definitions."""
    docs: list[Node] = msgspec.field(default_factory=list)
    inner_docs: list[list[Node]] = msgspec.field(default_factory=list)
    inner_bases: list[tuple[int, list[Node]]] = msgspec.field(default_factory=list)
    """What bodies say, each with the id of the body."""

    def add(self, plan: _Plan, captures: dict[str, list[Node]], inside: int) -> None:
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


def outline(
    grammar: Grammar, source: bytes, root: Node, span: tuple[int, int] | None = None
) -> tuple[tuple[Symbol, ...], tuple[Import, ...]]:
    """Symbols in order of their start, and imports, of a tree's root; with `span`, of what begins between two bytes."""
    traits = traits_of(grammar.name)
    run = _Run(grammar, source, Said(span=(root.start_byte, root.end_byte)), traits.visibility in _SAID)
    _run_sections(run, root, span, traits)
    found, caught = run.found, run.caught
    for captures in caught.more:
        if (known := found.get(captures["name"][0].start_byte)) is not None:
            for key, nodes in captures.items():
                if key != "name":
                    before = known[1].captures.get(key, ())
                    # What a text says of a type counts more than what it calls.
                    known[1].captures[key] = [*nodes, *before] if key == "type" else [*before, *nodes]
    for node in caught.bound:
        if (known := found.get(node.start_byte)) is not None and known[1].kind in _LOCAL:
            del found[node.start_byte]
    ordered = _ordered((f for _, f in found.values()), traits)
    _take_inner(caught, ordered)
    # What stands deep in a file was found last.
    brought = sorted(_imports(source, caught), key=lambda i: i.row) if caught.imports else ()
    imports = tuple(dict.fromkeys(brought))
    return tuple(_symbols(grammar, source, ordered, caught.docs, run.said)), imports


def _ordered(found: Iterable[_Found], traits: Traits) -> list[_Found]:
    ordered = sorted(found, key=attrgetter("end"), reverse=True)
    ordered.sort(key=attrgetter("start"))
    del ordered[MAX_SYMBOLS:]
    if traits.most and len(ordered) > traits.most:
        ordered = _uppermost(ordered, traits.most)
    _set_sections(ordered)
    return _without_clauses(ordered) if traits.clauses else ordered


def _set_sections(ordered: list[_Found]) -> None:
    """Make what begins a section hold all up to the next one of its level or above, or the end."""
    if not any([item.plan.section for item in ordered]):  # noqa: C419 - a list is quicker
        return
    open_: list[_Found] = []
    for item in ordered:
        if not (level := item.plan.section):
            continue
        while open_ and open_[-1].plan.section >= level:
            ended = open_.pop()
            ended.end, ended.last = item.start, item.node.start_point
        open_.append(item)
    if open_:
        root = open_[0].node
        while root.parent is not None:
            root = root.parent
        for item in open_:
            item.end, item.last = root.end_byte, root.end_point


class _Run(msgspec.Struct):
    """What is known while a language's sections run over a text."""

    grammar: Grammar
    source: bytes
    said: Said
    is_said: bool
    """Whether visibility is more than a definition tells."""
    found: dict[int, tuple[int, _Found]] = msgspec.field(default_factory=dict)
    """By the byte at which each name starts: the order of the pattern that found it, and what it found."""
    caught: _Caught = msgspec.field(default_factory=_Caught)
    waiting: list[tuple[str, Node]] = msgspec.field(default_factory=list)
    """Nodes to look into, each with the section to run."""
    imported: set[int] = msgspec.field(default_factory=set)
    """Where the modules and names of imports stand that are known."""


def _run_sections(run: _Run, root: Node, span: tuple[int, int] | None, traits: Traits) -> None:
    """Run the sections that indexing runs, those of the whole tree first."""
    grammar, source, found = run.grammar, run.source, run.found
    section = grammar.query("outline")
    if section is None:
        return
    query, cursor = section
    plans = _plans(grammar, "outline", query)
    if span is not None:
        cursor = grammar.cursor("outline", query)
        cursor.set_byte_range(*span)
    if traits.depth is None:
        _take(run, cursor.matches(root), plans, span)
    else:
        for matches in _windows(cursor, root, source, traits, found):
            _take(run, matches, plans, span)
    _look_within(run)
    if grammar.where and (section := grammar.query("deep")) is not None:
        start, end = span or (root.start_byte, root.end_byte)
        imported = run.imported
        # What is known already needs no look, and where nothing else is said no deep node is visited.
        missing = [
            m
            for where in grammar.where
            for m in where.finditer(source, start, end)
            if (at := m.start(m.lastindex or 0)) not in found and at not in imported
        ]
        if missing:
            _look_deep(run, root, section[1], missing, _plans(grammar, "deep", section[0]))
            _look_within(run)


def _take(  # noqa: C901, PLR0912 - the hot path: it sees every match, and a call for each would cost
    run: _Run,
    matches: list[tuple[int, dict[str, list[Node]]]],
    plans: list[_Plan],
    span: tuple[int, int] | None = None,
    known: frozenset[int] = frozenset(),
    inside: int = 0,
) -> None:
    """Take what a query has matched, but for what begins outside `span` and imports of modules at the bytes `known`.

    `inside` is the id of the node that was looked into, where that is not the whole tree.
    """
    source, found, waiting, imported = run.source, run.found, run.waiting, run.imported
    for pattern, captures in matches:
        plan = plans[pattern]
        if span is not None and not _begins_in(span, plan.capture or next(iter(captures)), captures):
            continue
        if known and (modules := captures.get("import.module")) and modules[0].start_byte in known:
            continue
        if plan.leads:
            # What is to be looked into, and modules whose import is known.
            if "members" in captures:
                for node in captures["members"]:
                    waiting.append(("members", node))
            if "again" in captures:
                for node in captures["again"]:
                    waiting.append(("outline", node))
            if "import" in captures:
                for capture in ("import.module", "import.name"):
                    for node in captures.get(capture, ()):
                        imported.add(node.start_byte)
        if not plan.kind:
            run.caught.add(plan, captures, inside)
            if plan.says and run.is_said:
                run.said.add(captures, source)
            continue
        if plan.at:
            named: Node | None = captures[plan.capture][0]
            for field in plan.at:
                named = named.child_by_field_name(field) if named is not None else None
            if named is None or (plan.of and named.type not in plan.of):
                continue
            captures["name"] = [named]
        if plan.is_plain:
            name_node = captures["name"][0]
            start = name_node.start_byte
            if start not in found:
                node = captures[plan.capture][0]
                name = _name(source[start : name_node.end_byte])
                if name and name != "_":
                    at = node.start_byte
                    found[start] = (
                        plan.order,
                        _Found(at, node.end_byte, name, plan.kind, node, name_node, captures, plan),
                    )
                continue
        _define(plan, captures, source, found)


def _look_within(run: _Run) -> None:
    """Run sections over the nodes that earlier matches lead to."""
    waiting, grammar = run.waiting, run.grammar
    seen: set[int] = set()
    ready: dict[str, tuple[QueryCursor, list[_Plan]]] = {}
    while waiting:
        name, node = waiting.pop()
        if node.id in seen:
            continue
        if name not in ready:
            if (section := grammar.query(name)) is None:
                continue
            ready[name] = section[1], _plans(grammar, name, section[0])
        seen.add(node.id)
        cursor, plans = ready[name]
        _take(run, cursor.matches(node), plans, inside=node.id)


_HOLDERS = frozenset({int(SymbolKind.CLASS), int(SymbolKind.INTERFACE), int(SymbolKind.STRUCT)})


def _look_deep(run: _Run, root: Node, cursor: QueryCursor, missing: list[re.Match[bytes]], plans: list[_Plan]) -> None:
    """Run the section `deep` where text of its kind stands and nothing is known."""
    found = run.found
    known = frozenset(run.imported)
    if not run.grammar.is_near:
        cursor.set_byte_range(min(m.start() for m in missing), max(m.end() for m in missing))
        _take(run, cursor.matches(root), plans, known=known)
        return
    cursor.set_max_start_depth(1)
    leaves = _leaves(plans)
    classes = sorted((f.start, f.end) for _, f in found.values() if f.kind in _HOLDERS)
    fields: set[tuple[int, bytes]] = set()
    for place in missing:
        at = _holder(classes, place.start()) if place.lastgroup == "field" else -1
        if at >= 0 and (at, place["field"]) in fields:
            continue
        node = root.descendant_for_byte_range(place.start(), place.end())
        if node is None or node.id == root.id:
            continue
        if (numbers := leaves.get(node.type)) is not None:
            _take(run, [(number, {plans[number].capture: [node]}) for number in numbers], plans)
        # A query takes ten times as long.
        if place.start(place.lastindex or 0) not in found:
            _take(run, cursor.matches(node), plans, known=known)
        if at >= 0 and place.start("field") in found:
            fields.add((at, place["field"]))


def _leaves(plans: list[_Plan]) -> dict[str, list[int]]:
    """The patterns about one node alone, by its type."""
    leaves: dict[str, list[int]] = {}
    for number, plan in enumerate(plans):
        if plan.leaf:
            leaves.setdefault(plan.leaf, []).append(number)
    return leaves


def _holder(classes: list[tuple[int, int]], start: int) -> int:
    """The index of the innermost of some classes that holds a byte, by where each starts and ends; -1 if none does."""
    at = bisect_right(classes, (start, start)) - 1
    while at >= 0 and classes[at][1] < start:
        at -= 1
    return at


def _windows(
    cursor: QueryCursor, root: Node, source: bytes, traits: Traits, found: dict[int, tuple[int, _Found]]
) -> Iterator[list[tuple[int, dict[str, list[Node]]]]]:
    """Matches in data: of large data in one stretch after another, until more is found than will be kept."""
    is_large = len(source) >= LARGE
    assert traits.depth is not None
    cursor.set_max_start_depth(traits.depth[is_large])
    for start in range(0, len(source) or 1, LARGE):
        cursor.set_byte_range(start, start + LARGE)
        yield cursor.matches(root)
        if len(found) > traits.most:
            break


def _uppermost(ordered: list[_Found], most: int) -> list[_Found]:
    """As many as may be, those that are held by the fewest others first."""
    ends: list[int] = []
    levels: list[int] = []
    for item in ordered:
        while ends and ends[-1] <= item.start:
            ends.pop()
        levels.append(len(ends))
        ends.append(item.end)
    kept = sorted(sorted(range(len(ordered)), key=lambda i: levels[i])[:most])
    return [ordered[i] for i in kept]


def _without_clauses(ordered: list[_Found]) -> list[_Found]:
    """One definition for each run of clauses of one function; `@arity`, where it is captured, is part of its name."""
    kept: list[_Found] = []
    run: tuple[str, int, _Found] | None = None
    for item in ordered:
        if run is not None and item.start < run[2].end:
            kept.append(item)
            continue
        arity = item.captures.get("arity")
        n_arguments = arity[0].named_child_count if arity else 0
        if run is not None and item.kind in _CALLABLE and run[:2] == (item.name, n_arguments):
            run[2].end, run[2].last = item.end, item.node.end_point
            continue
        run = (item.name, n_arguments, item) if item.kind in _CALLABLE else None
        kept.append(item)
    return kept


def _begins_in(span: tuple[int, int], capture: str, captures: dict[str, list[Node]]) -> bool:
    node = (captures.get(capture) or captures.get("import") or next(iter(captures.values())))[0]
    return span[0] <= node.start_byte < span[1]


def _take_inner(caught: _Caught, ordered: list[_Found]) -> None:
    """Give definitions what stands in them."""
    for doc in caught.inner_docs:
        if (around := _around(doc, ordered)) is not None and len(around.captures.get("doc", ())) < len(doc):
            around.captures["doc"] = doc
    for inside, bases in caught.inner_bases:
        around = _around(bases, ordered)
        # What a block in a body says is about something else.
        if around is not None and (body := around.node.child_by_field_name("body")) is not None and body.id == inside:
            around.captures["base"] = [*around.captures.get("base", ()), *bases]


def _around(nodes: list[Node], ordered: list[_Found]) -> _Found | None:
    """The innermost definition that holds some nodes."""
    at = bisect_right(ordered, nodes[0].start_byte, key=lambda f: f.start) - 1
    while at >= 0 and ordered[at].end < nodes[-1].end_byte:
        at -= 1
    return ordered[at] if at >= 0 else None


def compile_sections(grammar: Grammar) -> None:
    """Compile the queries that an outline runs, and what their captures mean."""
    for name in ("outline", "members", "deep"):
        if (section := grammar.query(name)) is not None:
            _plans(grammar, name, section[0])


def _plans(grammar: Grammar, section: str, query: Query) -> list[_Plan]:
    cached: list[_Plan] | None = grammar.__dict__.get(f"_plans_{section}")
    if cached is None:
        text = grammar.section(section).encode()
        cached = []
        for pattern in range(query.pattern_count):
            piece = text[query.start_byte_for_pattern(pattern) : query.end_byte_for_pattern(pattern)].decode()
            kind = _DEFINITION.search(piece)
            said: Any = query.pattern_settings(pattern)
            settings = {k: v or "" for k, v in said.items()}
            exported = settings.get("exported", "")
            number = SymbolKind[kind[1].upper()] if kind else 0
            kinds = {f"definition.{k}": int(SymbolKind[k.upper()]) for k in _DEFINITION.findall(piece)}
            cached.append(
                _Plan(
                    int(number),
                    kind[0][1:] if kind else "",
                    kinds,
                    exported == "false",
                    exported == "members",
                    settings.get("signature", ""),
                    "once" in settings,
                    settings.get("name", ""),
                    settings.get("join", ""),
                    settings.get("extend", ""),
                    "climbs" in settings,
                    settings.get("text", ""),
                    "first" in settings,
                    int(settings.get("section", 0)),
                    "declarator" in settings,
                    settings,
                    settings.get("constant", "").encode(),
                    settings.get("head", ""),
                    len(kinds) == 1
                    and ("at" in settings or _WITH_NAME.search(piece) is not None)
                    and not (_BESIDE & settings.keys()),
                    tuple(settings.get("at", "").split()),
                    frozenset(settings.get("of", "").split()),
                    leaf[1] if (leaf := _LEAF.match(piece)) is not None else "",
                    any(capture in piece for capture in ("@members", "@again", "@import")),
                    any(capture in piece for capture in ("@export", "@access", "@hidden")),
                    settings.get("strip", ""),
                    pattern + 1_000 * SECTIONS.index(section),
                )
            )
        grammar.__dict__[f"_plans_{section}"] = cached
    return cached


def _define(  # noqa: C901, PLR0912 - as above
    plan: _Plan, captures: dict[str, list[Node]], source: bytes, found: dict[int, tuple[int, _Found]]
) -> None:
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
    if not name or name == "_":
        return
    item = _Found(node.start_byte, node.end_byte, name, kind, node, name_node, captures, plan)
    if plan.extend and (behind := node.next_named_sibling) is not None and behind.type == plan.extend:
        captures["body"], item.end, item.last = [behind], behind.end_byte, behind.end_point
    found[start] = (pattern, item)


def _declared_kind(meant: Declared, kind: int, captures: dict[str, list[Node]]) -> int:
    if meant.is_function and kind in _DECLARED:
        kind = int(SymbolKind.FUNCTION)
        captures.pop("type", None)
    if meant.owner is not None:
        kind = int(SymbolKind.METHOD) if meant.is_function else kind
        captures["type"] = [meant.owner]
    return kind


def _named(plan: _Plan, captures: dict[str, list[Node]], source: bytes, node: Node, name_node: Node | None) -> str:
    """What a definition is called; empty where nothing names it."""
    if plan.name:
        return _CAPTURED.sub(lambda m: _text(source, captures[m[1]][0]) if m[1] in captures else "", plan.name)
    if name_node is None:
        return ""
    if plan.text:
        return heading(source, plan.text, node, name_node, MAX_NAME)
    if plan.join:
        names = _like(node, name_node)
        return plan.join.join(_name(source[n.start_byte : n.end_byte]) for n in names)[:MAX_NAME]
    return _name(source[name_node.start_byte : name_node.end_byte]).strip(plan.strip or None)


def _like(node: Node, first: Node) -> list[Node]:
    """The children of a node that are of the type of one of them and have the same behind them."""
    children = node.named_children
    kinds = [c.type for c in children] + [""]
    at = children.index(first) if first in children else -1
    return [c for i, c in enumerate(children) if i >= at >= 0 and kinds[i : i + 2] == kinds[at : at + 2]] or [first]


def _name(raw: bytes) -> str:
    text = raw[: 4 * MAX_NAME].decode("utf-8", "replace")
    if text.isidentifier():
        return text[:MAX_NAME]
    if "\n" in text or text[:1] in {'"', "'", "`"}:
        text = " ".join(text.split())
        if len(text) > 1 and text[0] in "\"'`" and text[-1] == text[0]:
            text = text[1:-1]
    return text.strip()[:MAX_NAME]


def _symbols(  # noqa: C901, PLR0912, PLR0915 - as above
    grammar: Grammar, source: bytes, ordered: list[_Found], docs: list[Node], said: Said
) -> list[Symbol]:
    traits = traits_of(grammar.name)
    signs = signs_of(grammar.name)
    is_ascii = source.isascii()
    visibility, is_said, skips_locals = traits.visibility, traits.visibility in _SAID, traits.skips_locals
    pending = [(d.start_byte, d.end_byte) for d in docs]
    pending.sort()
    next_doc, n_docs = 0, len(pending)
    symbols: list[Symbol] = []
    open_: list[tuple[int, int, int]] = []
    """The definitions around this one: the byte each ends at, its index and the byte it starts at."""
    fields: set[tuple[int, str]] = set()
    numbers: dict[int, int] = {}
    """How many nameless parts each has, such as the items of a list."""
    showing: set[int] = set()
    """Definitions whose members are as visible as they are."""
    shared: dict[int, list[tuple[int, int]]] = {}
    """Where more names of a statement stand, and their indices, by the index of its first."""
    for item in ordered:
        start, end, kind, plan = item.start, item.end, item.kind, item.plan
        while open_ and open_[-1][0] <= start:
            open_.pop()
        same = False
        parent = -1
        if open_:
            last_end, parent, last_start = open_[-1]
            # Several names of one statement share its node, and none holds the other.
            same = last_start == start and last_end == end
            if same:
                shared.setdefault(parent, []).append((item.name_node.start_byte, len(symbols)))
                parent = symbols[parent].parent
        if not same and parent in shared:
            # What is in such a statement belongs to the last name before it.
            parent = next((i for at, i in reversed(shared[parent]) if at < start), parent)
        holder = symbols[parent] if parent >= 0 else None
        if skips_locals and holder is not None and kind in _LOCAL and holder.kind in _CALLABLE:
            continue
        if plan.once:
            numbers[parent] = numbers.get(parent, -1) + 1
            item.name = item.name.replace("[]", f"[{numbers[parent]}]")
        name = item.name
        if plan.is_first:
            if (parent, name) in fields:
                continue
            fields.add((parent, name))
        if kind == _FIELD or plan.climbs:
            around = parent
            # A field is made in a method and belongs to its class, and the first place that makes it counts.
            above = parent
            while above >= 0 and symbols[above].kind in _CALLABLE:
                above = symbols[above].parent
            parent = above if above >= 0 else parent
            if parent < 0 <= around:
                # Outside of any class only what looks like a constructor has fields.
                parent = _outermost(symbols, around)
                if not symbols[parent].name[:1].isupper():
                    continue
            if (parent, name) in fields:
                continue
            fields.add((parent, name))
            holder = symbols[parent] if parent >= 0 else None
        if end > start and not same:
            open_.append((end, len(symbols), start))
        captured = b""
        while next_doc < n_docs and pending[next_doc][1] <= start:
            # Only the last doc before a definition is its own, and only when nothing was defined in between.
            captured = source[pending[next_doc][0] : pending[next_doc][1]]
            next_doc += 1
        if plan.shows_members:
            showing.add(len(symbols))
        captures = item.captures
        if (
            plan.is_private
            or "private" in captures
            or (holder is not None and (not holder.exported or (kind != _FIELD and holder.kind in _CALLABLE)))
            or (said.hidden and said.hides(start, name))
        ):
            exported = False
        elif is_said:
            exported = "exported" in captures or is_visible(
                traits, said, source, (start, end, item.name_node.start_byte), name, holder
            )
        elif visibility == "underscore":
            exported = not name.startswith("_") or (name.startswith("__") and name.endswith("__"))
        elif visibility == "captured":
            # What is inside something visible is judged by its own mark only where the query gives one.
            exported = parent in showing or "exported" in captures
        elif visibility == "capital":
            exported = name[:1].isupper()
        else:
            exported = visibility != "none"
        symbols.append(_symbol(signs, source, item, parent, holder, captured, exported=exported, is_ascii=is_ascii))
    return owned(symbols, traits) if traits.owners else symbols


def _outermost(symbols: list[Symbol], index: int) -> int:
    while symbols[index].parent >= 0:
        index = symbols[index].parent
    return index


def owned(symbols: list[Symbol], traits: Traits) -> list[Symbol]:
    """The same, with each method that stands outside of its type under that type, where the type comes before it."""
    inherits = traits.visibility == "marked"
    types: dict[str, int] = {}
    result = symbols
    for index, symbol in enumerate(symbols):
        if symbol.kind == SymbolKind.METHOD and symbol.type:
            owner = types.get(symbol.type, -1)
            if owner != symbol.parent:
                if result is symbols:
                    result = list(symbols)
                exported = symbol.exported or (inherits and owner >= 0 and symbols[owner].exported)
                result[index] = msgspec.structs.replace(symbol, parent=owner, exported=exported)
        elif symbol.parent < 0:
            types[symbol.name] = index
    return result


def _symbol(  # noqa: C901 - as above
    signs: Signs,
    source: bytes,
    item: _Found,
    parent: int,
    holder: Symbol | None,
    captured_doc: bytes,
    *,
    exported: bool,
    is_ascii: bool,
) -> Symbol:
    """One symbol; `holder` is that at the index `parent`."""
    captures, plan, node, start, end = item.captures, item.plan, item.node, item.start, item.end
    traits = signs.traits
    bodies = captures.get("body")
    body = bodies[0] if bodies else node.child_by_field_name("body")
    name_node = item.name_node
    row, column = name_node.start_point
    line_start = name_node.start_byte - column
    if plan.strip:
        shown = source[line_start + column : name_node.end_byte]
        column += len(shown) - len(shown.lstrip(plan.strip.encode()))
    column16 = column
    if not is_ascii and not (before := source[line_start : line_start + column]).isascii():
        column16 = len(before.decode("utf-8", "replace").encode("utf-16-le")) // 2
    types = captures.get("type")
    type_name = _text(source, types[0]) if types else ""
    kind = item.kind
    if kind in _REFINED:
        kind = _refined(item, holder, traits, type_name)
    bases = captures.get("base")
    heads = captures.get("signature")
    doc = _doc(signs, source, item, body.start_byte if body is not None else -1, captured_doc)
    if doc and holder is not None and doc == holder.doc:
        # What begins on the line of what holds it, as a parameter that is a property, has no comment of its own above.
        doc = doc_after(signs, source, end) if traits.doc == "after" else ""
    if heads:
        head_start, head_end = heads[0].start_byte, heads[-1].end_byte
    else:
        head_start = start
        head_end = node.end_byte if body is None and not plan.extent else _head_end(source, item, body)
        if body is None and head_end - start > MAX_SIGNATURE and item.kind in _SMALL:
            # Of a long value its first line says enough.
            line = source.find(b"\n", name_node.end_byte, head_end)
            head_end = line if line >= 0 else head_end
        if traits.bare:
            head_start = _behind_attributes(source, head_start, head_end)
    if bodies and not heads and bodies[0].end_byte <= name_node.start_byte:
        signature = _head_around(source, item, bodies[0])
    elif heads and plan.extent == "parts":
        signature = " ".join(_text(source, n) for n in heads)[:MAX_SIGNATURE]
    else:
        signature = _signature(source, head_start, head_end, signs)
    start_row = node.start_point[0]
    end_row, end_column = item.last or node.end_point
    if traits.closing and signature.endswith(traits.closing):
        signature = _CLOSING.sub("", signature)
    return Symbol(
        item.name,
        kind,
        row,
        column,
        column16,
        start_row,
        end_row if end_column or end_row == start_row else end_row - 1,
        parent,
        plan.head + signature if plan.head else signature,
        doc,
        type_name,
        _bases(source, bases) if bases else (),
        exported,
    )


def _bases(source: bytes, bases: list[Node]) -> tuple[str, ...]:
    if len(bases) > 1:
        bases = sorted(bases, key=lambda n: n.start_byte)
    return tuple(dict.fromkeys(_text(source, base) for base in bases))


_REFINED = frozenset({_FUNCTION, _METHOD, _VARIABLE})
"""Kinds that depend on what holds a definition."""


def _refined(item: _Found, holder: Symbol | None, traits: Traits, type_name: str) -> int:
    kind = item.kind
    if holder is not None:
        if kind == _FUNCTION and traits.methods and holder.kind in _HOLDS_METHODS:
            kind = _METHOD
        elif kind == _VARIABLE and holder.kind in _CONTAINERS_OF_FIELDS:
            kind = _FIELD
    if kind == _METHOD and traits.constructors:
        owners = type_name, holder.name if holder is not None else ""
        if item.name in traits.constructors or (SAME_NAME in traits.constructors and item.name in owners):
            kind = _CONSTRUCTOR
    return kind


def _head_end(source: bytes, item: _Found, body: Node | None) -> int:
    extent = item.plan.extent
    name_end = item.name_node.end_byte
    if name_end >= item.end:
        name_end = item.start
    if extent == "line":
        line = source.find(b"\n", name_end, item.end)
        return line if line >= 0 else item.end
    if body is None or extent or body.start_byte <= name_end:
        return item.node.end_byte
    end = body.start_byte
    if source.find(b"\n", name_end, end) >= 0:
        # Comments between a head and its body belong to neither.
        while (before := body.prev_sibling) is not None and before.is_extra:
            body, end = before, before.start_byte
    return end


_ATTRIBUTE = re.compile(
    rb"\s*(?:#?\[[^\]\"]*(?:\"[^\"]*\"[^\]\"]*)*\]|@[\w.:]+(?:\((?:[^()\"]|\"[^\"\n]*\"|\([^()]*\))*\))?(?=\s))\s*"
)


def _behind_attributes(source: bytes, start: int, end: int) -> int:
    """Where a signature begins that leaves out `[Attribute]`, `#[Attribute]` and `@Annotation(...)`."""
    while source[start : start + 1] in {b"[", b"@", b"#"} and (found := _ATTRIBUTE.match(source, start, end)):
        start = found.end()
    return start


def _head_around(source: bytes, item: _Found, body: Node) -> str:
    """Of a definition whose name stands behind its body, as `typedef struct { ... } stack`."""
    before = _signature(source, item.start, body.start_byte, NO_SIGNS)
    return f"{before} {_signature(source, body.end_byte, item.end, NO_SIGNS)}"[:MAX_SIGNATURE]


def _signature(source: bytes, start: int, end: int, signs: Signs) -> str:
    raw = source[start:end] if end - start <= 2 * MAX_SIGNATURE else source[start : start + 2 * MAX_SIGNATURE]
    plain = raw.strip()
    if len(plain) <= MAX_SIGNATURE and b"\n" not in plain and b"  " not in plain and b"\t" not in plain:
        # A head on one line, as nearly all are; a comment in it is left out only where it ends that line.
        text = plain.decode("utf-8", "replace")
        if len(raw) == len(plain) or not signs.may_end(plain):
            return text.strip().removesuffix("=>").rstrip(" {:=;,\r")
    text = raw.decode("utf-8", "replace")
    if signs.ending is not None and b"\n" in raw and signs.may_end(raw):
        text = signs.ending.sub("", text)
    if end - start > 2 * MAX_SIGNATURE:
        text = text.rstrip("\ufffd")
    return " ".join(text.split())[:MAX_SIGNATURE].removesuffix("=>").rstrip(" {:=;,")


def _doc(signs: Signs, source: bytes, item: _Found, body_start: int, captured: bytes) -> str:
    own = item.captures.get("doc")
    if own and "comment" in own[0].type:
        return clean(signs, source[own[0].start_byte : own[-1].end_byte])
    if own:
        return doc_string(source[own[0].start_byte : own[0].end_byte])
    how = signs.traits.doc
    if how == "captured":
        return doc_string(captured) if captured else ""
    if how == "inside" and body_start >= 0 and item.kind != _VARIABLE:
        return doc_inside(source, body_start)
    above = doc_above(signs, source, item.start)
    if above or how == "above":
        return above
    if how == "body":
        return doc_body(signs, source, body_start) if body_start >= 0 else ""
    if how == "behind":
        return doc_behind(signs, source, item.end) if item.kind in _SMALL else ""
    return doc_after(signs, source, item.end)


def _imports(source: bytes, caught: _Caught) -> Iterator[Import]:
    around = [
        (group.start_byte, group.end_byte, _text(source, prefix), source[prefix.end_byte : group.start_byte].strip())
        for captures in caught.groups
        for group, prefix in zip(captures["import.group"], captures["import.prefix"], strict=True)
    ]
    around.sort()
    for plan, captures in caught.imports:
        settings = plan.settings
        modules = captures.get("import.module")
        module = _unquoted(source, modules) if modules else settings.get("module", "")
        at = (modules or captures["import"])[0].start_byte
        for start, end, prefix, sign in reversed(around):
            if start <= at < end:
                is_prefix = not module or module == settings.get("self")
                module = prefix if is_prefix else f"{prefix}{sign.decode()}{module}"
        name = _unquoted(source, captures.get("import.name")) or settings.get("import", "")
        if (before := settings.get("before")) and not module.startswith("."):
            module = before + module
        if strip := settings.get("strip"):
            name = name.strip(strip)
        if split := settings.get("split"):
            module, _, last = module.rpartition(split)
            name = last or name
        if module or name:
            alias = _unquoted(source, captures.get("import.alias"))
            row = captures["import"][0].start_point[0]
            yield Import(module or name, name if module else "", alias, row)


def _unquoted(source: bytes, nodes: list[Node] | None) -> str:
    if not nodes:
        return ""
    if len(nodes) > 1:
        # The parts of a path, up to a dot before what is taken from it.
        raw = source[nodes[0].start_byte : nodes[-1].end_byte][: 4 * MAX_NAME].decode("utf-8", "replace")
        return " ".join(raw.split()).rstrip(".")
    return _text(source, nodes[0]).strip("\"'`<>")


def _text(source: bytes, node: Node) -> str:
    text = source[node.start_byte : node.end_byte][: 4 * MAX_NAME].decode("utf-8", "replace")
    return text if text.isidentifier() else " ".join(text.split())
