"""`rulewright status` of real servers: what it shows, and what heals while it looks."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.harness.node import NodeProcess
from tests.harness.pipes import Process
from tests.harness.program import PROGRAM, environment, write_files
from tests.harness.wait import until

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/schemas/servers.json").read_text())
NO_PRINT = """---
globs: "**/*.py"
check: { language: python, message: "no", rule: { pattern: "print($X)" } }
---
"""


def status(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*PROGRAM, "status", *arguments], capture_output=True, text=True, check=False, env=environment(), timeout=60
    )


def servers(**of: Any) -> list[dict[str, Any]]:
    done = status("--json", *(part for name, value in of.items() for part in (f"--{name}", str(value))))
    record = json.loads(done.stdout)
    jsonschema.validate(record, SCHEMA)
    assert done.returncode == int(not record["servers"])
    return record["servers"]  # type: ignore[no-any-return]


def child(tree: dict[str, Any], *path: str) -> dict[str, Any]:
    for name in path:
        tree = next(c for c in tree["children"] if c["id"] == name)
    return tree


class Editor:
    """A client of a server process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.process = Process(["-m", "rulewright", "--stdio"], cwd=root)
        self.n = 0
        params = {
            "processId": os.getpid(),
            "rootUri": root.as_uri(),
            "capabilities": {},
            "clientInfo": {"name": "Testing", "version": "1"},
        }
        self.ask("initialize", params)
        self.process.send({"method": "initialized", "params": {}})
        document = {"uri": self.uri, "languageId": "python", "version": 1, "text": "print(1)\ndef f():\n    pass\n"}
        self.process.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        self.ask("rulewright/settled")

    @property
    def uri(self) -> str:
        return (self.root / "a.py").as_uri()

    def ask(self, method: str, params: Any = None) -> Any:
        self.n += 1
        self.process.send({"id": self.n, "method": method, "params": params})
        return self.process.answer(self.n).get("result")

    def symbols(self) -> list[str]:
        found = self.ask("textDocument/documentSymbol", {"textDocument": {"uri": self.uri}})
        return [symbol["name"] for symbol in found or []]

    def findings(self, version: int) -> int:
        """How many a changed document has; the client is pushed them."""
        changes = {
            "textDocument": {"uri": self.uri, "version": version},
            "contentChanges": [{"text": "print(1)\n" * version + "def f():\n    pass\n"}],
        }
        self.process.send({"method": "textDocument/didChange", "params": changes})

        def published() -> list[Any]:
            notes = self.process.notes("textDocument/publishDiagnostics")
            return [note for note in notes if note.get("version") == version]

        return len(until(published)[-1]["diagnostics"])

    def status(self) -> dict[str, Any]:
        return self.ask("rulewright/status")  # type: ignore[no-any-return]

    def mine(self, *path: str) -> dict[str, Any]:
        return child(self.status()["tree"], *path)

    def end(self) -> None:
        if self.process.popen.returncode is None:
            self.ask("shutdown")
            self.process.send({"method": "exit"})
            assert self.process.end() == 0


@pytest.fixture
def edit(tmp_path: Path) -> Iterator[Callable[[], Editor]]:
    root = write_files(tmp_path / "work", {".git/HEAD": "", ".ai-rules/no-print.md": NO_PRINT, "a.py": "print(1)\n"})
    editors: list[Editor] = []

    def make() -> Editor:
        editors.append(Editor(root))
        return editors[-1]

    yield make
    for editor in editors:
        editor.end()


def test_without_a_server_it_says_so_in_one_sentence() -> None:
    done = status()
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == "No server of yours runs. An editor starts one, or rulewright serve.\n"


def test_it_shows_every_server_with_its_tree_and_for_whom_it_works(edit: Callable[[], Editor], tmp_path: Path) -> None:
    editor = edit()
    state = Path(os.environ["RULEWRIGHT_STATE_DIR"])
    with NodeProcess(state) as node:
        both = servers()
        assert [server["interface"] for server in both] == ["stdio", "sockets"]
        assert [server["pid"] for server in both] == [editor.process.popen.pid, node.popen.pid]
        (one,) = servers(pid=node.popen.pid)
        assert [c["id"] for c in one["tree"]["children"]] == ["core", "checks", "interfaces"]
        assert one["listens"] == [f"{kind} 127.0.0.1:{port}" for kind, port in node.ports.items()]
        assert one["clients"] == []
        node.end()
    (server,) = servers()
    (client,) = server["clients"]
    assert (client["name"], client["program"], client["openDocuments"]) == ("client 1", "Testing 1", 1)
    assert [project["root"] for project in client["projects"]] == [editor.root.as_posix()]
    mine = child(server["tree"], "interfaces", "client 1")
    assert [c["id"] for c in mine["children"]] == ["messages", "rules", "code", "background"]
    assert {c["id"] for c in child(mine, "rules")["children"]} == {"events", "cache", "store", "aggregator", "watcher"}
    assert child(mine, "rules")["strategy"] == "rest_for_one"
    assert child(mine, "code", "host")["pid"] is not None
    run = state / "run"
    assert run.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in run.iterdir()] == [0o600]
    told = status().stdout
    assert f"process {editor.process.popen.pid}, stdio, up" in told
    assert "client 1: Testing 1, 1 open document" in told
    assert "watcher " in told
    editor.end()
    assert servers() == []
    assert list((state / "run").iterdir()) == []


