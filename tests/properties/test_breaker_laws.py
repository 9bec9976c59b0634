"""Laws of the breaker: what it lets through, and for how long it rests."""

from hypothesis import given
from hypothesis import strategies as st

from rulewright.core import breaker as circuit
from rulewright.core.breaker import Breaker, Limits

LIMITS = Limits(failures=3, window_s=100, rest_s=10, max_rest_s=80, trial_s=5)
Step = tuple[str, float]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "succeed", "fail", "fail gravely"]),
        st.floats(-50, 120, allow_nan=False),
    ),
    max_size=40,
)


def after(steps: list[Step]) -> tuple[Breaker, float]:
    """A breaker that lived through something, and the time then; clocks may jump back."""
    breaker, now = Breaker(), 0.0
    for what, seconds in steps:
        now += seconds
        match what:
            case "ask":
                _, breaker = circuit.admit(breaker, now, LIMITS)
            case "succeed":
                breaker = circuit.succeeded(breaker)
            case _:
                breaker = circuit.failed(breaker, now, LIMITS, "it failed", grave="gravely" in what)
    return breaker, now


@given(STEPS)
def test_what_is_let_through_is_what_the_state_says(steps: list[Step]) -> None:
    breaker, now = after(steps)
    admitted, later = circuit.admit(breaker, now, LIMITS)
    match circuit.state(breaker, now):
        case "closed":
            assert (admitted, later) == (True, breaker)
        case "open":
            assert (admitted, circuit.state(later, now)) == (False, "open")
        case "half_open":
            # One trial, and no second one beside it.
            assert later.tried_at is not None
            assert not circuit.admit(later, now, LIMITS)[0]


@given(STEPS)
def test_no_rest_is_for_ever_whatever_the_clock_did(steps: list[Step]) -> None:
    breaker, now = after(steps)
    assert 0 <= circuit.retry_in_s(breaker, now) <= LIMITS.max_rest_s
    _, asked = circuit.admit(breaker, now, LIMITS)
    assert circuit.admit(asked, now + LIMITS.max_rest_s + LIMITS.trial_s, LIMITS)[0]


@given(STEPS)
def test_a_trial_that_goes_well_closes_it_and_one_that_fails_doubles_the_rest(steps: list[Step]) -> None:
    breaker, now = after(steps)
    if breaker.opened_at is None:
        return
    now = max(now, breaker.opened_at) + breaker.rest_s + LIMITS.trial_s
    _, trial = circuit.admit(breaker, now, LIMITS)
    assert circuit.succeeded(trial) == Breaker()
    again = circuit.failed(trial, now, LIMITS, "again")
    assert circuit.state(again, now) == "open"
    assert again.rest_s == min(2 * breaker.rest_s, LIMITS.max_rest_s)
    assert (again.reason, again.trips) == ("again", breaker.trips + 1)


@given(st.lists(st.floats(0, 1000), max_size=30))
def test_it_opens_when_enough_failures_lie_within_the_window(gaps: list[float]) -> None:
    breaker, now, at = Breaker(), 0.0, list[float]()
    for gap in gaps:
        now += gap
        at.append(now)
        breaker = circuit.failed(breaker, now, LIMITS, "it failed")
        close = len(at) >= LIMITS.failures and now - at[-LIMITS.failures] <= LIMITS.window_s
        assert (breaker.opened_at is not None) == close
        if close:
            return


@given(STEPS)
def test_a_grave_failure_opens_it_at_once(steps: list[Step]) -> None:
    breaker, now = after(steps)
    if circuit.state(breaker, now) == "closed":
        assert circuit.state(circuit.failed(breaker, now, LIMITS, "dead", grave=True), now) == "open"


@given(STEPS)
def test_while_it_is_closed_good_news_change_nothing(steps: list[Step]) -> None:
    breaker, now = after(steps)
    if circuit.state(breaker, now) == "closed":
        assert circuit.succeeded(breaker) == breaker
