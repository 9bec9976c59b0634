"""`index.db`: which files a workspace has, their symbols, imports and words. SQLite, one per workspace and version.

Several processes may use it at once: it is in write-ahead mode, every write is one short transaction that takes the
lock at its beginning, and a process sees what the others committed. A `Store` belongs to one thread.

A database that is damaged is deleted and made anew; one that cannot be made lies in memory. Both are said once, in
the log. Methods raise sqlite3.Error; `Index` answers that with `mend`.
"""

import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from rulewright.core.index.symbols import FileRecord, Import, Symbol
from rulewright.services.index.places import make_private
from rulewright.services.index.tables import (
    ANALYSED,
    LEFT_OUT,
    SCHEMA_SQL,
    SYMBOL_BITS,
    WORDS_ONLY,
    Counts,
    FileRow,
    FoundSymbol,
)

log = logging.getLogger(__name__)

BUSY_MS = 50
"""How long a write waits for another process; whoever writes tries again later."""
OPEN_BUSY_MS = 10_000
"""The same while the tables are made."""
MAX_PARAMETERS = 500
"""Of one statement."""
MASK = (1 << SYMBOL_BITS) - 1
LAST = chr(0x10FFFF)
"""Greater than any character of a name."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A file as it is to be stored."""

    path: str
    stamp: int
    size: int
    mtime_ns: int
    inode: int
    hash: bytes
    language: str
    reason: str
    record: FileRecord | None
    """None when it is left out."""


class Replaced(msgspec.Struct, frozen=True):
    """What a write did."""

    changed: list[str]
    """Paths whose content is new in the index."""
    touched: list[str]
    """Paths whose content was known, only their times were not."""


_FILE_COLUMNS = "id, path, size, mtime_ns, inode, hash, language, status, reason, n_symbols, n_errors"
_FOUND = (
    "select s.id, f.path, s.name, s.kind, s.row, s.\"column\", s.column16, coalesce(p.name, ''), s.exported "
    "from symbols s join files f on f.id = s.id >> 20 left join symbols p on p.id = s.parent "
)


