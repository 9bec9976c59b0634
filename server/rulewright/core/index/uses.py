"""Where a thing is used: the names in a file that mean it, without those that clearly mean something else.

A local counts in its scope alone. Of anything else each occurrence of its name is looked at: a local of that name hides
it, an import or a symbol of the file may be another thing, and so may the member of a receiver that is known. What
nobody can tell apart counts.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec
from tree_sitter import Node, QueryCursor

from rulewright.core.code_ports import CodeIndex, Workspace
from rulewright.core.index.chain import Link, chain_before
from rulewright.core.index.elixir_structs import keyed_value, struct_key
from rulewright.core.index.grammars import grammar_of
from rulewright.core.index.importing import in_import
from rulewright.core.index.injections import pieces
from rulewright.core.index.meaning import Meaning, bare_name, is_key, key_named, name_of
from rulewright.core.index.members import Value, head_value, is_impl, is_member_of_type, member
from rulewright.core.index.naming import (
    CALLABLE,
    EXPLICIT,
    IMPLICIT_SELF,
    Defined,
    Named,
    exported,
    of_import,
)
from rulewright.core.index.near import family, folder, stem
from rulewright.core.index.scopes import node_for, occurrences
from rulewright.core.index.site import Local, Site, binds, local_of, site_at
from rulewright.core.index.symbols import SymbolKind
from rulewright.core.index.traits import traits_of
from rulewright.core.index.values import chain_value, receiver_word
from rulewright.core.index.words import has_word

_FILE_ONLY = frozenset({"javascript", "typescript", "tsx", "c", "cpp", "elixir", "haskell", "dart"})
"""Languages in which nothing that is not exported can be named from another file."""
_MANY_NAMES = frozenset(
    {SymbolKind.VARIABLE, SymbolKind.CONSTANT, SymbolKind.FIELD, SymbolKind.PROPERTY, SymbolKind.FUNCTION}
)


_RENAMING = frozenset({"python", "javascript", "typescript", "tsx"})
"""Languages in which a file may give on what it takes from another under another name."""
MAX_RENAMES = 8
_MAX_LOOKED = 500
"""Files whose imports are looked at for that."""
_MANY = 8
"""Occurrences from which on it pays to find out first where the name may be bound."""


class Target(msgspec.Struct, frozen=True):
    """What is looked for."""

    name: str
    """As it is defined."""
    path: str
    """Where the question was asked."""
    language: str
    local: Local | None = None
    definitions: tuple[Defined, ...] = ()
    files: tuple[str, ...] = ()
    asked: str = ""
    """What it is called where the question was asked."""
    is_outside: bool = False
    renamed: frozenset[str] = frozenset()
    """What other files make of it for those that take it from them: `export { inner as outer } from './inner'`."""

    @property
    def keys(self) -> frozenset[tuple[str, int]]:
        """The definitions, to compare with."""
        return frozenset(d.key for d in self.definitions)


class Use(msgspec.Struct, frozen=True, order=True):
    """One name in a file."""

    start: int
    end: int
    is_definition: bool = False
    is_write: bool = False


def target_of(site: Site, meaning: Meaning) -> Target | None:
    """What the question about a name is about; None when nothing is known of it at all."""
    local = meaning.local
    if local is not None and local.binding.kind != "import" and not local.is_file_level:
        own = meaning.definitions[0] if meaning.definitions else None
        if own is None or (own.symbol.parent >= 0 and not local.is_in_class):
            return Target(meaning.name, site.path, site.language, local, meaning.definitions, asked=meaning.name)
    if meaning.definitions:
        first = meaning.definitions[0]
        name = first.symbol.name
        if site.language == "elixir":
            name = name.rpartition(".")[2]
        return Target(name, site.path, site.language, None, meaning.definitions, asked=meaning.name)
    if meaning.files:
        return Target(meaning.name, site.path, site.language, files=meaning.files, asked=meaning.name)
    if meaning.step == "nothing" and not meaning.is_member:
        return Target(meaning.name, site.path, site.language, asked=meaning.name)
    outside = meaning.step in {"outside", "nothing"}
    return Target(meaning.name, site.path, site.language, local, asked=meaning.name, is_outside=outside)


def files_of(index: CodeIndex, target: Target) -> Iterator[str]:
    """The files that may hold uses, the one that was asked from first."""
    yield target.path
    if target.local is not None or target.is_outside or not (target.definitions or target.files):
        return
    seen = {target.path}
    if target.definitions and all(_is_file_private(index, d) for d in target.definitions):
        names = [d.path for d in target.definitions]
    else:
        known = dict.fromkeys((target.name, target.asked, *sorted(target.renamed)))
        names = [p for name in known for p in index.files_with_word(name)]
        names += [d.path for d in target.definitions]
        names += [p for d in target.definitions if _is_default(index, d) for p in _naming_file(index, d.path)]
    homes = _package_only(target)
    for path in names:
        if path not in seen and (not homes or folder(path) in homes):
            seen.add(path)
            yield path


def _package_only(target: Target) -> frozenset[str]:
    """The folders outside of which nothing can name a target; none where that is not so."""
    is_hidden = all(d.language == "go" and not d.symbol.exported for d in target.definitions)
    return frozenset(folder(d.path) for d in target.definitions) if is_hidden else frozenset()


def with_renames(index: CodeIndex, target: Target) -> Target:
    """The same target with the names that other files export it under; at most `MAX_RENAMES` of them."""
    if target.local is not None or target.is_outside or not target.definitions or target.language not in _RENAMING:
        return target
    found: set[str] = set()
    for path in islice(dict.fromkeys(_naming(index, target)), _MAX_LOOKED):
        for one in index.imports_of(path):
            if not one.alias or one.alias == target.name or one.name not in {target.name, "default"}:
                continue
            if _is_same(of_import(index, path, target.language, one), target) and _exports(index, path):
                found.add(one.alias)
        if len(found) >= MAX_RENAMES:
            break
    return msgspec.structs.replace(target, renamed=frozenset(found))


def _naming(index: CodeIndex, target: Target) -> Iterator[str]:
    """Files that may export a target under another name."""
    yield from index.files_with_word(target.name)
    for one in target.definitions:
        if _is_default(index, one):
            yield from _naming_file(index, one.path)


def _exports(index: CodeIndex, path: str) -> bool:
    """Whether others may take from a file what it takes from others; in Python from any."""
    record = index.record(path)
    return record is not None and (record.language == "python" or has_word(index.words_of(path), "export"))


def _is_default(index: CodeIndex, one: Defined) -> bool:
    """Whether a symbol is what its file exports without a name, so that others may call it anything."""
    if one.language not in {"javascript", "typescript", "tsx"} or not one.symbol.exported:
        return False
    return any(d.key == one.key for d in exported(index, (one.path,), "default"))


def _naming_file(index: CodeIndex, path: str) -> Sequence[str]:
    word = stem(path) if stem(path) != "index" else folder(path).rpartition("/")[2]
    return index.files_with_word(word) if word.isidentifier() else ()


def _is_file_private(index: CodeIndex, one: Defined) -> bool:
    if one.symbol.exported:
        return False
    record = index.record(one.path)
    if record is None:
        return False
    parent = record.symbols[one.symbol.parent] if one.symbol.parent >= 0 else None
    if parent is not None and parent.kind in CALLABLE:
        return True
    if one.language == "javascript" and has_word(index.words_of(one.path), "exports"):
        return False
    return one.language in _FILE_ONLY and parent is None


def uses_in(workspace: Workspace, path: str, target: Target) -> list[Use]:
    """The uses of a target in one file, in order."""
    base = site_at(workspace, path, target.local.binding.start if target.local and path == target.path else 0)
    if base is None or base.buffer.root is None:
        return []
    if target.local is not None and path == target.path and not target.local.is_file_level:
        return _local_uses(base, target.name, target.local)
    names = {target.name, *_aliases(workspace, path, base, target)}
    if path == target.path:
        names.add(target.asked)
    found: list[Use] = []
    for site in _sites(base):
        if target.language and site.language not in family(target.language):
            continue
        looker = _Looker(site, target)
        for name in sorted(names):
            found += looker.uses(name)
    return sorted(set(found))


def _sites(base: Site) -> Iterator[Site]:
    """A file in its own language, and its embedded pieces in theirs."""
    buffer = base.buffer
    name = buffer.grammar.name if buffer.grammar is not None else ""
    yield Site(base.workspace, base.path, buffer, 0, name, buffer.grammar, buffer.root)
    if buffer.grammar is None or buffer.tree is None or not buffer.grammar.section("injections"):
        return
    for piece in pieces(buffer.grammar, buffer.source, buffer.tree):
        inner = grammar_of(piece.language)
        root = piece.tree.root_node
        yield Site(base.workspace, base.path, buffer, piece.start, piece.language, inner, root, True)


def _aliases(workspace: Workspace, path: str, base: Site, target: Target) -> set[str]:
    """What a file calls the target by an import."""
    if base.language == "elixir":
        named = [i.alias for i in workspace.index.imports_of(path) if i.alias]
        values = {name: head_value(workspace.index, path, "elixir", (name,), None)[0] for name in named}
        return {name for name, value in values.items() if target.keys & {d.key for d in value.definitions}}
    return {
        one.alias
        for one in workspace.index.imports_of(path)
        if one.alias
        and (one.name in {target.name, "default"} or target.files)
        and _is_same(of_import(workspace.index, path, base.language, one), target)
    } | {
        one.alias or one.name
        for one in workspace.index.imports_of(path)
        if one.name in target.renamed and _is_same(of_import(workspace.index, path, base.language, one), target)
    }


def _is_same(named: Named, target: Target) -> bool:
    if target.files:
        return not named.definitions and not target.keys and set(named.files[:1]) <= set(target.files)
    keys = target.keys
    return any(d.key in keys for d in named.definitions)


def _local_uses(site: Site, name: str, local: Local) -> list[Use]:
    scopes = site.scopes()
    if scopes is None or site.root is None:
        return []
    around = (s.bindings.get(name, ()) for s in scopes.scopes)
    places = {b.start for bound in around if any(b is local.binding for b in bound) for b in bound}
    found = []
    for node in occurrences(site.root, site.source, name, local.start, local.end):
        start = node.start_byte
        here = scopes.resolve(name, start)
        if here is None or here.start != local.binding.start:
            continue
        if start in places or chain_before(site.source, start, site.language) is None:
            found.append(Use(start, node.end_byte, start == here.start, start in places or is_write(node)))
    return found


class _Looker:
    """Tells what one name after the other means in one file."""

    def __init__(self, site: Site, target: Target) -> None:
        self.site, self.target = site, target
        self.keys = target.keys
        self.record = site.record
        self.places = {(s.row, s.column): number for number, s in enumerate(self.record.symbols) if not is_impl(s)}
        self.again = {
            (d.symbol.parent, d.symbol.name) for d in target.definitions if d.path == site.path and _may_repeat(d)
        }
        self.is_member = any(_is_member(site.index, d) for d in target.definitions)
        self.imports = site.index.imports_of(site.path)
        self.free: dict[str, bool] = {}
        self.unbound: set[int] = set()
        """Where the name at hand is certainly no local, as found at once for all."""
        self.members: dict[tuple[object, ...], bool | None] = {}

    def uses(self, name: str) -> Iterator[Use]:
        """Those occurrences of a name that mean the target."""
        site = self.site
        assert site.root is not None
        if site.language == "elixir" and name[:1].isupper():
            yield from self._modules(name)
            return
        end = site.root.end_byte if site.is_embedded else None
        is_import = any(name in {i.name, i.alias} or name in i.module for i in self.imports)
        nested = any(s.name == name and s.parent >= 0 for s in self.record.symbols)
        nested = nested or site.language in IMPLICIT_SELF
        nodes = occurrences(site.root, site.source, name, site.root.start_byte if site.is_embedded else 0, end)
        self.unbound = self._without_binding(nodes)
        for node in nodes:
            number = self.places.get((node.start_point[0], node.start_point[1]))
            if number is not None:
                if (site.path, number) in self.keys:
                    yield Use(node.start_byte, node.end_byte, True, True)
                elif (self.record.symbols[number].parent, name) in self.again:
                    yield Use(node.start_byte, node.end_byte, False, True)
            elif self._means_target(node, name, is_import=is_import, nested=nested):
                yield Use(node.start_byte, node.end_byte, False, is_write(node))
        yield from self._declared(name, {node.start_byte for node in nodes})
        if site.language == "elixir" and self.is_member:
            yield from self._keys(name)

    def _declared(self, name: str, known: set[int]) -> Iterator[Use]:
        """The target itself, where a symbol or a string declares it and no name stands."""
        site = self.site
        for one in self.target.definitions:
            if one.path == site.path and one.symbol.name == name and not is_impl(one.symbol):
                start = site.buffer.line_start(one.symbol.row) + one.symbol.column
                if start not in known and site.source.startswith(name.encode(), start):
                    yield Use(start, start + len(name.encode()), True, True)

    def _keys(self, name: str) -> Iterator[Use]:
        """The keys of Elixir's structs, which are leaves of the tree with the colon behind them."""
        site = self.site
        known: dict[str, Value] = {}
        for found in re.finditer(rb"(?<![\w.:@])" + re.escape(name.encode()) + rb"(?=:\s)", site.source):
            here = site.at(found.start())
            if struct_key(here) != (name, *found.span()):
                continue
            value = keyed_value(here, known)
            if value and self._of_value(here, value, name):
                yield Use(*found.span())

    def _modules(self, name: str) -> Iterator[Use]:
        """The places of Elixir's modules, whose dotted names are one leaf of the tree each."""
        site = self.site
        pattern = re.compile(rb"(?<![\w.:])((?:[A-Z]\w*\.)*)(" + re.escape(name.encode()) + rb")(?!\w)")
        for found in pattern.finditer(site.source):
            start, end = found.span(2)
            here = site.at(start)
            if name_of(here) != (name, start, end):
                continue
            number = self.places.get((site.buffer.point(found.start())[0], site.buffer.point(found.start())[1]))
            # The first part of a module's name begins where the whole does.
            if number is not None and self.record.symbols[number].name == found[0].decode("utf-8", "replace"):
                if (site.path, number) in self.keys:
                    yield Use(start, end, True, True)
                continue
            parts = (*found[1].decode().split(".")[:-1], name)
            value, rest = head_value(here.index, here.path, here.language, parts, here.row)
            if self._is_it(Named(value.definitions if not rest else (), step="outside")):
                yield Use(start, end)

    def _without_binding(self, nodes: list[Node]) -> set[int]:
        """Those of many occurrences of a name that no local can be meant by, because nothing near them binds it.

        Only an occurrence can bind its name, so the scopes query is run on these few bytes, not on whole functions.
        """
        section = self.site.grammar.query("scopes") if self.site.grammar is not None else None
        if section is None or len(nodes) < _MANY or self.site.root is None:
            return set()
        cursor = QueryCursor(section[0])
        groups: dict[tuple[int, int], list[Node]] = {}
        for node in nodes:
            home = node_for(self.site.root, node.start_byte)
            groups.setdefault((home.start_byte, home.end_byte), []).append(node)
        unbound: set[int] = set()
        for group in groups.values():
            if not any(self._may_bind(cursor, node) for node in group):
                unbound |= {node.start_byte for node in group}
        return unbound

    def _may_bind(self, cursor: QueryCursor, node: Node) -> bool:
        number = self.places.get((node.start_point[0], node.start_point[1]))
        if self.site.root is None or (number is not None and self.record.symbols[number].parent < 0):
            return False
        return binds(cursor, self.site.root, node)

    def _means_target(self, node: Node, name: str, *, is_import: bool, nested: bool) -> bool:
        here = self.site.at(node.start_byte)
        if is_import and (brought := in_import(here, name)) is not None:
            return self._is_it(brought)
        chain = chain_before(here.source, here.byte, here.language)
        if chain is not None:
            return self._member(here, name, chain)
        local = None if node.start_byte in self.unbound else local_of(here, name)
        if local is not None and (told := self._local(local)) is not None:
            return told
        if name in traits_of(here.language).receiver and receiver_word(here, name):
            return False
        if is_key(here, name):
            return self._is_it(key_named(here, name))
        if nested:
            return self._free(here, name)
        if name not in self.free:
            self.free[name] = self._free(here, name)
        return self.free[name]

    def _local(self, local: Local) -> bool | None:
        """Whether a binding is the target; None where that is for the rest of the file to say."""
        point = self.site.buffer.point(local.binding.start)
        number = self.places.get((point[0], point[1]))
        if number is not None:
            symbol = self.record.symbols[number]
            if (self.site.path, number) in self.keys or (symbol.parent, symbol.name) in self.again:
                return True
            return None if symbol.parent < 0 else False
        if local.binding.kind == "import" or local.is_file_level:
            return None
        return False

    def _member(self, here: Site, name: str, chain: tuple[Link, ...]) -> bool:
        value = chain_value(here, chain)
        if value.is_outside:
            return self.target.is_outside
        if value and (told := self._of_value(here, value, name)) is not None:
            return told
        # Of an unknown receiver nobody can say that it is another one.
        if self.target.definitions:
            return self.is_member or (here.source[: here.byte].rstrip().endswith(b"::") and not value)
        return not self.target.files

    def _of_value(self, here: Site, value: Value, name: str) -> bool | None:
        """Whether a member of a value is the target; None where the value does not say."""
        key = (*(d.key for d in value.definitions), *value.files, value.is_instance, name)
        if key not in self.members:
            named = member(here.index, value, name)
            self.members[key] = self._is_it(named) if named.step != "nothing" else None
        return self.members[key]

    def _free(self, here: Site, name: str) -> bool:
        named = bare_name(here, name)
        if named.step in {"unique", "ranked"} and here.language in EXPLICIT:
            # It is not imported, so it is something else, or a mistake.
            named = Named(step="nothing")
        return self._is_it(named)

    def _is_it(self, named: Named) -> bool:
        if self.target.definitions or self.target.files:
            return _is_same(named, self.target)
        return not named.definitions and not named.files


