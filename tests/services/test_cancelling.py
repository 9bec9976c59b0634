"""Every service, cancelled at each of its await points: nothing is left behind, and it goes on working."""

import asyncio
import importlib
import inspect
import pkgutil
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

import rulewright.services
from rulewright.core.bus import Lagged, RulesChanged
from rulewright.core.config import PrivacySettings
from rulewright.core.model_settings import ModelSettings
from rulewright.core.models import Capabilities, Failed, Finished, Message, ModelRequest, Part
from rulewright.core.peers import Payload, Sent
from rulewright.core.restarts import Intensity
from rulewright.core.routing import Choice, ModelFacts
from rulewright.core.rules.job import CheckJob
from rulewright.core.supervision import Child, GaveUp, Running
from rulewright.privacy_view import path_rules
from rulewright.services.breakers import Circuits, Open
from rulewright.services.bus import Bus, MemoryCursors
from rulewright.services.cache import Cache
from rulewright.services.coordinator import Coordinator
from rulewright.services.egress import Gate, GatedPeer, GatedProvider, Outgoing
from rulewright.services.guarded import GuardedPeer, GuardedProvider
from rulewright.services.models.http import Connections, Reach
from rulewright.services.models.keys import Keys
from rulewright.services.models.make import make_provider
from rulewright.services.models.nearby import look_nearby
from rulewright.services.models.scripted import Fail, Say, ScriptedProvider
from rulewright.services.status_socket import answer_status, ask_servers
from rulewright.services.supervisor.outside import OutsideSupervisor
from rulewright.services.supervisor.supervisor import Supervisor, subtree, uncancelled
from rulewright.services.synchroniser import Synchroniser
from rulewright.services.watcher import watch
from rulewright.services.workers import AdaptiveRunner, InlineRunner
from rulewright.services.workers.pool import WorkerPool
from rulewright.services.workers.set_aside import Breakers, BreakingRunner
from rulewright.tree import ClientTree, make_node
from tests.harness.cancelling import walk
from tests.harness.http_server import Asked, Line, serving
from tests.harness.model_wires import KEY, WIRES, chat

Stage = AsyncGenerator[Callable[[], Awaitable[None]], None]
Work = Callable[[], Awaitable[None]]


def live(log: list[str], name: str, *, n_lives: int | None = None) -> Child:
    """A child that says that it is ready, takes its time to clean up, and fails after a while so many times."""

    async def run(running: Running) -> None:
        log.append(f"+{name}")
        try:
            await asyncio.sleep(0)
            running.ready()
            await asyncio.sleep(0)
            if n_lives is not None and log.count(f"+{name}") <= n_lives:
                raise RuntimeError("again")
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            log.append(f"-{name}")

    return Child(id=name, run=run, says_ready=True)


async def supervising(_: Path) -> Stage:
    log: list[str] = []
    children = [live(log, "a"), live(log, "b", n_lives=3), live(log, "c")]
    inner = subtree(lambda: Supervisor("top/inner", [live(log, "d", n_lives=1)]), "inner")
    supervisor = Supervisor("top", [*children, inner], strategy="rest_for_one", intensity=Intensity(max_restarts=2))

    async def work() -> None:
        with suppress(GaveUp):
            await supervisor.run()

    yield work
    for name in "abcd":
        assert log.count(f"+{name}") == log.count(f"-{name}")
    assert not any(slot.runs for slot in supervisor._slots.values())


async def commanding(_: Path) -> Stage:
    log: list[str] = []
    supervisor = Supervisor("top", [live(log, "a")])
    running = asyncio.create_task(supervisor.run())

    async def work() -> None:
        await supervisor.start_child(live(log, "b"))
        await supervisor.terminate_child("b")
        await supervisor.restart_child("b")
        await supervisor.terminate_child("b")
        supervisor.delete_child("b")

    yield work
    # Whoever asked is gone, but what it asked for is done, and it takes orders as before.
    await supervisor.start_child(live(log, "z"))
    assert {"a", "z"} <= {child.id for child in supervisor.which_children() if child.state == "running"}
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert all(log.count(f"+{name}") == log.count(f"-{name}") for name in "abz")


