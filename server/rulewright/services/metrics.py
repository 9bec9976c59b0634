"""Counts and durations of this process, in memory: nothing is written, and nothing leaves the machine."""

from collections import Counter
from threading import Lock

from rulewright.core.figures import Durations, Figures

N_BUCKETS = 64


class Metrics:
    """Threads may share it."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._totals: dict[str, tuple[int, int]] = {}
        self._lock = Lock()

    def count(self, name: str, number: int = 1) -> None:
        """So many more of something."""
        if number:
            with self._lock:
                self._counts[name] += number

    def observe(self, name: str, ns: int) -> None:
        """One more duration, in nanoseconds."""
        ns = max(ns, 0)
        with self._lock:
            # A bucket holds the durations with so many binary digits.
            self._buckets.setdefault(name, [0] * (N_BUCKETS + 1))[min(ns.bit_length(), N_BUCKETS)] += 1
            total, longest = self._totals.get(name, (0, 0))
            self._totals[name] = total + ns, max(longest, ns)

    def figures(self) -> Figures:
        """Everything until now."""
        with self._lock:
            durations = {name: self._durations(name) for name in sorted(self._buckets)}
            return Figures(dict(sorted(self._counts.items())), durations)

    def _durations(self, name: str) -> Durations:
        buckets, (total, longest) = self._buckets[name], self._totals[name]

        def percentile(share: float) -> float:
            """The end of the bucket that holds it, but no more than the longest."""
            left = share * sum(buckets)
            for digits, number in enumerate(buckets):
                left -= number
                if left <= 0:
                    return min(1 << digits, longest) / 1000
            return longest / 1000

        return Durations(sum(buckets), total / 1000, percentile(0.5), percentile(0.95), longest / 1000)
