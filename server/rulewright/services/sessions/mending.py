"""What is left of conversations after a damaged database was set aside: each gets row, document and words again."""

import sqlite3

import msgspec

from rulewright.core.session import Message, Session
from rulewright.services.sessions import rows, searched
from rulewright.services.sessions.document import Document
from rulewright.services.sessions.opened import Opened, facts_of


def mend(db: sqlite3.Connection, node: str, now: str) -> None:
    """Bring rows, documents and words of all conversations in line again, within a transaction."""
    for session_id, workspace in rows.everywhere(db).items():
        _mend(db, session_id, workspace, node, now)
    searched.rebuild_words(db)


def _mend(db: sqlite3.Connection, session_id: str, workspace: str, node: str, now: str) -> None:
    known = rows.session(db, session_id)
    texts = rows.texts(db, session_id)
    session = known or Session(
        id=session_id, workspace=workspace, root="", user=_user(texts), created=_first(texts, now), updated=now
    )
    opened = Opened(session, 0)
    opened.load(db)
    document = opened.document
    # A change that is gone hides all that its writer changed later; what is searched still has their words.
    lost = [m for m in texts if not document.has(m.id)]
    if known is not None and not lost and known.seq == opened.seq:
        return
    for message in lost:
        document.append(message)
    opened.take_facts()
    document.set_facts(facts_of(opened.session))
    seq = rows.add_updates(db, workspace, session_id, document.snapshots(), node, now)
    searched.put_messages(db, workspace, session_id, _unsearched(document, texts), words=False)
    rows.put_session(db, msgspec.structs.replace(opened.session, seq=seq), len(document.segments))


def _unsearched(document: Document, texts: list[Message]) -> list[tuple[int, Message]]:
    there = {m.id for m in texts}
    return [(segment, m) for segment, m in document.located() if m.id not in there]


def _user(texts: list[Message]) -> str:
    return next((m.author for m in texts if m.role == "user" and m.author), "")


def _first(texts: list[Message], now: str) -> str:
    return min((m.at for m in texts), default=now)
