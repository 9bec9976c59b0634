"""A real client library over real pipes, with the capabilities that it has recorded of three editors."""

import os
import sys
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types as t
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

import rulewright
from tests.harness.gateways import write_rules

pytestmark = pytest.mark.e2e

EDITORS = ("neovim", "visual_studio_code", "emacs")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(rulewright.__file__).parents[1])}
TEXT = "print(1)\nx = 1\nprint(2)\n"


@pytest_lsp.fixture(
    params=EDITORS,
    config=ClientServerConfig(server_command=[sys.executable, "-m", "rulewright", "--stdio"], server_env=ENVIRONMENT),
)
async def client(request, lsp_client: LanguageClient, tmp_path):
    write_rules(tmp_path)
    lsp_client.root = tmp_path
    # The library has the editors' capabilities, not all that they do.
    lsp_client.feature(t.CLIENT_REGISTER_CAPABILITY)(lambda _: None)
    await lsp_client.initialize_session(
        t.InitializeParams(
            capabilities=client_capabilities(request.param),
            process_id=os.getpid(),
            workspace_folders=[t.WorkspaceFolder(uri=tmp_path.as_uri(), name="workspace")],
        )
    )
    yield
    await lsp_client.shutdown_session()


def open_document(client, text=TEXT):
    uri = (client.root / "a.py").as_uri()
    item = t.TextDocumentItem(uri=uri, language_id="python", version=1, text=text)
    client.text_document_did_open(t.DidOpenTextDocumentParams(item))
    return uri


async def settled(client):
    await client.protocol.send_request_async("rulewright/settled", None)


async def test_diagnostics_are_shown_and_pulled(client: LanguageClient):
    uri = open_document(client)
    await settled(client)
    report = await client.text_document_diagnostic_async(t.DocumentDiagnosticParams(t.TextDocumentIdentifier(uri)))
    assert [d.code for d in report.items] == ["no-print", "no-print"]
    assert [d.code for d in client.diagnostics[uri]] == ["no-print", "no-print"]


async def test_a_fix_is_chosen_and_made(client: LanguageClient):
    uri = open_document(client)
    await settled(client)
    where = t.Range(t.Position(0, 0), t.Position(0, 1))
    params = t.CodeActionParams(
        text_document=t.TextDocumentIdentifier(uri), range=where, context=t.CodeActionContext(diagnostics=[])
    )
    action = (await client.text_document_code_action_async(params))[0]
    if action.edit is None:
        action = await client.code_action_resolve_async(action)
    edit = action.edit
    (made,) = edit.document_changes[0].edits if edit.document_changes else edit.changes[uri]
    assert made.new_text == "log(1)"


async def test_why_names_each_rule(client: LanguageClient):
    uri = open_document(client)
    answer = await client.workspace_execute_command_async(t.ExecuteCommandParams("rulewright.why", [uri]))
    rules = answer["rules"] if isinstance(answer, dict) else answer.rules
    verdicts = (
        {r["id"]: r["verdict"] for r in rules} if isinstance(rules[0], dict) else {r.id: r.verdict for r in rules}
    )
    assert verdicts["no-print"] == "applied"


async def test_an_edit_changes_what_is_shown(client: LanguageClient):
    uri = open_document(client)
    await settled(client)
    client.text_document_did_change(
        t.DidChangeTextDocumentParams(
            text_document=t.VersionedTextDocumentIdentifier(uri=uri, version=2),
            content_changes=[
                t.TextDocumentContentChangePartial(range=t.Range(t.Position(0, 0), t.Position(1, 0)), text="")
            ],
        )
    )
    await settled(client)
    assert [d.range.start.line for d in client.diagnostics[uri]] == [1]
