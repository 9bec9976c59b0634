"""Ghost text over the protocol: what is suggested, what is asked of a model, and what never is."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lsprotocol import types as t

from rulewright.core.models import Capabilities
from rulewright.core.models import Failed as ModelFailed
from rulewright.core.permissions import Principal
from rulewright.ghost_gateway import BLOCK
from rulewright.services.models.scripted import Drop, Fail, Say, ScriptedProvider, Stall, Step
from tests.harness.gateways import NO_PRINT, make_gateway, write_rules
from tests.harness.inline_code import InlineCode
from tests.harness.lsp_memory import FULL, MemoryClient, Refused, connect

FOR_COMPLETION = """\
---
globs: ["**/*.py"]
completion:
  - "Use `decimal.Decimal` for money."
  - "Use `decimal.Decimal` for money."
---
"""
GHOSTS = {**FULL, "textDocument": {**FULL["textDocument"], "inlineCompletion": {}}}
HOST = "def total(prices):\n    result = 0\n    \n    return result\n"
INVOKED, TYPED = 1, 2


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    write_rules(root, {"no-print.md": NO_PRINT, "money.md": FOR_COMPLETION})
    (root / "other.py").write_text("def in_euros(price):\n    return price\n")
    return root


def provider_of(*steps: Step, infill: bool = True, extra: bool = True) -> ScriptedProvider:
    capabilities = Capabilities(infill=infill, infill_extra=extra)
    return ScriptedProvider(lambda _: list(steps), name="one", capabilities=capabilities)


@asynccontextmanager
async def editor(
    project: Path,
    *providers: ScriptedProvider,
    capabilities: Any = GHOSTS,
    with_code: bool = True,
    **settings: Any,
) -> AsyncIterator[MemoryClient]:
    code = InlineCode(project.parent / "cache") if with_code else None
    gateway = make_gateway(code, providers=providers)
    async with connect(gateway) as client:
        models = [{"name": one.name, "provider": "llamacpp", "roles": ["complete", "chat"]} for one in providers]
        mine = {"debounce_ms": 0, **settings}
        options = {"rulewright": {"models": models, "ghost_text": mine}}
        await client.initialize(capabilities, root=project, options=options)
        yield client


def question(uri: str, line: int, character: int, kind: int = TYPED, **context: Any) -> dict[str, Any]:
    position = {"line": line, "character": character}
    return {"textDocument": {"uri": uri}, "position": position, "context": {"triggerKind": kind, **context}}


def asked(client: MemoryClient, uri: str, line: int, character: int, kind: int = TYPED, **context: Any) -> Any:
    return client.ask(t.TEXT_DOCUMENT_INLINE_COMPLETION, question(uri, line, character, kind, **context))


def asked_to_cancel(client: MemoryClient, uri: str, line: int, character: int) -> tuple[Any, Any]:
    """The answer to come, and what to send when nobody wants it."""
    message = client.request_message(t.TEXT_DOCUMENT_INLINE_COMPLETION, question(uri, line, character))
    answer = client.answer_to(message)
    client.send(message)
    return answer, lambda: client.notify("$/cancelRequest", {"id": message["id"]})


def texts(answer: Any) -> list[str]:
    return [item["insertText"] for item in answer["items"]] if answer else []


async def why(client: MemoryClient, uri: str) -> str:
    told = await client.request(
        t.WORKSPACE_EXECUTE_COMMAND, {"command": "rulewright.whyNoSuggestion", "arguments": [uri]}
    )
    return str(told["why_not"])


def typed(client: MemoryClient, uri: str, line: int, character: int, text: str, version: int) -> None:
    at = {"line": line, "character": character}
    client.notify(
        t.TEXT_DOCUMENT_DID_CHANGE,
        {
            "textDocument": {"uri": uri, "version": version},
            "contentChanges": [{"range": {"start": at, "end": at}, "text": text}],
        },
    )


async def test_what_a_model_says_stands_behind_the_cursor(project: Path) -> None:
    provider = provider_of(Say("for price in prices:\n        result += price"))
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", HOST)
        answer = await asked(client, uri, 2, 4)
        assert texts(answer) == ["for price in prices:\n        result += price"]
        at = {"line": 2, "character": 4}
        assert answer["items"][0]["range"] == {"start": at, "end": at}
        (request,) = provider.requests
        assert request.purpose == "complete"
        assert request.infill is not None
        assert request.infill.prefix.text == "def total(prices):\n    result = 0\n    "
        assert request.infill.suffix.text == "\n    return result\n"
        (hints,) = [part.text for part in request.infill.extra if part.label == "rules"]
        assert hints == "# Rules of this project:\n# - Use `decimal.Decimal` for money.\n"
        asks = {"command": "rulewright.receipt", "arguments": []}
        async with asyncio.timeout(10):
            # No suggestion waits until its call is kept.
            while "for: complete" not in (receipt := await client.request(t.WORKSPACE_EXECUTE_COMMAND, asks)):
                assert receipt == "No call of a model is kept yet.\n"
        assert "| before: code | a.py:1-3 |" in receipt


async def test_where_extra_text_is_not_taken_rules_stand_in_front(project: Path) -> None:
    provider = provider_of(Say("pass"), extra=False)
    async with editor(project, provider) as client:
        await asked(client, client.open(project / "a.py", HOST), 2, 4)
        infill = provider.requests[0].infill
        assert infill is not None
        assert infill.extra == ()
        assert infill.prefix.text.startswith(
            "# Rules of this project:\n# - Use `decimal.Decimal` for money.\ndef total"
        )


async def test_a_model_that_only_chats_is_asked_in_words(project: Path) -> None:
    provider = provider_of(Say("```python\nresult += sum(prices)\n```"), infill=False)
    async with editor(project, provider) as client:
        answer = await asked(client, client.open(project / "a.py", HOST), 2, 4)
        assert texts(answer) == ["result += sum(prices)"]
        assert provider.requests[0].infill is None
        assert "Decimal" in "".join(message.text for message in provider.requests[0].messages)


async def test_what_is_typed_as_it_says_costs_no_call(project: Path) -> None:
    provider = provider_of(Say("result = sum(prices)"))
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", HOST)
        assert texts(await asked(client, uri, 2, 4)) == ["result = sum(prices)"]
        typed(client, uri, 2, 4, "result", 2)
        assert texts(await asked(client, uri, 2, 10)) == [" = sum(prices)"]
        assert len(provider.requests) == 1
        # Another document that the prompt did not use changes nothing; what stands behind the cursor does.
        typed(client, uri, 3, 0, "    x = 1\n", 3)
        await asked(client, uri, 2, 10)
        assert len(provider.requests) == 2


async def test_in_a_long_file_it_is_known_too(project: Path) -> None:
    provider = provider_of(Say("result = sum(prices)"))
    async with editor(project, provider) as client:
        above = "".join(f"x{n} = {n}\n" for n in range(3_000))
        uri = client.open(project / "a.py", above + HOST)
        assert texts(await asked(client, uri, 3_002, 4)) == ["result = sum(prices)"]
        typed(client, uri, 3_002, 4, "res", 2)
        assert texts(await asked(client, uri, 3_002, 7)) == ["ult = sum(prices)"]
        assert len(provider.requests) == 1
        # Far above something else stands now.
        typed(client, uri, 0, 0, "y", 3)
        await asked(client, uri, 3_002, 7)
        assert len(provider.requests) == 2


async def test_a_call_under_way_serves_who_types_what_it_says(project: Path) -> None:
    may_go_on = asyncio.Event()

    async def pause(seconds: float) -> None:
        await (may_go_on.wait() if seconds else asyncio.sleep(0))

    steps = [Say("result = "), Stall(1), Say("sum(prices)")]
    can = Capabilities(infill=True, infill_extra=True)
    provider = ScriptedProvider([steps], name="one", capabilities=can, pause=pause)
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", HOST)
        first, cancel = asked_to_cancel(client, uri, 2, 4)
        await provider.began.wait()
        cancel()
        with pytest.raises(Refused):
            await first
        typed(client, uri, 2, 4, "res", 2)
        second = asked(client, uri, 2, 7)
        may_go_on.set()
        assert texts(await second) == ["ult = sum(prices)"]
        assert len(provider.requests) == 1


async def test_a_call_that_nobody_wants_any_more_is_stopped(project: Path) -> None:
    provider = provider_of(Say("result = "), Stall())
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", HOST)
        first = asked(client, uri, 2, 4)
        await provider.began.wait()
        typed(client, uri, 2, 4, "yield", 2)
        second, cancel = asked_to_cancel(client, uri, 2, 9)
        assert texts(await first) == []
        cancel()
        with pytest.raises(Refused):
            await second
        assert provider.n_abandoned >= 1


async def test_whoever_types_fast_is_answered_once_for_each_key(project: Path) -> None:
    provider = provider_of(Say("prices)"))
    async with editor(project, provider, debounce_ms=30) as client:
        uri = client.open(project / "a.py", HOST)
        waiting = []
        for number, letter in enumerate("result = sum("):
            typed(client, uri, 2, 4 + number, letter, 2 + number)
            waiting.append(asked(client, uri, 2, 5 + number))
        answers = await asyncio.gather(*waiting)
        assert [texts(answer) for answer in answers[:-1]] == [[]] * (len(answers) - 1)
        assert texts(answers[-1]) == ["prices)"]
        assert len(provider.requests) == 1


async def test_a_suggestion_that_breaks_a_check_is_mended_by_its_fix(project: Path) -> None:
    provider = provider_of(Say("print(prices)"))
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", HOST)
        assert texts(await asked(client, uri, 2, 4)) == ["log(prices)"]


async def test_a_suggestion_that_cannot_be_mended_is_dropped_and_told(project: Path) -> None:
    write_rules(project, {"no-print.md": NO_PRINT.replace("  fix: log($A)\n", "")})
    provider = provider_of(Say("print(prices)"))
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", HOST)
        assert texts(await asked(client, uri, 2, 4)) == []
        assert await why(client, uri) == "no-print forbids what was suggested: Use the log"


async def test_the_mark_of_a_secret_is_no_suggestion(project: Path) -> None:
    async with editor(project, provider_of(Say("key = '[redacted: password]'"))) as client:
        uri = client.open(project / "a.py", HOST)
        assert texts(await asked(client, uri, 2, 4)) == []
        assert "mark of a secret" in await why(client, uri)


async def test_what_was_wrong_before_is_no_reason(project: Path) -> None:
    write_rules(project, {"no-print.md": NO_PRINT.replace("  fix: log($A)\n", "")})
    provider = provider_of(Say("result = 1"))
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", "print(1)\n\nprint(2)\n")
        assert texts(await asked(client, uri, 1, 0)) == ["result = 1"]


@pytest.mark.parametrize(
    ("text", "line", "character", "settings", "reason"),
    [
        ("def f():\n    return long\n", 1, 11, {}, "more than closing|word"),
        ("x", 0, 1, {}, "fewer than 10"),
        (HOST, 2, 4, {"enabled": False}, "ghost_text.enabled"),
        (HOST, 2, 4, {"languages": ["*", "!python"]}, "off for python"),
        ("x = 1  # a comment \ny = 2\n", 0, 19, {"comments": False}, "in a comment"),
        ("x = 'some text'\ny = 2\n", 0, 14, {"strings": False}, "in a string"),
    ],
)
async def test_it_is_quiet_and_says_why(
    project: Path, text: str, line: int, character: int, settings: dict[str, Any], reason: str
) -> None:
    provider = provider_of(Say("no"))
    async with editor(project, provider, **settings) as client:
        uri = client.open(project / "a.py", text)
        assert texts(await asked(client, uri, line, character)) == []
        assert provider.requests == []
        said = await why(client, uri)
        assert any(part in said for part in reason.split("|")), said


async def test_snoozing_is_for_what_comes_unasked(project: Path) -> None:
    provider = provider_of(Say("result += 1"))
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", HOST)
        run = {"command": "rulewright.snooze", "arguments": [5]}
        await client.request(t.WORKSPACE_EXECUTE_COMMAND, run)
        assert texts(await asked(client, uri, 2, 4)) == []
        assert "snoozed for 5 more minutes" in await why(client, uri)
        assert texts(await asked(client, uri, 2, 4, INVOKED)) == ["result += 1"]
        await client.request(t.WORKSPACE_EXECUTE_COMMAND, {"command": "rulewright.wake", "arguments": []})
        assert texts(await asked(client, uri, 2, 4)) == ["result += 1"]


@pytest.mark.parametrize(
    "steps",
    [
        [Stall()],
        [Drop()],
        [Fail(ModelFailed("unreachable", "It is down."))],
    ],
)
async def test_where_no_model_answers_the_index_does(project: Path, steps: Sequence[Step]) -> None:
    provider = provider_of(*steps)
    async with editor(project, provider, deadline_ms=60) as client:
        uri = client.open(project / "a.py", "def unusual_name():\n    pass\n\n\nunusu\n")
        assert texts(await asked(client, uri, 4, 5)) == ["al_name"]


async def test_without_an_index_a_dead_model_is_told(project: Path) -> None:
    provider = provider_of(Fail(ModelFailed("unreachable", "It is down.")))
    async with editor(project, provider, with_code=False) as client:
        uri = client.open(project / "a.py", HOST)
        assert texts(await asked(client, uri, 2, 4)) == []
        assert await why(client, uri) == "It is down."


async def test_what_there_is_at_the_deadline_counts(project: Path) -> None:
    provider = provider_of(Say("result += 1\n    result += 2\n    resu"), Stall())
    async with editor(project, provider, deadline_ms=100) as client:
        uri = client.open(project / "a.py", HOST)
        assert texts(await asked(client, uri, 2, 4)) == ["result += 1\n    result += 2"]


async def test_the_row_that_is_selected_in_the_menu_is_extended(project: Path) -> None:
    provider = provider_of(Say("(prices)"))
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", HOST.replace("    \n", "    su\n"))
        row = {"range": {"start": {"line": 2, "character": 4}, "end": {"line": 2, "character": 6}}, "text": "sum"}
        answer = await asked(client, uri, 2, 6, selectedCompletionInfo=row)
        assert texts(answer) == ["sum(prices)"]
        assert answer["items"][0]["range"] == row["range"]
        infill = provider.requests[0].infill
        assert infill is not None
        assert infill.prefix.text.endswith("    sum")
        assert texts(await asked(client, uri, 2, 6, selectedCompletionInfo={**row, "text": "min"})) == []


async def test_what_stands_to_the_right_is_never_repeated(project: Path) -> None:
    provider = provider_of(Say("prices)\n    return result"))
    async with editor(project, provider) as client:
        text = HOST.replace("    \n", "    result = sum()\n")
        uri = client.open(project / "a.py", text)
        answer = await asked(client, uri, 2, 17)
        ((item,),) = [answer["items"]]
        lines = text.split("\n")
        line = lines[2]
        end = item["range"]["end"]["character"]
        assert line[:17] + item["insertText"] + line[end:] == "    result = sum(prices)"


async def test_an_emoji_before_the_cursor_moves_nothing(project: Path) -> None:
    provider = provider_of(Say("y = 2"))
    utf16 = {**GHOSTS, "general": {"positionEncodings": ["utf-16"]}}
    async with editor(project, provider, capabilities=utf16) as client:
        uri = client.open(project / "a.py", "x = '😀😀'; \r\nz = 3\r\n")
        answer = await asked(client, uri, 0, 12)
        infill = provider.requests[0].infill
        assert infill is not None
        assert infill.prefix.text == "x = '😀😀'; "
        assert answer["items"][0]["range"]["start"] == {"line": 0, "character": 12}


async def test_editors_without_ghost_text_have_it_in_their_menu(project: Path) -> None:
    provider = provider_of(Say("result = sum(prices)\n    result += 1"))
    async with editor(project, provider, capabilities=FULL) as client:
        uri = client.open(project / "a.py", HOST)
        params = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 4}, "context": {"triggerKind": 1}}
        listed = await client.request(t.TEXT_DOCUMENT_COMPLETION, params)
        row = listed["items"][0]
        assert row["label"] == "result = sum(prices) …"
        assert row["textEdit"]["newText"] == "result = sum(prices)\n    result += 1"
        assert row["detail"] == "Rulewright, by one"
        assert listed["isIncomplete"]


async def test_a_menu_that_takes_snippets_gets_one(project: Path) -> None:
    provider = provider_of(Say('result = f"${total}"\n    result += "\\n"'))
    document = {**FULL["textDocument"], "completion": {"completionItem": {"snippetSupport": True}}}
    async with editor(project, provider, capabilities={**FULL, "textDocument": document}) as client:
        uri = client.open(project / "a.py", HOST)
        params = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 4}, "context": {"triggerKind": 1}}
        row = (await client.request(t.TEXT_DOCUMENT_COMPLETION, params))["items"][0]
        assert row["insertTextFormat"] == 2
        assert row["textEdit"]["newText"] == 'result = f"\\${total\\}"\nresult += "\\\\n"'


async def test_a_menu_does_not_wait_long(project: Path) -> None:
    provider = provider_of(Stall(0.05), Say("result += 1"))
    async with editor(project, provider, capabilities=FULL, menu_wait_ms=0) as client:
        uri = client.open(project / "a.py", HOST)
        params = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 4}, "context": {"triggerKind": 1}}
        listed = await client.request(t.TEXT_DOCUMENT_COMPLETION, params)
        assert listed["isIncomplete"]
        assert [row for row in listed["items"] if row.get("detail", "").startswith("Rulewright")] == []


async def test_no_model_no_suggestion_and_nothing_is_imported(project: Path) -> None:
    async with editor(project) as client:
        uri = client.open(project / "a.py", HOST)
        assert await asked(client, uri, 2, 4) is None
        assert (
            await client.request(
                t.WORKSPACE_EXECUTE_COMMAND, {"command": "rulewright.whyNoSuggestion", "arguments": []}
            )
            is None
        )
        shown = [m["params"]["message"] for m in client.messages if m.get("method") == "window/showMessage"]
        assert any('role "complete"' in text for text in shown)


async def test_other_files_help_and_their_change_is_noticed(project: Path) -> None:
    provider = provider_of(Say("result = in_euros(prices)"))
    async with editor(project, provider) as client:
        other = client.open(project / "other.py", (project / "other.py").read_text())
        uri = client.open(project / "a.py", f"from other import in_euros\n\n\n{HOST.replace('0', 'in_euros(0)')}")
        await client.settled()
        await asked(client, uri, 5, 4)
        infill = provider.requests[0].infill
        assert infill is not None
        found = [part.source.path for part in infill.extra if part.source]
        assert found == ["other.py"]
        await asked(client, uri, 5, 4)
        assert len(provider.requests) == 1
        typed(client, other, 0, 0, "# more\n", 2)
        await asked(client, uri, 5, 4)
        assert len(provider.requests) == 2


async def test_a_file_that_is_withheld_is_shown_to_no_model(project: Path) -> None:
    (project / ".aiignore").write_text("secret.py\n")
    provider = provider_of(Say("x"))
    async with editor(project, provider) as client:
        uri = client.open(project / "secret.py", HOST)
        assert texts(await asked(client, uri, 2, 4)) == []
        assert "total" not in json.dumps([msgspec.to_builtins(one) for one in provider.requests])
        assert await why(client, uri)


async def test_two_equal_requests_are_one_call(project: Path) -> None:
    provider = provider_of(Say("result = sum(prices)"))
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", HOST)
        both = await asyncio.gather(asked(client, uri, 2, 4), asked(client, uri, 2, 4))
        assert [texts(one) for one in both] == [["result = sum(prices)"]] * 2
        assert len(provider.requests) == 1


async def test_snoozing_counts_for_who_waits_for_a_rest(project: Path) -> None:
    provider = provider_of(Say("result = 1"))
    async with editor(project, provider, debounce_ms=200) as client:
        uri = client.open(project / "a.py", HOST)
        waiting = asked(client, uri, 2, 4)
        await client.request(t.WORKSPACE_EXECUTE_COMMAND, {"command": "rulewright.snooze", "arguments": [1]})
        assert texts(await waiting) == []
        assert provider.requests == []
        assert "1 more minute " in await why(client, uri)


@pytest.mark.parametrize("behind", [3, 300])
async def test_an_answer_is_joined_over_any_place_of_a_long_file(project: Path, behind: int) -> None:
    may_go_on = asyncio.Event()

    async def pause(seconds: float) -> None:
        await (may_go_on.wait() if seconds else asyncio.sleep(0))

    can = Capabilities(infill=True, infill_extra=True)
    provider = ScriptedProvider([[Say("resu"), Stall(1), Say("lt += 1")]], name="one", capabilities=can, pause=pause)
    head = "def total(prices):\n    result = 0\n    "
    line = f"# {'x' * 100}\n"
    n_before = 2 * BLOCK - behind - len(head)
    before = f"{(line * (n_before // len(line) + 1))[: n_before - 1]}\n{head}"
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", f"{before}\n    return result\n")
        row = before.count("\n")
        first, cancel = asked_to_cancel(client, uri, row, 4)
        await provider.began.wait()
        cancel()
        with pytest.raises(Refused):
            await first
        typed(client, uri, row, 4, "resu", 2)
        second = asked(client, uri, row, 8)
        may_go_on.set()
        assert texts(await second) == ["lt += 1"]


async def test_whoever_may_ask_no_model_has_their_list_all_the_same(project: Path) -> None:
    gateway = make_gateway(InlineCode(project.parent / "cache"), providers=[provider_of(Say("no"))])
    gateway.open_for(Principal("ann", "Ann", frozenset(["read"]), "t1"), lambda _: None)
    async with connect(gateway) as client:
        models = [{"name": "one", "provider": "llamacpp", "roles": ["complete"]}]
        await client.initialize(FULL, root=project, options={"rulewright": {"models": models}})
        uri = client.open(project / "a.py", HOST)
        params = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 4}}
        assert await client.request(t.TEXT_DOCUMENT_COMPLETION, params)
