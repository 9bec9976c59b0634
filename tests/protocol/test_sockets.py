"""The server on sockets: who is let in, what clients see of each other, and what they leave behind."""

import asyncio
import json
import signal
import socket
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect as connect_ws

from rulewright.adapters.lsp.framing import Framer, frame
from rulewright.adapters.lsp.server import build_server
from rulewright.adapters.lsp.sockets import channel, node
from rulewright.core.access import NotLetIn
from rulewright.core.addresses import Address
from rulewright.core.permissions import Principal
from tests.harness.gateways import make_gateway, write_rules
from tests.harness.node import NodeProcess, children_of, client
from tests.harness.program import PROGRAM, Session
from tests.harness.wait import until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory):
    with NodeProcess(tmp_path_factory.mktemp("node") / "state") as process:
        yield process


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_rules(tmp_path)
    return tmp_path


def test_two_clients_work_at_once_and_see_nothing_of_each_other(served: NodeProcess, root: Path) -> None:
    with client(root, served.ports["tcp"]) as one, client(root, served.ports["tcp"]) as two:
        one.begin({"token": served.token()})
        two.begin({"rulewright": {"token": served.token(), "rules": {"enabled": False}}})
        mine, theirs = one.open("a.py", "print(1)\n"), two.open("a.py", "print(2)\nprint(3)\n")
        assert mine == theirs
        assert [d["code"] for d in one.pull(mine)] == ["no-print"]
        assert two.pull(theirs) == [], "its settings are its own"
        symbols = {"textDocument": {"uri": mine}}
        one.open("b.py", "def of_one(): pass\n")
        assert two.ask("textDocument/documentSymbol", symbols) == []
        one.leave()
        assert two.pull(theirs) == [], "the other goes on"
        assert served.popen.poll() is None
        two.leave()


def test_the_token_is_for_this_user_alone_and_no_log_has_it(tmp_path: Path, root: Path) -> None:
    with NodeProcess(tmp_path / "state") as process:
        token = process.token()
        assert stat.S_IMODE(process.token_files["tcp"].stat().st_mode) == 0o600
        assert len(token) >= 40
        assert process.token("ws") != token
        with client(root, process.ports["tcp"]) as session:
            session.begin({"token": token, "trace": "verbose"})
            session.leave()
        with client(root, process.ports["tcp"]) as session:
            session.answer("initialize", session.introduction({"token": token + "x"}))
        code, log = process.end()
    assert code == 0
    assert token not in log
    assert [line for line in log.splitlines() if "not let in" in line]
    assert not list((tmp_path / "state" / "tokens").iterdir()), "a token that is worth nothing is not left behind"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (None, "lets in who brings its token"),
        ({"token": ""}, "not that of this server"),
        ({"token": 7}, "lets in who brings its token"),
        ({"token": "x" * 43}, "not that of this server"),
        ({"rulewright": {"token": "é"}}, "not that of this server"),
        (["token"], "lets in who brings its token"),
    ],
)
def test_without_the_token_nobody_is_let_in(served: NodeProcess, root: Path, options: object, said: str) -> None:
    with client(root, served.ports["tcp"]) as session:
        answer = session.answer("initialize", session.introduction(options))
        assert said in answer["error"]["message"]
        with pytest.raises((AssertionError, OSError)):
            session.ask("shutdown")


@pytest.mark.parametrize(
    "first",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
        frame(b"{"),
        frame(b"[]"),
        frame(b'{"jsonrpc":"2.0","id":1,"method":"shutdown"}'),
        frame(b'{"jsonrpc":"2.0","method":"exit"}'),
        frame(b"[" * 5000),
    ],
)
def test_whoever_begins_with_something_else_is_refused_and_hurts_nobody(served: NodeProcess, first: bytes) -> None:
    with socket.create_connection(("127.0.0.1", served.ports["tcp"]), timeout=30) as connection:
        connection.sendall(first)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while data := connection.recv(1 << 16):
            answer += data
    bodies = Framer().feed(answer)
    assert all("error" in json.loads(body) for body in bodies)
    assert len(bodies) == first.startswith(b"Content-Length")
    assert served.popen.poll() is None


def initialize(token: str | None) -> str:
    options = {"token": token} if token else None
    params = {"processId": None, "rootUri": None, "capabilities": {}, "initializationOptions": options}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})


