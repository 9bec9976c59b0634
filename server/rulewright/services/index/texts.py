"""`text.db`: the words of each definition, cut as questions are, in a full text index of SQLite (FTS5).

It lies beside `index.db` and is derived from it and from the files: filled when a question is asked first, and from
then on behind the index, because cutting words takes longer than parsing. What it knows of a file hangs on the file's
id, which no other content ever has; so it never has to be told what changed, and an `index.db` that is made anew finds
nothing old in it. The words are kept beside the full text index, compressed, because to take a definition out the
engine has to be given what was put in.
"""

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from pathlib import Path
from time import monotonic

import msgspec

from rulewright.core.index.docs import cleaned, doc_above, signs_of
from rulewright.core.index.fit import as_utf8, normal
from rulewright.core.index.symbols import FileRecord, Symbol, SymbolKind
from rulewright.core.retrieve.question import COLUMN_WEIGHTS, COLUMNS
from rulewright.core.retrieve.split import words_of_text
from rulewright.processes.late_log import LateLog
from rulewright.services.index.index import Index
from rulewright.services.index.reading import NotThereError, cache_key, read_file
from rulewright.services.index.store import Store, is_busy
from rulewright.services.index.tables import LEFT_OUT, SYMBOL_BITS, FileRow

log = LateLog(__name__)

TEXT_SCHEMA = 1
"""Raise it when a table changes, or how words are cut."""
BATCH_S = 0.02
"""How long definitions are gathered before they are written: each write has a price of its own."""
MAX_BYTES = 1 << 20
MAX_MATCHES = 3000
"""Definitions that are ranked, about: terms that more have are passed over, but for the rarest."""
MAX_TEXT = 20_000
"""Characters of one definition; a longer one is data."""
MIN_VALUE_LINES = 3
"""Lines from which on a variable at the top is worth finding by its text."""

_OWNERS = frozenset(
    {
        SymbolKind.MODULE,
        SymbolKind.NAMESPACE,
        SymbolKind.CLASS,
        SymbolKind.METHOD,
        SymbolKind.ENUM,
        SymbolKind.INTERFACE,
        SymbolKind.FUNCTION,
        SymbolKind.CONSTRUCTOR,
        SymbolKind.STRUCT,
        SymbolKind.OPERATOR,
    }
)
_VALUES = frozenset({SymbolKind.VARIABLE, SymbolKind.CONSTANT, SymbolKind.OBJECT})
_SECTIONS = frozenset({"markdown"})
"""Languages whose headings hold what is below them."""

Row = tuple[int, str, str, str, str, str]

_LISTED = ", ".join(COLUMNS)
_SCHEMA_SQL = (
    "create table if not exists filled(file integer primary key, texts blob not null)",
    f"create virtual table if not exists texts using fts5({_LISTED}, content='', tokenize='porter unicode61')",
)
_PUT = f"insert into texts(rowid, {_LISTED}) values (?, ?, ?, ?, ?, ?)"  # noqa: S608 - our own names
_TAKE = f"insert into texts(texts, rowid, {_LISTED}) values ('delete', ?, ?, ?, ?, ?, ?)"  # noqa: S608
_FIND = (
    "select rowid from texts where texts match ?"  # noqa: S608 - our own numbers
    f" order by bm25(texts, {', '.join(map(str, COLUMN_WEIGHTS))}), rowid limit ?"
)
_COUNT = "select count(*) from (select 1 from texts where texts match ? limit ?)"
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Row]).decode


