"""What conversations are searched by: a row for each message, and an index of its words where this SQLite has one."""

import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from rulewright.core.session import Message, Session, clean
from rulewright.services.sessions.rows import COLUMNS, read_session

EXCERPT, BEFORE = 120, 40
"""Characters of an excerpt, and how many of them stand before the word."""
MAX_WORDS = 200_000
"""Characters of a message that are searched."""
_WORD = re.compile(r"\w+")


def has_words(db: sqlite3.Connection) -> bool:
    """Whether this SQLite can look words up, and the database has them."""
    try:
        db.execute("select 1 from session_words limit 0")
    except sqlite3.OperationalError:
        return False
    return True


def put_messages(
    db: sqlite3.Connection, workspace: str, session_id: str, messages: Iterable[tuple[int, Message]], *, words: bool
) -> None:
    """Write what messages are searched by; the best version of each."""
    for segment, message in messages:
        text = message.plain[:MAX_WORDS]
        known = db.execute(
            "select id, text from session_messages where session_id = ? and message_id = ?", (session_id, message.id)
        ).fetchone()
        if known is not None:
            if words:
                db.execute("insert into session_words (session_words, rowid, text) values ('delete', ?, ?)", known)
            db.execute(
                "update session_messages set status = ?, text = ?, lamport = ?, node = ?, at = ? where id = ?",
                (message.status, text, message.lamport, message.node, message.at, known[0]),
            )
            number = known[0]
        else:
            done = db.execute(
                "insert into session_messages (workspace_id, session_id, message_id, segment, lamport, node, role, "
                "author, at, status, text) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(workspace, session_id, message.id, segment, message.lamport, message.node, message.role),
                    *(message.author, message.at, message.status, text),
                ),
            )
            number = done.lastrowid
        if words:
            db.execute("insert into session_words (rowid, text) values (?, ?)", (number, text))


def search(
    db: sqlite3.Connection, query: str, *, workspace: str, user: str, limit: int, words: bool
) -> list[tuple[Session, str, str]]:
    """Messages that have all words of a query, best first: the conversation, the message's id, and where they stand."""
    asked = _WORD.findall(clean(query))
    if not asked:
        return []
    where = "".join(
        f" and c.{column} = :{column}" for column, on in (("workspace_id", workspace), ("user_id", user)) if on
    )
    values: dict[str, Any] = {"workspace_id": workspace, "user_id": user, "limit": limit}
    columns = ", ".join(f"c.{name.strip()}" for name in COLUMNS.split(","))
    joined = "join session_messages m on m.session_id = c.session_id"
    if words:
        # Each word may be the beginning of one.
        values["query"] = " ".join(f'"{word}"*' for word in asked)
        sql = (
            f"select {columns}, m.message_id, m.text "  # noqa: S608
            f"from session_words w join session_messages m on m.id = w.rowid "
            f"join ai_context c on c.session_id = m.session_id "
            f"where session_words match :query{where} order by bm25(session_words), m.id desc limit :limit"
        )
    else:
        for number, word in enumerate(asked):
            where += f" and m.text like :word{number} escape '\\'"
            values[f"word{number}"] = f"%{word.replace('_', chr(92) + '_')}%"
        sql = (
            f"select {columns}, m.message_id, m.text from ai_context c {joined} where 1{where} "  # noqa: S608
            "order by m.id desc limit :limit"
        )
    found = []
    for *row, message_id, text in db.execute(sql, values):
        known = read_session(row)
        if known is not None:
            found.append((known, str(message_id), excerpt(str(text), asked)))
    return found


def excerpt(text: str, words: Sequence[str]) -> str:
    """What stands around the first of some words. SQLite's own takes half a minute for a long text of one word."""
    places = (match.start() for word in words if (match := re.search(re.escape(word), text, re.IGNORECASE)))
    start = max(0, min(places, default=0) - BEFORE)
    piece = text[start : start + EXCERPT]
    return ("..." if start else "") + piece + ("..." if start + EXCERPT < len(text) else "")


def rebuild_words(db: sqlite3.Connection) -> None:
    """Make what is searched anew."""
    if has_words(db):
        db.execute("insert into session_words (session_words) values ('rebuild')")
