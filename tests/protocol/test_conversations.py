"""Conversations in an editor, and what others do in them meanwhile."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.program import PROGRAM, ServerProcess, environment

pytestmark = pytest.mark.slow

EVENT = "rulewright/sessionEvent"


class Editor(ServerProcess):
    """A server on pipes, whose notifications are kept."""

    def told(self, what: str) -> dict[str, Any]:
        """The next event of this kind."""
        while True:
            message = self._receive()
            if message.get("method") == EVENT and message["params"]["what"] == what:
                params: dict[str, Any] = message["params"]
                return params


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


@pytest.fixture
def editor(root: Path) -> Iterator[Editor]:
    with Editor(root) as made:
        made.begin()
        made.open("a.py", "x = 1\n")
        yield made
        made.leave()


def terminal(root: Path, *arguments: str) -> Any:
    done = subprocess.run(  # noqa: PLW1510 - looked at below
        [*PROGRAM, "sessions", *arguments, "--json"], cwd=root, env=environment(), capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ask(editor: Editor, name: str, **params: Any) -> Any:
    return editor.ask(f"rulewright/sessions/{name}", params)


def test_an_editor_and_a_terminal_are_in_one_conversation(editor: Editor, root: Path) -> None:
    begun = ask(editor, "append", text="Why is this slow?", title="Speed")
    session = begun["session"]["id"]
    assert begun["message"]["parts"][0]["text"] == "Why is this slow?"
    assert [s["id"] for s in terminal(root, "list")["sessions"]] == [session]
    terminal(root, "append", session, "Ask the profiler.")
    told = editor.told("message")["message"]
    while told["interface"] != "cli":
        told = editor.told("message")["message"]
    assert told["parts"][0]["text"] == "Ask the profiler."
    terminal(root, "rename", session, "Profiling")
    facts = editor.told("facts")["facts"]
    while facts["title"] != "Profiling":
        facts = editor.told("facts")["facts"]
    texts = [m["parts"][0]["text"] for m in ask(editor, "open", session=session[:6])["messages"]]
    assert texts == ["Why is this slow?", "Ask the profiler."]
    assert len(ask(editor, "search", query="profiler")) == 1
    terminal(root, "delete", session, "--yes")
    assert editor.told("deleted")["session"] == session
    assert ask(editor, "list") == []


def test_what_is_closed_is_told_of_no_more(editor: Editor, root: Path) -> None:
    first = ask(editor, "append", text="one")["session"]["id"]
    second = ask(editor, "append", text="two")["session"]["id"]
    ask(editor, "close", session=first)
    terminal(root, "append", first, "unheard")
    terminal(root, "append", second, "heard")
    while (told := editor.told("message"))["message"]["parts"][0]["text"] != "heard":
        assert told["session"] == second or told["message"]["parts"][0]["text"] == "one"


def test_what_is_said_about_a_document_holds_the_rules_that_applied(editor: Editor, root: Path) -> None:
    uri = (root / "a.py").as_uri()
    begun = ask(editor, "append", text="Is this right?", uri=uri)
    why = editor.ask("rulewright/why", {"uri": uri})
    assert "python/bare-except" in begun["message"]["rules"]
    assert begun["message"]["rule_version"] == why["rule_version"]
    assert begun["session"]["rules"] == begun["message"]["rules"]
    exported = terminal(root, "show", begun["session"]["id"])
    assert exported["session"]["rule_version"] == why["rule_version"]


def test_forks_and_the_archive(editor: Editor) -> None:
    session = ask(editor, "append", text="one")["session"]["id"]
    fork = ask(editor, "fork", session=session)["session"]
    assert fork["parent"]["session"] == session
    ask(editor, "archive", session=session, archived=True)
    assert [s["id"] for s in ask(editor, "list")] == [fork["id"]]
    assert [s["id"] for s in ask(editor, "list", archived=True)] == [session]
    assert ask(editor, "rename", session=fork["id"], title="The other way")["session"]["title"] == "The other way"


def test_a_conversation_longer_than_a_client_takes_is_read_in_pages(editor: Editor) -> None:
    long = "x" * 3_900_000
    session = ask(editor, "append", text=f"0{long}")["session"]["id"]
    for number in range(1, 20):
        ask(editor, "append", session=session, text=f"{number}{long}")
    last = ask(editor, "open", session=session)
    assert (len(last["messages"]), last["earlier"], last["next"]) == (2, 18, None)
    texts, begin = [], 0
    while begin is not None:
        page = ask(editor, "open", session=session, **{"from": begin})
        assert page["earlier"] == len(texts)
        texts += [m["parts"][0]["text"] for m in page["messages"]]
        begin = page["next"]
    assert texts == [f"{number}{long}" for number in range(20)]
    assert len(ask(editor, "open", session=session, **{"from": 3, "limit": 1})["messages"]) == 1


@pytest.mark.parametrize(
    ("name", "params", "said"),
    [
        ("open", {"session": "nowhere"}, "There is no conversation nowhere"),
        ("append", {"session": "nowhere", "text": "x"}, "There is no conversation nowhere"),
        ("append", {"text": ""}, "without text"),
        ("open", {"session": 5}, "str"),
        ("open", {"session": "nowhere", "from": -1}, "0"),
        ("open", {"session": "nowhere", "limit": 0}, "1"),
        ("open", [1], "object"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(editor: Editor, name: str, params: Any, said: str) -> None:
    answer = editor.answer(f"rulewright/sessions/{name}", params)
    assert said in answer["error"]["message"]
    assert ask(editor, "list") == []
