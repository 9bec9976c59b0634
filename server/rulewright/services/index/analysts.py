"""The worker processes: orders go to them, outcomes come from them, and each can be ended at any moment.

A thread for each waits on its pipe, so that whoever asks for outcomes waits on a queue and never on a process; this
is the same on every platform, beside an event loop and without one.
"""

import contextlib
import os
import queue
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Protocol

import msgspec

from rulewright.processes.children import Child, children_of
from rulewright.processes.framing import READY, receive, send
from rulewright.services.index.wire import Order, Outcome, decode_outcomes, encode_order

AHEAD = 2
"""Orders that a worker has at a time, so that it need not wait for the next one."""
START_S = 60.0
"""Seconds that a worker may take to start."""
PATIENCE = 12 if hasattr(signal, "setitimer") else 1
"""A worker ends itself when a file has had its time of a processor. One that does nothing at all, or cannot end itself,
is ended by us when so many times that has passed on the clock."""
GRACE_S = 2.0
"""On top of that."""
MAX_FAILED_STARTS = 3
REST_S = 30.0
"""Seconds without work after which the processes end."""

MAX_PREPARED = 4
"""Languages at a time that are made ready once for all workers before one is started: those of its first order, most
files first. Each costs up to a tenth of a second."""


class Answer(msgspec.Struct, frozen=True):
    """Outcomes of one order's files, some or all."""

    outcomes: list[Outcome]


class Lost(msgspec.Struct, frozen=True):
    """A worker ended with orders in hand."""

    orders: tuple[Order, ...]
    """What it had; the first one is the one it was at. Files that were answered before are in them too."""
    took_too_long: bool
    had_started: bool
    """False: it ended before it could take an order."""


Event = Answer | Lost


class Analysts(Protocol):
    """Whoever turns orders into outcomes."""

    @property
    def n_free(self) -> int:
        """How many further orders would be begun, or wait as the next ones, if they were given now."""
        ...

    def begin(self, languages: Sequence[str] = ()) -> None:
        """There will be much to do, in these languages above all: start what takes time."""
        ...

    def give(self, order: Order) -> None:
        """Have an order carried out."""
        ...

    def take(self, timeout_s: float) -> list[Event]:
        """What happened; waits for it at most so long."""
        ...

    def rest(self, idle_s: float) -> None:
        """There has been nothing to do for so long."""
        ...

    def close(self) -> None:
        """End everything; what is under way is dropped."""
        ...


