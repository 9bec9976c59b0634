"""The private socket by which `rulewright status` asks a server how it is, and the asking.

A server leaves a socket in a folder that only its user can enter, named by its process. Who connects gets the answer
and nothing else can be asked. Where there are no such sockets (Windows) it listens on a port of this machine, and the
file of its name holds port and token.
"""

import asyncio
import contextlib
import hmac
import logging
import os
import secrets
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from rulewright.storage.private import make_private

log = logging.getLogger(__name__)

HAS_UNIX = hasattr(socket, "AF_UNIX")
MAX_PATH = 100
"""Bytes of a socket's path that every system takes."""
MAX_ANSWER = 64 << 20
ASK_S = 3.0
"""How long a server may take to answer."""
HELLO_S = 5.0
BACKLOG = 8


class Door(msgspec.Struct, frozen=True):
    """Where a server listens that has no socket file."""

    port: int
    token: str


class NoAnswer(msgspec.Struct, frozen=True):
    """A server that is there and says nothing."""

    pid: int
    reason: str


def run_folder(state: Path) -> Path:
    """Where sockets lie, below the folder for what outlives a session."""
    return state / "run"


async def answer_status(
    folder: Path, answer: Callable[[], bytes], *, pid: int | None = None, unix: bool = HAS_UNIX
) -> None:
    """Answer whoever asks until cancelled. Where nothing can be left in `folder` this says so in the log, and ends."""
    name = str(pid or os.getpid())
    path = folder / (f"{name}.sock" if unix else f"{name}.json")
    try:
        make_private(folder)
        listening, token = _listen_unix(path) if unix else _listen_loopback(path)
    except OSError as error:
        log.warning("rulewright status cannot ask this server: %s", error)
        return

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, ValueError):
            async with asyncio.timeout(HELLO_S):
                if not token or hmac.compare_digest((await reader.readline()).strip(), token):
                    writer.write(answer())
                    await writer.drain()
        writer.close()

    try:
        if unix:
            server = await asyncio.start_unix_server(meet, sock=listening, backlog=BACKLOG)
        else:
            server = await asyncio.start_server(meet, sock=listening, backlog=BACKLOG)
        async with server:
            await server.serve_forever()
    finally:
        listening.close()
        with contextlib.suppress(OSError):
            path.unlink()


def _listen_unix(path: Path) -> tuple[socket.socket, bytes]:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()  # Of a process that had our number.
        with _short(path) as short:
            listening.bind(short)
        # The folder is private already; this is for those who copy it.
        path.chmod(0o600)
    except BaseException:
        listening.close()
        raise
    return listening, b""


def _listen_loopback(path: Path) -> tuple[socket.socket, bytes]:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.bind(("127.0.0.1", 0))
        token = secrets.token_urlsafe(32)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(Door(listening.getsockname()[1], token)))
    except BaseException:
        listening.close()
        raise
    return listening, token.encode()


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name of a socket that is short enough for the system. Raises OSError where there is none."""
    if len(os.fsencode(path)) <= MAX_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def ask_servers(folder: Path, pid: int | None = None) -> tuple[list[bytes], list[NoAnswer]]:
    """What each server that runs says, oldest first, or one of them. Files of servers that have ended are removed."""
    answers: list[bytes] = []
    silent: list[NoAnswer] = []
    for path in _doors(folder):
        number = int(path.stem)
        if pid not in {None, number}:
            continue
        try:
            answer = _ask(path)
        except (ConnectionRefusedError, FileNotFoundError):
            with contextlib.suppress(OSError):
                path.unlink()
        except TimeoutError:
            silent.append(NoAnswer(number, f"it has not answered for {ASK_S:g} seconds"))
        except (OSError, ValueError) as error:
            silent.append(NoAnswer(number, str(error)))
        else:
            answers.append(answer)
    return answers, silent


def _doors(folder: Path) -> list[Path]:
    try:
        info = folder.lstat()
        if not stat.S_ISDIR(info.st_mode) or (hasattr(os, "getuid") and info.st_uid != os.getuid()):
            return []
        named = [path for path in folder.iterdir() if path.stem.isdecimal() and path.suffix in {".sock", ".json"}]
        return sorted(named, key=lambda path: (path.lstat().st_mtime, path.name))
    except OSError:
        return []


def _ask(path: Path) -> bytes:
    """All that a server says. Raises OSError, and ValueError when its file is none of ours."""
    if path.suffix == ".sock":
        asking = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        hello = b""
    else:
        door = msgspec.json.decode(path.read_bytes(), type=Door)
        asking = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        hello = door.token.encode() + b"\n"
    with asking:
        asking.settimeout(ASK_S)
        if hello:
            asking.connect(("127.0.0.1", door.port))
            asking.sendall(hello)
        else:
            with _short(path) as short:
                asking.connect(short)
        parts, n_bytes = [], 0
        while part := asking.recv(1 << 16):
            parts.append(part)
            n_bytes += len(part)
            if n_bytes > MAX_ANSWER:
                message = "its answer does not end"
                raise ValueError(message)
    if not parts:
        message = "it has said nothing"
        raise ValueError(message)
    return b"".join(parts)