@pytest.mark.parametrize("way", ["header", "message"])
def test_a_websocket_carries_one_message_without_a_header_each(served: NodeProcess, way: str) -> None:
    token = served.token("ws")
    headers = {"Authorization": f"Bearer {token}"} if way == "header" else {}
    url = f"ws://127.0.0.1:{served.ports['ws']}"
    with connect_ws(url, additional_headers=headers, origin="http://localhost:3000") as socket_:
        socket_.send(initialize(token if way == "message" else None))
        assert json.loads(socket_.recv(30))["result"]["serverInfo"]["name"] == "rulewright"
        socket_.send(b'{"jsonrpc":"2.0","id":2,"method":"shutdown"}')
        assert json.loads(socket_.recv(30)) == {"jsonrpc": "2.0", "id": 2, "result": None}
        socket_.send('{"jsonrpc":"2.0","method":"exit"}')
        assert list(socket_) == [], "the server ends the connection"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer x"}, 401),
        ({"Authorization": "Basic x"}, 401),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
    ],
)
def test_a_page_of_another_site_gets_no_websocket(served: NodeProcess, headers: dict[str, str], status: int) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect_ws(f"ws://127.0.0.1:{served.ports['ws']}", additional_headers=headers),
    ):
        pass
    assert refused.value.response.status_code == status


def test_a_websocket_without_the_token_is_told_why(served: NodeProcess) -> None:
    with connect_ws(f"ws://127.0.0.1:{served.ports['ws']}") as socket_:
        socket_.send(initialize(None))
        assert "brings its token" in json.loads(socket_.recv(30))["error"]["message"]


# Tokens for others


def rulewright(served: NodeProcess, *arguments: str) -> Any:
    """The JSON that a command prints."""
    done = subprocess.run([*PROGRAM, *arguments, "--json"], env=served.env, capture_output=True, timeout=60, check=True)
    return json.loads(done.stdout)


def test_others_come_in_with_their_tokens_and_do_what_these_allow(served: NodeProcess, root: Path) -> None:
    made = rulewright(served, "token", "new", "ann", "--name", "Ann", "--rights", "read")
    switch = {"command": "rulewright.disableRule", "arguments": ["no-print"]}
    with client(root, served.ports["tcp"]) as session:
        session.begin({"token": made["token"]})
        uri = session.open("a.py", "print(1)\n")
        assert [d["code"] for d in session.pull(uri)] == ["no-print"]
        refused = session.answer("workspace/executeCommand", switch)["error"]
        assert refused["code"] == -32803
        assert refused["message"].startswith("Ann may not switch rules")
        assert [d["code"] for d in session.pull(uri)] == ["no-print"]
        assert "may not begin" in session.answer("rulewright/sessions/append", {"text": "x"})["error"]["message"]
        session.leave()
    url, token = f"ws://127.0.0.1:{served.ports['ws']}", made["token"]
    with connect_ws(url, additional_headers={"Authorization": f"Bearer {token}"}) as socket_:
        socket_.send(initialize(None))
        assert "result" in json.loads(socket_.recv(30))
    done = subprocess.run([*PROGRAM, "token", "revoke", made["grant"]["token_id"]], env=served.env, check=True)
    assert done.returncode == 0
    with client(root, served.ports["tcp"]) as session:
        answer = session.answer("initialize", session.introduction({"token": made["token"]}))
        assert "was revoked" in answer["error"]["message"]
    with (
        pytest.raises(InvalidStatus) as status,
        connect_ws(url, additional_headers={"Authorization": f"Bearer {token}"}),
    ):
        pass
    assert status.value.response.status_code == 401
    rows = rulewright(served, "audit")["refusals"]
    assert [
        (r["user"], r["action"], r["resource"], r["reason"]) for r in rows if r["token_id"] == made["grant"]["token_id"]
    ] == [
        ("ann", "enter", "server", "revoked"),
        ("ann", "chat", "conversation", "has not the right"),
        ("ann", "change_rules", "rules", "has not the right"),
    ]
    states = {t["grant"]["token_id"]: t["state"] for t in rulewright(served, "token", "list")["tokens"]}
    assert states[made["grant"]["token_id"]] == "revoked"


