"""Laws of the history of rules: the log is the state, and nothing that is stored can do harm."""

import sqlite3
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rulewright.core.events import Flag, RuleEvent, Unreadable, from_row, to_data
from rulewright.core.rules.applied import rule_version
from rulewright.core.rules.book import RuleBook, Seen, diff, flagged, fold, reread
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import parse
from rulewright.core.rules.rule import Rule
from rulewright.core.rules.select import Flags
from rulewright.features.rule_history import compare, find_version, history, two_newest
from rulewright.services.state import migrations, rule_rows
from rulewright.services.state.connect import text

NOW = "2026-03-02T10:42:00+01:00"
WORKSPACE = "0123456789abcdef"

texts = st.sampled_from(
    [
        "A.",
        "---\nglobs: '*.py'\n---\n",
        "---\nglobs: [\n---\n",
        "---\npriority: 9\nversion: 1.0\n---\nText.\n",
        "---\nid: a\n---\n",
        "---\npriority: high\n---\n",
        "---\nodd: .nan\nmore: .inf\n---\n",
        "---\nlanguage: python\ncheck: {rule: {pattern: f($A)}, fix: g($A)}\n---\n",
    ]
)
names = st.sampled_from(["a.md", "b.md", "10-x/c.md", "caf\udce9.md"])
states = st.dictionaries(names, texts)
flags = st.builds(
    Flag, st.sampled_from(["rule", "source", "everything"]), st.sampled_from(["a", "default", ""]), st.booleans()
)
steps = st.lists(states | flags, min_size=1, max_size=6)


def seen(files: dict[str, str]) -> list[Seen]:
    return [Seen(parse(Origin(f".ai-rules/{p}", p), c.encode())) for p, c in files.items()]


def flag_event(book: RuleBook, flag: Flag) -> list[RuleEvent]:
    if flagged(book.policy.flags, flag) == book.policy.flags:
        return []
    number = book.revision + 1
    return [RuleEvent(event_id=number, event_type="rule_flagged", path=flag.path, rule_id=flag.name, flag=flag)]


def live(turns: list[dict[str, str] | Flag]) -> tuple[RuleBook, list[RuleEvent]]:
    """What a keeper does: the book and the log of it."""
    book, log = RuleBook(), []
    for turn in turns:
        if isinstance(turn, Flag):
            events = flag_event(book, turn)
        else:
            now = seen(turn)
            gone = sorted(set(book.entries) - {s.parsed.path for s in now})
            events = list(diff(book, now, gone, now=f"{NOW[:14]}{len(log):02}{NOW[16:]}", correlation="c"))
        book = fold(book, events)
        log += events
    return book, log


def database() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.text_factory = text
    migrations.migrate(db, NOW)
    return db


def same(one: RuleBook, other: RuleBook) -> bool:
    return (dict(one.entries), one.policy, one.revision) == (dict(other.entries), other.policy, other.revision)


@given(steps)
def test_the_newest_event_of_each_path_folds_to_the_same_book_as_all(turns: list[Any]) -> None:
    book, log = live(turns)
    newest = {event.path: event for event in log}
    assert same(fold(RuleBook(), sorted(newest.values(), key=lambda e: e.event_id)), book)
    assert same(fold(RuleBook(), log), book)


@settings(max_examples=60)
@given(steps)
def test_folding_what_was_stored_gives_the_state(turns: list[Any]) -> None:
    book, log = live(turns)
    db = database()
    rule_rows.insert_events(db, WORKSPACE, log)
    replayed = rule_rows.newest_of_each_path(db, WORKSPACE)
    assert not [e for e in replayed if isinstance(e, Unreadable)]
    files = next((t for t in reversed(turns) if not isinstance(t, Flag)), {})
    # What JSON cannot hold, such as a number that is none, is read again from the file.
    restarted = reread(fold(RuleBook(), [e for e in replayed if isinstance(e, RuleEvent)]), seen(files))
    assert restarted.policy == book.policy
    assert restarted.revision == book.revision
    assert repr(dict(restarted.entries)) == repr({p: book.entries[p] for p in restarted.entries})
    assert set(restarted.entries) == set(book.entries)
    assert (
        diff(restarted, seen(files), sorted(set(restarted.entries) - {s.parsed.path for s in seen(files)}), now="")
        == ()
    )
    db.close()


@settings(max_examples=60)
@example([Flag("everything", "a", enabled=False), {"a.md": "A."}])
@given(steps)
def test_a_row_says_of_each_rule_what_the_book_says(turns: list[Any]) -> None:
    book, log = live(turns)
    db = database()
    rule_rows.insert_events(db, WORKSPACE, log)
    rows = {
        text(p) if isinstance(p, bytes) else p: (s, r)
        for p, s, r in db.execute("select path, status, revision from rules")
    }
    assert {p for p, (status, _) in rows.items() if status != "removed"} == set(book.entries)
    for path, entry in book.entries.items():
        off = book.policy.flags
        is_off = off.everything or "project" in off.sources or entry.rule_id in off.rules
        status = "rejected" if entry.status == "rejected" else "disabled" if is_off else "active"
        assert rows[path] == (status, entry.revision)
    db.close()


