"""Where the thing at a place is defined."""

import msgspec

from rulewright.core.code_ports import Workspace
from rulewright.core.index.importing import import_place
from rulewright.core.index.meaning import Meaning, meaning_at
from rulewright.core.index.naming import MAX_RANKED, Defined, defined, distinct
from rulewright.core.index.near import folder, stem
from rulewright.core.index.places import Location, name_range
from rulewright.core.index.plain import word_at
from rulewright.core.index.site import Site, site_at
from rulewright.core.text import Position, PositionEncoding, Range

_START = Range(Position(0, 0), Position(0, 0))


class Destination(msgspec.Struct, frozen=True):
    """One place to jump to."""

    location: Location
    """Of the name."""
    whole: Range
    """Of the whole definition, in whole lines."""
    origin: Range
    """What was asked about, in the asking document."""


def definition(workspace: Workspace, path: str, position: Position) -> tuple[Destination, ...]:
    """Where the name at a position is defined, the likeliest first; empty where nobody can say.

    A module's name, and the path in an import, lead to the start of its file.
    """
    buffer = workspace.buffer(path)
    if buffer is None:
        return ()
    site = site_at(workspace, path, buffer.byte(position, workspace.encoding))
    if site is None:
        return ()
    if site.root is None:
        return _by_word(site)
    meaning = meaning_at(site)
    return destinations(site, meaning) if meaning is not None else ()


def destinations(site: Site, meaning: Meaning) -> tuple[Destination, ...]:
    """The places that a meaning leads to."""
    encoding = site.workspace.encoding
    origin = site.buffer.range(meaning.start, meaning.end, encoding)
    if meaning.definitions:
        return tuple(_to_symbol(d, origin, encoding) for d in meaning.definitions[:MAX_RANKED])
    if meaning.files:
        # A package has many files: the one that is called like it comes first, or says what it is.
        named = [f for f in meaning.files if stem(f) in {folder(f).rpartition("/")[2], meaning.name, "doc"}]
        return (Destination(Location((named or meaning.files)[0], _START), _START, origin),)
    bound: tuple[int, int] | None = None
    if meaning.local is not None:
        bound = meaning.local.binding.start, meaning.local.binding.end
    elif meaning.step == "outside" and not meaning.is_member:
        # What a library defines is not here; where it comes from is.
        bound = import_place(site, meaning.name)
    if bound is None:
        return ()
    place = site.buffer.range(*bound, encoding)
    return (Destination(Location(site.path, place), place, origin),)


def _to_symbol(one: Defined, origin: Range, encoding: PositionEncoding) -> Destination:
    symbol = one.symbol
    name = name_range(symbol.row, symbol.column, symbol.column16, symbol.name, encoding)
    start_row = min(symbol.start_row, symbol.row)
    whole = Range(Position(start_row, 0), Position(max(symbol.end_row, symbol.row) + 1, 0))
    return Destination(Location(one.path, name), whole, origin)


def _by_word(site: Site) -> tuple[Destination, ...]:
    """Without a grammar: the symbols of the workspace that are called like the word."""
    found = word_at(site.source, site.byte)
    if found is None:
        return ()
    word, start, end = found
    origin = site.buffer.range(start, end, site.workspace.encoding)
    rows = [r for r in site.index.symbols_named(word, 3 * MAX_RANKED) if r.exported]
    ones = distinct(defined(site.index, rows))[:MAX_RANKED]
    return tuple(_to_symbol(one, origin, site.workspace.encoding) for one in ones)
