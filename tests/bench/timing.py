"""Timing side by side: the runs of both are interleaved, so that what else the machine does meets both."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line of the report."""

    name: str
    ours: float
    """Seconds, median."""
    limit: str
    against: str = ""
    theirs: float | None = None
    ok: bool = True

    def line(self) -> str:
        """For people."""
        mine = duration(self.ours)
        ratio = f"  {self.ours / self.theirs:.2f}x of {self.against} ({duration(self.theirs)})" if self.theirs else ""
        return f"{'ok  ' if self.ok else 'OVER'} {self.name}: {mine}{ratio}  [{self.limit}]"


@dataclass(frozen=True)
class Memory(Figure):
    """A line whose number is bytes."""

    def line(self) -> str:
        """For people."""
        return f"{'ok  ' if self.ok else 'OVER'} {self.name}: {self.ours / 1e6:.0f} MB  [{self.limit}]"


def duration(seconds: float) -> str:
    """A time with a unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def wall(command: Sequence[str | Path], folder: Path) -> float:
    """Seconds that a command takes; its exit code may be that of findings."""
    # A second run finds compiled modules, unless the environment forbids to keep them.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    seconds = time.perf_counter() - started
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"{command}: {done.stderr.decode()}")
    return seconds


def interleaved(n_runs: int, *runs: Callable[[], float]) -> list[float]:
    """The median of each of `runs`, which return seconds; one turn of all is thrown away first."""
    for run in runs:
        run()
    turns = [[run() for run in runs] for _ in range(n_runs)]
    return [statistics.median(turn[i] for turn in turns) for i in range(len(runs))]


def each(work: Callable[[], object], n_times: int, n_rounds: int = 7) -> float:
    """Seconds of one `work()`: the median of rounds of `n_times`."""
    rounds = []
    for _ in range(n_rounds):
        started = time.perf_counter()
        for _ in range(n_times):
            work()
        rounds.append((time.perf_counter() - started) / n_times)
    return statistics.median(rounds)