def _may_repeat(one: Defined) -> bool:
    return one.symbol.kind in _MANY_NAMES


def _is_member(index: CodeIndex, one: Defined) -> bool:
    record = index.record(one.path)
    return record is not None and is_member_of_type(record, one.symbol)


_WRITES = re.compile(
    r"assign|augmented|update_expression|inc_statement|dec_statement|declarator|let_|var_|const_spec|for_|parameter"
    r"|range_clause|named_expression|binary_operator"
)
_TARGETS = ("left", "pattern", "name", "argument", "operand")


def is_write(node: Node) -> bool:
    """Whether a name stands where it is given a value."""
    parent = node.parent
    while parent is not None and parent.end_byte == node.end_byte and _MEMBER.search(parent.type):
        node, parent = parent, parent.parent
    while parent is not None and _LISTS.search(parent.type):
        node, parent = parent, parent.parent
    if parent is None or not _WRITES.search(parent.type):
        return False
    if parent.type == "binary_operator" and b"=" not in {c.type.encode() for c in parent.children}:
        return False
    return any(
        (target := parent.child_by_field_name(field)) is not None
        and target.start_byte <= node.start_byte
        and node.end_byte <= target.end_byte
        for field in _TARGETS
    )


_MEMBER = re.compile(r"attribute|member|selector|field_expression|field_access|scoped|navigation")
_LISTS = re.compile(r"pattern_list|tuple_pattern|expression_list|left_assignment_list|list_pattern|array_pattern")
