"""Change several files of a project together: all of them, or none.

New texts are first written beside the files that they replace, so a full disk or a folder that may not be written is
noticed while everything is still as it was.
"""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from rulewright.services.files.read import leads_inside


class Swap(msgspec.Struct, frozen=True):
    """A file with its bytes before and after; None where there is none."""

    path: str
    """Relative to the root."""
    before: bytes | None
    after: bytes | None


class Changed(Exception):  # noqa: N818 - an answer, not a fault
    """A file is not as it was expected; the message is its path."""


def read_bytes(root: Path, path: str) -> bytes | None:
    """What a file holds; None where there is none. Raises OSError, also for what is no file and what lies outside."""
    full = root / path
    if not leads_inside(root, full):
        raise OSError(errno.EXDEV, "it is a link that leads out of the project", path)
    try:
        if not full.is_file():
            if os.path.lexists(full):
                raise OSError(errno.EINVAL, "it is not a regular file", path)
            return None
        return full.read_bytes()
    except NotADirectoryError:
        raise OSError(errno.ENOTDIR, "one of its folders is a file", path) from None


def swap_all(root: Path, swaps: Sequence[Swap]) -> None:
    """Make all changes. Raises OSError, or Changed, and has then changed nothing."""
    for swap in swaps:
        if read_bytes(root, swap.path) != swap.before:
            raise Changed(swap.path)
    made: list[Path] = []
    waiting: list[tuple[Swap, str]] = []
    done: list[Swap] = []
    try:
        for swap in swaps:
            if swap.after is not None:
                target = Path(os.path.realpath(root / swap.path))
                _make_folder(target.parent, made)
                waiting.append((swap, ""))
                waiting[-1] = (swap, _beside(target, swap.after))
        for swap, temporary in waiting:
            os.replace(temporary, os.path.realpath(root / swap.path))  # noqa: PTH105
            done.append(swap)
        for swap in swaps:
            if swap.after is None:
                (root / swap.path).unlink()
                done.append(swap)
    except BaseException:
        _undo(root, done, (temporary for _, temporary in waiting), made)
        raise
    _tidy(root, (swap.path for swap in swaps if swap.after is None))


def _make_folder(folder: Path, made: list[Path]) -> None:
    """Make a folder and those above it; what was made is added to `made`, innermost last."""
    missing: list[Path] = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir()
        made.append(one)


def _beside(target: Path, data: bytes) -> str:
    """Write data beside the file that it will replace; the path of the new one."""
    descriptor, temporary = tempfile.mkstemp(prefix=".rulewright-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, target.stat().st_mode & 0o7777 if target.exists() else 0o644)  # noqa: PTH101
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise
    return temporary


def _undo(root: Path, done: Iterable[Swap], temporaries: Iterable[str], made: Sequence[Path]) -> None:
    """Put everything back that was done so far, as well as it goes."""
    for swap in done:
        with contextlib.suppress(OSError):
            target = Path(os.path.realpath(root / swap.path))
            if swap.before is None:
                target.unlink()
            else:
                os.replace(_beside(target, swap.before), target)  # noqa: PTH105
    for temporary in temporaries:
        with contextlib.suppress(OSError):
            if temporary:
                os.unlink(temporary)  # noqa: PTH108
    for folder in reversed(made):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _tidy(root: Path, removed: Iterable[str]) -> None:
    """Remove folders that are empty now."""
    for path in removed:
        folder = (root / path).parent
        while folder != root:
            try:
                folder.rmdir()
            except OSError:
                break
            folder = folder.parent
