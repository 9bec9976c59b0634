"""Supervisors of tasks: order, restarts, giving up, readiness, deadlines, and what a nested one is to its parent."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rulewright.core.bus import Supervised
from rulewright.core.restarts import Intensity
from rulewright.core.supervision import Child, ChildState, GaveUp, Running
from rulewright.services.supervisor.outside import OutsideSupervisor
from rulewright.services.supervisor.supervisor import Supervisor, subtree


class Lives:
    """Children whose ends the test decides."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.ends: dict[str, asyncio.Future[None]] = {}

    def child(self, name: str, **of_child: Any) -> Child:
        async def run(running: Running) -> None:
            self.log.append(f"+{name}")
            self.ends[name] = asyncio.get_running_loop().create_future()
            running.ready()
            try:
                await self.ends[name]
            finally:
                self.log.append(f"-{name}")

        return Child(id=name, run=run, **of_child)

    def fail(self, name: str, text: str = "it broke") -> None:
        self.ends[name].set_exception(RuntimeError(text))

    def end(self, name: str) -> None:
        self.ends[name].set_result(None)

    def take(self) -> list[str]:
        taken, self.log = self.log, []
        return taken


@asynccontextmanager
async def running(supervisor: Supervisor) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(supervisor.run())
    try:
        await rest()
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def rest() -> None:
    """Let everything happen that needs no time."""
    for _ in range(30):
        await asyncio.sleep(0)


def states(children: tuple[ChildState, ...]) -> dict[str, str]:
    return {child.id: child.state for child in children}


@pytest.fixture
def lives() -> Lives:
    return Lives()


async def test_children_start_in_order_and_stop_in_reverse(lives: Lives) -> None:
    supervisor = Supervisor("top", [lives.child(name) for name in "abc"])
    async with running(supervisor):
        assert lives.take() == ["+a", "+b", "+c"]
        assert states(supervisor.which_children()) == dict.fromkeys("abc", "running")
        assert supervisor.count_children().active == 3
    assert lives.take() == ["-c", "-b", "-a"]
    assert states(supervisor.which_children()) == dict.fromkeys("abc", "ended")


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("one_for_one", ["-b", "+b"]),
        ("rest_for_one", ["-b", "-c", "+b", "+c"]),
        ("one_for_all", ["-b", "-c", "-a", "+a", "+b", "+c"]),
    ],
)
async def test_who_is_started_again_with_a_child_that_failed(lives: Lives, strategy: Any, expected: list[str]) -> None:
    supervisor = Supervisor("top", [lives.child(name) for name in "abc"], strategy=strategy)
    async with running(supervisor):
        lives.take()
        lives.fail("b")
        await rest()
        assert lives.take() == expected
        (b,) = [child for child in supervisor.which_children() if child.id == "b"]
        assert (b.restarts, b.last_error, b.state) == (1, "RuntimeError: it broke", "running")


@pytest.mark.parametrize(
    ("restart", "how", "comes_back"),
    [
        ("permanent", "end", True),
        ("permanent", "fail", True),
        ("permanent", "cancel", True),
        ("transient", "end", False),
        ("transient", "fail", True),
        ("transient", "cancel", True),
        ("temporary", "end", False),
        ("temporary", "fail", False),
    ],
)
async def test_when_a_child_comes_back(lives: Lives, restart: Any, how: str, comes_back: bool) -> None:
    supervisor = Supervisor("top", [lives.child("a", restart=restart)])
    async with running(supervisor):
        lives.take()
        if how == "cancel":
            (task,) = [t for t in asyncio.all_tasks() if t.get_name() == "top/a"]
            task.cancel()
        else:
            getattr(lives, how)("a")
        await rest()
        assert lives.take() == (["-a", "+a"] if comes_back else ["-a"])
        # A temporary child's specification goes with it.
        assert ("a" in states(supervisor.which_children())) == (restart != "temporary")


