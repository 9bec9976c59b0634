"""Read one file of a workspace for the index: never a link, a pipe or a device, and never more than allowed."""

# ruff: noqa: PTH114

# Names of files may be any bytes, and paths come by the ten thousand.

import hashlib
import os
import stat
import time

import msgspec

from rulewright.core.index.symbols import ANALYSER_VERSION

INODE_MASK = (1 << 63) - 1
"""What a database holds of an inode."""
SETTLED_NS = 2_000_000_000
"""A file changed this shortly before it was read may change again and keep its time: FAT counts in two seconds."""

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class FileRead(msgspec.Struct, frozen=True, gc=False):
    """A file's bytes with what the system says of it."""

    data: bytes
    size: int
    mtime_ns: int
    inode: int
    is_settled: bool


class NotThereError(Exception):
    """There is no regular file of a size that is indexed."""


def read_file(path: str | bytes, max_bytes: int) -> FileRead:
    """A regular file's content. Raises NotThereError, and OSError when it is there and cannot be read."""
    now_ns = time.time_ns()
    try:
        descriptor = os.open(path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        raise NotThereError from None
    except OSError as error:
        # A link that may not be followed says so as ELOOP.
        if os.path.islink(path):
            raise NotThereError from error
        raise
    try:
        # What is written from here on gives it another time than this one, unless that is too new to be sure.
        info = os.fstat(descriptor)
        if not stat.S_ISREG(info.st_mode) or info.st_size > max_bytes:
            raise NotThereError
        data = os.read(descriptor, info.st_size + 1)
        is_whole = len(data) == info.st_size
        while not is_whole and len(data) <= max_bytes and (more := os.read(descriptor, max_bytes + 1 - len(data))):
            data += more
        if len(data) > max_bytes:
            raise NotThereError
    finally:
        os.close(descriptor)
    settled = is_whole and info.st_mtime_ns < now_ns - SETTLED_NS
    return FileRead(data, info.st_size, info.st_mtime_ns, inode_of(info), settled)


def inode_of(info: os.stat_result) -> int:
    """The inode as a number that a database holds; 0 on Windows, where listing a folder does not tell it."""
    return info.st_ino & INODE_MASK if os.name != "nt" else 0


def stamp_of(size: int, mtime_ns: int, inode: int, rules: int) -> int:
    """One number for what the system says of a file and for the rules by which it was taken.

    Hashes of whole numbers are the same in every process.
    """
    return hash((size, mtime_ns, inode, rules))


def cache_key(language: str, content: bytes) -> bytes:
    """The key of a content's record: a hash of the analyser's version, the language and the content."""
    digest = hashlib.sha256(b"%d %b\n" % (ANALYSER_VERSION, language.encode("utf-8", "replace")))
    digest.update(content)
    return digest.digest()
