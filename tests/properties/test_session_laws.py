"""Laws of conversations: copies converge whatever comes in which order and how often, and order is everybody's."""

import itertools
import tempfile
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.core.session import Draft, Message, Part, in_order, one_line, why_not_kept
from rulewright.core.session_text import from_json, shortest, to_markdown, to_record
from rulewright.services.sessions.document import Document
from tests.harness.conversations import Desk

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@st.composite
def messages(draw: st.DrawFn) -> list[Message]:
    """Messages as several nodes could have written them, with edits, repetitions and answers that were cut off."""
    ids = draw(st.lists(st.sampled_from("abcdefgh"), max_size=8))
    return [
        Message(
            role=draw(st.sampled_from(["user", "assistant"])),
            parts=(Part(draw(TEXTS)),),
            id=name,
            lamport=draw(st.integers(1, 6)),
            node=draw(st.sampled_from(["n1", "n2"])),
            at="2026-01-01T00:00:00",
            status=draw(st.sampled_from(["whole", "partial", "stopped", "failed"])),
            supersedes=draw(st.sampled_from(["", "", *"abcdefgh"])),
        )
        for name in ids
    ]


@settings(max_examples=60)
@given(messages(), st.randoms(use_true_random=False))
def test_what_is_shown_does_not_depend_on_the_order_in_which_it_came(written, chance):
    shown = in_order(written)
    shuffled = [*written, *written]
    chance.shuffle(shuffled)
    assert in_order(shuffled) == shown
    assert in_order(shown) == in_order(in_order(shown))


@settings(max_examples=60)
@given(messages())
def test_every_message_is_shown_or_something_stands_in_its_place(written):
    shown = {m.id for m in in_order(written)}
    targets = {m.supersedes for m in written}
    edits = {m.id for m in written if m.supersedes}
    assert {m.id for m in written} - targets - edits <= shown
    assert bool(shown) == bool(written)


WRITES = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["say", "title", "merge", "snapshot"])), max_size=25)


@settings(max_examples=40, deadline=None)
@given(WRITES, st.randoms(use_true_random=False))
def test_copies_that_were_written_apart_converge_in_any_order_with_duplicates(writes, chance):
    copies = [Document() for _ in range(3)]
    changes: list[tuple[int, bytes]] = []
    numbers = itertools.count(1)
    for who, what in writes:
        copy = copies[who]
        if what == "say":
            number = next(numbers)
            message = Message(
                role="user",
                parts=(Part(str(number)),),
                id=f"m{number}",
                lamport=copy.lamport + 1,
                node=f"n{who}",
                at="",
            )
            changes.append(copy.append(message))
        elif what == "title":
            changes.append(copy.set_facts({"title": f"{who}-{next(numbers)}"}))
        elif what == "merge":
            copy.apply(chance.sample(changes, len(changes) // 2))
        else:
            changes += copy.snapshots()
    for copy in copies:
        order = [*changes, *chance.sample(changes, len(changes) // 2)]
        chance.shuffle(order)
        new, n_bad = copy.apply(order)
        assert n_bad == 0
        assert len({m.id for _, m in new}) == len(new)
    said = {m.plain for copy in copies for m in copy.messages()}
    assert len(said) == sum(what == "say" for _, what in writes)
    first = (copies[0].messages(), copies[0].facts())
    assert all((c.messages(), c.facts()) == first for c in copies)
    rebuilt = Document()
    rebuilt.apply(copies[1].snapshots())
    assert (rebuilt.messages(), rebuilt.facts()) == first


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 1), st.sampled_from(["say", "edit", "rename", "tidy", "look", "end", "answer", "fork"])
        ),
        max_size=20,
    )
)
def test_programs_on_one_machine_agree_with_a_list_of_what_was_said(steps):
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        programs = [desk.program(), desk.program()]
        session = programs[0].begin()
        model: list[str] = []
        try:
            for number, (who, what) in enumerate(steps):
                program = programs[who]
                if what == "say":
                    program.say(session, str(number))
                    model.append(str(number))
                elif what == "edit" and model:
                    shown = program.sessions.open(session).messages
                    program.sessions.append(session, Draft.text("user", str(number), supersedes=shown[0].id))
                    model[0] = str(number)
                elif what == "rename":
                    program.sessions.update(session, title=str(number))
                elif what == "tidy":
                    program.sessions.tidy()
                elif what == "look":
                    program.sessions.look()
                elif what == "end":
                    program.end()
                    programs[who] = desk.program()
                elif what == "answer":
                    with program.sessions.begin_answer(session, Draft(role="assistant", parts=())) as answer:
                        answer.add(str(number), number)
                        answer.finish()
                    model.append(str(number))
                elif what == "fork":
                    assert program.read(program.sessions.fork(session).session.id) == model
                assert programs[who].read(session) == model
            assert programs[1].read(session) == programs[0].read(session) == desk.program().read(session) == model
            assert desk.problems() == []
        finally:
            desk.end()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_taken_in_or_are_no_change(data):
    document = Document()
    document.append(Message(role="user", parts=(Part("one"),), id="a", lamport=1, node="n", at=""))
    document.apply([(0, data), (1, data)])
    assert [m.plain for m in document.messages()][:1] == ["one"]


@given(st.text(max_size=200))
def test_any_text_is_a_message_once_it_is_clean(text):
    desk_text = Draft.text("user", text)
    assert why_not_kept(desk_text) == (
        "" if text.strip() else "A message without text says nothing, so none was added."
    )
    assert "\n" not in one_line(text)
    assert len(one_line(text)) <= 80


@settings(max_examples=15, deadline=None)
@given(messages())
def test_an_export_says_all_that_is_shown(written):
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        program = desk.program()
        taken = program.sessions.open(program.begin())
        conversation = msgspec.structs.replace(taken, messages=in_order(written))
        assert from_json(msgspec.json.encode(to_record(conversation))) == conversation
        page = to_markdown(conversation)
        assert page.count("\n## ") >= len(conversation.messages)
        desk.end()


@given(st.lists(st.text("0123456789abcdef", min_size=8, max_size=8), unique=True, max_size=30))
def test_the_shortest_names_name_one_each(ids):
    names = shortest(ids, 4)
    assert all(sum(other.startswith(name) for other in ids) == 1 for name in names.values())
