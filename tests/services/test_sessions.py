"""Conversations outlive whoever writes them, several may write one at once, and what is deleted is gone."""

import gc
import random
import sqlite3
import threading
import weakref
from datetime import timedelta

import msgspec
import pytest

from rulewright.core.interaction import Interaction
from rulewright.core.session import (
    MAX_MESSAGE_BYTES,
    AnswerGrew,
    Draft,
    MessageAdded,
    Part,
    SessionChanged,
    SessionDeleted,
    Source,
)
from rulewright.core.session_ports import NotWritten
from rulewright.core.session_text import from_json, to_markdown, to_record
from rulewright.services.sessions import searched, shelf
from rulewright.services.sessions.document import Document
from rulewright.services.sessions.opened import NoSession
from rulewright.services.sessions.sessions import Refused
from rulewright.services.state import migrations
from rulewright.services.state.backup import backups
from rulewright.services.state.health import examine_state
from rulewright.services.state.places import state_path
from tests.harness.conversations import Desk

CANARY = "zebrafinch"


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "state")
    yield made
    made.end()


def kinds(events):
    return [type(e).__name__ for e in events]


def count(desk, table, where="1"):
    db = sqlite3.connect(state_path(desk.folder))
    try:
        return db.execute(f"select count(*) from {table} where {where}").fetchone()[0]
    finally:
        db.close()


# What is said


def test_a_conversation_outlives_its_program_with_all_that_belongs_to_it(desk):
    first = desk.program()
    session = first.begin("How?")
    source = Source("src/a.py", 3, 9)
    draft = Draft(
        role="assistant",
        parts=(Part("Like this:"), Part("x = 1\n", "code", source)),
        author="m-1",
        interface="lsp",
        model="m-1",
        rule_version="abc",
        rules=("no-eval", "kind"),
        interaction_id="call",
    )
    first.sessions.append(session, draft)
    first.sessions.update(session, title="T\ud800", model="m-2")
    before = first.sessions.open(session)
    first.end()
    after = desk.program().sessions.open(session)
    assert after == before
    assert [p for m in after.messages for p in m.parts][2].source == source
    s = after.session
    assert (s.title, s.model, s.rule_version, s.rules, s.n_messages) == (
        "T\ufffd",
        "m-2",
        "abc",
        ("no-eval", "kind"),
        2,
    )
    assert desk.problems() == []


def test_what_cannot_be_text_is_kept_as_what_it_looks_like(desk):
    program = desk.program()
    session = program.begin("half \ud83d of a pair", "nul \0 and \x1b[31m")
    assert desk.program().read(session) == ["half \ufffd of a pair", "nul \0 and \x1b[31m"]


def test_an_edit_stands_in_place_of_what_it_edits_and_keeps_it(desk):
    program = desk.program()
    session = program.begin()
    first, second = program.say(session, "one", "two")
    program.sessions.append(session, Draft.text("user", "ONE", supersedes=first))
    (again,) = program.say(session, "three")
    program.sessions.append(
        session, Draft.text("user", "One!", supersedes=program.sessions.open(session).messages[0].id)
    )
    assert program.read(session) == ["One!", "two", "three"]
    assert program.sessions.find(session).n_messages == 3
    assert desk.program().read(session) == ["One!", "two", "three"]
    assert {first, second, again} < {m.id for _, m in program.sessions._shelf.get(session).document.located()}


