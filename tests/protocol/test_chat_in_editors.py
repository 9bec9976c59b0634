"""Chat in an editor: by commands with notifications, and in a markdown file of an editor that knows neither."""

import asyncio
import json
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as t

from rulewright.adapters.lsp import chat_document
from rulewright.core.models import Failed, ModelRequest
from rulewright.core.permissions import Principal
from rulewright.services.models import nearby
from rulewright.services.models.scripted import Fail, Say, ScriptedProvider, Stall, Step
from rulewright.session_app import Shared
from tests.harness.gateways import make_gateway, write_rules
from tests.harness.http_server import Asked, Line, serving
from tests.harness.lsp_memory import FULL, PUSH, MemoryClient, Refused, connect

MODELS: dict[str, Any] = {
    "models": [{"name": "one", "provider": "openai", "model": "one-1"}],
    "chat": {"find_context": False},
}
QUESTION = "# Chat\n\n## You\n\nWhat is it?\n"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EVERY_S", "EVERY_LATE_S", "TYPING_S"):
        monkeypatch.setattr(chat_document, name, 0.005)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    write_rules(root)
    (root / "a.py").write_text("x = 1\ny = 2\n")
    return root


@asynccontextmanager
async def editor(
    project: Path, provider: ScriptedProvider | None, capabilities: Any = FULL
) -> AsyncIterator[MemoryClient]:
    gateway = make_gateway(providers=[provider] if provider is not None else [])
    async with connect(gateway) as client:
        options = {"rulewright": MODELS if provider is not None else {}}
        await client.initialize(capabilities, root=project, options=options)
        yield client


def command(client: MemoryClient, name: str, *arguments: Any, **more: Any) -> "asyncio.Future[Any]":
    return client.ask(t.WORKSPACE_EXECUTE_COMMAND, {"command": name, "arguments": list(arguments), **more})


def told(client: MemoryClient) -> list[Any]:
    return [m["params"]["event"] for m in client.messages if m.get("method") == "rulewright/chat"]


async def test_an_answer_comes_bit_by_bit_and_is_kept(project: Path) -> None:
    provider = ScriptedProvider([[Say("It is a number.", chunk=6)]], name="one")
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", "x = 3\ny = 2\n")
        chosen = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
        answer = await command(client, "rulewright.chat", {"text": "what is @selection?", "uri": uri, "range": chosen})
        assert answer["type"] == "done"
        assert answer["message"]["parts"] == [{"text": "It is a number."}]
        events = told(client)
        assert [e["type"] for e in events] == ["asked", "prepared", "answering", "grew", "grew", "grew", "done"]
        assert (events[1]["rules"], events[1]["context"]) == (["no-print"], ["a.py:1-1"])
        # What is open counts, not what is saved.
        assert 'lines="1-1">\nx = 3\n<' in provider.requests[0].messages[-1].text
        session = events[0]["session"]["id"]
        kept = await client.request("rulewright/sessions/open", {"session": session})
        assert [m["parts"][0]["text"] for m in kept["messages"]] == ["what is @selection?", "It is a number."]
        again = await command(client, "rulewright.chat", {"session": session, "text": "and?", "uri": uri})
        assert again["type"] == "failed"  # It has said all that it was told to.
        receipt = await command(client, "rulewright.receipt", answer["interaction_id"])
        assert "| user: context | a.py:1-1 |" in receipt
        page = {"uri": f"rulewright:/receipts/{answer['interaction_id']}.md"}
        assert (await client.request("workspace/textDocumentContent", page))["text"] == receipt


async def test_a_question_of_nothing_but_a_text_is_about_what_is_worked_on(project: Path) -> None:
    provider = ScriptedProvider([[Say("Yes.")]], name="one")
    async with editor(project, provider, PUSH) as client:
        client.open(project / "a.py", "x = 1\n")
        await command(client, "rulewright.chat", "fix @diagnostics")
        assert told(client)[1]["intent"] == "fix"
        assert told(client)[1]["remarks"][0].startswith("@diagnostics has nothing to say")
        assert await command(client, "rulewright.chat") is None
        assert "`@selection`" in client.notes("window/showMessage")[-1]["message"]