async def test_it_gives_up_stops_everything_and_says_why(lives: Lives) -> None:
    told: list[Supervised] = []
    supervisor = Supervisor(
        "top",
        [lives.child("a"), lives.child("b", capability="watching")],
        intensity=Intensity(max_restarts=2, max_seconds=60),
        tell=told.append,
    )
    async with running(supervisor) as task:
        for _ in range(3):
            lives.fail("b", "no more room\nwith a second line")
            await rest()
        with pytest.raises(GaveUp, match="b failed 3 times within 60 seconds, the last time because RuntimeError: no"):
            await task
    assert lives.take()[-1] == "-a"
    assert [event.what for event in told] == ["restarted", "restarted", "gave_up"]
    assert (told[-1].capability, told[-1].reason) == ("watching", "RuntimeError: no more room")
    with pytest.raises(GaveUp):
        await supervisor.start_child(lives.child("c"))


async def test_old_failures_are_forgotten(lives: Lives) -> None:
    now = [0.0]
    supervisor = Supervisor("top", [lives.child("a")], intensity=Intensity(max_restarts=1), now=lambda: now[0])
    async with running(supervisor) as task:
        for _ in range(20):
            lives.fail("a")
            await rest()
            now[0] += 61
        assert not task.done()
        assert supervisor.which_children()[0].restarts == 20


async def test_the_parent_of_one_that_gave_up_decides(lives: Lives) -> None:
    told: list[Supervised] = []

    def inner() -> Supervisor:
        return Supervisor("top/inner", [lives.child("x")], intensity=Intensity(max_restarts=0))

    again = subtree(inner, "permanent", restart="permanent")
    gone = subtree(inner, "temporary", restart="temporary", capability="the index")
    supervisor = Supervisor("top", [again], tell=told.append)
    async with running(supervisor):
        lives.fail("x")
        await rest()
        assert lives.take() == ["+x", "-x", "+x"]
        assert [(e.child, e.what) for e in told] == [("permanent", "restarted")]
        (shown,) = supervisor.which_children()
        assert (shown.strategy, shown.children[0].id) == ("one_for_one", "x")
    supervisor = Supervisor("top", [gone, lives.child("other")], tell=told.append)
    async with running(supervisor) as task:
        lives.fail("x")
        await rest()
        assert (told[-1].child, told[-1].what, told[-1].capability) == ("temporary", "gave_up", "the index")
        assert states(supervisor.which_children()) == {"temporary": "given_up", "other": "running"}
        assert not task.done()


async def test_children_come_and_go_while_it_runs(lives: Lives) -> None:
    supervisor = Supervisor("top")
    async with running(supervisor):
        await supervisor.start_child(lives.child("a", restart="temporary"))
        with pytest.raises(ValueError, match="has a child a already"):
            supervisor.add(lives.child("a"))
        await supervisor.start_child(lives.child("b"))
        await supervisor.terminate_child("a")
        await supervisor.terminate_child("b")
        assert states(supervisor.which_children()) == {"b": "ended"}
        await supervisor.restart_child("b")
        assert states(supervisor.which_children()) == {"b": "running"}
        with pytest.raises(ValueError, match="runs"):
            supervisor.delete_child("b")
        await supervisor.terminate_child("b")
        supervisor.delete_child("b")
        assert supervisor.which_children() == ()
        with pytest.raises(KeyError):
            await supervisor.terminate_child("b")
        assert lives.take() == ["+a", "+b", "-a", "-b", "+b", "-b"]


async def test_the_next_child_waits_until_one_is_ready(lives: Lives) -> None:
    may = asyncio.Event()

    async def slow(running: Running) -> None:
        await may.wait()
        running.ready()
        await asyncio.Event().wait()

    supervisor = Supervisor("top", [Child(id="slow", run=slow, says_ready=True), lives.child("b")])
    async with running(supervisor):
        assert lives.take() == []
        assert states(supervisor.which_children())["slow"] == "starting"
        may.set()
        await rest()
        assert lives.take() == ["+b"]
        assert states(supervisor.which_children()) == {"slow": "running", "b": "running"}


async def test_one_that_is_not_ready_in_time_has_failed() -> None:
    async def never(_: Running) -> None:
        await asyncio.Event().wait()

    child = Child(id="slow", run=never, says_ready=True, ready_s=0)
    supervisor = Supervisor("top", [child], intensity=Intensity(max_restarts=2))
    with pytest.raises(GaveUp, match="it was not ready within 0 seconds"):
        await supervisor.run()


