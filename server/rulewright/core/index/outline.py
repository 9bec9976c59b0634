"""Runs a language's `outline` query over a tree and makes symbols and imports of what it captures.

A pattern captures a definition as `@definition.<kind>`, with one of LSP's kinds in snake case, and its `@name`;
besides, where they are there, `@body` (else the field of that name ends the signature), `@type`, `@base`,
`@signature`, `@exported`, `@private`, `@receiver` (which makes a function a method) and `@doc`. Where two patterns
capture one name, the later one in the file wins, so that the general comes first; one with a `@name` and no definition
adds what it captures.

A `@doc` alone in its pattern belongs to the definition behind it, where the language's traits say so, and `@doc.inside`
to the one around it. An import is captured as `@import` with `@import.module`, `@import.name` and `@import.alias`; what
lies in an `@import.group` has the text of its `@import.prefix` before it, with whatever sign stands between the two.

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
stands for the prefix itself.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import msgspec
from tree_sitter import Node, Query, QueryCursor

from rulewright.core.index.declarators import Declared, declared
from rulewright.core.index.docs import clean, doc_above, doc_after, doc_behind, doc_body, doc_inside, doc_string
from rulewright.core.index.grammars import SECTIONS, Grammar
from rulewright.core.index.headings import heading
from rulewright.core.index.symbols import Import, Symbol, SymbolKind
from rulewright.core.index.traits import SAME_NAME, Traits, comment_signs, traits_of
from rulewright.core.index.visibility import Said, is_visible

MAX_SYMBOLS = 50_000
"""Of one file; a file with more is data."""
LARGE = 256_000
"""Bytes from which on only the uppermost levels of data are looked at."""
MAX_NAME = 200
MAX_SIGNATURE = 300

_DEFINITION = re.compile(r"@definition\.(\w+)")
_WITH_NAME = re.compile(r"^(?!.*@receiver\b).*@name\b", re.DOTALL)
_BESIDE = frozenset({"constant", "declarator", "once", "name", "text", "join", "strip", "extend"})
"""Settings that change what is defined."""
_CAPTURED = re.compile(r"\{([\w.]+)\}")
_CLOSING = re.compile(r"(?:\s*;|\s+do)?\s+end$")
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
    leads: bool
    """Whether a match may say where else to look."""
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

    def add(self, plan: _Plan, captures: dict[str, list[Node]]) -> None:
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


def outline(  # noqa: C901 - the hot path: it runs for every file, and a call for each kind of capture would cost
    grammar: Grammar, source: bytes, root: Node, span: tuple[int, int] | None = None
) -> tuple[tuple[Symbol, ...], tuple[Import, ...]]:
    """Symbols in order of their start, and imports, of a tree's root; with `span`, of what begins between two bytes."""
    traits = traits_of(grammar.name)
    found: dict[int, tuple[int, _Found]] = {}
    caught, said = _Caught(), Said(span=(root.start_byte, root.end_byte))
    for plan, captures in _matches(grammar, source, root, span, traits, found):
        if plan.kind:
            _define(plan.order, plan, captures, source, found)
        else:
            caught.add(plan, captures)
            if traits.visibility in _SAID:
                said.add(captures, source)
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
    for doc in caught.inner_docs:
        _put_inside(doc, ordered)
    # What stands deep in a file was found last.
    brought = sorted(_imports(source, caught), key=lambda i: i.row) if caught.imports else ()
    imports = tuple(dict.fromkeys(brought))
    return tuple(_symbols(grammar, source, ordered, caught.docs, said)), imports


def _ordered(found: Iterable[_Found], traits: Traits) -> list[_Found]:
    ordered = sorted(found, key=lambda f: (f.start, -f.end))[:MAX_SYMBOLS]
    if traits.most and len(ordered) > traits.most:
        ordered = _uppermost(ordered, traits.most)
    _set_sections(ordered)
    return _without_clauses(ordered) if traits.clauses else ordered


def _set_sections(ordered: list[_Found]) -> None:
    """Make what begins a section hold all up to the next one of its level or above, or the end."""
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


