"""Sets checks aside that are slow, fail, or end their process: one breaker for each, around any runner of checks."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from math import isinf
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from rulewright.core import breaker as circuit
from rulewright.core.breaker import Breaker, Limits
from rulewright.core.findings import Finding
from rulewright.core.rules.job import CheckJob, CheckResult, SetAside
from rulewright.core.rules.lint import Enforced, Fault
from rulewright.core.rules.rule import Check
from rulewright.core.text import Position, Range

if TYPE_CHECKING:
    from rulewright.core.ports import CheckRunner

SET_ASIDE = "rulewright/check-set-aside"
ONE_RUN = Limits(rest_s=float("inf"), max_rest_s=float("inf"))
"""For a program that ends: what is set aside stays so."""

MAX_REMEMBERED = 256
"""Tuples of checks without those that are set aside: they are kept, so that workers are told of each once."""

_Key = tuple[str, str]
"""A rule file and the id of its check."""


class _Watched(msgspec.Struct, frozen=True):
    """A breaker, and what it is about: a check that was changed starts anew."""

    rule_id: str
    check: Check
    breaker: Breaker


class Breakers:
    """What is known of the checks that failed. Threads may share it."""

    def __init__(
        self,
        limits: Limits | None = None,
        now: Callable[[], float] = monotonic,
        time_of_day: Callable[[], datetime] | None = None,
    ) -> None:
        self._limits, self._now, self._time_of_day = limits or Limits(), now, time_of_day
        self._watched: Mapping[_Key, _Watched] = {}
        self._lock = threading.Lock()
        self._without: dict[tuple[int, frozenset[_Key]], tuple[tuple[Enforced, ...], tuple[Enforced, ...]]] = {}

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has failed, so that every check may run."""
        return not self._watched

    def set_aside(self) -> tuple[SetAside, ...]:
        """The checks that are not run now."""
        now = self._now()
        return tuple(
            self._record(key, watched, now)
            for key, watched in self._watched.items()
            if circuit.state(watched.breaker, now) == "open"
        )

    def refused(self, enforced: tuple[Enforced, ...]) -> tuple[SetAside, ...]:
        """Those of some checks that must not be run now. A trial that this begins is to be reported on."""
        if not self._watched:
            return ()
        refused: list[SetAside] = []
        now = self._now()
        with self._lock:
            watched = dict(self._watched)
            for one in enforced:
                key = (one.rule_path, one.check.id)
                found = watched.get(key)
                if found is None:
                    continue
                if found.check != one.check:
                    del watched[key]
                    continue
                admitted, breaker = circuit.admit(found.breaker, now, self._limits)
                watched[key] = msgspec.structs.replace(found, breaker=breaker)
                if not admitted:
                    refused.append(self._record(key, found, now))
            self._watched = watched
        return tuple(refused)

    def report(self, enforced: tuple[Enforced, ...], faults: tuple[Fault, ...]) -> tuple[SetAside, ...]:
        """Take what came of a job that ran `enforced`; gives the checks that it sets aside."""
        if not faults and not self._watched:
            return ()
        blamed = {(fault.rule_path, fault.check_id): fault for fault in faults}
        now = self._now()
        opened: list[SetAside] = []
        with self._lock:
            watched = dict(self._watched)
            for one in enforced:
                key = (one.rule_path, one.check.id)
                found = watched.get(key)
                fault = blamed.get(key)
                if fault is not None:
                    before = found.breaker if found is not None and found.check == one.check else Breaker()
                    after = circuit.failed(before, now, self._limits, fault.reason, grave=fault.grave)
                    watched[key] = _Watched(one.rule_id, one.check, after)
                    if after.opened_at is not None and after is not before:
                        opened.append(self._record(key, watched[key], now))
                elif found is not None:
                    mended = circuit.succeeded(found.breaker)
                    if mended == Breaker():
                        del watched[key]
            self._watched = watched
        return tuple(opened)

    def without(self, job: CheckJob, refused: tuple[SetAside, ...]) -> CheckJob:
        """A job without some of its checks; equal jobs share one and the same tuple of checks."""
        out = frozenset((r.rule_path, r.check_id) for r in refused)
        key = (id(job.enforced), out)
        with self._lock:
            found = self._without.get(key)
            if found is None:
                if len(self._without) >= MAX_REMEMBERED:
                    self._without.clear()
                rest = tuple(e for e in job.enforced if (e.rule_path, e.check.id) not in out)
                # The tuple that is the key is kept, so that its id stays its own.
                found = self._without[key] = (job.enforced, rest)
        return msgspec.structs.replace(job, enforced=found[1], all_run=False)

    def finding(self, path: str, one: SetAside) -> Finding:
        """What a file says about a check that was not run on it."""
        if isinf(one.retry_in_s):
            until = "It is not run again before this run ends."
        elif self._time_of_day is not None:
            at = self._time_of_day() + timedelta(seconds=one.retry_in_s)
            until = f"It is tried again at {at:%H:%M}, or when the rule is changed."
        else:
            until = f"It is tried again in {one.retry_in_s:.0f} seconds, or when the rule is changed."
        told = (
            f"Check `{one.check_id}` of rule `{one.rule_id}` is set aside: {one.reason}. {until} The other checks run."
        )
        nowhere = Range(Position(0, 0), Position(0, 0))
        return Finding(SET_ASIDE, "warning", told, path, 0, 0, nowhere, rule_path=one.rule_path)

    def _record(self, key: _Key, watched: _Watched, now: float) -> SetAside:
        breaker = watched.breaker
        retry_in_s = circuit.retry_in_s(breaker, now)
        return SetAside(watched.rule_id, *key, breaker.reason, retry_in_s, breaker.trips)