def test_a_token_for_once_lets_in_once_and_one_that_does_not_allow_to_read_never(
    served: NodeProcess, root: Path
) -> None:
    once = rulewright(served, "token", "new", "bob", "--once")["token"]
    with client(root, served.ports["tcp"]) as session:
        session.begin({"token": once})
        session.leave()
    blind = rulewright(served, "token", "new", "eve", "--rights", "chat")["token"]
    with (
        pytest.raises(InvalidStatus) as status,
        connect_ws(f"ws://127.0.0.1:{served.ports['ws']}", additional_headers={"Authorization": f"Bearer {blind}"}),
    ):
        pass
    assert status.value.response.status_code == 401
    for token, why in ((once, "was used"), (blind, "does not allow to read")):
        with client(root, served.ports["tcp"]) as session:
            answer = session.answer("initialize", session.introduction({"token": token}))
            assert why in answer["error"]["message"]


def test_a_stranger_may_not_send_much(served: NodeProcess) -> None:
    with socket.create_connection(("127.0.0.1", served.ports["tcp"]), timeout=30) as stranger:
        stranger.sendall(frame(b"[" * (channel.MAX_HELLO + 1)))
        stranger.sendall(frame(b"{}"))
        assert b"must be initialize" in stranger.recv(1 << 16), "the long one was passed over"


# `rulewright connect`


def joined(served: NodeProcess, *arguments: str) -> "subprocess.Popen[bytes]":
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*PROGRAM, "connect", *arguments], env=served.env, **pipes)  # type: ignore[call-overload]


def test_an_editor_that_only_knows_pipes_joins_by_connect(served: NodeProcess, root: Path) -> None:
    process = joined(served, str(served.ports["tcp"]))
    session = Session(root, process.stdin, process.stdout)
    session.begin({"rules": {"defaults": "never"}})
    uri = session.open("a.py", "print(1)\n")
    assert [d["code"] for d in session.pull(uri)] == ["no-print"]
    session.leave()
    assert process.communicate(timeout=30)[1] == b""
    assert process.returncode == 0


def test_connect_says_when_the_server_ends(tmp_path: Path, root: Path) -> None:
    with NodeProcess(tmp_path / "state", "--tcp", "0") as served:
        process = joined(served, str(served.ports["tcp"]))
        Session(root, process.stdin, process.stdout).begin()
        served.end()
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert b"ended the session" in err