async def outside(_: Path) -> Stage:
    supervisor = OutsideSupervisor(Intensity(max_restarts=0))
    parent = Supervisor("top", [Child(id="code", run=supervisor.run, restart="temporary")])

    async def work() -> None:
        await parent.run()

    yield work
    assert not supervisor.ended("host", "it died", 0.0)


async def to_the_end(_: Path) -> Stage:
    done: list[int] = []

    async def inner() -> None:
        for number in range(5):
            await asyncio.sleep(0)
            done.append(number)

    async def work() -> None:
        await uncancelled(inner())

    yield work
    assert done in ([0, 1, 2, 3, 4], []), "it is done whole, unless it was cancelled before it began"


async def tree(_: Path) -> Stage:
    node = make_node("test")
    client = ClientTree(node, OutsideSupervisor(), is_only=True)
    log: list[str] = []
    client.add(live(log, "messages"))
    client.add(live(log, "watcher"), "rules")

    async def work() -> None:
        await asyncio.sleep(0)
        await client.aclose()

    yield work
    await client.aclose()
    await node.tree.aclose()
    assert all(log.count(f"+{name}") == log.count(f"-{name}") for name in ("messages", "watcher"))


async def subscribing(_: Path) -> Stage:
    bus = Bus("n", lambda: 0.0)
    heard: list[int] = []

    async def work() -> None:
        async with bus.subscribe("rules", key="k") as events, bus.subscribe("rules"):
            speaking = asyncio.get_running_loop().call_soon(bus.publish, "rules", RulesChanged("k"))
            del speaking
            for _ in range(3):
                asyncio.get_running_loop().call_soon(lambda: bus.publish("rules", RulesChanged("k"), key="k"))
                event = await anext(events)
                assert not isinstance(event, Lagged)
                heard.append(event.sequence)

    yield work
    assert bus._of_key == {}
    assert bus._everything == {} or bus._everything["rules"] == ()
    assert heard == sorted(heard)


class Rows:
    """A source."""

    def __init__(self) -> None:
        self.rows = ["a", "b", "c"]

    def after(self, position: int, limit: int) -> Sequence[tuple[int, Any]]:
        return list(enumerate(self.rows, start=1))[position : position + limit]


async def reading_again(_: Path) -> Stage:
    bus, cursors, taken = Bus("n", lambda: 0.0), MemoryCursors(), list[int]()

    async def work() -> None:
        async with bus.durable("context_updates", "web", cursors, Rows()) as news, aclosing(aiter(news)) as rows:
            async for position, _ in rows:
                if await news.taken(position):
                    taken.append(position)
                if position == 3:
                    return

    yield work
    # What was not taken comes again; a position is never skipped.
    assert taken == list(range(1, len(taken) + 1))
    assert cursors.get("web", "context_updates") in {len(taken), len(taken) + 1}
    assert all(there == () for there in bus._everything.values())


def caching(folder: bool) -> Callable[[Path], Stage]:
    async def stage(tmp_path: Path) -> Stage:
        cache = Cache(str, tmp_path / "cache" if folder else None)
        n = [0]

        async def compute() -> str:
            n[0] += 1
            await asyncio.sleep(0)
            return "value"

        async def work() -> None:
            assert await cache.get_or_compute(f"key {tmp_path}", compute, 0.0) == "value"

        yield work
        while cache._computing:  # noqa: ASYNC110 - the last one who waited is gone, and so is this in a moment
            await asyncio.sleep(0)
        assert await cache.get_or_compute("key", compute) == "value"
        await asyncio.to_thread(cache.close)

    return stage


