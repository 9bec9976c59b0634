"""What models do with code over the protocol: offered at once, verified, made as one change or not at all."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as t

from rulewright.core.models import Failed as ModelFailed
from rulewright.core.models import ModelRequest
from rulewright.services.models.scripted import Fail, Say, ScriptedProvider, Stall, Step
from tests.harness.gateways import NO_PRINT, make_gateway, write_rules
from tests.harness.lsp_memory import FULL, MemoryClient, Refused, connect, range_

CODE = """\
import os


def total(prices):
    print(prices)
    return sum(prices)


def other():
    return os.sep
"""
GOOD = """\
```python a.py
<<<<<<< SEARCH
    print(prices)
=======
    log(prices)
>>>>>>> REPLACE
```
"""
WORSE = GOOD.replace("log(prices)", "log((prices)")
BREAKS_A_RULE = GOOD.replace("log(prices)", "print((prices))")
ELSEWHERE = GOOD.replace("    print(prices)", "    return os.sep").replace("log(prices)", "return os.sep + '/'")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    write_rules(root, {"no-print.md": NO_PRINT})
    (root / "a.py").write_text(CODE)
    return root


def says(*answers: str | Sequence[Step]) -> ScriptedProvider:
    return ScriptedProvider([[Say(one)] if isinstance(one, str) else one for one in answers], name="one")


@asynccontextmanager
async def editor(
    project: Path, *providers: ScriptedProvider, capabilities: Any = FULL, **settings: Any
) -> AsyncIterator[MemoryClient]:
    gateway = make_gateway(providers=providers)
    async with connect(gateway) as client:
        models = [{"name": one.name, "provider": "openai", "model": "m"} for one in providers]
        await client.initialize(capabilities, root=project, options={"rulewright": {"models": models, **settings}})
        client.replies["workspace/applyEdit"] = lambda _: {"applied": True}
        yield client


async def offered(client: MemoryClient, uri: str, line: int, *, kind: int = 1) -> dict[str, Any]:
    found = (await client.pull(uri))["items"]
    here = [one for one in found if one["range"]["start"]["line"] == line]
    params = {
        "textDocument": {"uri": uri},
        "range": range_((line, 0), (line, 4)),
        "context": {"diagnostics": here, "triggerKind": kind},
    }
    actions = await client.request(t.TEXT_DOCUMENT_CODE_ACTION, params)
    return {one["title"]: one for one in actions if one["title"].startswith("AI")}


async def run(client: MemoryClient, action: dict[str, Any]) -> Any:
    command = action["command"]
    return await client.request(
        t.WORKSPACE_EXECUTE_COMMAND, {"command": command["command"], "arguments": command["arguments"]}
    )


def made(client: MemoryClient) -> list[Any]:
    return [m["params"] for m in client.messages if m.get("method") == "workspace/applyEdit"]


async def test_the_list_comes_at_once_and_asks_no_model(project: Path) -> None:
    provider = says(GOOD)
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", CODE)
        actions = await offered(client, uri, 4)
        assert list(actions) == [
            "AI fix: Use the log",
            "AI fix all of `no-print` in this file",
            "AI: make this follow the rules",
            "AI: write docs for this",
            "AI: write tests for this",
            "AI: explain this",
            "AI: review what changed in this file",
        ]
        assert provider.requests == []
        assert not any("edit" in one or "data" in one for one in actions.values())


async def test_a_cursor_that_moves_is_left_in_peace(project: Path) -> None:
    async with editor(project, says(GOOD)) as client:
        uri = client.open(project / "a.py", CODE)
        params = {
            "textDocument": {"uri": uri},
            "range": range_((0, 0), (0, 0)),
            "context": {"diagnostics": [], "triggerKind": 2},
        }
        assert [one["title"] for one in await client.request(t.TEXT_DOCUMENT_CODE_ACTION, params) or []] == []


async def test_without_a_model_nothing_is_offered(project: Path) -> None:
    async with editor(project) as client:
        uri = client.open(project / "a.py", CODE)
        assert await offered(client, uri, 4) == {}


async def test_a_fix_is_verified_and_made(project: Path) -> None:
    provider = says(GOOD)
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", CODE)
        result = await run(client, (await offered(client, uri, 4))["AI fix: Use the log"])
        assert result["applied"]
        (edit,) = made(client)
        (change,) = edit["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": uri, "version": 1}
        ((one,),) = [change["edits"]]
        assert (one["range"], one["newText"]) == (range_((4, 4), (4, 9)), "log")
        prompt = "".join(message.text for message in provider.requests[0].messages)
        assert "line 5: Use the log (no-print)" in prompt
        assert "People read logs." in prompt
        assert "Nothing outside of lines 4-6 of a.py may change" in prompt
        receipt = {"command": "rulewright.receipt", "arguments": [result["calls"][0]]}
        assert "for: edit, fix" in await client.request(t.WORKSPACE_EXECUTE_COMMAND, receipt)


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [(WORSE, "syntax"), (BREAKS_A_RULE, "still_there"), (ELSEWHERE, "outside_target"), ("Just log it.", "no_edit")],
)
async def test_a_wrong_answer_is_asked_for_once_more(project: Path, wrong: str, kind: str) -> None:
    provider = says(wrong, GOOD)
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", CODE)
        result = await run(client, (await offered(client, uri, 4))["AI fix: Use the log"])
        assert result["applied"]
        assert len(made(client)) == 1
        assert len(result["calls"]) == 2
        assert provider.requests[1].messages[-1].text.startswith("Your answer was not applied")


async def test_what_stays_wrong_is_shown_and_never_made(project: Path) -> None:
    provider = says(WORSE, WORSE)
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", CODE)
        result = await run(client, (await offered(client, uri, 4))["AI fix: Use the log"])
        assert "applied" not in result
        assert [one["kind"] for one in result["wrongs"]] == ["syntax"]
        assert made(client) == []
        assert len(provider.requests) == 2
        page = await shown(client, project, result["page"])
        assert "# AI fix: not made" in page
        assert "+    log((prices)" in page
        assert "Line 5 is broken" in page


async def shown(client: MemoryClient, project: Path, uri: str) -> str:
    if uri.startswith("rulewright:"):
        return str((await client.request("workspace/textDocumentContent", {"uri": uri}))["text"])
    name = uri.rpartition("/")[2]
    assert (project / ".rulewright" / ".gitignore").read_text().endswith("*\n")
    return (project / ".rulewright" / name).read_text()


async def test_a_document_that_changed_meanwhile_is_left_alone(project: Path) -> None:
    async with _slow(project) as (slow, uri, provider, may_answer):
        action = (await offered(slow, uri, 4))["AI fix: Use the log"]
        running = asyncio.ensure_future(run(slow, action))
        await provider.began.wait()
        slow.change(uri, CODE + "x = 1\n")
        may_answer.set()
        result = await running
        assert [one["kind"] for one in result["wrongs"]] == ["stale"]
        assert made(slow) == []
        # What was offered for another version is not begun at all.
        again = await run(slow, action)
        assert again["why"] == "The document has changed since this was offered; choose it again."
        assert len(provider.requests) == 1


async def test_a_document_that_is_closed_meanwhile_is_left_alone(project: Path) -> None:
    async with _slow(project) as (client, uri, provider, may_answer):
        running = asyncio.ensure_future(run(client, (await offered(client, uri, 4))["AI fix: Use the log"]))
        await provider.began.wait()
        client.close_document(uri)
        may_answer.set()
        assert [one["kind"] for one in (await running)["wrongs"]] == ["stale"]
        assert made(client) == []


@asynccontextmanager
async def _slow(project: Path) -> AsyncIterator[tuple[MemoryClient, str, ScriptedProvider, asyncio.Event]]:
    """A model that answers when the event is set."""
    may_answer = asyncio.Event()

    async def pause(seconds: float) -> None:
        await (may_answer.wait() if seconds else asyncio.sleep(0))

    provider = ScriptedProvider(lambda _: [Stall(1), Say(GOOD)], name="one", pause=pause)
    async with editor(project, provider) as client:
        yield client, client.open(project / "a.py", CODE), provider, may_answer


async def test_two_at_once_on_one_range_are_one(project: Path) -> None:
    async with _slow(project) as (client, uri, provider, may_answer):
        action = (await offered(client, uri, 4))["AI fix: Use the log"]
        first = asyncio.ensure_future(run(client, action))
        await provider.began.wait()
        second = await run(client, action)
        assert "A model is changing this code already" in second["why"]
        may_answer.set()
        assert (await first)["applied"]
        assert len(made(client)) == 1


async def test_it_can_be_stopped(project: Path) -> None:
    provider = ScriptedProvider(lambda _: [Stall()], name="one")
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", CODE)
        command = (await offered(client, uri, 4))["AI fix: Use the log"]["command"]
        message = client.request_message(
            t.WORKSPACE_EXECUTE_COMMAND, {"command": command["command"], "arguments": command["arguments"]}
        )
        answer = client.answer_to(message)
        client.send(message)
        await provider.began.wait()
        client.notify("$/cancelRequest", {"id": message["id"]})
        with pytest.raises(Exception, match="cancel"):
            await answer
        assert provider.n_abandoned == 1
        assert made(client) == []


async def test_a_model_that_is_down_is_told(project: Path) -> None:
    async with editor(project, says([Fail(ModelFailed("unreachable", "It is down."))])) as client:
        uri = client.open(project / "a.py", CODE)
        assert (await run(client, (await offered(client, uri, 4))["AI fix: Use the log"]))["why"] == "It is down."


async def test_diagnostics_of_other_servers_are_mended_too(project: Path) -> None:
    provider = says(GOOD)
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", CODE)
        theirs = {"range": range_((4, 4), (4, 9)), "message": "print is undefined", "source": "pyright", "code": 7}
        params = {
            "textDocument": {"uri": uri},
            "range": theirs["range"],
            "context": {"diagnostics": [theirs], "only": ["quickfix"]},
        }
        actions = await client.request(t.TEXT_DOCUMENT_CODE_ACTION, params)
        (action,) = [one for one in actions if one["title"] == "AI fix: print is undefined"]
        assert (await run(client, action))["applied"]
        assert "line 5: print is undefined" in "".join(m.text for m in provider.requests[0].messages)


async def test_an_instruction_in_a_comment_is_offered(project: Path) -> None:
    code = CODE.replace("    return sum(prices)", "    # AI: leave the first one out\n    return sum(prices)")
    answer = (
        "a.py\n<<<<<<< SEARCH\n    # AI: leave the first one out\n    return sum(prices)\n=======\n"
        "    return sum(prices[1:])\n>>>>>>> REPLACE\n"
    )
    provider = says(answer)
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", code)
        actions = await offered(client, uri, 5)
        result = await run(client, actions["AI: leave the first one out"])
        assert result["applied"], result
        assert "What the developer says: leave the first one out" in provider.requests[0].messages[-1].text


async def test_docs_that_change_code_are_not_made(project: Path) -> None:
    def whole(body: str) -> str:
        return f'```python\ndef total(prices):\n    """Add prices."""\n{body}    return sum(prices)\n```\n'

    provider = says(whole("    print(1)\n"), whole("    print(prices)\n"))
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", CODE)
        result = await run(client, (await offered(client, uri, 4))["AI: write docs for this"])
        assert result["applied"], result
        ((one,),) = [made(client)[0]["edit"]["documentChanges"][0]["edits"]]
        assert one["newText"].strip() == '"""Add prices."""'
        assert len(provider.requests) == 2


async def test_tests_go_into_a_file_of_their_own(project: Path) -> None:
    tests = "```python tests/test_a.py\nfrom a import total\n\n\ndef test_total():\n    assert total([1]) == 1\n```\n"
    provider = says(tests)
    capabilities = {
        **FULL,
        "workspace": {
            **FULL["workspace"],
            "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"], "changeAnnotationSupport": {}},
        },
    }
    async with editor(project, provider, capabilities=capabilities) as client:
        uri = client.open(project / "a.py", CODE)
        result = await run(client, (await offered(client, uri, 4))["AI: write tests for this"])
        assert result["applied"], result
        edit = made(client)[0]["edit"]
        create, change = edit["documentChanges"]
        assert create["kind"] == "create"
        assert create["uri"].endswith("/shop/tests/test_a.py")
        assert "def test_total" in change["edits"][0]["newText"]
        (annotation,) = edit["changeAnnotations"].values()
        assert annotation["label"] == "AI tests, by one"
        assert "Write tests for `total` in a.py" in provider.requests[0].messages[-1].text


async def test_an_explanation_is_shown_as_a_page(project: Path) -> None:
    provider = says("It adds prices.")
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", CODE)
        result = await run(client, (await offered(client, uri, 4))["AI: explain this"])
        assert await shown(client, project, result["page"]) == "It adds prices.\n"
        assert made(client) == []


async def test_fix_all_mends_all_of_a_rule(project: Path) -> None:
    code = CODE.replace("    return os.sep", "    print(2)\n    return os.sep")
    half = GOOD
    both = GOOD + GOOD.replace("print(prices)", "print(2)").replace("log(prices)", "log(2)")
    provider = says(half, both)
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", code)
        result = await run(client, (await offered(client, uri, 4))["AI fix all of `no-print` in this file"])
        assert result["applied"], result
        assert "is still there" in provider.requests[1].messages[-1].text
        assert len(made(client)[0]["edit"]["documentChanges"][0]["edits"]) == 2


def answers_of(text: str) -> Callable[[ModelRequest], Sequence[Step]]:
    return lambda _: [Say(text)]


@pytest.mark.parametrize(
    "answer",
    [
        GOOD.replace("python a.py", "python ../../etc/passwd"),
        GOOD.replace("python a.py", "python b.py"),
        GOOD.replace("log(prices)", "log(pri\ufffdces)"),
        "x\n" * 10_000,
        GOOD.replace("\n", "\r\n").replace(">>>>>>> REPLACE", ""),
        "```python a.py\ndef total(prices):\n    # ... rest of the code unchanged\n```\n",
    ],
    ids=["outside", "another file", "half a character", "10,000 lines", "unfinished", "elided"],
)
async def test_bad_answers_change_nothing(project: Path, answer: str) -> None:
    provider = ScriptedProvider(answers_of(answer), name="one")
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", CODE)
        result = await run(client, (await offered(client, uri, 4))["AI fix: Use the log"])
        assert "applied" not in result
        assert result["wrongs"]
        assert made(client) == []


async def test_a_secret_that_was_not_shown_is_not_written_over(project: Path) -> None:
    key = "gh" + "p_" + "aBcDeFgHiJkLmNoPqR" + "123456789012345678"
    code = CODE.replace("return os.sep", f'return "{key}"')
    answer = (
        "a.py\n<<<<<<< SEARCH\n    print(prices)\n=======\n    log(prices)\n>>>>>>> REPLACE\n"
        '```python\ndef other():\n    return "[redacted: GitHub token]"\n```\n'
    )
    whole = '```python a.py\ndef other():\n    return "[redacted: GitHub token]" + ""\n```\n'
    provider = ScriptedProvider([[Say(whole)], [Say(answer)]], name="one")
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", code)
        place = range_((9, 0), (10, 0))
        order = {"kind": "refactor", "uri": uri, "range": place, "instruction": "make it nicer"}
        run_it = {"command": "rulewright.ai", "arguments": [order]}
        result = await client.request(t.WORKSPACE_EXECUTE_COMMAND, run_it)
        assert made(client) == []
        assert result["wrongs"], result
        assert key not in "".join(m.text for request in provider.requests for m in request.messages)
        told = provider.requests[1].messages[-1].text
        assert "puts a mark in the place of a secret" in told


async def test_links_in_a_cloned_project_lead_nowhere(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    (project / ".rulewright").mkdir()
    (project / ".rulewright" / "reviews-a.py.md").symlink_to(elsewhere)
    write_rules(project, {"names.md": "---\nglobs: ['*.py']\n---\nNames say what they hold.\n"})
    commit_all(project)
    async with editor(project, says("[]")) as client:
        uri = client.open(project / "a.py", CODE)
        order = {"kind": "review", "uri": uri}
        result = await client.request(t.WORKSPACE_EXECUTE_COMMAND, {"command": "rulewright.ai", "arguments": [order]})
        assert result["page"].endswith("/.rulewright/reviews-a.py.md")
        assert elsewhere.read_text() == "mine"
        assert (project / ".rulewright" / "reviews-a.py.md").read_text().startswith("# Review")


async def test_the_command_alone_says_what_it_is_for(project: Path) -> None:
    async with editor(project, says(GOOD)) as client:
        assert await client.request(t.WORKSPACE_EXECUTE_COMMAND, {"command": "rulewright.ai", "arguments": []}) is None
        shown = [m["params"]["message"] for m in client.messages if m.get("method") == "window/showMessage"]
        assert any("list of code actions" in text for text in shown)


async def test_an_editor_that_refuses_is_heard(project: Path) -> None:
    async with editor(project, says(GOOD)) as client:
        client.replies["workspace/applyEdit"] = lambda _: {"applied": False, "failureReason": "it is read-only"}
        uri = client.open(project / "a.py", CODE)
        result = await run(client, (await offered(client, uri, 4))["AI fix: Use the log"])
        assert result["why"] == "Nothing was changed: the editor did not make the change: it is read-only"
        assert "It was fit to be made" in await shown(client, project, result["page"])


def commit_all(project: Path) -> None:
    for arguments in (["init"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-m", "x"]):
        subprocess.run(["git", "-C", str(project), *arguments], check=True, capture_output=True)


async def test_what_changed_is_reviewed(project: Path) -> None:
    write_rules(project, {"names.md": "---\nglobs: ['*.py']\n---\nNames say what they hold.\n"})
    commit_all(project)
    said = '[{"rule": "names", "line": 6, "quote": "x = sum(prices)", "why": "x says nothing"}]'
    provider = says(said)
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", CODE.replace("    return sum(prices)", "    x = sum(prices)\n    return x"))
        result = await run(client, (await offered(client, uri, 4))["AI: review what changed in this file"])
        page = await shown(client, project, result["page"])
        assert "- a.py:6: x says nothing (`names`)" in page
        assert "Names say what they hold." in page
        assert made(client) == []


async def test_without_git_there_is_nothing_to_compare_with(project: Path) -> None:
    write_rules(project, {"names.md": "---\nglobs: ['*.py']\n---\nNames say what they hold.\n"})
    async with editor(project, says("[]")) as client:
        uri = client.open(project / "a.py", CODE)
        result = await run(client, (await offered(client, uri, 4))["AI: review what changed in this file"])
        assert "git" in result["why"]


NEW_TESTS = "```python tests/test_a.py\n{}def test_total():\n    assert total([1]) == 1\n```\n"
MAKES_FILES: dict[str, Any] = {
    **FULL,
    "workspace": {**FULL["workspace"], "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]}},
}


async def test_a_document_that_is_opened_again_is_another_one(project: Path) -> None:
    async with _slow(project) as (client, uri, provider, may_answer):
        running = asyncio.ensure_future(run(client, (await offered(client, uri, 4))["AI fix: Use the log"]))
        await provider.began.wait()
        client.close_document(uri)
        client.open(project / "a.py", f"# new\n{CODE}")
        may_answer.set()
        assert [one["kind"] for one in (await running)["wrongs"]] == ["stale"]
        assert made(client) == []


async def test_a_file_of_tests_that_is_opened_meanwhile_is_left_alone(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_a.py").write_text("def test_x():\n    pass\n")
    again = NEW_TESTS.format("def test_x():\n    pass\n\n\n")
    may_answer = asyncio.Event()

    async def pause(seconds: float) -> None:
        await (may_answer.wait() if seconds else asyncio.sleep(0))

    provider = ScriptedProvider(lambda _: [Stall(1), Say(again)], name="one", pause=pause)
    async with editor(project, provider, capabilities=MAKES_FILES) as client:
        uri = client.open(project / "a.py", CODE)
        running = asyncio.ensure_future(run(client, (await offered(client, uri, 4))["AI: write tests for this"]))
        await provider.began.wait()
        client.open(project / "tests" / "test_a.py", "# not saved\ndef test_x():\n    pass\n")
        may_answer.set()
        assert [one["kind"] for one in (await running)["wrongs"]] == ["stale"]
        assert made(client) == []


@pytest.mark.parametrize(("there", "newline"), [("", "\n"), ("def test_x():\r\n    pass\r\n", "\r\n")])
async def test_a_file_of_tests_that_is_there_is_not_made_anew(project: Path, there: str, newline: str) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_a.py").write_bytes(there.encode())
    provider = says(NEW_TESTS.format(there.replace("\r\n", "\n") and "def test_x():\n    pass\n\n\n"))
    async with editor(project, provider, capabilities=MAKES_FILES) as client:
        uri = client.open(project / "a.py", CODE)
        result = await run(client, (await offered(client, uri, 4))["AI: write tests for this"])
        assert result["applied"], result
        (change,) = made(client)[0]["edit"]["documentChanges"]
        text = "".join(one["newText"] for one in change["edits"])
        assert text.count("\n") == text.count(newline) > 1


async def test_a_file_of_tests_that_is_no_text_is_left_alone(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_a.py").write_bytes(b"# caf\xe9\n")
    async with editor(project, says(NEW_TESTS.format("")), capabilities=MAKES_FILES) as client:
        uri = client.open(project / "a.py", CODE)
        with pytest.raises(Refused, match="cannot be read as UTF-8"):
            await run(client, (await offered(client, uri, 4))["AI: write tests for this"])
        assert made(client) == []


async def test_form_feeds_move_no_target(project: Path) -> None:
    code = '"""Head."""\n' + "\f\n" * 6 + CODE
    async with editor(project, says(GOOD)) as client:
        uri = client.open(project / "a.py", code)
        line = code.split("\n").index("    print(prices)")
        assert (await run(client, (await offered(client, uri, line))["AI fix: Use the log"]))["applied"]


async def test_a_line_of_blanks_holds_up_nobody(project: Path) -> None:
    async with editor(project, says(GOOD)) as client:
        uri = client.open(project / "a.py", f"# ai: do{' ' * 900}it --> \n# ai: do{' ' * 90_000}it\n{CODE}")
        params = {"textDocument": {"uri": uri}, "range": range_((0, 0), (1, 3)), "context": {"diagnostics": []}}
        actions = await client.request(t.TEXT_DOCUMENT_CODE_ACTION, params)
        assert "AI: do it" in [one["title"] for one in actions]


async def test_where_the_second_try_fails_the_first_is_shown(project: Path) -> None:
    failed = [Fail(ModelFailed("overloaded", "Too many questions."))]
    async with editor(project, says(WORSE, failed)) as client:
        uri = client.open(project / "a.py", CODE)
        result = await run(client, (await offered(client, uri, 4))["AI fix: Use the log"])
        assert result["why"] == "Nothing was changed: Too many questions."
        assert "+    log((prices)" in await shown(client, project, result["page"])


async def test_explanations_are_stopped_too(project: Path) -> None:
    provider = ScriptedProvider(lambda _: [Stall()], name="one")
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", CODE)
        running = asyncio.ensure_future(run(client, (await offered(client, uri, 4))["AI: explain this"]))
        await provider.began.wait()
        stop = {"command": "rulewright.ai.stop", "arguments": []}
        assert await client.request(t.WORKSPACE_EXECUTE_COMMAND, stop) == 1
        with pytest.raises(Refused, match="cancel"):
            await running
        assert provider.n_abandoned == 1


async def test_an_answer_is_shown_where_nothing_can_be_written(project: Path, tmp_path: Path) -> None:
    (project / ".rulewright").symlink_to(tmp_path)
    async with editor(project, says("It adds prices.")) as client:
        uri = client.open(project / "a.py", CODE)
        await run(client, (await offered(client, uri, 4))["AI: explain this"])
        told = [m["params"]["message"] for m in client.messages if m.get("method") == "window/showMessage"]
        assert any("It adds prices." in text and "is a link" in text for text in told)
