"""Copies of `state.db` from before its tables changed. The newest few are kept."""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

KEPT = 3


def backups(path: Path) -> list[Path]:
    """The copies of a database, oldest first."""
    # Their names begin with the time; what SQLite leaves beside one is not one.
    found = path.parent.glob(f"{path.name}.backup-*")
    return sorted(p for p in found if p.name.removeprefix(f"{path.name}.backup-").replace("-", "").isdecimal())


def back_up(db: sqlite3.Connection, path: Path, now: datetime) -> Path:
    """Copy what `db` holds beside `path`, and drop old copies. Raises sqlite3.Error and OSError; then there is none."""
    stamp = f"{now:%Y%m%d-%H%M%S}"
    target = path.with_name(f"{path.name}.backup-{stamp}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.backup-{stamp}-{number:02}")
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with closing(sqlite3.connect(target)) as copy:
            db.backup(copy)
            # A file by itself, without a log beside it.
            copy.execute("pragma journal_mode=delete")
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    for old in backups(path)[:-KEPT]:
        old.unlink(missing_ok=True)
    return target
