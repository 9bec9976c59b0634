"""What is kept of rules outlives the server, and nothing that happens to the database is in anybody's way."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest

from rulewright.core.events import Flag, RuleEvent, Unreadable
from rulewright.core.rules.select import Policy
from rulewright.core.rules.table import table_origin
from rulewright.services.events import MemoryEventLog
from rulewright.services.files import ProjectRuleFiles
from rulewright.services.rules import RuleKeeper
from rulewright.services.state import migrations
from rulewright.services.state.glance import glance
from rulewright.services.state.health import examine_state
from rulewright.services.state.history import read_history, read_versions
from rulewright.services.state.places import state_path, workspace_id
from rulewright.services.state.rule_log import StateEventLog
from rulewright.services.state.store import NotWritten, StateStore
from tests.harness.program import environment

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BROKEN = "---\nglobs: [\n---\n"


class Clock:
    def __init__(self):
        self.time = NOON

    def now(self):
        return self.time


class Machine:
    """A state folder and a project, on which servers start and end."""

    def __init__(self, folder):
        self.state, self.root, self.clock = folder / "state", folder / "project", Clock()
        (self.root / ".ai-rules").mkdir(parents=True)
        self.stores = []

    def server(self, policy=None):
        """A server's rules, with the project loaded."""
        keeper = self.starting(policy)
        keeper.load()
        return keeper

    def starting(self, policy=None):
        store = StateStore(self.state, self.clock.now)
        self.stores.append(store)
        log = StateEventLog(store, str(self.root))
        return RuleKeeper(ProjectRuleFiles(self.root, defaults=None), log, self.clock, policy or Policy())

    def write(self, text, path=".ai-rules/a.md"):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, "utf-8")
        return path

    def rows(self, sql="select * from rule_events order by event_id"):
        db = sqlite3.connect(state_path(self.state))
        try:
            db.text_factory = bytes
            return db.execute(sql).fetchall()
        finally:
            db.close()

    def edit(self, *statements):
        """Do by hand what the triggers refuse."""
        db = sqlite3.connect(state_path(self.state))
        db.execute("drop trigger if exists rule_events_no_update")
        db.execute("drop trigger if exists rule_events_no_delete")
        for sql, *values in statements:
            db.execute(sql, values)
        db.commit()
        db.close()

    def events(self, name="", limit=1000):
        """The history, oldest first."""
        found = read_history(self.state, str(self.root), name, limit)
        assert not isinstance(found, str)
        return list(reversed(found[0]))

    def numbers(self):
        return [e.event_id for e in self.events()]

    def problems(self):
        return [p for store in self.stores for p in store.take_problems()]

    def end(self):
        for store in self.stores:
            store.close()
        self.stores.clear()


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    yield made
    made.end()


def kinds(events):
    return [(e.event_type, e.path) for e in events]


def descriptions(keeper):
    return {r.id: r.description for r in keeper.book.rules}


def rule(words):
    return f"---\ndescription: {words}\n---\n"


# Restarts


def test_a_restart_with_nothing_changed_writes_nothing(machine):
    machine.write("---\nversion: 1.2\npriority: .inf\ncreated: 2026-01-02\nodd: {1: !!binary aGk=}\n---\nOne.\n")
    machine.write("Two.", ".ai-rules/caf\udce9.md")
    before = machine.server().book
    machine.write(BROKEN, ".ai-rules/broken.md")
    first = machine.server()
    rows = machine.rows()
    machine.end()
    again = machine.starting()
    assert list(again.load()) == []
    assert machine.rows() == rows
    assert dict(again.book.entries) == dict(first.book.entries)
    assert set(before.entries) < set(again.book.entries)
    assert machine.problems() == []


@pytest.mark.parametrize(
    "text",
    [
        f"---\npriority: {10**30}\n---\n",
        f"---\npriority: -{10**30}\nodd: {10**400}\n---\n",
        '---\nid: "a\\0b"\ndescription: "\\uD83D"\n---\n\0',
        "---\nodd: {1: {2: [.nan, -.inf, 2026-01-02, ~]}}\n---\n",
        "---\nodd: " + "[" * 60 + "]" * 60 + "\n---\n",
        f"---\npriority: 0x{'f' * 6000}\n---\n",
        "Long. " * 160_000,
        "Too long. " * 160_000,
    ],
    ids=range(8),
)
def test_a_rule_of_any_kind_is_kept_and_comes_back(machine, text):
    machine.write(text)
    first = machine.server()
    assert machine.problems() == []
    machine.end()
    again = machine.starting()
    assert list(again.load()) == []
    before, after = dict(first.book.entries), dict(again.book.entries)
    # What is no number is never equal, and a number of thousands of digits has no text.
    assert before == after or repr(before) == repr(after)


