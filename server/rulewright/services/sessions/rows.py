"""Conversations as rows of `state.db`. What is read is not trusted: rows may be anything."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from rulewright.core.session import Change, Message, Parent, Session, Update

MAX_SEQ = 2**63 - 1
COLUMNS = (
    "workspace_id, session_id, user_id, conversation_history, active_model, created_at, last_updated, root, title, "
    "archived, parent, rule_version, rules, last_seq"
)
"""Of a conversation, in the order in which `read_session` takes them."""
_UPDATE = "seq, workspace_id, session_id, segment, kind, origin, data"


class History(msgspec.Struct, frozen=True):
    """What `conversation_history` holds: a summary of what is in the tables of messages."""

    messages: int = 0
    segments: int = 0
    opening: str = ""
    """A line of the first message."""


def node(db: sqlite3.Connection, new_id: str) -> str:
    """The name of this installation among others that write the same conversations; `new_id` when it has none yet."""
    db.execute("insert or ignore into state_facts (name, value) values ('node', ?)", (new_id,))
    return str(db.execute("select value from state_facts where name = 'node'").fetchone()[0])


# Conversations


def session(db: sqlite3.Connection, session_id: str) -> Session | None:
    """The row of a conversation."""
    sql = f"select {COLUMNS} from ai_context where session_id = ?"  # noqa: S608
    row = db.execute(sql, (session_id,)).fetchone()
    return read_session(row) if row else None


def sessions(db: sqlite3.Connection, *, workspace: str, user: str, archived: bool | None, limit: int) -> list[Session]:
    """The conversations of a workspace and a user, both or one or neither, what changed last first."""
    where, values = "1", list[Any]()
    for column, value in (("workspace_id", workspace), ("user_id", user)):
        if value:
            where += f" and {column} = ?"
            values.append(value)
    if archived is not None:
        where += " and archived = ?"
        values.append(int(archived))
    sql = f"select {COLUMNS} from ai_context where {where} order by last_seq desc limit ?"  # noqa: S608
    found = (read_session(row) for row in db.execute(sql, (*values, limit)))
    return [s for s in found if s is not None]


def ids_that_begin(db: sqlite3.Connection, start: str, limit: int = 20) -> list[tuple[str, str]]:
    """Ids that begin so, each with the user whose it is."""
    rows = db.execute(
        "select session_id, user_id from ai_context where session_id >= ? and session_id < ? "
        "order by session_id limit ?",
        (start, start + "\U0010ffff", limit),
    )
    return [(str(a), str(b)) for a, b in rows]


def put_session(db: sqlite3.Connection, s: Session, n_segments: int) -> None:
    """Write the row of a conversation; what it is found by meaning stays."""
    history = msgspec.json.encode(History(s.n_messages, n_segments, s.opening)).decode()
    parent = msgspec.json.encode(s.parent).decode() if s.parent else ""
    rules = msgspec.json.encode(s.rules).decode()
    db.execute(
        f"insert into ai_context ({COLUMNS}, embedded_seq) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) "  # noqa: S608
        "on conflict (session_id) do update set user_id = excluded.user_id, "
        "conversation_history = excluded.conversation_history, active_model = excluded.active_model, "
        "created_at = excluded.created_at, last_updated = excluded.last_updated, title = excluded.title, "
        "archived = excluded.archived, rule_version = excluded.rule_version, rules = excluded.rules, "
        "last_seq = excluded.last_seq, parent = excluded.parent, root = excluded.root",
        (
            *(s.workspace, s.id, s.user, history, s.model, s.created, s.updated, s.root, s.title),
            *(int(s.archived), parent, s.rule_version, rules, s.seq),
        ),
    )


def read_session(row: Sequence[Any]) -> Session | None:
    """A conversation of its row; None where that is none of ours."""
    (
        workspace,
        session_id,
        user,
        history,
        model,
        created,
        updated,
        root,
        title,
        archived,
        parent,
        version,
        rules,
        seq,
    ) = row
    try:
        summary = msgspec.json.decode(history, type=History)
        values = {
            "id": session_id,
            "workspace": workspace,
            "root": root,
            "user": user,
            "title": title,
            "model": model,
            "created": created,
            "updated": updated,
            "archived": bool(archived),
            "parent": msgspec.json.decode(parent, type=Parent) if parent else None,
            "rule_version": version,
            "rules": msgspec.json.decode(rules) if rules else (),
            "n_messages": summary.messages,
            "opening": summary.opening,
            "seq": seq,
        }
        return msgspec.convert(values, Session)
    except (msgspec.MsgspecError, TypeError, UnicodeError):
        return None


# Changes


def add_updates(
    db: sqlite3.Connection, workspace: str, session_id: str, changes: Iterable[Change], origin: str, now: str
) -> int:
    """Append changes; the number of the last one."""
    seq = 0
    for segment, data in changes:
        done = db.execute(
            "insert into session_updates (workspace_id, session_id, segment, kind, origin, data, timestamp) "
            "values (?, ?, ?, 'update', ?, ?, ?)",
            (workspace, session_id, segment, origin, data, now),
        )
        seq = int(done.lastrowid or 0)
    return seq


def changes_after(
    db: sqlite3.Connection, session_id: str, seq: int, upto: int | None = None
) -> tuple[list[Change], int, int]:
    """What changed in a conversation after a number, with `upto` to that one: changes, the new number, rows."""
    # A snapshot first: with it most of the changes are there at once.
    found: list[Change] = []
    last = seq
    most = upto if upto is not None else MAX_SEQ
    rows = db.execute(
        "select segment, data, through_seq from session_snapshots where session_id = ? and through_seq > ? "
        "and through_seq <= ? order by segment",
        (session_id, seq, most),
    )
    for segment, data, through in rows:
        if type(segment) is int and isinstance(data, bytes) and type(through) is int:
            found.append((segment, data))
            last = max(last, through)
    n_updates = 0
    rows = db.execute(
        "select segment, data, seq from session_updates where session_id = ? and seq > ? and seq <= ? "
        "and kind = 'update' order by seq",
        (session_id, seq, most),
    )
    for segment, data, number in rows:
        n_updates += 1
        last = max(last, number)
        if type(segment) is int and isinstance(data, bytes):
            found.append((segment, data))
    return found, last, n_updates


def updates_after(db: sqlite3.Connection, seq: int, limit: int) -> list[Update]:
    """All changes after a number, of all conversations, in order."""
    sql = (
        f"select {_UPDATE} from session_updates where seq > ?1 "  # noqa: S608
        "union all select through_seq, workspace_id, session_id, segment, 'snapshot', '', data "
        "from session_snapshots where through_seq > ?1 order by 1 limit ?2"
    )
    found = []
    for row in db.execute(sql, (seq, limit)):
        try:
            found.append(msgspec.convert(dict(zip(Update.__struct_fields__, row, strict=True)), Update))
        except msgspec.ValidationError:
            continue
    return found


def last_seq(db: sqlite3.Connection) -> int:
    """The number of the last change."""
    row = db.execute("select seq from sqlite_sequence where name = 'session_updates'").fetchone()
    return int(row[0]) if row else 0


def compact(db: sqlite3.Connection, workspace: str, session_id: str, snapshots: Iterable[Change], through: int) -> None:
    """Put snapshots in place of all changes up to a number."""
    for segment, data in snapshots:
        gone = db.execute(
            "delete from session_updates where session_id = ? and segment = ? and seq <= ? and kind = 'update'",
            (session_id, segment, through),
        )
        # A closed segment to which nothing came keeps the snapshot that it has.
        if gone.rowcount or not _has_snapshot(db, session_id, segment):
            db.execute(
                "insert into session_snapshots (workspace_id, session_id, segment, through_seq, data) "
                "values (?, ?, ?, ?, ?) on conflict (session_id, segment) do update set "
                "through_seq = excluded.through_seq, data = excluded.data",
                (workspace, session_id, segment, through, data),
            )


def _has_snapshot(db: sqlite3.Connection, session_id: str, segment: int) -> bool:
    sql = "select 1 from session_snapshots where session_id = ? and segment = ?"
    return db.execute(sql, (session_id, segment)).fetchone() is not None


# Answers that are being written


def put_answer(db: sqlite3.Connection, session_id: str, writer: str, message: Message, now: str) -> None:
    """Keep what there is of an answer."""
    db.execute(
        "insert into session_answers (message_id, session_id, writer, data, updated_at) values (?, ?, ?, ?, ?) "
        "on conflict (message_id) do update set data = excluded.data, updated_at = excluded.updated_at, "
        "writer = excluded.writer",
        (message.id, session_id, writer, msgspec.json.encode(message).decode(), now),
    )


def answers(db: sqlite3.Connection, session_id: str) -> list[tuple[str, Message]]:
    """Answers that are being written, or were when their writer ended; each with its writer."""
    rows = db.execute("select writer, data from session_answers where session_id = ? order by rowid", (session_id,))
    return _answers(rows)


def growing(db: sqlite3.Connection, me: str) -> list[tuple[str, str, Message]]:
    """Answers that others are writing: conversation, writer and what there is."""
    rows = db.execute("select session_id, writer, data from session_answers where writer != ? order by rowid", (me,))
    return [(str(name), *answer) for name, writer, data in rows for answer in _answers([(writer, data)])]


def writers(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """The conversations with unfinished answers, each with who writes them."""
    return [(str(a), str(b)) for a, b in db.execute("select distinct session_id, writer from session_answers")]


def drop_answer(db: sqlite3.Connection, message_id: str) -> None:
    """Forget what was kept of an answer."""
    db.execute("delete from session_answers where message_id = ?", (message_id,))


def _answers(rows: Iterable[Sequence[Any]]) -> list[tuple[str, Message]]:
    found = []
    for writer, data in rows:
        try:
            found.append((str(writer), msgspec.json.decode(data, type=Message)))
        except (msgspec.MsgspecError, TypeError, UnicodeError):
            continue
    return found


# Meaning


def not_embedded(db: sqlite3.Connection, limit: int) -> list[str]:
    """Conversations that changed since it was worked out what they are about."""
    rows = db.execute(
        "select session_id from ai_context where embedded_seq < last_seq order by last_seq desc limit ?", (limit,)
    )
    return [str(row[0]) for row in rows]


def put_embedding(db: sqlite3.Connection, session_id: str, vector: bytes, seq: int) -> None:
    """Keep what a conversation is about: 32-bit floats, the least significant byte first."""
    db.execute("update ai_context set embeddings = ?, embedded_seq = ? where session_id = ?", (vector, seq, session_id))


def embeddings(db: sqlite3.Connection, *, workspace: str, user: str) -> list[tuple[str, bytes]]:
    """What conversations are about."""
    sql = (
        "select session_id, embeddings from ai_context where embeddings is not null "
        "and (?1 = '' or workspace_id = ?1) and (?2 = '' or user_id = ?2)"
    )
    return [(str(a), b) for a, b in db.execute(sql, (workspace, user)) if isinstance(b, bytes)]


# Deleting and mending


def delete(db: sqlite3.Connection, session_id: str) -> None:
    """Take away all that is kept of a conversation. Works on backups too, which may lack tables."""
    there = {name for (name,) in db.execute("select name from sqlite_master where type = 'table'")}
    if "session_words" in there:
        db.execute(
            "insert into session_words (session_words, rowid, text) "
            "select 'delete', id, text from session_messages where session_id = ?",
            (session_id,),
        )
    for table in ("session_messages", "session_updates", "session_snapshots", "session_answers", "ai_context"):
        if table in there:
            db.execute(f"delete from {table} where session_id = ?", (session_id,))  # noqa: S608
    if "llm_interaction" in there:
        db.execute("delete from llm_interaction where session_id = ?", (session_id,))
    if "session_words" in there:
        # Words that were taken out stay in the index until its parts are merged.
        db.execute("insert into session_words (session_words) values ('optimize')")


def put_tombstone(db: sqlite3.Connection, workspace: str, session_id: str, origin: str, now: str) -> int:
    """Leave word that a conversation was deleted; its number."""
    done = db.execute(
        "insert into session_updates (workspace_id, session_id, segment, kind, origin, data, timestamp) "
        "values (?, ?, 0, 'deleted', ?, x'', ?)",
        (workspace, session_id, origin, now),
    )
    return int(done.lastrowid or 0)


def is_deleted(db: sqlite3.Connection, session_id: str) -> bool:
    """Whether there was such a conversation, and is none any more."""
    sql = "select 1 from session_updates where session_id = ? and kind = 'deleted'"
    return db.execute(sql, (session_id,)).fetchone() is not None


def everywhere(db: sqlite3.Connection) -> Mapping[str, str]:
    """Every conversation of which anything is there, with its workspace."""
    found: dict[str, str] = {}
    for table in ("session_messages", "session_snapshots", "session_updates", "ai_context"):
        rows = db.execute(f"select distinct session_id, workspace_id from {table}")  # noqa: S608
        found.update((str(a), str(b)) for a, b in rows)
    gone = {str(a) for (a,) in db.execute("select session_id from session_updates where kind = 'deleted'")}
    return {a: b for a, b in found.items() if a not in gone}


def texts(db: sqlite3.Connection, session_id: str) -> list[Message]:
    """Messages as far as what is searched tells of them."""
    rows = db.execute(
        "select message_id, lamport, node, role, author, at, status, text from session_messages where session_id = ?",
        (session_id,),
    )
    found = []
    for message_id, lamport, written_by, role, author, at, status, text in rows:
        values = {
            "id": message_id,
            "lamport": lamport,
            "node": written_by,
            "role": role,
            "author": author,
            "at": at,
            "status": status,
            "parts": [{"text": text}],
        }
        try:
            found.append(msgspec.convert(values, Message))
        except msgspec.ValidationError:
            continue
    return found
