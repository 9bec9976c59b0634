"""A handler sees the documents of the moment when its message was read, however many messages came at once."""

import asyncio
from contextlib import nullcontext

import pytest
from pygls.exceptions import JsonRpcException

from rulewright.adapters.lsp.moment import MOMENT, early
from tests.harness.lsp_memory import Refused, notification


async def test_each_of_forty_requests_sees_its_own_version(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "")
    messages, answers = [], []
    for n in range(40):
        messages.append(client.change_message(uri, "\n" * n + "print(1)\n"))
        request = client.request_message("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        answers.append(client.answer_to(request))
        messages.append(request)
    messages.append(client.change_message(uri, ""))
    # None supersedes another here: each must come to its end.
    client.server.pulls.newest = lambda *_: nullcontext()
    client.send(*messages)
    lines = [(await answer)["items"][0]["range"]["start"]["line"] for answer in answers]
    assert lines == list(range(40))
    assert [version for _, version in gateway.seen] == list(range(2, 42))


async def test_a_request_sees_the_documents_before_it_even_while_projects_open(client, project):
    params = {
        "processId": None,
        "rootUri": project.as_uri(),
        "capabilities": {"general": {"positionEncodings": ["utf-32"]}},
    }
    uri = (project / "a.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 1, "text": "print(1)\n"}
    pull = client.request_message("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    answer = client.answer_to(pull)
    client.send(
        client.request_message("initialize", params),
        notification("initialized", {}),
        notification("textDocument/didOpen", {"textDocument": document}),
        pull,
        notification("textDocument/didClose", {"textDocument": {"uri": uri}}),
    )
    report = await answer
    assert [item["code"] for item in report["items"]] == ["no-print"]


async def test_a_change_behind_a_pull_does_not_reach_it(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    pull = client.request_message("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    answer = client.answer_to(pull)
    client.send(pull, client.change_message(uri, "log(1)\n"))
    assert len((await answer)["items"]) == 1
    assert (await client.pull(uri))["items"] == []


# Work that begins when a message is read


EARLY = "test/early"


async def answer_early(_params):
    begun = early()
    return await begun if asyncio.isfuture(begun) else begun


@pytest.fixture
async def early_client(client, project):
    client.server.feature(EARLY)(answer_early)
    await client.initialize(root=project)
    return client


def version_now(client, uri):
    return client.server.gateway.take_snapshot().documents[uri].version


async def test_forty_early_calls_are_made_in_the_order_of_the_messages(early_client, project):
    client, calls, loop = early_client, [], asyncio.get_running_loop()
    uri = client.open(project / "a.py", "")

    def begin(params):
        # In the child process that this is for, nothing but the order of the calls tells which text is meant.
        call = params.n, version_now(client, uri), MOMENT.get().snapshot.documents[uri].version
        calls.append(call)
        future = loop.create_future()
        loop.call_soon(future.set_result, call)
        return future

    client.server.protocol.at_read[EARLY] = begin
    messages, answers = [], []
    for n in range(40):
        request = client.request_message(EARLY, {"n": n})
        answers.append(client.answer_to(request))
        messages += client.change_message(uri, f"x = {n}\n"), request
    client.send(*messages, client.change_message(uri, ""))
    expected = [(n, n + 2, n + 2) for n in range(40)]
    assert calls == expected, "they are made while the messages are read, not when the handlers run"
    assert [tuple(await answer) for answer in answers] == expected


async def test_a_message_without_an_early_function_has_none(early_client):
    assert await early_client.request(EARLY, {}) is None


async def test_an_early_function_is_not_called_for_what_is_refused(early_client):
    client, calls = early_client, []
    client.server.protocol.at_read["textDocument/diagnostic"] = calls.append
    assert await client.refusal("textDocument/diagnostic", {"position": 3}) == -32602
    assert calls == []


async def test_an_early_function_sees_notifications(early_client, project):
    client, versions = early_client, []
    client.server.protocol.at_read["textDocument/didChange"] = lambda p: versions.append(p.text_document.version)
    uri = client.open(project / "a.py", "")
    client.change(uri, "1")
    client.change(uri, "2")
    assert versions == [2, 3]


async def test_early_work_is_cancelled_with_a_request_that_never_started(early_client):
    client = early_client
    futures, started = [], []

    async def handler(_params):
        started.append(True)
        return await early()

    def begin(_params):
        futures.append(asyncio.get_running_loop().create_future())
        return futures[-1]

    client.server.feature("test/never")(handler)
    client.server.protocol.at_read["test/never"] = begin
    request = client.request_message("test/never", {}, msg_id="x")
    answer = client.answer_to(request)
    client.send(request, notification("$/cancelRequest", {"id": "x"}))
    with pytest.raises(Refused) as refused:
        await answer
    assert refused.value.code == -32800
    assert started == []
    assert [future.cancelled() for future in futures] == [True]


async def test_early_work_that_cannot_be_cancelled_is_let_be(early_client):
    client = early_client
    client.server.protocol.at_read[EARLY] = lambda _: object()
    request = client.request_message(EARLY, {}, msg_id="x")
    answer = client.answer_to(request)
    client.send(request, notification("$/cancelRequest", {"id": "x"}))
    with pytest.raises(Refused) as refused:
        await answer
    assert refused.value.code == -32800


async def test_early_work_of_a_request_that_succeeds_may_go_on(early_client):
    client, future = early_client, asyncio.get_running_loop().create_future()

    async def handler(_params):
        return "without waiting" if early() is future else None

    client.server.feature("test/partly")(handler)
    client.server.protocol.at_read["test/partly"] = lambda _: future
    assert await client.request("test/partly", {}) == "without waiting"
    assert not future.cancelled()


@pytest.mark.parametrize(
    ("error", "code"), [(ValueError("a bug"), -32603), (JsonRpcException("not now", -32803), -32803)]
)
async def test_an_early_function_that_fails_is_answered(early_client, error, code):
    client = early_client

    def fail(_params):
        raise error

    client.server.protocol.at_read[EARLY] = fail
    assert await client.refusal(EARLY, {}) == code
    assert [s["type"] for s in client.notes("window/showMessage")] == ([1] if code == -32603 else [])
