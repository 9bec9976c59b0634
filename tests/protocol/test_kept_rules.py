"""What is kept of rules, seen from an editor: switches, restarts, and what the command line did meanwhile."""

import sqlite3

import pytest

from tests.harness.gateways import NO_PRINT
from tests.harness.in_process import command
from tests.harness.program import ServerProcess, write_files
from tests.harness.wait import until

RUN = "workspace/executeCommand"


def call(name, *arguments):
    return {"command": f"rulewright.{name}", "arguments": list(arguments)}


async def messages(client, uri):
    return [d["message"] for d in (await client.pull(uri))["items"]]


@pytest.mark.parametrize("what", ["no-print", {"rule": "no-print"}, {"source": "project"}, {"all": True}], ids=str)
async def test_a_switch_is_turned_off_and_on(client, project, what):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")
    assert await messages(client, uri) == ["Use the log"]
    for _ in range(2):
        (said,) = await client.request(RUN, call("disableRule", what))
        assert "switched off" in said
        assert await messages(client, uri) == []
        (said,) = await client.request(RUN, call("enableRule", what))
        assert "switched on" in said
        assert await messages(client, uri) == ["Use the log"]
    await client.settled()
    assert client.notes("workspace/diagnostic/refresh")
    assert len(client.notes("window/showMessage")) == 4


async def test_a_switch_in_one_of_two_projects_leaves_the_other(client, tmp_path):
    roots = [tmp_path / "one", tmp_path / "two"]
    for root in roots:
        write_files(root, {".ai-rules/no-print.md": NO_PRINT})
    await client.initialize(roots=roots)
    one, two = (client.open(root / "a.py", "print(1)\n") for root in roots)
    await client.request(RUN, call("disableRule", {"rule": "no-print", "uri": one}))
    assert (await messages(client, one), await messages(client, two)) == ([], ["Use the log"])
    assert len(await client.request(RUN, call("disableRule", "no-print"))) == 2
    assert (await messages(client, one), await messages(client, two)) == ([], [])


@pytest.mark.parametrize("arguments", [[], [""], [7], [{"rule": 7}], [{"all": False}], [[]]])
async def test_a_command_that_names_nothing_says_what_to_name(client, project, arguments):
    await client.initialize(root=project)
    assert await client.request(RUN, call("disableRule", *arguments)) is None
    (shown,) = client.notes("window/showMessage")
    assert shown["message"].startswith("Name a rule")


@pytest.mark.parametrize(
    ("what", "start"), [("nothing", "There is no rule `nothing`"), ({"source": "x"}, "There is no")]
)
async def test_what_is_not_there_cannot_be_switched(client, project, what, start):
    await client.initialize(root=project)
    (said,) = await client.request(RUN, call("disableRule", what))
    assert said.startswith(start)


async def test_a_diagnostic_names_the_set_of_rules_that_it_comes_from(client, project):
    await client.initialize(root=project)
    uri = client.open(project / "a.py", "print(1)\n")

    async def version():
        (item,) = (await client.pull(uri))["items"]
        return item["data"]["ruleVersion"]

    first = await version()
    why = await client.request(RUN, call("why", uri))
    assert why["rule_version"] == first
    write_files(project, {".ai-rules/other.md": "Be kind.\n"})
    await client.request(RUN, call("reload"))
    assert await version() != first
    (project / ".ai-rules/other.md").unlink()
    await client.request(RUN, call("reload"))
    assert await version() == first


# The real server, and what it leaves behind


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("RULEWRIGHT_STATE_DIR", str(tmp_path / "state"))
    return write_files(tmp_path / "work", {".git/HEAD": "", ".ai-rules/no-print.md": NO_PRINT, "a.py": "print(1)\n"})


def found(server):
    return [d["message"] for d in server.pull((server.root / "a.py").as_uri())]


