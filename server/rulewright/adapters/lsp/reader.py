"""Standard input and output as the server uses them. Standard library only, so that it loads at once.

A thread of our own reads: the loop's own pipes refuse plain files, and a pool's threads can all be busy. It
puts message bodies in an `Inbox`, from which the loop takes them in order.
"""

import os
import sys
import threading
from collections import deque

from rulewright.adapters.lsp.framing import Framer, frame

TYPE_CHECKING = False
"""As in `typing`, whose import would take longer than the first answer."""
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Inbox:
    """Message bodies on their way from the thread that reads to the loop that handles them."""

    def __init__(self) -> None:
        self._bodies: deque[bytes] = deque()
        self._lock = threading.Lock()
        self._ended = False
        self._wake: Callable[[], None] | None = None

    def put(self, bodies: "Sequence[bytes]") -> None:
        """Add bodies behind those that wait."""
        with self._lock:
            self._bodies.extend(bodies)
            self._notify()

    def end(self) -> None:
        """There will be no more."""
        with self._lock:
            self._ended = True
            self._notify()

    def take(self, n: int) -> tuple[list[bytes], bool]:
        """Up to `n` bodies, and whether these were the last there will ever be."""
        with self._lock:
            taken = [self._bodies.popleft() for _ in range(min(n, len(self._bodies)))]
            return taken, self._ended and not self._bodies

    def attach(self, wake: "Callable[[], None] | None") -> None:
        """Call `wake`, in the thread that reads, whenever there may be something to take."""
        with self._lock:
            self._wake = wake

    def _notify(self) -> None:
        if self._wake is not None:
            self._wake()


def start_reading(fd: int, inbox: Inbox, hear_first: "Callable[[bytes], None] | None" = None) -> threading.Thread:
    """Read `fd` into `inbox` until it ends, in a thread that never keeps the process alive.

    The first body is given to `hear_first`, in that thread, before it can be taken from the inbox.
    """
    thread = threading.Thread(target=_read, args=(fd, inbox, hear_first), name="rulewright-stdin", daemon=True)
    thread.start()
    return thread


def _read(fd: int, inbox: Inbox, hear_first: "Callable[[bytes], None] | None") -> None:
    framer = Framer()
    try:
        while data := os.read(fd, 1 << 16):
            if bodies := framer.feed(data):
                if hear_first is not None:
                    hear_first(bodies[0])
                    hear_first = None
                inbox.put(bodies)
    except OSError:
        pass  # A descriptor that cannot be read any more is the end of the input.
    finally:
        inbox.end()


class Writer:
    """Writes framed bodies to a file descriptor, from any thread; what pygls calls a writer."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = threading.Lock()
        self._is_lost = False
        self._tell: Callable[[], None] | None = None

    def write(self, body: bytes) -> None:
        """Write one body; once the reader is gone, nothing more."""
        view = memoryview(frame(body))
        with self._lock:
            try:
                while view and not self._is_lost:
                    view = view[os.write(self._fd, view) :]
            except OSError:
                self._is_lost = True
                if self._tell is not None:
                    self._tell()

    def on_lost(self, tell: "Callable[[], None]") -> None:
        """Call `tell` when the reader is gone, which it may be already. It may be called in any thread, once."""
        with self._lock:
            self._tell = tell
            if self._is_lost:
                tell()

    def close(self) -> None:
        """Nothing to do: the descriptor lives as long as the process."""


def claim_stdio() -> tuple[int, int]:
    """Private copies of descriptors 0 and 1. A stray `print` goes to stderr and cannot break the protocol."""
    if sys.platform == "win32":  # pragma: no cover
        import msvcrt  # noqa: PLC0415

        for fd in (0, 1):
            msvcrt.setmode(fd, os.O_BINARY)
    stdin, stdout = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    return stdin, stdout