class Processes:
    """`n_workers` processes, started when there is work for them."""

    def __init__(
        self,
        root: str,
        cache_folder: Callable[[], Path | None],
        *,
        n_workers: int,
        timeout_s: float,
        max_bytes: int,
        on_event: Callable[[], None] | None = None,
    ) -> None:
        """`cache_folder` says, when a process starts, where it may find records; None where there are none yet.

        `on_event` is called in another thread whenever `take` has something new.
        """
        self._root, self._cache_folder, self._max_bytes = os.fsencode(root), cache_folder, max_bytes
        self._is_cold = False
        """Whether a process runs that does not look into the cache."""
        self.n_workers, self.timeout_s = n_workers, timeout_s
        self._events: queue.SimpleQueue[tuple[_Process, Event] | None] = queue.SimpleQueue()
        self._on_event = on_event
        self._children = children_of("rulewright.services.index.worker")
        self._processes: list[_Process] = []

    @property
    def n_free(self) -> int:
        """Places for orders."""
        held = sum(len(p.orders) for p in self._processes)
        return AHEAD * self.n_workers - held

    def begin(self, languages: Sequence[str] = ()) -> None:
        """Start what forks the processes, while the files are still being listed."""
        with contextlib.suppress(OSError):  # It is told when there is work.
            self._children.begin(languages[:MAX_PREPARED])

    def give(self, order: Order) -> None:
        """To the one with the least to do; a process is started while there are fewer than allowed."""
        idle = min(self._processes, key=lambda p: len(p.orders), default=None)
        if (idle is None or idle.orders) and len(self._processes) < self.n_workers:
            idle = self._start(order)
            self._processes.append(idle)
        if idle is None:
            raise RuntimeError("there are no workers")
        idle.give(order, self.timeout_s)

    def take(self, timeout_s: float) -> list[Event]:
        """What happened since; a worker that is overdue is ended first."""
        events: list[Event] = []
        with contextlib.suppress(queue.Empty):
            self._note(self._events.get(timeout=timeout_s) if timeout_s > 0 else self._events.get_nowait(), events)
            while True:
                self._note(self._events.get_nowait(), events)
        now = monotonic()
        for process in self._processes:
            if process.orders and now > process.overdue_at and self._events.empty():
                process.end_overdue()
        return events

    def rest(self, idle_s: float) -> None:
        """Called when there has been nothing to do for so long: end processes that are no longer of use."""
        if self._is_cold or idle_s > REST_S:
            self.close()

    def close(self) -> None:
        """End the processes."""
        processes, self._processes = self._processes, []
        for process in processes:
            process.kill()
        self._children.close()
        for process in processes:
            process.join()
        self._events = queue.SimpleQueue()
        self._is_cold = False

    def _start(self, order: Order) -> "_Process":
        languages = Counter(language for _, language in order.files)
        # Goes on while the cache is opened.
        self.begin([language for language, _ in languages.most_common()])
        folder = self._cache_folder()
        self._is_cold = self._is_cold or folder is None
        arguments = (self._root, os.fsencode(folder or ""), b"%g" % self.timeout_s, b"%d" % self._max_bytes)
        return _Process(self._children.start(arguments), self._tell)

    def _tell(self, process: "_Process", event: Event) -> None:
        self._events.put((process, event))
        if self._on_event is not None:
            self._on_event()

    def _note(self, item: "tuple[_Process, Event] | None", events: list[Event]) -> None:
        if item is None:
            return
        process, event = item
        if isinstance(event, Lost):
            if process in self._processes:
                self._processes.remove(process)
            process.join()
            event = msgspec.structs.replace(event, orders=tuple(process.orders))
        else:
            process.note(event.outcomes, self.timeout_s)
        events.append(event)


class _Process:
    """One worker. Its orders are known to the asking thread alone; its own thread only reads its pipe."""

    def __init__(self, child: Child, tell: "Callable[[_Process, Event], None]") -> None:
        self.orders: deque[Order] = deque()
        self.overdue_at = monotonic() + START_S
        self.is_ready = threading.Event()
        self.child = child
        self.pid = 0
        """When it is ready."""
        self._tell = tell
        self._is_overdue = False
        self._thread = threading.Thread(target=self._read, name="index worker", daemon=True)
        self._thread.start()

    def give(self, order: Order, timeout_s: float) -> None:
        """Send an order. It fits into the pipe, so this does not wait."""
        if not self.orders and self.is_ready.is_set():
            self.overdue_at = monotonic() + PATIENCE * timeout_s + GRACE_S
        self.orders.append(order)
        # A worker that is gone is reported by its thread.
        with contextlib.suppress(OSError):
            send(self.child.orders, encode_order(order))

    def note(self, outcomes: list[Outcome], timeout_s: float) -> None:
        """It lives: the next file has its own time."""
        self.overdue_at = monotonic() + PATIENCE * timeout_s + GRACE_S
        for outcome in outcomes:
            order = self.orders[0] if self.orders else None
            if order is not None and order.number == outcome.order and outcome.file == len(order.files) - 1:
                self.orders.popleft()

    def end_overdue(self) -> None:
        """End it, because the file at hand took too long."""
        self._is_overdue = True
        self.kill()

    def kill(self) -> None:
        """End it now."""
        self.child.kill()

    def join(self) -> None:
        """Wait until it has ended, which it has been told to."""
        self._thread.join(GRACE_S)
        if self._thread.is_alive():
            self.child.kill()
            self._thread.join()
        self.child.close()

    def _read(self) -> None:
        answers = self.child.answers
        try:
            if receive(answers) == READY:
                self.pid = self.child.pid
                self.is_ready.set()
                self._tell(self, Answer([]))
                while (body := receive(answers)) is not None:
                    self._tell(self, Answer(decode_outcomes(body)))
        except (OSError, msgspec.MsgspecError):
            self.kill()
        ended_itself = self.child.wait() == -getattr(signal, "SIGPROF", 0) != 0
        self._tell(self, Lost((), ended_itself or self._is_overdue, self.is_ready.is_set()))