class Texts:
    """The full text of one index."""

    def __init__(self, index: Index, folder: Path | None) -> None:
        self._index, self._folder = index, folder
        self._db: sqlite3.Connection | None = None
        self._filling: Iterator[None] | None = None
        self._is_stale = True
        self._counts: dict[str, int] = {}
        """Definitions that have a term, up to `MAX_MATCHES`, as of the last change."""
        self.n_waiting = 0
        """Files whose words are still to be taken, as far as is known."""

    @property
    def was_wanted(self) -> bool:
        """Whether somebody asked a question of this workspace before."""
        return self._db is not None or (self._folder is not None and (self._folder / "text.db").exists())

    def changed(self) -> None:
        """Something in the index is not as it was."""
        self._is_stale = True

    def step(self, timeout_s: float) -> bool:
        """Take the words of what the index has for about so long; whether there is more."""
        until = monotonic() + timeout_s
        try:
            while self._filling is not None or self._is_stale:
                if self._filling is None:
                    self._is_stale = False
                    self._filling = self._fill()
                if next(self._filling, self) is self:
                    self._filling = None
                elif monotonic() > until:
                    return True
        except sqlite3.Error as error:
            self._filling = None
            # Another process writes the same; or the disk is full, and then nothing helps.
            self._is_stale = True
            if not is_busy(error):
                self._mend(error)
        return self._is_stale

    def find(self, terms: Sequence[str], limit: int) -> list[int]:
        """Ids of the definitions with some of the terms, the best first. Some may be of files that are no more."""
        if not terms or self._db is None:
            return []
        try:
            asked = " OR ".join(map(_quoted, self._telling(terms)))
            return [number for (number,) in self._db.execute(_FIND, (asked, limit))]
        except sqlite3.Error as error:
            if not is_busy(error):
                self._mend(error)
            return []

    def _telling(self, terms: Sequence[str]) -> list[str]:
        """The rarer terms, as long as few definitions have them: the frequent ones take long and change little."""
        assert self._db is not None
        for term in terms:
            if term not in self._counts:
                row = self._db.execute(_COUNT, (_quoted(term), MAX_MATCHES)).fetchone()
                self._counts[term] = row[0]
        kept: list[str] = []
        n_matches = 0
        for term in sorted(terms, key=lambda term: self._counts[term]):
            n_matches += self._counts[term]
            if kept and n_matches > MAX_MATCHES:
                break
            kept.append(term)
        return kept

    def forget(self) -> None:
        """Delete all."""
        self.close()
        self._counts.clear()
        if self._folder is not None:
            for name in ("text.db", "text.db-wal", "text.db-shm"):
                with contextlib.suppress(OSError):
                    (self._folder / name).unlink()
        self._is_stale = True

    def close(self) -> None:
        """Let go of the file."""
        self._filling = None
        if self._db is not None:
            self._db.close()
            self._db = None

    # -- filling

    def _fill(self) -> Iterator[None]:
        db = self._db = self._db or _open(self._folder)
        self._counts.clear()
        there = self._index.ask(Store.analysed_ids)
        known = {number for (number,) in db.execute("select file from filled")}
        gone = sorted(known.difference(there))
        missing = [number for number in there if number not in known]
        self.n_waiting = len(missing)
        for at in range(0, len(gone), 16):
            _in_one(db, partial(_take_all, db, gone[at : at + 16]))
            yield
        waiting: list[tuple[int, list[Row]]] = []
        began = monotonic()
        for number in missing:
            waiting.append((number, self._texts_of(number)))
            yield
            if monotonic() - began > BATCH_S:
                _in_one(db, partial(_put_all, db, waiting))
                self.n_waiting -= len(waiting)
                self._counts.clear()
                waiting, began = [], monotonic()
        _in_one(db, partial(_put_all, db, waiting))
        self.n_waiting = 0
        self._counts.clear()

    def _texts_of(self, file_id: int) -> list[Row]:
        row = self._index.ask(partial(Store.row, file_id=file_id))
        if row is None or row.status == LEFT_OUT:
            return []
        try:
            data = read_file(os.path.join(self._index.root, row.path), MAX_BYTES).data  # noqa: PTH118 - any bytes
        except (NotThereError, OSError, ValueError):
            return []
        # What was written since is taken under the id that it will get.
        if cache_key(row.language, data) != row.hash:
            return []
        record = self._index.stored_record(row)
        return list(texts_of(row, record, normal(as_utf8(data)))) if record is not None else []

    def _mend(self, error: sqlite3.Error) -> None:
        """Go on with an empty file where this one is damaged, in memory where there is no room, and then not at all."""
        had_folder = self._folder is not None
        log.warning("the words in %s cannot be used (%s); they are read again", self._folder or "memory", error)
        self.forget()
        if isinstance(error, sqlite3.OperationalError):
            self._folder = None
        self._is_stale = had_folder