async def guarding(_: Path) -> Stage:
    circuits = Circuits()

    async def work() -> None:
        async with circuits.guard("model"):
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    yield work
    with suppress(Open):
        async with circuits.guard("model"):
            pass
    assert [state.state for state in circuits.states()] == ["closed"]


async def answering(tmp_path: Path) -> Stage:
    folder = tmp_path / "run"

    async def work() -> None:
        await answer_status(folder, lambda: b"x", pid=1)

    yield work
    assert list(folder.iterdir()) == []
    assert await asyncio.to_thread(ask_servers, folder) == ([], [])


async def following(_: Path) -> Stage:
    synchroniser = Synchroniser(1000)
    looked: list[int] = []

    async def work() -> None:
        with synchroniser.following(lambda: len(looked) < 3, lambda: looked.append(1)):
            await synchroniser.run()

    yield work
    assert synchroniser._looks == {}
    # It can be started again, as its supervisor does.
    with synchroniser.following(lambda: True, lambda: looked.append(2)):
        again = asyncio.create_task(synchroniser.run())
        while 2 not in looked:  # noqa: ASYNC110 - a pass of the loop is all it takes
            await asyncio.sleep(0)
        again.cancel()
        await asyncio.gather(again, return_exceptions=True)


async def watching(tmp_path: Path) -> Stage:
    rules = tmp_path / ".ai-rules"
    rules.mkdir(exist_ok=True)
    threads = threading.active_count()

    async def changed(_: list[str]) -> None:
        await asyncio.sleep(0)

    async def work() -> None:
        (rules / "a.md").write_text("new")
        await watch(lambda: [str(tmp_path)], lambda: [str(rules)], changed)

    yield work
    assert threading.active_count() <= threads + 4, "threads of the loop's pool stay, and no other"


JOB = CheckJob("a.py", "x = 1\n", "python", (), frozenset(), 10)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool(1, 20)
    yield made
    made.close()


def checking(make: Callable[[WorkerPool], Any]) -> Callable[[Path, WorkerPool], Stage]:
    async def stage(_: Path, pool: WorkerPool) -> Stage:
        runner = make(pool)

        async def work() -> None:
            assert (await runner.run_soon(JOB)).failure == ""

        yield work
        assert (await runner.run_soon(JOB)).failure == ""

    return stage


REQUEST = ModelRequest(root="", messages=(Message("user", (Part("hello"),)),))


def gated() -> tuple[ScriptedProvider, Circuits, GatedProvider]:
    inner, circuits = ScriptedProvider(lambda _: (Say("a long answer in pieces", 5),)), Circuits()
    gate = Gate(lambda _: PrivacySettings(), path_rules())
    return inner, circuits, GatedProvider(gate, GuardedProvider(inner, circuits))


async def modelling(_: Path) -> Stage:
    inner, circuits, provider = gated()

    async def work() -> None:
        await provider.capabilities()
        async with aclosing(provider.stream(REQUEST)) as events:  # type: ignore[type-var]
            async for _ in events:
                await asyncio.sleep(0)
        await provider.embed("", (Part("a"), Part("b")))
        await provider.close()

    yield work
    assert inner.n_open == 0
    assert {one.state for one in circuits.states()} <= {"closed"}


async def coordinating(_: Path) -> Stage:
    down = ScriptedProvider(lambda _: (Fail(Failed("unreachable", "Nobody listens.")),), name="down")
    up = ScriptedProvider(lambda _: (Say("a long answer in pieces", 5),), name="up")
    by_name = {"down": down, "up": up}
    coordinator = Coordinator(lambda: by_name, tuple, Cache(Capabilities).get_or_compute, at_once=1)
    chain = [Choice(ModelFacts(name=name), "") for name in by_name]

    async def ask() -> None:
        async with aclosing(coordinator.ask(chain, lambda _choice, _can, _factor: REQUEST)) as events:
            assert [event async for event in events][-1] == Finished()

    async def work() -> None:
        async with asyncio.TaskGroup() as group:
            # The second one waits for its turn.
            group.create_task(ask())
            await ask()

    yield work
    assert coordinator.load() == {}
    assert up.n_open == down.n_open == 0
    await ask()


