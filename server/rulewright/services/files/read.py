"""Read a text file, or say in a few words why not."""

import os
import stat
from pathlib import Path

from rulewright.core.sources import is_binary


class Unreadable(Exception):  # noqa: N818 - an answer, not a fault
    """The file is not to be had as text; the message is the reason."""


def read_text(path: Path | str, *, max_kb: int) -> str:
    """The text of a file of at most `max_kb` kB. Raises Unreadable with the reason.

    What is not UTF-8 comes back as lone surrogates, so that writing the text back gives the same bytes.
    """
    try:
        info = os.stat(path)  # noqa: PTH116 - a path object costs as much as reading a small file
        if not stat.S_ISREG(info.st_mode):
            # A pipe or a device would block or never end.
            raise Unreadable("not a regular file")
        if info.st_size > max_kb * 1024:
            raise Unreadable(f"larger than {max_kb} kB (check.max_file_kb)")
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
            data = file.readall()
    except FileNotFoundError:
        raise Unreadable("deleted while it was read") from None
    except (OSError, ValueError) as error:
        raise Unreadable(f"cannot be read: {_reason(error)}") from None
    if is_binary(data):
        raise Unreadable("binary")
    return data.decode("utf-8", "surrogateescape")


def _reason(error: OSError | ValueError) -> str:
    return os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)


def leads_inside(root: Path, path: Path) -> bool:
    """Whether `path`, all links followed, lies in `root`. Neither needs to exist."""
    top, at = str(root), str(path)
    # Most paths hold no link, and this is half the time of reading rules; hence strings.
    if at.startswith(top + os.sep) and ".." not in at:
        place = at.find(os.sep, len(top) + 1)
        while place > 0 and not os.path.islink(at[:place]):  # noqa: PTH114 - as above
            place = at.find(os.sep, place + 1)
        if place < 0 and not os.path.islink(at):  # noqa: PTH114 - as above
            return True
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def read_beginning(path: Path, size: int) -> bytes:
    """The bytes of a file, or its first `size`. Raises OSError."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a path object costs as much as reading a small file
        # Whoever reads so many takes memory for so many, even for a file of one.
        return file.read(size) if os.fstat(file.fileno()).st_size > size else file.readall()