def test_a_rule_that_broke_keeps_its_last_good_version_over_a_restart(machine):
    path = machine.write(rule("One"))
    machine.server().load()
    machine.write(BROKEN)
    machine.end()
    second = machine.server()
    assert descriptions(second) == {"a": "One"}
    machine.end()
    third = machine.starting()
    assert list(third.load()) == []
    assert descriptions(third) == {"a": "One"}
    (finding,) = third.book.findings
    assert finding.message.endswith("Keeping the version of `a` from 12:00.")
    (machine.root / path).unlink()
    assert kinds(third.reload([path])) == [("rule_removed", path)]
    machine.end()
    assert list(machine.starting().load()) == []


def test_what_happened_while_no_server_ran_is_one_change(machine):
    machine.write(rule("One"))
    machine.write(rule("Gone"), ".ai-rules/b.md")
    machine.server()
    machine.end()
    machine.write(rule("Two"))
    machine.write(rule("Three"))
    (machine.root / ".ai-rules/b.md").unlink()
    assert kinds(machine.starting().load()) == [("rule_changed", ".ai-rules/a.md"), ("rule_removed", ".ai-rules/b.md")]
    assert machine.numbers() == [1, 2, 3, 4]


def test_what_an_older_reader_made_of_a_file_is_read_again(machine):
    path = machine.write("---\ndescription: One\nglobs: '*.py'\n---\n")
    machine.server()
    machine.end()
    data = (
        machine.rows("select data from rule_events")[0][0].decode().replace('"description":"One"', '"description":"?"')
    )
    machine.edit(("update rule_events set data = ?", data))
    again = machine.starting()
    assert list(again.load()) == []
    assert descriptions(again) == {"a": "One"}
    assert [p for p, e in again.book.entries.items() if e.status == "active"] == [path]


def test_a_switch_outlives_a_restart_and_other_settings(machine):
    machine.write(rule("One"))
    server = machine.server()
    (event,) = server.switch(Flag("rule", "a", enabled=False), "command")
    assert (event.event_type, event.rule_id) == ("rule_flagged", "a")
    assert list(server.switch(Flag("rule", "a", enabled=False), "command")) == []
    server.set_policy(Policy(defaults="never"))
    assert server.book.selection.active == ()
    machine.end()
    again = machine.server()
    assert [v.reason for v in again.book.selection.explain("x")] == ["switched off here by `rulewright rules disable`"]
    assert machine.rows("select status from rules") == [(b"disabled",)]
    again.switch(Flag("rule", "a", enabled=True), "command")
    assert [r.id for r in again.book.selection.active] == ["a"]
    assert machine.rows("select status from rules") == [(b"active",)]


@pytest.mark.parametrize(
    ("flag", "off"), [(Flag("source", "project", False), True), (Flag("source", "user", False), False)]
)
def test_a_source_is_switched_off_as_a_whole(machine, flag, off):
    machine.write(rule("One"))
    server = machine.server()
    server.switch(flag, "command")
    assert (server.book.selection.active == ()) is off
    assert machine.rows("select status from rules") == [(b"disabled" if off else b"active",)]


# Rows


def test_the_row_of_a_rule_is_that_of_its_newest_event(machine):
    path = machine.write("---\nversion: 1.0\nlanguage: [python, go]\npriority: 7\nscope: backend\n---\nOne.\n")
    server = machine.server()
    columns = "id, scope, language, priority, version, status, content, revision"
    row = (b"a", b"backend", b"python,go", 7, b"1.0", b"active")
    assert machine.rows(f"select {columns} from rules") == [(*row, (machine.root / path).read_bytes(), 1)]
    machine.write(BROKEN)
    server.reload([path])
    assert machine.rows("select status, content, revision from rules") == [(b"rejected", BROKEN.encode(), 2)]
    (machine.root / path).unlink()
    server.reload([path])
    assert machine.rows("select status, revision from rules") == [(b"removed", 3)]


