"""Checks in this process: for a few small files, where starting another one would cost more."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from time import perf_counter_ns
from typing import TYPE_CHECKING

from rulewright.core.rules.job import CheckJob, CheckResult, SetAside, run

if TYPE_CHECKING:
    # A worker's start is waited for, and this brings in all that reads rules.
    from rulewright.core.ports import CheckRunner

INLINE_CHARACTERS = 100_000
"""Up to this much text is checked in less time than a worker needs to start."""


class InlineRunner:
    """Runs each job where it is asked for."""

    def run_all(self, jobs: Iterable[CheckJob]) -> Iterator[CheckResult]:
        """Results in the order of the jobs."""
        return (run(job, perf_counter_ns) for job in jobs)

    async def run_soon(self, job: CheckJob) -> CheckResult:
        """The result of one job."""
        return run(job, perf_counter_ns)

    def set_aside(self) -> tuple[SetAside, ...]:
        """Nothing is set aside here."""
        return ()

    def close(self) -> None:
        """Nothing was started."""


class AdaptiveRunner:
    """Little work here, much work in the processes that `start_pool` gives."""

    def __init__(self, start_pool: Callable[[], "CheckRunner"]) -> None:
        self._start_pool = start_pool
        self._pool: CheckRunner | None = None

    def run_all(self, jobs: Iterable[CheckJob]) -> Iterator[CheckResult]:
        """Results in the order of the jobs."""
        first: list[CheckJob] = []
        size = 0
        jobs = iter(jobs)
        for job in jobs:
            first.append(job)
            size += len(job.content)
            if size > INLINE_CHARACTERS:
                self._pool = self._pool or self._start_pool()
                return self._pool.run_all(chain(first, jobs))
        return (run(job, perf_counter_ns) for job in first)

    async def run_soon(self, job: CheckJob) -> CheckResult:
        """The result of one job."""
        return run(job, perf_counter_ns)

    def set_aside(self) -> tuple[SetAside, ...]:
        """What the processes do not run now."""
        return tuple(self._pool.set_aside()) if self._pool is not None else ()

    def close(self) -> None:
        """End the processes, if any were started."""
        if self._pool is not None:
            self._pool.close()
