"""The smaller parts of the adapter, each for itself."""

import asyncio
import inspect
import logging
import os
import subprocess
import sys

import msgspec
import pytest
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol

from rulewright.adapters.lsp import parent
from rulewright.adapters.lsp.calls import Calls
from rulewright.adapters.lsp.client_log import MAX_LINES, Flood, logging_to, logging_to_stderr
from rulewright.adapters.lsp.protocol import decode, encode
from tests.harness.lsp_memory import PUSH, Refused


def test_the_private_name_that_is_overridden_is_as_it_was():
    assert list(inspect.signature(LanguageServerProtocol._send_data).parameters) == ["self", "data"]


# Requests to the client


async def test_a_client_that_never_answers_is_not_waited_for():
    sent = []
    calls = Calls(sent.append)
    with pytest.raises(TimeoutError):
        await calls.ask("workspace/configuration", None, deadline_s=0)
    assert [m["method"] for m in sent] == ["workspace/configuration", "$/cancelRequest"]
    assert not calls.resolve({"id": 1, "result": None})


async def test_a_request_that_nobody_waits_for_any_more_is_cancelled():
    sent = []
    calls = Calls(sent.append)
    task = asyncio.create_task(calls.ask("x", None))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sent[-1] == {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}}


@pytest.mark.parametrize("error", [{"code": -32601, "message": "no"}, {"code": "x"}, "bad", []])
async def test_an_error_answer_is_an_exception(error):
    calls = Calls(lambda _: None)
    task = asyncio.create_task(calls.ask("x", None))
    await asyncio.sleep(0)
    assert calls.resolve({"id": 1, "error": error})
    assert not calls.resolve({"id": 1, "result": 1})
    with pytest.raises(JsonRpcException):
        await task


# JSON


def test_half_of_a_surrogate_pair_is_read_and_written_so_that_any_client_can_read_it():
    assert decode(b'"\\ud83d"') == "\ud83d"
    assert encode({"a": "x\ud83d"}) == '{"a": "x\ufffd"}'.encode()
    assert encode("😀") == '"😀"'.encode()
    index = msgspec.Raw(b'{"/a": {"files": 1}}')
    assert msgspec.json.decode(encode({"root": "/\udc80", "index": index})) == {
        "root": "/\ufffd",
        "index": {"/a": {"files": 1}},
    }
    with pytest.raises(TypeError):
        encode({"root": "/\udc80", "odd": object()})


# The log


def test_a_flood_is_held_back_and_counted():
    now = [0.0]
    flood = Flood(3, 10, lambda: now[0])
    assert [flood.passes(f"line {n}") for n in range(5)] == [True, True, True, False, False]
    assert flood.n_held == 2
    now[0] = 11
    assert flood.passes("line 6")


def test_a_line_that_repeats_itself_passes_once():
    now = [0.0]
    flood = Flood(3, 10, lambda: now[0])
    assert [flood.passes("the same") for _ in range(9)] == [True] + [False] * 8
    now[0] = 11
    assert flood.passes("the same")


async def test_the_log_reaches_the_client_without_a_flood(client, capfd):
    await client.initialize(PUSH)
    log = logging.getLogger("rulewright.test")
    with logging_to_stderr(), logging_to(client.server):
        await asyncio.to_thread(log.warning, "from another thread")
        for n in range(MAX_LINES * 3):
            log.info("line %d", n)
        await client.settled()
    lines = client.notes("window/logMessage")
    assert len(lines) == MAX_LINES
    assert lines[0] == {"type": 2, "message": "from another thread"}
    assert f"line {MAX_LINES * 3 - 1}" in capfd.readouterr().err


# The editor's own process


@pytest.fixture
def editor():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.communicate()


async def test_the_end_of_the_editor_is_noticed(editor):
    gone = asyncio.Event()
    watching = asyncio.create_task(parent.watch(editor.pid, gone.set))
    await asyncio.sleep(0)
    assert not gone.is_set()
    editor.kill()
    await gone.wait()
    await watching


async def test_without_the_systems_help_the_editor_is_looked_for(monkeypatch):
    seen = iter([True, True, False])
    monkeypatch.setattr(parent, "is_alive", lambda _: next(seen))
    monkeypatch.setattr(parent, "INTERVAL_S", 0)
    monkeypatch.setattr(sys, "platform", "other")
    gone = asyncio.Event()
    await parent.watch(1, gone.set)
    assert gone.is_set()


async def test_a_process_that_cannot_be_seen_is_not_watched(monkeypatch):
    monkeypatch.setattr(parent, "is_alive", lambda _: False)
    gone = []
    await parent.watch(2**22 + 1, lambda: gone.append(True))
    assert gone == []


@pytest.mark.parametrize("pid", [2**40, 2**31, 0, -1])
async def test_a_number_that_no_process_has_is_not_watched(pid):
    gone = []
    await parent.watch(pid, lambda: gone.append(True))
    assert gone == []


def test_whether_a_process_lives():
    assert parent.is_alive(os.getpid())
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert not parent.is_alive(process.pid)


# What a client can be asked


async def test_progress_that_the_client_refuses_is_done_without(client, project):
    def refuse(_):
        raise Refused({"code": -32603, "message": "no"})

    from rulewright.adapters.lsp.progress import Progress

    client.replies["window/workDoneProgress/create"] = refuse
    await client.initialize(root=project)
    async with Progress(client.server, None, "Work") as progress:
        await progress.report("half")
    assert client.notes("$/progress") == []
