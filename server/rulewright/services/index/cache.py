"""`code_analysis_cache`: records found by the content they were made from, whatever its path, branch or workspace.

diskcache holds them, with a `Disk` of our own that takes and gives nothing but bytes. Its own one unpickles a row when
the row says so, which runs whatever somebody put there; ours refuses such rows, keys and values, in the database and
in files, and file names that it did not make itself. A value is the msgpack of a record, a row's tag the reason when
only words are known. Where the folder cannot be used, the records of this process are kept in memory.
"""

import logging
import re
import shutil
import sqlite3
import struct
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import diskcache  # type: ignore[import-untyped]
from diskcache.core import MODE_BINARY, MODE_RAW  # type: ignore[import-untyped]

from rulewright.services.index.places import make_private

log = logging.getLogger(__name__)

SIZE_LIMIT = 1 << 30
"""Bytes on disk; the records stored longest ago go first."""
MEMORY_LIMIT = 64 << 20
"""Bytes in memory, where the disk cannot be used."""
BUSY_S = 0.5
"""How long another process may keep us waiting for one batch; without it the batch is only not cached."""

_OWN_FILE = re.compile(r"[0-9a-f]{2}[/\\][0-9a-f]{2}[/\\][0-9a-f]{28}\.val")
"""The names that diskcache gives to files of large values."""
IN_DATABASE_BYTES = 1 << 18
"""Larger values lie in files of their own."""

FAULTS = (OSError, sqlite3.Error, diskcache.Timeout, ValueError, TypeError, AttributeError, struct.error)
"""What a file that is no cache of ours makes diskcache raise."""


class RefusedRowError(OSError):
    """A row that we cannot have written. diskcache takes an OSError for a value that is gone."""


class _Opened(diskcache.Cache):  # type: ignore[misc]
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


class CodeCache:
    """The records by content. Every fault of the disk ends in a miss, never in an error."""

    def __init__(self, folder: Path | None, *, size_limit: int = SIZE_LIMIT) -> None:
        """Use `folder`, or memory where it is None."""
        self.folder, self._size_limit = folder, size_limit
        self._memory: OrderedDict[bytes, tuple[bytes, str]] = OrderedDict()
        self._memory_bytes = 0
        self._opened: Any = None
        self._is_tried = folder is None

    @property
    def is_on_disk(self) -> bool:
        """Whether other processes can see it."""
        return self._disk is not None

    @property
    def _disk(self) -> Any:
        """Opened when first needed: a start at which nothing has changed does without."""
        if not self._is_tried and self.folder is not None:
            self._is_tried = True
            self._open(self.folder)
        return self._opened

    def __len__(self) -> int:
        try:
            return len(self._disk) if self._disk is not None else len(self._memory)
        except FAULTS as error:
            self._give_up(error)
            return len(self._memory)

    def get(self, key: bytes) -> tuple[bytes, str] | None:
        """A record's bytes, which are not to be trusted, and the reason why it has only words."""
        if self._disk is not None:
            try:
                data, note = self._disk.get(key, tag=True)
            except FAULTS as error:
                self._mend(error)
                return None
            return (data, note if type(note) is str else "") if type(data) is bytes else None
        found = self._memory.get(key)
        if found is not None:
            self._memory.move_to_end(key)
        return found

    def put(self, records: Iterable[tuple[bytes, bytes, str]]) -> None:
        """Store keys, records' bytes and reasons, all at once."""
        records = list(records)
        if self._disk is not None and records:
            try:
                with self._disk.transact():
                    for key, data, note in records:
                        self._disk.set(key, data, tag=note or None)
            except diskcache.Timeout:
                return  # Another process writes; what is not cached is analysed again one day.
            except FAULTS as error:
                self._mend(error)
        if self._disk is None:
            for key, data, note in records:
                self._remember(key, data, note)

    def drop(self, key: bytes) -> None:
        """Forget one record, because it turned out not to be sound."""
        self._memory.pop(key, None)
        if self._disk is not None:
            try:
                self._disk.delete(key)
            except FAULTS as error:
                self._mend(error)

    def trim(self) -> None:
        """Bring the cache below its size limit: the records stored longest ago go."""
        if self._disk is not None:
            try:
                self._disk.cull()
            except diskcache.Timeout:
                return
            except FAULTS as error:
                self._mend(error)

    def clear(self) -> None:
        """Forget everything."""
        self._memory.clear()
        self._memory_bytes = 0
        if self._disk is not None:
            try:
                self._disk.clear()
            except FAULTS as error:
                self._mend(error)

    def volume(self) -> int:
        """Bytes on disk, or in memory."""
        if self._disk is None:
            return self._memory_bytes
        try:
            return int(self._disk.volume())
        except FAULTS as error:
            self._mend(error)
            return 0

    def close(self) -> None:
        """Let go of the files."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _open(self, folder: Path) -> None:
        for attempt in (1, 2):
            try:
                make_private(folder)
                self._opened = _Opened(
                    str(folder),
                    timeout=BUSY_S,
                    disk=BytesDisk,
                    disk_min_file_size=IN_DATABASE_BYTES,
                    size_limit=self._size_limit,
                    eviction_policy="least-recently-stored",
                    cull_limit=0,
                    statistics=0,
                    tag_index=0,
                )
            except FAULTS as error:
                if attempt == 1 and _is_corrupt(error):
                    log.warning("the code analysis cache in %s is damaged (%s); it was made anew", folder, error)
                    shutil.rmtree(folder, ignore_errors=True)
                    continue
                self._give_up(error)
            return

    def _mend(self, error: Exception) -> None:
        """After a fault: make a damaged cache anew, do without one that cannot be used."""
        folder = self.folder
        if folder is None or not _is_corrupt(error):
            self._give_up(error)
            return
        log.warning("the code analysis cache in %s is damaged (%s); it was made anew", folder, error)
        self.close()
        shutil.rmtree(folder, ignore_errors=True)
        self._open(folder)

    def _give_up(self, error: Exception) -> None:
        log.warning("the code analysis cache in %s cannot be used (%s); going on in memory", self.folder, error)
        if self._opened is not None:
            try:
                self._opened.close()
            except FAULTS:
                log.debug("the cache could not be closed", exc_info=True)
            self._opened = None

    def _remember(self, key: bytes, data: bytes, note: str) -> None:
        before = self._memory.pop(key, None)
        self._memory_bytes += len(data) - (len(before[0]) if before else 0)
        self._memory[key] = (data, note)
        while self._memory_bytes > MEMORY_LIMIT:
            _, (oldest, _) = self._memory.popitem(last=False)
            self._memory_bytes -= len(oldest)


def _is_corrupt(error: Exception) -> bool:
    """Whether the fault is in the files, so that other ones would do."""
    if isinstance(error, sqlite3.OperationalError):
        return "malformed" in str(error) or "no such" in str(error) or "has no column" in str(error)
    return not isinstance(error, OSError | diskcache.Timeout)
