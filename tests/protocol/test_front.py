"""The front answers `initialize` alone, exactly as the engine would have, and loses nothing that comes meanwhile."""

import asyncio
import json
import logging
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lsprotocol import types as t
from lsprotocol.converters import get_converter
from pytest_lsp import client_capabilities

from rulewright.__main__ import starts_server
from rulewright.adapters.lsp.capabilities_table import difference, meaning, merged, read_table
from rulewright.adapters.lsp.client import readable_part
from rulewright.adapters.lsp.framing import frame
from rulewright.adapters.lsp.front import Front
from tests.harness.gateways import make_gateway
from tests.harness.lsp_memory import FULL, PUSH, Refused, connect
from tests.harness.pipes import wire
from tests.harness.program import environment

CLIENTS = Path(__file__).parents[1] / "data" / "clients"


def front_answer(message):
    """What the front alone makes of a first message: the answer, or None."""
    written = []
    front = Front(read_table(), written.append)
    front.hear(message if isinstance(message, bytes) else json.dumps(message).encode())
    assert front.has_heard.is_set()
    assert len(written) <= 1
    return json.loads(written[0]) if written else None


def initialize(params, **more):
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params, **more}


async def engine_answer(message):
    """What the engine alone makes of it."""
    async with connect(make_gateway()) as client:
        client._methods[message["id"]] = "initialize"
        client._waiting[message["id"]].append(asyncio.get_running_loop().create_future())
        client.feed(frame(json.dumps(message).encode()))
        return next(m for m in client.messages if "method" not in m)


async def check_agreement(params):
    """Whether the front answers; when it does, the engine must say the same."""
    message = initialize(params)
    ours = front_answer(message)
    if ours is None:
        return False
    assert meaning(ours["result"]) == meaning((await engine_answer(message)).get("result"))
    return True


# The front says what the engine says


def everything(value_of_flag):
    """Capabilities in which each flag that the protocol knows has this value."""

    def made(kind, depth=0):
        if kind is bool:
            return value_of_flag
        if attrs.has(kind) and depth < 9:
            return {f.name: made(f.type, depth + 1) for f in attrs.fields(attrs.resolve_types(kind))}
        inner = [a for a in getattr(kind, "__args__", ()) if a is bool or attrs.has(a)]
        return made(inner[0], depth) if inner and "Sequence" not in str(kind) else None

    def spelled(value):
        if not isinstance(value, dict):
            return value
        return {camel(k): spelled(v) for k, v in value.items() if v is not None}

    def camel(name):
        head, *rest = name.split("_")
        return head + "".join(part.title() for part in rest)

    def is_readable(capabilities):
        try:
            converter.structure(capabilities, t.ClientCapabilities)
        except Exception:  # noqa: BLE001 - cattrs raises what it likes
            return False
        return True

    converter = get_converter()
    return readable_part(spelled(made(t.ClientCapabilities)), is_readable)


def recorded():
    for path in sorted(CLIENTS.glob("*.json")):
        yield pytest.param(json.loads(path.read_text(encoding="utf-8"))["params"], id=path.stem)
    for name in ("neovim", "visual_studio_code", "emacs"):
        capabilities = get_converter().unstructure(client_capabilities(name))
        yield pytest.param({"processId": None, "rootUri": None, "capabilities": capabilities}, id=f"pytest-lsp {name}")
    for name, capabilities in (
        ("nothing", {}),
        ("full", FULL),
        ("push", PUSH),
        ("all on", everything(True)),
        ("all off", everything(False)),
        ("no encoding", {"general": {"positionEncodings": []}}),
        ("unknown encoding", {"general": {"positionEncodings": ["klingon"]}}),
        ("second choice", {"general": {"positionEncodings": ["klingon", "utf-32", "utf-8"]}}),
        ("helix", {"workspace": {"diagnostic": {"refreshSupport": True}}, "textDocument": {"diagnostic": {}}}),
    ):
        yield pytest.param({"capabilities": capabilities}, id=name)
    for options in ({"workspaceDiagnostics": True}, {"rulewright": {"workspaceDiagnostics": True}}, {"rules": {}}):
        yield pytest.param({"capabilities": FULL, "initializationOptions": options}, id=f"full {options}")
        yield pytest.param({"capabilities": PUSH, "initializationOptions": options}, id=f"push {options}")


