"""A question in a conversation: what a model is told, what is kept, and what becomes of faults."""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rulewright import chat_gateway
from rulewright.chat_gateway import Asking
from rulewright.chat_shelf import NoFinder
from rulewright.core.chat.events import Answering, Asked, Done, Failed, Grew, Noticed, Prepared
from rulewright.core.chat.ports import About
from rulewright.core.models import Delta
from rulewright.core.models import Failed as ModelFailed
from rulewright.core.prompt.conversation import Piece
from rulewright.core.prompt.receipt import as_markdown, digest_of, prompt_of, read_receipt, request_of
from rulewright.core.routing import NoModel
from rulewright.features.chat_context import At
from rulewright.services.models.scripted import Drop, Fail, Say, ScriptedProvider, Stall
from tests.harness.gateways import write_rules
from tests.harness.talks import talks

RULE = """\
---
description: Log, do not print
globs: ["**/*.py"]
priority: 9
---
People read logs.
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    (root / "src").mkdir(parents=True)
    (root / "rulewright.toml").write_text("")
    write_rules(root, {"no-print.md": RULE})
    (root / "src" / "cart.py").write_text("".join(f"def f{n}():\n    return {n}\n" for n in range(100)))
    (root / "notes.txt").write_text("apples\n")
    return root


def model(*scripts: list, name: str = "one") -> ScriptedProvider:
    return ScriptedProvider(scripts, name=name)


def sent(provider: ScriptedProvider, number: int = -1) -> str:
    return "\n".join(f"[{m.role}] {m.text}" for m in provider.requests[number].messages)


async def test_a_question_is_answered_and_kept(project: Path) -> None:
    provider = model([Say("It adds apples.", chunk=5)])
    with talks(project, provider) as talk:
        events = await talk.ask("What does @src/cart.py do?", interface="cli", at=At(path="notes.txt", line=1))
        assert [type(event) for event in events] == [Asked, Prepared, Answering, Grew, Grew, Grew, Done]
        asked, prepared, answering, *_, done = events
        assert (prepared.intent, prepared.rules, prepared.context) == ("explain", ("no-print",), ("src/cart.py",))
        assert (answering.model, answering.why) == ("one", "because there is no other")
        assert done.message.id == answering.message_id
        assert done.message.plain == "It adds apples."
        assert (done.message.model, done.message.rules, done.message.interaction_id) == (
            "one",
            ("no-print",),
            done.interaction_id,
        )
        assert talk.texts(asked.session.id) == [
            ("user", "whole", "What does @src/cart.py do?"),
            ("assistant", "whole", "It adds apples."),
        ]
        assert "".join(heard.text for heard in talk.heard) == "It adds apples."
        assert talk.heard[-1].is_last
        told = sent(provider)
        assert "People read logs." in told
        assert '<part2 file="src/cart.py">\ndef f0():' in told or '<part1 file="src/cart.py">\ndef f0():' in told
        assert provider.requests[0].model == "one-1"
        assert provider.requests[0].purpose == "explain"
        assert provider.n_open == 0


async def test_a_receipt_tells_what_was_sent_to_the_byte(project: Path) -> None:
    provider = model([Say("Well.")])
    with talks(project, provider) as talk:
        *_, done = await talk.ask("explain @src/cart.py:1-4")
        call = talk.chat.receipt(done.interaction_id[:6])
        assert call.id == done.interaction_id
        assert call.prompt == prompt_of(provider.requests[0])
        asked = msgspec.structs.replace(provider.requests[0], estimated_tokens=0)
        assert request_of(call.prompt, project.as_posix(), asked.deadline_s) == asked
        receipt = read_receipt(call.receipt)
        assert receipt is not None
        assert receipt.prompt_hash == digest_of(call.prompt)
        assert [(p.role, p.label, p.path, p.first_line, p.last_line) for p in receipt.parts] == [
            ("system", "frame", "", 0, 0),
            ("system", "rules", "", 0, 0),
            ("user", "context", "src/cart.py", 1, 4),
            ("user", "question", "", 0, 0),
        ]
        assert [rule.id for rule in receipt.rules] == ["no-print"]
        assert receipt.why_intent == 'because it begins with "explain"'
        assert (receipt.tokens_out, receipt.outcome) == (2, "whole")
        page = as_markdown(receipt, call=call.id, at=call.at, prompt=call.prompt, response=call.response)
        assert "| user: context | src/cart.py:1-4 |" in page
        assert "| no-print | .ai-rules/no-print.md |" in page
        assert [one.id for one in talk.chat.receipts()] == [call.id]


async def test_a_call_can_be_sent_again_byte_for_byte(project: Path) -> None:
    provider = model([Say("Once.")], [Say("Twice.")])
    with talks(project, provider) as talk:
        *_, done = await talk.ask("hello there")
        again = [event async for event in talk.chat.replay(talk.project, done.interaction_id)]
        assert Delta("Twice.") in again
        assert prompt_of(provider.requests[0]) == prompt_of(provider.requests[1])
        assert len(talk.texts(done.message and talk.heard[0].session_id)) == 2
        newest, first = await asyncio.to_thread(talk.chat.receipts)
        assert (first.id, newest.session, newest.response, newest.outcome) == (
            done.interaction_id,
            "",
            "Twice.",
            "whole",
        )
        then, now = read_receipt(first.receipt), read_receipt(newest.receipt)
        assert then is not None
        assert now is not None
        assert (now.replay_of, now.prompt_hash, now.parts) == (first.id, then.prompt_hash, then.parts)
        assert f"- replay of: {first.id}\n" in as_markdown(now, call=newest.id, at=newest.at)
        assert newest.tokens_in == first.tokens_in > 0


@pytest.mark.parametrize(
    ("script", "outcome", "failure"),
    [
        ([Say("Half"), Fail(ModelFailed("overloaded", "It is busy."))], "failed", "It is busy."),
        ([Say("Half"), Stall()], "stopped", ""),
    ],
)
async def test_what_became_of_a_call_that_was_sent_again_is_kept(
    project: Path, script: list[Any], outcome: str, failure: str
) -> None:
    provider = model([Say("Once.")], script)
    with talks(project, provider) as talk:
        *_, done = await talk.ask("hello there")
        async with aclosing(talk.chat.replay(talk.project, done.interaction_id)) as again:
            async for event in again:
                if isinstance(event, Delta) and outcome == "stopped":
                    break
        newest, _ = await asyncio.to_thread(talk.chat.receipts)
        receipt = read_receipt(newest.receipt)
        assert (newest.response, newest.outcome, receipt and receipt.failure) == ("Half", outcome, failure)
        assert provider.n_open == 0


async def test_a_call_is_not_sent_again_over_the_budget(project: Path) -> None:
    provider = model([Say("Once.")], [Say("Twice.")])
    with talks(project, provider) as talk:
        *_, done = await talk.ask("hello there")
        settings = msgspec.structs.replace(
            talk.project.settings, limits=msgspec.structs.replace(talk.project.settings.limits, tokens_per_day=50)
        )
        here = msgspec.structs.replace(talk.project, settings=settings)
        (refused,) = [event async for event in talk.chat.replay(here, done.interaction_id)]
        assert isinstance(refused, ModelFailed)
        assert (refused.kind, len(provider.requests)) == ("budget", 1)
        assert "limits.tokens_per_day" in refused.message
        assert len(await asyncio.to_thread(talk.chat.receipts)) == 1


async def test_a_call_is_not_sent_again_to_a_model_elsewhere_where_only_local_ones_are_asked(project: Path) -> None:
    provider = model([Say("Once.")], [Say("Twice.")])
    with talks(project, provider) as talk:
        *_, done = await talk.ask("hello there")
        chat = msgspec.structs.replace(talk.project.settings.chat, local_only=True)
        settings = msgspec.structs.replace(talk.project.settings, chat=chat)
        here = msgspec.structs.replace(talk.project, settings=settings)
        with pytest.raises(NoModel, match=r"not on this machine, and chat\.local_only is set"):
            await anext(talk.chat.replay(here, done.interaction_id))
        assert len(provider.requests) == 1


async def test_the_same_state_is_told_in_the_same_bytes(project: Path) -> None:
    provider = ScriptedProvider(lambda _: [Say("Yes.")], name="one")
    with talks(project, provider) as talk:
        for _ in range(2):
            await talk.ask("review @src/cart.py", at=At(path="src/cart.py", line=100, first_line=3, last_line=9))
        assert prompt_of(provider.requests[0]) == prompt_of(provider.requests[1])


async def test_what_was_said_before_is_told(project: Path) -> None:
    provider = ScriptedProvider(lambda request: [Say(f"Answer {len(request.messages)}.")], name="one")
    with talks(project, provider) as talk:
        asked, *_ = await talk.ask("first")
        await talk.ask("second", session=asked.session.id)
        assert [(m.role, m.text) for m in provider.requests[1].messages[1:]] == [
            ("user", "first"),
            ("assistant", "Answer 2."),
            ("user", "second"),
        ]


async def test_answer_again_in_place_of_the_last_answer(project: Path) -> None:
    provider = model([Say("Bad.")], [Say("Good.")])
    with talks(project, provider) as talk:
        asked, *_ = await talk.ask("try")
        again, *_, done = await talk.ask(session=asked.session.id[:6], regenerate=True)
        assert again == Asked(again.session, asked.message)
        assert again.session.id == asked.session.id
        assert done.message.plain == "Good."
        assert talk.texts(asked.session.id) == [("user", "whole", "try"), ("assistant", "whole", "Good.")]
        assert prompt_of(provider.requests[0]) == prompt_of(provider.requests[1])


async def test_of_two_questions_asked_at_once_both_answers_are_told_later(project: Path) -> None:
    are_kept = asyncio.Event()

    async def until_both_are_kept(seconds: float) -> None:
        if len(provider.requests) == 3:
            are_kept.set()
        if seconds:
            await are_kept.wait()

    provider = ScriptedProvider(
        lambda r: [*[Stall(1)] * (len(r.messages) > 2), Say(f"To {r.messages[-1].text[-3:]}.")],
        name="one",
        pause=until_both_are_kept,
    )
    with talks(project, provider) as talk:
        asked, *_ = await talk.ask("begin")
        session = asked.session.id
        await asyncio.gather(talk.ask("one", session=session), talk.ask("two", session=session))
        await talk.ask("end", session=session)
        told = [(m.role, m.text) for m in provider.requests[-1].messages[1:]]
        assert [role for role, _ in told] == ["user", "assistant", "user", "assistant", "user"]
        assert {"one", "two"} <= set(told[2][1].split("\n\n"))
        assert set(told[3][1].split("\n\n")) == {"To one.", "To two."}


async def test_a_greeting_brings_nothing_along(project: Path) -> None:
    class Finds(NoFinder):
        async def find(self, question: str, path: str, line: int, tokens: int) -> About:
            return About([Piece(text="x = 1\n", what="a.py:1-1", why=question)])

    provider = ScriptedProvider(lambda _: [Say("Ok.")], name="one")
    with talks(project, provider) as talk:
        for said, brings in {"Hello there!": 0, "thanks": 0, "pagination": 1, "`hello`": 1, "more apples": 1}.items():
            _, prepared, *_ = await talk.ask(said, shelf=talk.shelf(Finds()))
            assert len(prepared.context) == brings, said
        _, prepared, *_ = await talk.ask("hello", at=At(path="src/gone.py", line=1))
        assert prepared.remarks == ("src/gone.py is not there, so nothing of it goes along.",)


async def test_there_is_nothing_to_answer_again_before_anything_was_asked(project: Path) -> None:
    with talks(project, model([Say("no")])) as talk:
        assert await talk.ask(regenerate=True) == [Failed(chat_gateway.NOT_ASKED)]


async def test_to_edit_a_question_is_to_go_another_way_from_there(project: Path) -> None:
    provider = ScriptedProvider(lambda _: [Say("Yes.")], name="one")
    with talks(project, provider) as talk:
        first, *_ = await talk.ask("one")
        second, *_ = await talk.ask("two", session=first.session.id)
        other, *_ = await talk.ask("2", session=first.session.id, edit=second.message.id)
        assert other.session.id != first.session.id
        assert [text for _, _, text in talk.texts(other.session.id)] == ["one", "Yes.", "2", "Yes."]
        assert [text for _, _, text in talk.texts(first.session.id)] == ["one", "Yes.", "two", "Yes."]
        start, *_ = await talk.ask("1", session=first.session.id, edit=first.message.id)
        assert [text for _, _, text in talk.texts(start.session.id)] == ["1", "Yes."]
        (refused,) = await talk.ask("x", session=first.session.id, edit="nowhere")
        assert refused == Failed("There is no one message nowhere in this conversation.")


async def test_who_stops_reading_stops_the_model_and_what_there_is_stays(project: Path) -> None:
    provider = model([Say("Half an", chunk=4), Stall()])
    with talks(project, provider) as talk:
        events = talk.chat.ask(talk.project, talk.shelf(), Asking(text="long one"))
        seen = []
        async for event in events:
            seen.append(event)
            if len([e for e in seen if isinstance(e, Grew)]) == 2:
                break
        await events.aclose()
        assert (provider.n_open, provider.n_abandoned) == (0, 1)
        session = seen[0].session.id
        assert talk.texts(session)[1] == ("assistant", "stopped", "Half an")
        (call,) = talk.chat.receipts(session)
        assert (call.outcome, call.response) == ("stopped", "Half an")


async def test_a_cancelled_reader_too(project: Path) -> None:
    provider = model([Say("Half"), Stall()])
    with talks(project, provider) as talk:
        grown = asyncio.Event()

        async def read() -> None:
            async for event in talk.chat.ask(talk.project, talk.shelf(), Asking(text="long one")):
                if isinstance(event, Grew):
                    grown.set()

        task = asyncio.create_task(read())
        await grown.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert provider.n_open == 0
        (session,) = talk.door.list(talk.me, project)
        assert talk.texts(session.id)[1] == ("assistant", "stopped", "Half")


async def test_who_stops_before_the_first_word_leaves_one_answer_and_no_other(project: Path) -> None:
    with talks(project, model([Stall()])) as talk:
        events = talk.chat.ask(talk.project, talk.shelf(), Asking(text="long one"))
        seen = [await anext(events), await anext(events)]
        assert isinstance(seen[-1], Prepared)
        await events.aclose()
        assert talk.texts(seen[0].session.id)[1:] == [("assistant", "stopped", "")]


@pytest.mark.parametrize("is_read_on", [True, False])
async def test_a_conversation_that_is_deleted_while_it_is_answered(project: Path, *, is_read_on: bool) -> None:
    with talks(project, model([Say("Half an answer", chunk=4)])) as talk:
        events = talk.chat.ask(talk.project, talk.shelf(), Asking(text="tell me"))
        asked = await anext(events)
        async for event in events:
            if isinstance(event, Grew):
                break
        talk.door.delete(talk.me, asked.session.id)
        rest = [event async for event in events] if is_read_on else []
        await events.aclose()
        assert rest[-1:] == ([Failed(chat_gateway.DELETED)] if is_read_on else [])
        # The call is gone with it, and what it cost counts.
        assert talk.chat.receipts() == ()
        assert talk.door.spent_today(talk.me)["chat"].tokens > 0


async def test_a_model_that_breaks_off_leaves_what_it_said(project: Path) -> None:
    with talks(project, model([Say("Half"), Drop()])) as talk:
        asked, *_, failed = await talk.ask("tell me")
        assert failed.text == "one broke off in the middle of its answer."
        assert failed.message.plain == "Half"
        assert talk.texts(asked.session.id)[1] == ("assistant", "failed", "Half")


async def test_another_model_answers_where_one_is_down_and_that_is_said(project: Path) -> None:
    down = ModelFailed("unreachable", "one cannot be reached: nobody listens there.")
    first, second = model([Fail(down)]), model([Say("Here.")], name="two")
    with talks(project, first, second) as talk:
        *_, done = events = await talk.ask("hello")
        assert Noticed("one cannot be reached: nobody listens there. two is asked instead.") in events
        assert done.message.model == "two"
        receipt = read_receipt(talk.chat.receipt(done.interaction_id).receipt)
        assert [(tried.model, tried.outcome) for tried in receipt.tried] == [("one", down.message), ("two", "")]


async def test_nobody_answers_and_everybody_who_looks_sees_why(project: Path) -> None:
    down = ModelFailed("unreachable", "Nobody listens there.")
    with talks(project, model([Fail(down)], [Say("Now.")])) as talk:
        asked, *_, failed = await talk.ask("hello")
        assert (failed.text, failed.message.status, failed.message.note) == (down.message, "failed", down.message)
        assert talk.texts(asked.session.id) == [("user", "whole", "hello"), ("assistant", "failed", "")]
        # Asked again, the first attempt is no part of what was said.
        *_, done = await talk.ask("hello", session=asked.session.id)
        assert done.message.plain == "Now."


async def test_no_model_is_set_up(project: Path) -> None:
    with talks(project) as talk:
        (failed,) = await talk.ask("hello")
        assert await asyncio.to_thread(talk.door.list, talk.me, project) == ()
        assert failed.text.startswith("No model is set up. `rulewright models list` shows")


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_nothing_was_asked(project: Path, text: str) -> None:
    with talks(project, model()) as talk:
        assert await talk.ask(text) == [Failed("There is no question, so nothing was asked.")]
        assert talk.door.list(talk.me, project) == ()


async def test_a_model_without_a_word(project: Path) -> None:
    with talks(project, model([])) as talk:
        *_, failed = await talk.ask("hello")
        assert failed.text == "one answered without a word. Ask again, or another model."


async def test_a_budget_stops_before_anything_is_sent(project: Path) -> None:
    provider = model([Say("no")])
    dear = [{"name": "one", "provider": "openai", "price_in": 100.0, "price_out": 1000.0}]
    with talks(project, provider, models=dear, limits={"usd_per_day": 0.5}) as talk:
        *_, failed = await talk.ask("hello")
        assert failed.text.startswith("Nothing was sent: it would have cost about $4.")
        assert "(limits.usd_per_day)" in failed.text
        assert provider.requests == []


async def test_what_was_spent_today_counts(project: Path) -> None:
    provider = ScriptedProvider(lambda _: [Say("word " * 100)], name="one")
    with talks(project, provider, limits={"tokens_per_day": 4_300}) as talk:
        *_, done = await talk.ask("hello")
        assert isinstance(done, Done)
        assert done.tokens_in > 50
        *_, failed = await talk.ask("hello")
        assert isinstance(failed, Failed)
        assert f"{done.tokens_in + done.tokens_out:,} of the 4,300 of today are used" in failed.text


async def test_a_secret_is_taken_out_and_that_is_said(project: Path) -> None:
    key = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4O5p6Q7r8"
    provider = model([Say("I see.")])
    with talks(project, provider) as talk:
        *_, done = events = await talk.ask(f"is {key} right?")
        assert key not in sent(provider)
        assert any(isinstance(e, Noticed) and "was taken out of what was sent" in e.text for e in events)
        call = talk.chat.receipt(done.interaction_id)
        assert key not in call.prompt
        assert read_receipt(call.receipt).notices


async def test_files_that_no_model_sees_are_named_and_not_sent(project: Path) -> None:
    (project / ".env").write_text("TOKEN=abc\n")
    (project / ".aiignore").write_text("notes.txt\n")
    provider = model([Say("Ok.")])
    with talks(project, provider) as talk:
        _, prepared, *_ = await talk.ask("compare @.env and @notes.txt with @../outside.txt and @cart.pyx and @cart.py")
        assert "apples" not in sent(provider)
        assert "TOKEN" not in sent(provider)
        assert "def f0()" in sent(provider)
        told = "\n".join(prepared.remarks)
        assert "@.env " in told
        assert "@notes.txt " in told
        assert "@../outside.txt names a place outside of the project." in told
        assert "@cart.pyx is not there; there is src/cart.py." in told


async def test_a_selection_a_folder_and_a_command(project: Path) -> None:
    provider = ScriptedProvider(lambda _: [Say("Ok.")], name="one")
    with talks(project, provider) as talk:
        at = At(path="src/cart.py", line=4, first_line=3, last_line=4)
        _, prepared, *_ = await talk.ask("/test @selection", at=at)
        assert (prepared.intent, prepared.context) == ("test", ("src/cart.py:3-4",))
        assert "Write tests in the style" in sent(provider)
        _, prepared, *_ = await talk.ask("look at @src/", at=at)
        assert prepared.context == ("src/cart.py",)
        _, prepared, *_ = await talk.ask("/nonsense", at=at)
        assert prepared.remarks[0].startswith("/nonsense is no command")
        _, prepared, *_ = await talk.ask("/fix @diagnostics @symbol:f1 @map @diff", at=At())
        assert len(prepared.remarks) == 4


async def test_what_was_found_goes_along_and_is_told(project: Path) -> None:
    class Finds:
        async def define(self, name: str, path: str, tokens: int) -> list[Piece]:
            return [Piece(text=f"def {name}(): ...\n", what=name, why="it is defined there")]

        async def find(self, question: str, path: str, line: int, tokens: int) -> About:
            piece = Piece(text="def total(): ...\n", what="src/sum.py:1-1", why='it is about "total"')
            return About([piece], ["The words of 2 files are still being read."])

        async def overview(self, path: str, tokens: int) -> str:
            return "src/cart.py: f0, f1\n"

    provider = ScriptedProvider(lambda _: [Say("Ok.")], name="one")
    with talks(project, provider) as talk:
        _, prepared, *_ = await talk.ask("how is the total of @symbol:Basket made? @map", shelf=talk.shelf(Finds()))
        assert prepared.context == ("Basket", "the map of the project", "src/sum.py:1-1")
        assert prepared.remarks == ("The words of 2 files are still being read.",)
    with talks(project, provider, chat={"find_context": False}) as talk:
        _, prepared, *_ = await talk.ask("how is the total made?", shelf=talk.shelf(Finds()))
        assert prepared.context == ()


async def test_what_rules_say_is_worked_out_once_and_forgotten_in_time(project: Path, monkeypatch: Any) -> None:
    n_made = 0
    made = chat_gateway.rules_text

    def counted(*arguments: Any) -> Any:
        nonlocal n_made
        n_made += 1
        return made(*arguments)

    monkeypatch.setattr(chat_gateway, "rules_text", counted)
    provider = ScriptedProvider(lambda _: [Say("Ok.")], name="one")
    with talks(project, provider) as talk:
        for _ in range(3):
            await talk.ask("explain @src/cart.py")
        assert n_made == 1
        talk.chat._texts._now = lambda: 1e12
        talk.chat.prune()
        assert talk.chat._texts._memory == {}
