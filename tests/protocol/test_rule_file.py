"""Verdicts where people look: lines above a text, hovers in rule files, requests of our own."""

import pytest

from tests.harness.gateways import NO_PRINT
from tests.harness.lsp_memory import FULL
from tests.harness.program import ServerProcess, write_files
from tests.harness.wait import until

RUN = "workspace/executeCommand"
LENS = "textDocument/codeLens"
RULE = "---\ndescription: About tests\nglobs: 'tests/**'\n---\nTest what counts.\n"
REFRESHING = {**FULL, "workspace": {**FULL["workspace"], "codeLens": {"refreshSupport": True}}}


@pytest.fixture
def root(tmp_path):
    return write_files(
        tmp_path,
        {
            ".ai-rules/no-print.md": NO_PRINT,
            ".ai-rules/tests.md": RULE,
            "a.py": "print(1)\n",
            "b.py": "",
            "tests/test_a.py": "",
            "c.go": "",
        },
    )


async def lens(client, uri):
    """The line above a text, and the command behind it."""
    found = await client.request(LENS, {"textDocument": {"uri": uri}})
    assert len(found) <= 1
    return (found[0]["command"]["title"], found[0]["command"]["command"]) if found else None


async def test_a_line_above_code_counts_its_rules(client, root):
    await client.initialize(root=root)
    uri = client.open(root / "tests/test_b.py", "x\n")
    title, command = await lens(client, uri)
    assert title.startswith("2 rules · ")
    assert title.endswith(" tokens")
    assert command == "rulewright.showWhy"
    await client.request(RUN, {"command": command, "arguments": [uri]})
    (shown,) = client.notes("window/showMessage")
    assert "applied tests: glob tests/**" in shown["message"]
    assert await lens(client, client.open(root / "c.go", "")) is None


async def test_a_line_that_is_not_wanted_is_left_out(client, root):
    await client.initialize(root=root, options={"code": {"lens": ["*", "!python"]}})
    assert await lens(client, client.open(root / "a.py", "print(1)\n")) is None
    assert await lens(client, client.open(root / ".ai-rules/tests.md", RULE)) is not None


async def test_a_line_above_a_rule_says_what_it_touches_and_of_what_use_it_was(client, root):
    await client.initialize(root=root)
    rule = client.open(root / ".ai-rules/no-print.md", NO_PRINT)
    title, command = await lens(client, rule)
    assert title.startswith("touches 3 files · ")
    assert title.endswith("has not applied yet · fired 0 times")
    code = client.open(root / "a.py", "print(1)\n")
    for text, times in (("print(1)\n", 1), ("print(1)\nprint(2)\n", 2), ("", 2), ("print(3)\n", 3)):
        client.change(code, text)
        await client.pull(code)
        title, _ = await lens(client, rule)
        assert title.endswith(f" · fired {times} time{'s' * (times != 1)}")
        assert " · applied 20" in title
    await client.request(RUN, {"command": command, "arguments": [rule]})
    (shown,) = client.notes("window/showMessage")
    assert shown["message"].splitlines()[1:] == ["a.py", "b.py", "tests/test_a.py"]


async def test_a_hover_in_the_front_matter_of_a_rule_says_the_same(client, root):
    await client.initialize({**FULL, "textDocument": {"hover": {"contentFormat": ["markdown"]}}}, root=root)
    uri = client.open(root / ".ai-rules/tests.md", RULE)

    async def hover(line):
        at = {"textDocument": {"uri": uri}, "position": {"line": line, "character": 1}}
        return await client.request("textDocument/hover", at)

    text = (await hover(0))["contents"]["value"]
    assert "touches 1 file · " in text
    assert "- `tests/test_a.py`" in text
    assert await hover(4) is None
    client.open(root / "notes.md", "---\na: 1\n---\n")
    at = {"textDocument": {"uri": (root / "notes.md").as_uri()}, "position": {"line": 1, "character": 0}}
    assert await client.request("textDocument/hover", at) is None


async def test_requests_of_our_own_answer_in_records(client, root):
    await client.initialize(root=root)
    new = (root / "tests/not_there_yet.py").as_uri()
    why = await client.request("rulewright/why", {"uri": new})
    assert {r["id"]: r["verdict"] for r in why["rules"] if r["source"] == "project"} == {
        "no-print": "applied",
        "tests": "applied",
    }
    about = await client.request("rulewright/ruleFile", {"uri": (root / ".ai-rules/tests.md").as_uri()})
    assert (about["id"], about["files"], about["listed"], about["fired"]) == ("tests", 1, ["tests/test_a.py"], 0)
    assert await client.request("rulewright/ruleFile", {"uri": new}) is None
    for params in (None, {}, {"uri": 7}, {"uri": "file:///elsewhere/x.py"}, [1]):
        assert await client.request("rulewright/why", params) is None


async def test_the_lines_are_asked_for_again_when_rules_change(client, root):
    await client.initialize(REFRESHING, root=root)
    uri = client.open(root / "tests/test_a.py", "")
    before, _ = await lens(client, uri)
    (root / ".ai-rules/tests.md").unlink()
    await client.request(RUN, {"command": "rulewright.reload", "arguments": []})
    await client.settled()
    assert client.notes("workspace/codeLens/refresh")
    after, _ = await lens(client, uri)
    assert (before[:7], after[:6]) == ("2 rules", "1 rule")


async def test_a_rule_of_the_users_own_is_checked_and_counts_at_once(tmp_path, monkeypatch):
    monkeypatch.setenv("RULEWRIGHT_CONFIG_DIR", str(tmp_path / "config"))
    write_files(
        tmp_path,
        {
            "config/rules/mine.md": NO_PRINT.replace("Use the log", "Mine"),
            "work/.git/HEAD": "",
            "work/a.py": "print(1)\n",
        },
    )
    mine = (tmp_path / "config/rules/mine.md").as_uri()
    with ServerProcess(tmp_path / "work") as server:
        server.begin()
        code = (tmp_path / "work/a.py").as_uri()
        assert [d["message"] for d in server.pull(code)] == ["Mine"]
        document = {"uri": mine, "languageId": "markdown", "version": 1, "text": "---\npriority: high\n---\n"}
        server.tell("textDocument/didOpen", {"textDocument": document})
        assert [d["code"] for d in server.pull(mine)] == ["rulewright/wrong-type"]
        assert server.ask("rulewright/ruleFile", {"uri": mine})["files"] == 1
        (tmp_path / "config/rules/mine.md").write_text(NO_PRINT.replace("Use the log", "Changed"))
        until(lambda: [d["message"] for d in server.pull(code)] == ["Changed"])
        assert server.end() == 0