@pytest.mark.parametrize("sql", ["update rule_events set version = '9'", "delete from rule_events"])
def test_events_can_only_be_added(machine, sql):
    machine.write(rule("One"))
    machine.server()
    db = sqlite3.connect(state_path(machine.state))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(sql)
    db.close()


def test_projects_do_not_mix(tmp_path):
    one, other = Machine(tmp_path / "1"), Machine(tmp_path / "2")
    other.state = one.state
    one.write(rule("One"))
    other.write(rule("Other"))
    one.server()
    other.server().switch(Flag("everything", "", enabled=False), "command")
    assert (one.numbers(), other.numbers()) == ([1], [1, 2])
    assert descriptions(one.server()) == {"a": "One"}
    assert workspace_id(str(one.root)) != workspace_id(str(other.root))
    one.end()
    other.end()


def test_a_link_to_a_project_leads_to_the_same_history(tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "link").symlink_to("p")
    assert workspace_id(str(tmp_path / "link")) == workspace_id(str(tmp_path / "p"))


def test_the_database_is_for_this_user_alone(machine):
    machine.write(rule("One"))
    machine.server()
    assert {p.stat().st_mode & 0o777 for p in machine.state.iterdir()} == {0o600}
    state_path(machine.state).chmod(0o644)
    machine.end()
    machine.server()
    assert state_path(machine.state).stat().st_mode & 0o777 == 0o600


# Two servers


def test_two_servers_that_see_one_change_write_it_once(machine):
    path = machine.write(rule("One"))
    first, second = machine.server(), machine.server()
    machine.write(rule("Two"))
    assert kinds(first.reload([path])) == [("rule_changed", path)]
    assert list(second.reload([path])) == []
    assert descriptions(second) == {"a": "Two"}
    machine.write(rule("Three"))
    assert kinds(second.reload([path])) == [("rule_changed", path)]
    assert machine.numbers() == [1, 2, 3]


def test_a_switch_reaches_another_server_when_it_looks(machine):
    machine.write(rule("One"))
    first, second = machine.server(), machine.server()
    first.switch(Flag("rule", "a", enabled=False), "command")
    assert [r.id for r in second.book.selection.active] == ["a"]
    second.look()
    assert second.book.selection.active == ()
    book = second.book
    second.look()
    assert second.book is book


def test_a_server_that_sees_less_takes_nothing_from_another(machine):
    """Each has what its own settings let it see; the log tells of both."""
    machine.write(rule("One"))
    machine.write(rule("Two"), "app/.ai-rules/b.md")
    whole = machine.server()
    store = StateStore(machine.state, machine.clock.now)
    machine.stores.append(store)

    class Less(ProjectRuleFiles):
        def list(self, near=None):
            return [o for o in super().list(near) if o.folder == ""]

    less = RuleKeeper(
        Less(machine.root, defaults=None), StateEventLog(store, str(machine.root)), machine.clock, Policy()
    )
    less.load()
    assert sorted(descriptions(less)) == ["a"]
    machine.write(rule("Again"))
    whole.reload([".ai-rules/a.md"])
    assert descriptions(whole) == {"a": "Again", "b": "Two"}


