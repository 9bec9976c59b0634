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
stands for the prefix itself; `blank` takes `_` for a name, which elsewhere says that nothing is named. `at` is the
field of a definition that holds its name, or a path of fields, and `of` the types of node that the name may be there:
a query of which patterns have no children is compiled ten times as fast. `accessor` is the kind of what is written with
`get` or `set` before its name.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import attrgetter

import msgspec
from tree_sitter import Node, QueryCursor

from rulewright.core.index.brought import imports_of
from rulewright.core.index.finds import DECLARED, Caught, Found, define, is_accessor, plain_name
from rulewright.core.index.grammars import Grammar
from rulewright.core.index.making import symbols_of
from rulewright.core.index.plans import Plan, leaves_of, plans_of
from rulewright.core.index.symbols import ROUTINES, Import, Symbol, SymbolKind
from rulewright.core.index.traits import Traits, traits_of
from rulewright.core.index.visibility import SAID, Said

MAX_SYMBOLS = 50_000
"""Of one file; a file with more is data."""
LARGE = 256_000
"""Bytes from which on only the uppermost levels of data are looked at."""


def outline(
    grammar: Grammar,
    source: bytes,
    root: Node,
    span: tuple[int, int] | None = None,
    *,
    with_docs: bool,
    deprecates: bool = True,
) -> tuple[tuple[Symbol, ...], tuple[Import, ...]]:
    """Symbols in order of their start, and imports, of a tree's root; with `span`, of what begins between two bytes.

    Without docs none is looked for, which saves a tenth; those that the query catches are there all the same.
    `deprecates` is False where no word says that anything is deprecated.
    """
    traits = traits_of(grammar.name)
    run = _Run(grammar, source, Said(span=(root.start_byte, root.end_byte)), traits.visibility in SAID)
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
        if (known := found.get(node.start_byte)) is not None and known[1].kind in DECLARED:
            del found[node.start_byte]
    ordered = _ordered((f for _, f in found.values()), traits)
    _take_inner(caught, ordered)
    # What stands deep in a file was found last.
    brought = sorted(imports_of(source, caught), key=lambda i: i.row) if caught.imports else ()
    imports = tuple(dict.fromkeys(brought))
    deprecating = (span or (0, len(source))) if deprecates else None
    symbols = symbols_of(grammar, source, ordered, caught.docs, run.said, with_docs=with_docs, deprecating=deprecating)
    return tuple(symbols), imports


def _ordered(found: Iterable[Found], traits: Traits) -> list[Found]:
    ordered = sorted(found, key=attrgetter("end"), reverse=True)
    ordered.sort(key=attrgetter("start"))
    del ordered[MAX_SYMBOLS:]
    if traits.most and len(ordered) > traits.most:
        ordered = _uppermost(ordered, traits.most)
    _set_sections(ordered)
    return _without_clauses(ordered) if traits.clauses else ordered


def _set_sections(ordered: list[Found]) -> None:
    """Make what begins a section hold all up to the next one of its level or above, or the end."""
    if not any([item.plan.section for item in ordered]):  # noqa: C419 - a list is quicker
        return
    open_: list[Found] = []
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
    found: dict[int, tuple[int, Found]] = msgspec.field(default_factory=dict)
    """By the byte at which each name starts: the order of the pattern that found it, and what it found."""
    caught: Caught = msgspec.field(default_factory=Caught)
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
    plans = plans_of(grammar, "outline", query)
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
            _look_deep(run, root, section[1], missing, plans_of(grammar, "deep", section[0]))
            _look_within(run)


