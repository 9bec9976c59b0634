"""Folders that only this user can enter."""

import contextlib
import os
import stat
from pathlib import Path


def make_private(folder: Path) -> None:
    """Make a folder, and those above it, that only this user can enter. Raises OSError.

    A folder that is there and belongs to somebody else is refused: what lies in it could be anything.
    """
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    info = os.lstat(folder)
    if not stat.S_ISDIR(info.st_mode):
        raise NotADirectoryError(f"{folder} is not a folder")
    if hasattr(os, "getuid"):
        if info.st_uid != os.getuid():
            raise PermissionError(f"{folder} belongs to another user")
        if stat.S_IMODE(info.st_mode) & 0o077:
            folder.chmod(0o700)
    if not os.access(folder, os.W_OK):
        raise PermissionError(f"{folder} cannot be written to")