class Store:
    """An open `index.db`."""

    def __init__(self, folder: Path | None) -> None:
        """Open or make the database in `folder`; in memory where it is None or cannot be used."""
        self.folder = folder
        self.db: sqlite3.Connection
        self.problem = ""
        """Why it is in memory, when it should not be."""
        self._open()

    @property
    def path(self) -> Path | None:
        """The database's file; None in memory."""
        return self.folder / "index.db" if self.folder is not None and not self.problem else None

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def mend(self, error: sqlite3.Error) -> None:
        """Go on after a fault: with an empty database where this one is damaged, in memory where there is no room."""
        if _is_damage(error):
            log.warning("the index in %s is damaged (%s); it is made anew", self.folder, error)
            self.db.close()
            self._delete()
            self._open()
            return
        self._to_memory(error)

    def size(self) -> int:
        """Bytes of the database."""
        pages, size = (self.db.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "page_size"))
        return int(pages * size)

    def version(self) -> int:
        """A number that changes when another process has written."""
        return int(self.db.execute("pragma data_version").fetchone()[0])

    # -- what is known of files

    def stamps(self, start: str = "") -> dict[str, int]:
        """Every path with its stamp; with `start`, those of that folder."""
        if not start:
            rows = self.db.execute("select path, stamp from files").fetchall()
        else:
            rows = [
                row
                for low, high in _below(start)
                for row in self.db.execute("select path, stamp from files where path >= ? and path < ?", (low, high))
            ]
        found = dict(rows)
        for odd in [path for path in found if type(path) is bytes]:
            found[os.fsdecode(odd)] = found.pop(odd)
        return found

    def file(self, path: str) -> FileRow | None:
        """What is known of a file."""
        row = self.db.execute(f"select {_FILE_COLUMNS} from files where path = ?", (_key(path),)).fetchone()  # noqa: S608
        return _file_row(row) if row else None

    def files(self) -> Iterator[FileRow]:
        """All of them, by path."""
        for row in self.db.execute(f"select {_FILE_COLUMNS} from files order by path"):  # noqa: S608
            yield _file_row(row)

    def paths(self) -> list[str]:
        """Of the indexed files."""
        return [_path(p) for (p,) in self.db.execute(f"select path from files where status < {LEFT_OUT}")]  # noqa: S608

    def counts(self) -> Counts:
        """How much there is."""
        by_status: dict[int, int] = {}
        left_out: dict[str, int] = {}
        symbols = 0
        for status, reason, n, n_symbols in self.db.execute(
            "select status, case status when 2 then reason end, count(*), sum(n_symbols) from files group by 1, 2"
        ):
            by_status[status] = by_status.get(status, 0) + n
            symbols += n_symbols
            if status == LEFT_OUT:
                left_out[reason] = n
        words_only = by_status.get(WORDS_ONLY, 0)
        return Counts(by_status.get(ANALYSED, 0) + words_only, symbols, words_only, left_out)

    # -- what is known of names

    def symbols_named(self, name: str, limit: int = 1000) -> list[FoundSymbol]:
        """Definitions of exactly this name."""
        # The index folds case; the second condition does not.
        sql = _FOUND + "where s.name = ? and s.name = ? collate binary limit ?"
        return [_found(row) for row in self.db.execute(sql, (name, name, limit))]

    def symbols_with_prefix(self, prefix: str, limit: int = 100) -> list[FoundSymbol]:
        """Definitions whose name starts so, in any case (of ASCII letters), in the order of names."""
        sql = _FOUND + "where s.name >= ? and s.name < ? order by s.name limit ?"
        return [_found(row) for row in self.db.execute(sql, (prefix, prefix + LAST, limit))]

    def symbols_of(self, path: str) -> list[FoundSymbol]:
        """The definitions of a file, in the order of its record."""
        first = self._first_id(path)
        if first is None:
            return []
        sql = _FOUND + "where s.id between ? and ? order by s.id"
        return [_found(row) for row in self.db.execute(sql, (first, first + MASK))]

    def symbols(self, ids: Sequence[int]) -> list[FoundSymbol]:
        """Definitions by id, in the order of `ids`; ids that are no more are passed over."""
        found: dict[int, FoundSymbol] = {}
        for at in range(0, len(ids), MAX_PARAMETERS):
            some = ids[at : at + MAX_PARAMETERS]
            sql = _FOUND + f"where s.id in ({','.join('?' * len(some))})"
            for row in self.db.execute(sql, some):
                found[row[0]] = _found(row)
        return [found[i] for i in ids if i in found]

    def all_names(self) -> Iterator[tuple[str, int]]:
        """Every definition's name and id."""
        return iter(self.db.execute("select name, id from symbols"))

    def names_of(self, path: str) -> list[tuple[str, int]]:
        """The same for one file."""
        first = self._first_id(path)
        if first is None:
            return []
        return self.db.execute(
            "select name, id from symbols where id between ? and ?", (first, first + MASK)
        ).fetchall()

    def files_with_word(self, name: str) -> list[str]:
        """Files in which a name stands as a word; a single letter may be anywhere."""
        encoded = name.encode("utf-8", "surrogatepass")
        if len(encoded) < 2:  # noqa: PLR2004 - words of one letter are not kept
            return self.paths()
        # Looked for by its first letter first: a line feed is the most frequent byte there is.
        sql = "select path from words join files using (id) where instr(words, ?) and instr(words, ?)"
        return [_path(p) for (p,) in self.db.execute(sql, (encoded + b"\n", b"\n%b\n" % encoded))]

    def paths_ending(self, suffix: str) -> list[str]:
        """Files whose path is `suffix` or ends with a slash and `suffix`, those that are left out included."""
        sql = "select path from files where path = ? or substr(path, ?) = ?"
        return [_path(p) for (p,) in self.db.execute(sql, (suffix, -len(suffix) - 1, "/" + suffix))]

    def words_of(self, path: str) -> bytes:
        """A file's words, as in its record."""
        row = self.db.execute("select words from words join files using (id) where path = ?", (_key(path),)).fetchone()
        return bytes(row[0]) if row else b""

    def imports_of(self, path: str) -> list[Import]:
        """What a file brings in."""
        first = self._first_id(path)
        if first is None:
            return []
        sql = "select module, name, alias, row from imports where id between ? and ? order by id"
        return [Import(*row) for row in self.db.execute(sql, (first, first + MASK))]

    def importers_of(self, module: str) -> list[str]:
        """Files with an import that names `module` exactly so."""
        sql = f"select distinct path from imports i join files f on f.id = i.id >> {SYMBOL_BITS} where module = ?"  # noqa: S608
        return [_path(p) for (p,) in self.db.execute(sql, (module,))]

    # -- writing

    def write(self, entries: Sequence[Entry], deleted: Iterable[str] = ()) -> Replaced:
        """Store files and forget others, all or nothing. Raises sqlite3.OperationalError when another one writes."""
        changed: list[str] = []
        touched: list[str] = []
        db = self.db
        db.execute("begin immediate")
        try:
            for path in deleted:
                self._forget(path)
            now = time.time()
            for entry in entries:
                key = _key(entry.path)
                before = db.execute(
                    "select id, hash, language, status, reason from files where path = ?", (key,)
                ).fetchone()
                status = LEFT_OUT if entry.record is None else WORDS_ONLY if entry.record.is_fallback else ANALYSED
                if before and before[1:] == (entry.hash, entry.language, status, entry.reason):
                    db.execute(
                        "update files set stamp = ?, size = ?, mtime_ns = ?, inode = ? where id = ?",
                        (entry.stamp, entry.size, entry.mtime_ns, entry.inode, before[0]),
                    )
                    touched.append(entry.path)
                    continue
                if before:
                    self._forget_id(before[0])
                self._insert(key, entry, status, now)
                changed.append(entry.path)
            db.execute("commit")
        except BaseException:
            if db.in_transaction:
                db.execute("rollback")
            raise
        return Replaced(changed, touched)

    def forget_below(self, folder: str) -> list[str]:
        """Forget the files of a folder that is gone; their paths."""
        gone = list(self.stamps(folder))
        if gone:
            self.write((), gone)
        return gone

    def unsettle(self, file_id: int) -> None:
        """Have the next scan look at a file's content again."""
        self.db.execute("update files set stamp = 0 where id = ?", (file_id,))

    def outline_record(self, row: FileRow) -> FileRecord:
        """What the tables have of a record: places of names, no texts around them."""
        first = row.id << SYMBOL_BITS
        sql = (
            'select name, kind, row, "column", column16, parent, exported from symbols'
            " where id between ? and ? order by id"
        )
        symbols = tuple(
            Symbol(
                name, kind, at, column, column16, at, at, parent & MASK if parent >= 0 else -1, exported=bool(exported)
            )
            for name, kind, at, column, column16, parent, exported in self.db.execute(sql, (first, first + MASK))
        )
        return FileRecord(
            row.language,
            symbols,
            tuple(self.imports_of(row.path)),
            self.words_of(row.path),
            row.n_errors,
            row.status == WORDS_ONLY,
        )

    def get_meta(self, key: str) -> Any:
        """A value that was kept."""
        row = self.db.execute("select value from meta where key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str | bytes | float) -> None:
        """Keep a value."""
        self.db.execute("insert or replace into meta values (?, ?)", (key, value))

    def clear(self) -> None:
        """Forget everything."""
        self.db.execute("begin immediate")
        for table in ("files", "words", "symbols", "imports", "meta"):
            self.db.execute(f"delete from {table}")  # noqa: S608 - our own names
        self.db.execute("commit")
        self.db.execute("vacuum")

    def settle(self) -> None:
        """Let the write-ahead log flow into the database, when there is time."""
        with contextlib.suppress(sqlite3.OperationalError):
            self.db.execute("pragma wal_checkpoint(passive)")

    def _insert(self, key: str | bytes, entry: Entry, status: int, now: float) -> None:
        record = entry.record
        db = self.db
        cursor = db.execute(
            "insert into files(path, stamp, size, mtime_ns, inode, hash, language, status, reason, n_symbols, n_errors,"
            " analysed_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key,
                entry.stamp,
                entry.size,
                entry.mtime_ns,
                entry.inode,
                entry.hash,
                entry.language,
                status,
                entry.reason,
                len(record.symbols) if record else 0,
                record.n_errors if record else 0,
                now,
            ),
        )
        if record is None:
            return
        file_id = cursor.lastrowid or 0
        first = file_id << SYMBOL_BITS
        if record.words:
            db.execute("insert into words values (?, ?)", (file_id, record.words))
        if record.symbols:
            db.executemany(
                "insert into symbols values (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        first + at,
                        s.name,
                        s.kind,
                        s.row,
                        s.column,
                        s.column16,
                        s.parent if s.parent < 0 else first + s.parent,
                        s.exported,
                    )
                    for at, s in enumerate(record.symbols)
                ],
            )
        if record.imports:
            db.executemany(
                "insert into imports values (?, ?, ?, ?, ?)",
                [(first + at, i.module, i.name, i.alias, i.row) for at, i in enumerate(record.imports)],
            )

    def _forget(self, path: str) -> None:
        row = self.db.execute("select id from files where path = ?", (_key(path),)).fetchone()
        if row:
            self._forget_id(row[0])

    def _forget_id(self, file_id: int) -> None:
        first = file_id << SYMBOL_BITS
        self.db.execute("delete from symbols where id between ? and ?", (first, first + MASK))
        self.db.execute("delete from imports where id between ? and ?", (first, first + MASK))
        self.db.execute("delete from words where id = ?", (file_id,))
        self.db.execute("delete from files where id = ?", (file_id,))

    def _first_id(self, path: str) -> int | None:
        row = self.db.execute("select id from files where path = ?", (_key(path),)).fetchone()
        return row[0] << SYMBOL_BITS if row else None

    # -- opening

    def _open(self) -> None:
        if self.folder is None:
            self.db = _connect(":memory:")
            return
        for attempt in (1, 2):
            try:
                make_private(self.folder)
                self.db = _connect(self.folder / "index.db")
            except sqlite3.Error as error:
                if attempt == 1 and _is_damage(error):
                    log.warning("the index in %s is damaged (%s); it is made anew", self.folder, error)
                    self._delete()
                    continue
                self._in_memory(error)
            except OSError as error:
                self._in_memory(error)
            return

    def _in_memory(self, error: Exception) -> None:
        self.problem = str(error)
        log.warning("the index in %s cannot be used (%s); it is kept in memory", self.folder, error)
        self.db = _connect(":memory:")

    def _to_memory(self, error: Exception) -> None:
        """Take along what can still be read."""
        before = self.db
        self._in_memory(error)
        try:
            if before.in_transaction:
                before.execute("rollback")
            before.backup(self.db)
        except sqlite3.Error as second:
            log.warning("the index could not be taken along (%s); it is built again", second)
            self.db.close()
            self.db = _connect(":memory:")
        before.close()

    def _delete(self) -> None:
        if self.folder is None:
            return
        for name in ("index.db", "index.db-wal", "index.db-shm"):
            # Another process may still have it open; it goes on with a file that has no name any more.
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()