@pytest.mark.parametrize("params", list(recorded()))
async def test_front_and_engine_announce_the_same(params):
    assert await check_agreement(params), "an ordinary client should not have to wait"


def test_everything_is_much():
    """The case above called "all on" would prove little if it were empty."""
    on = everything(True)
    assert on["workspace"]["fileOperations"]["willRename"] is True
    assert on["textDocument"]["rename"]["prepareSupport"] is True
    assert on["textDocument"]["synchronization"]["willSaveWaitUntil"] is True
    assert len(json.dumps(on)) > 2000


SCALARS = st.none() | st.booleans() | st.integers(-2, 2**40) | st.text(max_size=6) | st.floats(allow_nan=False)
ODD = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=3,
)
FLAG = st.booleans() | st.just(True) | ODD


def having(**members):
    return st.fixed_dictionaries({}, optional=members)


def mostly(strategy):
    return strategy | strategy | strategy | ODD


ENCODING = st.sampled_from(["utf-8", "utf-16", "utf-32", "klingon", ""]) | ODD
OPERATIONS = ("willCreate", "didCreate", "willDelete", "didDelete", "willRename", "didRename")
CAPABILITIES = having(
    general=mostly(having(positionEncodings=mostly(st.lists(ENCODING, max_size=3)))),
    notebookDocument=mostly(having(synchronization=mostly(having(dynamicRegistration=FLAG)))),
    textDocument=mostly(
        having(
            diagnostic=mostly(having(dynamicRegistration=FLAG, relatedDocumentSupport=FLAG)),
            synchronization=mostly(having(willSave=FLAG, willSaveWaitUntil=FLAG)),
            rename=mostly(having(prepareSupport=FLAG, prepareSupportDefaultBehavior=ODD)),
            hover=mostly(having(contentFormat=ODD)),
        )
    ),
    workspace=mostly(
        having(
            diagnostics=mostly(having(refreshSupport=FLAG)),
            diagnostic=mostly(having(refreshSupport=FLAG)),
            fileOperations=mostly(having(**dict.fromkeys(OPERATIONS, FLAG))),
            symbol=ODD,
        )
    ),
)
URI = st.sampled_from(["file:///a%20b", "file:///c%3A/x", "file:///%zz[", "file://[x", "untitled:1", ""]) | ODD
FOLDER = mostly(having(uri=URI, name=st.text(max_size=3) | ODD))
WHOLE = having(workspaceDiagnostics=FLAG)
PARAMS = st.fixed_dictionaries(
    {"capabilities": mostly(CAPABILITIES)},
    optional={
        "processId": ODD | st.just(-7),
        "clientInfo": mostly(having(name=st.text(max_size=4) | ODD, version=ODD)),
        "locale": ODD,
        "rootPath": ODD | st.just("/a\udc80b"),
        "rootUri": URI,
        "workspaceFolders": mostly(st.lists(FOLDER, max_size=2)),
        "initializationOptions": mostly(WHOLE | having(rulewright=mostly(WHOLE))),
        "trace": ODD | st.just("verbose"),
        "workDoneToken": ODD,
    },
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mostly(PARAMS))
async def test_whatever_a_client_says_the_front_is_silent_or_right(params):
    await check_agreement(params)


@pytest.mark.parametrize(
    "message",
    [
        b"{nonsense",
        b"",
        b"[" * 100_000,
        {"jsonrpc": "2.0", "method": "initialized", "params": {}},
        {"jsonrpc": "2.0", "method": "initialize", "params": {"capabilities": {}}},
        {"id": 1, "method": "initialize", "params": {"capabilities": {}}},
        initialize({"capabilities": {}}, jsonrpc="1.0"),
        initialize({"capabilities": {}}, id=None),
        initialize({"capabilities": {}}, id=True),
        initialize({"capabilities": {}}, id=1.0),
        initialize({"capabilities": {}}, id=[1]),
        initialize({"capabilities": {}}, id=2**70),
        initialize(None),
        initialize([]),
        initialize({}),
        initialize({"capabilities": None}),
        initialize({"capabilities": {}, "processId": "x"}),
        initialize({"capabilities": {}, "workspaceFolders": 3}),
        initialize({"capabilities": {}, "rootUri": "file://[x"}),
        initialize({"capabilities": {"general": {"positionEncodings": "utf-8"}}}),
        initialize({"capabilities": {"textDocument": 7}}),
    ],
)
def test_what_is_not_plain_is_left_to_the_engine(message):
    assert front_answer(message) is None


