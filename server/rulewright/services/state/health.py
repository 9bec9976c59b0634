"""What is to be said of `state.db`, without changing it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic

from rulewright.core.health import Remark
from rulewright.services.state import migrations
from rulewright.services.state.connect import to_read
from rulewright.services.state.places import NAME, state_path

AREA = "state"
PATIENCE_S = 10.0
"""How long a database is looked through."""


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
            damage = "" if newer else _damage(db)
            n_events, n_projects = db.execute(
                "select count(*), count(distinct workspace_id) from rule_events"
            ).fetchone()
            more = [
                _count(n, what, of)
                for table, what, of in (("ai_context", "conversation", ""), ("llm_interaction", "call", " of models"))
                if (n := _rows(db, table))
            ]
    except sqlite3.Error as error:
        damage = str(error)
    if damage:
        text = (
            f"{path} is no sound database ({damage}). The next server sets it aside, begins a new one, and takes over "
            "what can be read."
        )
        return Remark(AREA, "warning", text, "Keep what is set aside if you want to look into it.")
    if newer:
        text = f"{path} was made by a newer version of Rulewright; this one only reads it."
        return Remark(AREA, "warning", text, "Update Rulewright.")
    if not os.access(path, os.W_OK):
        return _unwritable(path)
    rules = f"{_count(n_events, 'rule event')} of {_count(n_projects, 'project')}"
    return Remark(AREA, "ok", f"{path} holds {', '.join([rules, *more])}.")


def _damage(db: sqlite3.Connection) -> str:
    """What is wrong with any page of it; empty when nothing is, or when there was no time to look at all. Raises."""
    give_up_at = monotonic() + PATIENCE_S
    db.set_progress_handler(lambda: int(monotonic() > give_up_at), 100_000)
    try:
        (first,) = db.execute("pragma integrity_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return ""
        raise
    finally:
        db.set_progress_handler(None, 0)
    return "" if first == "ok" else str(first).splitlines()[0][:200]


def _rows(db: sqlite3.Connection, table: str) -> int:
    """How many rows a table has; 0 where an older program has not made it yet."""
    if not db.execute("select 1 from sqlite_master where name = ?", (table,)).fetchone():
        return 0
    return int(db.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608 - names of ours


def _count(number: int, what: str, of: str = "") -> str:
    return f"{number:,} {what}{'s' * (number != 1)}{of}"


def _unwritable(path: Path) -> Remark:
    text = f"{path} cannot be written to, so what is new in it is lost when a program ends."
    return Remark(AREA, "warning", text, "Make it writable, or name another folder by RULEWRIGHT_STATE_DIR.")


def _set_aside(folder: Path) -> list[Remark]:
    aside = sorted(p for p in folder.glob(f"{NAME}.damaged-*") if not p.name.endswith(("-wal", "-shm")))
    return [
        Remark(AREA, "note", f"{path} was damaged and set aside.", "Delete it when you do not need it any more.")
        for path in aside
    ]
