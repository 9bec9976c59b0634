"""Quick-fixes and suppressions over the protocol."""

import pytest

from tests.harness.lsp_memory import FULL, Refused, range_

TEXT = "print(1)\nx = 1\nprint(2)\n"
HERE = range_((0, 1), (0, 2))
EAGER = {
    **FULL,
    "textDocument": {
        "diagnostic": {},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
    },
}
PLAIN = {
    "general": {"positionEncodings": ["utf-32"]},
    "textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}},
}
COMMANDS = {"general": {"positionEncodings": ["utf-32"]}, "workspace": {"applyEdit": True}}


def titled(actions, word):
    return next(a for a in actions if word in a["title"])


def edited(edit, text=TEXT):
    """The text after an edit of one document whose lines are ASCII."""
    edits = edit["documentChanges"][0]["edits"] if "documentChanges" in edit else next(iter(edit["changes"].values()))
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def offset(place):
        return starts[place["line"]] + place["character"]

    for e in sorted(edits, key=lambda e: -offset(e["range"]["start"])):
        text = text[: offset(e["range"]["start"])] + e["newText"] + text[offset(e["range"]["end"]) :]
    return text


async def test_edits_come_late_where_the_client_resolves(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", TEXT)
    shown = (await client.pull(uri))["items"]
    actions = await client.actions(uri, HERE, shown=shown)
    assert all("edit" not in action for action in actions)
    fix = actions[0]
    assert (fix["kind"], fix["isPreferred"]) == ("quickfix", True)
    assert fix["diagnostics"] == shown[:1]
    resolved = await client.request("codeAction/resolve", fix)
    assert resolved["edit"]["documentChanges"][0]["textDocument"] == {"uri": uri, "version": 1}
    assert edited(resolved["edit"]) == "log(1)\nx = 1\nprint(2)\n"


async def test_a_cursor_beside_a_finding_gets_its_fix_when_the_client_sends_it_along(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", TEXT)
    shown = (await client.pull(uri))["items"]
    assert await client.actions(uri, range_((1, 0), (1, 1)), shown=shown) == []
    text = "  " + TEXT
    client.change(uri, text)
    start = range_((0, 0), (0, 0))
    assert await client.actions(uri, start) == []
    shown = (await client.pull(uri))["items"]
    actions = await client.actions(uri, start, shown=shown)
    assert actions[0]["diagnostics"] == shown[:1]
    resolved = await client.request("codeAction/resolve", actions[0])
    assert edited(resolved["edit"], text) == "  log(1)\nx = 1\nprint(2)\n"


async def test_edits_come_at_once_where_the_client_does_not_resolve(client, project):
    await client.initialize(EAGER, root=project)
    uri = client.open(project / "a.py", TEXT)
    actions = await client.actions(uri, HERE)
    assert edited(actions[0]["edit"]) == "log(1)\nx = 1\nprint(2)\n"
    assert await client.request("codeAction/resolve", actions[0]) == actions[0]


async def test_edits_bear_no_version_where_the_client_knows_none(client, project):
    await client.initialize(PLAIN, root=project)
    uri = client.open(project / "a.py", TEXT)
    actions = await client.actions(uri, HERE)
    assert list(actions[0]["edit"]["changes"]) == [uri]


async def test_a_rule_can_be_fixed_everywhere_and_suppressed_here(client, project):
    await client.initialize(EAGER, root=project)
    uri = client.open(project / "a.py", TEXT)
    actions = await client.actions(uri, HERE)
    assert edited(titled(actions, "Fix all of")["edit"]) == "log(1)\nx = 1\nlog(2)\n"
    suppressed = edited(titled(actions, "Suppress")["edit"])
    assert len((await client.pull(uri))["items"]) == 2
    client.change(uri, suppressed)
    assert len((await client.pull(uri))["items"]) == 1


@pytest.mark.parametrize("only", [["source"], ["source.fixAll"], ["source.fixAll.rulewright"]])
async def test_everything_is_fixed_only_where_that_is_asked_for(client, project, only):
    await client.initialize(EAGER, root=project)
    uri = client.open(project / "a.py", TEXT)
    (action,) = await client.actions(uri, HERE, only=only)
    assert action["kind"] == "source.fixAll.rulewright"
    assert edited(action["edit"]) == "log(1)\nx = 1\nlog(2)\n"


async def test_kinds_that_are_not_ours_give_nothing(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", TEXT)
    assert await client.actions(uri, HERE, only=["refactor"]) == []
    assert {a["kind"] for a in await client.actions(uri, HERE, only=["quickfix"])} == {"quickfix"}


async def test_where_nothing_is_wrong_nothing_is_offered(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", TEXT)
    assert await client.actions(uri, range_((1, 0), (1, 1))) == []
    assert await client.actions((project / "b.py").as_uri(), HERE) == []


async def test_a_fix_of_an_older_version_is_refused(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", TEXT)
    fix = (await client.actions(uri, HERE))[0]
    client.change(uri, "\n" + TEXT)
    with pytest.raises(Refused, match="changed since") as refused:
        await client.request("codeAction/resolve", fix)
    assert refused.value.code == -32801


async def test_a_fix_of_a_closed_document_is_refused(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", TEXT)
    fix = (await client.actions(uri, HERE))[0]
    client.close_document(uri)
    assert await client.refusal("codeAction/resolve", fix) == -32801


async def test_a_fix_whose_rule_is_gone_is_refused(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", TEXT)
    fix = (await client.actions(uri, HERE))[0]
    rule = project / ".ai-rules" / "no-print.md"
    rule.unlink()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": rule.as_uri(), "type": 3}]})
    await client.settled()
    with pytest.raises(Refused, match="rules have changed"):
        await client.request("codeAction/resolve", fix)


async def test_an_action_that_is_not_ours_comes_back_or_is_refused(client, project):
    await client.initialize(root=project)
    assert await client.request("codeAction/resolve", {"title": "x"}) == {"title": "x"}
    assert await client.refusal("codeAction/resolve", {"title": "x", "data": {"theirs": 1}}) == -32602


async def test_the_same_title_twice_is_two_fixes(client, project):
    await client.initialize(root=project)
    text = "print(1); print(2)\n"
    uri = client.open(project / "a.py", text)
    actions = [a for a in await client.actions(uri, range_((0, 0), (0, 18))) if a.get("isPreferred")]
    made = [edited((await client.request("codeAction/resolve", a))["edit"], text) for a in actions]
    assert made == ["log(1); print(2)\n", "print(1); log(2)\n"]


async def test_a_client_without_code_actions_gets_commands_that_apply_edits(client, project):
    applied = []
    client.replies["workspace/applyEdit"] = lambda p: applied.append(p["edit"]) or {"applied": True}
    await client.initialize(COMMANDS, root=project)
    uri = client.open(project / "a.py", TEXT)
    command = (await client.actions(uri, HERE))[0]
    assert command["command"] == "rulewright.applyFix"
    call = {"command": command["command"], "arguments": command["arguments"]}
    assert await client.request("workspace/executeCommand", call) == {"applied": True}
    assert edited(applied[0]) == "log(1)\nx = 1\nprint(2)\n"
    client.change(uri, "\n" + TEXT)
    assert await client.refusal("workspace/executeCommand", call) == -32801
    assert len(applied) == 1


async def test_an_edit_that_the_editor_does_not_make_is_told(client, project):
    refusal = {"applied": False, "failureReason": "document has changed"}
    client.replies["workspace/applyEdit"] = lambda _: refusal
    await client.initialize(COMMANDS, root=project)
    uri = client.open(project / "a.py", TEXT)
    command = (await client.actions(uri, HERE))[0]
    call = {"command": command["command"], "arguments": command["arguments"]}
    await client.request("workspace/executeCommand", call)
    assert "document has changed" in client.notes("window/showMessage")[0]["message"]


async def test_a_client_that_can_take_neither_is_offered_nothing(client, project):
    await client.initialize({"general": {"positionEncodings": ["utf-32"]}}, root=project)
    uri = client.open(project / "a.py", TEXT)
    assert await client.actions(uri, HERE) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_edits_count_in_the_units_of_the_client(client, project, encoding):
    await client.initialize({**EAGER, "general": {"positionEncodings": [encoding]}}, root=project)
    prefix = '"é😀"; '
    n = {"utf-8": len(prefix.encode()), "utf-16": len(prefix) + 1, "utf-32": len(prefix)}[encoding]
    uri = client.open(project / "a.py", prefix + "print(1)\r\n")
    actions = await client.actions(uri, range_((0, n), (0, n + 1)))
    edits = actions[0]["edit"]["documentChanges"][0]["edits"]
    assert [e["range"]["start"]["character"] for e in edits] == [n]
