"""Answers about navigation as the protocol's JSON, in the form that a client has said it takes.

Rendered where the answer is made, so that the server passes bytes on. Results may have thousands of parts: what a
feature gives is written as it is where its shape is the protocol's already.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from rulewright.core.index.folds import MAX_FOLDS
from rulewright.core.index.places import Location
from rulewright.core.index.symbols import SymbolKind
from rulewright.core.markdown import escaped, fenced, inline, plain, prose
from rulewright.core.text import Range
from rulewright.features.calls import Call, CallItem, ItemKey
from rulewright.features.definition import Destination
from rulewright.features.folding import Folding
from rulewright.features.hover import Hover, Section
from rulewright.features.outline import DEPRECATED, FoundSymbol, OutlineSymbol
from rulewright.features.references import Highlight

UriOf = Callable[[str], str]
"""The URI of a path relative to the workspace's root."""

NULL = b"null"
_LAST_OLD_KIND = 18
_OLD_KINDS: dict[int, int] = {
    SymbolKind.OBJECT: SymbolKind.CLASS,
    SymbolKind.KEY: SymbolKind.PROPERTY,
    SymbolKind.NULL: SymbolKind.VARIABLE,
    SymbolKind.ENUM_MEMBER: SymbolKind.CONSTANT,
    SymbolKind.STRUCT: SymbolKind.CLASS,
    SymbolKind.EVENT: SymbolKind.FIELD,
    SymbolKind.OPERATOR: SymbolKind.FUNCTION,
    SymbolKind.TYPE_PARAMETER: SymbolKind.CLASS,
}
"""What stands for a kind that a client does not know."""
_ACCESS = {"text": 1, "read": 2, "write": 3}

_encode = msgspec.json.Encoder().encode


class NavigationClient(msgspec.Struct, frozen=True):
    """What a client has said of itself that matters here."""

    hierarchical_symbols: bool = False
    kinds: frozenset[int] = frozenset(range(1, _LAST_OLD_KIND + 1))
    workspace_kinds: frozenset[int] = frozenset(range(1, _LAST_OLD_KIND + 1))
    definition_links: bool = False
    hover_markdown: bool = False
    line_folding_only: bool = False
    collapsed_text: bool = False
    max_folds: int = MAX_FOLDS


def navigation_client(capabilities: Any) -> NavigationClient:
    """What `initialize` said. Anything may be missing, and what has the wrong type counts as missing."""

    def said(*keys: str) -> Any:
        value = capabilities
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def kinds(*keys: str) -> frozenset[int]:
        values = said(*keys, "symbolKind", "valueSet")
        if not isinstance(values, list | tuple):
            return frozenset(range(1, _LAST_OLD_KIND + 1))
        return frozenset(v for v in values if isinstance(v, int))

    formats = said("textDocument", "hover", "contentFormat")
    limit = said("textDocument", "foldingRange", "rangeLimit")
    return NavigationClient(
        said("textDocument", "documentSymbol", "hierarchicalDocumentSymbolSupport") is True,
        kinds("textDocument", "documentSymbol"),
        kinds("workspace", "symbol"),
        said("textDocument", "definition", "linkSupport") is True,
        isinstance(formats, list | tuple) and "markdown" in formats[: max(1, _before_plain(formats))],
        said("textDocument", "foldingRange", "lineFoldingOnly") is True,
        said("textDocument", "foldingRange", "foldingRange", "collapsedText") is True,
        min(limit, MAX_FOLDS) if isinstance(limit, int) and limit > 0 else MAX_FOLDS,
    )


def _before_plain(formats: Sequence[Any]) -> int:
    """How many formats a client likes better than plain text."""
    return list(formats).index("plaintext") if "plaintext" in formats else len(formats)


# Symbols


