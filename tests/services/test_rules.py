"""The rules of a project follow its disk, and keep the last good version of what broke."""

import threading
from datetime import UTC, datetime

import pytest

from rulewright.core.rules.select import Policy
from rulewright.services.events import MemoryEventLog
from rulewright.services.files import ProjectRuleFiles
from rulewright.services.rules import RuleKeeper

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class StoppedClock:
    def now(self):
        return NOON


def rule(words, **keys):
    return "---\n" + "".join(f"{k}: {v}\n" for k, v in {"description": words, **keys}.items()) + "---\n" + words + "\n"


@pytest.fixture
def root(tmp_path):
    (tmp_path / ".ai-rules").mkdir()
    return tmp_path


@pytest.fixture
def keeper(root):
    return make(root)


def make(root, *, defaults=None, policy=None):
    files = ProjectRuleFiles(root, defaults=defaults)
    return RuleKeeper(files, MemoryEventLog(), StoppedClock(), policy or Policy())


def write(root, path, text):
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, "utf-8")
    return path


def descriptions(keeper):
    return {r.id: r.description for r in keeper.book.rules}


def kinds(events):
    return [(e.event_type, e.path) for e in events]


def test_what_is_on_disk_is_loaded_once(root, keeper):
    write(root, ".ai-rules/a.md", rule("One"))
    write(root, "app/.ai-rules/b.md", rule("Two"))
    assert kinds(keeper.load()) == [("rule_added", ".ai-rules/a.md"), ("rule_added", "app/.ai-rules/b.md")]
    assert descriptions(keeper) == {"a": "One", "b": "Two"}
    book = keeper.book
    assert keeper.load() == ()
    assert keeper.book is book


def test_a_changed_file_is_read_again_and_who_holds_the_old_book_keeps_it(root, keeper):
    path = write(root, ".ai-rules/a.md", rule("One"))
    keeper.load()
    before = keeper.book
    write(root, path, rule("Two"))
    assert kinds(keeper.reload([path])) == [("rule_changed", path)]
    assert before.rules[0].description == "One"
    assert descriptions(keeper) == {"a": "Two"}


def test_a_file_that_breaks_keeps_its_last_good_version_and_says_so(root, keeper):
    path = write(root, ".ai-rules/a.md", rule("One"))
    keeper.load()
    write(root, path, "---\ndescription: [\n---\nBroken.\n")
    assert kinds(keeper.reload([path])) == [("rule_rejected", path)]
    assert descriptions(keeper) == {"a": "One"}
    (finding,) = keeper.book.findings
    assert finding.severity == "error"
    assert finding.message.endswith("Keeping the version of `a` from 12:00.")
    write(root, path, rule("Two"))
    assert kinds(keeper.reload([path])) == [("rule_changed", path)]
    assert keeper.book.findings == ()


def test_a_file_that_cannot_be_read_keeps_its_last_good_version_and_says_so(root, keeper):
    path = write(root, ".ai-rules/a.md", rule("One"))
    keeper.load()
    (root / path).unlink()
    (root / path).mkdir()
    assert kinds(keeper.reload([path])) == [("rule_rejected", path)]
    assert descriptions(keeper) == {"a": "One"}
    (finding,) = keeper.book.findings
    assert finding.rule_id == "rulewright/unreadable-rule-file"
    assert finding.message == ("The rule file cannot be read: Is a directory. Keeping the version of `a` from 12:00.")
    assert keeper.reload([path]) == ()
    (root / path).rmdir()
    write(root, path, rule("One"))
    assert kinds(keeper.reload([path])) == [("rule_changed", path)]
    assert keeper.book.findings == ()


def test_a_file_that_could_never_be_read_is_rejected(root, keeper):
    (root / ".ai-rules/a.md").symlink_to("a.md")
    assert kinds(keeper.reload([".ai-rules/a.md"])) == [("rule_rejected", ".ai-rules/a.md")]
    assert keeper.book.rules == ()
    (finding,) = keeper.book.findings
    assert "Too many levels of symbolic links" in finding.message
    assert finding.message.endswith("The rule is not in force.")


def test_a_deleted_file_takes_its_rule_along(root, keeper):
    path = write(root, ".ai-rules/a.md", rule("One"))
    keeper.load()
    (root / path).unlink()
    assert kinds(keeper.reload([path])) == [("rule_removed", path)]
    assert keeper.book.rules == ()
    assert keeper.reload([path]) == ()


@pytest.mark.parametrize("told", [".ai-rules", ".ai-rules/sub", "app", "app/.ai-rules", "rulewright.toml"])
def test_a_folder_that_came_or_went_is_looked_through(root, keeper, told):
    write(root, ".ai-rules/sub/a.md", rule("One"))
    keeper.load()
    (root / ".ai-rules/sub/a.md").unlink()
    (root / ".ai-rules/sub").rmdir()
    write(root, "app/.ai-rules/b.md", rule("Two"))
    assert sorted(kinds(keeper.reload([told]))) == [
        ("rule_added", "app/.ai-rules/b.md"),
        ("rule_removed", ".ai-rules/sub/a.md"),
    ]


