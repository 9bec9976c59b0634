"""Laws of what is measured."""

from hypothesis import given
from hypothesis import strategies as st

from rulewright.services.metrics import Metrics


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=200))
def test_durations_are_summed_and_percentiles_are_within_a_factor_of_two(taken: list[int]) -> None:
    metrics = Metrics()
    for ns in taken:
        metrics.observe("x", ns)
    found = metrics.figures().durations["x"]
    assert found.count == len(taken)
    assert round(found.total_us * 1000) == sum(taken)
    assert round(found.max_us * 1000) == max(taken)
    ordered = sorted(taken)
    for share, said in ((0.5, found.p50_us), (0.95, found.p95_us)):
        exact = next(ns for n, ns in enumerate(ordered, start=1) if n >= share * len(taken))
        assert exact <= round(said * 1000) <= max(2 * exact, 1)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5)), max_size=50))
def test_counts_are_sums(counted: list[tuple[str, int]]) -> None:
    metrics = Metrics()
    for name, number in counted:
        metrics.count(name, number)
    sums = {name: sum(n for other, n in counted if other == name) for name in "ab"}
    assert metrics.figures().counts == {name: n for name, n in sums.items() if n}


def test_a_clock_that_jumps_back_takes_no_time() -> None:
    metrics = Metrics()
    metrics.observe("x", -5)
    assert metrics.figures().durations["x"].total_us == 0