async def test_one_that_does_not_end_is_let_go_and_told() -> None:
    told: list[Supervised] = []
    free = asyncio.Event()

    async def stubborn(_: Running) -> None:
        while not free.is_set():
            try:
                await free.wait()
            except asyncio.CancelledError:
                continue

    supervisor = Supervisor("top", [Child(id="stubborn", run=stubborn, shutdown_s=0.01)], tell=told.append)
    async with running(supervisor):
        await supervisor.terminate_child("stubborn")
        assert [(e.what, e.reason) for e in told] == [("late", "it did not end within 0.01 seconds")]
        free.set()
        await rest()


async def test_a_temporary_child_that_is_slow_to_end_holds_up_no_other(lives: Lives) -> None:
    free = asyncio.Event()

    async def slow(_: Running) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await free.wait()

    supervisor = Supervisor("top", [Child(id="slow", run=slow, restart="temporary")])
    async with running(supervisor):
        ending = asyncio.create_task(supervisor.terminate_child("slow"))
        await rest()
        await supervisor.start_child(lives.child("b"))
        assert lives.take() == ["+b"]
        free.set()
        await ending
        assert states(supervisor.which_children()) == {"b": "running"}


async def test_a_restart_may_wait_and_be_called_off(lives: Lives) -> None:
    supervisor = Supervisor("top", [lives.child("a", pause_s=0.01), lives.child("b", pause_s=1000)])
    async with running(supervisor):
        lives.take()
        lives.fail("a")
        lives.fail("b")
        await rest()
        assert states(supervisor.which_children()) == {"a": "waiting", "b": "waiting"}
        await until(lambda: states(supervisor.which_children())["a"] == "running")
        await supervisor.terminate_child("b")
        assert lives.take() == ["-a", "-b", "+a"]


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - a pass of the loop is all it takes
        await asyncio.sleep(0)


async def test_a_listener_that_fails_hurts_nobody(lives: Lives) -> None:
    def tell(_: Supervised) -> None:
        raise RuntimeError("no")

    supervisor = Supervisor("top", [lives.child("a")], tell=tell)
    async with running(supervisor) as task:
        lives.fail("a")
        await rest()
        assert not task.done()


async def test_secrets_are_taken_out_of_what_is_remembered(lives: Lives) -> None:
    supervisor = Supervisor("top", [lives.child("a")], clean=lambda text: text.replace("hunter2", "..."))
    async with running(supervisor):
        lives.fail("a", "the password hunter2 was wrong")
        await rest()
        assert supervisor.which_children()[0].last_error == "RuntimeError: the password ... was wrong"


async def test_what_lives_outside_of_the_loop_has_its_place_and_its_budget() -> None:
    now = [0.0]
    outside = OutsideSupervisor(Intensity(max_restarts=2), now=lambda: now[0])
    outside.started("host", 17)
    parent = Supervisor("top", [Child(id="code", run=outside.run, restart="temporary", capability="code knowledge")])
    async with running(parent):
        (code,) = parent.which_children()
        (host,) = code.children
        assert (host.id, host.pid, host.state) == ("host", 17, "running")
        assert await asyncio.to_thread(outside.ended, "host", "it was killed", 0.0)
        outside.started("host", 18)
        assert outside.ended("host", "it was killed", 1.0)
        assert not outside.ended("host", "it was killed", 2.0)
        await until(lambda: parent.which_children()[0].state == "given_up")
        said = parent.which_children()[0].last_error
        assert said == "host ended 3 times within 60 seconds, the last time because it was killed"
        assert outside.which_children()[0].state == "given_up"


async def test_one_outside_that_gave_up_before_there_was_a_loop_is_told_then() -> None:
    outside = OutsideSupervisor(Intensity(max_restarts=0))
    assert not outside.ended("host", "there is no such program", 0.0)
    parent = Supervisor("top", [Child(id="code", run=outside.run)], intensity=Intensity(max_restarts=1))
    async with running(parent) as task:
        # Started again by its parent, it has a new budget.
        assert parent.which_children()[0].restarts == 1
        assert not task.done()
        assert not outside.ended("host", "again", 0.0)
        with pytest.raises(GaveUp):
            await task
