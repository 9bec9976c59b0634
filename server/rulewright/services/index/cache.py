"""`code_analysis_cache`: records found by the content they were made from, whatever its path, branch or workspace.

diskcache holds them, with a `Disk` of ours that unpickles nothing. A value is the msgpack of a record, a row's tag the
reason when only words are known. Where the folder cannot be used, the records of this process are kept in memory.
"""

import shutil
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rulewright.processes.late_log import LateLog
from rulewright.storage.bytes_disk import FAULTS, Busy, is_corrupt, open_cache

log = LateLog(__name__)

SIZE_LIMIT = 1 << 30
"""Bytes on disk; the records stored longest ago go first."""
MEMORY_LIMIT = 64 << 20
"""Bytes in memory, where the disk cannot be used."""


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
            except Busy:
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
            except Busy:
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
                self._opened = open_cache(
                    folder, size_limit=self._size_limit, eviction="least-recently-stored", cull_limit=0
                )
            except FAULTS as error:
                if attempt == 1 and is_corrupt(error):
                    log.warning("the code analysis cache in %s is damaged (%s); it was made anew", folder, error)
                    shutil.rmtree(folder, ignore_errors=True)
                    continue
                self._give_up(error)
            return

    def _mend(self, error: Exception) -> None:
        """After a fault: make a damaged cache anew, do without one that cannot be used."""
        folder = self.folder
        if folder is None or not is_corrupt(error):
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