def test_numbers_have_no_gaps_however_many_write(machine):
    servers = [machine.server() for _ in range(4)]
    barrier = threading.Barrier(len(servers))

    def work(number, server):
        barrier.wait()
        for turn in range(8):
            path = machine.write(rule(f"{turn}"), f".ai-rules/{number}.md")
            server.reload([path])

    threads = [threading.Thread(target=work, args=item) for item in enumerate(servers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert machine.numbers() == list(range(1, 33))
    assert machine.problems() == []


STARTER = """
import sys
from pathlib import Path
from rulewright.core.rules.select import Policy
from rulewright.services.clock import SystemClock
from rulewright.services.files import ProjectRuleFiles
from rulewright.services.rules import RuleKeeper
from rulewright.services.state.rule_log import StateEventLog
from rulewright.services.state.store import NotWritten, StateStore

state, root = map(Path, sys.argv[1:])
clock = SystemClock()
store = StateStore(state, clock.now)
keeper = RuleKeeper(ProjectRuleFiles(root, defaults=None), StateEventLog(store, str(root)), clock, Policy())
print("ready", flush=True)
sys.stdin.readline()
keeper.load()
print(*store.take_problems(), len(keeper.book.entries), flush=True)
"""


def test_servers_that_start_at_once_make_one_database(machine):
    for number in range(5):
        machine.write(rule("One"), f".ai-rules/{number}.md")
    arguments = [sys.executable, "-c", STARTER, str(machine.state), str(machine.root)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    servers = [subprocess.Popen(arguments, env=environment(), **pipes) for _ in range(4)]
    assert [server.stdout.readline() for server in servers] == ["ready\n"] * 4
    for server in servers:
        server.stdin.write("\n")
        server.stdin.flush()
    assert [server.communicate()[0] for server in servers] == ["5\n"] * 4
    assert machine.numbers() == [1, 2, 3, 4, 5]
    # Two that end at the same moment may each leave the log to the other.
    names = {p.name for p in machine.state.iterdir()} - {"state.db-wal", "state.db-shm"}
    assert names == {"state.db"}


def test_a_disk_without_hard_links_is_used_too(machine, monkeypatch):
    def link(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    machine.write(rule("One"))
    machine.server()
    assert machine.numbers() == [1]
    assert machine.problems() == []


# Rules without a file


def test_a_rule_without_a_file_is_one_of_the_project(machine):
    server = machine.server()
    origin = table_origin("table:kind.md")
    assert kinds(server.put(origin, rule("Be kind").encode(), "command")) == [("rule_added", "table:kind.md")]
    assert descriptions(server) == {"kind": "Be kind"}
    machine.end()
    again = machine.starting()
    assert list(again.load()) == []
    assert descriptions(again) == {"kind": "Be kind"}
    assert kinds(again.put(origin, None, "command")) == [("rule_removed", "table:kind.md")]
    machine.end()
    assert descriptions(machine.server()) == {}


def test_rows_that_another_program_wrote_are_read_like_files(machine):
    server = machine.server()
    sql = (
        "insert into rules (workspace_id, id, scope, language, priority, metadata, content, version, created_at, "
        "updated_at, status, path, source, revision) values (?, 'x', '', '', 5, '', ?, '', '', '', 'active', ?, '', 0)"
    )
    workspace = workspace_id(str(machine.root))
    rows = [
        (sql, workspace, rule("From elsewhere"), "table:x.md"),
        (sql, workspace, BROKEN, "table:broken.md"),
        (sql, workspace, rule("No id"), "table:../up.md"),
        (sql, workspace, b"\xff\xfe", "table:odd.md"),
        (sql, "somebody", rule("Not ours"), "table:y.md"),
    ]
    machine.edit(*rows)
    server.look()
    assert {i for i, d in descriptions(server).items() if d} == {"x"}
    assert server.book.entries["table:broken.md"].status == "rejected"
    assert "table:../up.md" not in server.book.entries
    machine.edit(("update rules set status = 'removed' where path = 'table:x.md'",))
    server.look()
    assert "x" not in descriptions(server)


def test_a_check_sees_switches_and_rules_without_a_file_and_leaves_no_trace(machine):
    machine.write(rule("One"))
    server = machine.server()
    server.switch(Flag("rule", "a", enabled=False), "command")
    server.put(table_origin("table:kind.md"), b"Be kind.", "command")

    def look():
        log = MemoryEventLog(stored=lambda: glance(machine.state, str(machine.root)))
        keeper = RuleKeeper(ProjectRuleFiles(machine.root, defaults=None), log, machine.clock, Policy())
        keeper.load(["x.py"])
        return [r.id for r in keeper.book.selection.active]

    def files():
        return {p.name: p.read_bytes() for p in machine.state.iterdir() if not p.name.endswith("-shm")}

    before = files()
    assert look() == ["kind"]
    assert files() == before
    machine.end()
    before = files()
    assert list(before) == ["state.db"]
    assert look() == ["kind"]
    assert files() == before
    state_path(machine.state).write_bytes(b"nonsense" * 1000)
    assert look() == ["a"]


def test_a_look_where_there_is_no_database_makes_none(machine):
    assert glance(machine.state, str(machine.root)) == ((), {})
    assert read_history(machine.state, str(machine.root), "", 10) == ((), {})
    assert read_versions(machine.state, str(machine.root), "a") == ()
    assert not machine.state.exists()


# What is not as it should be

NONSENSE = [
    b"",
    "nonsense",
    b"\xff\xfe\x00",
    "{}",
    "[]",
    "null",
    '{"shape": 99, "path": ".ai-rules/a.md"}',
    '{"path": 7}',
    '{"path": ".ai-rules/a.md", "rule": {"id": "a", "path": ".ai-rules/b.md"}}',
    '{"path": ".ai-rules/a.md", "rule": {"id": [], "path": ".ai-rules/a.md"}}',
    '{"path": ".ai-rules/a.md", "flag": ["rule", "a", false]}',
    '{"path": "\\udce9", "rule": 3}',
    "[" * 100_000,
    '{"path": ' * 50_000,
    17,
    2.5,
]


@pytest.mark.parametrize("data", NONSENSE, ids=lambda d: repr(d)[:40])
def test_an_event_that_was_edited_by_hand_is_told_and_passed_over(machine, data):
    path = machine.write(rule("One"))
    machine.server()
    machine.end()
    machine.edit(("update rule_events set data = ?", data))
    server = machine.starting()
    assert kinds(server.load()) == [("rule_added", path)]
    assert descriptions(server) == {"a": "One"}
    (said,) = machine.problems()
    assert "cannot be read" in said
    odd, good = machine.events()
    assert isinstance(odd, Unreadable)
    assert (odd.event_id, bool(odd.reason)) == (1, True)
    assert isinstance(good, RuleEvent)
    assert good.event_id == 2


@pytest.mark.parametrize(
    "column", ["event_type", "rule_id", "version", "timestamp", "causation_id", "correlation_id", "path"]
)
@pytest.mark.parametrize("value", [b"\xff", 7, "?", b""])
def test_any_value_in_any_column_is_survived(machine, column, value):
    machine.write(rule("One"))
    machine.server()
    machine.end()
    machine.edit((f"update rule_events set {column} = ?", value))
    server = machine.server()
    assert descriptions(server) == {"a": "One"}
    machine.write(rule("Two"))
    server.reload([".ai-rules/a.md"])
    assert descriptions(server) == {"a": "Two"}
    numbers = machine.numbers()
    assert numbers == list(range(1, len(numbers) + 1))
    read_history(machine.state, str(machine.root), "a", 5)


@pytest.mark.parametrize("number", ["text", b"bytes", -4, 2**63 - 1, 2.5])
def test_a_number_that_is_none_of_ours_stops_nobody(machine, number):
    machine.write(rule("One"))
    machine.server()
    machine.end()
    machine.edit(("update rule_events set event_id = ?", number))
    server = machine.server()
    assert descriptions(server) == {"a": "One"}
    machine.write(rule("Two"))
    assert [e.event_type for e in server.reload([".ai-rules/a.md"])] == ["rule_changed"]
    machine.events()


def test_missing_events_are_told_and_numbers_go_on(machine):
    path = machine.write(rule("0"))
    server = machine.server()
    for n in range(1, 5):
        machine.write(rule(str(n)))
        server.reload([path])
    machine.end()
    machine.edit(("delete from rule_events where event_id in (2, 4)",))
    again = machine.starting()
    assert list(again.load()) == []
    (said,) = machine.problems()
    assert said.startswith("2 events are missing from the rule history")
    machine.write(rule("5"))
    (event,) = again.reload([path])
    assert event.event_id == 6


def test_a_clock_that_jumps_back_changes_no_order(machine):
    path = machine.write(rule("One"))
    server = machine.server()
    machine.clock.time -= timedelta(days=400)
    machine.write(rule("Two"))
    server.reload([path])
    machine.end()
    again = machine.starting()
    assert list(again.load()) == []
    assert descriptions(again) == {"a": "Two"}
    first, second = machine.events()
    assert first.timestamp > second.timestamp
    assert first.event_id < second.event_id


def test_a_newer_database_is_left_as_it_is(machine):
    path = machine.write(rule("One"))
    machine.server()
    machine.end()
    machine.edit(("insert into migrations values ('something of the future', '2027-01-01')",), ("drop table rules",))
    before = machine.rows()
    server = machine.server()
    machine.write(rule("Two"))
    server.reload([path])
    assert descriptions(server) == {"a": "Two"}
    server.switch(Flag("rule", "a", enabled=False), "command")
    assert server.book.selection.active == ()
    said = machine.problems()
    assert "newer version" in said[0]
    assert machine.rows() == before
    assert [p.name for p in machine.state.iterdir() if "damaged" in p.name] == []


@pytest.mark.parametrize("harm", ["nonsense", "cut", "middle", "missing table"])
def test_a_damaged_database_is_set_aside_and_told_of(machine, harm):
    path = machine.write(rule("One"))
    machine.server()
    machine.end()
    database = state_path(machine.state)
    data = bytearray(database.read_bytes())
    if harm == "nonsense":
        data = b"This is no database. " * 500
    elif harm == "cut":
        data = data[: len(data) // 2 - 100]
    elif harm == "middle":
        data[4096:] = os.urandom(len(data) - 4096)
    database.write_bytes(data)
    if harm == "missing table":
        machine.edit(("drop table rule_events",))
        data = database.read_bytes()
    server = machine.server()
    assert descriptions(server) == {"a": "One"}
    machine.write(rule("Two"))
    server.reload([path])
    assert descriptions(server) == {"a": "Two"}
    said = machine.problems()
    (aside,) = [p for p in machine.state.iterdir() if ".damaged-" in p.name]
    assert str(aside) in said[0]
    assert aside.read_bytes() == data
    machine.end()
    again = machine.starting()
    assert list(again.load()) == []
    assert machine.problems() == []


def test_a_full_disk_keeps_nothing_back_and_is_made_up_for(machine):
    path = machine.write(rule("One"))
    server = machine.server()
    db = machine.stores[0]._db
    pages = db.execute("pragma page_count").fetchone()[0]
    db.execute(f"pragma max_page_count = {pages}")
    machine.write(rule("Two") + "Long. " * 20_000)
    assert kinds(server.reload([path])) == [("rule_changed", path)]
    assert descriptions(server) == {"a": "Two"}
    (said,) = machine.problems()
    assert "cannot be written (database or disk is full)" in said
    machine.write(rule("Three") + "Longer. " * 20_000)
    server.reload([path])
    assert machine.problems() == []
    assert machine.numbers() == [1]
    db.execute("pragma max_page_count = 1000000")
    machine.write(rule("Four"))
    server.reload([path])
    assert machine.numbers() == [1, 2, 3, 4]
    assert [e.rule.description for e in machine.events()] == ["One", "Two", "Three", "Four"]


@pytest.mark.parametrize("harm", ["file", "link"])
def test_a_state_folder_that_cannot_be_used_is_told_once(machine, tmp_path, harm):
    path = machine.write(rule("One"))
    if harm == "file":
        machine.state.write_text("not a folder")
    else:
        machine.state.mkdir()
        (tmp_path / "theirs").write_text("theirs")
        state_path(machine.state).symlink_to(tmp_path / "theirs")
    server = machine.server()
    machine.write(rule("Two"))
    server.reload([path])
    server.switch(Flag("rule", "b", enabled=False), "command")
    assert descriptions(server) == {"a": "Two"}
    (said,) = machine.problems()
    assert "cannot be written" in said
    if harm == "link":
        assert (tmp_path / "theirs").read_text() == "theirs"


def test_a_database_that_is_locked_for_long_is_written_later(machine, monkeypatch):
    monkeypatch.setattr("rulewright.services.state.connect.BUSY_MS", 1)
    path = machine.write(rule("One"))
    server = machine.server()
    other = sqlite3.connect(state_path(machine.state), isolation_level=None)
    other.execute("begin immediate")
    machine.write(rule("Two"))
    server.reload([path])
    assert descriptions(server) == {"a": "Two"}
    assert "locked" in machine.problems()[0]
    other.execute("rollback")
    other.close()
    machine.write(rule("Three"))
    server.reload([path])
    assert machine.numbers() == [1, 2, 3]


def test_an_applied_migration_is_not_done_again(machine):
    machine.server()
    names = [name for name, _ in migrations.MIGRATIONS]
    assert machine.rows("select name from migrations order by rowid") == [(name.encode(),) for name in names]
    machine.end()
    machine.server()
    assert len(machine.rows("select name from migrations")) == len(names)


def test_doctor_says_how_the_database_is(machine):
    def told():
        return [(r.state, r.text.replace(str(machine.state), "<state>")) for r in examine_state(machine.state)]

    assert told() == [("ok", "No history of rules is kept yet; <state>/state.db can be made.")]
    assert not machine.state.exists()
    machine.write(rule("One"))
    machine.server()
    assert told() == [("ok", "<state>/state.db holds 1 rule event of 1 project.")]
    machine.end()
    state_path(machine.state).write_bytes(b"nonsense " * 1000)
    ((state, message),) = told()
    assert (state, "no sound database" in message) == ("warning", True)
    machine.server()
    machine.end()
    assert [state for state, _ in told()] == ["ok", "note"]
    machine.edit(("insert into migrations values ('of the future', '')",))
    assert "newer version" in told()[0][1]


# Sudden ends

WRITER = """
import sys
from pathlib import Path
from rulewright.core.rules.select import Policy
from rulewright.services.clock import SystemClock
from rulewright.services.files import ProjectRuleFiles
from rulewright.services.rules import RuleKeeper
from rulewright.services.state.rule_log import StateEventLog
from rulewright.services.state.store import NotWritten, StateStore

state, root = map(Path, sys.argv[1:])
clock = SystemClock()
log = StateEventLog(StateStore(state, clock.now), str(root))
keeper = RuleKeeper(ProjectRuleFiles(root, defaults=None), log, clock, Policy())
keeper.load()
number = 0
while True:
    number += 1
    (root / ".ai-rules/a.md").write_text(f"Rule {number}.\\n" + "More. " * (number % 700))
    for event in keeper.reload([".ai-rules/a.md"]):
        print(event.event_id, event.content_hash, flush=True)
"""


@pytest.mark.parametrize("n_announced", [1, 7, 40])
def test_what_was_announced_outlives_a_kill_in_the_middle_of_a_write(machine, n_announced):
    for _ in range(int(os.environ.get("RULEWRIGHT_TEST_KILLS", "2"))):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(machine.state), str(machine.root)],
            stdout=subprocess.PIPE,
            env=environment(),
        )
        announced = [writer.stdout.readline() for _ in range(n_announced)]
        writer.send_signal(signal.SIGKILL)
        announced += writer.stdout.read().splitlines(keepends=True)
        writer.wait()
        writer.stdout.close()
        told = [line.split() for line in announced if line.endswith(b"\n")]
        assert len(told) >= n_announced
        kept = {e.event_id: e.content_hash for e in machine.events()}
        assert {int(number): digest.decode() for number, digest in told}.items() <= kept.items()
        assert list(kept) == list(range(1, len(kept) + 1))
        assert machine.rows("pragma integrity_check") == [(b"ok",)]
    again = machine.server()
    machine.end()
    assert machine.problems() == []
    assert list(machine.starting().load()) == []
    assert again.book.entries[".ai-rules/a.md"].status == "active"


def test_a_rule_without_a_file_reaches_another_server_when_it_looks(machine):
    first, second = machine.server(), machine.server()
    origin = table_origin("table:kind.md")
    first.put(origin, b"Be kind.", "command")
    second.look()
    assert set(second.book.entries) == {"table:kind.md"}
    first.put(origin, b"Be kinder.", "command")
    second.load()
    assert second.book.entries["table:kind.md"].revision == 2
    first.put(origin, None, "command")
    second.look()
    assert set(second.book.entries) == set()
    assert machine.numbers() == [1, 2, 3]


def test_a_store_that_was_closed_is_not_opened_again_by_what_comes_late(tmp_path):
    store = StateStore(tmp_path / "state", Clock().now)
    store.write(lambda db: None)
    store.close()
    (tmp_path / "state").rename(tmp_path / "moved")
    assert store.read(lambda db: "read", "nothing") == "nothing"
    with pytest.raises(NotWritten):
        store.write(lambda db: None)
    assert not (tmp_path / "state").exists()
    assert store.take_problems() == ()
