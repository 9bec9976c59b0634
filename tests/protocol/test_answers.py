"""Each request gets exactly one answer, whatever is sent. The client in memory fails on a second one."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rulewright.adapters.lsp.framing import frame
from tests.harness.gateways import make_gateway
from tests.harness.lsp_memory import Refused, connect, notification


def errors(client):
    return [(m["id"], m["error"]["code"]) for m in client.messages if "error" in m]


async def test_a_message_that_is_not_json_is_answered_with_a_parse_error(client):
    await client.initialize()
    client.feed(frame(b"{nonsense") + frame(b"[" * 100_000) + frame(b"\xff\xfe"))
    assert errors(client) == [(None, -32700)] * 3
    await client.settled()


@pytest.mark.parametrize(
    "message",
    [
        [],
        [{"jsonrpc": "2.0", "id": 1, "method": "shutdown"}],
        7,
        None,
        "text",
        {},
        {"jsonrpc": "2.0", "id": None, "method": "shutdown"},
        {"jsonrpc": "2.0", "id": 1.5, "method": "shutdown"},
        {"jsonrpc": "2.0", "id": True, "method": "shutdown"},
        {"jsonrpc": "2.0", "id": [1], "method": "shutdown"},
        {"jsonrpc": "2.0", "id": 1, "method": 7},
    ],
)
async def test_json_that_is_no_message_is_answered_with_invalid_request(client, message):
    await client.initialize()
    client.send(message)
    assert errors(client) == [(None, -32600)]
    await client.settled()


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("textDocument/diagnostic", {"position": 3}),
        ("textDocument/diagnostic", None),
        ("textDocument/diagnostic", []),
        ("textDocument/codeAction", {"textDocument": {"uri": 7}}),
        ("codeAction/resolve", {}),
        ("workspace/executeCommand", {"command": ["x"]}),
        ("workspace/executeCommand", {"command": "no.such.command"}),
        ("workspace/diagnostic", {"previousResultIds": 3}),
    ],
)
async def test_wrong_parameters_are_answered_with_invalid_params(client, method, params):
    await client.initialize()
    assert await client.refusal(method, params) == -32602
    await client.settled()


async def test_the_answer_to_wrong_parameters_says_what_is_wrong(client):
    await client.initialize()
    with pytest.raises(Refused, match=r"textDocument/diagnostic are wrong: .*text_?[dD]ocument"):
        await client.request("textDocument/diagnostic", {"position": 3})


async def test_an_unknown_request_is_answered_and_an_unknown_notification_ignored(client):
    await client.initialize()
    client.notify("no/such", {"a": 1})
    client.notify("$/no/such")
    client.notify("textDocument/didSave", {"wrong": True})
    assert await client.refusal("no/such", {"a": 1}) == -32601
    assert await client.refusal("$/no/such") == -32601
    assert await client.refusal("textDocument/implementation", {"wrong": True}) == -32601


async def test_a_notification_with_wrong_parameters_does_nothing(client, tmp_path):
    await client.initialize()
    client.notify("textDocument/didOpen", {"textDocument": {"uri": 1}})
    client.notify("textDocument/didChange", None)
    client.notify("textDocument/didChange", [])
    await client.settled()
    assert not client.server.gateway.take_snapshot().documents


async def test_a_request_before_initialize_is_refused_and_a_notification_dropped(client, tmp_path):
    client.open(tmp_path / "a.py", "x")
    assert await client.refusal("textDocument/diagnostic", {"textDocument": {"uri": "file:///a"}}) == -32002
    assert await client.refusal("shutdown") == -32002
    assert not client.server.gateway.take_snapshot().documents
    await client.initialize()


async def test_initialize_is_refused_the_second_time(client):
    await client.initialize()
    assert await client.refusal("initialize", {"processId": None, "rootUri": None, "capabilities": {}}) == -32600


async def test_a_failed_initialize_can_be_tried_again(client):
    for params in (None, [], {"processId": "x", "capabilities": {}}, {"workspaceFolders": 3}):
        assert await client.refusal("initialize", params) == -32602
    await client.initialize()


async def test_capabilities_of_tomorrow_do_not_keep_the_session_from_starting(client):
    capabilities = {
        "general": {"positionEncodings": ["utf-128", "utf-8"]},
        "workspace": {
            "symbol": {"symbolKind": {"valueSet": [1, 99]}},
            "workspaceEdit": {"documentChanges": True, "failureHandling": "prayer"},
            "diagnostics": {"refreshSupport": True},
        },
        "textDocument": {"diagnostic": {}, "hover": {"contentFormat": ["html"]}, "rename": 7},
        "telepathy": {"range": "5 m"},
    }
    announced = await client.initialize(capabilities, trace="compact")
    assert announced["positionEncoding"] == "utf-8"
    assert "diagnosticProvider" in announced
    assert client.server.client.document_changes


@pytest.mark.parametrize("trace", [None, "loud", 3, [], {}])
async def test_a_trace_that_is_none_is_off(client, trace):
    assert "positionEncoding" in await client.initialize(trace=trace)
    assert client.notes("$/logTrace") == []


@pytest.mark.parametrize("capabilities", [None, 3, [], {"textDocument": 7}])
async def test_capabilities_that_cannot_be_read_are_none(client, capabilities):
    assert (await client.initialize(capabilities))["positionEncoding"] == "utf-16"


async def test_after_shutdown_requests_are_refused_and_notifications_dropped(client, project):
    await client.initialize(root=project)
    await client.request("shutdown")
    client.open(project / "a.py", "print(1)\n")
    assert await client.refusal("textDocument/diagnostic", {"textDocument": {"uri": "file:///a"}}) == -32600
    assert await client.refusal("shutdown") == -32600
    assert not client.server.gateway.take_snapshot().documents
    client.notify("exit")
    assert client.exit_code == 0


async def test_exit_without_shutdown_is_an_error(client):
    await client.initialize()
    client.notify("exit")
    assert client.exit_code == 1


async def test_exit_before_initialize_is_an_error(client):
    client.notify("exit")
    assert client.exit_code == 1


@pytest.mark.parametrize("params", [None, {}, []])
async def test_shutdown_and_exit_bear_parameters(client, params):
    await client.initialize()
    assert await client.request("shutdown", params) is None
    client.notify("exit", params)
    assert client.exit_code == 0


async def test_shutdown_answers_what_still_waits(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    gateway.free.clear()
    waiting = client.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    await gateway.diagnosing.wait()
    await client.request("shutdown")
    with pytest.raises(Refused) as refused:
        await waiting
    assert refused.value.code == -32800


async def test_an_id_in_use_is_refused_and_its_first_request_answered(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    gateway.free.clear()
    for _ in range(2):
        client.send(client.request_message("textDocument/diagnostic", {"textDocument": {"uri": uri}}, msg_id="x"))
    gateway.free.set()
    await client.settled()
    answers = [m for m in client.messages if m.get("id") == "x"]
    assert [a.get("error", {}).get("code") for a in answers] == [-32600, None]


async def test_a_client_that_says_no_jsonrpc_is_told(client):
    await client.initialize()
    request = client.request_message("rulewright/settled")
    answer = client.answer_to(request)
    del request["jsonrpc"]
    client.send(request)
    with pytest.raises(Refused) as refused:
        await answer
    assert refused.value.code == -32600


async def test_a_cancelled_request_is_answered_once(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    gateway.free.clear()
    waiting = client.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    await gateway.diagnosing.wait()
    client.notify("$/cancelRequest", {"id": client.n_ids})
    with pytest.raises(Refused) as refused:
        await waiting
    assert refused.value.code == -32800
    assert gateway.n_cancelled == 1
    client.notify("$/cancelRequest", {"id": client.n_ids})
    await client.settled()


async def test_a_request_cancelled_in_the_same_batch_never_starts(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    request = client.request_message("textDocument/diagnostic", {"textDocument": {"uri": uri}}, msg_id="x")
    answer = client.answer_to(request)
    client.send(request, notification("$/cancelRequest", {"id": "x"}))
    with pytest.raises(Refused) as refused:
        await answer
    assert refused.value.code == -32800
    assert gateway.seen == []


async def test_a_command_can_be_cancelled(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    gateway.free.clear()
    data = {
        "uri": uri,
        "version": 1,
        "ranges": [{"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}],
        "kind": "quickfix",
        "title": "any",
    }
    waiting = client.ask("workspace/executeCommand", {"command": "rulewright.applyFix", "arguments": [data]})
    await gateway.diagnosing.wait()
    client.notify("$/cancelRequest", {"id": client.n_ids})
    with pytest.raises(Refused) as refused:
        await waiting
    assert refused.value.code == -32800
    assert gateway.n_cancelled == 1


async def test_an_error_of_our_own_is_answered_shown_once_and_survived(client, gateway, project, monkeypatch):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")

    async def fail(*_):
        raise ValueError("a bug")

    monkeypatch.setattr(gateway, "diagnose", fail)
    for _ in range(3):
        assert await client.refusal("textDocument/diagnostic", {"textDocument": {"uri": uri}}) == -32603
    shown = client.notes("window/showMessage")
    assert [s["type"] for s in shown] == [1]
    assert "ValueError: a bug" in shown[0]["message"]
    monkeypatch.undo()
    assert (await client.pull(uri))["kind"] == "full"


async def test_an_error_in_a_notification_is_shown_and_survived(client, gateway, project, monkeypatch):
    await client.initialize(root=project)

    def fail(*_):
        raise ValueError("a bug")

    monkeypatch.setattr(gateway, "open_document", fail)
    client.open(project / "a.py", "print(1)\n")
    await client.settled()
    assert "a bug" in client.notes("window/showMessage")[0]["message"]


async def test_an_error_in_the_background_is_shown_and_survived(client, gateway, project, monkeypatch):
    await client.initialize(root=project)

    async def fail(*_):
        raise ValueError("a bug")

    monkeypatch.setattr(gateway, "reload", fail)
    uri = (project / ".ai-rules" / "no-print.md").as_uri()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 2}]})
    await client.settled()
    assert "reading changed files failed: a bug" in client.notes("window/showMessage")[0]["message"]


async def test_an_answer_that_cannot_be_encoded_is_still_an_answer(client, gateway, project, monkeypatch):
    await client.initialize(root=project)
    client.open(project / "a.py", "")

    async def explain(*_):
        return object()

    monkeypatch.setattr(gateway, "explain", explain)
    assert await client.refusal("workspace/executeCommand", {"command": "rulewright.why"}) == -32603


@pytest.mark.parametrize(
    "answer",
    [
        {"id": 999, "result": None},
        {"id": "x", "result": 1},
        {"id": None, "error": {"code": -32700, "message": "what?"}},
        {"id": 1, "error": "bad"},
        {"id": [1], "result": {}},
    ],
)
async def test_an_answer_to_nothing_is_ignored(client, answer):
    await client.initialize()
    client.send({"jsonrpc": "2.0", **answer})
    await client.settled()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
METHODS = st.sampled_from(
    [
        "textDocument/diagnostic",
        "textDocument/codeAction",
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didClose",
        "workspace/didChangeConfiguration",
        "workspace/didChangeWatchedFiles",
        "workspace/didChangeWorkspaceFolders",
        "workspace/executeCommand",
        "workspace/diagnostic",
        "$/cancelRequest",
        "$/setTrace",
        "codeAction/resolve",
        "rulewright/settled",
        "initialized",
    ]
)
MEMBERS = st.fixed_dictionaries(
    {}, optional={"textDocument": JSON, "arguments": JSON, "command": JSON, "settings": JSON}
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(METHODS, JSON | MEMBERS, st.booleans()), max_size=8))
async def test_whatever_is_asked_is_answered(steps):
    async with connect(make_gateway()) as client:
        await client.initialize()
        answers = []
        for method, params, is_request in steps:
            if is_request:
                answers.append(client.ask(method, params))
            else:
                client.notify(method, params)
        await asyncio.gather(*answers, return_exceptions=True)
        await client.settled()
        assert all(answer.done() for answer in answers)
