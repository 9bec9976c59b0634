"""What goes on beside an editor's messages: killed, it comes back; what cannot be had is said, and the rest goes on."""

import asyncio
import os
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from rulewright.adapters.lsp import supervised
from rulewright.core.bus import AnalysisComplete, Event, RulesChanged, Supervised
from rulewright.core.code_messages import Progress
from rulewright.core.figures import Figures
from rulewright.core.permissions import Principal
from rulewright.core.privacy.redact import redact
from rulewright.core.server_report import ClientReport, ProjectReport, ServerReport
from rulewright.core.supervision import ChildState
from rulewright.node_app import _report, new_node
from rulewright.services.supervisor.outside import OutsideSupervisor
from rulewright.tree import ClientTree, make_node
from tests.harness.gateways import make_gateway, write_rules
from tests.harness.lsp_memory import PUSH, connect

# In parts, so that no scanner takes it for one that is lost.
KEY = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4O5p6Q7r8"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised, "PAUSE_S", 0.001)


async def until(condition: Callable[[], Any]) -> Any:
    async with asyncio.timeout(30):
        while not (value := condition()):  # noqa: ASYNC110 - a pass of the loop is all it takes
            await asyncio.sleep(0)
    return value


def child(gateway: Any, *path: str) -> ChildState:
    found = gateway.tree.states()
    for name in path:
        found = next(c for c in found.children if c.id == name)
    return found


def task_of(gateway: Any, *path: str) -> "asyncio.Task[Any]":
    name = "/".join(("rulewright", *path))
    return next(task for task in asyncio.all_tasks() if task.get_name() == name)


@pytest.mark.parametrize(
    "path",
    [
        ("rules", "events"),
        ("rules", "cache"),
        ("rules", "store"),
        ("rules", "aggregator"),
        ("rules", "watcher"),
        ("background", "neighbours"),
        ("background", "editor"),
        ("background", "introduction"),
        ("rules",),
        ("background",),
    ],
    ids="/".join,
)
async def test_every_task_that_is_killed_comes_back_and_the_session_goes_on(client, project, gateway, path):
    await client.initialize(PUSH, root=str(project), processId=os.getppid())
    place = ("interfaces", "client 1", *path)
    await until(lambda: child(gateway, *place).state == "running")
    task_of(gateway, *place).cancel()
    seen = await until(lambda: (c := child(gateway, *place)).state == "running" and c.restarts and c)
    assert (seen.restarts, seen.last_error) == (1, "its task was cancelled")
    uri = client.open(project / "a.py", "print(1)\n")
    await client.until(lambda: client.published(uri))
    assert len(client.published(uri)[-1]["diagnostics"]) == 1
    assert client.notes("window/showMessage") == []


async def test_a_watcher_that_fails_is_tried_again_and_nobody_is_bothered(project, monkeypatch):
    gateway = make_gateway()
    tried = []

    async def watch(_on_change: Any, *, projects: bool) -> None:
        tried.append(projects)
        if len(tried) < 4:
            raise OSError(28, "no room for watches")
        await asyncio.Event().wait()

    monkeypatch.setattr(gateway, "watch", watch)
    async with connect(gateway) as client:
        await client.initialize(PUSH, root=str(project))
        await until(lambda: len(tried) == 4)
        watcher = child(gateway, "interfaces", "client 1", "rules", "watcher")
        assert (watcher.restarts, watcher.last_error) == (3, "OSError: [Errno 28] no room for watches")
        status = await client.request("rulewright/status")
        assert status["tree"]["id"] == "rulewright"
        assert client.notes("window/showMessage") == []


async def test_the_end_of_what_takes_messages_ends_the_session():
    # The session's own supervisor gives up when a part of it does again and again.
    gateway = make_gateway()
    async with connect(gateway) as client:
        await client.initialize()
        rules = ("interfaces", "client 1", "rules")
        for n in range(11):
            await until(lambda: child(gateway, *rules).state == "running")
            task_of(gateway, *rules).cancel()
            await until(lambda n=n: n == 10 or child(gateway, *rules).restarts == n + 1)
        await client.until(lambda: client.notes("window/showMessage"))
        (said,) = client.notes("window/showMessage")
        assert said["message"].startswith("Rulewright cannot go on with this session: rules failed 11 times within 60")
        assert client.exit_code == 1