@pytest.mark.slow
def test_a_server_for_agents_is_shown_too(tmp_path: Path) -> None:
    agent = subprocess.Popen(
        [*PROGRAM, "mcp"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment()
    )
    assert agent.stdin is not None
    try:
        (server,) = until(servers)
        assert (server["interface"], server["pid"]) == ("mcp", agent.pid)
        assert child(server["tree"], "interfaces", "client 1", "messages")["state"] == "running"
    finally:
        agent.stdin.close()
        agent.wait(30)
    assert servers() == []


@pytest.mark.slow
def test_the_log_goes_where_the_settings_say(
    edit: Callable[[], Editor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "rulewright.jsonl"
    monkeypatch.setenv("RULEWRIGHT_LOG_FILE", str(path))
    monkeypatch.setenv("RULEWRIGHT_LOG_FORMAT", "json")
    editor = edit()
    os.kill(editor.mine("interfaces", "client 1", "code", "host")["pid"], signal.SIGKILL)
    until(lambda: "a new one takes its place" in path.read_text())
    editor.end()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {line["process"] for line in lines} == {editor.process.popen.pid}
    assert b"takes its place" not in editor.process.stderr


@pytest.mark.slow
def test_a_killed_code_host_comes_back_and_the_status_says_so(edit: Callable[[], Editor]) -> None:
    editor = edit()
    assert editor.symbols() == ["f"]
    place = ("interfaces", "client 1", "code", "host")
    before = editor.mine(*place)
    os.kill(before["pid"], signal.SIGKILL)
    after = until(lambda: (seen := editor.mine(*place))["pid"] not in {None, before["pid"]} and seen)
    assert (after["restarts"], after["state"], after["lastError"]) == (1, "running", "it ended with -9")
    assert editor.symbols() == ["f"]


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_the_status_says_so(edit: Callable[[], Editor]) -> None:
    editor = edit()
    assert editor.findings(2) == 2
    workers = [c for c in editor.mine("checks")["children"] if c["pid"]]
    assert workers
    for worker in workers:
        os.kill(worker["pid"], signal.SIGKILL)
    # Some of these go to a worker that was killed, and are checked all the same.
    assert [editor.findings(version) for version in (3, 4, 5, 6)] == [3, 4, 5, 6]
    checks = editor.mine("checks")
    assert checks["state"] == "running"
    (restarted,) = [c for c in checks["children"] if c["restarts"] and c["pid"] not in {w["pid"] for w in workers}][:1]
    assert restarted["lastError"] == "it was ended from outside"


@pytest.mark.slow
def test_one_that_goes_on_dying_is_given_up_and_everything_else_goes_on(edit: Callable[[], Editor]) -> None:
    editor = edit()
    place = ("interfaces", "client 1", "code")
    for n in range(4):
        pid = until(lambda: editor.mine(*place, "host")["pid"])
        os.kill(pid, signal.SIGKILL)
        until(lambda n=n, pid=pid: n == 3 or editor.mine(*place, "host")["pid"] not in {None, pid})
    until(lambda: editor.mine(*place)["state"] == "given_up")
    said = [note["message"] for note in editor.process.notes("window/showMessage")]
    expected = (
        "Rulewright goes on without knowing the code: host ended 4 times within 120 seconds, the last time because "
        "it ended with -9. Restart the server to try again."
    )
    assert said == [expected]
    assert editor.symbols() == []
    assert editor.findings(2) == 2
    # Once, also when somebody asks for what is not known any more.
    assert [note["message"] for note in editor.process.notes("window/showMessage")] == [expected]
    (server,) = servers()
    assert child(server["tree"], *place)["lastError"].startswith("host ended 4 times")
    assert "given up" in status().stdout
    doctor = subprocess.run(
        [*PROGRAM, "doctor", "--json"], cwd=editor.root, capture_output=True, check=False, env=environment(), timeout=60
    )
    remarks = [remark for remark in json.loads(doctor.stdout)["remarks"] if remark["area"] == "server"]
    assert "goes on without code: host ended 4 times" in remarks[-1]["text"]


@pytest.mark.slow
def test_workers_that_go_on_dying_cost_the_checks_and_nothing_else(edit: Callable[[], Editor]) -> None:
    editor = edit()

    def said() -> list[str]:
        return [note["message"] for note in editor.process.notes("window/showMessage")]

    version = 1
    while not said():
        version += 1
        assert version < 100, "nothing was given up"
        editor.findings(version)
        for worker in editor.mine("checks")["children"]:
            if worker["pid"]:
                os.kill(worker["pid"], signal.SIGKILL)
    assert "Rulewright goes on without running checks: worker" in said()[0]
    assert "11 times within 60 seconds" in said()[0]
    assert editor.mine("checks")["state"] == "given_up"
    assert editor.symbols() != []