def _matches(
    grammar: Grammar,
    source: bytes,
    root: Node,
    span: tuple[int, int] | None,
    traits: Traits,
    found: dict[int, tuple[int, _Found]],
) -> Iterator[tuple[_Plan, dict[str, list[Node]]]]:
    """What the sections that indexing runs match, those of the whole tree first."""
    section = grammar.query("outline")
    if section is None:
        return
    query, cursor = section
    if span is not None:
        cursor = grammar.cursor("outline", query)
        cursor.set_byte_range(*span)
    matches = cursor.matches(root) if traits.depth is None else _windows(cursor, root, source, traits, found)
    plans = _plans(grammar, "outline", query)
    imported: set[int] = set()
    waiting: list[tuple[str, Node]] = []
    for pattern, captures in matches:
        plan = plans[pattern]
        if span is not None and not _begins_in(span, plan.capture or next(iter(captures)), captures):
            continue
        if plan.leads:
            _lead(captures, waiting, imported)
        yield plan, captures
    yield from _within(grammar, waiting, imported)
    if grammar.where and (section := grammar.query("deep")) is not None:
        start, end = span or (root.start_byte, root.end_byte)
        # What is known already needs no look, and where nothing else is said no deep node is visited.
        missing = [
            m
            for where in grammar.where
            for m in where.finditer(source, start, end)
            if (at := m.start(m.lastindex or 0)) not in found and at not in imported
        ]
        plans = _plans(grammar, "deep", section[0])
        known = set(imported)
        for pattern, captures in _deep(grammar, root, section[1], missing, found) if missing else ():
            modules = captures.get("import.module")
            if modules is None or modules[0].start_byte not in known:
                plan = plans[pattern]
                if plan.leads:
                    _lead(captures, waiting, imported)
                yield plan, captures
        yield from _within(grammar, waiting, imported)


def _lead(captures: dict[str, list[Node]], waiting: list[tuple[str, Node]], imported: set[int]) -> None:
    """Note where a match leads to: nodes to look into, and modules whose import is known."""
    waiting += [("members", n) for n in captures.get("members", ())]
    waiting += [("outline", n) for n in captures.get("again", ())]
    if "import" in captures:
        imported.update(n.start_byte for n in captures.get("import.module", ()))
        imported.update(n.start_byte for n in captures.get("import.name", ()))


def _within(
    grammar: Grammar, waiting: list[tuple[str, Node]], imported: set[int]
) -> Iterator[tuple[_Plan, dict[str, list[Node]]]]:
    seen: set[int] = set()
    while waiting:
        name, node = waiting.pop()
        section = grammar.query(name)
        if section is None or node.id in seen:
            continue
        seen.add(node.id)
        plans = _plans(grammar, name, section[0])
        for pattern, captures in section[1].matches(node):
            plan = plans[pattern]
            if plan.leads:
                _lead(captures, waiting, imported)
            yield plan, captures


_HOLDERS = frozenset({int(SymbolKind.CLASS), int(SymbolKind.INTERFACE), int(SymbolKind.STRUCT)})


def _deep(
    grammar: Grammar,
    root: Node,
    cursor: QueryCursor,
    missing: list[re.Match[bytes]],
    found: dict[int, tuple[int, _Found]],
) -> Iterator[tuple[int, dict[str, list[Node]]]]:
    if not grammar.is_near:
        cursor.set_byte_range(min(m.start() for m in missing), max(m.end() for m in missing))
        yield from cursor.matches(root)
        return
    cursor.set_max_start_depth(1)
    classes = sorted((f.start, f.end) for _, f in found.values() if f.kind in _HOLDERS)
    fields: set[tuple[int, bytes]] = set()
    for place in missing:
        at = -1
        if place.lastgroup == "field":
            at = bisect_right(classes, (place.start(), place.start())) - 1
            while at >= 0 and classes[at][1] < place.start():
                at -= 1
            if (at, place["field"]) in fields:
                continue
        node = root.descendant_for_byte_range(place.start(), place.end())
        if node is not None and node.id != root.id:
            yield from cursor.matches(node)
            if at >= 0 and place.start("field") in found:
                fields.add((at, place["field"]))


def _windows(
    cursor: QueryCursor, root: Node, source: bytes, traits: Traits, found: dict[int, tuple[int, _Found]]
) -> Iterator[tuple[int, dict[str, list[Node]]]]:
    """Matches in data: of large data in one stretch after another, until more is found than will be kept."""
    is_large = len(source) >= LARGE
    assert traits.depth is not None
    cursor.set_max_start_depth(traits.depth[is_large])
    for start in range(0, len(source) or 1, LARGE):
        cursor.set_byte_range(start, start + LARGE)
        yield from cursor.matches(root)
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


