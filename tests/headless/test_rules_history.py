"""What programs read of the history of rules is as its schema says, for files of every name and in every repository."""

import shutil

import pytest

from tests.harness.gateways import NO_PRINT
from tests.harness.in_process import command
from tests.harness.program import write_files
from tests.harness.world_git import git
from tests.headless.test_imports import ONE_FILE, SLOW_PARTS, loaded
from tests.headless.test_output import valid

PATH = ".ai-rules/no-print.md"


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("RULEWRIGHT_STATE_DIR", str(tmp_path / "state"))
    return write_files(tmp_path / "work", {".git/HEAD": "", PATH: NO_PRINT, ".ai-rules/caf\udce9.md": "Odd.\n"})


def turn(root, *arguments):
    done = command(root, "rules", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_history_is_told_as_its_schema_says(root):
    assert valid("rules-history", turn(root, "history", "--json"))["events"] == []
    turn(root, "disable", "no-print")
    write_files(root, {PATH: NO_PRINT.replace("Log,", "Please log,"), ".ai-rules/caf\udce9.md": "Odder.\n"})
    turn(root, "enable", "no-print")
    record = valid("rules-history", turn(root, "history", "no-print", "--json"))
    assert [e["event"] for e in record["events"]] == ["rule_flagged", "rule_changed", "rule_flagged", "rule_added"]
    assert record["events"][1]["what"] == "description"
    assert record["git"] == []
    assert len(record["remarks"]) == 1
    whole = valid("rules-history", turn(root, "history", "--json", "--limit", "2"))
    assert len(whole["events"]) == 2
    everything = valid("rules-history", turn(root, "history", "--json", "--limit", "999"))["events"]
    assert [e["revision"] for e in everything] == list(range(len(everything), 0, -1))
    assert ".ai-rules/caf\ufffd.md" in {e["path"] for e in everything}


def test_two_versions_are_compared_as_the_schema_says(root):
    turn(root, "disable", "no-print")
    write_files(root, {PATH: NO_PRINT + "More.\n"})
    turn(root, "enable", "no-print")
    record = valid("rules-diff", turn(root, "diff", PATH, "--json"))
    assert record["rule"] == "no-print"
    assert [line for line in record["diff"].splitlines() if line[:1] in "+-"][2:] == ["+More."]
    same = command(root, "rules", "diff", "no-print", str(record["after"]), str(record["after"]))
    assert b"have the same text" in same.stdout


def test_git_tells_of_former_names_and_is_not_asked_for_all_rules(root):
    shutil.rmtree(root / ".git")
    git(root, "init", "-q")
    git(root, "add", PATH)
    git(root, "commit", "-q", "-m", "First \N{CRAB}")
    git(root, "mv", PATH, ".ai-rules/renamed.md")
    git(root, "commit", "-q", "-m", "Second")
    turn(root, "disable", "renamed")
    record = valid("rules-history", turn(root, "history", "renamed", "--json"))
    assert [c["subject"] for c in record["git"]] == ["Second", "First \N{CRAB}"]
    assert {c["author"] for c in record["git"]} == {"Ada"}
    assert valid("rules-history", turn(root, "history", "--json"))["git"] == []
    assert b"In git" in turn(root, "history", "renamed")


def test_a_history_that_cannot_be_read_is_an_error(root, tmp_path):
    write_files(tmp_path / "state", {"state.db": b"no database" * 99})
    for arguments in (["history"], ["diff", "no-print"]):
        done = command(root, "rules", *arguments)
        assert done.returncode in {1, 2}
        assert b"cannot be read" in done.stderr
    assert command(root, "check").returncode == 0
    assert [p.name for p in (tmp_path / "state").iterdir()] == ["state.db"]


def test_what_could_not_be_kept_is_said(root, tmp_path):
    (tmp_path / "state").write_text("a file")
    done = command(root, "rules", "disable", "no-print")
    assert done.returncode == 0
    assert b"cannot be written" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_check_beside_a_database_loads_sqlite_and_nothing_else_more(root):
    turn(root, "disable", "no-print")
    write_files(root, {"a.py": "print(1)\n"})
    found = loaded(root, "check", "a.py")
    assert found["code"] == 0
    assert found["others"] == ONE_FILE
    assert SLOW_PARTS & set(found["all"]) <= {"tempfile", "sqlite3"}
