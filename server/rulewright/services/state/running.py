"""Which processes that wrote here still run: each holds a lock on a file of its own, however it ends.

A number of a process could be somebody else's by now; a lock cannot.
"""

import contextlib
import re
import secrets
import time
from pathlib import Path
from threading import Lock
from typing import IO

FOLDER = "running"
NAME = re.compile(r"[0-9a-f]{16}")
OLD_S = 86_400
"""After this files of processes that are gone are cleared away, also where nobody asked for them."""


class Running:
    """The processes of one state folder. Nothing is made before somebody asks for this one's name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER
        self._lock = Lock()
        self._mine: IO[bytes] | None = None
        self._name = secrets.token_hex(8)

    def me(self) -> str:
        """The name of this process."""
        with self._lock:
            if self._mine is None:
                # Without a place for it this process counts as gone to others, who then show what it had so far.
                with contextlib.suppress(OSError):
                    self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                    self._clear()
                    file = (self._folder / self._name).open("xb")
                    if _take(file):
                        self._mine = file
                    else:
                        file.close()
        return self._name

    def is_alive(self, name: str) -> bool:
        """Whether the process of this name still runs."""
        if name == self._name:
            return True
        if not NAME.fullmatch(name):
            return False
        return _is_held(self._folder / name)

    def close(self) -> None:
        """This process writes no more."""
        with self._lock:
            if self._mine is not None:
                self._mine.close()
                self._mine = None
                (self._folder / self._name).unlink(missing_ok=True)

    def _clear(self) -> None:
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                # One that is new may not be locked yet.
                if NAME.fullmatch(path.name) and abs(time.time() - path.stat().st_mtime) > OLD_S:
                    _is_held(path)


def _is_held(path: Path) -> bool:
    """Whether somebody holds a file; one that nobody holds is cleared away."""
    try:
        with path.open("r+b") as file:
            if not _take(file):
                return True
    except FileNotFoundError:
        return False
    except OSError:
        return True  # On Windows even opening it may be refused.
    with contextlib.suppress(OSError):
        path.unlink()
    return False


try:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        """Lock a file for as long as it is open, if nobody else has."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

except ImportError:  # Windows
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        """Lock a file for as long as it is open, if nobody else has."""
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