class Echo:
    """A peer that answers."""

    name = "echo"

    async def publish(self, subject: str, payload: Payload) -> Sent:
        del subject, payload
        await asyncio.sleep(0)
        return Sent()

    async def request(self, subject: str, payload: Payload, timeout_s: float) -> Sent:
        del subject, payload, timeout_s
        await asyncio.sleep(0)
        return Sent(answer=b"yes")

    async def close(self) -> None:
        await asyncio.sleep(0)


async def peering(_: Path) -> Stage:
    gate = Gate(lambda _: PrivacySettings(), path_rules())
    circuits = Circuits()
    peer = GatedPeer(gate, GuardedPeer(Echo(), circuits))
    out = Outgoing(gate, [ScriptedProvider(())], [Echo()])

    async def work() -> None:
        await peer.publish("s", Payload(root=""))
        await peer.request("s", Payload(root=""), 1.0)
        await peer.close()
        await out.close()

    yield work
    assert {one.state for one in circuits.states()} <= {"closed"}


async def asking_over_http(_: Path) -> Stage:
    wire, connections = WIRES[0], Connections()
    rows = b'{"data": [{"id": "m", "embedding": [1, 2]}]}'

    async def answer(asked: Asked, line: Line) -> None:
        if "count" in asked.target:
            await line.reply(b'{"input_tokens": 3}')
        elif asked.method == "GET" or b"input" in asked.body:
            await line.reply(rows)
        elif b"refuse" in asked.body:
            await line.reply(b"{}", 503)
        else:
            await line.head()
            await line.send(wire.answer()[:500])
            await line.send(wire.answer()[500:])

    # What is imported the first time would be taken for something that never ends.
    reach = Reach("", is_local=True, is_encrypted=False)
    await connections.acquire(reach)
    await connections.release(reach)
    async with serving(answer) as server:
        counting = ModelSettings(name="c", provider="anthropic", base_url=server.url, model="m")
        counter = make_provider(counting, Keys({}), connections)
        gated = GatedProvider(Gate(lambda _: PrivacySettings(), path_rules()), GuardedProvider(counter, Circuits()))
        model = msgspec.structs.replace(wire.model, base_url=server.url, model="", key_command=("anything",))
        provider = make_provider(model, Keys(run=lambda _: KEY), connections)

        async def work() -> None:
            async with aclosing(aiter(provider.stream(chat()))) as events:  # type: ignore[type-var]
                assert [event async for event in events][-1] == Finished()
            await provider.capabilities()
            await provider.embed("", [Part("a")])
            assert [event async for event in provider.stream(chat("refuse", purpose="complete"))]
            await look_nearby(connections, {"ollama": server.url})
            assert await gated.count_tokens("", [Part("a")]) == 3
            await provider.close()

        yield work
        await provider.close()
        await gated.close()
        assert connections.n_clients == 0
        async with asyncio.timeout(10):
            await server.all_closed.wait()
        assert len(server.asked) <= 7


