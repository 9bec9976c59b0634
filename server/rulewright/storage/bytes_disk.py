"""diskcache with a `Disk` that takes and gives nothing but bytes, for all that keeps derived things on disk.

diskcache's own one unpickles a row when the row says so, which runs whatever somebody put there; ours refuses such
rows, keys and values, in the database and in files, and file names that it did not make itself.
"""

import re
import sqlite3
import struct
from pathlib import Path
from typing import Any

import diskcache  # type: ignore[import-untyped]
from diskcache.core import MODE_BINARY, MODE_RAW  # type: ignore[import-untyped]

from rulewright.storage.private import make_private

Busy = diskcache.Timeout
"""Another process writes for longer than we wait."""
BUSY_S = 0.5
"""How long another process may keep us waiting."""

_OWN_FILE = re.compile(r"[0-9a-f]{2}[/\\][0-9a-f]{2}[/\\][0-9a-f]{28}\.val")
"""The names that diskcache gives to files of large values."""
IN_DATABASE_BYTES = 1 << 18
"""Larger values lie in files of their own."""

FAULTS = (OSError, sqlite3.Error, Busy, ValueError, TypeError, AttributeError, struct.error)
"""What a file that is no cache of ours makes diskcache raise."""


class RefusedRowError(OSError):
    """A row that we cannot have written. diskcache takes an OSError for a value that is gone."""


class _Cache(diskcache.Cache):  # type: ignore[misc]
    """A cache that lets go of a file which it could not open: it may be damaged, and Python 3.13 minds."""

    def __init__(self, folder: str, **options: Any) -> None:
        try:
            super().__init__(folder, **options)
        except FAULTS:
            if "_local" in vars(self):
                self.close()
            raise


class BytesDisk(diskcache.Disk):  # type: ignore[misc]
    """Bytes in, bytes out; nothing is ever pickled or unpickled."""

    def put(self, key: Any) -> tuple[sqlite3.Binary, bool]:
        """A key as stored."""
        if type(key) is not bytes:
            raise TypeError("a key is bytes")
        return sqlite3.Binary(key), True

    def get(self, key: Any, raw: bool) -> bytes:
        """A stored key. Raises RefusedRowError for one that would have to be unpickled."""
        if not raw or type(key) is not bytes:
            raise RefusedRowError("a key that is not bytes")
        return key

    def store(self, value: Any, read: bool, key: Any = None) -> tuple[int, int, str | None, Any]:
        """A value as stored."""
        if type(value) is not bytes or read:
            raise TypeError("a value is bytes")
        stored: tuple[int, int, str | None, Any] = super().store(value, False, key=key)
        return stored

    def fetch(self, mode: int, filename: Any, value: Any, read: bool) -> bytes:
        """A stored value. Raises RefusedRowError for anything but bytes in the row or in a file of our own."""
        if mode == MODE_RAW and type(value) is bytes and filename is None:
            return value
        if mode == MODE_BINARY and value is None and _is_own(filename) and not read:
            data: bytes = super().fetch(mode, filename, value, False)
            return data
        raise RefusedRowError("a value that is not bytes")

    def remove(self, file_path: Any) -> None:
        """Delete a value's file, if the name is one that we give."""
        if _is_own(file_path):
            super().remove(file_path)


def _is_own(name: Any) -> bool:
    return type(name) is str and _OWN_FILE.fullmatch(name) is not None


def open_cache(folder: Path, *, size_limit: int, eviction: str, **options: Any) -> Any:
    """The cache in a folder that only this user can enter. Raises one of `FAULTS`."""
    make_private(folder)
    return _Cache(
        str(folder),
        timeout=BUSY_S,
        disk=BytesDisk,
        disk_min_file_size=IN_DATABASE_BYTES,
        size_limit=size_limit,
        eviction_policy=eviction,
        statistics=0,
        tag_index=0,
        **options,
    )


def is_corrupt(error: Exception) -> bool:
    """Whether the fault is in the files, so that other ones would do."""
    if isinstance(error, sqlite3.OperationalError):
        return "malformed" in str(error) or "no such" in str(error) or "has no column" in str(error)
    return not isinstance(error, OSError | Busy)
