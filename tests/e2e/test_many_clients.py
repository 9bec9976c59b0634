"""A thousand clients of one server on a socket that come and go without a word."""

from collections import Counter
from pathlib import Path

import pytest

from rulewright.app import SERVER_WORKERS
from tests.harness.gateways import write_rules
from tests.harness.node import NodeProcess, children_of, client
from tests.harness.wait import until

pytestmark = pytest.mark.e2e


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_rules(tmp_path)
    return tmp_path


def kind_of(fd: Path) -> str:
    """`socket`, `pipe`, ...; nothing when it was closed meanwhile."""
    try:
        return str(fd.readlink()).partition(":")[0]
    except FileNotFoundError:
        return ""


def left_behind(pid: int) -> dict[str, int]:
    """What the process holds, as the system sees it."""
    proc = Path("/proc", str(pid))
    status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
    fds = Counter(kind_of(fd) for fd in (proc / "fd").iterdir())
    return {
        "sockets": fds["socket"],
        "fds": fds.total(),
        "threads": int(status["Threads"]),
        "children": len(children_of(pid)),
        "memory": int(status["VmRSS"].split()[0]),
    }


def drop_after(served: NodeProcess, root: Path, number: int) -> None:
    """Connect, say more or less, and be gone: without a word, in the middle of a message, with work under way."""
    with client(root, served.ports["tcp"]) as session:
        if number % 4 == 1:
            session._in.write(b"Content-Length: 100\r\n\r\n{")
            session._in.flush()
        if number % 4 >= 2:
            session.answer("initialize", session.introduction({"token": served.token()}))
            session.tell("initialized", {})
        if number % 4 == 3:
            session._send({"id": 99, "method": "workspace/diagnostic", "params": {"previousResultIds": []}})
        if number % 100 == 0:
            session.begin({"token": served.token()})
            session.pull(session.open("a.py", "print(1)\n"))
            session.ask("textDocument/documentSymbol", {"textDocument": {"uri": (root / "a.py").as_uri()}})


@pytest.mark.timeout(240)
def test_a_client_that_connects_and_drops_a_thousand_times_leaves_nothing_behind(tmp_path: Path, root: Path) -> None:
    with NodeProcess(tmp_path / "state", "--tcp", "0") as served:
        for number in range(8):
            drop_after(served, root, number)
        # What lives as long as the node: its check workers, of which each job up to their number starts one.
        with client(root, served.ports["tcp"]) as session:
            session.begin({"token": served.token()})
            for number in range(SERVER_WORKERS):
                session.pull(session.open(f"warm_{number}.py", "print(1)\n"))
            session.leave()
        until(lambda: left_behind(served.popen.pid)["children"] == SERVER_WORKERS)
        # Two of the event loop, one that is listened on for clients, and one for `rulewright status`.
        until(lambda: left_behind(served.popen.pid)["sockets"] <= 4)
        before = left_behind(served.popen.pid)
        for number in range(1000):
            drop_after(served, root, number)
        until(lambda: left_behind(served.popen.pid)["children"] <= before["children"])
        until(lambda: left_behind(served.popen.pid)["fds"] <= before["fds"])
        after = left_behind(served.popen.pid)
        # asyncio.to_thread makes threads as they are needed, 32 at most on any machine with fewer cores than that.
        assert after["threads"] <= before["threads"] + 32
        assert after["memory"] < before["memory"] + 40_000, "kilobytes"
        with client(root, served.ports["tcp"]) as session:
            session.begin({"token": served.token()})
            assert [d["code"] for d in session.pull(session.open("a.py", "print(1)\n"))] == ["no-print"]
            session.leave()
        children = children_of(served.popen.pid)
        code, log = served.end()
        assert code == 0
        assert "Traceback" not in log
        until(lambda: not [child for child in children if Path("/proc", child).exists()])