def test_a_difference_is_what_makes_the_new_from_the_old():
    old, new = {"a": {"b": 1, "c": [1]}, "d": 2}, {"a": {"b": 1, "c": [2], "e": {"f": 3}}, "d": 2, "g": {}}
    assert difference(old, new) == {"a": {"c": [2], "e": {"f": 3}}, "g": {}}
    assert merged(old, difference(old, new)) == new
    assert old["a"]["c"] == [1]


# Exactly one answer


async def greeted(client, params, table=None):
    """A client whose `initialize` the front has answered before the engine gets it."""
    request = client.request_message("initialize", params)
    answer = client.answer_to(request)
    front = Front(table or read_table(), client.write)
    front.hear(json.dumps(request).encode())
    client.server.protocol.front = front
    client.send(request)
    return await answer


async def test_the_answer_of_the_engine_goes_no_further(client, project, caplog):
    params = {"rootUri": project.as_uri(), "capabilities": FULL}
    with caplog.at_level(logging.ERROR):
        assert "diagnosticProvider" in (await greeted(client, params))["capabilities"]
        client.notify("initialized", {})
        await client.settled()
        uri = client.open(project / "a.py", "print(1)\n")
        assert len((await client.pull(uri))["items"]) == 1
    assert caplog.records == []
    assert await client.refusal("initialize", params) == -32600
    assert [m.get("id") for m in client.messages if "method" not in m].count(1) == 1


async def test_a_difference_is_told(client, caplog):
    table = read_table()
    table["result"]["capabilities"]["hoverProvider"] = {"workDoneProgress": True}
    with caplog.at_level(logging.ERROR):
        await greeted(client, {"capabilities": FULL}, table)
    assert "right would have been" in caplog.text
    client.notify("initialized", {})
    await client.settled()


async def test_a_session_that_the_engine_refuses_ends(client, monkeypatch):
    """The front is never known to be wrong there; but an editor must not wait for ever if it is."""

    def fail(_):
        raise Refused({"code": -32602, "message": "no"})

    monkeypatch.setattr(client.server.protocol, "_structure", lambda *_: fail(None))
    assert "capabilities" in await greeted(client, {"capabilities": FULL})
    assert client.exit_code == 1
    assert "cannot start the session" in client.notes("window/showMessage")[0]["message"]


# The first 30 ms


@pytest.mark.parametrize(
    ("arguments", "starts"),
    [
        ("--stdio", True),
        ("serve --stdio", True),
        ("--stdio --clientProcessId=123", True),
        ("--clientProcessId=123 --stdio", True),
        ("serve --stdio --clientProcessId=123", True),
        ("--stdio serve", False),
        ("--stdio --clientProcessId 123", False),
        ("--stdio --clientProcessId=x", False),
        ("--stdio --clientProcessId=", False),
        ("--stdio=1", False),
        ("serve", False),
        ("check --stdio", False),
        ("--stdio --help", False),
        ("--clientProcessId=1", False),
        ("", False),
    ],
)
def test_only_the_arguments_of_editors_take_the_short_way(arguments, starts):
    assert starts_server(arguments.split()) is starts


def test_what_takes_the_short_way_starts_it(start):
    # Other arguments start it in tests/headless/test_cli_faults.py.
    server = start("-m", "rulewright", "--stdio", "--clientProcessId", "1")
    server.send(initialize({"capabilities": {}}), {"id": 2, "method": "shutdown"}, {"method": "exit"})
    assert server.end() == 0
    assert server.answered == [1, 2]


MODULES = """
import json, os, runpy, sys, threading
before = set(sys.modules)

class Watch:
    "Told of each import; the first one of the engine comes when initialize has been answered."
    def find_spec(self, name, path=None, target=None):
        if name == "rulewright.app":
            print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)
            os._exit(7)

sys.meta_path.insert(0, Watch())
sys.argv = ["rulewright", *sys.argv[1:]]
runpy.run_module("rulewright", run_name="__main__", alter_sys=True)
"""
"""What the front needs beside the modules json, os and threading, with all that these three need."""


