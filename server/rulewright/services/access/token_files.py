"""Files that hold a secret: what a client of a socket must know, and the key that tokens are signed with.

Only the user who started the server can read one.
"""

import contextlib
import os
import secrets
import stat
import sys
from pathlib import Path

N_BYTES = 32
"""Of randomness in a token."""
N_NAME_BYTES = 4
MIN_LENGTH = 16
"""Of a token that somebody else has made, in characters."""
MAX_LENGTH = 1024


def key_path(state: Path) -> Path:
    """Where the key that tokens are signed with is kept."""
    return state / "tokens" / "signing-key"


def token_path(state: Path, transport: str, port: int) -> Path:
    """Where the server on a port of this machine leaves its token, below the folder for what outlives a session."""
    return state / "tokens" / f"{transport}-{port}"


def make_token(path: Path) -> str:
    """Write a new secret, in place of an old one. Raises OSError."""
    token = secrets.token_urlsafe(N_BYTES)
    write_token(path, token)
    return token


def read_or_make_key(path: Path) -> str:
    """The key in a file, which is made when there is none. Raises as `read_token`."""
    try:
        return read_token(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = _beside(path)
        _write(made, secrets.token_urlsafe(N_BYTES))
        try:
            # Another process may have been faster; its key counts.
            with contextlib.suppress(FileExistsError):
                os.link(made, path)
        finally:
            made.unlink(missing_ok=True)
        return read_token(path)


def write_token(path: Path, token: str) -> None:
    """Write a token, in place of an old one. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Under a name of its own first: whoever reads the file finds a whole token, the old or the new one.
    new = _beside(path)
    _write(new, token)
    try:
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise


def _beside(path: Path) -> Path:
    """A name of its own: several threads of several processes may write at once."""
    return path.with_name(f"{path.name}.{secrets.token_hex(N_NAME_BYTES)}")


def _write(new: Path, token: str) -> None:
    """A file that nobody else can read. Raises OSError, and then there is none."""
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(token.encode() + b"\n")
    except OSError:
        new.unlink(missing_ok=True)  # The disk is full.
        raise


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
