"""Projects, settings, watched files, commands, settled, trace."""

import asyncio

import pytest

from tests.harness.gateways import NO_PRINT, write_rules
from tests.harness.lsp_memory import FULL, PUSH, Refused


def without(*names):
    return {**FULL, "workspace": {k: v for k, v in FULL["workspace"].items() if k not in names}}


def roots(client):
    return sorted(project.root for project in client.server.gateway.take_snapshot().projects)


# Projects


async def test_each_folder_has_its_own_rules(client, tmp_path):
    for name, message in (("one", "First"), ("two", "Second")):
        (tmp_path / name).mkdir()
        write_rules(tmp_path / name, {"no-print.md": NO_PRINT.replace("Use the log", message)})
    await client.initialize(roots=[tmp_path / "one", tmp_path / "two"])
    for name, message in (("one", "First"), ("two", "Second")):
        uri = client.open(tmp_path / name / "a.py", "print(1)\n")
        assert [d["message"] for d in (await client.pull(uri))["items"]] == [message]
    outside = client.open(tmp_path / "a.py", "print(1)\n")
    assert (await client.pull(outside))["items"] == []


async def test_folders_come_and_go(client, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_rules(tmp_path / name)
    await client.initialize(roots=[tmp_path / "one"])
    folders = [{"uri": (tmp_path / name).as_uri(), "name": name} for name in ("one", "two")]
    event = {"added": [folders[1]], "removed": [folders[0]]}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    await client.settled()
    assert roots(client) == [str(tmp_path / "two")]
    uri = client.open(tmp_path / "two" / "a.py", "print(1)\n")
    assert len((await client.pull(uri))["items"]) == 1


@pytest.mark.parametrize(
    ("folders", "uri", "path", "expected"),
    [
        (["one", "two"], "one", "one", ["one", "two"]),
        (None, "one", "two", ["one"]),
        ([], "one", None, ["one"]),
        (None, None, "two", ["two"]),
        ([], None, "two", []),
        (None, None, None, []),
    ],
)
async def test_the_root_is_what_the_client_names_best(client, tmp_path, folders, uri, path, expected):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    more = {
        "rootUri": (tmp_path / uri).as_uri() if uri else None,
        "rootPath": str(tmp_path / path) if path else None,
        "workspaceFolders": folders and [{"uri": (tmp_path / f).as_uri(), "name": f} for f in folders],
    }
    if folders == []:
        more["workspaceFolders"] = []
    await client.initialize(**more)
    assert roots(client) == [str(tmp_path / name) for name in expected]


# Settings


@pytest.mark.parametrize("options", [{"rules": {"enabled": False}}, {"rulewright": {"rules": {"enabled": False}}}])
async def test_settings_can_come_with_initialize(client, project, options):
    await client.initialize(root=project, options=options)
    uri = client.open(project / "a.py", "print(1)\n")
    assert (await client.pull(uri))["items"] == []


async def test_settings_are_asked_for_where_the_client_has_them(client, project, gateway):
    client.replies["workspace/configuration"] = lambda p: [{"rules": {"enabled": False}} for _ in p["items"]]
    await client.initialize(root=project)
    assert gateway.configured == [{"rules": {"enabled": False}}]
    assert client.notes("workspace/configuration")[0]["items"] == [{"section": "rulewright"}]
    uri = client.open(project / "a.py", "print(1)\n")
    assert (await client.pull(uri))["items"] == []
    client.replies["workspace/configuration"] = lambda p: [None for _ in p["items"]]
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    await client.settled()
    assert len((await client.pull(uri))["items"]) == 1


@pytest.mark.parametrize("pushed", [{"rulewright": {"rules": {"enabled": False}}}, {"rules": {"enabled": False}}])
async def test_settings_are_taken_as_they_are_pushed(client, project, gateway, pushed):
    await client.initialize(without("configuration"), root=project)
    client.notify("workspace/didChangeConfiguration", {"settings": pushed})
    await client.settled()
    assert gateway.configured == [{"rules": {"enabled": False}}]
    client.notify("workspace/didChangeConfiguration", {"settings": {"python": {"x": 1}}})
    await client.settled()
    assert gateway.configured[1:] == [{}]


async def test_a_client_that_does_not_answer_well_keeps_its_first_settings(client, project, gateway):
    def refuse(_):
        raise Refused({"code": -32601, "message": "no"})

    for reply in (refuse, lambda _: "nonsense", lambda _: [7], lambda _: []):
        client.replies["workspace/configuration"] = reply
        client.notify("workspace/didChangeConfiguration", {"settings": None})
    await client.initialize(root=project, options={"rules": {"enabled": False}})
    uri = client.open(project / "a.py", "print(1)\n")
    assert (await client.pull(uri))["items"] == []
    assert gateway.configured == []


async def test_a_bad_setting_is_shown_once_and_the_others_count(client, project):
    options = {"rules": {"enabled": False, "colour": 1}}
    await client.initialize(root=project, options=options)
    (shown,) = client.notes("window/showMessage")
    assert "colour" in shown["message"]
    uri = client.open(project / "a.py", "print(1)\n")
    assert (await client.pull(uri))["items"] == []


async def test_a_client_that_takes_it_is_asked_to_tell_of_settings(client, project):
    await client.initialize(root=project)
    registered = {r["method"] for p in client.notes("client/registerCapability") for r in p["registrations"]}
    assert registered == {"workspace/didChangeConfiguration", "workspace/didChangeWatchedFiles"}


# Watched files


async def test_the_client_watches_where_it_can(client, project, gateway):
    await client.initialize(root=project)
    registrations = [r for p in client.notes("client/registerCapability") for r in p["registrations"]]
    (watchers,) = [r["registerOptions"]["watchers"] for r in registrations if "WatchedFiles" in r["method"]]
    assert [w["globPattern"] for w in watchers] == ["**/*"]
    assert not gateway.is_watching


async def test_we_watch_where_the_client_cannot_or_will_not(client, project, gateway):
    await client.initialize(without("didChangeWatchedFiles"), root=project)
    assert gateway.is_watching


async def test_we_watch_where_the_client_refuses(client, project, gateway):
    def refuse(_):
        raise Refused({"code": -32601, "message": "no"})

    client.replies["client/registerCapability"] = refuse
    await client.initialize(root=project)
    assert gateway.is_watching


async def test_changed_files_are_read_again(client, project, gateway):
    await client.initialize(root=project)
    changes = [{"uri": (project / ".ai-rules" / "a b.md").as_uri(), "type": 1}, {"uri": "untitled:x", "type": 2}]
    client.notify("workspace/didChangeWatchedFiles", {"changes": changes})
    await client.settled()
    assert gateway.reloaded == [f"{project}/.ai-rules/a b.md"]


async def test_changes_that_come_together_are_read_together(client, project, gateway):
    await client.initialize(root=project)
    uris = [(project / ".ai-rules" / f"{n}.md").as_uri() for n in range(9)]
    for uri in [*uris, *uris]:
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 1}]})
    await client.settled()
    assert set(gateway.reloaded) == {f"{project}/.ai-rules/{n}.md" for n in range(9)}
    assert gateway.calls["reload"] == 2, "one that ran at once, and one for all the others"


