"""The rule history of a project, read without a trace."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from rulewright.core.events import RuleEvent, Unreadable
from rulewright.services.state import rule_rows
from rulewright.services.state.connect import to_read
from rulewright.services.state.places import state_path, workspace_id

T = TypeVar("T")
Events = Sequence[RuleEvent | Unreadable]


def read_history(folder: Path, root: str, name: str, limit: int) -> tuple[Events, Mapping[int, RuleEvent]] | str:
    """The newest events of all rules, or of one by its id or path; and by number what came before about the same path.

    A sentence where nothing can be read.
    """

    def read(db: sqlite3.Connection) -> tuple[Events, Mapping[int, RuleEvent]]:
        workspace = workspace_id(root)
        events = rule_rows.latest_events(db, workspace, name, limit)
        before: dict[int, RuleEvent] = {}
        oldest = {e.path: e for e in events if isinstance(e, RuleEvent)}
        for event in oldest.values():
            known = rule_rows.event_before(db, workspace, event)
            if isinstance(known, RuleEvent):
                before[event.event_id] = known
        return events, before

    return _reading(folder, read, ((), {}))


def read_versions(folder: Path, root: str, name: str) -> Sequence[RuleEvent] | str:
    """Every version of a rule that was seen, newest first, by its id or path. A sentence where nothing can be read."""

    def read(db: sqlite3.Connection) -> Sequence[RuleEvent]:
        events = rule_rows.latest_events(db, workspace_id(root), name, -1)
        kinds = {"rule_added", "rule_changed", "rule_rejected"}
        return [e for e in events if isinstance(e, RuleEvent) and e.event_type in kinds]

    return _reading(folder, read, ())


def _reading(folder: Path, read: Callable[[sqlite3.Connection], T], nothing: T) -> T | str:
    path = state_path(folder)
    if not path.is_file():
        return nothing
    try:
        db = to_read(path)
        try:
            return read(db)
        finally:
            db.close()
    except sqlite3.Error as error:
        return f"{path} cannot be read: {error}."
