"""What the name at a place means: a local, a symbol of the file, an import, a member, or the likeliest of its name.

The order is that of the text around it, the nearest first. A name that is known to come from outside the workspace
means nothing here, and so does a member of such a thing: a guess would be wrong more often than not.
"""

import re

import msgspec
from tree_sitter import Node

from rulewright.core.index.builtin_names import is_builtin_member
from rulewright.core.index.chain import Link, chain_before
from rulewright.core.index.elixir_structs import field_named, struct_key
from rulewright.core.index.grammars import DEEP
from rulewright.core.index.importing import import_named, imports_around, in_import, quoted_module, required
from rulewright.core.index.imports import resolve
from rulewright.core.index.members import (
    Value,
    head_value,
    is_impl,
    is_member_of_type,
    likely,
    member,
    module_files,
    own_class,
    own_members,
)
from rulewright.core.index.naming import CALLABLE, IMPLICIT_SELF, NOTHING, Defined, Named, Step, free_name
from rulewright.core.index.returns import named_type
from rulewright.core.index.rust_paths import rust_module
from rulewright.core.index.scopes import name_at
from rulewright.core.index.site import Local, Site, file_local, has_symbol, local_of, symbol_at
from rulewright.core.index.symbols import Import, SymbolKind
from rulewright.core.index.traits import traits_of
from rulewright.core.index.values import BASE, CALL, chain_value, receiver_word

_QUOTED = re.compile(r"string|literal|content|fragment|path|dotted_name|alias")
_VALUE = re.compile(r"none|null|nil|true|false|undefined|boolean|(?:null|boolean|nil)_literal")
_PACKAGE = re.compile(rb"\s*(?:package|exports|opens|requires|provides)\s+[\w.]+\s*(?:;|$|//|to\b|with\b)")
_PACKAGED = frozenset({"java", "kotlin", "scala", "go"})
_SEGMENT = re.compile(rb"[\w\x80-\xff]+[?!]?")


class Meaning(msgspec.Struct, frozen=True):
    """What a name in a file means."""

    name: str
    start: int
    end: int
    """The bytes of the name."""
    step: Step
    local: Local | None = None
    definitions: tuple[Defined, ...] = ()
    files: tuple[str, ...] = ()
    """The module that is meant, where it is one."""
    is_member: bool = False
    """Whether it stands behind a receiver."""
    is_called: bool = False


def name_of(site: Site) -> tuple[str, int, int] | None:
    """The name at a place and its bytes; None in comments, strings, numbers and signs."""
    if site.root is None:
        return None
    node = name_at(site.root, site.source, site.byte)
    if node is not None and (
        _VALUE.fullmatch(node.type) or site.source[node.start_byte : node.start_byte + 1].isdigit()
    ):
        return None
    if node is not None:
        return _text(site.source, node.start_byte, node.end_byte), node.start_byte, node.end_byte
    # A dotted name may be one leaf of the tree, as Elixir's aliases are.
    for at in (site.byte, site.byte - 1):
        leaf = site.root.descendant_for_byte_range(max(at, 0), max(at, 0) + 1)
        if leaf is not None and leaf.type == "alias" and not leaf.child_count:
            return _word_at(site.source, site.byte)
    return _declared(site) or struct_key(site)


def _declared(site: Site) -> tuple[str, int, int] | None:
    """The name of a symbol that stands in a string or an atom: `attr_reader :size`, `defstruct [:size]`."""
    if site.language not in DEEP:
        return None
    row, column = site.buffer.point(site.byte)
    for symbol in site.record.symbols:
        if symbol.row == row and symbol.column <= column <= symbol.column + len(symbol.name.encode()):
            start = site.byte - column + symbol.column
            if site.source.startswith(symbol.name.encode(), start):
                return symbol.name, start, start + len(symbol.name.encode())
    return None


def _text(source: bytes, start: int, end: int) -> str:
    return source[start:end].decode("utf-8", "replace")


def _word_at(source: bytes, byte: int) -> tuple[str, int, int] | None:
    begin = source.rfind(b"\n", 0, byte) + 1
    end = source.find(b"\n", byte)
    for found in _SEGMENT.finditer(source, max(begin, byte - 200), len(source) if end < 0 else min(end, byte + 200)):
        if found.start() <= byte <= found.end():
            return _text(source, found.start(), found.end()), found.start(), found.end()
    return None


def meaning_at(site: Site) -> Meaning | None:
    """What the name at a place means; None where no name stands."""
    named = name_of(site)
    if named is None:
        return _import_path(site)
    name, start, end = named
    site = site.at(start)
    is_called = bool(CALL.match(site.source, end))
    chain = chain_before(site.source, start, site.language)
    found, local = _meaning(site, name, chain, is_called=is_called)
    if found is None:
        return Meaning(name, start, end, "local", local, is_called=is_called)
    return Meaning(name, start, end, found.step, local, found.definitions, found.files, chain is not None, is_called)


