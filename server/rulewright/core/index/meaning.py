"""What the name at a place means: a local, a symbol of the file, an import, a member, or the likeliest of its name.

The order is that of the text around it, the nearest first. A name that is known to come from outside the workspace
means nothing here, and so does a member of such a thing: a guess would be wrong more often than not.
"""

import re
from collections.abc import Iterator

import msgspec
from tree_sitter import Node, QueryCursor

from rulewright.core.code_ports import CodeIndex, Workspace
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.builtin_names import is_builtin_member
from rulewright.core.index.chain import Link, assigned, chain_before
from rulewright.core.index.grammars import Grammar, grammar_of
from rulewright.core.index.imports import resolve
from rulewright.core.index.members import (
    MAX_DEPTH,
    OUTSIDE,
    UNKNOWN,
    VALUES,
    Value,
    called,
    head_value,
    is_impl,
    is_member_of_type,
    likely,
    line_of,
    member,
    module_files,
    own_class,
    returned,
    value_of,
)
from rulewright.core.index.naming import (
    CALLABLE,
    IMPLICIT_SELF,
    NOTHING,
    Defined,
    Named,
    Step,
    at_number,
    bound_name,
    enclosing,
    free_name,
    of_import,
)
from rulewright.core.index.returns import is_choice, named_type
from rulewright.core.index.scopes import Binding, ScopeTree, name_at, node_for, occurrences, scopes_of
from rulewright.core.index.symbols import FileRecord, Import, Symbol, SymbolKind
from rulewright.core.index.traits import traits_of

_BASE = frozenset({"super", "base", "parent"})
_OWN = frozenset({"self", "this", "$this"})
_QUOTED = re.compile(r"string|literal|content|fragment|path|dotted_name|alias")
_MAX_IMPORT = 5_000
"""Bytes of one statement."""
_VALUE = re.compile(r"none|null|nil|true|false|undefined|boolean|(?:null|boolean|nil)_literal")
_MAX_PLACES = 50
"""Occurrences of a name among which its binding is looked for."""
_LITERAL_ENDS = frozenset({b'"', b"'", b"`", b"]", b"/"})
_SEGMENT = re.compile(rb"[\w\x80-\xff]+[?!]?")


class Site(msgspec.Struct, frozen=True):
    """A place in a file, in the language that is written there."""

    workspace: Workspace
    path: str
    buffer: Buffer
    byte: int
    language: str
    grammar: Grammar | None
    root: Node | None
    """Of the file's tree, or of the embedded piece that holds the place."""
    is_embedded: bool = False

    @property
    def index(self) -> CodeIndex:
        """The workspace's symbols."""
        return self.workspace.index

    @property
    def source(self) -> bytes:
        """The file's bytes."""
        return self.buffer.source

    @property
    def record(self) -> FileRecord:
        """What is known of the file as it is now."""
        return self.buffer.record

    @property
    def row(self) -> int:
        """The line of the place."""
        return self.buffer.point(self.byte)[0]

    def at(self, byte: int) -> "Site":
        """Another place in the same language."""
        return msgspec.structs.replace(self, byte=byte)

    def scopes(self) -> ScopeTree | None:
        """The scopes around the place."""
        if self.is_embedded and self.grammar is not None and self.root is not None:
            return scopes_of(self.grammar, self.source, node_for(self.root, self.byte))
        return self.buffer.scopes(self.byte)


class Local(msgspec.Struct, frozen=True):
    """A name that a function, a block or the file itself binds."""

    binding: Binding
    start: int
    end: int
    """The bytes in which it counts."""
    is_file_level: bool
    """Whether it is bound outside any function, so that the whole file may see it."""
    is_in_class: bool = False
    """Whether a class binds it, so that it is a member rather than a local."""


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


def site_at(workspace: Workspace, path: str, byte: int) -> Site | None:
    """A place in a file; None where there is no such file."""
    buffer = workspace.buffer(path)
    if buffer is None:
        return None
    byte = min(max(byte, 0), len(buffer.source))
    piece = buffer.piece_at(byte)
    if piece is not None and (inner := grammar_of(piece.language)) is not None:
        return Site(workspace, path, buffer, byte, piece.language, inner, piece.tree.root_node, True)
    language = buffer.grammar.name if buffer.grammar is not None else buffer.language
    return Site(workspace, path, buffer, byte, language, buffer.grammar, buffer.root)


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
    is_called = bool(_CALL.match(site.source, end))
    chain = chain_before(site.source, start, site.language)
    found, local = _meaning(site, name, chain, is_called=is_called)
    if found is None:
        return Meaning(name, start, end, "local", local, is_called=is_called)
    return Meaning(name, start, end, found.step, local, found.definitions, found.files, chain is not None, is_called)


