"""Of what use rules were, in `state.db`: counts by rule file, which several servers add to."""

import sqlite3
from collections.abc import Mapping

import msgspec

from rulewright.core.rules.use import Use
from rulewright.services.state.places import workspace_id
from rulewright.services.state.store import NotWritten, StateStore


class StateRuleUse:
    """The counts of one project."""

    def __init__(self, store: StateStore, root: str) -> None:
        self._store, self._workspace = store, workspace_id(root)

    def read(self) -> Mapping[str, Use]:
        """All of it, by rule file. What is stored is not trusted: a row that is not ours counts as none."""

        def rows(db: sqlite3.Connection) -> dict[str, Use]:
            sql = "select path, applied_at, fired, fired_at from rule_use where workspace_id = ?"
            found = {}
            for path, applied_at, fired, fired_at in db.execute(sql, (self._workspace,)):
                try:
                    row = {"applied_at": applied_at, "fired": fired, "fired_at": fired_at}
                    found[str(path)] = msgspec.convert(row, Use)
                except msgspec.ValidationError:
                    continue
            return found

        return self._store.read(rows, {})

    def add(self, new: Mapping[str, Use]) -> bool:
        """Add what was seen since; False when that could not be written."""

        def write(db: sqlite3.Connection) -> None:
            db.executemany(
                """insert into rule_use (workspace_id, path, applied_at, fired, fired_at) values (?, ?, ?, ?, ?)
                on conflict (workspace_id, path) do update set
                    applied_at = case when excluded.applied_at = '' then applied_at else excluded.applied_at end,
                    fired = fired + excluded.fired,
                    fired_at = case when excluded.fired_at = '' then fired_at else excluded.fired_at end""",
                [(self._workspace, _plain(path), use.applied_at, use.fired, use.fired_at) for path, use in new.items()],
            )

        try:
            self._store.write(write)
        except NotWritten:
            return False
        return True


def _plain(path: str) -> str:
    """A path that SQLite can hold: one that is not UTF-8 is counted under what it looks like."""
    return path.encode("utf-8", "replace").decode()
