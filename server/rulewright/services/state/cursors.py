"""How far each subscriber has read each topic, in `state.db`: who comes back goes on from there."""

import sqlite3

from rulewright.services.state.store import NotWritten, StateStore


class StateCursors:
    """A `Cursors` that outlives the process. Reads and writes the disk: not for an event loop."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    def get(self, subscriber: str, topic: str) -> int:
        """The sequence number of the last event that was taken; 0 when none was."""

        def read(db: sqlite3.Connection) -> int:
            sql = "select sequence from cursors where subscriber = ? and topic = ?"
            row = db.execute(sql, (subscriber, topic)).fetchone()
            # What is stored is not trusted.
            return row[0] if row is not None and type(row[0]) is int and row[0] > 0 else 0

        return self._store.read(read, 0)

    def set(self, subscriber: str, topic: str, sequence: int) -> bool:
        """Remember the last event that was taken, unless a later one was; False when that could not be written."""

        def write(db: sqlite3.Connection) -> None:
            db.execute(
                """insert into cursors (subscriber, topic, sequence) values (?, ?, ?)
                on conflict (subscriber, topic) do update set sequence = max(sequence, excluded.sequence)""",
                (subscriber, topic, sequence),
            )

        try:
            self._store.write(write)
        except NotWritten:
            return False
        return True