WALKS: dict[str, tuple[Callable[..., Stage], set[str]]] = {
    "supervisor": (supervising, {"supervisor.supervisor.Supervisor.run"}),
    "commands": (
        commanding,
        {f"supervisor.supervisor.Supervisor.{name}_child" for name in ("start", "terminate", "restart")},
    ),
    "outside": (outside, {"supervisor.outside.OutsideSupervisor.run"}),
    "uncancelled": (to_the_end, {"supervisor.supervisor.uncancelled"}),
    "tree": (tree, set()),
    "bus": (subscribing, set()),
    "durable": (reading_again, {"bus.DurableSubscription.taken"}),
    "cache": (caching(folder=False), {"cache.Cache.get_or_compute"}),
    "cache on disk": (caching(folder=True), set()),
    "breakers": (guarding, {"breakers.Circuits.guard"}),
    "status socket": (answering, {"status_socket.answer_status"}),
    "synchroniser": (following, {"synchroniser.Synchroniser.run"}),
    "watcher": (watching, {"watcher.watch"}),
    "models": (
        modelling,
        {f"models.scripted.ScriptedProvider.{name}" for name in ("capabilities", "stream", "embed", "close")}
        | {f"egress.provider.GatedProvider.{name}" for name in ("capabilities", "stream", "embed", "close")}
        | {f"guarded.GuardedProvider.{name}" for name in ("capabilities", "stream", "embed", "close")},
    ),
    "coordinator": (coordinating, {"coordinator.Coordinator.ask"}),
    "models over http": (
        asking_over_http,
        {f"models.provider.HttpProvider.{name}" for name in ("stream", "open", "acquire", "release", "models")}
        | {f"models.provider.HttpProvider.{name}" for name in ("capabilities", "embed", "close", "count_tokens")}
        | {"egress.provider.GatedProvider.count_tokens", "guarded.GuardedProvider.count_tokens"}
        | {
            "models.nearby.look_nearby",
            "models.http.Connections.acquire",
            "models.http.Connections.release",
            "models.body.Body.take",
            "models.body.Body.close",
            "models.keys.Keys.find",
        },
    ),
    "peers": (
        peering,
        {f"egress.peer.GatedPeer.{name}" for name in ("publish", "request", "close")}
        | {f"guarded.GuardedPeer.{name}" for name in ("publish", "request", "close")}
        | {"egress.outgoing.Outgoing.close"},
    ),
}
CHECKS: dict[str, tuple[Callable[..., Stage], set[str]]] = {
    "pool": (checking(lambda pool: pool), {"workers.pool.WorkerPool.run_soon"}),
    "breaking": (
        checking(lambda pool: BreakingRunner(pool, Breakers())),
        {"workers.set_aside.BreakingRunner.run_soon"},
    ),
    "inline": (checking(lambda _: InlineRunner()), {"workers.inline.InlineRunner.run_soon"}),
    "adaptive": (
        checking(lambda pool: AdaptiveRunner(lambda: pool)),
        {"workers.inline.AdaptiveRunner.run_soon"},
    ),
}
WITHOUT_AWAIT = {"inline", "adaptive"}


@pytest.mark.parametrize("n_cancels", [1, 2])
@pytest.mark.parametrize("name", WALKS)
async def test_a_service_that_is_cancelled_anywhere_leaves_nothing_and_goes_on(
    name: str, n_cancels: int, tmp_path: Path
) -> None:
    assert await walk(WALKS[name][0], tmp_path, n_cancels=n_cancels) > 0


@pytest.mark.parametrize("name", CHECKS)
async def test_the_same_of_what_runs_checks(name: str, tmp_path: Path, pool: WorkerPool) -> None:
    n_points = await walk(CHECKS[name][0], tmp_path, pool)
    assert (n_points == 0) == (name in WITHOUT_AWAIT)


def coroutines() -> set[str]:
    """Every public coroutine function of every service."""
    found = set()
    for module in pkgutil.walk_packages(rulewright.services.__path__, "rulewright.services."):
        loaded = importlib.import_module(module.name)
        for name, value in vars(loaded).items():
            if getattr(value, "__module__", "") != module.name or name.startswith("_"):
                continue
            place = f"{module.name}.{name}".removeprefix("rulewright.services.")
            if is_async(value):
                found.add(place)
            if inspect.isclass(value) and not getattr(value, "_is_protocol", False):
                found |= {f"{place}.{n}" for n, v in vars(value).items() if is_async(v) and not n.startswith("_")}
    return found


def is_async(value: Any) -> bool:
    function = inspect.unwrap(value) if inspect.isfunction(value) else value
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def test_every_service_is_walked() -> None:
    walked = set().union(*(covered for _, covered in (*WALKS.values(), *CHECKS.values())))
    assert coroutines() == walked
