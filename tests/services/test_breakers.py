"""Guards around what can fail: what is open passes nothing, and being cancelled says nothing."""

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.breaker import Limits
from rulewright.services.breakers import Circuits, Open

LIMITS = Limits(failures=2, window_s=100, rest_s=10, max_rest_s=80, trial_s=5)


class World:
    """Guards, and a clock to turn."""

    def __init__(self) -> None:
        self.now = 0.0
        self.n_passed = 0
        self.circuits = Circuits(LIMITS, lambda: self.now, lambda text: text.replace("hunter2", "..."))

    async def ask(self, *, fails: bool = False, name: str = "model local") -> None:
        async with self.circuits.guard(name):
            self.n_passed += 1
            if fails:
                raise ConnectionError("refused by hunter2")

    async def fail(self) -> None:
        with pytest.raises(ConnectionError):
            await self.ask(fails=True)

    def state(self) -> str:
        return self.circuits.states()[0].state


async def test_what_fails_too_often_is_left_alone_and_tried_once() -> None:
    world = World()
    await world.fail()
    await world.fail()
    (state,) = world.circuits.states()
    assert (state.state, state.reason, state.retry_in_s) == ("open", "ConnectionError: refused by ...", 10)
    said = "model local is left alone after it failed (ConnectionError: refused by ...). It is asked again in 10 s."
    with pytest.raises(Open) as raised:
        await world.ask()
    assert str(raised.value) == said
    await world.ask(name="another")
    assert world.n_passed == 3
    world.now = 10
    await world.ask()
    assert world.state() == "closed"


async def test_a_trial_that_is_cancelled_leaves_room_for_another_one() -> None:
    world = World()
    await world.fail()
    await world.fail()
    world.now = 10

    async def hang() -> None:
        async with world.circuits.guard("model local"):
            await asyncio.Event().wait()

    trial = asyncio.create_task(hang())
    await asyncio.sleep(0)
    with pytest.raises(Open, match="5 s"):
        await world.ask()
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    await world.ask()
    assert world.state() == "closed"


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 30)), max_size=40))
def test_an_open_guard_passes_nothing(steps: list[tuple[bool, float]]) -> None:
    world = World()

    async def live() -> None:
        for fails, seconds in steps:
            world.now += seconds
            was_open = bool(world.circuits.states()) and world.state() == "open"
            before = world.n_passed
            with contextlib.suppress(ConnectionError, Open):
                await world.ask(fails=fails)
            assert (world.n_passed == before) == was_open

    asyncio.run(live())