@pytest.mark.parametrize("arguments", ["--stdio", "serve --stdio", "--stdio --clientProcessId=1"])
def test_the_first_answer_needs_next_to_no_modules(arguments):
    done = subprocess.run(
        [sys.executable, "-c", MODULES, *arguments.split()],
        input=wire(initialize({"capabilities": {}})),
        capture_output=True,
        check=False,
        env=environment(),
    )
    assert done.returncode == 7, done.stderr
    assert b'"capabilities"' in done.stdout
    lsp = "rulewright.adapters.lsp"
    ours = {"rulewright", "rulewright.adapters", lsp}
    ours |= {f"{lsp}.{name}" for name in ("capabilities_table", "framing", "front", "reader")}
    assert set(json.loads(done.stderr)) - {"gc"} == ours


# While the engine is loaded

HELD = """
import contextlib, os, sys
from rulewright.adapters.lsp import front

def gateway():
    os.read(int(sys.argv[1]), 1)  # The engine takes as long to load as the test wants.
    from rulewright import app
    made = app.serving()
    async def explain(snapshot, uri):
        document = snapshot.documents.get(uri)
        return document and {"version": document.version, "length": len(document.text.content)}
    made.explain = explain
    return made

sys.exit(front.serve_stdio(gateway, contextlib.nullcontext))
"""
URI_A = "file:///a.py"


@pytest.fixture
def held(start):
    """A server whose engine is not loaded before `server.release()`; it tells a document's version when asked why."""
    read, write = os.pipe()
    server = start("-c", HELD, str(read), pass_fds=[read])
    os.close(read)

    def release():
        os.write(write, b"x")

    server.release = release
    yield server
    os.close(write)


def opened(version=1, text="x"):
    document = {"uri": URI_A, "languageId": "python", "version": version, "text": text}
    return {"method": "textDocument/didOpen", "params": {"textDocument": document}}


def changed(version):
    document = {"uri": URI_A, "version": version}
    return {"method": "textDocument/didChange", "params": {"textDocument": document, "contentChanges": [{"text": "y"}]}}


def version(msg_id):
    call = {"command": "rulewright.why", "arguments": [URI_A]}
    return {"id": msg_id, "method": "workspace/executeCommand", "params": call}


START = (initialize({"capabilities": {}}, id="init"), {"method": "initialized", "params": {}})
SHUT_DOWN = ({"id": "down", "method": "shutdown"}, {"method": "exit"})


def test_what_comes_in_one_write_is_answered_once_and_in_order(held):
    held.send(*START, opened(), version(1))
    assert held.answer("init")["result"]["serverInfo"]["name"] == "rulewright"
    assert held.answered == ["init"], "the engine is not there yet"
    held.release()
    assert held.answer(1)["result"]["version"] == 1
    held.send(*SHUT_DOWN)
    assert held.end() == 0
    assert held.answered == ["init", 1, "down"]


@pytest.mark.parametrize("seed", range(3))
def test_a_thousand_messages_in_pieces_across_the_loading(held, seed):
    rng = random.Random(seed)
    messages = [*START, opened()]
    for n in range(2, 502):
        messages += changed(n), version(n)
    data, at = wire(*messages), 0
    released_at = rng.randrange(len(data))
    while at < len(data):
        size = rng.choice([1, 7, 300, 2000, 9000])
        if at <= released_at < at + size:
            held.release()
        held.write(data[at : at + size])
        at += size
    assert held.answer(501)["result"]["version"] == 501
    held.send(*SHUT_DOWN)
    assert held.end() == 0
    assert held.answered == ["init", *range(2, 502), "down"]
    assert {m["id"]: m["result"]["version"] for m in held.messages if m.get("id") in range(2, 502)} == {
        n: n for n in range(2, 502)
    }


def test_a_big_document_comes_while_the_engine_is_loaded(held):
    held.send(*START, opened(3, "a = 1\n" * 400_000), version(1))
    held.answer("init")
    held.release()
    assert held.answer(1)["result"] == {"version": 3, "length": 2_400_000}