def test_a_renamed_folder_takes_its_rules_along(root, keeper):
    write(root, ".ai-rules/old/a.md", rule("One"))
    keeper.load()
    (root / ".ai-rules/old").rename(root / ".ai-rules/new")
    keeper.reload([".ai-rules/old", ".ai-rules/new"])
    assert [r.path for r in keeper.book.rules] == [".ai-rules/new/a.md"]


def test_near_loads_only_what_could_apply(root, keeper):
    for path in (".ai-rules/a.md", "app/.ai-rules/b.md", "lib/.ai-rules/c.md"):
        write(root, path, rule(path))
    keeper.load(["app/main.py"])
    assert sorted(descriptions(keeper)) == ["a", "b"]
    keeper.load()
    assert sorted(descriptions(keeper)) == ["a", "b", "c"]


def test_near_rests_our_own_rules_where_the_project_has_some(root, tmp_path_factory):
    defaults = tmp_path_factory.mktemp("defaults")
    (defaults / "own.md").write_text(rule("Ours", language="python"))
    write(root, ".ai-rules/a.md", rule("Theirs"))
    auto = make(root, defaults=defaults)
    auto.load(["main.py"])
    assert sorted(auto.book.entries) == [".ai-rules/a.md"]
    always = make(root, defaults=defaults, policy=Policy(defaults="always"))
    always.load(["main.py"])
    assert sorted(always.book.entries) == [".ai-rules/a.md", "rulewright:defaults/own.md"]
    (root / ".ai-rules/a.md").unlink()
    auto.load(["main.py"])
    assert sorted(auto.book.entries) == ["rulewright:defaults/own.md"]


def test_other_settings_leave_the_rules_as_they_are(root, keeper):
    write(root, ".ai-rules/a.md", rule("One", alwaysApply="true"))
    keeper.load()
    keeper.set_policy(Policy(disable=("a",)))
    assert [r.id for r in keeper.book.rules] == ["a"]
    assert [r.id for r in keeper.book.selection.active] == []
    write(root, ".ai-rules/b.md", rule("Two", alwaysApply="true"))
    keeper.reload([".ai-rules/b.md"])
    assert [r.id for r in keeper.book.selection.active] == ["b"]


def test_events_are_logged_in_order(root):
    log = MemoryEventLog()
    keeper = RuleKeeper(ProjectRuleFiles(root, defaults=None), log, StoppedClock(), Policy())
    path = write(root, ".ai-rules/a.md", rule("One"))
    keeper.load()
    write(root, path, rule("Two"))
    keeper.reload([path])
    (root / path).unlink()
    keeper.load()
    assert [(e.event_id, e.event_type, e.causation_id.split(":")[0]) for e in log.read()] == [
        (1, "rule_added", "load"),
        (2, "rule_changed", "reload"),
        (3, "rule_removed", "load"),
    ]
    assert len({e.correlation_id for e in log.read()}) == 3
    assert all(e.causation_id.endswith(f":{e.correlation_id}") for e in log.read())
    assert [e.event_id for e in log.read(after=2)] == [3]


def test_changes_from_many_threads_at_once_are_all_taken(root, keeper):
    """Each event has its own number: the log refuses any other."""
    paths = [write(root, f".ai-rules/{n}.md", rule(f"Rule {n}", alwaysApply="true")) for n in range(40)]
    barrier = threading.Barrier(9)
    failures = []

    def reload(own):
        barrier.wait()
        try:
            for path in own:
                keeper.reload([path])
        except ValueError as error:
            failures.append(error)

    threads = [threading.Thread(target=reload, args=(paths[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    barrier.wait()
    keeper.set_policy(Policy(disable=("0",)))
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(keeper.book.rules) == 40
    assert len(keeper.book.selection.active) == 39


def test_the_log_is_bounded_and_refuses_gaps(root, keeper):
    log = MemoryEventLog(max_events=2)
    for n in range(3):
        write(root, f".ai-rules/{n}.md", rule(str(n)))
    events = keeper.load()
    log.append(events)
    assert [e.event_id for e in log.read()] == [2, 3]
    with pytest.raises(ValueError, match="event 1 does not follow 3"):
        log.append(events)


def test_a_rule_file_whose_name_is_not_utf_8_is_a_rule(root, keeper):
    write(root, ".ai-rules/caf\udce9.md", rule("Odd"))
    keeper.load()
    assert descriptions(keeper) == {"caf\udce9": "Odd"}
