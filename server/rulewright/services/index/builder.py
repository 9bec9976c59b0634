"""What is still to be analysed, in which order, and what became of it: a machine that is moved by `step`.

It never waits longer than it is told to, never parses and never writes, so it serves a command line that only builds
and a process that answers questions in between. One thread uses it.

A file that ends its worker or takes too long costs itself alone: the files of the order that was under way are given
out one by one, and the one that does it again is known by its words from then on.
"""

# ruff: noqa: PTH118

# Names of files may be any bytes, and paths come by the ten thousand.

import heapq
import itertools
import os
from collections import deque
from collections.abc import Iterable
from time import monotonic

import msgspec

from rulewright.core.index.fit import as_utf8, normal
from rulewright.core.index.symbols import FileRecord, encode_record
from rulewright.core.index.words import words_of
from rulewright.processes.late_log import LateLog
from rulewright.services.index.analysts import MAX_FAILED_STARTS, Analysts, Event, Lost
from rulewright.services.index.reading import NotThereError, cache_key, read_file
from rulewright.services.index.tables import analysis_of
from rulewright.services.index.wire import Order, Outcome

log = LateLog(__name__)

ORDER_BYTES = 200_000
"""Bytes of the files of one order: a twentieth of a second of work."""
ORDER_FILES = 256
SOON, LATER = 0, 1
"""Priorities: what somebody looks at, and the rest."""

TOO_LONG = "words only: its analysis took longer than {:g} seconds (index.timeout_s)"
DIED = "words only: the process that analysed it ended unexpectedly"
NO_PROCESS = "words only: the processes that analyse do not start"


class Task(msgspec.Struct, frozen=True, gc=False):
    """A file to be analysed."""

    path: str
    language: str
    size: int
    rules: int
    """A number for the ignore files and settings by which it was taken; a part of its stamp."""


class Done(msgspec.Struct, frozen=True, gc=False):
    """A file with what became of it."""

    task: Task
    outcome: Outcome
    is_lasting: bool = True
    """Whether the same content would give the same outcome tomorrow."""


class Progress(msgspec.Struct, frozen=True):
    """How far the work is."""

    done: int
    """Files since the queue was last empty."""
    total: int
    done_bytes: int
    total_bytes: int
    seconds_left: float | None
    """By the speed so far; None while there is nothing to go by."""


