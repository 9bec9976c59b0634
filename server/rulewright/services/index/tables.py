"""The tables of `index.db`, what of a record goes into them, and the rows that are asked of them.

A file's outline is one value, not a row for each symbol: that is a third of the time of writing, and reading a file's
symbols is one read. Names have a tree of their own, which leads to files.
"""

import msgspec

from rulewright.core.index.free import may_be_named
from rulewright.core.index.symbols import FileRecord, Import
from rulewright.core.languages import language_of

SYMBOL_BITS = 20
"""A symbol's id is its file's id with this many bits for its place in the record. A file gets a new id with each new
content, so no id is ever used for another symbol."""
MASK = (1 << SYMBOL_BITS) - 1

SCHEMA_SQL = """
create table if not exists meta(key text primary key, value) without rowid;
create table if not exists files(
    id integer primary key autoincrement,
    path not null unique,     -- text; a blob where it is not UTF-8
    stamp integer not null,   -- one number for size, mtime_ns and inode; 0 where the content must be looked at again
    size integer not null,
    mtime_ns integer not null,
    inode integer not null,
    hash blob not null,       -- the key of the record in the cache of contents
    language text not null,
    status integer not null,  -- 0 analysed, 1 words only, 2 left out
    reason text not null,     -- for 1 and 2
    n_symbols integer not null,
    n_errors integer not null,
    analysed_at real not null -- seconds since 1970
);
create table if not exists analyses(
    id integer primary key,   -- of the file
    words blob not null,      -- first, because all of them are searched
    dependencies text not null, -- [[module, name, alias, row], ...]
    ast text not null         -- the outline: [[name, kind, row, column, column16, parent's place, exported], ...]
);
create table if not exists names(
    name text not null collate nocase,
    file integer not null,
    primary key(name, file)
) without rowid;
create view if not exists code_analysis_cache as select
    path as file_path,
    ast,
    (select json_group_array(json_extract(value, '$[0]')) from json_each(ast)) as symbols,
    (select json_group_array(distinct json_extract(value, '$[0]')) from json_each(dependencies)) as dependencies,
    analysed_at as last_analyzed
from files join analyses using (id);
"""
"""`code_analysis_cache` shows by path what the cache of that name holds by content."""

ANALYSED, WORDS_ONLY, LEFT_OUT = 0, 1, 2


class FileRow(msgspec.Struct, frozen=True, gc=False):
    """A file in the index, a left-out one included."""

    id: int
    """Another one after each change of its content."""
    path: str
    size: int
    mtime_ns: int
    inode: int
    hash: bytes
    language: str
    """Canonical; empty where nobody knows."""
    status: int
    """`ANALYSED`, `WORDS_ONLY` or `LEFT_OUT`."""
    reason: str
    n_symbols: int
    n_errors: int


class FoundSymbol(msgspec.Struct, frozen=True, gc=False):
    """A definition somewhere in the workspace. Rows count from 0, columns bytes, `column16` UTF-16 units."""

    id: int
    path: str
    name: str
    kind: int
    row: int
    column: int
    column16: int
    container: str
    """The name of the symbol around it, or empty."""
    exported: bool

    @property
    def place(self) -> int:
        """Its place in the record of its file."""
        return self.id & MASK

    @property
    def is_free(self) -> bool:
        """Whether another file may name it without a receiver."""
        return may_be_named(language_of(self.path), self.kind, is_held=bool(self.container), is_exported=self.exported)


class Counts(msgspec.Struct, frozen=True):
    """How much there is."""

    files: int
    """Indexed ones, those with words only included."""
    symbols: int
    words_only: int
    left_out: dict[str, int]
    """Files that were read and left out, by reason."""


class OutlineRow(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A symbol as the outline has it."""

    name: str
    kind: int
    row: int
    column: int
    column16: int
    parent: int
    exported: bool


class Analysis(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What of a record goes into the tables, made ready where the record was made."""

    words: bytes
    dependencies: bytes
    ast: bytes
    names: bytes
    """JSON, too; distinct ones."""
    n_symbols: int
    n_errors: int
    is_fallback: bool


class _Name(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The beginning of an `OutlineRow`; what follows is passed over."""

    name: str


_encode = msgspec.json.Encoder().encode
decode_outline = msgspec.json.Decoder(list[OutlineRow]).decode
decode_dependencies = msgspec.json.Decoder(list[Import]).decode
_decode_names = msgspec.json.Decoder(list[_Name]).decode
_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_FOLD = str.maketrans(_UPPER, _LOWER)


def fold(name: str) -> str:
    """As the database compares names: ASCII letters without case."""
    return name.translate(_FOLD)


def names_in(ast: str) -> list[str]:
    """The names of an outline, in order."""
    return [row.name for row in _decode_names(ast)]


def analysis_of(record: FileRecord, words: bytes) -> Analysis:
    """See `Analysis`."""
    symbols = record.symbols
    return Analysis(
        words,
        _encode(record.imports),
        _encode([(s.name, s.kind, s.row, s.column, s.column16, s.parent, s.exported) for s in symbols]),
        _encode(list(dict.fromkeys([s.name for s in symbols]))) if symbols else b"",
        len(symbols),
        record.n_errors,
        record.is_fallback,
    )
