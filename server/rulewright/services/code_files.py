"""Reads a file of code as an editor would show it."""

import os
import stat

MAX_BYTES = 4 * 1024 * 1024


def read_code(path: str) -> str | None:
    """A regular file's text; None where there is none, or it is too large, binary or unreadable."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
            info = os.fstat(descriptor)
            if not stat.S_ISREG(info.st_mode) or info.st_size > MAX_BYTES:
                return None
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        return None
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    if b"\0" in data or len(data) > MAX_BYTES:
        return None
    return data.decode("utf-8-sig", "replace")