async def test_what_is_given_up_is_said_once_and_to_whom_it_concerns(project):
    node = make_node("test")
    first, second = OutsideSupervisor(), OutsideSupervisor()
    gateways = [make_gateway(), make_gateway()]
    for gateway, knowing in zip(gateways, (first, second), strict=True):
        gateway._tree = ClientTree(node, knowing)
    async with connect(gateways[0]) as one, connect(gateways[1]) as two:
        for client in (one, two):
            await client.initialize(root=str(project))
        whole, mine = gateways[0].tree.states(), gateways[0].tree.states(all_clients=False)
        assert [c.id for c in whole.children[2].children] == ["client 1", "client 2"]
        assert [c.id for c in mine.children[2].children] == ["client 1"]
        gateways[0].principal = Principal("ann", "ann", frozenset({"read"}))
        status = await one.request("rulewright/status")
        assert [c["id"] for c in status["tree"]["children"][2]["children"]] == ["client 1"]
        first.lost("host", "it cannot be started: no such file")
        await one.until(lambda: one.notes("window/showMessage"))
        (said,) = one.notes("window/showMessage")
        expected = (
            "Rulewright goes on without knowing the code: host: it cannot be started: no such file. "
            "Restart the server to try again."
        )
        assert said["message"] == expected
        assert two.notes("window/showMessage") == []
        node.tree.checks.lost("worker 1", "no memory")
        for client in (one, two):
            await client.until(lambda client=client: "running checks" in str(client.notes("window/showMessage")))
        assert {c.id: c.state for c in node.tree.states().children}["checks"] == "given_up"
    await node.tree.aclose()
    assert node.clients == {}


async def test_the_bus_tells_of_rules_indexes_and_supervision(client, project, gateway):
    heard: list[Event] = []
    bus = gateway.tree.node.bus
    for topic in ("rules", "analysis_complete", "supervision"):
        bus.tap(topic, heard.append)
    await client.initialize(PUSH, root=str(project))
    write_rules(project, {"another.md": "Be kind.\n"})
    before = len(heard)
    await client.server.reload([f"{project.as_posix()}/.ai-rules/another.md"])
    told = [event for event in heard[before:] if event.topic == "rules"]
    assert [event.body for event in told] == [RulesChanged(project.as_posix())]
    assert (told[0].key, told[0].metadata["client"]) == (project.as_posix(), "client 1")
    gateway._index_progress(Progress("/w", 1, 2, None))
    gateway._index_progress(Progress("/w", 2, 2, None))
    assert [e.body for e in heard if e.topic == "analysis_complete"] == [AnalysisComplete("/w", 2)]
    place = ("interfaces", "client 1", "rules", "watcher")
    task_of(gateway, *place).cancel()
    await until(lambda: child(gateway, *place).restarts)
    (restarted,) = [e.body for e in heard if isinstance(e.body, Supervised)]
    assert (restarted.supervisor, restarted.child, restarted.what) == (
        "rulewright/interfaces/client 1/rules",
        "watcher",
        "restarted",
    )


async def test_a_client_is_registered_for_as_long_as_it_is_there(gateway, project):
    async with connect(gateway) as client:
        await client.initialize(root=str(project), clientInfo={"name": "Test", "version": "1"})
        registry = gateway.tree.node.registry
        (entry,) = registry.find_by("client", program="Test 1")
        assert entry.id == "client 1"
        assert gateway.report_server().registry == {"client": 1}
    assert registry.counts() == {}


async def test_no_secret_is_in_what_a_server_says_of_itself(capsys):
    node = new_node("test")
    client = ClientTree(node, is_only=True)

    async def fails() -> None:
        raise ConnectionError(f"the server refused {KEY}")

    class Session:
        gateway = type("Gateway", (), {"tree": client})

    supervised.supervise(Session, "asking", fails, restart="transient")  # type: ignore[arg-type]
    failed = await until(
        lambda: next((c for c in states(node.tree.states()) if c.id == "asking" and c.last_error), None)
    )
    assert failed.last_error == redact(f"ConnectionError: the server refused {KEY}")
    assert KEY not in str(node.report())
    await client.aclose()
    assert KEY not in capsys.readouterr().err


def test_a_server_whose_project_has_an_odd_name_says_how_it_is_all_the_same() -> None:
    node = make_node("test")
    odd = ProjectReport("/caf\udce9", 1, 1)
    node.clients["client 1"] = lambda: ClientReport(name="client 1", projects=(odd,), calls={}, metrics=Figures({}, {}))
    told = msgspec.json.decode(_report(node), type=ServerReport)
    assert told.clients[0].projects[0].root == "/caf?"


def states(root: ChildState) -> list[ChildState]:
    return [root, *(state for below in root.children for state in states(below))]
