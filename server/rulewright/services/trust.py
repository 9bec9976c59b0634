"""Which projects the user trusts: what a cloned project may not do until somebody who looked at it says so."""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

NAME = "trusted-projects.json"
_VERSION = 1


class _Record(msgspec.Struct):
    version: int
    projects: list[str]
    """Real paths of roots."""


class TrustUnreadable(Exception):  # noqa: N818 - an answer, not a fault
    """What is trusted cannot be read, so nothing is; the message is a sentence."""


def trusted_projects(folder: Path) -> tuple[str, ...]:
    """The real paths of the roots that are trusted, sorted. Raises TrustUnreadable.

    `folder` is the user's configuration folder.
    """
    path = folder / NAME
    try:
        record = msgspec.json.decode(path.read_bytes(), type=_Record)
    except FileNotFoundError:
        return ()
    except NotADirectoryError:
        return ()
    except OSError as error:
        raise TrustUnreadable(f"{path} cannot be read: {error.strerror or error}.") from None
    except msgspec.DecodeError:
        raise TrustUnreadable(f"{path} is not as Rulewright wrote it. Mend or delete it.") from None
    if record.version != _VERSION:
        raise TrustUnreadable(f"{path} is of another version of Rulewright. Use that one, or delete it.")
    return tuple(sorted(record.projects))


def is_trusted(folder: Path, root: Path) -> bool:
    """Whether a project is trusted; never where that cannot be read."""
    try:
        return real(root) in trusted_projects(folder)
    except TrustUnreadable:
        return False


def trust(folder: Path, root: Path) -> bool:
    """Trust a project from now on; False when it was trusted. Raises TrustUnreadable and OSError."""
    projects = trusted_projects(folder)
    if real(root) in projects:
        return False
    _write(folder, [*projects, real(root)])
    return True


def revoke(folder: Path, root: Path) -> bool:
    """Trust a project no longer; False when it was not trusted. Raises TrustUnreadable and OSError."""
    projects = trusted_projects(folder)
    if real(root) not in projects:
        return False
    _write(folder, [p for p in projects if p != real(root)])
    return True


def real(root: Path) -> str:
    """What a project is known by: its path with all links followed, so that no link borrows another one's trust."""
    return os.path.realpath(root)


def _write(folder: Path, projects: Iterable[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    data = msgspec.json.encode(_Record(_VERSION, sorted(projects)))
    new = folder / f"{NAME}.{os.getpid()}"
    try:
        new.write_bytes(msgspec.json.format(data) + b"\n")
        new.replace(folder / NAME)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