_CALL = re.compile(rb"\s*(?:::)?(?:<[^<>()\n]{0,80}>|\[[^\[\]()\n]{0,80}\])?!?\(")


def _meaning(
    site: Site, name: str, chain: tuple[Link, ...] | None, *, is_called: bool
) -> tuple[Named | None, Local | None]:
    """What a name means; without a `Named` it is the local alone."""
    if (own := symbol_at(site, site.byte)) and not is_impl(own.symbol):
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
    if local is None and (name in traits_of(site.language).receiver or name in _BASE):
        value = receiver_word(site, name)
        if value:
            return Named(value.definitions[:1], step="file"), None
    if local is not None and (meant := _of_local(site, local)) is not None:
        return meant
    if is_key(site, name):
        return key_named(site, name), None
    named = bare_name(site, name, is_called=is_called)
    if named.step in {"nothing", "unique", "ranked"} and (bound := file_local(site, name)) is not None:
        return None, bound
    return named, None


def bare_name(site: Site, name: str, *, is_called: bool = False) -> Named:
    """What a name without a receiver means that no local is: also a member of the class around it and of its bases."""
    named = free_name(site.index, site.path, site.language, name, site.row, called=is_called)
    if named.step in {"file", "import"} or site.language not in IMPLICIT_SELF:
        return named
    inherited = member(site.index, own_class(site.index, site.path, site.row), name)
    return inherited if inherited.step == "member" else named


def _of_local(site: Site, local: Local) -> tuple[Named | None, Local | None] | None:
    """What a binding stands for; None when the file says more of the name than the binding does."""
    own = symbol_at(site, local.binding.start)
    if own is not None:
        return Named((own,), step="file"), local
    if local.binding.kind == "import":
        row = site.buffer.point(local.binding.start)[0]
        named = import_named(site, local.binding.name, row)
        return named or Named(step="outside"), local
    return None if local.is_file_level and _has_symbol(site, local.binding.name) else (None, local)


def _has_symbol(site: Site, name: str) -> bool:
    return any(s.name == name and s.parent < 0 for s in site.record.symbols)


def symbol_at(site: Site, byte: int) -> Defined | None:
    """The symbol whose name begins at a byte."""
    row, column = site.buffer.point(byte)
    record = site.record
    for number, symbol in enumerate(record.symbols):
        if symbol.row == row and symbol.column == column:
            return at_number(record, site.path, number)
    return None


def local_of(site: Site, name: str) -> Local | None:
    """What binds a name at a place, in the function, the class or the statement around it."""
    scopes = site.scopes()
    binding = scopes.resolve(name, site.byte) if scopes is not None else None
    if scopes is None or binding is None:
        return None
    for number, scope in enumerate(scopes.scopes):
        if any(b is binding for b in scope.bindings.get(name, ())):
            is_top = number == 0 and scope.kind == "block"
            return Local(binding, scope.start, scope.end, is_top, scope.kind == "class")
    return None


def file_local(site: Site, name: str) -> Local | None:
    """What binds a name somewhere else in the file, outside any function: a script's variable, a loop's at the top."""
    section = site.grammar.query("scopes") if site.grammar is not None else None
    if section is None or site.root is None:
        return None
    cursor = QueryCursor(section[0])
    for node in occurrences(site.root, site.source, name)[:_MAX_PLACES]:
        if binds(cursor, site.root, node):
            local = local_of(site.at(node.start_byte), name)
            if local is not None and local.is_file_level and local.binding.start == node.start_byte:
                return local
    return None


def binds(cursor: QueryCursor, root: Node, name: Node) -> bool:
    """Whether a name is bound where it stands, as a cursor over the `scopes` query sees it. It keeps the range."""
    cursor.set_byte_range(name.start_byte, name.end_byte)
    return any(
        node.start_byte <= name.start_byte and name.end_byte <= node.end_byte
        for _, captures in cursor.matches(root)
        for capture, nodes in captures.items()
        if capture.startswith(("local", "pattern"))
        for node in nodes
    )


