"""`rulewright serve` on sockets in a process of its own, and clients of it."""

import contextlib
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.harness.program import PROGRAM, Session, environment

LISTENING = re.compile(rb"Listening on (tcp|ws) 127\.0\.0\.1:(\d+)\. The token is in (.+)\n")


class NodeProcess:
    """A server on a free port of each kind."""

    def __init__(self, state: Path, *arguments: str) -> None:
        self.state = state
        self.env = environment(RULEWRIGHT_STATE_DIR=str(state))
        self.popen = subprocess.Popen(
            [*PROGRAM, "serve", *(arguments or ("--tcp", "0", "--ws", "0"))],
            cwd=state.parent,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self.env,
        )
        self.ports: dict[str, int] = {}
        self.token_files: dict[str, Path] = {}
        assert self.popen.stderr is not None

    def __enter__(self) -> Self:
        assert self.popen.stderr is not None
        for line in self.popen.stderr:
            found = LISTENING.fullmatch(line)
            assert found, line
            self.ports[found[1].decode()] = int(found[2])
            self.token_files[found[1].decode()] = Path(found[3].decode())
            if len(self.ports) == sum(a in {"--tcp", "--ws"} for a in self.popen.args):  # type: ignore[union-attr]
                break
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None) -> None:
        if self.popen.returncode is None:
            self.popen.kill()
        self.popen.communicate()

    def token(self, transport: str = "tcp") -> str:
        """What a client has to bring."""
        return self.token_files[transport].read_text("ascii").strip()

    def end(self) -> tuple[int, str]:
        """Have it end as a service manager does; the exit code and what it had logged."""
        self.popen.terminate()
        _, err = self.popen.communicate(timeout=30)
        return self.popen.returncode, err.decode()


@contextlib.contextmanager
def client(root: Path, port: int) -> Iterator[Session]:
    """A client on a TCP port that has not said anything yet."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection, connection.makefile("rwb") as file:
        yield Session(root, file, file)


def children_of(pid: int) -> list[str]:
    """The processes that a process has started; the system lists them by the thread that did."""
    found: list[str] = []
    for task in Path("/proc", str(pid), "task").iterdir():
        with contextlib.suppress(OSError):  # The thread has ended.
            found += (task / "children").read_text().split()
    return found
