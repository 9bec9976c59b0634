"""`rulewright/status`, and the table of our own methods."""

import os

import jsonschema
import msgspec

from rulewright.adapters.lsp.methods import METHODS, VERSION
from rulewright.adapters.lsp.server import build_server
from rulewright.adapters.lsp.status import SessionRecord
from tests.harness.gateways import make_gateway
from tests.harness.lsp_memory import PUSH


async def test_status_tells_of_the_session(client, project):
    (project / ".ai-rules" / "broken.md").write_text("---\nglobs: [\n---\n")
    answer = await client.initialize(root=str(project), initializationOptions={"check": {"jobs": "many"}})
    assert answer["experimental"] == {"rulewright": {"version": VERSION}}
    uri = client.open(project / "a.py", "print(1)\n")
    await client.pull(uri)
    status = await client.request("rulewright/status")
    jsonschema.validate(status, msgspec.json.schema(SessionRecord))
    assert status["server"]["pid"] == os.getpid()
    assert status["client"]["openDocuments"] == 1
    assert status["client"]["pullsDiagnostics"] is True
    (told,) = status["projects"]
    assert told["root"] == project.as_posix()
    assert told["rules"] == 1
    assert told["brokenRuleFiles"] == [".ai-rules/broken.md"]
    (remark,) = [r for r in status["remarks"] if r["area"] == "rules"]
    assert remark["state"] == "error"
    assert ".ai-rules/broken.md" in remark["text"]
    assert [r["state"] for r in status["remarks"] if r["area"] == "settings"] == ["error"]
    assert status["calls"]["diagnose"] >= 1
    assert status["metrics"]["counts"]["parse_errors"] == 1
    assert status["metrics"]["durations"]["selections"]["count"] >= 1
    assert status["setAside"] == []


async def test_what_a_poor_editor_lacks_is_said_with_what_follows(client, project):
    await client.initialize(PUSH, root=str(project))
    status = await client.request("rulewright/status")
    said = " ".join(r["text"] for r in status["remarks"] if r["area"] == "editor")
    assert "pushed to it" in said
    assert "the server does" in said


def test_every_method_of_our_own_is_in_the_manual_and_no_other():
    server = build_server(make_gateway())
    features = {name for name in server.protocol.fm.features if name.startswith("rulewright")}
    commands = set(server.protocol.fm.commands)
    assert features == {m.name for m in METHODS if m.kind in {"request", "notification"}}
    assert commands == {m.name for m in METHODS if m.kind == "command"}
