"""A pool of worker processes. One that dies or takes too long is replaced, and its job is done without what did it.

Which check that was is found by running each alone; only when that tells nothing is the file given up, with a sentence.

Each worker is driven by a thread that waits on a pipe, so the pool serves a command line and an event loop alike.
"""

import contextlib
import itertools
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from functools import lru_cache
from math import inf
from time import monotonic

import msgspec

from rulewright.core.rules.job import CheckJob, CheckResult, SetAside
from rulewright.core.rules.lint import Enforced, Fault
from rulewright.core.rules.rule import Check
from rulewright.core.supervision import Overseer
from rulewright.processes.framing import READY, receive, send
from rulewright.processes.own_python import command, launch
from rulewright.services.workers.wire import Checks, Job, decode_result, encode

AHEAD = 16
"""Jobs of `run_all` that wait per worker: enough to keep it busy, few enough to bound memory."""

START_S = 60.0
"""Seconds that a worker may take to start."""

GUARD_S = 0.25
"""How often overdue jobs are looked for."""

LOOK_S = 1.0
"""How often a worker that has nothing to do is looked after."""

GRACE_S = 2
"""How much later than we a worker ends itself, in case we are gone."""

MAX_KNOWN = 64
"""Tuples of checks that a worker remembers; each change of the rules makes new ones. Their numbers are used again."""

ALONE_S = 5.0
"""Seconds that one check may take alone, when the checks of a file together do not end."""

MAX_SEARCH = 3
"""How many times the time for a file may be spent on finding the check that is to blame."""

DIED = "the checking process ended unexpectedly"

GONE = "not checked: the checking processes ended too often. Restart the server to try again"

STOPPING = "not checked: the server is stopping"

WAKE_S = 0.25
_numbers = itertools.count(1)

_Item = tuple[int, int, "CheckJob | None", "Future[CheckResult]"]


