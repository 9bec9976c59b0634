"""`index.db`: which files a workspace has, their symbols, imports and words. SQLite, one per workspace and version.

Several processes may use it at once: it is in write-ahead mode, every write is one short transaction that takes the
lock at its beginning, and a process sees what the others committed. A `Store` belongs to one thread.

A database that is damaged is deleted and made anew; one that cannot be made lies in memory. Both are said once, in
the log. Methods raise sqlite3.Error; `Index` answers that with `mend`.
"""

import contextlib
import itertools
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from rulewright.core.index.free import free_kinds
from rulewright.core.index.near import BY_FOLDER
from rulewright.core.index.symbols import FileRecord, Import, Symbol
from rulewright.core.languages import language_of
from rulewright.processes.late_log import LateLog
from rulewright.services.index.places import SCHEMA
from rulewright.services.index.tables import (
    ANALYSED,
    LEFT_OUT,
    MASK,
    SCHEMA_SQL,
    SYMBOL_BITS,
    WORDS_ONLY,
    Analysis,
    Counts,
    FileRow,
    FoundSymbol,
    OutlineRow,
    decode_dependencies,
    decode_outline,
    fold,
    names_in,
)
from rulewright.services.index.wire import NO_GRAMMAR
from rulewright.storage.private import make_private

log = LateLog(__name__)

BUSY_MS = 50
"""How long a write waits for another process; whoever writes tries again later."""
OPEN_BUSY_MS = 10_000
"""The same while the tables are made."""
MAX_PARAMETERS = 500
"""Of one statement."""
MAX_OUTLINED = 50_000
"""Symbols that are kept in memory, because they were asked for last."""
EPOCH = 1_577_836_800
"""2020-01-01: ids of files begin at the milliseconds since then, which is more than any database had files before."""
STAMPS = "stamps"
"""Under which all stamps are kept as one value; there only while it is true."""
GENERATION = "generation"
FILE = "index.db"
WITHOUT_GRAMMAR = "without_grammar"
"""There where any file waits for a grammar."""
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
    analysis: Analysis | None
    """None when it is left out."""


_decode_stamps = msgspec.msgpack.Decoder(dict[str, int]).decode


class Replaced(msgspec.Struct, frozen=True):
    """What a write did."""

    changed: list[str]
    """Paths whose content is new in the index."""
    touched: list[str]
    """Paths whose content was known, only their times were not."""


_FILE_COLUMNS = "id, path, size, mtime_ns, inode, hash, language, status, reason, n_symbols, n_errors"


def is_kept(folder: Path) -> bool:
    """Whether a folder holds a database."""
    return (folder / FILE).exists()


