"""A place in a file, and what binds the names there: functions, blocks, the file itself."""

import msgspec
from tree_sitter import Node, QueryCursor

from rulewright.core.code_ports import CodeIndex, Workspace
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.grammars import Grammar, grammar_of
from rulewright.core.index.naming import Defined, at_number
from rulewright.core.index.scopes import Binding, ScopeTree, node_for, occurrences, scopes_of
from rulewright.core.index.symbols import FileRecord

_MAX_PLACES = 50
"""Occurrences of a name among which its binding is looked for."""


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
            # An object's own variable in Ruby, `@name`, cannot be named from elsewhere.
            is_in_class = scope.kind in {"class", "type"} and not name.startswith("@")
            return Local(binding, scope.start, scope.end, is_top, is_in_class)
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


def has_symbol(site: Site, name: str) -> bool:
    """Whether the file has a symbol of this name at its top."""
    return any(s.name == name and s.parent < 0 for s in site.record.symbols)