def _put_inside(doc: list[Node], ordered: list[_Found]) -> None:
    at = bisect_right(ordered, doc[0].start_byte, key=lambda f: f.start) - 1
    while at >= 0 and ordered[at].end < doc[-1].end_byte:
        at -= 1
    if at >= 0 and len(ordered[at].captures.get("doc", ())) < len(doc):
        ordered[at].captures["doc"] = doc


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
                    len(kinds) == 1 and _WITH_NAME.search(piece) is not None and not (_BESIDE & settings.keys()),
                    any(capture in piece for capture in ("@members", "@again", "@import")),
                    pattern + 1_000 * SECTIONS.index(section),
                )
            )
        grammar.__dict__[f"_plans_{section}"] = cached
    return cached


def _define(  # noqa: C901, PLR0912 - as above, for every definition
    pattern: int,
    plan: _Plan,
    captures: dict[str, list[Node]],
    source: bytes,
    found: dict[int, tuple[int, _Found]],
) -> None:
    if plan.is_plain:
        node, name_node = captures[plan.capture][0], captures["name"][0]
        start = name_node.start_byte
        if start not in found:
            name = _name(source[start : name_node.end_byte])
            if name and name != "_":
                at = node.start_byte
                found[start] = (pattern, _Found(at, node.end_byte, name, plan.kind, node, name_node, captures, plan))
            return
    defined = plan.capture
    kind = plan.kind
    if defined not in captures:
        defined = next(c for c in captures if c in plan.kinds)
        kind = plan.kinds[defined]
    node = captures[defined][0]
    names = captures.get("name")
    name_node = names[0] if names else node
    if "receiver" in captures:
        kind = int(SymbolKind.METHOD)
    if plan.constant:
        if source.endswith(b"(", 0, node.start_byte):
            return  # What the head of a loop declares is its own.
        if source.startswith(plan.constant, node.start_byte):
            kind = int(SymbolKind.CONSTANT)
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
    return _name(source[name_node.start_byte : name_node.end_byte]).strip(plan.settings.get("strip"))


def _like(node: Node, first: Node) -> list[Node]:
    """The children of a node that are of the type of one of them and have the same behind them."""
    children = node.named_children
    kinds = [c.type for c in children] + [""]
    at = children.index(first) if first in children else -1
    return [c for i, c in enumerate(children) if i >= at >= 0 and kinds[i : i + 2] == kinds[at : at + 2]] or [first]


def _name(raw: bytes) -> str:
    if raw.isalnum():
        return raw[:MAX_NAME].decode()
    text = raw[: 4 * MAX_NAME].decode("utf-8", "replace")
    if "\n" in text or text[:1] in {'"', "'", "`"}:
        text = " ".join(text.split())
        if len(text) > 1 and text[0] in "\"'`" and text[-1] == text[0]:
            text = text[1:-1]
    return text.strip()[:MAX_NAME]


