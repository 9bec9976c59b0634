"""Worker processes as their parent has them: pipes to speak with each, a way to end it, and how it ended.

On Linux one process imports what they need and forks them (`forkserver`), so that the second costs next to nothing.
Elsewhere each is started by itself: forking without starting a program is not safe on macOS, and Windows has no fork.
"""

import contextlib
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Protocol

from rulewright.processes.forkserver import STATUS, Fork, Kill, Prepare, can_fork_here, encode, fork_here
from rulewright.processes.own_python import command, launch

if TYPE_CHECKING:
    import subprocess

CAN_FORK = sys.platform == "linux"
_END_S = 5.0
"""Seconds that the process that forks may take to end the others and itself."""
_TELL_S = 5.0
"""Seconds that it may take to tell of one that has ended or been forked."""


class Child(Protocol):
    """A worker process."""

    @property
    def orders(self) -> int:
        """The descriptor to write to."""
        ...

    @property
    def answers(self) -> int:
        """The descriptor to read from."""
        ...

    @property
    def pid(self) -> int:
        """Its process id; waits until it has one, and is 0 where it never had."""
        ...

    def kill(self) -> None:
        """End it now; nothing where it has ended. A second time by other means, if there are."""
        ...

    def wait(self) -> int | None:
        """How it ended, as `Popen.returncode` has it, when it has; None where nobody can tell."""
        ...

    def close(self) -> None:
        """Close its pipes."""
        ...


class Children(Protocol):
    """Starts workers."""

    def begin(self, words: Sequence[str] = ()) -> None:
        """Some will be started soon, and want what these words stand for: make it ready where that serves all of them.

        Does not wait for that. Raises OSError.
        """
        ...

    def start(self, arguments: Sequence[bytes]) -> Child:
        """Start one with its arguments; raises OSError."""
        ...

    def close(self) -> None:
        """End what starts them, and all that still run."""
        ...


def children_of(module: str) -> Children:
    """Workers that run the `main` of a module, which also is a program."""
    return Forking(module) if CAN_FORK else Spawning(module)


class Spawning:
    """Each worker is a program of its own."""

    def __init__(self, module: str) -> None:
        self._module = module

    def begin(self, words: Sequence[str] = ()) -> None:
        """See `Children`; nothing is shared, so there is nothing to begin with."""

    def start(self, arguments: Sequence[bytes]) -> Child:
        """See `Children`."""
        return _Spawned(launch(command(self._module, *arguments)))

    def close(self) -> None:
        """See `Children`; they are ended one by one."""


class _Spawned:
    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._process = process
        self.orders, self.answers, self.pid = process.stdin.fileno(), process.stdout.fileno(), process.pid

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self._process.kill()

    def wait(self) -> int | None:
        return self._process.wait()

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


class Forking:
    """One process, started with the first worker, forks them. Not for two threads at once, but for `Child.kill`."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._numbers = count()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | _Copy | None = None
        self._forked: list[_Forked] = []
        """Those that may still run."""
        self._prepared: dict[str, None] = {}
        """What workers want, in the order in which it was first asked for."""

    def begin(self, words: Sequence[str] = ()) -> None:
        """See `Children`."""
        new = [word for word in words if word not in self._prepared]
        self._prepared.update(dict.fromkeys(new))
        if self._socket is None:
            self._launch()
            new = list(self._prepared)
        if new and self._socket is not None:
            # Where it has been ended from outside, the next start finds that out.
            with contextlib.suppress(ConnectionError):
                self._socket.send(encode(Prepare(tuple(new))))

    def start(self, arguments: Sequence[bytes]) -> Child:
        """See `Children`."""
        for attempt in (1, 2):
            try:
                return self._fork(arguments)
            except ConnectionError:
                # It was ended from outside; workers that it had forked live on.
                self._end()
                if attempt == 2:  # noqa: PLR2004
                    raise
        raise AssertionError

    def close(self) -> None:
        """See `Children`."""
        self._prepared.clear()
        self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        orders, self._socket = self._socket, None
        if process is None or orders is None:
            return
        forked, self._forked = self._forked, []
        try:
            orders.settimeout(_END_S)
            orders.send(b"")  # As the end of them.
            orders.recv(1)  # Its end is closed when it has ended.
        except TimeoutError:
            process.kill()
            for child in forked:
                child.kill_orphan()
        except OSError:
            pass  # It has ended before.
        orders.close()
        process.wait()

    def _fork(self, arguments: Sequence[bytes]) -> Child:
        self.begin()
        assert self._socket is not None
        number = next(self._numbers)
        orders, answers, status = os.pipe(), os.pipe(), os.pipe()
        theirs, ours = (orders[0], answers[1], status[1]), (orders[1], answers[0], status[0])
        try:
            socket.send_fds(self._socket, [encode(Fork(number, tuple(arguments)))], theirs)
        except OSError:
            for pipe in ours:
                os.close(pipe)
            raise
        finally:
            for pipe in theirs:
                os.close(pipe)
        child = _Forked(*ours, self._socket, number)
        self._forked = [*(one for one in self._forked if not one.is_closed), child]
        return child

    def _launch(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            if can_fork_here():
                self._process = _Copy(fork_here(self._module, theirs))
            else:
                self._process = launch(command("rulewright.processes.forkserver", self._module), theirs.fileno())
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()
        self._socket = ours


class _Copy:
    """A fork of this process, with what is wanted of a `Popen`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        # Where SIGCHLD is ignored, as by some that start programs, nothing is left of it to wait for.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)


class _Forked:
    def __init__(self, orders: int, answers: int, status: int, parent: socket.socket, number: int) -> None:
        self.orders, self.answers = orders, answers
        self._status = status
        self._parent, self._number = parent, number
        self._pid: int | None = None
        self._lock = threading.Lock()
        self._was_killed = False

    @property
    def pid(self) -> int:
        with self._lock:
            if self._pid is None:
                self._pid = self._read() or 0
            return self._pid

    def kill(self) -> None:
        try:
            # By its parent, which alone knows whether its process id is still its own.
            self._parent.send(encode(Kill(self._number)))
        except ConnectionError:
            self._was_killed = True
        except OSError:
            return  # That was closed, and ended all of them.
        if self._was_killed:
            self.kill_orphan()
        self._was_killed = True

    def kill_orphan(self) -> None:
        """End it without its parent, which is gone or does nothing."""
        if self._pid and not self.is_closed:
            with contextlib.suppress(OSError):
                os.kill(self._pid, signal.SIGKILL)

    @property
    def is_closed(self) -> bool:
        """Whether nobody is interested any more."""
        return self._status < 0

    def wait(self) -> int | None:
        return self._read() if self.pid else None

    def close(self) -> None:
        pipes = self.orders, self.answers, self._status
        # Their numbers are soon those of other files.
        self.orders = self.answers = self._status = -1
        for pipe in pipes:
            if pipe >= 0:
                os.close(pipe)

    def _read(self) -> int | None:
        if self._status < 0:
            return None
        patience = select.poll()
        patience.register(self._status, select.POLLIN)
        if not patience.poll(_TELL_S * 1e3):
            return None  # Whoever could tell has been stopped.
        told = os.read(self._status, STATUS.size)
        return STATUS.unpack(told)[0] if len(told) == STATUS.size else None
