"""What an expression is: the names before a member followed one by one, from the first to the last."""

import re

from rulewright.core.code_ports import CodeIndex
from rulewright.core.index.chain import Link, assigned
from rulewright.core.index.importing import required
from rulewright.core.index.members import (
    MAX_DEPTH,
    OUTSIDE,
    UNKNOWN,
    VALUES,
    Value,
    called,
    head_value,
    line_of,
    member,
    own_class,
    returned,
    value_of,
)
from rulewright.core.index.naming import CALLABLE, Named, free_name
from rulewright.core.index.returns import is_choice, named_type
from rulewright.core.index.site import Local, Site, file_local, has_symbol, local_of, site_at, symbol_at
from rulewright.core.index.traits import traits_of

BASE = frozenset({"super", "base", "parent"})
_OWN = frozenset({"self", "this", "$this"})
CALL = re.compile(rb"\s*(?:::)?(?:<[^<>()\n]{0,80}>|\[[^\[\]()\n]{0,80}\])?!?\(")
"""What stands behind the name of what is called."""
_LITERAL_ENDS = frozenset({b'"', b"'", b"`", b"]", b"/"})


def chain_value(site: Site, chain: tuple[Link, ...], depth: int = MAX_DEPTH) -> Value:
    """What the names before a member come to."""
    if not chain:
        return _literal(site)
    first = chain[0]
    at_first = site.at(first.start)
    value, taken = _first_value(at_first, chain, depth)
    if first.name not in BASE:
        value = _behind(site.index, value, chain[taken - 1])
    for number in range(taken, len(chain)):
        if not value:
            return value
        value = _behind(site.index, _step(site, value, chain[number].name, depth), chain[number])
    return value


def _literal(site: Site) -> Value:
    before = site.source[max(0, site.byte - 40) : site.byte].rstrip().rstrip(b".").rstrip()
    return OUTSIDE if before[-1:] in _LITERAL_ENDS else UNKNOWN


def _behind(index: CodeIndex, value: Value, link: Link) -> Value:
    """A value with what stands behind its name: a call, an index, or the next member."""
    if link.is_called:
        value = called(index, value)
    elif value.definitions and value.definitions[0].symbol.kind in CALLABLE and not (value.is_instance or value.files):
        # A property, or a call without brackets: what is behind it belongs to what it gives.
        value = returned(index, value.definitions[0])
    return UNKNOWN if link.is_indexed and value else value


def _first_value(site: Site, chain: tuple[Link, ...], depth: int) -> tuple[Value, int]:
    """What a chain begins with, and how many of its names say so."""
    name = chain[0].name
    if (name in traits_of(site.language).receiver or name in BASE) and (value := receiver_word(site, name)):
        return value, 1
    if (here := _bound_here(site, name, depth)) is not None:
        return here, 1
    names: list[str] = []
    for link in chain:
        names.append(link.name)
        if link.is_called or link.is_indexed:
            break
    value, rest = head_value(site.index, site.path, site.language, tuple(names), site.row, depth)
    if not value and not value.is_outside:
        named = free_name(site.index, site.path, site.language, name, site.row)
        if named.step != "file" and (bound := file_local(site, name)) is not None:
            return _held_by(site, bound, depth), 1
        return value_at(site, named, depth), 1
    return value, len(names) - len(rest)


def _bound_here(site: Site, name: str, depth: int) -> Value | None:
    """What a local of this name is; None where the file says it, or another one."""
    local = local_of(site, name)
    if local is None:
        return None
    if named := required(site, local.binding):
        return value_of(site.index, named, depth)
    own = symbol_at(site, local.binding.start)
    if own is not None:
        return value_at(site, Named((own,), step="file"), depth)
    if local.binding.kind == "import":
        return None
    value = _held_by(site, local, depth)
    if value or value.is_outside:
        return value
    return None if local.is_file_level and has_symbol(site, name) else UNKNOWN


def value_at(site: Site, named: Named, depth: int = MAX_DEPTH) -> Value:
    """The value of a name, as `value_of` gives it, else of what its variable or field is set to where it is defined."""
    value = value_of(site.index, named, depth)
    first = named.definitions[0] if named.definitions else None
    if value or value.is_outside or first is None or first.symbol.kind not in VALUES or depth <= 0:
        return value
    buffer = site.workspace.buffer(first.path)
    if buffer is None:
        return value
    start = buffer.line_start(first.symbol.row) + first.symbol.column
    chain = assigned(buffer.source, start + len(first.symbol.name.encode()))
    if chain is None:
        return value
    there = site_at(site.workspace, first.path, start)
    return chain_value(there, chain, depth - 2) if there is not None else value


def _held_by(site: Site, local: Local, depth: int) -> Value:
    """What a local holds: what it is set to where it is bound, else an object of its type."""
    binding = local.binding
    if depth <= 0:
        return UNKNOWN
    here = site.at(binding.start)
    # Of several names that are set at once only the first is known.
    is_first = not site.source[max(0, binding.start - 40) : binding.start].rstrip().endswith(b",")
    chain = assigned(site.source, binding.end) if binding.kind != "parameter" and is_first else None
    if chain is not None:
        value = chain_value(here, chain, depth - 1)
        if value or value.is_outside:
            return value
    return _typed(here, binding.type, depth - 1) if binding.type else UNKNOWN


def _typed(site: Site, text: str, depth: int) -> Value:
    """An object of a type as it is written at a place, where a function's name stands for what it gives."""
    parts = named_type(text)
    if not parts:
        return UNKNOWN if is_choice(text) else OUTSIDE
    if parts in {("Self",), ("self",)}:
        return own_class(site.index, site.path, site.row)
    value, taken = _first_value(site, tuple(Link(part, site.byte) for part in parts), depth)
    for part in parts[taken:]:
        if not value:
            break
        value = _step(site, value, part, depth)
    return called(site.index, value)


def local_type(site: Site, local: Local) -> str:
    """What a local is, as the text says: its annotation, else the class that is called, or what a call gives."""
    binding = local.binding
    if not binding.type:
        return ""
    at = site.source.find(binding.type.encode(), binding.end, binding.end + 200 + len(binding.type))
    behind = at + len(binding.type.encode())
    if at < 0 or not CALL.match(site.source, behind):
        return binding.type
    value = _typed(site.at(binding.start), binding.type, MAX_DEPTH)
    return value.definitions[0].symbol.name if value.definitions else ""


def _step(site: Site, value: Value, name: str, depth: int) -> Value:
    """The value of a member of a value."""
    named = member(site.index, value, name)
    if named.step in {"nothing", "outside"} and name in _MAKERS and value.definitions and not value.is_instance:
        # Ruby calls without brackets too.
        return Value(value.definitions, is_instance=True) if value.definitions[0].language == "ruby" else value
    return UNKNOWN if named.step == "nothing" else value_at(site, named, depth)


_MAKERS = frozenset({"new", "default"})
"""Functions of a class that make an object of it though nobody has written them."""


def receiver_word(site: Site, name: str) -> Value:
    """What `self`, `this` and `super` stand for."""
    value = own_class(site.index, site.path, site.row)
    if not value:
        return UNKNOWN
    if name in BASE:
        bases = [part for part, _ in line_of(site.index, value.definitions[0])][1:]
        known = tuple(b for b in bases if b is not None)
        return Value(known, is_instance=True) if known else OUTSIDE
    return value if name in _OWN else Value(value.definitions)