def _meaning(
    site: Site, name: str, chain: tuple[Link, ...] | None, *, is_called: bool
) -> tuple[Named | None, Local | None]:
    """What a name means; without a `Named` it is the local alone."""
    own = symbol_at(site, site.byte)
    # The first part of an Elixir module's name begins where the whole does, and is another module.
    if own and not is_impl(own.symbol) and not (own.language == "elixir" and own.symbol.name.startswith(f"{name}.")):
        local = local_of(site, name) if chain is None else None
        if local is not None and local.binding.start != site.byte:
            local = None
        if own.language == "rust" and own.symbol.kind == SymbolKind.MODULE:
            # `mod util;` only says where the module is.
            named = free_name(site.index, site.path, site.language, name, site.row)
            if named.files:
                return named, None
        return Named((own,), step="member" if is_member_of_type(site.record, own.symbol) else "file"), local
    if site.language == "elixir" and name[:1].isupper():
        return _elixir_module(site, name, chain), None
    if struct_key(site) is not None:
        return field_named(site, name), None
    if _PACKAGE.match(site.buffer.line(site.row)) and site.language in _PACKAGED:
        return Named(step="outside"), None
    if (brought := in_import(site, name)) is not None:
        return brought, local_of(site, name)
    if chain is not None:
        return member_named(site, chain, name, is_called=is_called), None
    return _without_receiver(site, name, is_called=is_called)


def _elixir_module(site: Site, name: str, chain: tuple[Link, ...] | None) -> Named:
    parts = (*(link.name for link in chain or ()), name)
    value, rest = head_value(site.index, site.path, site.language, parts, site.row)
    return Named(value.definitions, step="file") if value and not rest else Named(step="outside")


def _without_receiver(site: Site, name: str, *, is_called: bool) -> tuple[Named | None, Local | None]:
    local = local_of(site, name)
    if local is None and (name in traits_of(site.language).receiver or name in BASE):
        value = receiver_word(site, name)
        if value:
            return Named(value.definitions[:1], step="file"), None
    if local is not None and (meant := _of_local(site, local)) is not None:
        return meant
    if is_key(site, name):
        return key_named(site, name), None
    named = bare_name(site, name, is_called=is_called)
    if site.language == "rust" and site.source.startswith(b"::", site.byte + len(name.encode())):
        # Any other crate of the workspace begins a path.
        found = None if named.definitions or named.files else rust_module(site.index, site.path, (name,))
        if found is not None:
            return Named(files=found[0], step="import"), None
    if named.step in {"nothing", "unique", "ranked"} and (bound := file_local(site, name)) is not None:
        return None, bound
    return named, None


def bare_name(site: Site, name: str, *, is_called: bool = False) -> Named:
    """What a name without a receiver means that no local is: also a member of the class around it and of its bases."""
    named = free_name(site.index, site.path, site.language, name, site.row, called=is_called)
    if named.step == "file" or site.language not in IMPLICIT_SELF:
        return named
    if named.step == "package" and site.language == "ruby":
        # The modules around a constant are asked before those that its class includes.
        return named
    if named.step == "import" and not (site.language == "java" and _is_held(named)):
        return named
    inherited = member(site.index, own_class(site.index, site.path, site.row), name)
    return inherited if inherited.step == "member" else named


def _is_held(named: Named) -> bool:
    """Whether an import brings the member of a class, which what the class around has or inherits hides."""
    return any(d.symbol.parent >= 0 for d in named.definitions)


def _of_local(site: Site, local: Local) -> tuple[Named | None, Local | None] | None:
    """What a binding stands for; None when the file says more of the name than the binding does."""
    own = symbol_at(site, local.binding.start)
    if own is not None:
        return Named((own,), step="file"), local
    if local.binding.kind == "import":
        row = site.buffer.point(local.binding.start)[0]
        named = required(site, local.binding) or import_named(site, local.binding.name, row)
        return named or Named(step="outside"), local
    return None if local.is_file_level and has_symbol(site, local.binding.name) else (None, local)


def _import_path(site: Site) -> Meaning | None:
    """The module that a string in an import names; also right behind its last letter."""
    for byte in dict.fromkeys((site.byte, max(site.byte - 1, 0))):
        node = site.root.descendant_for_byte_range(byte, byte) if site.root is not None else None
        if node is not None and _QUOTED.search(node.type) and (found := _of_path(site, node)) is not None:
            return found
    return None


def _of_path(site: Site, node: Node) -> Meaning | None:
    written = _text(site.source, node.start_byte, node.end_byte)
    said = written.strip("\"'`<>")
    start = node.start_byte + len(written.encode()) - len(written.lstrip("\"'`<>").encode())
    if not said:
        return None
    module = quoted_module(site.language, site.source, start, said)
    ones = [Import(module)] if module else [one for _, one in imports_around(site) if one.module == said]
    for one in ones:
        files = resolve(site.language, Import(one.module), site.path, site.index)
        files = files or resolve(site.language, one, site.path, site.index)
        step: Step = "import" if files else "outside"
        return Meaning(said, start, start + len(said.encode()), step, files=files)
    return None