def _take(  # noqa: C901, PLR0912 - the hot path: it sees every match, and a call for each would cost
    run: _Run,
    matches: list[tuple[int, dict[str, list[Node]]]],
    plans: list[Plan],
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
                name = plain_name(source[start : name_node.end_byte])
                if name and (name != "_" or plan.blank):
                    at = node.start_byte
                    kind = plan.kind
                    if plan.accessor and at != start and is_accessor(node, source, start):
                        kind = plan.accessor
                    found[start] = (
                        plan.order,
                        Found(at, node.end_byte, name, kind, node, name_node, captures, plan),
                    )
                continue
        define(plan, captures, source, found)


def _look_within(run: _Run) -> None:
    """Run sections over the nodes that earlier matches lead to."""
    waiting, grammar = run.waiting, run.grammar
    seen: set[int] = set()
    ready: dict[str, tuple[QueryCursor, list[Plan]]] = {}
    while waiting:
        name, node = waiting.pop()
        if node.id in seen:
            continue
        if name not in ready:
            if (section := grammar.query(name)) is None:
                continue
            ready[name] = section[1], plans_of(grammar, name, section[0])
        seen.add(node.id)
        cursor, plans = ready[name]
        _take(run, cursor.matches(node), plans, inside=node.id)


_HOLDERS = frozenset({int(SymbolKind.CLASS), int(SymbolKind.INTERFACE), int(SymbolKind.STRUCT)})


def _look_deep(run: _Run, root: Node, cursor: QueryCursor, missing: list[re.Match[bytes]], plans: list[Plan]) -> None:
    """Run the section `deep` where text of its kind stands and nothing is known."""
    found = run.found
    known = frozenset(run.imported)
    if not run.grammar.is_near:
        cursor.set_byte_range(min(m.start() for m in missing), max(m.end() for m in missing))
        _take(run, cursor.matches(root), plans, known=known)
        return
    cursor.set_max_start_depth(1)
    leaves = leaves_of(plans)
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


def _holder(classes: list[tuple[int, int]], start: int) -> int:
    """The index of the innermost of some classes that holds a byte, by where each starts and ends; -1 if none does."""
    at = bisect_right(classes, (start, start)) - 1
    while at >= 0 and classes[at][1] < start:
        at -= 1
    return at


def _windows(
    cursor: QueryCursor, root: Node, source: bytes, traits: Traits, found: dict[int, tuple[int, Found]]
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


def _uppermost(ordered: list[Found], most: int) -> list[Found]:
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


def _without_clauses(ordered: list[Found]) -> list[Found]:
    """One definition for each run of clauses of one function; `@arity`, where it is captured, is part of its name."""
    kept: list[Found] = []
    run: tuple[str, int, Found] | None = None
    for item in ordered:
        if run is not None and item.start < run[2].end:
            kept.append(item)
            continue
        arity = item.captures.get("arity")
        n_arguments = arity[0].named_child_count if arity else 0
        if run is not None and item.kind in ROUTINES and run[:2] == (item.name, n_arguments):
            run[2].end, run[2].last = item.end, item.node.end_point
            continue
        run = (item.name, n_arguments, item) if item.kind in ROUTINES else None
        kept.append(item)
    return kept


def _begins_in(span: tuple[int, int], capture: str, captures: dict[str, list[Node]]) -> bool:
    node = (captures.get(capture) or captures.get("import") or next(iter(captures.values())))[0]
    return span[0] <= node.start_byte < span[1]


def _take_inner(caught: Caught, ordered: list[Found]) -> None:
    """Give definitions what stands in them."""
    for doc in caught.inner_docs:
        if (around := _around(doc, ordered)) is not None and len(around.captures.get("doc", ())) < len(doc):
            around.captures["doc"] = doc
    for inside, bases in caught.inner_bases:
        around = _around(bases, ordered)
        # What a block in a body says is about something else.
        if around is not None and (body := around.node.child_by_field_name("body")) is not None and body.id == inside:
            around.captures["base"] = [*around.captures.get("base", ()), *bases]


def _around(nodes: list[Node], ordered: list[Found]) -> Found | None:
    """The innermost definition that holds some nodes."""
    at = bisect_right(ordered, nodes[0].start_byte, key=lambda f: f.start) - 1
    while at >= 0 and ordered[at].end < nodes[-1].end_byte:
        at -= 1
    return ordered[at] if at >= 0 else None
