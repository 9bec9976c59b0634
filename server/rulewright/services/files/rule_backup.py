"""What files held before a command changed them, kept outside of the project so that the last run can be taken back."""

import contextlib
import os
import re
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from rulewright.services.files.together import Changed, Swap, read_bytes, swap_all

FOLDER = "rule-backups"
"""Below the state folder; in it a folder for each project."""
MAX_KEPT = 10
"""Of a project; older ones are deleted."""
_NAME = re.compile(r"(\d{6})\.json")


class Kept(msgspec.Struct, frozen=True):
    """A file as it was, and what it was made into."""

    path: str
    before: bytes | None
    after: str | None
    """The SHA-256 of what was written; None where the file was removed."""


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a command."""

    version: int = 1
    root: str
    command: str
    files: tuple[Kept, ...]


class Reverted(msgspec.Struct, frozen=True):
    """What was taken back."""

    command: str
    paths: tuple[str, ...]
    """Of files that hold again what they held."""
    removed: tuple[str, ...]
    """Of files that were not there before."""


class NothingToRevert(Exception):  # noqa: N818 - an answer, not a fault
    """There is no backup, or it cannot be used; the message is a sentence."""


def swap_with_backup(state: Path, root: Path, command: str, swaps: Sequence[Swap]) -> Path:
    """Change files together and keep what they held. Raises OSError or Changed, and has then changed nothing."""
    folder = _folder_of(state, root)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    numbers = _numbers(folder)
    path = folder / f"{numbers[-1] + 1 if numbers else 1:06d}.json"
    files = tuple(Kept(s.path, s.before, None if s.after is None else _digest(s.after)) for s in swaps)
    _write(path, Backup(root=str(root), command=command, files=files))
    try:
        swap_all(root, swaps)
    except BaseException:
        path.unlink()
        raise
    for number in numbers[: max(len(numbers) + 1 - MAX_KEPT, 0)]:
        with contextlib.suppress(OSError):
            (folder / f"{number:06d}.json").unlink()
    return path


def revert(state: Path, root: Path) -> Reverted:
    """Take back the last run. Raises NothingToRevert, Changed with the paths that were edited since, or OSError."""
    folder = _folder_of(state, root)
    numbers = _numbers(folder)
    if not numbers:
        raise NothingToRevert("Nothing is kept of an earlier run in this project.")
    path = folder / f"{numbers[-1]:06d}.json"
    try:
        backup = msgspec.json.decode(path.read_bytes(), type=Backup)
    except msgspec.MsgspecError as error:
        raise NothingToRevert(f"{path} cannot be read: {error}. Nothing was changed.") from None
    now = {kept.path: read_bytes(root, kept.path) for kept in backup.files}
    edited = [k.path for k in backup.files if (None if (data := now[k.path]) is None else _digest(data)) != k.after]
    if edited:
        raise Changed(", ".join(edited))
    swap_all(root, [Swap(kept.path, now[kept.path], kept.before) for kept in backup.files])
    path.unlink()
    return Reverted(
        backup.command,
        tuple(kept.path for kept in backup.files if kept.before is not None),
        tuple(kept.path for kept in backup.files if kept.before is None),
    )


def _folder_of(state: Path, root: Path) -> Path:
    name = sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]
    return state / FOLDER / name


def _numbers(folder: Path) -> list[int]:
    names = os.listdir(folder) if folder.is_dir() else []  # noqa: PTH208 - names are all that is wanted
    return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name)))


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _write(path: Path, backup: Backup) -> None:
    """Write it so that it is whole or not there, and readable by its owner alone: the files may be."""
    temporary = path.with_suffix(f".json.{os.getpid()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(backup))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
