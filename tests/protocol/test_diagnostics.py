"""Pushed and pulled diagnostics."""

import pytest

from rulewright.adapters.lsp.workspace_diagnostics import PART
from tests.harness.gateways import NO_PRINT, write_rules
from tests.harness.lsp_memory import FULL, PUSH, Refused, range_

DIAGNOSTIC = {
    "range": range_((0, 0), (0, 8)),
    "severity": 2,
    "code": "no-print",
    "source": "rulewright",
    "message": "Use the log",
    "codeDescription": {"href": "https://rules.example/no-print"},
}


def visible(items):
    return [{k: v for k, v in item.items() if k != "data"} for item in items]


# Pull


async def test_a_client_that_pulls_is_offered_that_and_nothing_is_pushed(client, project):
    announced = await client.initialize(root=project)
    assert announced["diagnosticProvider"]["identifier"] == "rulewright"
    uri = client.open(project / "a.py", "print(1)\n")
    report = await client.pull(uri)
    assert report["kind"] == "full"
    assert visible(report["items"]) == [DIAGNOSTIC]
    assert report["items"][0]["data"]["rulePath"] == ".ai-rules/no-print.md"
    client.change(uri, "")
    client.close_document(uri)
    await client.settled()
    assert client.published(uri) == []


async def test_equal_findings_are_reported_as_unchanged(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    first = await client.pull(uri)
    client.change(uri, "print(1)\nx = 1\n")
    assert await client.pull(uri, first["resultId"]) == {"kind": "unchanged", "resultId": first["resultId"]}
    client.change(uri, "")
    report = await client.pull(uri, first["resultId"])
    assert (report["kind"], report["items"]) == ("full", [])
    assert (await client.pull(uri, report["resultId"]))["kind"] == "unchanged"


async def test_findings_that_only_move_to_another_line_are_not_unchanged(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "x \nprint(1)\n")
    first = await client.pull(uri)
    client.change(uri, "x; print(1)\n")
    second = await client.pull(uri, first["resultId"])
    assert second["kind"] == "full"
    assert second["items"][0]["range"]["start"] == {"line": 0, "character": 3}


async def test_a_file_that_is_not_open_can_be_pulled(client, project):
    (project / "b.py").write_text("x = 1  # 😀\nprint(2)\n", encoding="utf-8")
    await client.initialize(root=project)
    report = await client.pull((project / "b.py").as_uri())
    assert [item["range"]["start"]["line"] for item in report["items"]] == [1]
    missing = await client.pull((project / "none.py").as_uri())
    assert missing["items"] == []


@pytest.mark.parametrize("open_it", [True, False])
@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 10), ("utf-16", 7), ("utf-32", 6)])
async def test_columns_count_in_the_units_of_the_client(client, project, encoding, column, open_it):
    content = '"é😀"; print(2)\r\ny'
    (project / "a.py").write_bytes(content.encode())
    await client.initialize({**FULL, "general": {"positionEncodings": [encoding]}}, root=project)
    uri = client.open(project / "a.py", content) if open_it else (project / "a.py").as_uri()
    start = (await client.pull(uri))["items"][0]["range"]["start"]
    assert start == {"line": 0, "character": column}


async def test_a_pull_that_a_newer_one_supersedes_is_answered_with_content_modified(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    gateway.free.clear()
    old = client.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    client.change(uri, "")
    new = client.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    with pytest.raises(Refused) as refused:
        await old
    assert refused.value.code == -32801
    gateway.free.set()
    assert (await new)["items"] == []
    assert client.notes("window/showMessage") == []


async def test_two_pulls_of_one_version_are_both_answered(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    gateway.free.clear()
    pulls = [client.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}}) for _ in range(2)]
    gateway.free.set()
    assert [len((await pull)["items"]) for pull in pulls] == [1, 1]


