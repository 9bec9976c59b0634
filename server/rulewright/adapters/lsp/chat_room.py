"""Questions of one editor: each is answered by a task that can be stopped, and shown in the ways the editor has."""

import asyncio
import weakref
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from rulewright.adapters.lsp import chat_document
from rulewright.adapters.lsp.chat_offer import Offer
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.pages import own_folder
from rulewright.adapters.lsp.progress import TOKEN, Progress
from rulewright.adapters.lsp.refusals import REQUEST_FAILED
from rulewright.adapters.lsp.shelf import shelf_of
from rulewright.chat_gateway import Asking, ChatGateway
from rulewright.core import uris
from rulewright.core.bus import ModelResponded
from rulewright.core.chat import document as chat_file
from rulewright.core.chat.events import Asked, ChatEvent, Done, Failed, Grew
from rulewright.core.chat.question import help_text
from rulewright.core.models import ModelError, ModelProvider, Part
from rulewright.core.prompt.receipt import as_markdown, read_receipt, request_of, shown_prompt
from rulewright.core.routing import NO_MODEL
from rulewright.core.snapshot import Project
from rulewright.features.chat_context import At
from rulewright.session_gateway import SessionProblem

EVENT = "rulewright/chat"
EMBED_S = 60.0
REPORTS_S = 0.25
"""Between two reports of progress."""


class Said(msgspec.Struct, rename="camel"):
    """The argument of `rulewright.chat`."""

    text: str = ""
    session: str = ""
    uri: str = ""
    range: Any = None
    """What is selected, or the cursor; a range of the protocol."""
    model: str = ""
    title: str = ""
    regenerate: bool = False
    edit: str = ""
    diagnostics: tuple[Any, ...] = ()
    """What other servers say of that document."""
    texts: dict[str, str] = {}


class Happened(msgspec.Struct, frozen=True, omit_defaults=True):
    """The parameters of `rulewright/chat`."""

    session: str
    event: ChatEvent


