"""Who calls a function, and whom it calls."""

from collections.abc import Generator, Iterable

import msgspec

from rulewright.core.code_ports import Workspace
from rulewright.core.index.calling import callable_around, calls_in, found_again
from rulewright.core.index.meaning import meaning_at
from rulewright.core.index.naming import CALLABLE, TYPES, Defined
from rulewright.core.index.places import Location, name_range
from rulewright.core.index.site import site_at
from rulewright.core.index.symbols import SymbolKind
from rulewright.core.index.uses import Target, files_of, uses_in, with_renames
from rulewright.core.text import Position, Range

MAX_CALLS = 5_000
"""Callers, or called functions, of one item."""
_WHOLE_FILE = ""


class ItemKey(msgspec.Struct, frozen=True):
    """What an item carries, so that a later request finds its symbol again though lines have moved."""

    path: str
    name: str
    """Empty for a file's code outside any function."""
    container: str = ""
    row: int = 0


class CallItem(msgspec.Struct, frozen=True):
    """A function, a method or a class, or a file whose code outside functions calls something."""

    name: str
    kind: int
    detail: str
    location: Location
    """Of the name."""
    whole: Range
    key: ItemKey


class Call(msgspec.Struct, frozen=True):
    """The other end of some calls."""

    item: CallItem
    ranges: tuple[Range, ...]
    """The called names, in the caller's file."""


def prepare_calls(workspace: Workspace, path: str, position: Position) -> tuple[CallItem, ...]:
    """The functions that the name at a position means, or else the function around it."""
    buffer = workspace.buffer(path)
    site = site_at(workspace, path, buffer.byte(position, workspace.encoding)) if buffer is not None else None
    if site is None or site.root is None:
        return ()
    meaning = meaning_at(site)
    if meaning is None or not meaning.definitions:
        return ()
    return tuple(_item(workspace, d) for d in meaning.definitions if d.symbol.kind in CALLABLE | TYPES)


def incoming_calls(workspace: Workspace, key: ItemKey) -> Generator[None, None, tuple[Call, ...]]:
    """The functions that call an item, file by file; yields between files."""
    wanted = _again(workspace, key)
    if wanted is None:
        return ()
    name = wanted.symbol.name
    target = Target(name, wanted.path, wanted.language, definitions=(wanted,), asked=name)
    target = with_renames(workspace.index, target)
    found: list[Call] = []
    for file in files_of(workspace.index, target):
        buffer = workspace.buffer(file)
        if buffer is not None:
            called = dict(calls_in(buffer))
            starts = [u.start for u in uses_in(workspace, file, target) if u.start in called and not u.is_definition]
            callers: dict[Defined | None, list[Range]] = {}
            for start in starts:
                caller = callable_around(buffer.record, file, buffer.point(start)[0])
                place = buffer.range(start, called[start], workspace.encoding)
                callers.setdefault(caller, []).append(place)
            for caller, ranges in callers.items():
                item = _item(workspace, caller) if caller is not None else _file_item(file)
                found.append(Call(item, tuple(ranges)))
        if len(found) >= MAX_CALLS:
            break
        yield
    return tuple(found[:MAX_CALLS])


def outgoing_calls(workspace: Workspace, key: ItemKey) -> tuple[Call, ...]:
    """The functions of the workspace that an item calls, in the order of their first call."""
    buffer = workspace.buffer(key.path)
    if buffer is None:
        return ()
    start, end = 0, len(buffer.source)
    if key.name:
        wanted = _again(workspace, key)
        if wanted is None:
            return ()
        start = buffer.line_start(wanted.symbol.start_row)
        end = buffer.line_start(wanted.symbol.end_row + 1)
    found: dict[tuple[str, int], tuple[Defined, list[Range]]] = {}
    for begin, stop in calls_in(buffer, start, end):
        site = site_at(workspace, key.path, begin)
        meaning = meaning_at(site) if site is not None else None
        for one in meaning.definitions[:1] if meaning is not None else ():
            if one.symbol.kind in CALLABLE | TYPES:
                _, ranges = found.setdefault(one.key, (one, []))
                ranges.append(buffer.range(begin, stop, workspace.encoding))
    return tuple(Call(_item(workspace, one), tuple(ranges)) for one, ranges in _first(found.values()))


def _first(calls: Iterable[tuple[Defined, list[Range]]]) -> list[tuple[Defined, list[Range]]]:
    return list(calls)[:MAX_CALLS]


def _again(workspace: Workspace, key: ItemKey) -> Defined | None:
    record = workspace.index.record(key.path)
    return found_again(record, key.path, key.name, key.container, key.row) if record is not None else None


def _item(workspace: Workspace, one: Defined) -> CallItem:
    symbol = one.symbol
    name = name_range(symbol.row, symbol.column, symbol.column16, symbol.name, workspace.encoding)
    start_row = min(symbol.start_row, symbol.row)
    whole = Range(Position(start_row, 0), Position(max(symbol.end_row, symbol.row) + 1, 0))
    detail = f"{one.container}, {one.path}" if one.container else one.path
    key = ItemKey(one.path, symbol.name, one.container, symbol.row)
    return CallItem(symbol.name, symbol.kind, detail, Location(one.path, name), whole, key)


def _file_item(path: str) -> CallItem:
    start = Range(Position(0, 0), Position(0, 0))
    name = path.rpartition("/")[2]
    return CallItem(name, SymbolKind.FILE, path, Location(path, start), start, ItemKey(path, _WHOLE_FILE))