def _symbols(  # noqa: C901, PLR0912, PLR0915 - as above
    grammar: Grammar, source: bytes, ordered: list[_Found], docs: list[Node], said: Said
) -> list[Symbol]:
    traits = traits_of(grammar.name)
    is_ascii = source.isascii()
    pending = [(d.start_byte, d.end_byte) for d in docs]
    pending.sort()
    next_doc = 0
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
        while open_ and open_[-1][0] <= item.start:
            open_.pop()
        # Several names of one statement share its node, and none holds the other.
        same = bool(open_) and (open_[-1][2], open_[-1][0]) == (item.start, item.end)
        parent = (symbols[open_[-1][1]].parent if same else open_[-1][1]) if open_ else -1
        if same:
            shared.setdefault(open_[-1][1], []).append((item.name_node.start_byte, len(symbols)))
        elif parent in shared:
            # What is in such a statement belongs to the last name before it.
            parent = next((i for at, i in reversed(shared[parent]) if at < item.start), parent)
        if traits.skips_locals and item.kind in _LOCAL and parent >= 0 and symbols[parent].kind in _CALLABLE:
            continue
        if item.plan.once:
            numbers[parent] = numbers.get(parent, -1) + 1
            item.name = item.name.replace("[]", f"[{numbers[parent]}]")
        if item.plan.is_first:
            if (parent, item.name) in fields:
                continue
            fields.add((parent, item.name))
        if item.kind == SymbolKind.FIELD or item.plan.climbs:
            around = parent
            # A field is made in a method and belongs to its class, and the first place that makes it counts.
            holder = parent
            while holder >= 0 and symbols[holder].kind in _CALLABLE:
                holder = symbols[holder].parent
            parent = holder if holder >= 0 else parent
            if parent < 0 <= around:
                # Outside of any class only what looks like a constructor has fields.
                parent = _outermost(symbols, around)
                if not symbols[parent].name[:1].isupper():
                    continue
            if (parent, item.name) in fields:
                continue
            fields.add((parent, item.name))
        if item.end > item.start and not same:
            open_.append((item.end, len(symbols), item.start))
        captured = b""
        while next_doc < len(pending) and pending[next_doc][1] <= item.start:
            start, end = pending[next_doc]
            # Only the last doc before a definition is its own, and only when nothing was defined in between.
            captured = source[start:end]
            next_doc += 1
        if item.plan.shows_members:
            showing.add(len(symbols))
        exported = _is_exported(item, parent, symbols, traits, parent in showing)
        if exported and said.hidden:
            exported = not said.hides(item.start, item.name)
        if exported and traits.visibility in _SAID and "exported" not in item.captures:
            place = item.start, item.end, item.name_node.start_byte
            exported = is_visible(traits, said, source, place, item.name, symbols[parent] if parent >= 0 else None)
        symbols.append(
            _symbol(grammar.name, source, item, parent, symbols, traits, captured, exported=exported, is_ascii=is_ascii)
        )
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


def _symbol(
    language: str,
    source: bytes,
    item: _Found,
    parent: int,
    symbols: list[Symbol],
    traits: Traits,
    captured_doc: bytes,
    *,
    exported: bool,
    is_ascii: bool,
) -> Symbol:
    captures = item.captures
    bodies = captures.get("body")
    body = bodies[0] if bodies else item.node.child_by_field_name("body")
    body_start = body.start_byte if body is not None else -1
    row, column = item.name_node.start_point
    line_start = item.name_node.start_byte - column
    if strip := item.plan.settings.get("strip"):
        shown = source[line_start + column : item.name_node.end_byte]
        column += len(shown) - len(shown.lstrip(strip.encode()))
    column16 = column
    if not is_ascii and not (before := source[line_start : line_start + column]).isascii():
        column16 = len(before.decode("utf-8", "replace").encode("utf-16-le")) // 2
    types = captures.get("type")
    type_name = _text(source, types[0]) if types else ""
    kind = _refined(item, parent, symbols, traits, type_name)
    bases = captures.get("base")
    heads = captures.get("signature")
    head = (heads[0].start_byte, heads[-1].end_byte) if heads else (item.start, _head_end(source, item, body))
    doc = _doc(language, source, item, body_start, traits, captured_doc)
    if doc and parent >= 0 and doc == symbols[parent].doc:
        # What begins on the line of what holds it, as a parameter that is a property, has no comment of its own above.
        doc = doc_after(language, source, item.end) if traits.doc == "after" else ""
    if body is None and not heads and head[1] - head[0] > MAX_SIGNATURE and item.kind in _SMALL:
        # Of a long value its first line says enough.
        line = source.find(b"\n", item.name_node.end_byte, head[1])
        head = head[0], line if line >= 0 else head[1]
    if traits.bare and not heads:
        head = _behind_attributes(source, *head), head[1]
    if bodies and not heads and bodies[0].end_byte <= item.name_node.start_byte:
        signature = _head_around(source, item, bodies[0])
    else:
        signature = _signature(source, *head, language)
        if heads and item.plan.extent == "parts":
            signature = " ".join(_text(source, n) for n in heads)[:MAX_SIGNATURE]
    start_row = item.node.start_point[0]
    end_row, end_column = item.last or item.node.end_point
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
        item.plan.head + signature,
        doc,
        type_name,
        _bases(source, bases) if bases else (),
        exported,
    )


def _bases(source: bytes, bases: list[Node]) -> tuple[str, ...]:
    if len(bases) > 1:
        bases = sorted(bases, key=lambda n: n.start_byte)
    return tuple(dict.fromkeys(_text(source, base) for base in bases))