def _connect(path: Path | str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=OPEN_BUSY_MS / 1000, check_same_thread=False)
    try:
        db.execute("pragma trusted_schema = off")
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        db.execute("pragma cache_size = -16000")
        db.execute("pragma journal_size_limit = 16000000")
        # Each statement by itself: one script would first commit, and so could meet another process in between.
        db.execute("begin immediate")
        for statement in SCHEMA_SQL.split(";\n"):
            if statement.strip():
                db.execute(statement)
        db.execute("commit")
        db.execute(f"pragma busy_timeout = {BUSY_MS}")
    except BaseException:
        db.close()
        raise
    return db


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another process only has to finish first."""
    return isinstance(error, sqlite3.OperationalError) and ("locked" in str(error) or "busy" in str(error))


def _is_damage(error: sqlite3.Error) -> bool:
    if isinstance(error, sqlite3.OperationalError):
        text = str(error)
        return "malformed" in text or "no such" in text or "no column" in text or "has " in text
    return True


def _key(path: str) -> str | bytes:
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def _path(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else os.fsdecode(stored)


def _below(folder: str) -> tuple[tuple[Any, Any], ...]:
    """The ranges of stored paths below a folder: texts and blobs do not mix."""
    low = os.fsencode(folder)
    ranges: tuple[tuple[Any, Any], ...] = ((low + b"/", low + b"0"),)
    if isinstance(_key(folder), str):
        ranges = ((folder + "/", folder + "0"), *ranges)
    return ranges


def _file_row(row: tuple[Any, ...]) -> FileRow:
    return FileRow(row[0], _path(row[1]), *row[2:])


def _found(row: tuple[Any, ...]) -> FoundSymbol:
    id_, path, name, kind, at, column, column16, container, exported = row
    return FoundSymbol(id_, _path(path), name, kind, at, column, column16, container, bool(exported))
