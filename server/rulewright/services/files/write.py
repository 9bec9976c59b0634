"""Write a text file so that a full disk or a killed process leaves the old one whole."""

import errno
import os
import tempfile
from pathlib import Path

from rulewright.services.files.read import Unreadable, leads_inside, read_text


def write_text(path: Path, content: str) -> None:
    """Replace the file in one step, keeping its permissions; through a link, its target is replaced. Raises OSError."""
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".rulewright-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode("utf-8", "surrogateescape"))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, target.stat().st_mode & 0o7777 if target.exists() else 0o644)  # noqa: PTH101
        os.replace(temporary, target)  # noqa: PTH105
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise


def write_output(path: Path, content: str) -> None:
    """Write what a command was told to write: a file in one step, a pipe or device as it is. Raises OSError."""
    if path.exists() and not path.is_file():
        with path.open("wb") as stream:
            stream.write(content.encode("utf-8", "surrogateescape"))
    else:
        write_text(path, content)


def replace_text(path: Path, before: str, after: str) -> None:
    """Write `after` where `before` still stands. Raises OSError, or Unreadable with the reason."""
    if after == before:
        return
    if read_text(path, max_kb=1 << 30) != before:
        raise Unreadable("it changed while it was checked")
    write_text(path, after)


def require_replaceable(path: Path, before: str) -> None:
    """Raise OSError, or Unreadable with the reason, unless `before` still stands in the file and it may be written."""
    if read_text(path, max_kb=1 << 30) != before:
        raise Unreadable("it changed while it was checked")
    target = Path(os.path.realpath(path))
    # To whoever may do everything, access says nothing of what the file's owner wants.
    if not target.stat().st_mode & 0o222 or not os.access(target, os.W_OK):
        raise Unreadable("it is read-only")
    if not os.access(target.parent, os.W_OK):
        raise Unreadable("its folder is read-only")


def write_new(root: Path, name: str, content: str) -> bool:
    """Write a file below `root` that is not there yet; False when it is. Raises OSError.

    A cloned project may hold links that lead out of it: nothing is written through them.
    """
    path = root / name
    if os.path.lexists(path):
        return False
    if not leads_inside(root, path.parent):
        raise OSError(errno.EXDEV, "a folder on the way is a link that leads out of the project")
    write_text(path, content)
    return True
