"""Makes symbols of definitions: who holds whom, what is seen from elsewhere, with signature, doc and types."""

import re
from bisect import bisect_right

import msgspec
from tree_sitter import Node

from rulewright.core.index.docs import (
    Signs,
    comment_text,
    deprecations,
    doc_above,
    doc_after,
    doc_behind,
    doc_body,
    doc_inside,
    doc_string,
    is_deprecated,
    signs_of,
)
from rulewright.core.index.finds import DECLARED, Found, text_of
from rulewright.core.index.grammars import Grammar
from rulewright.core.index.heads import (
    ATTRIBUTE_SIGNS,
    MAX_SIGNATURE,
    behind_attributes,
    end_of_head,
    head_around,
    signature_of,
)
from rulewright.core.index.symbols import ROUTINES, Symbol, SymbolKind
from rulewright.core.index.traits import SAME_NAME, Traits, traits_of
from rulewright.core.index.visibility import SAID, Said, is_visible

_CLOSING = re.compile(r"(?:\s*;|\s+do)?\s+end$")
# Plain numbers: to look a member of an enumeration up takes as long as three calls.
_METHOD, _FIELD, _CONSTRUCTOR = int(SymbolKind.METHOD), int(SymbolKind.FIELD), int(SymbolKind.CONSTRUCTOR)
_FUNCTION, _VARIABLE = int(SymbolKind.FUNCTION), int(SymbolKind.VARIABLE)
_HOLDS_METHODS = frozenset({SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.STRUCT, SymbolKind.ENUM})
_SMALL = DECLARED | {SymbolKind.PROPERTY, SymbolKind.ENUM_MEMBER}
_CONTAINERS_OF_FIELDS = _HOLDS_METHODS | {SymbolKind.OBJECT}