class WorkerPool:
    """Starts its processes when the first job comes."""

    def __init__(self, size: int, timeout_s: float, overseer: Overseer | None = None) -> None:
        """`overseer` decides whether a worker that died, and not by what it was given, is replaced."""
        self.size, self.timeout_s = size, timeout_s
        self._overseer = overseer
        self._queue: queue.PriorityQueue[_Item] = queue.PriorityQueue()
        self._order = itertools.count()
        self._threads: list[threading.Thread] = []
        self._workers: list[_Worker] = []
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._closed = False
        self._fatal: dict[tuple[str, str], tuple[Check, int, Fault]] = {}
        """Checks that ended a worker, with when that was in the order of jobs."""

    def run_all(self, jobs: Iterable[CheckJob]) -> Iterator[CheckResult]:
        """Results in the order of the jobs."""
        waiting: deque[Future[CheckResult]] = deque()
        for job in jobs:
            waiting.append(self._submit(job, priority=1))
            while len(waiting) > AHEAD * self.size:
                yield _result(waiting.popleft())
        while waiting:
            yield _result(waiting.popleft())

    async def run_soon(self, job: CheckJob) -> CheckResult:
        """Run one job ahead of those of `run_all`. Cancelling it before it has begun takes it out."""
        import asyncio  # noqa: PLC0415 - the command line has no event loop and need not pay for one

        return await asyncio.wrap_future(self._submit(job, priority=0))

    def set_aside(self) -> tuple[SetAside, ...]:
        """Nothing is set aside here."""
        return ()

    def close(self) -> None:
        """End the processes and what they do. Jobs that have not begun are cancelled."""
        with self._lock:
            self._closed = True
            while not self._queue.empty():
                with contextlib.suppress(queue.Empty):
                    self._queue.get_nowait()[3].cancel()
            for _ in self._threads:
                self._queue.put((-1, next(self._order), None, Future()))
            workers, threads = list(self._workers), list(self._threads)
        for worker in workers:
            worker.end()
        for thread in threads:
            # An interrupt may have come before it was started.
            if thread.ident is not None:
                thread.join()
        self._ended.set()

    def _submit(self, job: CheckJob, priority: int) -> "Future[CheckResult]":
        future: Future[CheckResult] = Future()
        with self._lock:
            if self._closed:
                future.set_result(CheckResult(job.path, failure=STOPPING))
                return future
            if not self._threads:
                threading.Thread(target=self._guard, name="check watchdog", daemon=True).start()
            if len(self._threads) < self.size:
                worker = _Worker(self.timeout_s, self._overseer)
                self._workers.append(worker)
                thread = threading.Thread(target=self._drive, args=(worker,), name="check worker", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._queue.put((priority, next(self._order), job, future))
        return future

    def _guard(self) -> None:
        while not self._ended.wait(GUARD_S):
            for worker in tuple(self._workers):
                worker.end_if_overdue()

    def _drive(self, worker: "_Worker") -> None:
        try:
            # Until it has started, jobs go to those that have: a start takes longer than most jobs.
            worker.get_ready()
            while True:
                try:
                    _, order, job, future = self._queue.get(timeout=LOOK_S)
                except queue.Empty:
                    if self._closed:
                        return
                    worker.heal()
                    continue
                if job is None:
                    return
                if future.set_running_or_notify_cancel():
                    future.set_result(self._run(worker, order, job))
        finally:
            worker.stop()
            if self._overseer is not None:
                self._overseer.removed(worker.name)

    def _run(self, worker: "_Worker", order: int, job: CheckJob) -> CheckResult:
        """The result of a job, without the checks that turned out to be fatal since it was submitted."""
        fatal: list[Fault] = []
        for one in job.enforced:
            known = self._fatal.get((one.rule_path, one.check.id))
            if known is not None and known[0] == one.check and order < known[1]:
                fatal.append(known[2])
        if fatal:
            keys = {(fault.rule_path, fault.check_id) for fault in fatal}
            rest = tuple(e for e in job.enforced if (e.rule_path, e.check.id) not in keys)
            result = worker.run(msgspec.structs.replace(job, enforced=rest, timed=False, all_run=False))
            return msgspec.structs.replace(result, faults=(*fatal, *result.faults))
        result = worker.run(job)
        for fault in result.faults:
            if fault.grave:
                check = next(
                    e.check for e in job.enforced if (e.rule_path, e.check.id) == (fault.rule_path, fault.check_id)
                )
                # Jobs that wait already would each be held up by it; later ones are somebody else's to decide.
                self._fatal[fault.rule_path, fault.check_id] = check, next(self._order), fault
        return result


def _result(future: "Future[CheckResult]") -> CheckResult:
    """What a job came to. An interrupt that comes just before a wait begins is only seen when the wait ends."""
    while True:
        with contextlib.suppress(TimeoutError):
            return future.result(WAKE_S)


class _Worker:
    """One process and what it has been told."""

    def __init__(self, timeout_s: float, overseer: Overseer | None) -> None:
        self.timeout_s = timeout_s
        self._overseer = overseer
        self.name = f"worker {next(_numbers)}"
        self.overdue_at: float | None = inf
        """When to end the job that runs; None when that was done."""
        self.is_ready = False
        """Whether the process has started, so that `overdue_at` is about a job."""
        self._process: subprocess.Popen[bytes] | None = None
        self._has_run = False
        """Whether the process has done a job."""
        self._lock = threading.Lock()
        """Held while a process starts or is killed from another thread."""
        self._ended = False
        self._is_gone = False
        """Whether no other process is to be started."""
        self._known: dict[tuple[int, int], tuple[int, tuple[Enforced, ...], frozenset[str]]] = {}

    def run(self, job: CheckJob) -> CheckResult:
        result = self._attempt(job, self.timeout_s)
        if not isinstance(result, str):
            return result
        culprits = self._culprits(job) if job.suppress is None else {}
        if culprits:
            rest = tuple(e for number, e in enumerate(job.enforced) if number not in culprits)
            again = self._attempt(msgspec.structs.replace(job, enforced=rest, all_run=False), self.timeout_s)
            if not isinstance(again, str):
                times_ns = iter(again.times_ns)
                every = tuple(0 if n in culprits else next(times_ns, 0) for n in range(len(job.enforced)))
                return msgspec.structs.replace(
                    again,
                    faults=(*culprits.values(), *again.faults),
                    times_ns=every if job.timed else (),
                )
        return CheckResult(job.path, failure=STOPPING if self._ended else result)

    def _culprits(self, job: CheckJob) -> dict[int, Fault]:
        """The checks that end the process or do not end, by their number in the job."""
        culprits: dict[int, Fault] = {}
        budget_s = min(self.timeout_s, ALONE_S)
        if isinstance(self._attempt(msgspec.structs.replace(job, enforced=_only_parsing(job.language)), budget_s), str):
            # The text is to blame: reading it is too much already.
            return {}
        until = monotonic() + MAX_SEARCH * self.timeout_s
        for number, one in enumerate(job.enforced):
            if self._ended or monotonic() > until:
                break
            result = self._attempt(msgspec.structs.replace(job, enforced=(one,), timed=False), budget_s)
            if isinstance(result, str):
                how = "it ended the checking process" if DIED in result else f"it took more than {budget_s:g} s"
                culprits[number] = Fault(one.rule_path, one.check.id, f"{how} on {job.path}", grave=True)
        return culprits

    def _attempt(self, job: CheckJob, timeout_s: float) -> CheckResult | str:
        """The result of a job; a sentence when a worker did not survive it or was too slow."""
        for attempt in (1, 2):
            fresh = self._process is None or (not self._has_run and self._process.poll() is None)
            try:
                result = self._ask(job, timeout_s)
            except _GoneError:
                return GONE
            except _TimeUpError:
                self.stop()
                return f"given up after {self.timeout_s:g} seconds (check.timeout_s): the checks are too slow"
            except Exception as error:  # noqa: BLE001 - whatever a worker says or fails to say, the thread goes on
                failure = self._after(error)
                if failure:
                    return CheckResult(job.path, failure=failure)
                # A process that had died before this job gets one replacement; a new one that dies is the job's doing.
                if fresh or attempt == 2:  # noqa: PLR2004
                    break
            else:
                if attempt == 2:  # noqa: PLR2004
                    # Its successor does the same job well, so something else ended it.
                    self._report("it was ended from outside")
                return result
        return f"{DIED}; the file was not checked"

    def _after(self, error: Exception) -> str:
        """End a process that failed; why nothing is to be tried again, empty where it may be."""
        never_started = not self.is_ready
        self.stop()
        if self._ended:
            return STOPPING
        if not isinstance(error, OSError):
            return f"the file was not checked: {error}"
        if never_started:
            self._report(f"it does not start: {error or type(error).__name__}")
        return ""

    def _report(self, reason: str) -> None:
        """Tell of a death that no check is to blame for; a check that is gets set aside, which heals by itself."""
        if self._overseer is not None and not self._overseer.ended(self.name, reason, monotonic()):
            self._is_gone = True
        elif self._overseer is not None and self._process is not None:
            self._overseer.started(self.name, self._process.pid)

    def _ask(self, job: CheckJob, timeout_s: float) -> CheckResult:
        requests, results = self._pipes()
        key = (id(job.enforced), id(job.known_rule_ids))
        try:
            if not self.is_ready:
                self._await_start(results)
            self.overdue_at = monotonic() + timeout_s
            if key not in self._known:
                if len(self._known) >= MAX_KNOWN:
                    self._known.clear()
                # The tuple is kept, so that its id stays its own.
                self._known[key] = (len(self._known), job.enforced, job.known_rule_ids)
                send(requests, encode(Checks(self._known[key][0], job.enforced, job.known_rule_ids)))
            content = job.content.encode("utf-8", "surrogatepass")
            number = self._known[key][0]
            told = Job(
                number,
                job.path,
                content,
                job.language,
                job.max_findings,
                job.suppress,
                job.timed,
                job.all_run,
                job.judged_rule_ids,
            )
            send(requests, encode(told))
            body = receive(results)
        except OSError:
            if self.overdue_at is None:
                raise _TimeUpError from None
            raise
        if body is None:
            raise _TimeUpError if self.overdue_at is None else BrokenPipeError
        self.overdue_at = inf
        self._has_run = True
        return decode_result(body)

    def get_ready(self) -> None:
        """Start the process and wait until it can take a job. What fails here fails again with a job, which tells."""
        with contextlib.suppress(OSError, _GoneError):
            self._await_start(self._pipes()[1])
            self.overdue_at = inf

    def heal(self) -> None:
        """Replace a process that has ended while there was nothing to do."""
        process = self._process
        if process is None or process.poll() is None or self._ended:
            return
        reason = "it was ended from outside" if self.is_ready else "it does not start"
        self.stop()
        self._report(reason)
        if not self._is_gone:
            self.get_ready()

    def _pipes(self) -> tuple[int, int]:
        """The descriptors to write jobs to and to read results from, of a process that may still be starting."""
        process = self._process or self._start()
        if process.stdin is None or process.stdout is None:
            raise OSError("the worker has no pipes")
        return process.stdin.fileno(), process.stdout.fileno()

    def _await_start(self, results: int) -> None:
        # A slow start is not the job's fault, so it does not count as its time.
        self.overdue_at = monotonic() + START_S
        if receive(results) != READY:
            raise BrokenPipeError
        self.is_ready = True

    def _start(self) -> "subprocess.Popen[bytes]":
        self._known.clear()
        self.is_ready = self._has_run = False
        with self._lock:
            if self._ended:
                raise BrokenPipeError
            if self._is_gone:
                raise _GoneError
            self._process = launch(command("rulewright.services.workers.child", f"{self.timeout_s + GRACE_S}"))
            if self._overseer is not None:
                self._overseer.started(self.name, self._process.pid)
            return self._process

    def end_if_overdue(self) -> None:
        """Kill the process when the time is up, which ends the read that waits for it."""
        process = self._process
        if process is not None and self.overdue_at is not None and monotonic() > self.overdue_at:
            self.overdue_at = None
            process.kill()

    def end(self) -> None:
        """Kill the process for good: no other is started."""
        with self._lock:
            self._ended = True
            if self._process is not None:
                self._process.kill()

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@lru_cache
def _only_parsing(language: str) -> tuple[Enforced, ...]:
    """A check that makes a worker parse and walk a text, and nothing else."""
    return (Enforced("", "", "", Check(id="parse", language=language, config={"rule": {"kind": "ERROR"}})),)


class _TimeUpError(Exception):
    """The job took too long."""


class _GoneError(Exception):
    """No other process is started."""
