"""Which tokens there are, and who was refused what, in `state.db`."""

import sqlite3
from collections.abc import Callable, Sequence
from threading import Lock

import msgspec

from rulewright.core.access import DAY_S, Grant, Refused, in_order
from rulewright.services.state.store import NotWritten, StateStore

KEPT_DAYS = 30
"""How long a grant is kept when it lets in nobody any more."""
MAX_REFUSALS = 10_000
QUIET_S = 60
"""Refusals of one kind within this time are one row."""
MAX_KINDS = 1_000


class StateGrants:
    """A `Grants` that outlives the process. Reads and writes the disk: not for an event loop."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    def add(self, grant: Grant) -> None:
        """Keep a grant, and forget those that are long over."""

        def write(db: sqlite3.Connection) -> None:
            db.execute("delete from grants where expires_at < ?", (grant.issued_at - KEPT_DAYS * DAY_S,))
            db.execute(
                "insert into grants values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(grant.token_id, grant.user_id, grant.name, " ".join(grant.rights)),
                    *(grant.issued_at, grant.expires_at, grant.is_for_once, grant.used_at, grant.revoked_at),
                ),
            )

        self._write(write)

    def find(self, token_id: str) -> Grant | None:
        """The one of this id."""

        def read(db: sqlite3.Connection) -> tuple[Grant | None]:
            row = db.execute("select * from grants where token_id = ?", (token_id,)).fetchone()
            return (_grant(row) if row is not None else None,)

        found = self._store.read(read, None)
        if found is None:
            raise OSError("the database cannot be read")
        return found[0]

    def all(self) -> Sequence[Grant]:
        """All, the newest first."""

        def read(db: sqlite3.Connection) -> list[Grant]:
            rows = db.execute("select * from grants order by issued_at desc, token_id")
            return [grant for row in rows if (grant := _grant(row)) is not None]

        return self._store.read(read, [])

    def use(self, token_id: str, now: int) -> bool:
        """Note that one let somebody in; False when it is for once and did so before."""

        def write(db: sqlite3.Connection) -> bool:
            sql = "update grants set used_at = ? where token_id = ? and (used_at = 0 or not for_once)"
            return db.execute(sql, (now, token_id)).rowcount == 1

        return self._write(write)

    def revoke(self, token_id: str, now: int) -> bool:
        """Let one let in nobody any more."""

        def write(db: sqlite3.Connection) -> bool:
            sql = "update grants set revoked_at = ? where token_id = ? and revoked_at = 0"
            return db.execute(sql, (now, token_id)).rowcount == 1

        return self._write(write)

    def _write(self, work: Callable[[sqlite3.Connection], object]) -> bool:
        try:
            return bool(self._store.write(work))
        except NotWritten as error:
            raise OSError(str(error) or "the database cannot be written") from None


class StateRefusals:
    """The audit log of refusals: bounded, and one row for what is refused again and again."""

    def __init__(self, store: StateStore) -> None:
        self._store = store
        self._lock = Lock()
        self._kinds: dict[Refused, tuple[int, int]] = {}
        """By kind: when a row of it was written, and how many came since."""

    def add(self, refused: Refused) -> None:
        """Note one. What cannot be written is forgotten: whoever was refused must not be let in for that."""
        kind = msgspec.structs.replace(refused, at=0)
        with self._lock:
            written_at, n_since = self._kinds.get(kind, (refused.at - QUIET_S, 0))
            if 0 <= refused.at - written_at < QUIET_S:
                self._kinds[kind] = written_at, n_since + 1
                return
            if len(self._kinds) >= MAX_KINDS:
                self._kinds.clear()
            self._kinds[kind] = refused.at, 0

        def write(db: sqlite3.Connection) -> None:
            values = (refused.at, refused.user_id, refused.token_id, refused.action, refused.resource, refused.reason)
            sql = "insert into refusals values (null, ?, ?, ?, ?, ?, ?, ?)"
            made = db.execute(sql, (*values, n_since + 1))
            db.execute("delete from refusals where id <= ?", ((made.lastrowid or 0) - MAX_REFUSALS,))

        try:
            self._store.write(write)
        except NotWritten:
            return

    def newest(self, limit: int) -> Sequence[tuple[Refused, int]]:
        """The newest first, each with how many times it came since the one before it of the same kind."""

        def read(db: sqlite3.Connection) -> list[tuple[Refused, int]]:
            sql = """select at, user_id, token_id, action, resource, reason, times from refusals
                order by id desc limit ?"""
            return [
                (Refused(at=at, user_id=user, token_id=token, action=action, resource=resource, reason=reason), times)
                for at, user, token, action, resource, reason, times in db.execute(sql, (limit,))
            ]

        return self._store.read(read, [])


def _grant(row: Sequence[object]) -> Grant | None:
    """A row as a grant; None for one that we did not write: what is stored is not trusted."""
    token_id, user_id, name, rights, *times = row
    if not all(isinstance(text, str) for text in (token_id, user_id, name, rights)):
        return None
    if not all(isinstance(number, int) for number in times):
        return None
    try:
        ordered = in_order(str(rights).split())
    except ValueError:
        return None
    issued_at, expires_at, for_once, used_at, revoked_at = (int(str(number)) for number in times)
    return Grant(
        token_id=str(token_id),
        user_id=str(user_id),
        name=str(name),
        rights=ordered,
        issued_at=issued_at,
        expires_at=expires_at,
        is_for_once=bool(for_once),
        used_at=used_at,
        revoked_at=revoked_at,
    )
