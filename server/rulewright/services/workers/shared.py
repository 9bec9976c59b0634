"""Worker processes that several gateways use: as many clients as there are, the machine has no more cores."""

import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from functools import partial

from rulewright.core.config import CheckSettings
from rulewright.core.ports import CheckRunner
from rulewright.core.rules.job import CheckJob, CheckResult, SetAside


class SharedRunners:
    """Makes one runner for equal settings and hands it to all; they live until `close`."""

    def __init__(self, make: Callable[[CheckSettings], CheckRunner]) -> None:
        self._make = make
        self._runners: dict[tuple[int, int], CheckRunner] = {}
        self._users: Counter[tuple[int, int]] = Counter()
        self._lock = threading.Lock()

    def __call__(self, check: CheckSettings) -> CheckRunner:
        """The runner for these settings."""
        key = check.jobs, check.timeout_s
        with self._lock:
            if key not in self._runners:
                self._runners[key] = self._make(check)
            self._users[key] += 1
            return _Share(self._runners[key], partial(self._let_go, key))

    def _let_go(self, key: tuple[int, int]) -> None:
        """One gateway less has settings; the last processes stay for whoever comes next."""
        with self._lock:
            self._users[key] -= 1
            runner = self._runners.pop(key, None) if not self._users[key] and len(self._runners) > 1 else None
        if runner is not None:
            runner.close()

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            while self._runners:
                self._runners.popitem()[1].close()


class _Share:
    """A runner of which one gateway can let go without taking it from the others."""

    def __init__(self, runner: CheckRunner, let_go: Callable[[], None]) -> None:
        self._runner, self._let_go = runner, let_go
        self._is_closed = False

    def run_all(self, jobs: Iterable[CheckJob]) -> Iterator[CheckResult]:
        return self._runner.run_all(jobs)

    def run_soon(self, job: CheckJob) -> Awaitable[CheckResult]:
        return self._runner.run_soon(job)

    def set_aside(self) -> Sequence[SetAside]:
        return self._runner.set_aside()

    def close(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._let_go()
