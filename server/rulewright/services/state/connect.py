"""Connections to `state.db`: to write, and to look without a trace."""

import sqlite3
from pathlib import Path
from urllib.parse import quote

BUSY_MS = 5_000
"""How long a write waits for another process."""
LOG_PAGES = 4_000
"""Pages of 4 kB that the log may hold before a commit moves them into the database, which takes it tens of
milliseconds; `StateStore.checkpoint` does it sooner, when nobody waits."""
LOG_BYTES = 16_000_000
"""What of the log's file is kept when it begins anew."""


def to_write(path: Path) -> sqlite3.Connection:
    """A connection whose commits are on the disk when they return. Raises sqlite3.Error."""
    db = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    try:
        db.text_factory = text
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        db.execute(f"pragma wal_autocheckpoint={LOG_PAGES}")
        db.execute(f"pragma journal_size_limit={LOG_BYTES}")
        # What is deleted is written over.
        db.execute("pragma secure_delete=on")
    except BaseException:
        db.close()
        raise
    return db


def to_read(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing, not even beside the file. Raises sqlite3.Error."""
    # Without a log beside it nobody writes, and all is in the file itself; then no lock and no other file is needed.
    options = "mode=ro" if Path(f"{path}-wal").exists() else "mode=ro&immutable=1"
    uri = f"file:{quote(str(path).encode('utf-8', 'surrogateescape'))}?{options}"
    db = sqlite3.connect(uri, uri=True, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    db.text_factory = text
    db.execute("pragma query_only=on")
    return db


def text(stored: bytes) -> str:
    """A stored text, whatever bytes it has."""
    try:
        return stored.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return stored.decode("utf-8", "replace")


def storable(value: str) -> str | bytes:
    """A text as it can be stored: one with lone surrogates, such as an odd file name, as its bytes."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
    return value


def stored_text(value: object) -> object:
    """What `storable` made, back; anything else as it is."""
    return text(value) if isinstance(value, bytes) else value
