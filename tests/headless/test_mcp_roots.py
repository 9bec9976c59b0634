"""The folders that `rulewright mcp` works in: those that a client names, that of `--root`, or the one that it is in."""

import pytest
from mcp.shared.exceptions import MCPDeprecationWarning

from tests.harness.gateways import NO_PRINT
from tests.harness.mcp_client import HANDSHAKE, NEWEST, agent
from tests.harness.program import write_files
from tests.harness.wait import until

pytestmark = pytest.mark.slow

PROJECT = {".git/HEAD": "", "rulewright.toml": '[rules]\ndefaults = "never"\n', ".ai-rules/no-print.md": NO_PRINT}


@pytest.fixture(scope="module", params=[HANDSHAKE, NEWEST])
def ai(request, tmp_path_factory):
    """An agent that names a project, and a part of another one; its server was started somewhere else."""
    top = tmp_path_factory.mktemp("roots")
    write_files(top / "here", {".git/HEAD": "", ".ai-rules/here.md": "Here.\n"})
    write_files(top / "one", {**PROJECT, "src/a.py": "print(1)\n"})
    write_files(top / "two", {**PROJECT, ".ai-rules/two.md": "Two.\n", "part/b.py": "class Two: ...\nprint(2)\n"})
    write_files(top / "two", {"other/c.py": "class TwoOther: ...\nprint(3)\n"})
    (top / "again").symlink_to(top / "one")
    (top / "two/part/out.py").symlink_to(top / "two/other/c.py")
    roots = [top / "one", top / "two/part"]
    kept = {name: str(top / name) for name in ("RULEWRIGHT_CONFIG_DIR", "RULEWRIGHT_STATE_DIR", "RULEWRIGHT_CACHE_DIR")}
    with agent(top / "here", mode=request.param, roots=roots, **kept) as connected:
        connected.top = top
        yield connected


def ids(found):
    return {rule["id"] for rule in found["rules"]}


def test_each_root_has_the_rules_of_its_project(ai):
    assert ids(ai.structure("rules_for_file", path="src/a.py")) == {"no-print"}
    assert ids(ai.structure("rules_for_file", path=str(ai.top / "one/src/a.py"))) == {"no-print"}
    found = ai.structure("rules_for_file", path="b.py")
    assert (ids(found), found["path"]) == ({"no-print", "two"}, "part/b.py")
    assert ai.structure("rules_for_file", path="part/b.py") == found
    # What is not there yet is meant to be in the first root.
    assert ai.structure("rules_for_file", path="new.py")["path"] == "new.py"
    assert ids(ai.structure("rules_for_file", path="new.py")) == {"no-print"}


def test_a_file_may_be_named_by_its_uri_or_through_a_link_to_the_root(ai):
    found = ai.structure("why", path="src/a.py")
    assert ai.structure("why", path=(ai.top / "one/src/a.py").as_uri()) == found
    assert ai.structure("why", path=str(ai.top / "again/src/a.py")) == found


@pytest.mark.parametrize("path", ["here/x.py", "two/other/c.py", "two/x.py", "two/part/../other/c.py"])
def test_nothing_outside_of_the_roots_is_looked_at(ai, path):
    said = f"{ai.top / path} lies outside of {ai.top}/one and {ai.top}/two/part, and nothing outside is looked at."
    assert ai.error("rules_for_file", path=str(ai.top / path)) == said
    assert ai.error("check", paths=["src/a.py", str(ai.top / path)]) == said


def test_a_link_out_of_a_root_is_not_followed(ai):
    said = f"part/out.py is a link that leads out of {ai.top}/two/part, and nothing outside is looked at."
    assert ai.error("check", paths=[str(ai.top / "two/part/out.py")]) == said


def test_files_of_several_projects_are_checked_at_once(ai):
    found = ai.structure("check", paths=["src", str(ai.top / "two/part")])
    assert [f["path"] for f in found["findings"]] == [str(ai.top / "one/src/a.py"), str(ai.top / "two/part/b.py")]


def test_symbols_of_the_roots_only(ai):
    assert [s["path"] for s in ai.structure("search_symbols", query="Two")["symbols"]] == [
        str(ai.top / "two/part/b.py")
    ]


def test_the_best_symbols_of_each_root_come_first(ai):
    for folder in ("one", "two/part"):
        write_files(ai.top, {f"{folder}/alike.py": "class Alike: ...\nclass AlikeToo: ...\n"})
    found = ai.structure("search_symbols", query="Alike", limit=2)["symbols"]
    assert [(s["name"], s["path"]) for s in found] == [
        ("Alike", str(ai.top / "one/alike.py")),
        ("Alike", str(ai.top / "two/part/alike.py")),
    ]


def test_resources_are_those_of_the_roots(ai):
    assert len(ai.read("rulewright://rules")) == 2
    assert ai.read("rulewright://rules/two")[0].startswith("# two\n")
    uris = {r.uri for r in ai.ask("list_resources").resources}
    assert uris == {"rulewright://rules", "rulewright://rules/no-print", "rulewright://rules/two"}


@pytest.mark.filterwarnings(f"ignore::{MCPDeprecationWarning.__module__}.{MCPDeprecationWarning.__qualname__}")
def test_roots_that_change_count_at_once(ai):
    before = list(ai.roots)
    ai.roots[:] = [ai.top / "here"]
    if ai.client.protocol_version < "2026":
        ai.ask("send_roots_list_changed")
    until(lambda: ids(ai.structure("rules_for_file", path="x.py")) == {"here"})
    ai.roots[:] = before
    if ai.client.protocol_version < "2026":
        ai.ask("send_roots_list_changed")
    until(lambda: ids(ai.structure("rules_for_file", path="x.py")) == {"no-print"})


def test_an_option_stands_above_the_roots_and_the_folder(tmp_path):
    write_files(tmp_path / "one", {**PROJECT, "src/a.py": "print(1)\n"})
    write_files(tmp_path / "two", {".git/HEAD": ""})
    with agent(tmp_path / "two", "--root", "../one/src", roots=[tmp_path / "two"]) as ai:
        assert ids(ai.structure("rules_for_file", path="a.py")) == {"no-print"}
        # The whole project counts, as it does for every other command.
        assert ai.structure("rules_for_file", path=str(tmp_path / "one/x.py"))["path"] == "x.py"
        assert "lies outside of" in ai.error("rules_for_file", path=str(tmp_path / "two/x.py"))
