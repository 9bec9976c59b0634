"""Checks that fail are set aside, told of, and tried again."""

import asyncio
from datetime import datetime
from math import inf

import pytest

from rulewright.core.breaker import Limits
from rulewright.core.rules.job import CheckJob
from rulewright.services.workers import InlineRunner
from rulewright.services.workers.pool import WorkerPool
from rulewright.services.workers.set_aside import ONE_RUN, SET_ASIDE, Breakers, BreakingRunner
from tests.core.test_lint import enforced

NO_PRINT = enforced("print($A)")
ENDLESS = enforced(
    "print($A)",
    {
        "rule": {
            "kind": "identifier",
            "regex": "^a$",
            "inside": {"stopBy": "end", "kind": "module", "has": {"stopBy": "end", "kind": "class_definition"}},
        }
    },
)
MANY_NAMES = "print(1)\n" + "a\n" * 20_000


def job(content: str, checks=NO_PRINT, path="a.py") -> CheckJob:
    return CheckJob(path, content, "python", checks, frozenset({"r0", "r1"}), 1000)


class Timer:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch):
    """Whether the engine refuses the check `r1` now: what a later version of it might do."""
    from rulewright.core.rules import engine

    state = {"fails": True}
    find_all = engine.find_all

    def sometimes(node, config):
        if state["fails"] and "eval" in str(config):
            raise engine.EngineError("refused")
        return find_all(node, config)

    monkeypatch.setattr(engine, "find_all", sometimes)
    return state


BOTH = enforced("print($A)", "eval($A)")
BAD = "print(1)\neval(2)\n"


def ids(result) -> list[str]:
    return [f.rule_id for f in result.findings]


def test_a_check_that_raises_again_and_again_is_set_aside_and_tried_again(timer: Timer, failing) -> None:
    day = datetime(2026, 11, 22, 12, 0).astimezone()
    runner = BreakingRunner(InlineRunner(), Breakers(Limits(failures=2, rest_s=300), timer, lambda: day))
    soon = lambda: asyncio.run(runner.run_soon(job(BAD, BOTH)))  # noqa: E731
    failed = "rulewright/check-failed"
    assert ids(soon()) == [failed, "r0"]
    second = soon()
    assert ids(second) == [failed, "r0", SET_ASIDE]
    assert second.findings[-1].message == (
        "Check `r1` of rule `r1` is set aside: refused. It is tried again at 12:05, or when the rule is changed. "
        "The other checks run."
    )
    timer.now = 299
    third = soon()
    assert ids(third) == ["r0", SET_ASIDE]
    (aside,) = runner.set_aside()
    assert (aside.check_id, aside.reason, aside.retry_in_s, aside.trips) == ("r1", "refused", 1, 1)
    # Tried again, it fails again: it rests for twice as long.
    timer.now = 301
    assert ids(soon()) == [failed, "r0", SET_ASIDE]
    timer.now = 700
    assert ids(soon()) == ["r0", SET_ASIDE]
    timer.now = 902
    failing["fails"] = False
    assert ids(soon()) == ["r0", "r1"]
    assert runner.set_aside() == ()
    assert runner.breakers.is_quiet


def test_a_changed_rule_starts_anew(timer: Timer, failing) -> None:
    runner = BreakingRunner(InlineRunner(), Breakers(Limits(failures=1), timer))
    (result,) = runner.run_all([job(BAD, BOTH)])
    assert SET_ASIDE in ids(result)
    (result,) = runner.run_all([job(BAD, enforced("print($A)", "2"))])
    assert ids(result) == ["r0", "r1"]


def test_comments_for_a_check_that_is_set_aside_are_not_called_idle(timer: Timer, failing) -> None:
    runner = BreakingRunner(InlineRunner(), Breakers(Limits(failures=1), timer))
    marked = job("eval(2)  # rulewright: ignore r1\n", BOTH)
    results = list(runner.run_all([marked, marked]))
    assert [ids(r) for r in results] == [["rulewright/check-failed", SET_ASIDE], []]


def test_each_is_told_of_once_in_a_run(timer: Timer, failing) -> None:
    limits = Limits(failures=1, rest_s=inf, max_rest_s=inf)
    runner = BreakingRunner(InlineRunner(), Breakers(limits, timer))
    results = list(runner.run_all([job(BAD, BOTH, f"{n}.py") for n in range(5)]))
    assert [SET_ASIDE in ids(r) for r in results] == [True, False, False, False, False]
    assert [ids(r)[-1] for r in results[1:]] == ["r0"] * 4
    (result,) = runner.run_all([job(BAD, BOTH)])
    assert ids(result) == ["r0", SET_ASIDE]
    assert "before this run ends" in result.findings[-1].message


@pytest.mark.slow
def test_a_worker_that_a_check_holds_is_killed_and_only_that_check_is_set_aside() -> None:
    pool = WorkerPool(1, 3)
    runner = BreakingRunner(pool, Breakers(ONE_RUN))
    try:
        (first,) = runner.run_all([job(MANY_NAMES, ENDLESS)])
        assert (first.failure, ids(first)) == ("", ["r0", SET_ASIDE])
        assert "Check `r1` of rule `r1` is set aside: it took more than 3 s on a.py." in first.findings[-1].message
        (second,) = runner.run_all([job(MANY_NAMES, ENDLESS, "b.py")])
        assert (second.failure, ids(second), second.faults) == ("", ["r0", SET_ASIDE], ())
        assert [one.check_id for one in runner.set_aside()] == ["r1"]
    finally:
        runner.close()


def test_a_text_that_is_too_much_by_itself_blames_no_check() -> None:
    pool = WorkerPool(1, 0.05)
    try:
        (result,) = pool.run_all([job("a\n" * 600_000, ENDLESS)])
        assert result.failure.startswith("given up after")
        assert result.faults == ()
    finally:
        pool.close()
