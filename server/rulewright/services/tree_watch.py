"""Watches the folders of a workspace that hold files of its index, for editors that do not tell what changes on disk.

Each folder is watched by itself: a watch of the whole tree would cost one for every folder of what is ignored, such as
`node_modules`, and systems limit them. What such a watch misses, the next scan finds.
"""

import threading
from collections.abc import Callable, Collection
from pathlib import Path

from rulewright.processes.late_log import LateLog

log = LateLog(__name__)

MAX_FOLDERS = 4000
"""Systems allow some thousand watches to all programs together; larger workspaces are scanned instead."""
DEBOUNCE_MS = 50
STEP_MS = 10
RETRY_S = 30.0
"""How long to do without after a fault, which may be there to stay."""
TIMEOUT_MS = 1000
"""How soon a new watch is known to be up, though nothing changes."""


class TreeWatch:
    """One thread that watches one set of folders at a time."""

    def __init__(self, on_change: Callable[[list[str]], None]) -> None:
        """`on_change` gets absolute paths, in a thread of ours."""
        self._on_change = on_change
        self._folders: frozenset[str] = frozenset()
        """The folders that are watched; empty when one of them went, for one that comes back is another."""
        self._stop: threading.Event | None = None

    def follow(self, folders: Collection[str]) -> bool:
        """Watch these folders, and no others, from now on; False where there are too many."""
        wanted = frozenset(folder for folder in folders if Path(folder).is_dir())
        if wanted == self._folders:
            return True
        self.close()
        if len(wanted) > MAX_FOLDERS:
            return False
        self._folders = wanted
        if wanted:
            self._stop = threading.Event()
            arguments = (sorted(wanted), self._stop)
            threading.Thread(target=self._watch, args=arguments, name="watching folders", daemon=True).start()
        return True

    def close(self) -> None:
        """Watch nothing."""
        if self._stop is not None:
            self._stop.set()
        self._stop, self._folders = None, frozenset()

    def _watch(self, folders: list[str], stop: threading.Event) -> None:
        from watchfiles import Change, watch  # noqa: PLC0415 - only where the editor does not watch

        watched = frozenset(folders)
        while not stop.is_set():
            try:
                changes = watch(
                    *folders,
                    recursive=False,
                    watch_filter=None,
                    debounce=DEBOUNCE_MS,
                    step=STEP_MS,
                    stop_event=stop,
                    raise_interrupt=False,
                    rust_timeout=TIMEOUT_MS,
                    yield_on_timeout=True,
                )
                is_up = False
                for change in changes:
                    if not is_up:
                        # What happened while the watch was set up was seen by nobody.
                        is_up = True
                        self._on_change([])
                    if any(kind is Change.deleted and path in watched for kind, path in change) and self._stop is stop:
                        self._folders = frozenset()
                    if change:
                        self._on_change(sorted({path for _, path in change}))
            except Exception as error:  # noqa: BLE001 - names that are no UTF-8, no watches left, a folder that went
                log.info("watching folders ended: %s", error)
                if stop.wait(RETRY_S):
                    return
                if self._stop is stop:
                    self._folders = frozenset()  # The next look at the folders begins anew.
                self._on_change([])
                return