class Store:
    """An open `index.db`."""

    def __init__(self, folder: Path | None) -> None:
        """Open or make the database in `folder`; in memory where it is None or cannot be used."""
        self.folder = folder
        self.db: sqlite3.Connection
        self.problem = ""
        """Why it is in memory, when it should not be."""
        self._outlines: dict[int, list[FoundSymbol]] = {}
        self._n_outlined = 0
        self._open()

    @property
    def path(self) -> Path | None:
        """The database's file; None in memory."""
        return self.folder / FILE if self.folder is not None and not self.problem else None

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
            self._outlines.clear()
            self._n_outlined = 0
            return
        self._to_memory(error)

    def size(self) -> int:
        """Bytes of the database."""
        pages, size = (self.db.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "page_size"))
        return int(pages * size)

    def version(self) -> int:
        """A number that changes when another process has written."""
        return int(self.db.execute("pragma data_version").fetchone()[0])

    def last_id(self) -> int:
        """Of the file that was written last."""
        return int(self.db.execute("select coalesce(max(id), 0) from files").fetchone()[0])

    def paths_after(self, file_id: int) -> list[str]:
        """Of the files that were written after that one."""
        return [_path(p) for (p,) in self.db.execute("select path from files where id > ?", (file_id,))]

    # -- what is known of files

    def stamps(self, start: str = "") -> dict[str, int]:
        """Every path with its stamp; with `start`, those of that folder."""
        if not start and (kept := self.get_meta(STAMPS)) is not None:
            try:
                return _decode_stamps(kept)
            except (msgspec.MsgspecError, TypeError):
                self._drop_stamps()
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

    def keep_stamps(self) -> None:
        """Keep all stamps as one value until something is written: it is read in a fifth of the time of the rows."""
        if self.get_meta(STAMPS) is not None:
            return
        try:
            self.db.execute("begin immediate")
            # A path that is no text cannot be kept so, and is rare.
            with contextlib.suppress(UnicodeEncodeError):
                self.set_meta(STAMPS, msgspec.msgpack.encode(self.stamps()))
            self.db.execute("commit")
        except sqlite3.OperationalError:
            if self.db.in_transaction:
                self.db.execute("rollback")

    def file(self, path: str) -> FileRow | None:
        """What is known of a file."""
        row = self.db.execute(f"select {_FILE_COLUMNS} from files where path = ?", (_key(path),)).fetchone()  # noqa: S608
        return _file_row(row) if row else None

    def files(self) -> Iterator[FileRow]:
        """All of them, by path."""
        for row in self.db.execute(f"select {_FILE_COLUMNS} from files order by path"):  # noqa: S608
            yield _file_row(row)

    def looks(self, paths: Sequence[str]) -> list[tuple[int, int, int] | None]:
        """Size, time and inode of each path that is known and whose stamp was sure."""
        keys = [_key(path) for path in paths]
        sql = "select path, size, mtime_ns, inode from files where stamp != 0 and path in ({})"
        found = {path: (size, mtime_ns, inode) for path, size, mtime_ns, inode in self._each(sql, keys)}
        return [found.get(key) for key in keys]

    def restamp(self, stamps: Iterable[tuple[str, int]]) -> None:
        """Give paths other stamps."""
        self.db.execute("begin immediate")
        self._drop_stamps()
        self.db.executemany("update files set stamp = ? where path = ?", [(s, _key(p)) for p, s in stamps])
        self.db.execute("commit")

    def paths(self) -> list[str]:
        """Of the indexed files."""
        return [_path(p) for (p,) in self.db.execute(f"select path from files where status < {LEFT_OUT}")]  # noqa: S608

    def paths_ending(self, suffix: str) -> list[str]:
        """Files whose path is `suffix` or ends with a slash and `suffix`, those that are left out included."""
        sql = "select path from files where path = ? or substr(path, ?) = ?"
        return [_path(p) for (p,) in self.db.execute(sql, (suffix, -len(suffix) - 1, "/" + suffix))]

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
        found = []
        for file_id, path in self._files_naming("n.name = ?", (name,), limit):
            found += [s for s in self._outline(file_id, path) if s.name == name]
        return found[:limit]

    def symbols_with_prefix(self, prefix: str, limit: int = 100) -> list[FoundSymbol]:
        """Definitions whose name starts so, in any case (of ASCII letters), in the order of names."""
        folded = fold(prefix)
        found: list[FoundSymbol] = []
        seen: set[int] = set()
        # Each row of a name leads to at least one symbol, so as many rows as symbols are enough.
        for file_id, path in self._files_naming("n.name >= ? and n.name < ?", (prefix, prefix + LAST), limit):
            if file_id not in seen:
                seen.add(file_id)
                found += [s for s in self._outline(file_id, path) if fold(s.name).startswith(folded)]
        found.sort(key=lambda s: fold(s.name))
        return found[:limit]

    def symbols_of(self, path: str) -> list[FoundSymbol]:
        """The definitions of a file, in the order of its record."""
        row = self.db.execute("select id from files where path = ?", (_key(path),)).fetchone()
        return list(self._outline(row[0], path)) if row else []

    def symbols(self, ids: Sequence[int]) -> list[FoundSymbol]:
        """Definitions by id, in the order of `ids`; ids that are no more are passed over."""
        wanted: dict[int, list[int]] = {}
        for i in ids:
            wanted.setdefault(i >> SYMBOL_BITS, []).append(i)
        # Of a file that was not asked for lately only what is wanted is made: a search finds a few in many files.
        known = [file_id for file_id in wanted if file_id in self._outlines]
        found: dict[int, FoundSymbol] = {}
        for file_id, path in self._each("select id, path from files where id in ({})", known):
            outline = self._outline(file_id, _path(path))
            found.update((i, outline[i & MASK]) for i in wanted[file_id] if i & MASK < len(outline))
        sql = "select id, path, ast from files join analyses using (id) where id in ({})"
        for file_id, key, ast in self._each(sql, [file_id for file_id in wanted if file_id not in self._outlines]):
            rows, path = decode_outline(ast), _path(key)
            found.update((i, _symbol(i, path, rows)) for i in wanted[file_id] if i & MASK < len(rows))
        return [found[i] for i in ids if i in found]

    def _each(self, sql: str, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
        """The rows of a statement for as many values as there are in place of its braces."""
        for at in range(0, len(values), MAX_PARAMETERS):
            some = values[at : at + MAX_PARAMETERS]
            yield from self.db.execute(sql.format(",".join("?" * len(some))), some).fetchall()

    def all_names(self) -> Iterator[tuple[str, int]]:
        """Every definition's name and id."""
        for file_id, ast in self.db.execute("select id, ast from analyses where ast != '[]'"):
            yield from zip(names_in(ast), itertools.count(file_id << SYMBOL_BITS), strict=False)

    def names_by_file(self) -> Iterator[tuple[list[tuple[str, int]], list[tuple[str, int]]]]:
        """The same, file by file, with those of them that another file may use alone."""
        sql = "select id, path, ast from analyses join files using (id) where ast != '[]'"
        for file_id, key, ast in self.db.execute(sql):
            rows, language = decode_outline(ast), language_of(_path(key))
            names = [(row.name, number) for number, row in enumerate(rows, file_id << SYMBOL_BITS)]
            at_top, inside = free_kinds(language)
            is_seen = language in BY_FOLDER
            yield (
                names,
                [
                    name
                    for name, row in zip(names, rows, strict=True)
                    if (row.exported or is_seen) and row.kind in (inside if row.parent >= 0 else at_top)
                ],
            )

    def names_of(self, path: str) -> list[tuple[str, int]]:
        """Every definition's name and id for one file."""
        return [(s.name, s.id) for s in self.symbols_of(path)]

    def free_names_of(self, path: str) -> list[tuple[str, int]]:
        """Those of one file that another may use alone."""
        return [(s.name, s.id) for s in self.symbols_of(path) if s.is_free]

    def files_with_word(self, name: str) -> list[str]:
        """Files in which a name stands as a word; a single letter may be anywhere."""
        encoded = name.encode("utf-8", "surrogatepass")
        if len(encoded) < 2:  # noqa: PLR2004 - words of one letter are not kept
            return self.paths()
        # Looked for by its first letter first: a line feed is the most frequent byte there is.
        sql = "select path from analyses a cross join files f on f.id = a.id where instr(words, ?) and instr(words, ?)"
        return [_path(p) for (p,) in self.db.execute(sql, (encoded + b"\n", b"\n%b\n" % encoded))]

    def words_of(self, path: str) -> bytes:
        """A file's words, see `core.index.words`."""
        return self._analysis("words", path) or b""

    def outlines_after(self, file_id: int, limit: int) -> list[tuple[int, str, list[OutlineRow]]]:
        """Id, path and outline of the files with a greater id, by id."""
        sql = "select id, path, ast from analyses join files using (id) where id > ? order by id limit ?"
        return [(i, _path(path), decode_outline(ast)) for i, path, ast in self.db.execute(sql, (file_id, limit))]

    def words_after(self, file_id: int, limit: int) -> list[tuple[int, str, bytes, list[Import]]]:
        """Id, path, words and imports of the files with a greater id, by id."""
        sql = (
            "select id, path, words, dependencies from analyses join files using (id) where id > ? order by id limit ?"
        )
        rows = self.db.execute(sql, (file_id, limit))
        return [(i, _path(path), words, decode_dependencies(imports)) for i, path, words, imports in rows]

    def analysed_ids(self) -> list[int]:
        """Ids of the files that have symbols."""
        return [i for (i,) in self.db.execute("select id from files where n_symbols order by id")]

    def row(self, file_id: int) -> FileRow | None:
        """What is known of a file by its id."""
        row = self.db.execute(f"select {_FILE_COLUMNS} from files where id = ?", (file_id,)).fetchone()  # noqa: S608
        return _file_row(row) if row else None

    def imports_of(self, path: str) -> list[Import]:
        """What a file brings in."""
        return decode_dependencies(self._analysis("dependencies", path) or b"[]")

    def importers_of(self, module: str) -> list[str]:
        """Files with an import that names `module` exactly so."""
        sql = "select path, dependencies from analyses join files using (id) where instr(dependencies, ?)"
        rows = self.db.execute(sql, (msgspec.json.encode(module).decode(),)).fetchall()
        return [_path(p) for p, found in rows if any(i.module == module for i in decode_dependencies(found))]

    def _files_naming(self, condition: str, values: tuple[str, ...], limit: int) -> list[tuple[int, str]]:
        sql = (
            "select f.id, f.path from names n join files f on f.id = n.file"  # noqa: S608
            f" where {condition} order by n.name limit ?"
        )
        return [(file_id, _path(path)) for file_id, path in self.db.execute(sql, (*values, limit)).fetchall()]

    def _outline(self, file_id: int, path: str) -> list[FoundSymbol]:
        """A file's symbols. What an id names never changes, so those asked for last are kept."""
        found = self._outlines.get(file_id)
        if found is None:
            row = self.db.execute("select ast from analyses where id = ?", (file_id,)).fetchone()
            rows = decode_outline(row[0]) if row else []
            first = file_id << SYMBOL_BITS
            found = [_symbol(first + at, path, rows) for at in range(len(rows))]
            while self._outlines and self._n_outlined + len(found) > MAX_OUTLINED:
                self._n_outlined -= len(self._outlines.pop(next(iter(self._outlines))))
            self._outlines[file_id] = found
            self._n_outlined += len(found)
        return found

    def _analysis(self, column: str, path: str) -> Any:
        sql = f"select {column} from analyses join files using (id) where path = ?"  # noqa: S608
        row = self.db.execute(sql, (_key(path),)).fetchone()
        return row[0] if row else None

    # -- writing

    def write(self, entries: Sequence[Entry], deleted: Iterable[str] = ()) -> Replaced:
        """Store files and forget others, all or nothing. Raises sqlite3.OperationalError when another one writes."""
        changed: list[str] = []
        touched: list[str] = []
        db = self.db
        db.execute("begin immediate")
        try:
            self._drop_stamps()
            if any(entry.reason == NO_GRAMMAR for entry in entries):
                self.set_meta(WITHOUT_GRAMMAR, 1)
            for path in deleted:
                self._forget(path)
            now = time.time()
            for entry in entries:
                key = _key(entry.path)
                before = db.execute(
                    "select id, hash, language, status, reason from files where path = ?", (key,)
                ).fetchone()
                analysis = entry.analysis
                status = LEFT_OUT if analysis is None else WORDS_ONLY if analysis.is_fallback else ANALYSED
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

    def unsettle(self, file_id: int) -> None:
        """Have the next scan look at a file's content again."""
        self._drop_stamps()
        self.db.execute("update files set stamp = 0 where id = ?", (file_id,))

    def without_grammar(self) -> list[str]:
        """The languages of files that wait for a grammar."""
        if self.get_meta(WITHOUT_GRAMMAR) is None:
            return []
        rows = self.db.execute("select distinct language from files where reason = ?", (NO_GRAMMAR,))
        return [language for (language,) in rows]

    def has_grammar_now(self, language: str) -> None:
        """Have the next scan look again at the files of a language that waited for its grammar."""
        self._drop_stamps()
        self.db.execute("update files set stamp = 0 where language = ? and reason = ?", (language, NO_GRAMMAR))

    def outline_record(self, row: FileRow) -> FileRecord:
        """What the tables have of a record: places of names, no texts around them."""
        symbols = tuple(
            Symbol(s.name, s.kind, s.row, s.column, s.column16, s.row, s.row, s.parent, exported=s.exported)
            for s in decode_outline(self._analysis("ast", row.path) or b"[]")
        )
        return FileRecord(
            row.language,
            symbols,
            tuple(self.imports_of(row.path)),
            n_errors=row.n_errors,
            is_fallback=row.status == WORDS_ONLY,
        )

    def get_meta(self, key: str) -> Any:
        """A value that was kept."""
        row = self.db.execute("select value from meta where key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_meta(self, key: str, value: str | bytes | float) -> None:
        """Keep a value."""
        self.db.execute("insert or replace into meta values (?, ?)", (key, value))

    def generation(self) -> int:
        """How often everything was forgotten: who sees another number than before knows nothing any more."""
        return int(self.get_meta(GENERATION) or 0)

    def clear(self) -> None:
        """Forget everything."""
        self.db.execute("begin immediate")
        generation = self.generation() + 1
        for table in ("files", "analyses", "names", "meta"):
            self.db.execute(f"delete from {table}")  # noqa: S608 - our own names
        self.set_meta(GENERATION, generation)
        self.db.execute("commit")
        self.db.execute("vacuum")

    def settle(self) -> None:
        """Let the write-ahead log flow into the database, when there is time."""
        with contextlib.suppress(sqlite3.OperationalError):
            self.db.execute("pragma wal_checkpoint(passive)")

    def _drop_stamps(self) -> None:
        self.db.execute("delete from meta where key = ?", (STAMPS,))

    def _insert(self, key: str | bytes, entry: Entry, status: int, now: float) -> None:
        analysis = entry.analysis
        cursor = self.db.execute(
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
                analysis.n_symbols if analysis else 0,
                analysis.n_errors if analysis else 0,
                now,
            ),
        )
        if analysis is None:
            return
        file_id = cursor.lastrowid
        self.db.execute(
            "insert into analyses values (?, ?, ?, ?)",
            (file_id, analysis.words, analysis.dependencies.decode(), analysis.ast.decode()),
        )
        if analysis.names:
            # Names that differ in case alone share a row; the outline tells them apart. A statement for each name would
            # take twice as long.
            self.db.execute(
                "insert or ignore into names select value, ? from json_each(?)", (file_id, analysis.names.decode())
            )

    def _forget(self, path: str) -> None:
        row = self.db.execute("select id from files where path = ?", (_key(path),)).fetchone()
        if row:
            self._forget_id(row[0])

    def _forget_id(self, file_id: int) -> None:
        row = self.db.execute("select ast from analyses where id = ?", (file_id,)).fetchone()
        if row:
            names = [(name, file_id) for name in set(names_in(row[0]))]
            self.db.executemany("delete from names where name = ? and file = ?", names)
            self.db.execute("delete from analyses where id = ?", (file_id,))
        self.db.execute("delete from files where id = ?", (file_id,))

    # -- opening

    def _open(self) -> None:
        if self.folder is None:
            self.db = _connect(":memory:")
            return
        for attempt in (1, 2):
            try:
                make_private(self.folder)
                self.db = _connect(self.folder / FILE)
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
        for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
            # Another process may still have it open; it goes on with a file that has no name any more.
            with contextlib.suppress(OSError):
                (self.folder / name).unlink()


def _connect(path: Path | str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=OPEN_BUSY_MS / 1000, check_same_thread=False)
    try:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        db.execute("pragma cache_size = -16000")
        db.execute("pragma journal_size_limit = 16000000")
        # Each statement by itself: one script would first commit, and so could meet another process in between.
        if db.execute("pragma user_version").fetchone()[0] == SCHEMA:
            db.execute(f"pragma busy_timeout = {BUSY_MS}")
            return db
        db.execute("begin immediate")
        for statement in SCHEMA_SQL.split(";\n"):
            if statement.strip():
                db.execute(statement)
        db.execute(f"pragma user_version = {SCHEMA}")
        # Ids go on where another database, deleted since, cannot have been: nobody takes an old id for a new file.
        first_id = int((time.time() - EPOCH) * 1000)
        db.execute(
            "insert into sqlite_sequence select 'files', ? where not exists (select * from sqlite_sequence)",
            (first_id,),
        )
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
    if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
        return False  # A fault of ours, such as asking what is closed, says nothing of the file.
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


def _symbol(number: int, path: str, rows: list[OutlineRow]) -> FoundSymbol:
    """The symbol of that id, of its file's outline."""
    row = rows[number & MASK]
    container = rows[row.parent].name if row.parent >= 0 else ""
    return FoundSymbol(number, path, row.name, row.kind, row.row, row.column, row.column16, container, row.exported)


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
