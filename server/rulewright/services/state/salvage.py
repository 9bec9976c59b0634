"""What can still be read of a damaged `state.db`: table by table, row by row, past what is damaged."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from rulewright.services.state.connect import to_read
from rulewright.services.state.session_tables import rebuild_words

CHUNK = 200
MAX_LEAPS = 64
"""How often damaged rows are leapt over, each time twice as far, before a table is given up."""
SKIPPED_NUMBERS = 1_000_000
"""How far the numbers of changes leap ahead: what was numbered and lost shall not be mistaken for what comes."""
MADE_AGAIN = ("migrations", "session_words")
"""What is not copied, with all tables whose names begin so."""
WORDS: Mapping[str, str] = {
    "rule_events": "rule event",
    "rules": "rule",
    "ai_context": "conversation",
    "session_messages": "message",
    "llm_interaction": "call of a model",
}
PLURALS: Mapping[str, str] = {"llm_interaction": "calls of models"}


def salvage(damaged: Path, db: sqlite3.Connection) -> dict[str, int]:
    """Copy every row that can be read into `db`, which has all tables; how many, by table. Damage raises nothing."""
    n_rows: dict[str, int] = {}
    try:
        source = to_read(damaged)
    except sqlite3.Error:
        source = sqlite3.connect(":memory:")
    with closing(source):
        source.text_factory = bytes
        for table in _tables(db):
            n_rows[table] = _copy(source, db, table)
    db.execute(
        "insert into sqlite_sequence (name, seq) select 'session_updates', 0 "
        "where not exists (select 1 from sqlite_sequence where name = 'session_updates')"
    )
    rebuild_words(db)
    db.execute("update sqlite_sequence set seq = seq + ? where name = 'session_updates'", (SKIPPED_NUMBERS,))
    return {table: n for table, n in n_rows.items() if n}


def sentence(n_rows: Mapping[str, int]) -> str:
    """What was saved, in words; empty when nothing was."""
    said = [f"{n:,} {_word(table, n)}" for table, n in n_rows.items() if table in WORDS]
    if not said:
        return ""
    return f" What could be read of it was taken over: {', '.join(said)}."


def _word(table: str, number: int) -> str:
    return WORDS[table] if number == 1 else PLURALS.get(table, f"{WORDS[table]}s")


def _tables(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name")
    return [name for (name,) in rows if not name.startswith(MADE_AGAIN)]


def _columns(db: sqlite3.Connection, table: str) -> list[str]:
    try:
        return [_text(row[1]) for row in db.execute(f"pragma table_info({table})")]
    except sqlite3.Error:
        return []


def _copy(source: sqlite3.Connection, db: sqlite3.Connection, table: str) -> int:
    there = _columns(source, table)
    columns = [name for name in _columns(db, table) if name in there]
    if not columns:
        return 0
    marks = ", ".join("?" * len(columns))
    insert = f"insert or ignore into {table} ({', '.join(columns)}) values ({marks})"  # noqa: S608 - names of ours
    n_copied = 0
    for row in _rows(source, table, columns):
        # Bytes that are no text stay bytes: whoever reads them says so.
        n_copied += db.execute(insert, row).rowcount
    return n_copied


def _rows(source: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[tuple[object, ...]]:
    names = ", ".join(columns)
    sql = f"select rowid, {names}, {_types(columns)} from {table} where rowid > ? order by rowid limit ?"  # noqa: S608
    after, chunk, leap = -(2**62), CHUNK, 1
    last = _last(source, table)
    n_leaps = 0
    while n_leaps <= MAX_LEAPS:
        n_read = 0
        try:
            for rowid, *values in source.execute(sql, (after, chunk)):
                n_read += 1
                after, leap = int(rowid), 1
                yield _typed(values)
        except (sqlite3.Error, ValueError, TypeError, OverflowError):
            if n_read:
                continue  # What comes next is damaged; it is asked for alone.
            if chunk > 1:
                chunk = 1
                continue
            after = max(after, 0) + leap
            leap *= 2
            n_leaps += 1
            if last is not None and after > last:
                return
            continue
        if n_read < chunk:
            return
        chunk = CHUNK if chunk > 1 or leap == 1 else chunk


def _last(source: sqlite3.Connection, table: str) -> int | None:
    try:
        row = source.execute(f"select max(rowid) from {table}").fetchone()  # noqa: S608 - a name of ours
    except sqlite3.Error:
        return None
    return row[0] if row and type(row[0]) is int else None


def _types(columns: list[str]) -> str:
    return ", ".join(f"typeof({name}) = 'text'" for name in columns)


def _typed(values: list[object]) -> tuple[object, ...]:
    """Texts are read as bytes, since damage makes them anything; those that are texts become such again."""
    half = len(values) // 2
    return tuple(
        _as_text(value) if is_text and isinstance(value, bytes) else value
        for value, is_text in zip(values[:half], values[half:], strict=True)
    )


def _as_text(value: bytes) -> object:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