def test_shutdown_and_exit_while_the_engine_is_loaded(held):
    held.send(*START, *SHUT_DOWN)
    held.answer("init")
    held.release()
    assert held.end() == 0
    assert held.answered == ["init", "down"]


def test_exit_alone_while_the_engine_is_loaded(held):
    held.send(*START, {"method": "exit"})
    held.answer("init")
    held.release()
    assert held.end() == 1
    assert held.answered == ["init"]


@pytest.mark.parametrize("messages", [(), START])
def test_the_input_ends_while_the_engine_is_loaded(held, messages):
    held.send(*messages)
    held.popen.stdin.close()
    held.release()
    assert held.end() == 0
    assert held.answered == ["init"] * bool(messages)


def test_a_request_cancelled_while_the_engine_is_loaded_never_starts(held):
    cancel = {"method": "$/cancelRequest", "params": {"id": 1}}
    held.send(*START, opened(), version(1), cancel, version(2))
    held.answer("init")
    held.release()
    assert held.answer(2)["result"]["version"] == 1
    assert held.answer(1)["error"]["code"] == -32800
    held.send(*SHUT_DOWN)
    assert held.end() == 0
    assert sorted(map(str, held.answered)) == ["1", "2", "down", "init"]


def test_an_initialize_that_is_not_plain_waits_for_the_engine(held):
    held.send(initialize({"capabilities": {}, "processId": "x"}, id="odd"), *START, version(1))
    held.release()
    assert held.answer("odd")["error"]["code"] == -32602
    assert "capabilities" in held.answer("init")["result"]
    assert held.answer(1)["result"] is None


def test_initialize_comes_after_the_engine_is_loaded(held):
    held.release()
    held.send({"id": 1, "method": "rulewright/settled"})
    assert held.answer(1)["error"]["code"] == -32002
    held.send(*START, opened(), version(2))
    assert held.answer(2)["result"]["version"] == 1
    assert held.answered == [1, "init", 2]


def test_a_stray_print_while_the_engine_is_loaded_does_no_harm(start):
    server = start("-c", HELD.replace("os.read(int(sys.argv[1]), 1)", "print('stray', flush=True); input"))
    server.send(*START, *SHUT_DOWN)
    assert server.end() == 0
    assert server.answered == ["init", "down"]
    assert b"stray" in server.stderr


BROKEN = """
import sys
sys.modules["pygls"] = None
from rulewright.__main__ import main
sys.argv = ["rulewright", "--stdio"]
main()
"""


@pytest.mark.parametrize("messages", [(), START])
def test_an_engine_that_cannot_be_loaded_says_so(start, messages):
    server = start("-c", BROKEN)
    server.send(*messages)
    assert server.end() == 1
    assert server.answered == ["init"] * bool(messages)
    (message,) = server.notes("window/showMessage")
    assert "cannot start" in message["message"]
    assert b"ModuleNotFoundError" in server.stderr


def test_an_engine_that_fails_in_any_way_says_so(start):
    server = start("-c", HELD.replace("os.read(int(sys.argv[1]), 1)", "raise ValueError('a bug')"))
    server.send(*START)
    assert server.end() == 1
    assert server.answered == ["init"]
    assert "a bug" in server.notes("window/showMessage")[0]["message"]


def test_an_interrupt_ends_it_without_a_traceback(start):
    server = start()
    server.send(*START, {"id": 1, "method": "rulewright/settled"})
    server.answer(1)
    server.popen.send_signal(signal.SIGINT)
    assert server.end() == 130
    assert b"Traceback" not in server.stderr


def test_a_client_that_does_not_read_is_left(tmp_path):
    read, write = os.pipe()
    os.close(read)
    process = subprocess.Popen(
        [sys.executable, "-m", "rulewright", "--stdio"],
        stdin=subprocess.PIPE,
        stdout=write,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=tmp_path,
    )
    os.close(write)
    process.stdin.write(wire(*START))
    process.stdin.flush()
    # Its input stays open: it is the lost output that it must notice.
    assert process.wait() == 1
    _, err = process.communicate()
    assert b"Traceback" not in err
