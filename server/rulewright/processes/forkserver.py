"""The process that forks workers: `python -P -m rulewright.processes.forkserver MODULE`, with a socket as its input.

It imports the module once and makes ready once what is asked for; a worker costs a fork from then on. It has no
threads and does no work of its own, so that a fork is safe, as in the start method of that name of multiprocessing,
whose protocol is pickle. It tells how each worker ended, and ends, with all of them, when its socket is closed.

Where the program that wants it has neither threads nor open files yet, it is a fork itself (`fork_here`), which saves
a start of Python and most imports.

A worker runs `MODULE.main(*arguments)`, which are bytes, with pipes as its input and output. `MODULE.prepare(*words)`
runs when it is asked for, for all workers that are forked from then on.
"""

import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import stat
import struct
import sys
from pathlib import Path
from types import ModuleType

import msgspec

from rulewright.processes import own_python, quick

MAX_MESSAGE = 1 << 17
"""Bytes."""
N_STREAMS = 3
"""Input, output and errors."""
N_PIPES = 3
"""Which come with a `Fork`: orders, answers, status."""
STATUS = struct.Struct("<i")
"""What is written of a worker: its process id, and then, when it has ended, how, as `Popen.returncode` has it."""


class Fork(msgspec.Struct, frozen=True, array_like=True, tag="fork"):
    """Start a worker. Its pipes come along."""

    number: int
    arguments: tuple[bytes, ...]


class Prepare(msgspec.Struct, frozen=True, array_like=True, tag="prepare"):
    """Make something ready."""

    words: tuple[str, ...]


class Kill(msgspec.Struct, frozen=True, array_like=True, tag="kill"):
    """End a worker, unless it has ended."""

    number: int


encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Fork | Prepare | Kill).decode


class _Workers:
    """Those that run: process ids by number, and where each one's status goes, by process id."""

    def __init__(self, module: ModuleType, own: tuple[int, ...]) -> None:
        """`own` are descriptors that are nothing to a worker."""
        self._module, self._own = module, own
        self._running: dict[int, int] = {}
        self._status: dict[int, int] = {}

    def start(self, order: Fork, pipes: list[int]) -> None:
        orders, answers, status = pipes
        # What is there now is there for good: a worker that looked for garbage in it would copy it all.
        gc.freeze()
        try:
            process = os.fork()
        except OSError:  # There is no room for another process. The closed pipes say so.
            for pipe in pipes:
                os.close(pipe)
            return
        if process == 0:
            _become(self._module, order.arguments, (orders, answers), (*self._own, status, *self._status.values()))
        os.close(orders)
        os.close(answers)
        self._running[order.number] = process
        self._status[process] = status
        _tell(status, process)

    def kill(self, number: int) -> None:
        if (process := self._running.get(number)) is not None:
            os.kill(process, signal.SIGKILL)

    def reap(self, how: int = os.WNOHANG) -> None:
        """Tell of those that have ended."""
        while self._running:
            process, status = os.waitpid(-1, how)
            if not process:
                return
            self._running = {number: p for number, p in self._running.items() if p != process}
            pipe = self._status.pop(process)
            _tell(pipe, os.waitstatus_to_exitcode(status))
            os.close(pipe)

    def end(self) -> None:
        for process in self._running.values():
            os.kill(process, signal.SIGKILL)
        self.reap(0)


def _tell(pipe: int, number: int) -> None:
    with contextlib.suppress(OSError):  # Nobody may want to know any more.
        os.write(pipe, STATUS.pack(number))


def _become(module: ModuleType, arguments: tuple[bytes, ...], pipes: tuple[int, int], others: tuple[int, ...]) -> None:
    """Be a worker. Never returns."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, pipe in enumerate(pipes):
            os.dup2(pipe, number)  # In place of the socket, too.
        for pipe in (*pipes, *others):
            os.close(pipe)
        module.main(*arguments)
        os._exit(0)
    finally:
        os._exit(1)


def main(name: str) -> None:
    """Fork what is ordered until the socket is closed."""
    gc.disable()
    quick.keep_memory()
    module = importlib.import_module(name)
    orders = socket.socket(fileno=os.dup(0))
    woken, wake = os.pipe()
    workers = _Workers(module, (orders.fileno(), woken, wake))
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ready, _, _ = select.select([orders.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 1024)
            workers.reap()
        if orders.fileno() in ready:
            message, pipes, _, _ = socket.recv_fds(orders, MAX_MESSAGE, N_PIPES)
            if not message:
                break
            order = _decode(message)
            if isinstance(order, Fork):
                workers.start(order, pipes)
            elif isinstance(order, Prepare):
                module.prepare(*order.words)
            else:
                workers.kill(order.number)
    workers.end()


def can_fork_here() -> bool:
    """Whether a copy of this process is sound: it has one thread and, but for its standard streams, no file open.

    A second thread may hold a lock that nobody opens in the copy, and what SQLite knows of its open files holds for
    one process only.
    """
    try:
        n_threads = len(list(Path("/proc/self/task").iterdir()))
        return n_threads == 1 and not any(_is_file(int(entry.name)) for entry in Path("/proc/self/fd").iterdir())
    except OSError:
        return False


def _is_file(descriptor: int) -> bool:
    with contextlib.suppress(OSError):  # What read the list is closed again.
        return descriptor >= N_STREAMS and stat.S_ISREG(os.fstat(descriptor).st_mode)
    return False


def fork_here(name: str, orders: socket.socket) -> int:
    """Do what the program does in a copy of this process, with a socket of its own, and return its process id."""
    path = own_python.path()  # It leaves out the folder that this process is in.
    process = os.fork()
    if process:
        return process
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # What is ignored stays so, as in a program that is started: under nohup, or in the background of a shell.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream, source in enumerate((orders.fileno(), nothing, nothing)):
            os.dup2(source, stream)
        # Those that are open: where a process may have a thousand million, trying each takes minutes on older systems.
        for descriptor in [int(entry.name) for entry in Path("/proc/self/fd").iterdir()]:
            if descriptor >= N_STREAMS:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
        if (logging := sys.modules.get("logging")) is not None:
            logging.disable()  # Whoever writes a log may have written to one of those.
        os.chdir(own_python.HOME)
        sys.path[:] = path
        main(name)
        os._exit(0)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1])
