"""Which projects the user trusts: what a cloned project may not do until somebody who looked at it says so.

Trust is given to what a project said at that time: of its settings and templates a fingerprint is kept, and when they
say something else, the user is asked again.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from rulewright.core.config import Trust

NAME = "trusted-projects.json"
_VERSION = 2


class Held(msgspec.Struct, frozen=True):
    """What a project would be allowed."""

    settings: Mapping[str, Any]
    """By the names of `core.config.NEEDS_TRUST`."""
    templates: Mapping[str, str]
    """By path, relative to the root."""

    @property
    def fingerprint(self) -> str:
        """Tells it from others; the same in every process."""
        data = msgspec.json.encode([self.settings, self.templates], order="deterministic", enc_hook=str)
        return hashlib.sha256(data).hexdigest()


class _Record(msgspec.Struct):
    version: int
    projects: dict[str, str]
    """By the real path of a root the fingerprint of what it held when it was trusted."""


class _First(msgspec.Struct):
    """As it was in version 1, which kept no fingerprints."""

    version: int
    projects: list[str]


class TrustUnreadable(Exception):  # noqa: N818 - an answer, not a fault
    """What is trusted cannot be read, so nothing is; the message is a sentence."""


def trusted_projects(folder: Path) -> tuple[str, ...]:
    """The real paths of the roots that are trusted, sorted. Raises TrustUnreadable.

    `folder` is the user's configuration folder.
    """
    return tuple(sorted(_read(folder)))


def trust_of(folder: Path, root: Path, held: Held) -> Trust:
    """Whether a project is trusted with what it holds now; `none` where that cannot be read."""
    try:
        known = _read(folder).get(real(root))
    except TrustUnreadable:
        return "none"
    if known is None:
        return "none"
    return "trusted" if known == held.fingerprint else "changed"


def trust(folder: Path, root: Path, held: Held) -> bool:
    """Trust a project, with what it holds, from now on; False when it was trusted so. Raises as `revoke`."""
    with _alone(folder):
        projects = _read(folder)
        if projects.get(real(root)) == held.fingerprint:
            return False
        _write(folder, {**projects, real(root): held.fingerprint})
    return True


def revoke(folder: Path, root: Path) -> bool:
    """Trust a project no longer; False when it was not trusted. Raises TrustUnreadable and OSError."""
    if real(root) not in _read(folder):
        return False
    with _alone(folder):
        _write(folder, {path: print_ for path, print_ in _read(folder).items() if path != real(root)})
    return True


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While this lasts, nobody else changes what is trusted: of two who did, one would be lost. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415 - not on every platform

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        # Which lets go of the lock.
        os.close(descriptor)


def real(root: Path) -> str:
    """What a project is known by: its path with all links followed, so that no link borrows another one's trust."""
    return os.path.realpath(root)


def _read(folder: Path) -> dict[str, str]:
    path = folder / NAME
    try:
        data = path.read_bytes()
        version = msgspec.json.decode(data, type=_Version).version
        if version == 1:
            # What they held then is not known, so all count as changed.
            return dict.fromkeys(msgspec.json.decode(data, type=_First).projects, "")
        if version == _VERSION:
            return msgspec.json.decode(data, type=_Record).projects
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise TrustUnreadable(f"{path} cannot be read: {error.strerror or error}.") from None
    except msgspec.DecodeError:
        raise TrustUnreadable(f"{path} is not as Rulewright wrote it. Mend or delete it.") from None
    raise TrustUnreadable(f"{path} is of another version of Rulewright. Use that one, or delete it.")


class _Version(msgspec.Struct):
    version: int


def _write(folder: Path, projects: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    data = msgspec.json.encode(_Record(_VERSION, dict(sorted(projects.items()))))
    new = folder / f"{NAME}.{os.getpid()}"
    try:
        new.write_bytes(msgspec.json.format(data) + b"\n")
        new.replace(folder / NAME)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