class Builder:
    """The queue before the analysts."""

    def __init__(self, root: str, analysts: Analysts, *, timeout_s: float, max_bytes: int) -> None:
        self.root, self.analysts, self.timeout_s, self.max_bytes = root, analysts, timeout_s, max_bytes
        self.is_paused = False
        self.n_parsed = 0
        """Files that were analysed, not found in the cache, by this builder."""
        self.n_cached = 0
        self._waiting: dict[str, Task] = {}
        self._heap: list[tuple[int, int, int, Task]] = []
        self._alone: deque[Task] = deque()
        """Suspects, to be given out one by one."""
        self._orders: dict[int, dict[int, Task]] = {}
        """By number: the files that have not been answered."""
        self._again: set[str] = set()
        """Files under way that have changed again since."""
        self._numbers = itertools.count()
        self._suspect_order = -1
        self._failed_starts = 0
        self._done = self._total = self._done_bytes = self._total_bytes = 0
        self._began = monotonic()

    def __len__(self) -> int:
        """Files that wait or are under way."""
        return len(self._waiting) + len(self._alone) + sum(map(len, self._orders.values()))

    def waits(self, path: str) -> bool:
        """Whether a file is in the queue."""
        return path in self._waiting

    def has(self, path: str) -> bool:
        """Whether a file is in the queue or under way."""
        return (
            path in self._waiting
            or any(t.path == path for t in self._alone)
            or any(t.path == path for files in self._orders.values() for t in files.values())
        )

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to do."""
        return not (self._waiting or self._alone or self._orders)

    def add(self, tasks: Iterable[Task], priority: int = LATER) -> None:
        """Queue files; one that waits already takes the new place, one under way is looked at again afterwards."""
        if self.is_idle:
            self._done = self._total = self._done_bytes = self._total_bytes = 0
            self._began = monotonic()
        under_way = {t.path for files in self._orders.values() for t in files.values()} if self._orders else set()
        under_way.update(t.path for t in self._alone)
        for task in tasks:
            before = self._waiting.get(task.path)
            self._waiting[task.path] = task
            if task.path in under_way:
                self._again.add(task.path)
            heapq.heappush(self._heap, (priority, -task.size, next(self._numbers), task))
            self._total += before is None
            self._total_bytes += task.size - (before.size if before else 0)

    def forget(self, path: str) -> None:
        """Take a file out of the queue."""
        task = self._waiting.pop(path, None)
        if task is not None:
            self._total -= 1
            self._total_bytes -= task.size

    def forget_now(self, path: str) -> None:
        """The file is gone; if it is under way, it is looked at once more, so that nothing old comes back."""
        self.forget(path)
        for files in (*self._orders.values(), dict(enumerate(self._alone))):
            for task in files.values():
                if task.path == path:
                    self.add((task,), SOON)
                    return

    def cancel(self) -> None:
        """Empty the queue; what is under way is dropped."""
        self._waiting.clear()
        self._heap.clear()
        self._alone.clear()
        self._orders.clear()
        self._again.clear()
        self.analysts.close()

    def prefer(self, paths: Iterable[str]) -> None:
        """Have these files of the queue before all others."""
        for path in paths:
            task = self._waiting.get(path)
            if task is not None:
                heapq.heappush(self._heap, (SOON, -task.size, next(self._numbers), task))

    def step(self, timeout_s: float) -> list[Done]:
        """Give out what can be given out, and take what has come; waits at most so long when nothing has."""
        self._give()
        found: list[Done] = []
        for event in self.analysts.take(timeout_s if self._orders else 0):
            found += self._note(event)
        self._give()
        return found

    def progress(self) -> Progress:
        """How far the work is."""
        elapsed = monotonic() - self._began
        left = self._total_bytes - self._done_bytes
        speed = self._done_bytes / elapsed if elapsed > 0 else 0
        return Progress(
            self._done,
            self._total,
            self._done_bytes,
            self._total_bytes,
            0.0 if self.is_idle else left / speed if speed else None,
        )

    # -- giving out

    def _give(self) -> None:
        if self.is_paused:
            return
        while self.analysts.n_free > 0:
            if self._alone and self._suspect_order not in self._orders:
                self._suspect_order = self._send([self._alone.popleft()])
                continue
            files = self._next_files()
            if not files:
                return
            self._send(files)

    def _send(self, files: list[Task]) -> int:
        number = next(self._numbers)
        self._orders[number] = dict(enumerate(files))
        self.analysts.give(Order(number, tuple((os.fsencode(t.path), t.language) for t in files)))
        return number

    def _next_files(self) -> list[Task]:
        files: list[Task] = []
        n_bytes = 0
        priority = LATER
        while self._heap and n_bytes < ORDER_BYTES and len(files) < ORDER_FILES:
            if files and self._heap[0][0] != priority:
                break
            priority, _, _, task = heapq.heappop(self._heap)
            # What was queued again, or forgotten, stands in the heap once more than it should.
            if self._waiting.get(task.path) is not task or task.path in self._again:
                continue
            del self._waiting[task.path]
            files.append(task)
            n_bytes += task.size
        return files

    # -- taking

    def _note(self, event: Event) -> list[Done]:
        if isinstance(event, Lost):
            return self._note_lost(event)
        found = []
        for outcome in event.outcomes:
            task = self._answered(outcome.order, outcome.file)
            if task is not None:
                self._failed_starts = 0
                self.n_cached += outcome.is_cached
                self.n_parsed += bool(outcome.record) and not outcome.is_cached
                found.append(Done(task, outcome, not outcome.is_failed))
        return found

    def _answered(self, order: int, file: int) -> Task | None:
        files = self._orders.get(order)
        task = files.pop(file, None) if files else None
        if files is not None and not files:
            del self._orders[order]
        if task is not None:
            self._settle(task)
        return task

    def _settle(self, task: Task) -> None:
        self._done += 1
        self._done_bytes += task.size
        if task.path in self._again:
            self._again.discard(task.path)
            if (again := self._waiting.get(task.path)) is not None:
                heapq.heappush(self._heap, (SOON, -again.size, next(self._numbers), again))

    def _note_lost(self, event: Lost) -> list[Done]:
        orders = [self._orders.pop(o.number) for o in event.orders if o.number in self._orders]
        if not event.had_started:
            self._failed_starts += 1
            if self._failed_starts >= MAX_FAILED_STARTS:
                return self._without_processes(orders)
            for files in orders:
                self._requeue(files.values())
            return []
        found: list[Done] = []
        for at, files in enumerate(orders):
            if at:
                self._requeue(files.values())
            elif len(files) == 1 and event.orders[0].number == self._suspect_order:
                (task,) = files.values()
                reason = TOO_LONG.format(self.timeout_s) if event.took_too_long else DIED
                log.warning("%s: %s", task.path, reason)
                found.append(self._words(task, reason))
            else:
                self._alone.extend(files.values())
        return found

    def _requeue(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self._again.discard(task.path)
            task = self._waiting.setdefault(task.path, task)  # noqa: PLW2901 - a later change of it counts
            heapq.heappush(self._heap, (LATER, -task.size, next(self._numbers), task))

    def _without_processes(self, orders: list[dict[int, Task]]) -> list[Done]:
        """When no worker starts: words of everything, so that at least those are found."""
        log.warning("the processes that analyse code do not start; only words are indexed")
        tasks = [t for files in orders for t in files.values()]
        for files in self._orders.values():
            tasks += files.values()
        tasks += [*self._alone, *self._waiting.values()]
        self.cancel()
        return [msgspec.structs.replace(self._words(t, NO_PROCESS), is_lasting=False) for t in tasks]

    def _words(self, task: Task, reason: str) -> Done:
        self._settle(task)
        try:
            read = read_file(os.path.join(self.root, task.path), self.max_bytes)
        except NotThereError:
            return Done(task, Outcome(0, 0, is_gone=True))
        except OSError as error:
            return Done(task, Outcome(0, 0, reason=f"cannot be read: {error.strerror}"), is_lasting=False)
        record = FileRecord(task.language, is_fallback=True)
        key = cache_key(task.language, read.data)
        return Done(
            task,
            Outcome(
                0,
                0,
                read.size,
                read.mtime_ns,
                read.inode,
                read.is_settled,
                key,
                encode_record(record),
                analysis_of(record, words_of(normal(as_utf8(read.data)))),
                reason,
            ),
        )