async def test_diagnostics_of_ours_and_of_other_servers(project: Path) -> None:
    provider = ScriptedProvider([[Say("Yes.")]], name="one")
    async with editor(project, provider) as client:
        uri = client.open(project / "a.py", "print(1)\n")
        theirs = {"message": "unused", "source": "ruff", "range": {"start": {"line": 0, "character": 0}}}
        await command(client, "rulewright.chat", {"text": "fix @diagnostics", "uri": uri, "diagnostics": [theirs]})
        asked = provider.requests[0].messages[-1].text
        assert "a.py:1: warning: Use the log (no-print)" in asked
        assert "a.py:1: unused (ruff)" in asked


async def test_a_cancelled_request_stops_the_model(project: Path) -> None:
    provider = ScriptedProvider([[Say("Half"), Stall()]], name="one")
    async with editor(project, provider) as client:
        request = client.request_message(
            t.WORKSPACE_EXECUTE_COMMAND, {"command": "rulewright.chat", "arguments": ["long"]}
        )
        answer = client.answer_to(request)
        client.send(request)
        await client.until(lambda: [e for e in told(client) if e["type"] == "grew"])
        client.notify("$/cancelRequest", {"id": request["id"]})
        with pytest.raises(Refused):
            await answer
        assert (provider.n_open, provider.n_abandoned) == (0, 1)


async def test_whoever_cancels_the_progress_stops_the_model(project: Path) -> None:
    provider = ScriptedProvider([[Say("Half"), Stall()]], name="one")
    async with editor(project, provider) as client:
        answer = command(client, "rulewright.chat", "long", workDoneToken="mine")
        await client.until(lambda: [e for e in told(client) if e["type"] == "grew"])
        kinds = [m["params"]["value"]["kind"] for m in client.messages if m.get("method") == "$/progress"]
        assert kinds[0] == "begin"
        client.notify("window/workDoneProgress/cancel", {"token": "mine"})
        with pytest.raises(Refused):
            await answer
        assert provider.n_open == 0


async def test_stop_names_what_it_stopped(project: Path) -> None:
    provider = ScriptedProvider([[Say("Half"), Stall()]], name="one")
    async with editor(project, provider) as client:
        assert await command(client, "rulewright.chat.stop") == []
        answer = command(client, "rulewright.chat", "long")
        await client.until(lambda: [e for e in told(client) if e["type"] == "grew"])
        session = told(client)[0]["session"]["id"]
        assert await command(client, "rulewright.chat.stop", "nobody") == []
        assert await command(client, "rulewright.chat.stop") == [session]
        with pytest.raises(Refused):
            await answer


