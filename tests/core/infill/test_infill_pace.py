"""How long to wait, and whether a request under way still serves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.infill.debounce import NEW_LINE_S, Pace, score
from rulewright.core.infill.follow import follow


def typist(gap_s: float, n: int = 30) -> Pace:
    pace = Pace()
    for key in range(n):
        pace.typed(key * gap_s)
    return pace


def test_without_samples_the_base_is_a_quarter_of_a_second() -> None:
    assert typist(0.15, 20).base_s == 0.25
    assert typist(0.15, 21).base_s == pytest.approx(0.15)


@pytest.mark.parametrize(("gap_s", "base_s"), [(0.02, 0.1), (0.2, 0.2), (0.39, 0.39), (0.6, 0.25)])
def test_the_base_is_the_mean_gap_within_bounds(gap_s: float, base_s: float) -> None:
    assert typist(gap_s).base_s == pytest.approx(base_s)


@pytest.mark.parametrize(
    ("before", "after", "at_end", "expected"),
    [("foo", " bar", False, 0.0), ("foo(", "x", False, 0.5), ("foo", ")", False, 0.4), ("x = ", "", True, 1.0)],
)
def test_the_score_of_a_place(before: str, after: str, at_end: bool, expected: float) -> None:
    assert score(before, after, at_end) == pytest.approx(expected)


def test_the_formula() -> None:
    pace = typist(0.2)
    assert pace.wait_s("foo", "bar", False, False) == pytest.approx(0.6)
    assert pace.wait_s("x = ", "", True, False) == pytest.approx(0.3)
    pace.answered(0.1)
    assert pace.wait_s("x = ", "", True, False) == pytest.approx(0.2)
    assert pace.wait_s("x = ", "", True, False, is_known=True) == pytest.approx(0.3)
    for _ in range(10):
        pace.answered(5.0)
    assert pace.wait_s("foo", "bar", False, False) == 0.1
    assert pace.wait_s("foo", "bar", False, True) == 0.0
    assert pace.wait_s("    ", "", False, False) == NEW_LINE_S


@given(st.lists(st.floats(-10, 1e9)), st.lists(st.floats(-10, 1e6)), st.text(), st.text(), st.booleans())
def test_the_wait_is_within_bounds(times: list[float], took: list[float], before: str, after: str, end: bool) -> None:
    pace = Pace()
    for now_s in times:
        pace.typed(now_s)
    for took_s in took:
        pace.answered(took_s)
    wait_s = pace.wait_s(before, after, end, False)
    assert wait_s == NEW_LINE_S or 0.1 <= wait_s <= 1.0


@pytest.mark.parametrize(
    ("answer", "now", "is_whole", "state", "left"),
    [
        ("", "x = ", False, "serves", ""),
        ("", "x = 1", False, "serves", ""),
        ("12", "x = 1", False, "serves", "2"),
        ("12", "x = 123", False, "serves", ""),
        ("12", "x = 123", True, "diverged", ""),
        ("12", "x = 12", True, "diverged", ""),
        ("12", "x = 3", False, "diverged", ""),
        ("12", "x =", False, "diverged", ""),
        ("12", "y = 1", False, "diverged", ""),
        ("", "x = " + "1" * 101, False, "diverged", ""),
    ],
)
def test_a_request_serves_what_is_typed(answer: str, now: str, is_whole: bool, state: str, left: str) -> None:
    found = follow(("x = ", "\n"), answer, (now, "\n"), is_whole=is_whole)
    assert (found.state, found.left, found.serves) == (state, left, state == "serves")


def test_another_suffix_is_another_question() -> None:
    assert follow(("x", ")"), "", ("x", "))")).state == "diverged"


PIECES = st.text(alphabet="ab", max_size=6)


@given(PIECES, PIECES, PIECES)
def test_what_is_left_goes_on_from_what_is_typed(prefix: str, answer: str, typed: str) -> None:
    found = follow((prefix, ""), answer, (prefix + typed, ""))
    assert found.serves == (answer.startswith(typed) or typed.startswith(answer))
    if found.serves and len(typed) <= len(answer):
        assert prefix + typed + found.left == prefix + answer
        assert found.n_typed == len(typed)
