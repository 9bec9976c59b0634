"""The real program over real pipes."""

import signal
import subprocess
import sys

import pytest

from tests.harness.gateways import NO_PRINT, write_rules


def initialize(root=None, **more):
    params = {"processId": None, "rootUri": root and root.as_uri(), "capabilities": {}, **more}
    return {"id": "init", "method": "initialize", "params": params}


SHUT_DOWN = ({"id": "down", "method": "shutdown"}, {"method": "exit"})
INITIALIZED = {"method": "initialized", "params": {}}


def test_a_file_is_checked_and_the_server_leaves(start, tmp_path):
    write_rules(tmp_path)
    uri = (tmp_path / "a.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 1, "text": "print(1)\n"}
    server = start()
    server.send(
        initialize(tmp_path),
        INITIALIZED,
        {"method": "textDocument/didOpen", "params": {"textDocument": document}},
        {"id": 1, "method": "textDocument/diagnostic", "params": {"textDocument": {"uri": uri}}},
        {"id": 2, "method": "rulewright/settled"},
    )
    assert [d["code"] for d in server.answer(1)["result"]["items"]] == ["no-print"]
    server.answer(2)
    server.send(*SHUT_DOWN)
    assert server.end() == 0
    pushed = [m["params"] for m in server.messages if m.get("method") == "textDocument/publishDiagnostics"]
    # Where a pause in the typing comes before the end, they are sent once more.
    assert {p["version"] for p in pushed} == {1}
    assert all([d["code"] for d in p["diagnostics"]] == ["no-print"] for p in pushed)
    assert b"Traceback" not in server.stderr


def test_exit_alone_is_an_error(start):
    server = start()
    server.send(initialize(), {"method": "exit"})
    assert server.end() == 1
    assert b"Traceback" not in server.stderr


@pytest.mark.parametrize("messages", [[], [initialize()]])
def test_the_end_of_the_input_ends_the_process(start, messages):
    server = start()
    server.send(*messages)
    server.popen.stdin.close()
    assert server.end() == 0
    assert b"Traceback" not in server.stderr


def test_garbage_between_messages_is_passed_over(start):
    server = start()
    server.send(initialize())
    server.write(b"hello?\r\n\r\nContent-Length: -3\r\n\r\n\xff\xfe\n")
    server.send({"id": 1, "method": "rulewright/settled"})
    assert server.answer(1)["result"] is None
    server.send(*SHUT_DOWN)
    assert server.end() == 0


def test_a_stray_print_does_not_break_the_protocol(start):
    program = (
        "import contextlib, sys\n"
        "from rulewright import app\n"
        "gateway = app.serving()\n"
        "async def explain(*_): print('stray', flush=True)\n"
        "gateway.explain = explain\n"
        "from rulewright.adapters.lsp.front import serve_stdio\n"
        "sys.exit(serve_stdio(lambda: gateway, contextlib.nullcontext))\n"
    )
    server = start("-c", program)
    call = {"command": "rulewright.why", "arguments": ["file:///a.py"]}
    server.send(initialize(), {"id": 1, "method": "workspace/executeCommand", "params": call})
    assert server.answer(1)["result"] is None
    server.send(*SHUT_DOWN)
    assert server.end() == 0
    assert b"stray" in server.stderr


def test_the_server_leaves_when_its_editor_is_gone(start):
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    server = start()
    server.send(initialize(processId=editor.pid), {"id": 1, "method": "rulewright/settled"})
    server.answer(1)
    editor.send_signal(signal.SIGKILL)
    editor.communicate()
    assert server.end() == 1


def test_many_messages_in_one_write_are_all_answered(start, tmp_path):
    server = start()
    server.send(initialize(tmp_path), *({"id": n, "method": "no/such"} for n in range(500)), *SHUT_DOWN)
    assert server.end() == 0
    assert server.answered == ["init", *range(500), "down"]


def test_rules_that_change_on_disk_are_seen_without_a_client_that_watches(start, tmp_path):
    write_rules(tmp_path)
    uri = (tmp_path / "a.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 1, "text": "print(1)\n"}
    server = start()
    server.send(
        initialize(tmp_path),
        INITIALIZED,
        {"method": "textDocument/didOpen", "params": {"textDocument": document}},
        {"id": 1, "method": "rulewright/settled"},
    )
    server.answer(1)

    def messages():
        pushed = [m["params"] for m in server.messages if m.get("method") == "textDocument/publishDiagnostics"]
        return [d["message"] for p in pushed[-1:] for d in p["diagnostics"]]

    with server.arrived:
        server.arrived.wait_for(lambda: messages() == ["Use the log"])
        # The watcher starts some time after the session; a change before that must not be lost for ever.
        for n in range(100):
            write_rules(tmp_path, {"no-print.md": NO_PRINT.replace("Use the log", f"Log it {n}")})
            if server.arrived.wait_for(lambda: any("Log it" in m for m in messages()), timeout=0.5):
                break
        else:
            pytest.fail("the change was not seen")
    server.send(*SHUT_DOWN)
    assert server.end() == 0