async def test_a_model_that_embeds_says_what_conversations_are_about(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = ScriptedProvider(lambda _: [Say("They are weighed.")], name="one")
    named = {**MODELS["models"][0], "roles": ["chat", "embed"]}
    monkeypatch.setitem(MODELS, "models", [named])
    async with editor(project, provider) as client:
        learnt: list[Any] = []
        monkeypatch.setattr(Shared, "learn_meaning", noted(Shared.learn_meaning, learnt, client))
        uri = client.open(project / "a.py", "x = 1\n")
        await command(client, "rulewright.chat", {"text": "what about apples?", "uri": uri})
        await client.until(lambda: learnt)
        assert any("apples" in text for texts in provider.embedded for text in texts)
        found = await client.request(
            "rulewright/sessions/search", {"query": "what about apples? They are weighed.", "uri": uri}
        )
        assert found


def noted(learn: Any, learnt: list[Any], client: MemoryClient) -> Any:
    loop = asyncio.get_running_loop()

    def learn_and_note(self: Any, embed: Any) -> None:
        learn(self, embed)
        learnt.append(embed)
        loop.call_soon_threadsafe(client._changed.set)

    return learn_and_note


async def test_without_a_model_a_sentence_says_what_helps(project: Path) -> None:
    async with editor(project, None) as client:
        answer = await command(client, "rulewright.chat", "hello")
        assert answer["type"] == "failed"
        (said,) = client.notes("window/showMessage")
        assert said["message"].startswith("No model is set up.")


class UserSettings:
    """The user's own settings file."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._file = folder / "rulewright.toml"

    @property
    def text(self) -> str | None:
        return self._file.read_text() if self._file.exists() else None

    def write(self, text: str) -> None:
        self._file.write_text(text)


@pytest.fixture
def user_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> UserSettings:
    monkeypatch.setenv("RULEWRIGHT_CONFIG_DIR", (tmp_path / "config").as_posix())
    return UserSettings(tmp_path / "config")


@asynccontextmanager
async def beside_ollama(monkeypatch: pytest.MonkeyPatch, project: Path) -> AsyncIterator[MemoryClient]:
    """An editor whose user has named no model, with a fake of Ollama on this machine."""

    async def tags(_: Asked, line: Line) -> None:
        await line.reply('{"models": [{"name": "small:1b"}, {"name": "large:70b"}]}')

    async with serving(tags) as server, editor(project, None) as client:
        monkeypatch.setattr(nearby, "_URLS", {"ollama": server.url})
        yield client
        assert {asked.target for asked in server.asked} <= {"/api/tags"}


@pytest.mark.parametrize("title", ["Use large:70b", "Not Now", None])
async def test_what_runs_on_this_machine_is_offered_and_taken_by_a_click(
    project: Path, user_settings: UserSettings, monkeypatch: pytest.MonkeyPatch, title: str | None
) -> None:
    asked: list[Any] = []

    def choose(params: Any) -> Any:
        asked.append(params)
        return {"title": title} if title else None

    async with beside_ollama(monkeypatch, project) as client:
        client.replies[t.WINDOW_SHOW_MESSAGE_REQUEST] = choose
        for _ in range(2):
            answer = await command(client, "rulewright.chat", "hello")
            assert answer["type"] == "failed"
            await client.until(lambda: [m for m in client.messages if m.get("method") == t.WINDOW_SHOW_MESSAGE_REQUEST])
            await client.settled()
        (params,) = asked
        assert params["message"] == "Ollama on this machine can answer. Nothing was sent to it yet."
        assert [one["title"] for one in params["actions"]] == ["Use small:1b", "Use large:70b", "Not Now"]
        if title != "Use large:70b":
            assert user_settings.text is None
            return
        await client.until(lambda: "large:70b answers from now on" in client.notes("window/showMessage")[-1]["message"])
        (named,) = tomllib.loads(user_settings.text or "")["models"]
        assert (named["name"], named["provider"], named["model"]) == ("large:70b", "ollama", "large:70b")


async def test_a_model_that_cannot_be_named_is_a_sentence(
    project: Path, user_settings: UserSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_settings.write("[[models\n")
    async with beside_ollama(monkeypatch, project) as client:
        client.replies[t.WINDOW_SHOW_MESSAGE_REQUEST] = lambda _: {"title": "Use small:1b"}
        await command(client, "rulewright.chat", "hello")
        await client.until(lambda: "was not taken" in client.notes("window/showMessage")[-1]["message"])
        assert user_settings.text == "[[models\n"


async def test_who_may_not_change_settings_is_offered_nothing(
    project: Path, user_settings: UserSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with beside_ollama(monkeypatch, project) as client:
        client.server.gateway.open_for(
            Principal("ann", "Ann", frozenset(["read", "chat", "run_model"])), lambda _: None
        )
        client.replies[t.WINDOW_SHOW_MESSAGE_REQUEST] = lambda _: {"title": "Use small:1b"}
        answer = await command(client, "rulewright.chat", "hello")
        assert answer["type"] == "failed"
        await client.settled()
        assert user_settings.text is None


UNITS = {"utf-8": 1, "utf-16-le": 2, "utf-32-le": 4}
CLIENTS = Path(__file__).parents[1] / "data" / "clients"


class Page:
    """A document in an editor that makes the edits it is asked for."""

    def __init__(self, client: MemoryClient, path: Path, text: str, *, tells_late: bool = False) -> None:
        self.client, self.text, self.version = client, text, 1
        self.encoding = client.server.encoding
        self.encoding = {"utf-32": "utf-32-le", "utf-16": "utf-16-le"}.get(self.encoding, self.encoding)
        self.edits: list[str] = []
        self.n_refused = 0
        self.before_edit: Callable[[], None] = lambda: None
        self._tells_late = tells_late
        self._changed = asyncio.Event()
        self.uri = client.open(path, text, "markdown")
        client.replies[t.WORKSPACE_APPLY_EDIT] = self._apply

    def type(self, text: str, at: int = 0) -> None:
        """Its user writes."""
        self.text = self.text[:at] + text + self.text[at:]
        self._tell()

    def _tell(self) -> None:
        self.version = self.client.change(self.uri, self.text)

    def _apply(self, params: Any) -> Any:
        self.before_edit()
        (change,) = params["edit"]["documentChanges"]
        if change["textDocument"]["version"] != self.version:
            self.n_refused += 1
            return {"applied": False, "failureReason": "document has changed"}
        places = [[self._offset(edit["range"][name]) for name in ("start", "end")] for edit in change["edits"]]
        for (at, end), edit in sorted(zip(places, change["edits"], strict=True), key=itemgetter(0), reverse=True):
            assert not self.text[at:end].strip()
            self.text = self.text[:at] + edit["newText"] + self.text[end:]
        self.edits.append(change["edits"][-1]["newText"])
        self._changed.set()
        if self._tells_late:
            # The version is another one at once.
            self.version += 1
            asyncio.get_running_loop().call_later(0.02, self._tell)
        else:
            self._tell()
        return {"applied": True}

    def _offset(self, position: Any) -> int:
        lines = [*self.text.splitlines(keepends=True), ""]
        before = lines[position["line"]].encode(self.encoding)[: position["character"] * UNITS[self.encoding]]
        return sum(map(len, lines[: position["line"]])) + len(before.decode(self.encoding))

    async def until(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(30):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


WHOLE = "# Chat\n\n{note}\n\n## You\n\nWhat is it?\n\n## Rulewright\n\n{answer}\n\n## You\n\n"


def shown(page: Page) -> str:
    """The document, with the note of its conversation left open."""
    lines = page.text.splitlines(keepends=True)
    return "".join("{note}\n" if line.startswith("<!-- rulewright conversation ") else line for line in lines)


@pytest.mark.parametrize("tells_late", [False, True])
async def test_an_answer_is_written_into_a_markdown_file(project: Path, tells_late: bool) -> None:
    provider = ScriptedProvider([[Say("It is\n\n# a number.", chunk=3)], [Say("Really.")]], name="one")
    async with editor(project, provider) as client:
        page = Page(client, project / "a.chat.md", QUESTION, tells_late=tells_late)
        assert await command(client, "rulewright.chat.send") is None
        await page.until(lambda: page.text.endswith("## You\n\n") and "<!--" in page.text)
        assert shown(page) == WHOLE.format(note="{note}", answer="It is\n\n### a number.")
        # The next question goes on with the same conversation.
        await client.settled()
        page.type("Really?\n", len(page.text))
        await command(client, "rulewright.chat.send", page.uri)
        await page.until(lambda: page.text.count("## You\n\n") == 3)
        assert [m.text for m in provider.requests[1].messages[1:]] == [
            "What is it?",
            "It is\n\n# a number.",
            "Really?",
        ]


@pytest.mark.parametrize("name", sorted(path.stem for path in CLIENTS.glob("*.json")))
async def test_every_recorded_editor_can_chat_with_a_command_without_arguments(project: Path, name: str) -> None:
    recorded = json.loads((CLIENTS / f"{name}.json").read_text("utf-8"))["params"]
    provider = ScriptedProvider([[Say("Größe: 😀 groß\n\nund mehr", chunk=4)]], name="one")
    gateway = make_gateway(providers=[provider])
    async with connect(gateway) as client:
        await client.initialize(
            recorded["capabilities"], root=project, options={"rulewright": MODELS}, clientInfo=recorded["clientInfo"]
        )
        page = Page(client, project / "a.chat.md", "# Größe 😀\n\n## You\n\nWas heißt 😀?", tells_late="neovim" in name)
        # The picker of Helix sends an empty list, and looks at no answer.
        assert await command(client, "rulewright.chat.send") is None
        await page.until(lambda: page.text.endswith("## You\n\n") and "<!--" in page.text)
        assert "Was heißt 😀?\n\n## Rulewright\n\nGröße: 😀 groß\n\nund mehr\n\n## You\n\n" in page.text
        assert page.text.startswith("# Größe 😀\n\n<!-- rulewright conversation ")


async def test_who_writes_elsewhere_meanwhile_is_not_disturbed(project: Path) -> None:
    provider = ScriptedProvider([[Say("word " * 60, chunk=5)]], name="one")
    async with editor(project, provider) as client:
        page = Page(client, project / "a.chat.md", QUESTION)
        typed = iter("I write my notes up here.\n\n")

        def type_on() -> None:
            if page.edits and (letter := next(typed, "")):
                page.type(letter, page.text.index("# Chat"))

        page.before_edit = type_on
        await command(client, "rulewright.chat.send")
        await page.until(
            lambda: page.text.endswith("## You\n\n") and "# Chat\n\n<!-- rulewright conversation " in page.text
        )
        assert page.text.count("## You") == 2
        assert page.n_refused > 0
        assert ("word " * 60).strip() in page.text
        before = page.text[: page.text.index("# Chat")]
        assert len(before) == page.n_refused


async def test_a_stopped_answer_leaves_a_whole_document(project: Path) -> None:
    provider = ScriptedProvider([[Say("Half of it"), Stall()]], name="one")
    async with editor(project, provider) as client:
        page = Page(client, project / "a.chat.md", QUESTION)
        await command(client, "rulewright.chat.send")
        await page.until(lambda: "Half of it" in page.text)
        assert await command(client, "rulewright.chat.send") is None
        assert "still being written" in client.notes("window/showMessage")[-1]["message"]
        assert await command(client, "rulewright.chat.stop") == [page.uri]
        assert await command(client, "rulewright.chat.stop") == []
        await page.until(lambda: page.text.endswith("Half of it\n\n*You stopped it.*\n\n## You\n\n"))
        assert provider.n_open == 0


async def test_a_document_is_tied_to_its_conversation_before_the_first_word(project: Path) -> None:
    def say(request: ModelRequest) -> list[Step]:
        return [Say("Now.")] if "Again?" in request.messages[-1].text else [Stall()]

    provider = ScriptedProvider(say, name="one")
    async with editor(project, provider) as client:
        page = Page(client, project / "a.chat.md", QUESTION)
        await command(client, "rulewright.chat.send")
        await page.until(lambda: page.text.endswith("\n\nWhat is it?\n\n## Rulewright\n\n"))
        assert shown(page).startswith("# Chat\n\n{note}\n\n## You\n\n")
        await command(client, "rulewright.chat.stop")
        await page.until(lambda: page.text.endswith("\n\n## Rulewright\n\n*You stopped it.*\n\n## You\n\n"))
        assert page.text.count("<!-- rulewright conversation ") == 1
        await client.settled()
        page.type("Again?", len(page.text))
        await command(client, "rulewright.chat.send")
        await page.until(lambda: "Again?\n\n## Rulewright\n\nNow.\n\n## You" in page.text)
        assert [m.text for m in provider.requests[-1].messages if m.role == "user"] == ["What is it?", "Again?"]


async def test_an_answer_goes_where_its_question_stands_though_others_stand_above(project: Path) -> None:
    async def type_more() -> None:
        for _ in range(3):
            page.type("## You\n\nWhat was it?\n\n## Rulewright\n\nOnce.\n\n", page.text.index("## You\n\nWhat is it?"))
            await asyncio.sleep(0)

    async def until_typed(seconds: float) -> None:
        await (is_typed.wait() if seconds else asyncio.sleep(0))

    is_typed = asyncio.Event()
    provider = ScriptedProvider([[Stall(1), Say("It is this.", chunk=3)]], name="one", pause=until_typed)
    async with editor(project, provider) as client:
        page = Page(client, project / "a.chat.md", QUESTION)
        await command(client, "rulewright.chat.send")
        await page.until(lambda: page.text.endswith("\n\nWhat is it?\n\n## Rulewright\n\n"))
        await type_more()
        is_typed.set()
        await page.until(lambda: page.text.count("## You") == 5)
        assert page.text.endswith("## You\n\nWhat is it?\n\n## Rulewright\n\nIt is this.\n\n## You\n\n")


async def test_the_next_question_may_be_sent_as_soon_as_an_answer_stands_there(project: Path) -> None:
    provider = ScriptedProvider([[Say("One.")], [Say("Two.")]], name="one")
    async with editor(project, provider) as client:
        page = Page(client, project / "a.chat.md", QUESTION, tells_late=True)
        await command(client, "rulewright.chat.send")
        await page.until(lambda: page.text.endswith("\n\nOne.\n\n## You\n\n"))
        page.type("And then?", len(page.text))
        await command(client, "rulewright.chat.send")
        await command(client, "rulewright.chat.send")
        assert "still being written" in client.notes("window/showMessage")[-1]["message"]
        await page.until(lambda: page.text.endswith("And then?\n\n## Rulewright\n\nTwo.\n\n## You\n\n"))
        assert page.text.count("## Rulewright") == 2


async def test_an_editor_that_makes_no_edits_holds_up_nothing(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_document, "STOPPED_S", 0.05)
    provider = ScriptedProvider([[Say("Half of it"), Stall()]], name="one")
    async with editor(project, provider) as client:
        page = Page(client, project / "a.chat.md", QUESTION)
        client.replies[t.WORKSPACE_APPLY_EDIT] = lambda _: NotImplemented
        await command(client, "rulewright.chat.send")
        await client.until(lambda: [m for m in client.messages if m.get("method") == "workspace/applyEdit"])
        assert await command(client, "rulewright.chat.stop") == [page.uri]
        async with asyncio.timeout(10):
            await client.settled()
        assert provider.n_open == 0
        assert page.text == QUESTION


async def test_a_failure_stands_where_the_answer_would(project: Path) -> None:
    provider = ScriptedProvider([[Fail(Failed("unreachable", "Nobody listens there."))]], name="one")
    async with editor(project, provider) as client:
        page = Page(client, project / "a.chat.md", QUESTION)
        await command(client, "rulewright.chat.send")
        await page.until(lambda: page.text.endswith("*Nobody listens there.*\n\n## You\n\n"))


async def test_line_ends_of_the_document_are_kept(project: Path) -> None:
    provider = ScriptedProvider([[Say("One\r\nTwo\n", chunk=4), Stall(0.02), Say("Three\rFour")]], name="one")
    async with editor(project, provider) as client:
        page = Page(client, project / "a.chat.md", QUESTION.replace("\n", "\r\n"))
        await command(client, "rulewright.chat.send")
        await page.until(lambda: page.text.endswith("## You\r\n\r\n") and page.text.count("## You") == 2)
        assert "One\r\nTwo\r\nThree\r\nFour\r\n" in page.text
        assert not {"\r", "\n"} & set(page.text.replace("\r\n", ""))


async def test_a_document_that_is_closed_ends_the_writing_and_not_the_answer(project: Path) -> None:
    async def until_closed(seconds: float) -> None:
        await (is_closed.wait() if seconds else asyncio.sleep(0))

    is_closed = asyncio.Event()
    provider = ScriptedProvider([[Say("One "), Stall(1), Say("two.")]], name="one", pause=until_closed)
    async with editor(project, provider) as client:
        page = Page(client, project / "a.chat.md", QUESTION)
        await command(client, "rulewright.chat.send")
        await page.until(lambda: "One" in page.text)
        client.close_document(page.uri)
        is_closed.set()
        await client.until(lambda: client.notes("window/showMessage"))
        assert "kept in the conversation" in client.notes("window/showMessage")[-1]["message"]


async def test_nothing_to_answer(project: Path) -> None:
    async with editor(project, ScriptedProvider([], name="one")) as client:
        await command(client, "rulewright.chat.send")
        assert "There is no chat to answer" in client.notes("window/showMessage")[-1]["message"]
        client.open(project / "a.chat.md", "# Chat\n\n## You\n\n", "markdown")
        await command(client, "rulewright.chat.send")
        await client.until(lambda: "Write a question below" in client.notes("window/showMessage")[-1]["message"])


async def test_a_new_chat_is_a_file_that_git_ignores(project: Path) -> None:
    async with editor(project, ScriptedProvider([], name="one")) as client:
        uris = [await command(client, "rulewright.chat.new") for _ in range(2)]
        folder = project / ".rulewright"
        assert len(set(uris)) == 2
        assert (folder / ".gitignore").read_text().endswith("*\n")
        assert sorted(p.read_text() for p in folder.glob("*.chat.md")) == ["# Chat\n\n## You\n\n"] * 2