# Commands


async def test_why_explains_the_file_named_or_the_one_worked_on_last(client, project):
    announced = await client.initialize(root=project)
    assert announced["executeCommandProvider"]["commands"][0] == "rulewright.why"

    async def why(*arguments):
        call = {"command": "rulewright.why", "arguments": list(arguments)}
        return await client.request("workspace/executeCommand", call)

    assert await why() is None
    assert "Open a file" in client.notes("window/showMessage")[0]["message"]
    client.open(project / "a.py", "")
    b = client.open(project / "b.py", "")
    assert (await why())["path"] == "b.py"
    client.close_document(b)
    named = await why((project / "c.md").as_uri())
    assert named["path"] == "c.md"
    assert {rule["id"]: rule["verdict"] for rule in named["rules"]}["no-print"] == "not_applied"
    assert (await why({"uri": (project / "a.py").as_uri()}))["path"] == "a.py"


async def test_reload_reads_everything_again(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    (project / ".ai-rules" / "no-print.md").unlink()
    assert await client.request("workspace/executeCommand", {"command": "rulewright.reload"}) is None
    assert (await client.pull(uri))["items"] == []


@pytest.mark.parametrize("arguments", [[], None])
@pytest.mark.parametrize("command", ["rulewright.why", "rulewright.reload", "rulewright.applyFix"])
async def test_every_command_bears_no_arguments(client, project, command, arguments):
    await client.initialize(root=project)
    params = {"command": command, **({} if arguments is None else {"arguments": arguments})}
    assert await client.request("workspace/executeCommand", params) is None


# Settled


async def test_settled_waits_for_what_came_before_and_not_for_what_comes_after(client, gateway, project):
    await client.initialize(PUSH, root=project)
    gateway.free.clear()
    uri = client.open(project / "a.py", "print(1)\n")
    first = client.ask("rulewright/settled")
    await gateway.diagnosing.wait()
    assert not first.done()
    gateway.free.set()
    await first
    assert len(client.published(uri)) == 1
    gateway.free.clear()
    second = client.ask("rulewright/settled")
    later = client.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    await second
    assert not later.done()
    gateway.free.set()
    await later


async def test_settled_waits_for_requests_and_answers_in_order(client, gateway, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    gateway.free.clear()
    pull = client.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    both = [client.ask("rulewright/settled") for _ in range(2)]
    gateway.free.set()
    await asyncio.gather(*both)
    assert pull.done()


async def test_settled_can_be_cancelled(client, gateway, project):
    await client.initialize(PUSH, root=project)
    gateway.free.clear()
    client.open(project / "a.py", "print(1)\n")
    waiting = client.ask("rulewright/settled")
    client.notify("$/cancelRequest", {"id": client.n_ids})
    with pytest.raises(Refused):
        await waiting
    gateway.free.set()


# Trace


async def test_trace_is_sent_only_while_it_is_wanted(client, project):
    await client.initialize(root=project, trace="off")
    await client.settled()
    assert client.notes("$/logTrace") == []
    client.notify("$/setTrace", {"value": "messages"})
    await client.settled()
    (trace,) = client.notes("$/logTrace")
    assert "rulewright/settled" in trace["message"]
    assert "verbose" not in trace
    client.notify("$/setTrace", {"value": "verbose"})
    await client.settled()
    assert "verbose" in client.notes("$/logTrace")[-1]


async def test_trace_can_be_wanted_from_the_start(client, project):
    await client.initialize(root=project, trace="messages")
    assert client.notes("$/logTrace")