@given(steps, states)
def test_the_difference_to_the_disk_leads_to_what_is_on_it(turns: list[Any], disk: dict[str, str]) -> None:
    book, _ = live(turns)
    now = seen(disk)
    gone = sorted(set(book.entries) - {s.parsed.path for s in now})
    after = fold(book, diff(book, now, gone, now=NOW))
    assert {p: e.content_hash for p, e in after.entries.items()} == {s.parsed.path: s.parsed.content_hash for s in now}
    for item in now:
        if not item.parsed.is_broken:
            assert after.entries[item.parsed.path].rule == item.parsed.rule or "nan" in item.parsed.content
    assert diff(after, now, (), now=NOW) == ()


@given(steps)
def test_reading_again_what_was_just_read_changes_nothing(turns: list[Any]) -> None:
    book, _ = live(turns)
    files = next((t for t in reversed(turns) if not isinstance(t, Flag)), {})
    assert repr(dict(reread(book, seen(files)).entries)) == repr(dict(book.entries))


@given(st.lists(flags))
def test_a_switch_stands_as_it_was_turned_last(turned: list[Flag]) -> None:
    off = Flags()
    for flag in turned:
        off = flagged(off, flag)
        assert flagged(off, flag) == off
    last = {(f.kind, f.name if f.kind != "everything" else ""): f.enabled for f in turned}
    assert off.rules == {n for (k, n), on in last.items() if k == "rule" and not on}
    assert off.sources == {n for (k, n), on in last.items() if k == "source" and not on}
    assert off.everything == (not last.get(("everything", ""), True))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(RuleEvent.__struct_fields__)), inner)
    ),
    max_leaves=8,
)
cells = st.none() | st.integers() | st.floats() | st.text(max_size=9) | st.binary(max_size=9)


@given(st.binary(max_size=300) | st.text(max_size=300) | json_values.map(lambda v: repr(v).encode()))
def test_any_bytes_in_the_data_of_an_event_are_survived(data: bytes | str) -> None:
    read = from_row((1, "rule_added", "a", "", NOW, "", "", data))
    assert isinstance(read, RuleEvent | Unreadable)


@given(json_values)
def test_any_json_in_the_data_of_an_event_is_survived(value: Any) -> None:
    for event_type in ("rule_added", "rule_rejected", "rule_flagged"):
        read = from_row((1, event_type, "a", "", NOW, "", "", msgspec.json.encode(value)))
        assert isinstance(read, RuleEvent | Unreadable)
        lines, _ = history([read], {})
        assert len(lines) == 1


@given(st.lists(cells, min_size=8, max_size=8))
def test_any_row_is_survived(row: list[Any]) -> None:
    assert isinstance(from_row(row), RuleEvent | Unreadable)


@given(steps)
def test_a_stored_event_reads_back(turns: list[Any]) -> None:
    for event in live(turns)[1]:
        columns = (event.event_id, event.event_type, event.rule_id, event.version, event.timestamp)
        read = from_row((*columns, event.causation_id, event.correlation_id, to_data(event)))
        assert read == event or "nan" in event.content


@given(steps, st.integers(1, 20))
def test_every_event_is_told_once_and_newest_first(turns: list[Any], limit: int) -> None:
    log = live(turns)[1]
    lines, _ = history(log[-limit:], {})
    assert [line.revision for line in lines] == [e.event_id for e in reversed(log[-limit:])]
    assert all(line.what for line in lines)


@given(steps)
def test_a_comparison_is_empty_for_equal_texts_only(turns: list[Any]) -> None:
    versions = [e for e in live(turns)[1] if e.event_type in {"rule_added", "rule_changed", "rule_rejected"}]
    for one in versions:
        assert find_version(versions, f"#{one.event_id}") is one
        for other in versions:
            assert (compare(one, other).diff == "") == (one.content == other.content)
    newest = two_newest(versions)
    if newest is not None:
        assert newest[0].content != newest[1].content
        assert newest[1] is max(versions, key=lambda e: e.event_id)


rules = st.builds(lambda i, h: Rule(id=i, path="p", content_hash=h), st.text(max_size=3), st.text(max_size=3))


@given(st.lists(rules, max_size=4), st.lists(rules, max_size=4))
def test_a_version_is_that_of_one_set_in_one_order(one: list[Rule], other: list[Rule]) -> None:
    are_equal = [(r.id, r.content_hash) for r in one] == [(r.id, r.content_hash) for r in other]
    if are_equal or not any("\0" in r.id + r.content_hash for r in (*one, *other)):
        assert (rule_version(one) == rule_version(other)) == are_equal
