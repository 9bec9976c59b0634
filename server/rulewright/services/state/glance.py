"""What `state.db` knows of a project's switches and of its rules without a file, for programs that keep no history.

A check of one file comes here, so nothing is imported where there is no such file, and nothing is ever written.
"""

# ruff: noqa: PLC0415

from collections.abc import Mapping, Sequence
from pathlib import Path

from rulewright.core.events import FLAG_PREFIX, RuleEvent
from rulewright.services.state.places import state_path, workspace_id


def glance(folder: Path, root: str) -> tuple[Sequence[RuleEvent], Mapping[str, str]]:
    """The events that switches stand at, and the text of each rule of the table by its path.

    Both are empty where they cannot be read.
    """
    path = state_path(folder)
    if not path.is_file():
        return (), {}
    import sqlite3

    from rulewright.services.state import rule_rows
    from rulewright.services.state.connect import to_read

    workspace = workspace_id(root)
    try:
        db = to_read(path)
        try:
            events = rule_rows.newest_of_each_path(db, workspace, FLAG_PREFIX)
            return [e for e in events if isinstance(e, RuleEvent)], rule_rows.table_rules(db, workspace)
        finally:
            db.close()
    except sqlite3.Error:
        # The server says what is wrong with it; a check goes on without.
        return (), {}