class _SymbolInformation(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    name: str
    kind: int
    location: dict[str, Any]
    container_name: str = ""
    tags: tuple[int, ...] = ()
    deprecated: bool = False


def document_symbols(symbols: Sequence[OutlineSymbol], uri: str, client: NavigationClient) -> bytes:
    """A tree for clients that show one, else a list in the order of the text."""
    if not client.hierarchical_symbols:
        return _encode(list(_flat(symbols, uri, client.kinds, "")))
    if len(client.kinds) < len(SymbolKind):
        symbols = _known(symbols, client.kinds)
    return _encode(symbols)


def _known(symbols: Iterable[OutlineSymbol], kinds: frozenset[int]) -> tuple[OutlineSymbol, ...]:
    return tuple(
        msgspec.structs.replace(s, kind=_kind(s.kind, kinds), children=_known(s.children, kinds)) for s in symbols
    )


def _flat(symbols: Iterable[OutlineSymbol], uri: str, kinds: frozenset[int], container: str) -> Iterable[Any]:
    for s in symbols:
        where = {"uri": uri, "range": s.range}
        yield _SymbolInformation(s.name, _kind(s.kind, kinds), where, container, s.tags, DEPRECATED in s.tags)
        yield from _flat(s.children, uri, kinds, s.name)


def _kind(kind: int, kinds: frozenset[int]) -> int:
    return kind if kind in kinds else int(_OLD_KINDS.get(kind, kind))


def workspace_symbols(found: Iterable[FoundSymbol], uri_of: UriOf, client: NavigationClient) -> bytes:
    """The symbols of a workspace with their places."""
    kinds = client.workspace_kinds
    return _encode(
        [_SymbolInformation(s.name, _kind(s.kind, kinds), _location(s.location, uri_of), s.container) for s in found]
    )


# Places


def _location(location: Location, uri_of: UriOf) -> dict[str, Any]:
    return {"uri": uri_of(location.path), "range": location.range}


def definition(destinations: Sequence[Destination], uri_of: UriOf, client: NavigationClient) -> bytes:
    """Links where the client takes them, else places; null where there are none."""
    if not destinations:
        return NULL
    if not client.definition_links:
        return _encode([_location(d.location, uri_of) for d in destinations])
    return _encode(
        [
            {
                "originSelectionRange": d.origin,
                "targetUri": uri_of(d.location.path),
                "targetRange": d.whole,
                "targetSelectionRange": d.location.range,
            }
            for d in destinations
        ]
    )


def references(locations: Iterable[Location], uri_of: UriOf) -> bytes:
    """Places; an empty list where there are none."""
    uris: dict[str, str] = {}
    return _encode([{"uri": uris.get(p) or uris.setdefault(p, uri_of(p)), "range": r} for p, r in _pairs(locations)])


def _pairs(locations: Iterable[Location]) -> Iterable[tuple[str, Range]]:
    return ((one.path, one.range) for one in locations)


def highlights(found: Iterable[Highlight]) -> bytes:
    """The same name in one document."""
    return _encode([{"range": h.range, "kind": _ACCESS[h.access]} for h in found])


# Hover


def hover(found: Hover | None, client: NavigationClient) -> bytes:
    """A hover in the best form that the client takes; null where there is none."""
    if found is None or not found.sections:
        return NULL
    write = _markdown if client.hover_markdown else _plain
    value = "\n\n".join(text for section in found.sections if (text := write(section)))
    kind = "markdown" if client.hover_markdown else "plaintext"
    return _encode({"contents": {"kind": kind, "value": _whole(value)}, "range": found.range})


def _markdown(section: Section) -> str:
    match section.kind:
        case "code":
            return fenced(section.text, section.language)
        case "doc":
            return prose(section.text, section.language)
        case _:
            return escaped(section.text).format(*map(inline, section.names))


def _plain(section: Section) -> str:
    return plain(section.text.format(*section.names) if section.kind == "note" else section.text)


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, which JSON in UTF-8 cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


# Structure


class _FoldingRange(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    start_line: int
    end_line: int
    start_character: int | None = None
    end_character: int | None = None
    kind: str = ""
    collapsed_text: str = ""


def folding(found: Iterable[Folding], client: NavigationClient) -> bytes:
    """Folds by line or by character."""
    return _encode([_folding_range(f, client) for f in found])


def _folding_range(fold: Folding, client: NavigationClient) -> _FoldingRange:
    text = fold.collapsed if client.collapsed_text else ""
    start, end = fold.range.start, fold.range.end
    if client.line_folding_only:
        return _FoldingRange(start.line, fold.last_line, kind=fold.kind, collapsed_text=text)
    return _FoldingRange(start.line, end.line, start.character, end.character, fold.kind, text)


def selection(chosen: Iterable[Sequence[Range]]) -> bytes:
    """For each position the smallest range, with those around it as its parents."""
    made = []
    for ranges in chosen:
        node: dict[str, Any] | None = None
        for one in reversed(ranges):
            node = {"range": one} if node is None else {"range": one, "parent": node}
        made.append(node)
    return _encode(made)


# Calls


def _call_item(item: CallItem, uri_of: UriOf, kinds: frozenset[int]) -> dict[str, Any]:
    return {
        "name": _whole(item.name),
        "kind": _kind(item.kind, kinds),
        "detail": _whole(item.detail),
        "uri": uri_of(item.location.path),
        "range": item.whole,
        "selectionRange": item.location.range,
        "data": msgspec.structs.replace(item.key, path=_whole(item.key.path)),
    }


def call_items(items: Sequence[CallItem], uri_of: UriOf, client: NavigationClient) -> bytes:
    """The items to ask about; null where there are none."""
    return _encode([_call_item(i, uri_of, client.kinds) for i in items]) if items else NULL


def incoming(calls: Iterable[Call], uri_of: UriOf, client: NavigationClient) -> bytes:
    """Who calls."""
    return _encode([{"from": _call_item(c.item, uri_of, client.kinds), "fromRanges": c.ranges} for c in calls])


def outgoing(calls: Iterable[Call], uri_of: UriOf, client: NavigationClient) -> bytes:
    """Who is called."""
    return _encode([{"to": _call_item(c.item, uri_of, client.kinds), "fromRanges": c.ranges} for c in calls])


def item_key(item: Any) -> ItemKey | None:
    """What a client sends back of an item; None for anything that we have not made."""
    data = item.get("data") if isinstance(item, dict) else None
    try:
        key = msgspec.convert(data, ItemKey)
    except msgspec.ValidationError:
        return None
    is_inside = bool(key.path) and not key.path.startswith("/") and ".." not in key.path.split("/")
    return key if is_inside else None
