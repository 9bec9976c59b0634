"""Calls of models are kept as the settings say, for as long as they say, and what they add up to stays."""

import sqlite3
from datetime import timedelta

import pytest

from rulewright.core.interaction import Interaction, as_kept
from rulewright.services.state.places import state_path
from tests.harness.conversations import Desk

SECRET = "the quick zebrafinch"


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path / "state")
    yield made
    made.end()


def call(name="c1", **facts):
    receipt = {"parts": [{"text": SECRET, "path": "a.py", "tokens": 7}], "rules": ["no-eval"]}
    known = {
        "workspace": "w",
        "root": "/project",
        "user": "ann",
        "prompt": f"Say {SECRET}",
        "response": f"I say {SECRET}",
        "model": "m-1",
        "tokens_in": 100,
        "tokens_out": 20,
        "latency_ms": 1500,
        "cost_micro": 30,
        "receipt": receipt,
    }
    return Interaction(id=name, **{**known, **facts})


def everything(desk):
    return b"".join(p.read_bytes() for p in desk.folder.rglob("*") if p.is_file())


def test_a_whole_call_comes_back_as_it_was_and_can_be_replayed(desk):
    program = desk.program()
    session = program.begin("hello")
    assert program.interactions.record(call(session=session)) == ""
    program.end()
    found = desk.program().interactions.replayable("c1")
    assert isinstance(found, Interaction)
    assert (found.prompt, found.response, found.receipt, found.session) == (
        call().prompt,
        call().response,
        call().receipt,
        session,
    )
    assert found.at.startswith("2026-03-02T12:00")
    assert state_path(desk.folder).stat().st_mode & 0o777 == 0o600


def test_of_a_hashed_call_there_is_no_text_and_the_rest_says_why(desk):
    desk.keep = "hashed"
    program = desk.program()
    program.interactions.record(call())
    program.interactions.record(call("c2"))
    found = program.interactions.find("c1")
    assert found.prompt.startswith("sha256:")
    assert found.receipt["parts"][0] == {
        "text": as_kept(call(), "hashed").receipt["parts"][0]["text"],
        "path": "a.py",
        "tokens": 7,
    }
    assert found.prompt == program.interactions.find("c2").prompt
    said = program.interactions.replayable("c1")
    assert "only hashes of its texts were kept" in said
    program.end()
    assert SECRET.encode() not in everything(desk)


def test_where_nothing_is_kept_only_counts_are(desk):
    desk.keep = "none"
    program = desk.program()
    program.interactions.record(call())
    said = program.interactions.replayable("c1")
    assert "Nothing is kept of a call c1" in said
    assert program.interactions.usage("model")[0].calls == 1
    program.end()
    assert SECRET.encode() not in everything(desk)


def test_what_calls_add_up_to(desk):
    program = desk.program()
    program.interactions.record(call("a"))
    program.interactions.record(call("b", model="m-2", tokens_in=1000, outcome="failed", user="bob"))
    desk.clock.time += timedelta(days=2)
    program.interactions.record(call("c", workspace="v", root="/other"))
    usage = program.interactions.usage
    assert [(u.name, u.calls, u.tokens_in, u.failed) for u in usage("model")] == [
        ("m-2", 1, 1000, 1),
        ("m-1", 2, 200, 0),
    ]
    assert [(u.name, u.calls) for u in usage("day")] == [("2026-03-04", 1), ("2026-03-02", 2)]
    assert [(u.name, u.calls) for u in usage("workspace")] == [("/project", 2), ("/other", 1)]
    assert [(u.name, u.cost_micro, u.latency_ms) for u in usage("model", user="ann")] == [("m-1", 60, 3000)]
    assert [u.name for u in usage("day", since_days=1)] == ["2026-03-04"]
    assert usage("model", user="nobody") == ()


def test_calls_of_a_conversation_go_with_it_and_the_counts_stay(desk):
    program = desk.program()
    session = program.begin("hello")
    program.interactions.record(call(session=session))
    program.interactions.record(call("other"))
    assert program.interactions.of_session(session) == ("c1",)
    program.sessions.delete(session)
    assert isinstance(program.interactions.find("c1"), str)
    assert isinstance(program.interactions.find("other"), Interaction)
    assert program.interactions.usage("model")[0].calls == 2


def test_old_calls_are_deleted_and_the_counts_stay(desk):
    program = desk.program()
    program.interactions.record(call("old"))
    program.interactions.tidy()
    for _ in range(31):
        desk.clock.time += timedelta(days=1)
        program.interactions.tidy()
    program.interactions.record(call("new"))
    desk.clock.time += timedelta(days=1)
    program.interactions.tidy()
    assert isinstance(program.interactions.find("old"), str)
    assert isinstance(program.interactions.find("new"), Interaction)
    assert program.interactions.usage("model")[0].calls == 2
    program.end()


@pytest.mark.parametrize("jump", [timedelta(days=3650), timedelta(days=-3650)])
def test_a_clock_that_jumps_and_comes_back_deletes_nothing(desk, jump):
    program = desk.program()
    program.interactions.tidy()
    desk.clock.time += timedelta(hours=2)
    program.interactions.record(call())
    for _ in range(3):
        desk.clock.time += jump
        program.interactions.tidy()
        desk.clock.time += timedelta(minutes=10)
        desk.program().interactions.tidy()
        desk.clock.time -= jump
        program.interactions.tidy()
        desk.clock.time += timedelta(hours=5)
        program.interactions.tidy()
    assert isinstance(program.interactions.find("c1"), Interaction)


def test_who_comes_once_a_month_has_old_calls_deleted_too(desk):
    program = desk.program()
    program.interactions.record(call())
    for _ in range(3):
        program.interactions.tidy()
        desk.clock.time += timedelta(days=35)
    assert isinstance(program.interactions.find("c1"), str)


def test_a_call_that_cannot_be_written_is_written_later(desk, monkeypatch):
    monkeypatch.setattr("rulewright.services.state.connect.BUSY_MS", 1)
    program, other = desk.program(), desk.program()
    program.interactions.record(call("a"))
    lock = sqlite3.connect(state_path(desk.folder), isolation_level=None)
    lock.execute("begin immediate")
    assert "locked" in program.interactions.record(call("b"))
    assert "locked" in program.interactions.record(call("c"))
    assert isinstance(other.interactions.find("b"), str)
    lock.execute("rollback")
    lock.close()
    program.interactions.tidy()
    assert isinstance(other.interactions.find("b"), Interaction)
    assert [u.calls for u in other.interactions.usage("model")] == [3]
    program.interactions.tidy()
    assert [u.calls for u in other.interactions.usage("model")] == [3]


@pytest.mark.parametrize("harm", ["receipt = '['", "receipt = x'ff'", "kept = 'perhaps'", "latency_ms = 'long'"])
def test_a_call_that_was_edited_by_hand_counts_as_not_kept(desk, harm):
    program = desk.program()
    program.interactions.record(call())
    program.store.write(lambda db: db.execute(f"update llm_interaction set {harm}"))
    assert isinstance(program.interactions.find("c1"), str)


def test_texts_that_are_none_are_kept_as_what_they_look_like(desk):
    program = desk.program()
    assert program.interactions.record(call(prompt="\ud83d", receipt={"text": "\ud83d", "\ud83d": [1, None]})) == ""
    found = program.interactions.find("c1")
    assert (found.prompt, found.receipt) == ("\ufffd", {"text": "\ufffd", "\ufffd": [1, None]})
