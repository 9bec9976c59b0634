"""A conversation that is held in memory, and how it is brought up to date with what `state.db` says."""

import sqlite3
from datetime import datetime
from threading import RLock

import msgspec

from rulewright.core.session import Change, Message, Parent, Session, one_line
from rulewright.services.sessions import rows


class NoSession(Exception):  # noqa: N818 - an answer, not a fault
    """There is no such conversation, or none any more."""


class Opened:
    """One conversation. Its lock is held while it is used; the store's lock is only ever taken within it."""

    def __init__(self, session: Session, generation: int) -> None:
        # What merges documents takes a while to import, and who lists conversations has no use for it.
        from rulewright.services.sessions.document import Document  # noqa: PLC0415

        self.lock = RLock()
        self.document = Document()
        self.session = session
        self.generation = generation
        """Of the store that `seq` is about."""
        self.seq = 0
        """The last change in the store that the document has."""
        self.is_stored = False
        """Whether the store has ever had it."""
        self.n_updates = 0
        """Changes in the store since it was summed up."""
        self.unsaved: list[Change] = []
        """Changes that the store could not take yet."""
        self.unsaved_messages: list[tuple[int, Message]] = []
        self.learnt: list[Message] = []
        """Messages of others that nobody was told of yet."""
        self.is_changed = False
        """Whether others changed anything that nobody was told of yet."""

    def catch_up(self, db: sqlite3.Connection, generation: int) -> int:
        """Take in what others wrote; how many changes could not be read. Raises NoSession when they deleted it."""
        if rows.is_deleted(db, self.session.id):
            raise NoSession(self.session.id)
        is_other = generation != self.generation
        if is_other:
            # What was kept was lost: all that is known here goes there again. To merge it twice does no harm.
            self.generation, self.seq = generation, 0
        known = rows.session(db, self.session.id)
        if known is not None and known.seq == self.seq:
            return 0
        if known is None and self.is_stored and not is_other:
            raise NoSession(self.session.id)
        n_bad = self._take(db) if known is not None else 0
        if known is not None:
            self.session = msgspec.structs.replace(known, seq=self.seq)
            self.is_stored = True
        if is_other:
            self.unsaved = self.document.snapshots()
            self.unsaved_messages = self.document.located()
        self.take_facts()
        return n_bad

    def load(self, db: sqlite3.Connection, upto: int | None = None) -> int:
        """Read it for the first time, with `upto` only as far as that change; how many changes could not be read."""
        n_bad = self._take(db, upto)
        self.is_stored = True
        self.learnt.clear()
        self.is_changed = False
        self.take_facts()
        return n_bad

    def _take(self, db: sqlite3.Connection, upto: int | None = None) -> int:
        changes, seq, n_updates = rows.changes_after(db, self.session.id, self.seq, upto)
        new, n_bad = self.document.apply(changes)
        self.seq, self.n_updates = seq, self.n_updates + n_updates
        self.learnt += [message for _, message in new]
        self.is_changed = True
        return n_bad

    def take_facts(self) -> None:
        """Bring what is known of the conversation up to date with its document."""
        facts = self.document.facts()
        s = self.session
        opening = s.opening
        if not opening:
            first = next(iter(self.document.messages()), None)
            opening = one_line(first.plain) if first is not None else ""
        self.session = msgspec.structs.replace(
            s,
            workspace=facts.get("workspace", s.workspace),
            root=facts.get("root", s.root),
            user=facts.get("user", s.user),
            title=facts.get("title", s.title),
            model=facts.get("model", s.model),
            created=facts.get("created", s.created),
            archived=facts.get("archived", "") == "yes" if "archived" in facts else s.archived,
            parent=_parent(facts["parent"]) if "parent" in facts else s.parent,
            rule_version=facts.get("rule_version", s.rule_version),
            rules=_rules(facts["rules"]) if "rules" in facts else s.rules,
            n_messages=self.document.n_shown,
            opening=opening,
        )

    def touched(self, now: datetime) -> None:
        """It changed now."""
        self.session = msgspec.structs.replace(
            self.session, updated=now.isoformat(timespec="milliseconds"), n_messages=self.document.n_shown
        )


def facts_of(s: Session) -> dict[str, str]:
    """What its document says of a conversation."""
    return {
        "workspace": s.workspace,
        "root": s.root,
        "user": s.user,
        "title": s.title,
        "model": s.model,
        "created": s.created,
        "archived": "yes" if s.archived else "",
        "parent": msgspec.json.encode(s.parent).decode() if s.parent else "",
        "rule_version": s.rule_version,
        "rules": msgspec.json.encode(s.rules).decode(),
    }


def _parent(text: str) -> Parent | None:
    try:
        return msgspec.json.decode(text, type=Parent) if text else None
    except msgspec.DecodeError:
        return None


def _rules(text: str) -> tuple[str, ...]:
    try:
        return msgspec.json.decode(text, type=tuple[str, ...]) if text else ()
    except msgspec.DecodeError:
        return ()
