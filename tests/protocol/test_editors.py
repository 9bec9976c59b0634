"""Recorded editors: each starts with its own capabilities, and Helix plays a session step by step."""

import json
from pathlib import Path

import pytest

from tests.harness.gateways import write_rules
from tests.harness.helix import play

CLIENTS = Path(__file__).parents[1] / "data" / "clients"
EXPECTED = {
    # name: encoding, diagnostics pulled, own watcher
    "helix": ("utf-8", True, True),
    "helix-25.07.1": ("utf-8", False, True),
    "neovim-0.11.4": ("utf-8", False, True),
    "vscode-1.139.1": ("utf-16", True, False),
}


def recorded(name, root):
    text = (CLIENTS / f"{name}.json").read_text(encoding="utf-8")
    params = json.loads(text)["params"]
    params["workspaceFolders"] = [{"uri": root.as_uri(), "name": "workspace"}]
    return params


@pytest.mark.parametrize("name", EXPECTED)
async def test_each_editor_gets_what_it_can_use(client, gateway, project, name):
    encoding, pulls, watches = EXPECTED[name]
    params = recorded(name, project)
    announced = await client.initialize(params.pop("capabilities"), **params)
    assert announced["positionEncoding"] == encoding
    assert ("diagnosticProvider" in announced) is pulls
    assert gateway.is_watching is watches
    uri = client.open(project / "a.py", 'x = "é😀"; print(1)\n')
    await client.settled()
    found = (await client.pull(uri))["items"] if pulls else client.published(uri)[-1]["diagnostics"]
    assert [d["code"] for d in found] == ["no-print"]
    actions = await client.actions(uri, found[0]["range"], shown=found)
    assert actions[0]["diagnostics"] == found
    assert "edit" not in actions[0]
    resolved = await client.request("codeAction/resolve", actions[0])
    edit = resolved["edit"]
    # Neovim does not say that it takes edits of a version, and does.
    edits = edit["documentChanges"][0]["edits"]
    assert edits[0]["range"] == found[0]["range"]
    assert client.notes("window/showMessage") == []
    assert await client.shut_down() == 0


def test_every_recorded_editor_is_tried():
    assert {path.stem for path in CLIENTS.glob("*.json")} == set(EXPECTED)


TODO = """\
---
globs: ["**/*.py"]
check:
  language: python
  message: Settle it
  rule: {kind: comment, regex: TODO}
  fix: "# done"
---
Settle what is to do.
"""


@pytest.mark.parametrize("name", ["helix", "helix-25.07.1"])
async def test_helix_plays_its_session(client, tmp_path, name):
    write_rules(tmp_path, {"todo.md": TODO})
    steps = [json.loads(line) for line in (CLIENTS / "helix-session.jsonl").read_text(encoding="utf-8").splitlines()]
    capabilities = recorded(name, tmp_path)["capabilities"]
    session = await play(client, steps, tmp_path, capabilities)
    assert session.text == (
        'import os\n\ndef greet(name):\n    msg = "héllo 😀 " + name  # done\n    return msg\n    print(msg)\n'
    )
    assert session.server_text_before_close == session.text
    assert session.n_refused == 0
    assert client.exit_code == 0