def test_connect_says_when_there_is_nothing_to_join(served: NodeProcess, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = joined(served, str(port))
    assert b"There is no token of a server" in process.communicate(timeout=30)[1]
    token = tmp_path / "token"
    token.write_text("x" * 30)
    token.chmod(0o600)
    process = joined(served, str(port), "--token-file", str(token))
    assert b"Nothing listens on 127.0.0.1" in process.communicate(timeout=30)[1]
    assert process.returncode == 1


# A token of one's own


def serve_with(tmp_path: Path, mode: int, text: str) -> NodeProcess:
    token = tmp_path / "token"
    token.write_text(text)
    token.chmod(mode)
    return NodeProcess(tmp_path / "state", "--tcp", "0", "--token-file", str(token))


def test_a_token_of_ones_own_counts_and_stays(tmp_path: Path, root: Path) -> None:
    with serve_with(tmp_path, 0o600, "a token that people chose\n") as process:
        with client(root, process.ports["tcp"]) as session:
            session.begin({"token": "a token that people chose"})
            session.leave()
        assert process.end()[0] == 0
    assert (tmp_path / "token").read_text() == "a token that people chose\n"


@pytest.mark.parametrize(
    ("mode", "text", "said"),
    [
        (0o644, "a token that people chose", "chmod 600"),
        (0o660, "a token that people chose", "chmod 600"),
        (0o600, "short", "holds no token"),
        (0o600, "", "holds no token"),
        (0o600, "x" * 2000, "holds no token"),
        (0o600, "a token\nof two lines", "holds no token"),
    ],
)
def test_a_token_file_that_keeps_no_secret_is_refused(tmp_path: Path, mode: int, text: str, said: str) -> None:
    process = serve_with(tmp_path, mode, text)
    _, err = process.popen.communicate(timeout=30)
    assert process.popen.returncode == 1
    assert said in err.decode()
    assert "Traceback" not in err.decode()
    assert "people chose" not in err.decode()


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.168.1.4:7777", "[::]:0", "example.org:7777", "70000", "x"])
def test_only_this_machine_is_listened_to(address: str) -> None:
    done = subprocess.run([*PROGRAM, "serve", "--tcp", address], capture_output=True, check=False, timeout=30)
    assert done.returncode == 2
    assert b"TLS" in done.stderr or b"is no address" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_port_that_is_taken_is_said(served: NodeProcess) -> None:
    done = subprocess.run(
        [*PROGRAM, "serve", "--tcp", str(served.ports["tcp"])],
        capture_output=True,
        check=False,
        timeout=30,
        env=served.env,
    )
    assert done.returncode == 2
    assert b"in use" in done.stderr
    assert b"Traceback" not in done.stderr
    with client(Path.cwd(), served.ports["tcp"]) as session:
        session.ask("initialize", session.introduction({"token": served.token()}))


# The end


def test_ctrl_c_ends_every_session_and_every_process(tmp_path: Path, root: Path) -> None:
    with NodeProcess(tmp_path / "state", "--tcp", "0") as served, client(root, served.ports["tcp"]) as session:
        session.begin({"token": served.token()})
        session.pull(session.open("a.py", "print(1)\n"))
        children = children_of(served.popen.pid)
        assert children
        served.popen.send_signal(signal.SIGINT)
        assert served.popen.wait(30) == 0
        until(lambda: not [child for child in children if Path("/proc", child).exists()])


# In this process, where limits can be set low


class Door:
    """Asks for a secret, and knows where."""

    port = 0

    def secret(self, _transport: str, _address: Address) -> str:
        return "secret"

    def at_once(self, given: str | None, secret: str) -> Principal | None:
        return Principal("owner", "The owner") if given == secret else None

    def let_in(self, _given: str | None) -> Principal:
        raise NotLetIn("No.", "wrong")

    def listening(self, _transport: str, address: Address) -> None:
        self.port = address.port


async def start_node(transport: str = "tcp") -> tuple[node.Node, int]:
    door = Door()
    listening = node.Node(lambda _: build_server(make_gateway()), door)
    await listening.listen({transport: Address("127.0.0.1", 0)})
    return listening, door.port


async def test_who_says_nothing_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "HELLO_S", 0.05)
    listening, port = await start_node()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await asyncio.wait_for(reader.read(), 30) == b""
    writer.close()
    await listening.aclose()


async def test_there_is_a_limit_to_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "MAX_CLIENTS", 2)
    listening, port = await start_node()
    sessions = []
    for _ in range(3):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(frame(initialize("secret").encode()))
        sessions.append((reader, writer))
    heard = [await asyncio.wait_for(reader.read(10), 30) for reader, _ in sessions]
    assert heard == [b"Content-Le", b"Content-Le", b""]
    for _, writer in sessions:
        writer.close()
    await listening.aclose()


LONG = json.dumps({"jsonrpc": "2.0", "id": "x" * 16_000_000, "method": "nothing/such"}).encode()
"""More than sockets hold."""


async def test_a_client_that_reads_may_get_answers_of_any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "MAX_UNSENT", 1 << 10)
    listening, port = await start_node()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 25)
    writer.write(frame(initialize("secret").encode()))
    for _ in range(2):
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(int(head.split()[1]))
        writer.write(frame(LONG))
    assert len(json.loads(body)["id"]) == 16_000_000
    writer.close()
    await listening.aclose()
    listening, port = await start_node("ws")
    async with connect_async(f"ws://127.0.0.1:{port}", max_size=None) as socket_:
        await socket_.send(initialize("secret"))
        assert "result" in json.loads(await socket_.recv())
        await socket_.send(LONG.decode())
        assert len(json.loads(await socket_.recv())["id"]) == 16_000_000
    await listening.aclose()


async def test_a_client_that_does_not_read_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "MAX_UNSENT", 1 << 20)
    listening, port = await start_node()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(frame(initialize("secret").encode()))
    await reader.read(100)
    ask = frame(json.dumps({"jsonrpc": "2.0", "id": "x" * 50_000, "method": "nothing/such"}).encode())
    with pytest.raises(OSError):  # noqa: PT012 - whichever piece it is
        for _ in range(10_000):
            writer.write(ask)
            await writer.drain()
    await listening.aclose()
