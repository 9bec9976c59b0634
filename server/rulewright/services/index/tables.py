"""The tables of `index.db`, and the rows that are asked of it."""

import msgspec

SYMBOL_BITS = 20
"""A symbol's id is its file's id with this many bits for its place in the record: a file's symbols lie together, and no
index is needed to find or delete them. A file gets a new id with each new content, so no id is ever used twice."""

SCHEMA_SQL = """
create table if not exists meta(key text primary key, value) without rowid;
create table if not exists files(
    id integer primary key autoincrement,
    path not null unique,     -- text; a blob where it is not UTF-8
    stamp integer not null,   -- one number for size, mtime_ns and inode; 0 where the content must be looked at again
    size integer not null,
    mtime_ns integer not null,
    inode integer not null,
    hash blob not null,       -- the key of the record in code_analysis_cache
    language text not null,
    status integer not null,  -- 0 analysed, 1 words only, 2 left out
    reason text not null,     -- for 1 and 2
    n_symbols integer not null,
    n_errors integer not null,
    analysed_at real not null -- seconds since 1970
);
create table if not exists words(id integer primary key, words blob not null);
create table if not exists symbols(
    id integer primary key,
    name text not null collate nocase,
    kind integer not null,
    row integer not null,
    "column" integer not null,
    column16 integer not null,
    parent integer not null,  -- the id of the symbol around it, or -1
    exported integer not null
);
create index if not exists symbols_by_name on symbols(name);
create table if not exists imports(
    id integer primary key,
    module text not null,
    name text not null,
    alias text not null,
    row integer not null
);
create index if not exists imports_by_module on imports(module);
create view if not exists code_analysis_cache as select
    path as file_path,
    (select json_group_array(json_array(kind, name, row, case when parent < 0 then -1 else parent & 1048575 end))
        from symbols where symbols.id between files.id << 20 and (files.id << 20) + 1048575) as ast,
    (select json_group_array(name) from symbols
        where symbols.id between files.id << 20 and (files.id << 20) + 1048575) as symbols,
    (select json_group_array(distinct module) from imports
        where imports.id between files.id << 20 and (files.id << 20) + 1048575) as dependencies,
    analysed_at as last_analyzed
from files where status < 2;
"""
"""`code_analysis_cache` shows by path what the cache of that name holds by content: `ast` is the outline."""

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
        return self.id & (1 << SYMBOL_BITS) - 1


class Counts(msgspec.Struct, frozen=True):
    """How much there is."""

    files: int
    """Indexed ones, those with words only included."""
    symbols: int
    words_only: int
    left_out: dict[str, int]
    """Files that were read and left out, by reason."""