def receiver_of(site: Site) -> Value | None:
    """What stands before the member that begins at the place; None when nothing does, or no dot."""
    chain = chain_before(site.source, site.byte, site.language)
    return chain_value(site, chain) if chain is not None else None


def member_named(site: Site, chain: tuple[Link, ...], name: str, *, is_called: bool = False) -> Named:
    """What a name behind a receiver means; the likeliest members of that name where the receiver is not known."""
    value = chain_value(site, chain)
    if value or value.is_outside:
        named = member(site.index, value, name)
        if site.language == "ruby" and name == "new" and named.step == "nothing":
            # What `new` runs is what one wants to read.
            named = member(site.index, value, "initialize") or Named(value.definitions[:1], step="member")
        if named.step != "nothing":
            return _called_or_not(named, is_called=is_called)
    names = (*(link.name for link in chain), name)
    if chain and (files := module_files(site.index, site.path, site.language, names)):
        return Named(files=files, step="import")
    if is_builtin_member(site.language, name):
        return Named(step="outside")
    return likely(site.index, site.path, site.language, name, called=is_called)


def _called_or_not(named: Named, *, is_called: bool) -> Named:
    """Of a field and a method of one name, as Rust has them, the one that the brackets behind the name say."""
    meant = tuple(d for d in named.definitions if (d.symbol.kind in CALLABLE) is is_called)
    is_either = bool(meant) and named.definitions[0].language == "rust"
    return msgspec.structs.replace(named, definitions=meant) if is_either else named


# Keys


def is_key(site: Site, name: str) -> bool:
    """Whether the name at the place is the key of an argument or of an object that is made, no name of its own."""
    node = site.root.descendant_for_byte_range(site.byte, site.byte + len(name.encode())) if site.root else None
    if node is None or node.parent is None:
        return False
    if node.parent.type == "literal_element":
        return _is_field_of_literal(node.parent)
    return node.type in _KEY_NODES or (node.parent.type in _KEYED and _is_first(node.parent, node))


def _is_field_of_literal(element: Node) -> bool:
    """Whether an element of a literal of Go names a field: it is no value, no key of a map and no place in a list."""
    keyed = element.parent
    if keyed is None or keyed.type != "keyed_element" or not _is_first(keyed, element):
        return False
    around: Node | None = keyed
    while around is not None and around.type != "composite_literal":
        around = around.parent
    made = around.child_by_field_name("type") if around is not None else None
    # What lies deeper may leave its type out, and then it is not known.
    is_outer = around is not None and keyed.parent is not None and keyed.parent.parent == around
    return not (made is not None and is_outer and made.type in NOT_STRUCTS)


NOT_STRUCTS = frozenset({"map_type", "slice_type", "array_type", "implicit_length_array_type"})


_KEY_NODES = frozenset({"property_identifier", "field_identifier", "hash_key_symbol", "keyword"})
_KEYED = frozenset({"keyword_argument", "field_initializer", "field_pattern"})


def _is_first(parent: Node, node: Node) -> bool:
    return parent.named_child_count > 0 and parent.start_byte == node.start_byte


def key_named(site: Site, name: str) -> Named:
    """The field or property of the class that is made by the call or the literal around a key."""
    node = site.root.descendant_for_byte_range(site.byte, site.byte) if site.root is not None else None
    for _ in range(6):
        if node is None:
            break
        target = next(
            (c for f in ("function", "type", "name", "constructor") if (c := node.child_by_field_name(f))), None
        )
        if target is not None and target.end_byte <= site.byte:
            if (of_variant := _of_variant(site, target, name)) is not None:
                return of_variant
            parts = named_type(_text(site.source, target.start_byte, target.end_byte))
            if not parts:
                break
            value = chain_value(site, tuple(Link(p, target.start_byte) for p in parts))
            named = member(site.index, value, name) if value else NOTHING
            return named if named.step == "member" else Named(step="outside")
        node = node.parent
    return Named(step="outside")


def _of_variant(site: Site, made: Node, name: str) -> Named | None:
    """The field of a variant of Rust's, which is no type: `Shape::Ring { radius: 1.0 }`; None where none is made."""
    if site.language != "rust":
        return None
    last = made.child_by_field_name("name") or made
    meaning = meaning_at(site.at(last.start_byte))
    if meaning is None or not meaning.definitions or meaning.definitions[0].symbol.kind != SymbolKind.ENUM_MEMBER:
        return None
    fields = tuple(f for f in own_members(site.index, meaning.definitions[0]) if f.symbol.name == name)
    return Named(fields, step="member" if fields else "outside")