class ChatRoom:
    """What is asked by one editor."""

    def __init__(self, ls: Server) -> None:
        self._ls = ls
        self._chat: ChatGateway | None = None
        self._learning = asyncio.Lock()
        self._offer = Offer(ls)
        self._answers: dict[asyncio.Task[Any], str] = {}
        """Those that are being given, with their conversation, or the document they are written into."""
        self._questions: weakref.WeakKeyDictionary[asyncio.Task[Any], str] = weakref.WeakKeyDictionary()
        """What they answer, where they are written into a document."""

    # Commands

    async def chat(self, arguments: Sequence[Any]) -> Any:
        """Ask a question; what it came to."""
        said = _read(arguments)
        if said.text.strip() in ("", "/help") and not said.regenerate:
            self._ls.show(help_text(), t.MessageType.Info)
            return None
        last: ChatEvent | None = None
        token = TOKEN.get()
        async with Progress(self._ls, token, "Rulewright answers", cancellable=True) as progress:
            watch = _Watch(progress, self.stop_task)
            async with aclosing(self.ask(said)) as events:
                async for event in events:
                    last = event
                    await watch.see(event)
        if isinstance(last, Failed):
            self._ls.show(last.text)
        return last

    async def send(self, arguments: Sequence[Any]) -> Any:
        """Answer the question of a chat document; the answer is written into it, for which nobody waits."""
        uri = _uri(arguments) or self._recent_chat()
        snapshot = self._ls.gateway.take_snapshot()
        document = snapshot.documents.get(uri)
        if document is None:
            self._ls.show(
                "There is no chat to answer: open a markdown file whose name ends with .chat.md, write a question and "
                "run this command again. The command rulewright.chat.new makes such a file.",
                t.MessageType.Info,
            )
            return None
        question = chat_file.read_chat(document.text.content).question
        before = [task for task, name in self._answers.items() if name == uri]
        if before and (not question or question in map(self._questions.get, before)):
            self._ls.show("An answer is still being written here; rulewright.chat.stop stops it.", t.MessageType.Info)
            return None
        # Whoever asks the next question sees the whole answer before, though its last edit may not be confirmed yet.
        task = self._ls.pending.start(self._write_after(before, uri), "writing an answer")
        self._questions[task] = question
        self._hold(task, uri)
        return None

    async def _write_after(self, before: "Sequence[asyncio.Task[Any]]", uri: str) -> None:
        if before:
            await asyncio.wait(before)
        document = self._ls.gateway.take_snapshot().documents.get(uri)
        if document is not None:
            await chat_document.answer(self._ls, self, document)

    async def new(self, arguments: Sequence[Any]) -> Any:
        """Make a chat document and show it; its URI."""
        del arguments
        project = self._project_of(self._ls.recent_uri)
        path = await asyncio.to_thread(_new_file, Path(project.root))
        uri = uris.from_path(path.as_posix())
        if self._ls.client.shows_documents:
            end = t.Position(line=4, character=0)
            params = t.ShowDocumentParams(uri=uri, take_focus=True, selection=t.Range(start=end, end=end))
            with suppress(JsonRpcException, TimeoutError):
                await self._ls.ask(t.WINDOW_SHOW_DOCUMENT, params)
                return uri
        self._ls.show(
            f"A new chat is in {path}: open it, write a question, run rulewright.chat.send.", t.MessageType.Info
        )
        return uri

    def stop(self, arguments: Sequence[Any]) -> list[str]:
        """Stop answers: that of the conversation or document that is named, else all; which."""
        wanted = ""
        match list(arguments):
            case [str(wanted), *_] | [{"session": str(wanted)}, *_] | [{"uri": str(wanted)}, *_]:
                pass
        under_way = [(task, name) for task, name in self._answers.items() if not task.cancelling()]
        stopped = [task for task, name in under_way if not wanted or name.startswith(wanted)]
        for task in stopped:
            self.stop_task(task)
        return sorted(self._answers[task] for task in stopped)

    def stop_task(self, task: "asyncio.Task[Any]") -> None:
        """Stop one answer."""
        task.cancel()

    async def receipt(self, arguments: Sequence[Any]) -> Any:
        """The receipt of a call as markdown, of the last one where none is named; shown where the editor can."""
        match list(arguments):
            case [str(call), *_] | [{"interaction": str(call)}, *_]:
                pass
            case _:
                call = ""
        text = await self._receipt(call)
        if self._ls.client.shows_documents and self._ls.client.reads_content:
            params = t.ShowDocumentParams(uri=f"rulewright:/receipts/{call or 'last'}.md", take_focus=True)
            await self._ls.ask(t.WINDOW_SHOW_DOCUMENT, params)
        return text

    async def page(self, uri: str) -> str:
        """The text of a document of ours. Raises JsonRpcException."""
        if (kept := self._ls.pages.get(uri)) is not None:
            return kept
        name = uri.rpartition("/")[2].removesuffix(".md")
        return await self._receipt("" if name == "last" else name)

    # How it is done

    async def ask(self, said: Said) -> AsyncGenerator[ChatEvent, None]:
        """What comes of a question; the client is told each event."""
        snapshot = await self._ls.snapshot()
        uri = said.uri or self._ls.recent_uri
        project = self._project_of(uri)
        asking = Asking(
            text=said.text,
            session=said.session,
            at=_at(project, uri, said.range),
            model=said.model,
            interface="lsp",
            regenerate=said.regenerate,
            edit=said.edit,
            title=said.title,
        )
        chat = self._chat if self._chat is not None else await asyncio.to_thread(self._door)
        task, session = asyncio.current_task(), said.session
        if task is not None and task not in self._answers:
            self._hold(task, session)
        shelf = shelf_of(self._ls, snapshot, project, said.diagnostics, said.texts)
        async with aclosing(chat.ask(project, shelf, asking)) as events:
            async for event in events:
                if isinstance(event, Asked):
                    session = event.session.id
                    if task is not None and not uris.to_path(self._answers.get(task, "")):
                        self._answers[task] = session
                if isinstance(event, Failed) and event.text == NO_MODEL:
                    self._ls.pending.start_background(self._offer.make(), "offering models nearby")
                self._ls.protocol.tell(EVENT, Happened(session, event))
                yield event
        if (embedder := self._ls.gateway.embedder(project)) is not None:
            self._ls.pending.start_background(self._learn(embedder), "learning what conversations are about")

    async def _learn(self, embedder: ModelProvider) -> None:
        """Have it worked out what conversations are about, one at a time."""
        loop = asyncio.get_running_loop()

        def embed(texts: Sequence[str]) -> Sequence[Sequence[float]]:
            asked = asyncio.run_coroutine_threadsafe(embedder.embed("", [Part(text) for text in texts]), loop)
            try:
                vectors = asked.result(EMBED_S).vectors
            except (ModelError, TimeoutError, RuntimeError) as problem:
                raise OSError(str(problem)) from None
            return [vector for vector in vectors if vector is not None]

        async with self._learning:
            await asyncio.to_thread(self._ls.gateway.conversations.learn_meaning, embed)

    def _hold(self, task: "asyncio.Task[Any]", name: str) -> None:
        self._answers[task] = name
        task.add_done_callback(lambda done: self._answers.pop(done, None))

    def _door(self) -> ChatGateway:
        """May wait for the disk the first time."""
        if self._chat is not None:
            return self._chat
        gateway = self._ls.gateway
        shared = gateway.conversations
        owner = gateway.principal or shared.owner

        def tell(heard: ModelResponded) -> None:
            shared.bus.publish("model_responses", heard, key=heard.session_id, correlation_id=heard.interaction_id)

        self._chat = gateway.talk(lambda: shared.door, owner, tell)
        return self._chat

    async def _receipt(self, call: str) -> str:
        def read() -> str:
            chat = self._door()
            found = chat.receipt(call) if call else next(iter(chat.receipts(limit=1)), None)
            if found is None:
                return "No call of a model is kept yet.\n"
            receipt = read_receipt(found.receipt)
            if receipt is None:
                return f"Of the call {found.id} only counts were kept.\n"
            whole = found.kept == "whole"
            prompt = shown_prompt(request_of(found.prompt, found.root, 0.0).messages) if whole and found.prompt else ""
            return as_markdown(
                receipt, call=found.id, at=found.at, prompt=prompt, response=found.response if whole else ""
            )

        try:
            return await asyncio.to_thread(read)
        except (SessionProblem, ValueError) as problem:
            raise JsonRpcException(str(problem), REQUEST_FAILED) from None

    def _project_of(self, uri: str) -> Project:
        snapshot = self._ls.gateway.take_snapshot()
        path = uris.to_path(uri)
        project = snapshot.project_of(path) if path else None
        if project is None and snapshot.projects:
            project = snapshot.projects[0]
        if project is None:
            raise JsonRpcException("A question is about a project, and none is open. Open a folder.", REQUEST_FAILED)
        return project

    def _recent_chat(self) -> str:
        """The chat document worked on last."""
        documents = self._ls.gateway.take_snapshot().documents
        if chat_file.is_chat(uris.to_path(self._ls.recent_uri)):
            return self._ls.recent_uri
        chats = [uri for uri, document in documents.items() if chat_file.is_chat(document.path)]
        return chats[-1] if len(chats) == 1 else ""