# Imports


def import_place(site: Site, name: str) -> tuple[int, int] | None:
    """The bytes of a name in the import that binds it in this file; None where no import does."""
    rows = [i.row for i in site.index.imports_of(site.path) if bound_name(site.language, i) == name]
    if not rows or site.root is None:
        return None
    start = site.buffer.line_start(rows[0])
    node = site.root.descendant_for_byte_range(start + _indent(site.buffer.line(rows[0])), start + 1)
    while node is not None and not (node.is_named and _IMPORTS.search(node.type)):
        node = node.parent
    if node is None:
        return None
    # A name that is renamed comes first under its old name, which is another word.
    word = re.compile(rb"(?<![\w\x80-\xff])" + re.escape(name.encode()) + rb"(?![\w\x80-\xff])")
    found = word.search(site.source, node.start_byte, min(node.end_byte, node.start_byte + _MAX_IMPORT))
    return found.span() if found is not None else None


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip())


def import_named(site: Site, name: str, row: int) -> Named:
    """What the import that binds a name means; where there are several, the last one above a row."""
    ones = [i for i in site.index.imports_of(site.path) if bound_name(site.language, i) == name]
    if not ones:
        return NOTHING
    return of_import(site.index, site.path, site.language, max(ones, key=lambda i: (i.row <= row, i.row)))


def _imports_around(site: Site) -> Iterator[tuple[Node, Import]]:
    """The imports that the statement around a place makes, with the statement."""
    node = site.root.descendant_for_byte_range(site.byte, site.byte) if site.root is not None else None
    imports = site.index.imports_of(site.path)
    rows = {i.row for i in imports}
    for _ in range(8):
        if node is None or node.parent is None:
            return
        row = node.start_point[0]
        if row in rows and node.is_named and _IMPORTS.search(node.type):
            last = node.end_point[0]
            yield from ((node, i) for i in imports if row <= i.row <= last)
            return
        node = node.parent


_IMPORTS = re.compile(r"import|use_declaration|export_statement|extern_crate|mod_item|^call$|require|include")


def in_import(site: Site, name: str) -> Named | None:
    """What a name inside an import statement means; None where it is in none."""
    imports = site.index.imports_of(site.path)
    if not any(name in {i.name, i.alias} or name in i.module for i in imports):
        return None
    best: Named | None = None
    for _, one in _imports_around(site):
        if name in {one.name, one.alias}:
            return of_import(site.index, site.path, site.language, one)
        parts = re.split(r"([./]|::)", one.module)
        if best is None and name in parts:
            # A part in the middle of a module's path means that module.
            upto = "".join(parts[: parts.index(name) + 1])
            files = resolve(site.language, Import(upto), site.path, site.index)
            best = Named(files=files, step="import") if files else Named(step="outside")
    return best


def _import_path(site: Site) -> Meaning | None:
    """The module that a string in an import names."""
    node = site.root.descendant_for_byte_range(site.byte, site.byte) if site.root is not None else None
    if node is None or not _QUOTED.search(node.type):
        return None
    said = _text(site.source, node.start_byte, node.end_byte).strip("\"'`<>")
    for _, one in _imports_around(site):
        if said and one.module == said:
            files = resolve(site.language, Import(one.module), site.path, site.index)
            files = files or resolve(site.language, one, site.path, site.index)
            step: Step = "import" if files else "outside"
            return Meaning(said, node.start_byte, node.end_byte, step, files=files)
    return None


# Receivers


def receiver_of(site: Site) -> Value | None:
    """What stands before the member that begins at the place; None when nothing does, or no dot."""
    chain = chain_before(site.source, site.byte, site.language)
    return chain_value(site, chain) if chain is not None else None


def chain_value(site: Site, chain: tuple[Link, ...], depth: int = MAX_DEPTH) -> Value:
    """What the names before a member come to."""
    if not chain:
        return _literal(site)
    first = chain[0]
    at_first = site.at(first.start)
    value, taken = _first_value(at_first, chain, depth)
    if first.name not in _BASE:
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
    elif value.definitions and value.definitions[0].symbol.kind in CALLABLE and not value.is_instance:
        # A property, or a call without brackets: what is behind it belongs to what it gives.
        value = returned(index, value.definitions[0])
    return UNKNOWN if link.is_indexed and value else value


