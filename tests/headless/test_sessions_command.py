"""`rulewright sessions` and `usage`: what a terminal and programs get, without a server."""

import json
import os
import sqlite3
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from rulewright import app
from rulewright.adapters.cli.main import cli
from rulewright.adapters.cli.render_json import to_json
from rulewright.app import local_principal
from rulewright.core.interaction import Interaction
from rulewright.core.permissions import NotAllowed, Principal
from rulewright.core.session import Draft
from rulewright.core.session_text import from_json, to_markdown, to_record
from rulewright.services.state.places import state_path
from rulewright.session_app import Conversations
from rulewright.session_gateway import SessionProblem
from tests.harness.in_process import command
from tests.harness.program import write_files
from tests.headless.test_imports import loaded
from tests.headless.test_output import valid

ANN, BOB = Principal("ann", "Ann", frozenset({"read", "chat"})), Principal("bob", "Bob", frozenset({"read", "chat"}))
READER = Principal("ann", "Ann's reader", frozenset({"read"}))
ADMIN = Principal("root", "Root")


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("RULEWRIGHT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("RULEWRIGHT_CONFIG_DIR", str(tmp_path / "config"))
    return write_files(tmp_path / "work", {".git/HEAD": ""})


@pytest.fixture
def kept(root):
    conversations = Conversations()
    yield conversations
    conversations.close()


def turn(root, *arguments, stdin=b""):
    """The command in this process, which is sixteen times as fast: exit code, output, and what was said beside it."""
    here = Path.cwd()
    os.chdir(root)
    try:
        done = CliRunner().invoke(cli, ["sessions", *arguments], obj=app, input=stdin, standalone_mode=False)
    finally:
        os.chdir(here)
    error = done.exception
    if isinstance(error, click.ClickException):
        return error.exit_code, done.stdout, done.stderr + error.format_message()
    assert error is None or isinstance(error, SystemExit), error
    return done.return_value or 0, done.stdout, done.stderr


def run(root, *arguments, stdin=b"", code=0):
    exit_code, out, error = turn(root, *arguments, stdin=stdin)
    assert exit_code == code, error + out
    return out


def test_a_conversation_from_its_beginning_to_its_end(root):
    begun = valid("sessions-change", run(root, "append", "new", "How do I\n\x1b[31m quote?", "--title", "T", "--json"))
    name = begun["session"]["id"]
    assert (begun["done"], begun["message"]["interface"], begun["session"]["title"]) == ("appended", "cli", "T")
    run(root, "append", name[:6], stdin=b"From \xff a pipe\n")
    listed = valid("sessions-list", run(root, "list", "--json"))
    assert [(s["id"], s["n_messages"]) for s in listed["sessions"]] == [(name, 2)]
    shown = run(root, "show", name[:4])
    assert "\\x1b[31m quote?" in shown
    assert "From \N{REPLACEMENT CHARACTER} a pipe" in shown
    assert "\x1b[31m" not in shown
    hits = valid("sessions-search", run(root, "search", "quo", "--json"))
    assert [hit["session"]["id"] for hit in hits["hits"]] == [name]
    assert [hit["message"] for hit in valid("sessions-search", run(root, "search", "pipe", "--json"))["hits"]] != []
    assert "No message has" in run(root, "search", "nowhere", code=1)
    run(root, "rename", name, "Quotes")
    whole = valid("session", run(root, "export", name, "--format", "json"))
    forked = valid("sessions-change", run(root, "fork", name, "--at", whole["messages"][0]["id"][:6], "--json"))
    assert forked["session"]["parent"]["session"] == name
    assert forked["session"]["n_messages"] == 1
    run(root, "export", name, "--format", "json", "--output", "q.json")
    assert "# Quotes" in run(root, "export", name)
    taken = valid("sessions-change", run(root, "import", "q.json", "--json"))
    assert taken["session"]["id"] not in (name, forked["session"]["id"])
    assert "Archived" in run(root, "archive", name)
    assert [s["id"] for s in valid("sessions-list", run(root, "list", "--archived", "--json"))["sessions"]] == [name]
    run(root, "archive", name, "--undo")
    code, _, said = turn(root, "delete", name)
    assert (code, "--yes" in said) == (2, True)
    assert valid("sessions-change", run(root, "delete", name, "--yes", "--json"))["done"] == "deleted"
    assert turn(root, "show", name)[::2] == (1, f"There is no conversation {name}.")


@pytest.mark.parametrize("texts", [[], ["a"], ["a", "b\n[]", "\N{SNOWMAN}" * 3]])
def test_what_is_written_piece_by_piece_is_the_whole(root, kept, texts):
    name = kept.gateway.create(local_principal(), root, title="[]").session.id
    for text in texts:
        kept.gateway.append(local_principal(), name, Draft.text("user", text))
    whole = kept.gateway.open(local_principal(), name)
    assert run(root, "export", name, "--format", "json") == to_json(to_record(whole)) + "\n"
    assert run(root, "show", name, "--json") == to_json(to_record(whole)) + "\n"
    assert run(root, "export", name) == to_markdown(whole)
    run(root, "export", name, "--format", "json", "--output", "q.json")
    assert from_json((root / "q.json").read_bytes()) == whole


def test_a_page_begins_at_a_message_that_is_there(root, kept):
    name = kept.gateway.create(local_principal(), root).session.id
    for text in "abc":
        kept.gateway.append(local_principal(), name, Draft.text("user", text))
    found = kept.gateway.open_page(local_principal(), name, 1, 1)
    assert ([m.plain for m in found.messages], found.earlier) == (["b"], 1)
    assert [m.plain for m in kept.gateway.open_page(local_principal(), name, found.next).messages] == ["c"]
    with pytest.raises(SessionProblem, match="no message m1 in"):
        kept.gateway.open_page(local_principal(), name, "m1")


def test_conversations_are_listed_by_project(root, tmp_path):
    run(root, "append", "new", "here")
    other = write_files(tmp_path / "other", {".git/HEAD": ""})
    assert "No conversations about this project" in run(other, "list")
    none = "No conversation about this project was put away. --all lists those of other projects.\n"
    assert run(other, "list", "--archived") == none
    assert run(other, "list", "--archived", "--all") == "No conversation was put away.\n"
    everywhere = run(other, "list", "--all")
    assert "here" in everywhere
    assert str(root) in everywhere


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["append", "new", ""], 1, "says nothing"),
        (["append", "new", " \n"], 1, "says nothing"),
        (["show", "c7b"], 1, "`c7b` is too little of an id: give 4 letters of it at least."),
        (["show", ""], 1, "`` is too little of an id"),
        (["append", "nothing", "x"], 1, "There is no conversation nothing."),
        (["append", "nothing", "x", "--title", "T"], 2, "--title is for a new conversation"),
        (["import", __file__], 1, "no conversation that Rulewright exported"),
        (["export", "nothing", "--format", "xml"], 2, "xml"),
        (["rename", "\udcff\udcff\udcff\udcff", "x"], 1, "There is no conversation"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(root, arguments, code, said):
    exit_code, _, told = turn(root, *arguments)
    assert (exit_code, said in told) == (code, True), told
    assert run(root, "list", "--json").count('"id"') == 0


def test_a_short_id_of_several_conversations_names_them(kept, root):
    for number in range(3):
        kept.gateway.get_or_create(ANN, root, f"same-{number}")
    with pytest.raises(
        SessionProblem, match=r"`same` begins several conversations: same-0, same-1, same-2\. Write more"
    ):
        kept.gateway.open(ANN, "same")
    assert kept.gateway.open(ANN, "same-1").session.id == "same-1"
    with pytest.raises(SessionProblem, match="`sam` is too little of an id"):
        kept.gateway.open(ANN, "sam")


def test_what_belongs_to_others_is_not_there(kept, root):
    gateway = kept.gateway
    mine = gateway.create(ANN, root).session.id
    gateway.append(ANN, mine, Draft.text("user", "my secret", author="bob"))
    attempts = {
        "open": lambda who: gateway.open(who, mine),
        "short": lambda who: gateway.open(who, mine[:6]),
        "append": lambda who: gateway.append(who, mine, Draft.text("user", "x")),
        "rename": lambda who: gateway.rename(who, mine, "x"),
        "set_model": lambda who: gateway.set_model(who, mine, "x"),
        "archive": lambda who: gateway.archive(who, mine),
        "fork": lambda who: gateway.fork(who, mine),
        "begin": lambda who: gateway.begin_answer(who, mine, Draft(role="assistant", parts=())),
        "delete": lambda who: gateway.delete(who, mine),
        "create": lambda who: gateway.get_or_create(who, root, mine),
    }
    for name, attempt in attempts.items():
        with pytest.raises((SessionProblem, NotAllowed)) as refused:
            attempt(BOB)
        asked = mine[:6] if name == "short" else mine
        assert str(refused.value) == f"There is no conversation {asked}."
    assert gateway.list(BOB, None) == gateway.list(BOB, root) == gateway.search(BOB, "secret") == ()
    for attempt in (lambda: gateway.list(BOB, None, everybody=True), lambda: gateway.search(BOB, "s", everybody=True)):
        with pytest.raises(NotAllowed, match="administer"):
            attempt()
    assert [s.id for s in gateway.list(ADMIN, None, everybody=True)] == [mine]
    assert gateway.open(ADMIN, mine).messages[0].author == "ann"
    assert gateway.list(ADMIN, None) == ()
    assert gateway.fork(ADMIN, mine).session.user == "root"


def test_who_may_only_read_changes_nothing(kept, root):
    gateway = kept.gateway
    mine = gateway.create(ANN, root).session.id
    assert gateway.open(READER, mine).session.id == mine
    for attempt in (
        lambda: gateway.create(READER, root),
        lambda: gateway.append(READER, mine, Draft.text("user", "x")),
        lambda: gateway.delete(READER, mine),
        lambda: gateway.fork(READER, mine),
        lambda: gateway.take_over(READER, root, b"{}"),
        lambda: gateway.record(READER, Interaction(id="c", workspace="w", user="", prompt="", response="", model="m")),
    ):
        with pytest.raises(NotAllowed, match="may not"):
            attempt()


def test_a_call_belongs_to_whoever_made_it(kept):
    gateway = kept.gateway
    call = Interaction(id="c1", workspace="w", user="bob", prompt="p", response="r", model="m", tokens_in=5)
    gateway.record(ADMIN, call)
    assert gateway.interaction(ADMIN, "c1", to_replay=True).user == "root"
    with pytest.raises(NotAllowed, match="There is no call c1"):
        gateway.interaction(BOB, "c1")
    with pytest.raises(SessionProblem, match="Nothing is kept of a call c2"):
        gateway.interaction(ADMIN, "c2")
    assert gateway.usage(BOB) == ()
    assert [u.tokens_in for u in gateway.usage(ADMIN)] == [5]
    with pytest.raises(NotAllowed):
        gateway.usage(BOB, everybody=True)


def test_usage_is_told_as_its_schema_says(kept, root):
    assert command(root, "usage").stdout == b"No model was called.\n"
    me = local_principal()
    for name, model in (("a", "m-1"), ("b", "m-2")):
        call = Interaction(
            id=name, workspace="w", root="/p", user="", prompt="p", response="r", model=model, tokens_in=7
        )
        kept.gateway.record(me, call)
    record = valid("usage", command(root, "usage", "--by", "day", "--json").stdout.decode())
    assert [(u["calls"], u["tokens_in"]) for u in record["usage"]] == [(2, 14)]
    table = command(root, "usage", "--days", "1").stdout.decode()
    assert [line.split()[0] for line in table.splitlines()] == ["model", "m-1", "m-2", "all"]


def test_what_of_calls_is_kept_is_the_users_to_say_and_no_projects(root, tmp_path):
    write_files(root, {"rulewright.toml": '[interactions]\nkeep = "whole"\n'})
    write_files(tmp_path / "config", {"rulewright.toml": '[interactions]\nkeep = "hashed"\ndays = 3\n'})
    kept = Conversations()
    call = Interaction(id="c", workspace="w", user="", prompt="p", response="r", model="m")
    kept.gateway.record(ADMIN, call)
    assert kept.gateway.interaction(ADMIN, "c").prompt.startswith("sha256:")
    with pytest.raises(SessionProblem, match="only hashes"):
        kept.gateway.interaction(ADMIN, "c", to_replay=True)
    kept.close()


def test_the_program_itself_keeps_what_is_said(root):
    said = command(root, "sessions", "append", "new", stdin=b"From a pipe")
    assert (said.returncode, said.stdout[:8]) == (0, b"Appended")
    assert b"From a pipe" in command(root, "sessions", "list").stdout
    refused = command(root, "sessions", "show", "nothing")
    assert (refused.returncode, refused.stderr) == (1, b"Error: There is no conversation nothing.\n")


def test_what_a_command_says_was_not_done_is_not_done_later(root, monkeypatch, tmp_path):
    name = json.loads(run(root, "append", "new", "one", "--json"))["session"]["id"]
    monkeypatch.setattr("rulewright.services.state.connect.BUSY_MS", 1)
    lock = sqlite3.connect(state_path(tmp_path / "state"), isolation_level=None)
    lock.execute("begin immediate")
    code, _, said = turn(root, "append", name, "two")
    assert (code, "Nothing was appended: database is locked" in said) == (1, True)
    lock.execute("rollback")
    lock.close()
    assert "two" not in run(root, "show", name)


def test_what_can_wait_is_done_while_a_server_runs(kept, root, monkeypatch):
    session = kept.gateway.create(ANN, root).session.id
    for number in range(70):
        kept.gateway.append(ANN, session, Draft.text("user", str(number)))
    assert kept.has_news()
    assert not kept.has_news()
    kept.look()
    assert kept.sessions.updates_after(0)[0].kind == "update"
    monkeypatch.setattr("rulewright.session_app.TIDY_S", 0.0)
    assert kept.has_news()
    kept.look()
    assert [u.kind for u in kept.sessions.updates_after(0)] == ["snapshot"]
    assert kept.take_problems() == ()


def test_a_database_that_is_locked_makes_a_command_fail_with_one_sentence(root, monkeypatch, tmp_path):
    name = json.loads(run(root, "append", "new", "one", "--json"))["session"]["id"]
    lock = sqlite3.connect(state_path(tmp_path / "state"), isolation_level=None)
    lock.execute("begin immediate")
    monkeypatch.setattr("rulewright.services.state.connect.BUSY_MS", 1)
    kept = Conversations()
    written = kept.gateway.append(local_principal(), name, Draft.text("user", "two"))
    assert "locked" in written.problem
    (said,) = kept.take_problems()
    assert "cannot be written" in said
    lock.execute("rollback")
    lock.close()
    kept.close()
    assert "two" in run(root, "show", name)


def test_what_lists_conversations_loads_no_engine_that_it_does_not_need(root):
    run(root, "append", "new", "one")
    found = loaded(root, "sessions", "list")
    assert not {"pygls", "lsprotocol", "tree_sitter", "asyncio", "pycrdt"} & set(found["all"])
