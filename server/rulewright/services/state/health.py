"""What is to be said of `state.db`, without changing it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from rulewright.core.health import Remark
from rulewright.services.state import migrations
from rulewright.services.state.connect import to_read
from rulewright.services.state.places import NAME, state_path

AREA = "state"


def examine_state(folder: Path) -> list[Remark]:
    """Whether it can be read and written, and what was set aside."""
    return [_database(folder), *_set_aside(folder)]


def _database(folder: Path) -> Remark:
    path = state_path(folder)
    if not path.exists():
        place = next(p for p in (folder, *folder.parents) if p.exists())
        if place.is_dir() and os.access(place, os.W_OK):
            return Remark(AREA, "ok", f"No history of rules is kept yet; {path} can be made.")
        return _unwritable(path)
    try:
        with closing(to_read(path)) as db:
            newer = migrations.unknown(db)
            n_events, n_projects = db.execute(
                "select count(*), count(distinct workspace_id) from rule_events"
            ).fetchone()
    except sqlite3.Error as error:
        text = f"{path} is no sound database ({error}). The next server sets it aside and begins a new one."
        return Remark(AREA, "warning", text, "Keep what is set aside if you want to look into it.")
    if newer:
        text = f"{path} was made by a newer version of Rulewright; this one keeps no history of rules."
        return Remark(AREA, "warning", text, "Update Rulewright.")
    if not os.access(path, os.W_OK):
        return _unwritable(path)
    return Remark(AREA, "ok", f"{path} holds {_count(n_events, 'rule event')} of {_count(n_projects, 'project')}.")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"


def _unwritable(path: Path) -> Remark:
    text = f"{path} cannot be written to, so the history of rules is lost at the end of each session."
    return Remark(AREA, "warning", text, "Make it writable, or name another folder by RULEWRIGHT_STATE_DIR.")


def _set_aside(folder: Path) -> list[Remark]:
    aside = sorted(p for p in folder.glob(f"{NAME}.damaged-*") if not p.name.endswith(("-wal", "-shm")))
    return [
        Remark(AREA, "note", f"{path} was damaged and set aside.", "Delete it when you do not need it any more.")
        for path in aside
    ]