def symbols_of(  # noqa: C901, PLR0912, PLR0915 - the hot path: it sees every definition
    grammar: Grammar,
    source: bytes,
    ordered: list[Found],
    docs: list[Node],
    said: Said,
    *,
    with_docs: bool,
    deprecating: tuple[int, int] | None,
) -> list[Symbol]:
    """The symbols of definitions that are ordered by their start; `docs` were captured by themselves.

    `deprecating` are the bytes between which something may be said to be deprecated; None where it is known that
    nothing is.
    """
    traits = traits_of(grammar.name)
    signs = signs_of(grammar.name)
    is_ascii = source.isascii()
    keeps = with_docs or traits.doc == "captured"
    near = _near(source, ordered, deprecations(source, *deprecating)) if deprecating else frozenset[int]()
    suspects: list[int] = []
    """Indices of symbols that may be deprecated."""
    visibility, is_said, skips_locals = traits.visibility, traits.visibility in SAID, traits.skips_locals
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
        if shared and not same and parent in shared:
            # What is in such a statement belongs to the last name before it.
            parent = next((i for at, i in reversed(shared[parent]) if at < start), parent)
        holder = symbols[parent] if parent >= 0 else None
        if skips_locals and holder is not None and kind in DECLARED and holder.kind in ROUTINES:
            continue
        if not plan.is_usual:
            if plan.once:
                numbers[parent] = numbers.get(parent, -1) + 1
                item.name = item.name.replace("[]", f"[{numbers[parent]}]")
            if plan.is_first:
                if (parent, item.name) in fields:
                    continue
                fields.add((parent, item.name))
            if plan.shows_members:
                showing.add(len(symbols))
        name = item.name
        if kind == _FIELD or plan.climbs:
            around = parent
            # A field is made in a method and belongs to its class, and the first place that makes it counts.
            above = parent
            while above >= 0 and symbols[above].kind in ROUTINES:
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
        captures = item.captures
        if (
            plan.is_private
            or "private" in captures
            or (holder is not None and (not holder.exported or (kind != _FIELD and holder.kind in ROUTINES)))
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
        if start in near:
            suspects.append(len(symbols))
        reads = keeps or start in near
        symbols.append(_symbol(signs, source, item, parent, holder, captured, exported, is_ascii, reads))
    for at in suspects:
        symbol = symbols[at]
        doc = symbol.doc if keeps else ""
        if (is_one := is_deprecated(grammar.name, symbol.doc, symbol.signature)) or doc != symbol.doc:
            symbols[at] = msgspec.structs.replace(symbol, doc=doc, deprecated=is_one)
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


def _symbol(  # noqa: C901, PLR0912 - the hot path, too
    signs: Signs,
    source: bytes,
    item: Found,
    parent: int,
    holder: Symbol | None,
    captured_doc: bytes,
    exported: bool,
    is_ascii: bool,
    reads_doc: bool,
) -> Symbol:
    """One symbol; `holder` is that at the index `parent`."""
    captures, plan, node, start, end = item.captures, item.plan, item.node, item.start, item.end
    traits = signs.traits
    bodies = types = bases = heads = None
    if not plan.is_plain or len(captures) > 2:  # noqa: PLR2004 - itself and its name
        bodies, types = captures.get("body"), captures.get("type")
        bases, heads = captures.get("base"), captures.get("signature")
    body = bodies[0] if bodies else node.child_by_field_name("body")
    name_node = item.name_node
    row, column = name_node.start_point
    line_start = name_node.start_byte - column
    if not plan.is_usual and plan.strip:
        shown = source[line_start + column : name_node.end_byte]
        column += len(shown) - len(shown.lstrip(plan.strip.encode()))
    column16 = column
    if not is_ascii and not (before := source[line_start : line_start + column]).isascii():
        column16 = len(before.decode("utf-8", "replace").encode("utf-16-le")) // 2
    type_name = text_of(source, types[0]) if types else ""
    kind = item.kind
    if kind in _REFINED:
        kind = _refined(item, holder, traits, type_name)
    doc = _doc(signs, source, item, body.start_byte if body is not None else -1, captured_doc) if reads_doc else ""
    if doc and holder is not None and _is_same(doc, holder.doc):
        # What begins on the line of what holds it, as a parameter that is a property, has no comment of its own above.
        doc = doc_after(signs, source, end) if traits.doc == "after" else ""
    if heads:
        head_start, head_end = heads[0].start_byte, heads[-1].end_byte
    else:
        head_start = start
        head_end = node.end_byte if body is None and not plan.extent else end_of_head(source, item, body)
        if body is None and head_end - start > MAX_SIGNATURE and item.kind in _SMALL:
            # Of a long value its first line says enough.
            line = source.find(b"\n", name_node.end_byte, head_end)
            head_end = line if line >= 0 else head_end
        if traits.bare and source.startswith(ATTRIBUTE_SIGNS, head_start):
            head_start = behind_attributes(source, head_start, head_end)
    if bodies and not heads and bodies[0].end_byte <= name_node.start_byte:
        signature = head_around(source, item, bodies[0])
    elif heads and plan.extent == "parts":
        signature = " ".join(text_of(source, n) for n in heads)[:MAX_SIGNATURE]
    else:
        signature = signature_of(source, head_start, head_end, signs)
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


def _near(source: bytes, ordered: list[Found], places: list[int]) -> frozenset[int]:
    """Where those definitions start that a word at one of some bytes may be about.

    The last one before it, and the next with all that begin on its line.
    """
    if not places:
        return frozenset()
    starts = [item.start for item in ordered]
    found: set[int] = set()
    for place in places:
        at = bisect_right(starts, place)
        found.update(starts[max(0, at - 1) : at])
        line_end = source.find(b"\n", starts[at]) if at < len(starts) else -1
        found.update(starts[at : bisect_right(starts, line_end if line_end >= 0 else len(source))])
    return frozenset(found)


def _bases(source: bytes, bases: list[Node]) -> tuple[str, ...]:
    if len(bases) > 1:
        bases = sorted(bases, key=lambda n: n.start_byte)
    return tuple(dict.fromkeys(text_of(source, base) for base in bases))


def _is_same(doc: str, other: str) -> bool:
    """Whether one comment was found twice, as a whole or line by line."""
    return doc == other or (doc[-8:] == other[-8:] and doc.split() == other.split())


_REFINED = frozenset({_FUNCTION, _METHOD, _VARIABLE})
"""Kinds that depend on what holds a definition."""


def _refined(item: Found, holder: Symbol | None, traits: Traits, type_name: str) -> int:
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


def _doc(signs: Signs, source: bytes, item: Found, body_start: int, captured: bytes) -> str:
    own = item.captures.get("doc")
    if own and "comment" in own[0].type:
        return comment_text(signs, source[own[0].start_byte : own[-1].end_byte])
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