async def test_changed_rules_make_the_client_pull_again(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    await client.pull(uri)
    rule = project / ".ai-rules" / "no-print.md"
    rule.unlink()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": rule.as_uri(), "type": 3}]})
    await client.settled()
    assert len(client.notes("workspace/diagnostic/refresh")) == 1
    assert (await client.pull(uri))["items"] == []


async def test_many_changes_of_rules_are_one_or_two_refreshes(client, gateway, project):
    await client.initialize(root=project)
    rule = project / ".ai-rules" / "no-print.md"
    for turn in range(20):
        rule.write_text(f"{NO_PRINT}Changed {turn} times.\n")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": rule.as_uri(), "type": 2}]})
    await client.settled()
    assert 1 <= len(client.notes("workspace/diagnostic/refresh")) < 20


async def test_a_change_that_changes_no_rule_is_none(client, project):
    await client.initialize(root=project)
    await client.settled()
    for name in (".ai-rules/no-print.md", "a.py", "pyproject.toml", ".ai-rules"):
        change = {"uri": (project / name).as_uri(), "type": 2}
        client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
        await client.settled()
    assert client.notes("workspace/diagnostic/refresh") == []


async def test_a_client_that_refuses_the_refresh_is_left_alone(client, project):
    def refuse(_):
        raise Refused({"code": -32601, "message": "no"})

    client.replies["workspace/diagnostic/refresh"] = refuse
    await client.initialize(root=project)
    rule = project / ".ai-rules" / "no-print.md"
    rule.write_text(f"{NO_PRINT}Changed.\n")
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": rule.as_uri(), "type": 2}]})
    await client.settled()
    assert client.notes("workspace/diagnostic/refresh")
    assert client.notes("window/showMessage") == []


# Push


async def test_a_client_that_cannot_pull_gets_its_diagnostics_pushed(client, project):
    announced = await client.initialize(PUSH, root=project)
    assert "diagnosticProvider" not in announced
    uri = client.open(project / "a.py", "print(1)\n")
    await client.settled()
    (published,) = client.published(uri)
    assert published["version"] == 1
    assert visible(published["diagnostics"]) == [DIAGNOSTIC]


async def test_a_client_that_cannot_be_told_to_pull_again_gets_them_pushed_too(client, project):
    announced = await client.initialize({**PUSH, "textDocument": {"diagnostic": {}}}, root=project)
    assert "diagnosticProvider" not in announced
    uri = client.open(project / "a.py", "print(1)\n")
    await client.settled()
    assert len(client.published(uri)) == 1
    assert len((await client.pull(uri))["items"]) == 1


async def test_a_burst_of_changes_is_one_publication_of_the_last_version(client, gateway, project):
    await client.initialize(PUSH, root=project)
    uri = client.open(project / "a.py", "")
    client.send(*(client.change_message(uri, "print(1)\n" * n) for n in range(30)))
    await client.settled()
    assert [(p["version"], len(p["diagnostics"])) for p in client.published(uri)] == [(31, 29)]
    assert len(gateway.seen) == 1


async def test_diagnostics_of_an_old_version_are_not_published(client, gateway, project):
    await client.initialize(PUSH, root=project)
    gateway.free.clear()
    uri = client.open(project / "a.py", "print(1)\n")
    await gateway.diagnosing.wait()
    client.change(uri, "")
    gateway.free.set()
    await client.settled()
    assert [(p["version"], p["diagnostics"]) for p in client.published(uri)] == [(2, [])]


async def test_closing_a_document_clears_its_diagnostics(client, gateway, project):
    await client.initialize(PUSH, root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    await client.settled()
    gateway.free.clear()
    client.change(uri, "print(2)\n")
    client.close_document(uri)
    gateway.free.set()
    await client.settled()
    assert client.published(uri)[-1]["diagnostics"] == []
    assert len(client.published(uri)) == 2


async def test_who_saves_need_not_wait_for_a_pause(client, gateway, project):
    (project / "rulewright.toml").write_text("[server]\ndebounce_ms = 60000\n")
    await client.initialize(PUSH, root=project)
    uri = client.open(project / "a.py", "")
    client.change(uri, "print(1)\n")
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    await client.settled()
    assert [(p["version"], len(p["diagnostics"])) for p in client.published(uri)] == [(2, 1)]
    client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    await client.settled()
    assert len(gateway.seen) == 1


async def test_changed_rules_are_pushed_to_open_documents(client, project):
    await client.initialize(PUSH, root=project)
    uris = [client.open(project / name, "print(1)\n") for name in ("a.py", "b.py")]
    await client.settled()
    write_rules(project, {"no-print.md": NO_PRINT.replace("Use the log", "Log it")})
    rule = (project / ".ai-rules" / "no-print.md").as_uri()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": rule, "type": 2}]})
    await client.settled()
    for uri in uris:
        assert [d["message"] for d in client.published(uri)[-1]["diagnostics"]] == ["Log it"]


# The whole workspace


async def test_the_workspace_is_announced_only_where_that_was_asked_for(client, project):
    announced = await client.initialize(root=project, options={"workspaceDiagnostics": True})
    assert announced["diagnosticProvider"]["workspaceDiagnostics"] is True
    assert client.notes("window/showMessage") == []


async def test_the_workspace_is_reported_and_then_unchanged(client, project):
    for name in ("a.py", "b.py"):
        (project / name).write_text("print(1)\n", encoding="utf-8")
    assert (await client.initialize(root=project))["diagnosticProvider"]["workspaceDiagnostics"] is False
    opened = client.open(project / "b.py", "")
    first = {r["uri"]: r for r in (await client.request("workspace/diagnostic", {"previousResultIds": []}))["items"]}
    a = (project / "a.py").as_uri()
    assert (first[a]["version"], len(first[a]["items"])) == (None, 1)
    assert (first[opened]["version"], len(first[opened]["items"])) == (1, 0)
    (project / "a.py").unlink()
    known = [{"uri": uri, "value": r["resultId"]} for uri, r in first.items()]
    second = {
        r["uri"]: r for r in (await client.request("workspace/diagnostic", {"previousResultIds": known}))["items"]
    }
    assert second[opened]["kind"] == "unchanged"
    assert (second[a]["kind"], second[a]["items"]) == ("full", [])


async def test_reports_are_sent_in_parts_where_the_client_takes_them(client, project):
    for n in range(PART + 3):
        (project / f"f{n}.py").write_text("print(1)\n", encoding="utf-8")
    await client.initialize(root=project)
    params = {"previousResultIds": [], "partialResultToken": "parts", "workDoneToken": "work"}
    result = await client.request("workspace/diagnostic", params)
    assert result == {"items": []}
    parts = [p["value"]["items"] for p in client.notes("$/progress") if p["token"] == "parts"]
    assert sum(len(p) for p in parts) >= PART + 3
    assert len(parts) == 2
    kinds = [p["value"]["kind"] for p in client.notes("$/progress") if p["token"] == "work"]
    assert (kinds[0], kinds[-1]) == ("begin", "end")


@pytest.mark.parametrize("shows_progress", [True, False])
async def test_progress_is_shown_only_where_it_is_announced(client, project, shows_progress):
    for n in range(PART):
        (project / f"f{n}.py").write_text("", encoding="utf-8")
    await client.initialize({**FULL, "window": {"workDoneProgress": shows_progress}}, root=project)
    await client.request("workspace/diagnostic", {"previousResultIds": []})
    assert bool(client.notes("window/workDoneProgress/create")) is shows_progress
    assert bool(client.notes("$/progress")) is shows_progress


async def test_a_workspace_check_can_be_cancelled(client, gateway, project):
    (project / "a.py").write_text("print(1)\n", encoding="utf-8")
    await client.initialize(root=project)
    gateway.free.clear()
    waiting = client.ask("workspace/diagnostic", {"previousResultIds": []})
    await gateway.diagnosing.wait()
    client.notify("$/cancelRequest", {"id": client.n_ids})
    with pytest.raises(Refused) as refused:
        await waiting
    assert refused.value.code == -32800


async def test_a_rule_saved_in_a_new_folder_is_taken_though_nobody_watches_it(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "sub" / "a.py", "forbidden()\n")
    assert (await client.pull(uri))["items"] == []
    rule = project / "sub" / ".ai-rules" / "new.md"
    rule.parent.mkdir(parents=True)
    rule.write_text("---\ncheck: { language: python, rule: { pattern: forbidden() } }\n---\n")
    client.notify("textDocument/didSave", {"textDocument": {"uri": rule.as_uri()}})
    await client.request("rulewright/settled")
    assert [d["code"] for d in (await client.pull(uri))["items"]] == ["new"]