class _Watch:
    """Reports an answer's progress, and stops it where its user asks for that there."""

    def __init__(self, progress: Progress, stop: "Callable[[asyncio.Task[Any]], None]") -> None:
        self._progress, self._stop = progress, stop
        self._n_words = 0
        self._told_at = 0.0

    async def see(self, event: ChatEvent) -> None:
        """Take one event."""
        now = asyncio.get_running_loop().time()
        if isinstance(event, Grew):
            self._n_words += len(event.text.split())
            if now - self._told_at < REPORTS_S:
                return
            self._told_at = now
            await self._progress.report(f"{self._n_words:,} words")
        elif not isinstance(event, Done | Failed | Asked):
            await self._progress.report("asking")
        task = asyncio.current_task()
        if task is not None and self._progress.token is not None:
            self._progress.on_cancel(lambda: self._stop(task))


def _at(project: Project, uri: str, chosen: Any) -> At:
    """Where a user works."""
    path = project.relative(uris.to_path(uri)) if uri else None
    if path is None or chat_file.is_chat(path):
        return At()
    match chosen:
        case {
            "start": {"line": int(first), "character": int(start)},
            "end": {"line": int(last), "character": int(end)},
        }:
            is_selection = (first, start) != (last, end)
        case _:
            return At(path=path)
    if not is_selection:
        return At(path=path, line=first + 1)
    if end == 0 and last > first:
        # Whole lines were selected, and the cursor stands before the next one.
        last -= 1
    return At(path=path, line=first + 1, first_line=first + 1, last_line=last + 1)


def _read(arguments: Sequence[Any]) -> Said:
    match list(arguments):
        case []:
            return Said()
        case [str(text), *_]:
            return Said(text=text)
        case [Mapping() as fields, *_]:
            try:
                return msgspec.convert(fields, Said)
            except msgspec.ValidationError as error:
                raise JsonRpcInvalidParams(f"{error}.") from None
        case _:
            raise JsonRpcInvalidParams('The argument is a text, or {"text": "...", "session": "...", "uri": "..."}.')


def _uri(arguments: Sequence[Any]) -> str:
    match list(arguments):
        case [str(uri), *_] | [{"uri": str(uri)}, *_]:
            return uri
        case _:
            return ""


def _new_file(root: Path) -> Path:
    """A new chat document in a folder that git ignores. Raises OSError."""
    folder = own_folder(root)
    stem = f"{datetime.now().astimezone():%Y-%m-%d-%H%M}"
    for number in range(1, 1_000):
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}{chat_file.ENDING}"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(chat_file.new_chat())
        except FileExistsError:
            continue
        return path
    raise OSError(f"{folder} holds too many chats of this minute")