def test_a_server_that_starts_on_a_broken_rule_keeps_the_good_one(root):
    with ServerProcess(root) as server:
        server.begin()
        assert found(server) == ["Use the log"]
        assert server.end() == 0
    write_files(root, {".ai-rules/no-print.md": "---\nglobs: [\n---\n"})
    with ServerProcess(root) as server:
        server.begin()
        assert found(server) == ["Use the log"]
        assert server.end() == 0
    seen = command(root, "rules", "history", "no-print").stdout.decode()
    assert [line.split()[3] for line in seen.splitlines() if line.startswith("  #")] == ["rejected", "added"]


def test_a_server_remembers_how_often_a_rule_fired(root):
    rule = {"uri": (root / ".ai-rules/no-print.md").as_uri()}
    for times in (1, 2):
        with ServerProcess(root) as server:
            server.begin()
            server.open("a.py", "print(1)\n")
            assert found(server) == ["Use the log"]
            about = server.ask("rulewright/ruleFile", rule)
            assert (about["fired"], about["applied_at"][:2]) == (times, "20")
            assert server.end() == 0


def test_a_server_learns_of_a_switch_on_the_command_line(root):
    with ServerProcess(root) as server:
        server.begin({"rules": {"cache_ttl": 1}})
        assert found(server) == ["Use the log"]
        assert command(root, "rules", "disable", "no-print").returncode == 0
        until(lambda: found(server) == [])
        assert command(root, "rules", "enable", "no-print").returncode == 0
        server.ask(RUN, call("reload"))
        assert found(server) == ["Use the log"]
        assert command(root, "rules", "add", "--table", "-", "--id", "kind", stdin=b"Be kind.").returncode == 0
        until(lambda: "kind" in {v["id"] for v in server.ask(RUN, call("why", (root / "a.py").as_uri()))["rules"]})
        assert server.end() == 0


def test_a_server_whose_database_is_damaged_says_so_and_works(root, tmp_path):
    write_files(tmp_path / "state", {"state.db": b"This is no database. " * 100})
    with ServerProcess(root) as server:
        server.begin()
        assert found(server) == ["Use the log"]
        said = [n["params"]["message"] for n in server.notes if n["method"] == "window/showMessage"]
        (aside,) = (tmp_path / "state").glob("state.db.damaged-*")
        assert [str(aside) in m for m in said] == [True]
        assert server.end() == 0


def test_a_check_leaves_no_state(root, tmp_path):
    assert command(root, "check").returncode == 1
    assert command(root, "rules", "why", "a.py").returncode == 0
    assert not (tmp_path / "state").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"language":"python"', '"language":"klingon"'),
        ('"pattern":"print($A)"', '"pattern":{"bogus":[1]}'),
        ('"rule":{"pattern":"print($A)"}', '"rule":null'),
        ('"globs":["**/*.py"]', '"globs":["[", "{{{", "**/**/\\u0000", ""]'),
        ('"template":"log($A)"', '"template":"$$$$"'),
    ],
)
def test_a_kept_rule_that_was_edited_in_the_database_harms_nobody(root, tmp_path, before, after):
    with ServerProcess(root) as server:
        server.begin()
        assert server.end() == 0
    write_files(root, {".ai-rules/no-print.md": "---\nglobs: [\n---\n"})
    with ServerProcess(root) as server:
        server.begin()
        assert found(server) == ["Use the log"]
        assert server.end() == 0
    db = sqlite3.connect(tmp_path / "state" / "state.db")
    db.execute("drop trigger rule_events_no_update")
    sql = "update rule_events set data = replace(data, ?, ?) where event_type = 'rule_rejected' and instr(data, ?)"
    assert db.execute(sql, (before, after, before)).rowcount == 1
    db.commit()
    db.close()
    with ServerProcess(root) as server:
        server.begin()
        found(server)
        write_files(root, {".ai-rules/no-print.md": NO_PRINT})
        server.ask(RUN, call("reload"))
        assert found(server) == ["Use the log"]
        assert server.end() == 0