def _first_value(site: Site, chain: tuple[Link, ...], depth: int) -> tuple[Value, int]:
    """What a chain begins with, and how many of its names say so."""
    name = chain[0].name
    if (name in traits_of(site.language).receiver or name in _BASE) and (value := receiver_word(site, name)):
        return value, 1
    local = local_of(site, name)
    if local is not None and local.binding.kind != "import" and symbol_at(site, local.binding.start) is None:
        if (value := _held_by(site, local, depth)) or value.is_outside:
            return value, 1
        if not (local.is_file_level and _has_symbol(site, name)):
            return UNKNOWN, 1
    elif local is not None and (own := symbol_at(site, local.binding.start)) is not None:
        return value_at(site, Named((own,), step="file"), depth), 1
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
    if at < 0 or not _CALL.match(site.source, behind):
        return binding.type
    value = _typed(site.at(binding.start), binding.type, MAX_DEPTH)
    return value.definitions[0].symbol.name if value.definitions else ""


def _step(site: Site, value: Value, name: str, depth: int) -> Value:
    """The value of a member of a value."""
    named = member(site.index, value, name)
    if named.step in {"nothing", "outside"} and name in _MAKERS and value.definitions and not value.is_instance:
        return value
    return UNKNOWN if named.step == "nothing" else value_at(site, named, depth)


_MAKERS = frozenset({"new", "default"})
"""Functions of a class that make an object of it though nobody has written them."""


def receiver_word(site: Site, name: str) -> Value:
    """What `self`, `this` and `super` stand for."""
    value = own_class(site.index, site.path, site.row)
    if not value:
        return UNKNOWN
    if name in _BASE:
        bases = [part for part, _ in line_of(site.index, value.definitions[0])][1:]
        known = tuple(b for b in bases if b is not None)
        return Value(known, is_instance=True) if known else OUTSIDE
    return value if name in _OWN else Value(value.definitions)


def member_named(site: Site, chain: tuple[Link, ...], name: str, *, is_called: bool = False) -> Named:
    """What a name behind a receiver means; the likeliest members of that name where the receiver is not known."""
    value = chain_value(site, chain)
    if value or value.is_outside:
        named = member(site.index, value, name)
        if site.language == "ruby" and name == "new" and named.step == "nothing":
            # What `new` runs is what one wants to read.
            named = member(site.index, value, "initialize") or Named(value.definitions[:1], step="member")
        if named.step != "nothing":
            return named
    names = (*(link.name for link in chain), name)
    if chain and (files := module_files(site.index, site.path, site.language, names)):
        return Named(files=files, step="import")
    if is_builtin_member(site.language, name):
        return Named(step="outside")
    return likely(site.index, site.path, site.language, name, called=is_called)


# Keys


def is_key(site: Site, name: str) -> bool:
    """Whether the name at the place is the key of an argument or of an object that is made, no name of its own."""
    node = site.root.descendant_for_byte_range(site.byte, site.byte + len(name.encode())) if site.root else None
    return node is not None and (
        node.type in _KEY_NODES
        or (node.parent is not None and node.parent.type in _KEYED and _is_first(node.parent, node))
    )


_KEY_NODES = frozenset({"property_identifier", "field_identifier", "hash_key_symbol", "keyword"})
_KEYED = frozenset(
    {
        "keyword_argument",
        "pair",
        "field_initializer",
        "keyed_element",
        "literal_element",
        "field_pattern",
        "pair_pattern",
    }
)


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
            parts = named_type(_text(site.source, target.start_byte, target.end_byte))
            if not parts:
                break
            value = chain_value(site, tuple(Link(p, target.start_byte) for p in parts))
            named = member(site.index, value, name) if value else NOTHING
            return named if named.step == "member" else Named(step="outside")
        node = node.parent
    return Named(step="outside")


def around(site: Site) -> tuple[Symbol, ...]:
    """The symbols that hold a place, the outermost first."""
    record = site.record
    return tuple(record.symbols[n] for n in enclosing(record, site.row))