def test_a_fork_has_the_messages_up_to_one_and_goes_its_own_way(desk):
    program = desk.program()
    session = program.begin()
    first, second, _ = program.say(session, "one", "two", "three")
    program.sessions.append(session, Draft.text("user", "TWO", supersedes=second))
    shown = program.sessions.open(session).messages
    forked = program.sessions.fork(session, shown[1].id, user="bob", title="Other").session
    program.say(forked.id, "else")
    program.say(session, "four")
    assert program.read(forked.id) == ["one", "TWO", "else"]
    assert program.read(session) == ["one", "TWO", "three", "four"]
    assert (forked.user, forked.title, forked.parent.session, forked.parent.message) == (
        "bob",
        "Other",
        session,
        shown[1].id,
    )
    assert desk.program().read(forked.id) == ["one", "TWO", "else"]
    with pytest.raises(Refused, match="no message nowhere"):
        program.sessions.fork(session, "nowhere")
    assert first != shown[1].id


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 100_000_000, "\N{CRAB}" * (MAX_MESSAGE_BYTES // 4 + 1)], ids=len)
def test_what_cannot_be_a_message_is_refused_and_changes_nothing(desk, text):
    program = desk.program()
    session = program.begin("one")
    with pytest.raises(Refused, match=r"too long to keep|says nothing"):
        program.say(session, text)
    assert program.read(session) == desk.program().read(session) == ["one"]
    program.say(session, "x" * MAX_MESSAGE_BYTES)
    assert len(desk.program().read(session)[1]) == MAX_MESSAGE_BYTES


def test_a_title_is_one_line_and_blank_means_none(desk):
    program = desk.program()
    session = program.begin("one")
    assert program.sessions.update(session, title=" a\n b ").session.name == "a b"
    assert program.sessions.update(session, title=" \n").session.name == "one"
    assert program.sessions.create(workspace="w", root="/", user="ann", title="\t").session.title == ""


@pytest.mark.parametrize("name", ["abc", "a b c d", "../../x", "x" * 65, "caf\xe9s", "\ud800" * 9])
def test_an_id_that_could_be_a_path_is_none(desk, name):
    with pytest.raises(Refused, match="cannot be the id"):
        desk.program().sessions.get_or_create(name, workspace="w", root="/", user="ann")


def test_get_or_create_gives_the_same_one_to_all(desk):
    first, second = desk.program(), desk.program()
    made = first.sessions.get_or_create("main-1", workspace="w", root="/", user="ann").session
    assert second.sessions.get_or_create("main-1", workspace="w", root="/", user="ann").session.id == made.id
    assert len(second.sessions.list()) == 1


def test_lists_are_by_user_workspace_and_what_changed_last_whatever_clocks_say(desk):
    program = desk.program()
    old, new = program.begin("old"), program.begin("new")
    program.begin("theirs", user="bob")
    program.begin("elsewhere", workspace="v")
    desk.clock.time -= timedelta(days=4000)
    program.say(old, "again")
    assert [s.id for s in program.sessions.list(workspace="w", user="ann")] == [old, new]
    program.sessions.update(old, archived=True)
    assert [s.id for s in program.sessions.list(workspace="w", user="ann")] == [new]
    assert [s.id for s in program.sessions.list(workspace="w", user="ann", archived=True)] == [old]
    assert len(program.sessions.list(archived=None)) == 4
    assert len(program.sessions.list(archived=None, limit=2)) == 2
    assert program.read(old) == ["old", "again"]


@pytest.mark.parametrize("has_words", [True, False])
def test_words_are_found_wherever_they_were_said(desk, has_words):
    program = desk.program()
    program.sessions._shelf._words = None if has_words else False
    session = program.begin("The Parser drops tabs", "snake_case_name", '50% of a "quote"\'; drop table x')
    other = program.begin("tabs and spaces", user="bob")

    def found(query, **where):
        return [(hit.session.id, hit.excerpt) for hit in program.sessions.search(query, **where)]

    assert found("parser TAB") == [(session, "The Parser drops tabs")]
    assert {s for s, _ in found("tab")} == {session, other}
    assert [s for s, _ in found("tab", user="bob")] == [other]
    assert [s for s, _ in found("snake_case", workspace="w")] == [session]
    assert found("table nowhere") == found("") == found('" * ( NEAR') == found("tab", workspace="v") == []
    assert len(found("50 quote")) == 1


def test_an_edit_is_found_by_its_new_words_and_a_long_message_by_its_first(desk):
    program = desk.program()
    session = program.begin()
    program.say(session, "word " * 60_000 + CANARY)
    assert len(program.sessions.search("word")) == 1
    assert program.sessions.search(CANARY) == ()


# Several at once


def test_programs_that_write_one_conversation_at_once_lose_nothing(desk):
    programs = [desk.program() for _ in range(4)]
    session = programs[0].begin("start")
    barrier = threading.Barrier(len(programs))

    def work(number, program):
        barrier.wait()
        for turn in range(15):
            program.say(session, f"{number}-{turn}")
            if turn % 5 == 0:
                program.sessions.update(session, title=f"by {number}")

    threads = [threading.Thread(target=work, args=item) for item in enumerate(programs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    texts = [program.read(session) for program in [*programs, desk.program()]]
    assert all(t == texts[0] for t in texts)
    assert sorted(texts[0]) == sorted(["start", *(f"{n}-{t}" for n in range(4) for t in range(15))])
    for number in range(4):
        own = [t for t in texts[0] if t.startswith(f"{number}-")]
        assert own == [f"{number}-{t}" for t in range(15)]
    lamports = [m.lamport for m in programs[0].sessions.open(session).messages]
    assert lamports == sorted(set(lamports))
    assert len({p.sessions.open(session).session.title for p in programs}) == 1
    assert desk.problems() == []


def test_each_program_hears_of_what_others_do_once_and_in_order(desk):
    one, other = desk.program(), desk.program()
    assert one.sessions.look() == other.sessions.look() == 0
    session = one.begin("first")
    other.sessions.look()
    assert kinds(other.events) == ["SessionChanged"] or kinds(other.events) == ["MessageAdded"]
    other.events.clear()
    one.say(session, "second")
    one.sessions.update(session, title="T")
    one.say(session, "third")
    assert other.sessions.look() == 3
    assert [e.message.plain for e in other.events if isinstance(e, MessageAdded)] == ["second", "third"]
    assert other.events[-1].session.title == "T"
    other.events.clear()
    one.events.clear()
    other.say(session, "fourth")
    one.say(session, "fifth")
    assert [e.message.plain for e in one.events] == ["fourth", "fifth"]
    one.sessions.look()
    assert len(one.events) == 2
    other.sessions.look()
    assert [e.message.plain for e in other.events] == ["fourth", "fifth"]
    one.sessions.update(session, archived=True)
    other.sessions.look()
    assert isinstance(other.events[-1], SessionChanged)
    one.sessions.delete(session)
    other.sessions.look()
    assert other.events[-1] == SessionDeleted(session, "w")
    with pytest.raises(NoSession):
        other.sessions.open(session)
    assert other.sessions.look() == 0


def test_whoever_applies_all_updates_has_the_same_conversation_also_after_it_was_summed_up(desk, tmp_path):
    one = desk.program()
    session = one.begin(*(f"m{n}" for n in range(10)))
    cursor = one.sessions.last_seq()
    early = one.sessions.updates_after(0)
    one.say(session, "late")
    one.sessions.update(session, title="T")
    shelf_ = one.sessions._shelf
    shelf_._compact(shelf_.get(session))
    assert count(desk, "session_updates") == 0
    assert [u.kind for u in one.sessions.updates_after(0)] == ["snapshot"]
    assert [u.kind for u in one.sessions.updates_after(cursor)] == ["snapshot"]
    assert one.sessions.updates_after(one.sessions.last_seq()) == ()
    far = Desk(tmp_path / "far")
    other = far.program()
    for update in [*early[5:], *one.sessions.updates_after(cursor), *early]:
        assert other.sessions.apply(update)
    assert other.read(session) == one.read(session)
    there, here = other.sessions.find(session), one.sessions.find(session)
    assert (there.title, there.user, there.n_messages) == (here.title, here.user, here.n_messages) == ("T", "ann", 11)
    assert other.sessions.search("late")
    assert not other.sessions.apply(msgspec.structs.replace(early[0], data=b"nonsense"))
    for segment in (-1, 10_000, 2**70):
        assert not other.sessions.apply(msgspec.structs.replace(early[0], segment=segment))
    assert not other.sessions.apply(msgspec.structs.replace(early[0], session_id="../../x"))
    other.sessions.delete(session)
    assert not other.sessions.apply(early[0])
    assert other.sessions.list() == ()
    far.end()


def test_long_conversations_are_in_segments(desk, monkeypatch):
    monkeypatch.setattr("rulewright.services.sessions.document.SEGMENT_MESSAGES", 10)
    one, other = desk.program(), desk.program()
    session = one.begin(*map(str, range(15)))
    other.say(session, *map(str, range(15, 25)))
    one.sessions._shelf._compact(one.sessions._shelf.get(session))
    one.say(session, "last")
    assert desk.program().read(session) == [*map(str, range(25)), "last"]
    assert count(desk, "session_snapshots") == 3
    assert count(desk, "session_updates") == 1


def test_many_changes_are_summed_up_by_themselves(desk, monkeypatch):
    monkeypatch.setattr(shelf, "COMPACT_NOW", 12)
    monkeypatch.setattr(shelf, "COMPACT_SOON", 4)
    one, other = desk.program(), desk.program()
    session = one.begin(*map(str, range(30)))
    assert count(desk, "session_updates") < 14
    other.say(session, *"abcde")
    other.sessions.tidy()
    assert count(desk, "session_updates") == 0
    one.say(session, "z")
    assert desk.program().read(session) == [*map(str, range(30)), *"abcde", "z"]


def test_memory_holds_so_many_bytes_of_conversations_whoever_writes_them(desk, monkeypatch):
    monkeypatch.setattr(shelf, "MAX_OPEN_BYTES", 5_000_000)
    one, other = desk.program(), desk.program()
    held = one.sessions._shelf._open

    def n_bytes():
        return sum(o.document.n_bytes for o in held.values())

    long = "x" * 200_000
    ids = [one.begin(long, long) for _ in range(12)]
    assert n_bytes() <= 5_000_000
    assert list(held) == ids[-len(held) :]
    # Read again, and grown by what is said here and elsewhere.
    for session in ids:
        assert one.read(session) == [long, long]
        one.say(session, long)
        other.say(session, long)
        assert one.read(session) == [long] * 4
        assert n_bytes() <= 5_000_000
    # One alone may be longer than that.
    one.say(ids[0], *[long] * 20)
    assert list(held) == [ids[0]]
    assert one.read(ids[0]) == [long] * 24
    one.sessions.delete(ids[0])
    assert (one.sessions._shelf._n_bytes, one.sessions._shelf._n_messages, held) == (0, 0, {})


def test_what_cannot_be_written_is_in_memory_also_where_room_was_made_meanwhile(desk, monkeypatch):
    one = desk.program()
    session = one.begin("a")

    def write(_):
        one.sessions._shelf.drop(session)
        raise NotWritten("the disk is full")

    with monkeypatch.context() as full:
        full.setattr(one.store, "write", write)
        one.say(session, "b")
    assert one.read(session) == ["a", "b"]
    one.sessions.tidy()
    assert desk.program().read(session) == ["a", "b"]


def test_a_conversation_that_is_let_go_leaves_nothing_in_memory(desk):
    one = desk.program()
    session = one.begin("a", "b")
    (segment,) = one.sessions._shelf.held(session).document.segments.values()
    left = weakref.ref(segment)
    del segment
    one.sessions._shelf.drop(session)
    gc.collect()
    assert left() is None


# Answers


def answering(program, session):
    answer = program.sessions.begin_answer(session, Draft(role="assistant", parts=(), author="m", interface="lsp"))
    assert answer.add("Use ", 1.0) is False
    return answer


def test_an_answer_is_kept_while_it_grows_and_reads_as_stopped_when_its_program_is_gone(desk):
    one, other = desk.program(), desk.program()
    session = one.begin("How?")
    answer = answering(one, session)
    assert answer.add("tabs", 2.9) is False
    assert answer.add(" or", 3.0) is True
    assert answer.save()
    answer.add(" spaces", 3.1)
    assert [(m.plain, m.status) for m in one.sessions.open(session).messages][1] == ("Use tabs or spaces", "partial")
    assert [(m.plain, m.status) for m in other.sessions.open(session).messages][1] == ("Use tabs or", "partial")
    other.say(session, "Meanwhile")
    one.end()
    third = desk.program()
    seen = [(m.plain, m.status) for m in third.sessions.open(session).messages]
    assert seen == [("How?", "whole"), ("Use tabs or", "stopped"), ("Meanwhile", "whole")]
    assert count(desk, "session_answers") == 1
    third.sessions.tidy()
    assert count(desk, "session_answers") == 0
    assert [(m.plain, m.status) for m in other.sessions.open(session).messages] == seen
    assert "ended before it was finished" in third.sessions.open(session).messages[1].note
    assert desk.problems() == []


def test_a_finished_answer_is_one_message_behind_its_question(desk):
    one, other = desk.program(), desk.program()
    session = one.begin("How?")
    with answering(one, session) as answer:
        other.say(session, "Wait")
        answer.add("tabs", 1.1)
        written = answer.finish(interaction_id="call", model="m-2")
    assert written.message.status == "whole"
    for program in (one, other, desk.program()):
        messages = program.sessions.open(session).messages
        assert [(m.plain, m.status) for m in messages] == [("How?", "whole"), ("Use tabs", "whole"), ("Wait", "whole")]
        assert (messages[1].model, messages[1].interaction_id, messages[1].author) == ("m-2", "call", "m")
    assert answer.finish() is written
    assert not answer.save()
    assert count(desk, "session_answers") == 0
    grown = [e for e in one.events if isinstance(e, AnswerGrew)]
    assert [e.message.plain for e in grown] == [""]


@pytest.mark.parametrize(
    ("how", "status"), [("stop", "stopped"), ("fail", "failed"), ("leave", "stopped"), ("raise", "stopped")]
)
def test_an_answer_that_does_not_come_to_its_end_is_whole_all_the_same(desk, how, status):
    one = desk.program()
    session = one.begin("How?")

    def write():
        with answering(one, session) as answer:
            if how == "raise":
                raise TimeoutError
            if how != "leave":
                getattr(answer, how)("The model is gone.")

    if how == "raise":
        with pytest.raises(TimeoutError):
            write()
    else:
        write()
    message = desk.program().sessions.open(session).messages[1]
    assert (message.plain, message.status) == ("Use ", status)
    assert message.note
    one.say(session, "Again")
    assert desk.program().read(session) == ["How?", "Use ", "Again"]


def test_an_answer_of_white_space_alone_has_failed(desk):
    program = desk.program()
    session = program.begin("Say something.")
    answer = program.sessions.begin_answer(session, Draft(role="assistant", parts=()))
    answer.add(" \n", 0.0)
    message = answer.finish().message
    assert (message.status, message.note) == ("failed", "The model answered without a word.")


def test_an_answer_longer_than_can_be_kept_is_cut_off_and_says_so(desk):
    one = desk.program()
    session = one.begin("How?")
    answer = answering(one, session)
    for number in range(5):
        answer.add("\N{CRAB}" * (MAX_MESSAGE_BYTES // 16), number)
    assert answer.is_full
    written = answer.finish()
    assert written.message.status == "stopped"
    assert "8 MB" in written.message.note
    assert len(desk.program().read(session)[1].encode()) <= MAX_MESSAGE_BYTES
    silent = one.sessions.begin_answer(session, Draft(role="assistant", parts=()))
    assert silent.finish().message.status == "failed"


def test_an_answer_in_a_conversation_that_is_deleted_meanwhile_leaves_nothing(desk):
    one, other = desk.program(), desk.program()
    session = one.begin("How?")
    answer = answering(one, session)
    other.sessions.delete(session)
    answer.save()
    with pytest.raises(NoSession):
        answer.finish()
    with pytest.raises(NoSession):
        one.say(session, "x")
    with answering(one, two := one.begin("How?")):
        other.sessions.delete(two)
    assert count(desk, "session_answers") == count(desk, "ai_context") == count(desk, "session_messages") == 0


# Deleting


def test_what_is_deleted_is_in_no_file_any_more(desk):
    one = desk.program()
    one.begin("stays")
    session = one.begin(*(f"{CANARY} {n} " + "filler " * 300 for n in range(30)))
    one.sessions.update(session, title=f"about {CANARY}")
    one.sessions._shelf._compact(one.sessions._shelf.get(session))
    one.say(session, f"more of {CANARY}")
    one.end()
    # While nobody has it open: to close a file of a database lets go of the locks of this process on it.
    assert holding(desk)
    migrations_left(desk)
    one, other = desk.program(), desk.program()
    assert CANARY in other.read(session)[0]
    assert one.sessions.delete(session) == ""
    other.sessions.look()
    other.end()
    one.end()
    assert holding(desk) == []
    third = desk.program()
    assert [s.opening for s in third.sessions.list()] == ["stays"]
    assert third.sessions.search(CANARY) == ()
    with pytest.raises(Refused, match="was deleted"):
        third.sessions.get_or_create(session, workspace="w", root="/", user="ann")
    with pytest.raises(NoSession):
        third.sessions.delete(session)
    assert third.sessions.search("stays")


def migrations_left(desk):
    """Make the next program copy the database before it adds a table."""
    db = sqlite3.connect(state_path(desk.folder))
    name = "how far subscribers have read"
    assert name in [n for n, _ in migrations.MIGRATIONS]
    db.execute("drop table cursors")
    db.execute("delete from migrations where name = ?", (name,))
    db.commit()
    db.close()


def holding(desk):
    return [p.name for p in desk.folder.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()]


def test_what_cannot_be_deleted_stays_and_is_said(desk, monkeypatch):
    monkeypatch.setattr("rulewright.services.state.connect.BUSY_MS", 1)
    one = desk.program()
    session = one.begin("one")
    with locked(desk):
        assert "locked" in one.sessions.delete(session)
    assert one.read(session) == ["one"]
    assert one.sessions.delete(session) == ""


# What is not as it should be


class locked:  # noqa: N801 - reads as a word
    """Another program has the database for itself."""

    def __init__(self, desk):
        self.path = state_path(desk.folder)

    def __enter__(self):
        self.db = sqlite3.connect(self.path, isolation_level=None)
        self.db.execute("begin immediate")

    def __exit__(self, *_):
        self.db.execute("rollback")
        self.db.close()


def test_a_locked_database_is_said_once_and_what_was_said_meanwhile_is_kept_later(desk, monkeypatch):
    monkeypatch.setattr("rulewright.services.state.connect.BUSY_MS", 1)
    one, other = desk.program(), desk.program()
    session = one.begin("one")
    with locked(desk):
        written = one.sessions.append(session, Draft.text("user", "two"))
        assert "locked" in written.problem
        fresh = one.begin("new")
        one.say(session, "three")
        assert one.read(session) == ["one", "two", "three"]
        assert [s.id for s in one.sessions.list()] == [session, fresh] or {s.id for s in one.sessions.list()} == {
            session,
            fresh,
        }
        assert not one.sessions.is_all_kept()
        answer = answering(one, session)
        assert not answer.save()
        answer.finish()
        (said,) = desk.problems()
        assert "locked" in said
        assert other.read(session) == ["one"]
    one.sessions.tidy()
    assert one.sessions.is_all_kept()
    assert other.read(session) == ["one", "two", "three", "Use "]
    assert other.read(fresh) == ["new"]
    assert desk.problems() == []
    with locked(desk):
        one.say(session, "four")
        assert len(desk.problems()) == 1


def test_a_full_disk_loses_nothing_and_is_made_up_for(desk):
    one = desk.program()
    session = one.begin("one")
    db = one.store._db
    db.execute(f"pragma max_page_count = {db.execute('pragma page_count').fetchone()[0] + 1}")
    long = "Long. " * 5000
    written = [one.sessions.append(session, Draft.text("user", f"{n} {long}")) for n in range(5)]
    assert written[-1].problem == "database or disk is full"
    acknowledged = [w.message.plain for w in written if not w.problem]
    other = desk.program()
    assert other.read(session) == ["one", *acknowledged]
    assert len(one.read(session)) == 6
    (said,) = desk.problems()
    assert "disk is full" in said
    db.execute("pragma max_page_count = 1000000")
    one.say(session, "room")
    assert other.read(session) == one.read(session) == ["one", *(w.message.plain for w in written), "room"]
    assert desk.problems() == []


def test_a_change_that_fails_after_another_program_was_merged_loses_neither(desk):
    """A change that others never get would be a gap behind which nothing of this program can be read."""
    one, other = desk.program(), desk.program()
    session = one.begin("one")
    answering(other, session).save()
    other.end()
    real = one.store.write

    def write(work):
        def failing(db):
            work(db)
            raise sqlite3.OperationalError("disk I/O error")

        return real(failing)

    one.store.write = write
    assert one.sessions.append(session, Draft.text("user", "two")).problem == "disk I/O error"
    one.store.write = real
    one.say(session, "three")
    assert desk.program().read(session) == ["one", "Use ", "two", "three"]


def test_a_newer_database_is_read_and_not_written(desk):
    one = desk.program()
    session = one.begin("one")
    one.end()
    db = sqlite3.connect(state_path(desk.folder))
    db.execute("insert into migrations values ('of the future', '2030-01-01')")
    db.commit()
    db.close()
    before = state_path(desk.folder).read_bytes()
    later = desk.program()
    assert later.read(session) == ["one"]
    assert "newer version" in later.sessions.append(session, Draft.text("user", "two")).problem
    assert later.read(session) == ["one", "two"]
    assert "newer version" in later.sessions.delete(session)
    later.sessions.tidy()
    (said,) = desk.problems()
    assert "newer version" in said
    later.end()
    assert state_path(desk.folder).read_bytes() == before


def pages(path):
    """The pages of a database that do not say which tables there are: without those nothing can be read."""
    db = sqlite3.connect(path)
    try:
        schema = {n for (n,) in db.execute("select pageno from dbstat where name = 'sqlite_schema'")}
        (number,) = db.execute("pragma page_count").fetchone()
    finally:
        db.close()
    return [page - 1 for page in range(1, number + 1) if page not in schema]


@pytest.mark.parametrize("seed", [0, 1, 2, *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 20))])
def test_what_can_be_read_of_a_damaged_database_is_taken_over(desk, seed):
    one = desk.program()
    sessions = [one.begin(*(f"{n} of {s}. " + "filler " * 40 for n in range(40))) for s in range(4)]
    one.sessions._shelf._compact(one.sessions._shelf.get(sessions[0]))
    whole = {s: one.read(s) for s in sessions}
    one.end()
    path = state_path(desk.folder)
    data = bytearray(path.read_bytes())
    chance = random.Random(seed)
    for page in chance.sample(pages(path), 3):
        data[page * 4096 : page * 4096 + 4096] = chance.randbytes(4096)
    path.write_bytes(data)
    later = desk.program()
    later.store.look_through()
    found = {s.id: later.read(s.id) for s in later.sessions.list()}
    problems = desk.problems()
    asides = [p for p in desk.folder.glob("state.db.damaged-*") if not p.name.endswith(("-wal", "-shm"))]
    if asides:
        assert any(str(asides[0]) in said for said in problems), problems
        assert asides[0].read_bytes() == bytes(data)
    n_found = sum(len(texts) for texts in found.values())
    assert n_found >= 100, (n_found, problems)
    assert all(set(texts) <= set(whole[session]) for session, texts in found.items())
    for session in found:
        later.say(session, "on it goes")
    third = desk.program()
    assert {s: third.read(s)[-1] for s in found} == dict.fromkeys(found, "on it goes")
    assert third.sessions.search("goes", limit=99)
    db = sqlite3.connect(path)
    assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
    db.close()


def test_a_program_that_has_a_conversation_in_memory_brings_it_into_the_new_database(desk):
    one, other = desk.program(), desk.program()
    session = one.begin("one", "two")
    other.say(session, "three")
    one.sessions.open(session)
    one.store._let_go()
    other.store._let_go()
    path = state_path(desk.folder)
    path.write_bytes(b"This is no database. " * 1000)
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    one.say(session, "four")
    assert one.read(session) == ["one", "two", "three", "four"]
    other.say(session, "five")
    assert other.read(session) == ["one", "two", "three", "four", "five"]
    assert desk.program().read(session) == ["one", "two", "three", "four", "five"]
    assert one.sessions.search("two")


def test_a_database_that_another_program_set_aside_is_not_written_to(desk):
    one, other = desk.program(), desk.program()
    session = one.begin("one")
    other.say(session, "two")
    with pytest.raises(NotWritten):
        one.store.write(lambda db: (_ for _ in ()).throw(sqlite3.OperationalError("nothing")))
    one.store._set_aside(sqlite3.DatabaseError("made up"))
    one.say(session, "three")
    other.say(session, "four")
    assert desk.program().read(session) == ["one", "two", "three", "four"]
    assert one.read(session) == other.read(session)


@pytest.mark.parametrize(
    "harm",
    [
        "update ai_context set conversation_history = 'nonsense'",
        "update ai_context set parent = '[', rules = x'ff'",
        "update ai_context set title = x'fffe', last_seq = 'many'",
        "update session_updates set data = x'00ff00'",
        "update session_updates set segment = 'first' where seq % 2",
        "update session_snapshots set data = 'text'",
        "insert into session_answers values ('m', (select session_id from ai_context), 'nobody', '{', '')",
        "insert into session_answers values ('m', (select session_id from ai_context), '../../x', '{}', '')",
        "delete from session_messages",
    ],
)
def test_rows_that_were_edited_by_hand_stop_nobody(desk, harm):
    one = desk.program()
    session = one.begin("one", "two", "three")
    one.sessions._shelf._compact(one.sessions._shelf.get(session))
    one.say(session, "four")
    one.end()
    db = sqlite3.connect(state_path(desk.folder))
    db.execute(harm)
    db.commit()
    db.close()
    later = desk.program()
    later.sessions.list()
    later.sessions.search("one")
    try:
        later.read(session)
        later.say(session, "five")
        assert later.read(session)[-1] == "five"
    except NoSession:
        assert later.sessions.list() == ()
    later.sessions.tidy()
    other = later.begin("other")
    assert later.read(other) == ["other"]


def test_tables_change_behind_a_copy_and_three_copies_are_kept(desk):
    one = desk.program()
    session = one.begin("one")
    one.end()
    for turn in range(5):
        migrations_left(desk)
        desk.clock.time += timedelta(hours=turn)
        later = desk.program()
        assert later.read(session) == ["one"]
        later.say(session, "more")
        later.sessions.delete(session)
        session = later.begin("one")
        later.end()
    kept = backups(state_path(desk.folder))
    assert len(kept) == 3
    assert {p.stat().st_mode & 0o777 for p in kept} == {0o600}
    for path in kept:
        db = sqlite3.connect(path)
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
        assert db.execute("select count(*) from ai_context").fetchone()[0] <= 1
        db.close()


def test_tables_stay_as_they_are_when_no_copy_can_be_made(desk, monkeypatch):
    one = desk.program()
    session = one.begin("one")
    one.end()
    migrations_left(desk)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rulewright.services.state.store.back_up", full)
    later = desk.program()
    assert later.read(session) == ["one"]
    assert "No space left" in later.sessions.append(session, Draft.text("user", "two")).problem
    assert count(desk, "sqlite_master", "name = 'cursors'") == 0
    monkeypatch.undo()
    later.say(session, "three")
    assert desk.program().read(session) == ["one", "two", "three"]


def test_doctor_counts_what_is_kept_and_finds_what_is_damaged(desk):
    one = desk.program()
    session = one.begin("one", *("filler " * 900 for _ in range(40)))
    one.begin("two")
    one.interactions.record(
        Interaction(id="c", workspace="w", user="ann", session=session, prompt="p", response="r", model="m")
    )
    one.end()
    (remark,) = examine_state(desk.folder)
    assert remark.state == "ok"
    assert remark.text.endswith("state.db holds 0 rule events of 0 projects, 2 conversations, 1 call of models.")
    path = state_path(desk.folder)
    data = bytearray(path.read_bytes())
    page = pages(path)[20] * 4096
    data[page : page + 4096] = random.Random(3).randbytes(4096)
    path.write_bytes(data)
    (remark,) = examine_state(desk.folder)
    assert (remark.state, "no sound database" in remark.text) == ("warning", True)


def test_the_log_is_moved_into_the_database_when_there_is_time(desk):
    one = desk.program()
    session = one.begin(*("x" * 20_000 for _ in range(30)))
    log = desk.folder / "state.db-wal"
    assert log.stat().st_size > 500_000
    one.sessions.tidy()
    before = log.stat().st_size
    one.say(session, *("x" * 20_000 for _ in range(20)))
    assert log.stat().st_size <= before
    assert one.store.checkpoint(for_good=True)
    assert log.stat().st_size == 0


def test_only_this_user_can_read_what_is_kept(desk):
    program = desk.program()
    session = program.begin("one")
    answering(program, session)
    files = [p for p in desk.folder.rglob("*") if p.is_file()]
    assert len(files) >= 3
    assert {p.stat().st_mode & 0o777 for p in files if p.name.startswith("state.db")} == {0o600}
    assert (desk.folder / "running").stat().st_mode & 0o777 == 0o700


# Meaning


def test_conversations_are_found_by_what_they_are_about_where_a_model_says_so(desk):
    program = desk.program()
    cats, cars = program.begin("My cat sleeps"), program.begin("The car is fast")
    asked = []

    def embed(texts):
        asked.append(len(texts))
        return [[float("cat" in t or "kitten" in t), float("car" in t), 0.1] for t in texts]

    program.sessions.embed = embed
    program.sessions.tidy()
    assert count(desk, "ai_context", "embeddings is not null") == 2
    assert [h.session.id for h in program.sessions.search("kitten")] == [cats]
    program.sessions.tidy()
    assert asked == [2, 1]
    program.say(cars, "so fast")
    program.sessions.tidy()
    assert asked == [2, 1, 1]

    def gone(_):
        raise ConnectionRefusedError

    program.sessions.embed = gone
    program.say(cars, "so very fast")
    program.sessions.tidy()
    assert program.sessions.search("kitten") == ()
    assert [h.session.id for h in program.sessions.search("fast")] == [cars, cars, cars]


# Export


def test_what_is_exported_as_json_comes_back_as_it_was(desk, tmp_path):
    one = desk.program()
    session = one.begin("one", "two \N{CRAB}")
    one.sessions.append(
        session, Draft(role="assistant", parts=(Part("x = '```'\n", "code", Source("a.py", 1, 2)),), rules=("r",))
    )
    one.sessions.update(session, title="T")
    before = one.sessions.open(session)
    data = msgspec.json.encode(to_record(before))
    far = Desk(tmp_path / "far")
    other = far.program()
    taken = other.sessions.take_over(from_json(data), workspace="v", root="/other", user="bob").session
    after = other.sessions.open(taken.id)
    assert taken.id == session
    assert [(m.role, m.parts, m.rules) for m in after.messages] == [(m.role, m.parts, m.rules) for m in before.messages]
    again = one.sessions.take_over(from_json(data), workspace="w", root="/", user="ann").session
    assert again.id != session
    assert one.read(again.id) == one.read(session)
    cut = msgspec.structs.replace(before, messages=(msgspec.structs.replace(before.messages[0], status="partial"),))
    imported = one.sessions.take_over(cut, workspace="w", root="/", user="ann").session
    assert [m.status for m in one.sessions.open(imported.id).messages] == ["stopped"]
    page = to_markdown(before)
    assert page.startswith("# T\n")
    assert "````\nx = '```'\n````" in page
    far.end()


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"version": 1}', b"[" * 100_000, b'{"version": "x"}'])
def test_what_was_not_exported_is_told_from_what_was(data):
    with pytest.raises(ValueError, match="no conversation that Rulewright exported"):
        from_json(data)


def test_tests_of_words_run_where_words_can_be_looked_up(desk):
    program = desk.program()
    assert program.store.read(searched.has_words, otherwise=False)
    assert state_path(desk.folder).exists()


@pytest.mark.parametrize(("name", "is_survived"), [("PanicException", True), ("KeyboardInterrupt", False)])
def test_bytes_at_which_the_engine_gives_up_are_no_change(monkeypatch, name, is_survived):
    given_up = type(name, (BaseException,), {})
    document = Document()

    def give_up(_):
        raise given_up

    monkeypatch.setattr(document.segment(0), "_integrate", give_up)
    if is_survived:
        assert document.apply([(0, b"odd")]) == ([], 1)
    else:
        with pytest.raises(given_up):
            document.apply([(0, b"odd")])