def _refined(item: _Found, parent: int, symbols: list[Symbol], traits: Traits, type_name: str) -> int:
    kind = item.kind
    if parent >= 0 and traits.methods and kind == SymbolKind.FUNCTION and symbols[parent].kind in _HOLDS_METHODS:
        kind = SymbolKind.METHOD
    if kind == SymbolKind.METHOD and traits.constructors:
        owners = type_name, symbols[parent].name if parent >= 0 else ""
        if item.name in traits.constructors or (SAME_NAME in traits.constructors and item.name in owners):
            kind = SymbolKind.CONSTRUCTOR
    if kind == SymbolKind.VARIABLE and parent >= 0 and symbols[parent].kind in _CONTAINERS_OF_FIELDS:
        kind = SymbolKind.FIELD
    return int(kind)


def _is_exported(item: _Found, parent: int, symbols: list[Symbol], traits: Traits, is_shown: bool) -> bool:
    if item.plan.is_private or "private" in item.captures:
        return False
    if parent >= 0 and not symbols[parent].exported:
        return False
    if parent >= 0 and symbols[parent].kind in _CALLABLE and item.kind != SymbolKind.FIELD:
        return False
    match traits.visibility:
        case "none":
            return False
        case "captured":
            # What is inside something visible is judged by its own mark only where the query gives one.
            return is_shown or "exported" in item.captures
        case "capital":
            return item.name[:1].isupper()
        case "underscore":
            return not item.name.startswith("_") or (item.name.startswith("__") and item.name.endswith("__"))
        case _:
            return True


def _head_end(source: bytes, item: _Found, body: Node | None) -> int:
    extent = item.plan.extent
    if body is None and not extent:
        return item.node.end_byte
    name_end = item.name_node.end_byte if item.name_node.end_byte < item.end else item.start
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
    before = _signature(source, item.start, body.start_byte)
    return f"{before} {_signature(source, body.end_byte, item.end)}"[:MAX_SIGNATURE]


@cache
def _line_comment(language: str) -> re.Pattern[str] | None:
    signs = comment_signs(language)[0]
    either = "|".join(re.escape(sign.decode()) for sign in signs)
    return re.compile(rf"(?m)(?:^|(?<=\s))(?:{either})(?![\[{{{{]).*$") if signs else None


def _signature(source: bytes, start: int, end: int, language: str = "") -> str:
    raw = source[start : min(end, start + 2 * MAX_SIGNATURE)]
    text = raw.decode("utf-8", "replace")
    if len(raw) <= MAX_SIGNATURE and b"\n" not in raw and b"  " not in raw and b"\t" not in raw:
        return text.strip().removesuffix("=>").rstrip(" {:=;,\r")
    if b"\n" in raw and language and (b"//" in raw or b"#" in raw or b"--" in raw or b"%" in raw or b";" in raw):
        comment = _line_comment(language)
        text = comment.sub("", text) if comment is not None else text
    if end - start > 2 * MAX_SIGNATURE:
        text = text.rstrip("\ufffd")
    return " ".join(text.split())[:MAX_SIGNATURE].removesuffix("=>").rstrip(" {:=;,")


def _doc(language: str, source: bytes, item: _Found, body_start: int, traits: Traits, captured: bytes) -> str:
    own = item.captures.get("doc")
    if own and "comment" in own[0].type:
        return clean(language, source[own[0].start_byte : own[-1].end_byte])
    if own:
        return doc_string(source[own[0].start_byte : own[0].end_byte])
    if traits.doc == "captured":
        return doc_string(captured) if captured else ""
    if traits.doc == "inside" and body_start >= 0 and item.kind != SymbolKind.VARIABLE:
        return doc_inside(source, body_start)
    above = doc_above(language, source, item.start)
    if above or traits.doc == "above":
        return above
    if traits.doc == "body":
        return doc_body(language, source, body_start) if body_start >= 0 else ""
    if traits.doc == "behind":
        return doc_behind(language, source, item.end) if item.kind in _SMALL else ""
    return doc_after(language, source, item.end)


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
    return " ".join(source[node.start_byte : node.end_byte][: 4 * MAX_NAME].decode("utf-8", "replace").split())
