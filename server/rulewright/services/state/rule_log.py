"""The durable log of one project's rule events."""

import sqlite3
from collections.abc import Mapping, Sequence

import msgspec

from rulewright.core.events import RuleEvent, Unreadable
from rulewright.core.ports import Decide
from rulewright.services.state import rule_rows
from rulewright.services.state.places import workspace_id
from rulewright.services.state.store import NotWritten, StateStore

MAX_UNSAVED = 10_000
"""Events that wait for a disk that can be written again."""


class StateEventLog:
    """The rule events of one project in `state.db`. Where that cannot be written, they wait in memory."""

    def __init__(self, store: StateStore, root: str) -> None:
        self._store, self._root, self._workspace = store, root, workspace_id(root)
        self._data_version = -1
        self._seen_to = 0
        """Number of the last stored event that was seen here."""
        self._unsaved: list[RuleEvent] = []

    def replay(self) -> Sequence[RuleEvent]:
        """The newest event of each path, oldest first."""
        none: rule_rows.Read = ()
        found = self._store.read(lambda db: rule_rows.newest_of_each_path(db, self._workspace), none)
        n_gaps = self._store.read(lambda db: rule_rows.n_gaps(db, self._workspace), 0)
        if n_gaps > 0:
            events = "1 event is" if n_gaps == 1 else f"{n_gaps} events are"
            self._store.say(
                f"{events} missing from the rule history of {self._root}: somebody took them out of "
                f"{self._store.path}. The others count."
            )
        self._seen_to = max((e.event_id for e in found), default=0)
        return self._readable(found)

    def has_changed(self) -> bool:
        """Whether another process has written since this was asked last."""
        version = self._store.read(lambda db: int(db.execute("pragma data_version").fetchone()[0]), -1)
        before, self._data_version = self._data_version, version
        return version != before

    def commit(self, decide: Decide) -> Sequence[RuleEvent]:
        """Append what `decide` returns, behind what could not be written before."""
        decided: list[Sequence[RuleEvent]] = []

        def write(db: sqlite3.Connection) -> list[RuleEvent]:
            others = rule_rows.events_after(db, self._workspace, self._seen_to)
            decided[:] = [decide(self._readable(others))]
            last = rule_rows.last_id(db, self._workspace)
            numbered = [
                msgspec.structs.replace(event, event_id=number)
                for number, event in enumerate((*self._unsaved, *decided[0]), start=last + 1)
            ]
            rule_rows.insert_events(db, self._workspace, numbered)
            return numbered

        n_unsaved = len(self._unsaved)
        try:
            numbered = self._store.write(write)
        except NotWritten:
            events = decided[0] if decided else decide(())
            if not self._store.is_newer:
                self._unsaved = [*self._unsaved, *events][-MAX_UNSAVED:]
            return events
        self._unsaved = []
        if numbered:
            self._seen_to = numbered[-1].event_id
        return numbered[n_unsaved:]

    def table(self) -> Mapping[str, str]:
        """The rules that have no file: path and text."""
        return self._store.read(lambda db: rule_rows.table_rules(db, self._workspace), {})

    def _readable(self, found: Sequence[RuleEvent | Unreadable]) -> Sequence[RuleEvent]:
        events = [e for e in found if isinstance(e, RuleEvent)]
        if len(events) < len(found):
            self._store.say(
                f"The rule history of {self._root} has events that cannot be read; they were passed over. "
                "`rulewright rules history` shows which."
            )
        return events