def texts_of(row: FileRow, record: FileRecord, source: bytes) -> Iterator[Row]:
    """Each definition of a file with its words: id, and what `COLUMNS` says. A line belongs to the innermost one."""
    raw = source.split(b"\n")
    starts = list(accumulate((len(line) + 1 for line in raw), initial=0))
    lines = [line.decode("utf-8", "replace") for line in raw]
    symbols, signs = record.symbols, signs_of(record.language)
    owners = [at for at, symbol in enumerate(symbols) if _owns(symbol, record.language)]
    owner = [-1] * len(lines)
    for at in owners:
        symbol = symbols[at]
        stop = min(symbol.end_row + 1, len(lines))
        owner[symbol.start_row : stop] = [at] * max(0, stop - symbol.start_row)
    held: dict[int, list[str]] = {at: [] for at in owners}
    for line, at in zip(lines, owner, strict=True):
        if at >= 0:
            held[at].append(line)
    path = words_of_text(row.path.rpartition(".")[0] or row.path)
    first = row.id << SYMBOL_BITS
    for at in owners:
        symbol = symbols[at]
        around = " ".join(_around(symbols, at))
        # A doc that stands inside is among the lines.
        doc = symbol.doc
        if not doc and signs.traits.doc != "captured":
            doc = doc_above(signs, source, starts[min(symbol.start_row, len(raw) - 1)])
        body = "\n".join((cleaned(record.language, doc), *held[at]))[:MAX_TEXT]
        yield (
            first + at,
            words_of_text(symbol.name),
            words_of_text(around),
            path,
            words_of_text(symbol.signature),
            words_of_text(body),
        )


def _owns(symbol: Symbol, language: str) -> bool:
    if symbol.kind in _OWNERS or language in _SECTIONS:
        return True
    return symbol.kind in _VALUES and symbol.parent < 0 and symbol.end_row - symbol.start_row + 1 >= MIN_VALUE_LINES


def _around(symbols: Sequence[Symbol], number: int) -> Iterator[str]:
    while (number := symbols[number].parent) >= 0:
        yield symbols[number].name


def _put(db: sqlite3.Connection, file_id: int, texts: list[Row]) -> None:
    # Another process may have been quicker.
    kept = zlib.compress(_encode(texts), 1)
    if db.execute("insert or ignore into filled values (?, ?)", (file_id, kept)).rowcount:
        db.executemany(_PUT, texts)


def _take(db: sqlite3.Connection, file_id: int) -> None:
    row = db.execute("select texts from filled where file = ?", (file_id,)).fetchone()
    if row is not None:
        db.executemany(_TAKE, _decode(zlib.decompress(row[0])))
        db.execute("delete from filled where file = ?", (file_id,))


def _quoted(term: str) -> str:
    """A term as a word and no operator; the cutter has left no quote in it."""
    return f'"{term}"'


def _put_all(db: sqlite3.Connection, files: Sequence[tuple[int, list[Row]]]) -> None:
    for file_id, texts in files:
        _put(db, file_id, texts)


def _take_all(db: sqlite3.Connection, file_ids: Sequence[int]) -> None:
    for file_id in file_ids:
        _take(db, file_id)


def _in_one(db: sqlite3.Connection, work: Callable[[], object]) -> None:
    db.execute("begin immediate")
    try:
        work()
        db.execute("commit")
    except BaseException:
        if db.in_transaction:
            db.execute("rollback")
        raise


def _open(folder: Path | None) -> sqlite3.Connection:
    """Open or make the database; in memory where there is no folder."""
    db = sqlite3.connect(
        folder / "text.db" if folder is not None else ":memory:",
        isolation_level=None,
        timeout=0.05,
        check_same_thread=False,
    )
    try:
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = normal")
        if db.execute("pragma user_version").fetchone()[0] != TEXT_SCHEMA:
            db.execute("begin immediate")
            for name in ("texts", "filled"):
                db.execute(f"drop table if exists {name}")
            for statement in _SCHEMA_SQL:
                db.execute(statement)
            db.execute(f"pragma user_version = {TEXT_SCHEMA}")
            db.execute("commit")
    except BaseException:
        db.close()
        raise
    return db
