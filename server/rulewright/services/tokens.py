"""Token files: what a client of a socket must know. Only the user who started the server can read one."""

import contextlib
import os
import secrets
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from rulewright.core.addresses import Address

N_BYTES = 32
"""Of randomness in a token."""
MIN_LENGTH = 16
"""Of a token that somebody else has made, in characters."""
MAX_LENGTH = 1024


def token_path(state: Path, transport: str, port: int) -> Path:
    """Where the server on a port of this machine leaves its token, below the folder for what outlives a session."""
    return state / "tokens" / f"{transport}-{port}"


class Tokens:
    """The tokens of one server: given by its user, else made, and removed at the end."""

    def __init__(self, state: Path, given: Path | None, say: Callable[[str], None]) -> None:
        """Raises as `read_token` when there is nothing to ask for in `given`; `say` gets lines for people."""
        self._state = state
        self._given = given, read_token(given) if given is not None else ""
        self._say = say
        self._made: dict[Path, str] = {}

    def __enter__(self) -> Self:
        """The tokens, as long as they are of use."""
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None) -> None:
        """Remove what was made."""
        for path, token in self._made.items():
            remove_token(path, token)

    def token(self, transport: str, address: Address) -> str:
        """The token to ask for on an address. Raises OSError."""
        if self._given[0] is not None:
            return self._given[1]
        path = token_path(self._state, transport, address.port)
        self._made[path] = token = make_token(path)
        return token

    def listening(self, transport: str, address: Address) -> None:
        """Say where, and where the token is."""
        path = self._given[0] or token_path(self._state, transport, address.port)
        self._say(f"Listening on {transport} {address}. The token is in {path}")


def make_token(path: Path) -> str:
    """Write a new token, in place of an old one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    token = secrets.token_urlsafe(N_BYTES)
    # Under a name of its own first: whoever reads the file finds a whole token, the old or the new one.
    new = path.with_name(f"{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(token.encode() + b"\n")
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)  # The disk is full.
        raise
    return token


def read_token(path: Path) -> str:
    """The token in a file. Raises OSError, and ValueError with a sentence when others can read it or it is none."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    try:
        info = os.fstat(handle)
        if not stat.S_ISREG(info.st_mode):
            message = f"{path} is no file."
            raise ValueError(message)
        # Windows has no such modes; the user's folders are theirs alone there.
        if sys.platform != "win32" and (info.st_mode & 0o077 or info.st_uid != os.getuid()):
            message = f"{path} can be read by others, so it is no secret. Give it to you alone: chmod 600 {path}"
            raise ValueError(message)
        token = os.read(handle, MAX_LENGTH + 1).decode("ascii", "replace").strip()
    finally:
        os.close(handle)
    if not MIN_LENGTH <= len(token) <= MAX_LENGTH or not token.isprintable() or not token.isascii():
        message = f"{path} holds no token: a line of {MIN_LENGTH} or more characters, all ASCII, is one."
        raise ValueError(message)
    return token


def remove_token(path: Path, token: str) -> None:
    """Remove the file unless another server has written its own by now."""
    with contextlib.suppress(OSError, ValueError):
        if read_token(path) == token:
            path.unlink()