class BreakingRunner:
    """A runner that leaves out what is set aside, and says so."""

    def __init__(self, runner: "CheckRunner", breakers: Breakers) -> None:
        self._runner, self.breakers = runner, breakers

    def run_all(self, jobs: Iterable[CheckJob]) -> Iterator[CheckResult]:
        """Results in the order of the jobs. Each check that is set aside is told of once."""
        waiting: deque[tuple[CheckJob, tuple[SetAside, ...]]] = deque()
        told: set[_Key] = set()

        def admitted() -> Iterator[CheckJob]:
            for job in jobs:
                ready, refused = self._admitted(job)
                waiting.append((ready, refused))
                yield ready

        for result in self._runner.run_all(admitted()):
            job, refused = waiting.popleft()
            opened = self.breakers.report(job.enforced, result.faults)
            news = [one for one in (*refused, *opened) if (one.rule_path, one.check_id) not in told]
            told |= {(one.rule_path, one.check_id) for one in news}
            yield self._saying(result, news)

    async def run_soon(self, job: CheckJob) -> CheckResult:
        """The result of one job; every check that it is without is told of."""
        job, refused = self._admitted(job)
        result = await self._runner.run_soon(job)
        return self._saying(result, (*refused, *self.breakers.report(job.enforced, result.faults)))

    def close(self) -> None:
        """End what runs the jobs."""
        self._runner.close()

    def set_aside(self) -> tuple[SetAside, ...]:
        """The checks that are not run now."""
        return self.breakers.set_aside()

    def _admitted(self, job: CheckJob) -> tuple[CheckJob, tuple[SetAside, ...]]:
        refused = self.breakers.refused(job.enforced) if job.suppress is None else ()
        return (self.breakers.without(job, refused) if refused else job), refused

    def _saying(self, result: CheckResult, news: Iterable[SetAside]) -> CheckResult:
        said = tuple(self.breakers.finding(result.path, one) for one in news)
        return msgspec.structs.replace(result, findings=(*result.findings, *said)) if said else result
