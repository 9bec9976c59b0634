"""Rule files of other tools in an editor: they come, change and go, and say what is odd in them."""

import pytest

from tests.harness.program import write_files


@pytest.fixture
def root(tmp_path):
    return write_files(
        tmp_path,
        {
            ".git/HEAD": "",
            "AGENTS.md": "Be kind.\n",
            "CLAUDE.md": "@docs/style.md\n",
            "docs/style.md": "Two spaces.\n",
            ".cursor/rules/a.mdc": "---\nglobs: *.py\n---\nA.\n",
            "src/a.py": "a = 1\n",
        },
    )


async def applied(client, root):
    why = await client.request("rulewright/why", {"uri": (root / "src/a.py").as_uri()})
    return {r["id"] for r in why["rules"] if r["verdict"] == "applied" and r["source"] == "project"}


async def changed(client, *paths, kind=2):
    changes = [{"uri": path.as_uri(), "type": kind} for path in paths]
    client.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    await client.settled()


async def test_files_of_other_tools_come_change_and_go(client, root):
    await client.initialize(root=root)
    assert await applied(client, root) == {"agents", "claude", "cursor/a"}
    rule = root / ".cursor/rules/a.mdc"
    rule.write_text("---\nglobs: *.go\n---\nA.\n")
    await changed(client, rule)
    assert await applied(client, root) == {"agents", "claude"}
    override = root / "AGENTS.override.md"
    override.write_text("Instead.\n")
    await changed(client, override, kind=1)
    assert await applied(client, root) == {"agents/AGENTS.override", "claude"}
    override.unlink()
    await changed(client, override, kind=3)
    assert await applied(client, root) == {"agents", "claude"}


async def test_a_text_that_a_rule_pulls_in_counts_when_it_is_saved(client, root, gateway):
    await client.initialize(root=root)
    style = root / "docs/style.md"
    style.write_text("Four spaces.\n")
    await changed(client, style)
    bodies = {rule.id: rule.body for rule in gateway.take_snapshot().projects[0].book.rules}
    assert bodies["claude"] == "Four spaces.\n"
    style.write_text("Be kind.\n")
    await changed(client, style)
    assert await applied(client, root) == {"agents", "cursor/a"}


async def test_what_is_odd_is_told_with_a_way_to_mend_it(client, root):
    await client.initialize(root=root)
    path = root / ".cursor/rules/a.mdc"
    uri = client.open(path, "---\nglobs: **.py\npaths: x\n---\nSee [it](gone.md).\n")
    report = await client.pull(uri)
    found = {item["code"]: item for item in report["items"]}
    assert {
        "rulewright/repaired-value",
        "rulewright/glob-glued-stars",
        "rulewright/other-tools-key",
        "rulewright/dead-link",
    } <= set(found)
    item = found["rulewright/repaired-value"]
    actions = await client.request(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": item["range"], "context": {"diagnostics": [item]}},
    )
    assert any(action["title"] == "Quote the value" for action in actions)
