"""Laws of restarts: a supervisor against a plain model of OTP's, and the budget that is never exceeded."""

import asyncio
import logging
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rulewright.core.bus import Supervised
from rulewright.core.restarts import Intensity, Member, decide, pause_s, recent
from rulewright.core.supervision import Child, Running
from rulewright.services.supervisor.supervisor import Supervisor

RESTARTS = st.sampled_from(["permanent", "transient", "temporary"])
STRATEGIES = st.sampled_from(["one_for_one", "rest_for_one", "one_for_all"])
INTENSITIES = st.builds(
    Intensity,
    max_restarts=st.integers(0, 4),
    max_seconds=st.floats(0.5, 50, allow_nan=False),
)


class Against(RuleBasedStateMachine):
    """Children that end in any order; what `decide` says is carried out and compared with what OTP's manual says."""

    @initialize(strategy=STRATEGIES, intensity=INTENSITIES, kinds=st.lists(RESTARTS, min_size=1, max_size=5))
    def begin(self, strategy: Any, intensity: Intensity, kinds: list[Any]) -> None:
        self.strategy, self.intensity = strategy, intensity
        self.kinds = {f"c{n}": kind for n, kind in enumerate(kinds)}
        self.running = set(self.kinds)
        self.restarted_at: tuple[float, ...] = ()
        self.made: list[float] = []
        self.now = 0.0
        self.has_given_up = False

    @rule(seconds=st.floats(0, 30, allow_nan=False))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.running and not self.has_given_up)
    @rule(data=st.data(), outcome=st.sampled_from(["normal", "failed"]))
    def one_ends(self, data: Any, outcome: Any) -> None:
        ended = data.draw(st.sampled_from(sorted(self.running)))
        before, kinds = set(self.running), dict(self.kinds)
        decision = decide(
            self.strategy,
            [Member(name, kind) for name, kind in self.kinds.items()],
            ended,
            outcome,
            now=self.now,
            restarted_at=self.restarted_at,
            intensity=self.intensity,
        )
        self.carry_out(decision, ended)
        # The manual, in other words.
        names = list(kinds)
        stays = kinds[ended] == "temporary" or (kinds[ended] == "transient" and outcome == "normal")
        in_window = [at for at in self.made if self.now - at <= self.intensity.max_seconds]
        if stays:
            assert self.running == before - {ended}
        elif len(in_window) + 1 > self.intensity.max_restarts:
            assert (self.running, self.has_given_up) == (set(), True)
        else:
            self.made.append(self.now)
            first = {"one_for_one": None, "rest_for_one": names.index(ended), "one_for_all": 0}[self.strategy]
            group = [ended] if first is None else names[first:]
            expected = (before - set(group)) | {n for n in group if kinds[n] != "temporary"}
            assert self.running == expected
            assert [n for n in names if n in decision.start] == list(decision.start)
        assert [n for n in reversed(names) if n in decision.stop] == list(decision.stop)
        assert ended not in decision.stop

    def carry_out(self, decision: Any, ended: str) -> None:
        self.running.discard(ended)
        self.running -= set(decision.stop)
        for name in decision.forget:
            del self.kinds[name]
        self.running |= set(decision.start)
        self.has_given_up = decision.action == "give_up"
        self.restarted_at = decision.restarted_at

    @invariant()
    def the_budget_is_never_exceeded(self) -> None:
        for at in getattr(self, "made", ()):
            window = [t for t in self.made if 0 <= at - t <= self.intensity.max_seconds]
            assert len(window) <= self.intensity.max_restarts


Against.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_a_supervisor_does_what_the_manual_says = Against.TestCase


@settings(max_examples=60)
@given(
    STRATEGIES,
    INTENSITIES,
    st.lists(RESTARTS, min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 20, allow_nan=False), st.booleans()), max_size=25),
)
def test_no_supervisor_starts_anything_beyond_its_budget_and_none_leaves_anything(
    strategy: Any, intensity: Intensity, kinds: list[Any], steps: list[tuple[int, float, bool]]
) -> None:
    now, restarted, living = [0.0], list[float](), dict[str, asyncio.Future[None]]()

    def child(name: str, kind: Any) -> Child:
        async def run(_: Running) -> None:
            living[name] = asyncio.get_running_loop().create_future()
            try:
                await living[name]
            finally:
                del living[name]

        return Child(id=name, run=run, restart=kind)

    def tell(event: Supervised) -> None:
        if event.what == "restarted":
            restarted.append(now[0])

    async def rest() -> None:
        for _ in range(12 * len(kinds)):
            await asyncio.sleep(0)

    async def live() -> None:
        children = [child(f"c{n}", kind) for n, kind in enumerate(kinds)]
        supervisor = Supervisor("top", children, strategy=strategy, intensity=intensity, tell=tell, now=lambda: now[0])
        task = asyncio.create_task(supervisor.run())
        await rest()
        for which, seconds, fails in steps:
            now[0] += seconds
            if (ending := living.get(f"c{which}")) is not None:
                ending.set_exception(RuntimeError("it broke")) if fails else ending.set_result(None)
            await rest()
            shown = {c.id for c in supervisor.which_children() if c.state == "running"}
            assert task.done() or shown == set(living)
            for at in restarted:
                assert sum(0 <= at - before <= intensity.max_seconds for before in restarted) <= intensity.max_restarts
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert living == {}
        assert asyncio.all_tasks() == {asyncio.current_task()}

    logging.getLogger("rulewright.services.supervisor").disabled = True
    asyncio.run(live())


@given(st.lists(st.floats(-100, 100, allow_nan=False), max_size=30), INTENSITIES)
def test_a_clock_that_jumps_back_makes_no_budget_larger(steps: list[float], intensity: Intensity) -> None:
    now, restarted_at = 0.0, tuple[float, ...]()
    for step in steps:
        now += step
        decision = decide(
            "one_for_one",
            [Member("c", "permanent")],
            "c",
            "failed",
            now=now,
            restarted_at=restarted_at,
            intensity=intensity,
        )
        restarted_at = decision.restarted_at
        assert len(recent(restarted_at, now, intensity)) <= intensity.max_restarts


@given(st.integers(0, 10_000), st.floats(0.01, 10), st.floats(10, 100))
def test_pauses_grow_to_their_limit(n: int, first_s: float, most_s: float) -> None:
    assert pause_s(0, first_s, most_s) == pause_s(1, first_s, most_s) == first_s
    assert pause_s(n, first_s, most_s) <= pause_s(n + 1, first_s, most_s) <= most_s
