"""What models do with the code of one editor: edits that are verified before they are made, explanations, reviews."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from difflib import unified_diff
from functools import partial
from typing import Any

import msgspec
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from rulewright.adapters.lsp import convert
from rulewright.adapters.lsp.ai_target import Order, Place, Target, target_of
from rulewright.adapters.lsp.chat_room import Said
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.pages import show_page
from rulewright.adapters.lsp.progress import TOKEN, Progress
from rulewright.adapters.lsp.review_page import ReviewPage
from rulewright.adapters.lsp.shelf import shelf_of
from rulewright.core.chat.events import ChatEvent, Done, Failed
from rulewright.core.chat.events import Grew as SaidMore
from rulewright.core.privacy.redact import redact
from rulewright.core.proposals.wrong import Wrong
from rulewright.core.snapshot import Document
from rulewright.core.text import Range
from rulewright.edit_gateway import KINDS, EditGateway, NoModel
from rulewright.features.ai_edit import Asked, EditEvent, Grew, Noticed, Outcome
from rulewright.review_gateway import Wanted as Review

TITLES = {
    "fix": "AI fix",
    "fix_all": "AI fix all",
    "refactor": "AI refactoring",
    "test": "AI tests",
    "document": "AI docs",
    "follow_rules": "AI: follow the rules",
}
REPORTS_S = 0.25


class Result(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """What a command came to."""

    applied: bool = False
    why: str = ""
    """Why nothing was changed."""
    wrongs: tuple[Wrong, ...] = ()
    page: str = ""
    """The URI of what was shown."""
    model: str = ""
    calls: tuple[str, ...] = ()
    """Receipts."""


class AiRoom:
    """What one editor has models do."""

    def __init__(self, ls: Server) -> None:
        self._ls = ls
        self._door: EditGateway | None = None
        self._running: dict[asyncio.Task[Any], tuple[str, int, int]] = {}

    async def run(self, arguments: Sequence[Any]) -> Any:
        """Do what is asked for; what it came to."""
        order = _read(arguments)
        if order is None:
            self._ls.show(
                "Choose what a model is to do from the list of code actions, or give this command an argument such as "
                '{"kind": "refactor", "uri": "...", "range": {...}, "instruction": "..."}.',
                t.MessageType.Info,
            )
            return None
        work = {"explain": self._explain, "review": self._review}.get(order.kind, self._edit)
        if order.kind not in {*KINDS, "explain", "review"}:
            raise JsonRpcInvalidParams(
                f"There is no kind {order.kind}; there is {', '.join(KINDS)}, explain and review."
            )
        task = asyncio.current_task()
        assert task is not None
        self._running[task] = ("", 0, 0)
        try:
            return await work(order)
        except NoModel as problem:
            return self._told(Result(why=str(problem)))
        finally:
            self._running.pop(task, None)

    def stop(self) -> int:
        """Stop all that models are doing; how much that was."""
        for task in self._running:
            task.cancel()
        return len(self._running)

    # Edits

    async def _edit(self, order: Order) -> Result:
        place = await self._place(order)
        if isinstance(place, str):
            return self._told(Result(why=place))
        door = await self._edits()
        target = await target_of(self._ls, order, place, door)
        wanted = target.wanted
        start, end = (0, len(wanted.text)) if wanted.is_whole else (wanted.start, wanted.end)
        if self._is_busy(target.uri, start, end):
            return self._told(Result(why="A model is changing this code already; wait for it, or stop it."))
        task = asyncio.current_task()
        assert task is not None
        self._running[task] = (target.uri, start, end)
        return await self._made(door, order, place, target)

    async def _made(self, door: EditGateway, order: Order, place: Place, target: Target) -> Result:
        title = TITLES[target.wanted.kind]
        shelf = shelf_of(self._ls, place.snapshot, place.project, order.diagnostics)
        async with Progress(self._ls, TOKEN.get(), title, cancellable=True) as progress:
            outcome = await self._watched(door.propose(place.project, target.wanted, shelf, target.now), progress)
        if outcome.failure and not outcome.wrongs:
            return self._told(Result(why=outcome.failure, model=outcome.model, calls=outcome.calls))
        refused = outcome.failure
        if outcome.is_good:
            refused = await self._applied(target, outcome, title)
            if not refused:
                return Result(applied=True, model=outcome.model, calls=outcome.calls)
        text = proposal_text(title, outcome, refused)
        name = f"proposals/{(outcome.calls or ('none',))[-1]}.md"
        page = await show_page(self._ls, place.project.root, name, text)
        why = refused or "; ".join(dict.fromkeys(wrong.text for wrong in outcome.wrongs))
        return self._told(
            Result(
                why=f"Nothing was changed: {why}",
                wrongs=outcome.wrongs,
                page=page,
                model=outcome.model,
                calls=outcome.calls,
            )
        )

    async def _watched(self, events: AsyncGenerator[EditEvent, None], progress: Progress) -> Outcome:
        task = asyncio.current_task()
        assert task is not None
        told_at, loop = 0.0, asyncio.get_running_loop()
        outcome: Outcome | None = None
        async with aclosing(events):
            async for event in events:
                match event:
                    case Asked(model, attempt):
                        again = " once more, with what was wrong" if attempt > 1 else ""
                        await progress.report(f"asking {model}{again}")
                        progress.on_cancel(partial(_cancel, task))
                    case Grew(n_characters) if loop.time() - told_at >= REPORTS_S:
                        told_at = loop.time()
                        await progress.report(f"{n_characters:,} characters")
                    case Noticed(text):
                        self._ls.show(text, t.MessageType.Info)
                    case Outcome():
                        outcome = event
        assert outcome is not None
        return outcome

    async def _applied(self, target: Target, outcome: Outcome, title: str) -> str:
        """Have the client make the edits; why it did not."""
        if target.is_new and not self._ls.client.creates_files:
            return "this editor makes no new files for a server"
        if target.now() != target.wanted.version:
            return "the document was changed meanwhile"
        label = f"{title}, by {outcome.model}"
        opened = self._ls.gateway.take_snapshot().documents.get(target.uri)
        version = opened.version if opened is not None else None
        edit = convert.workspace_edit(
            target.uri,
            version,
            outcome.edits,
            target.text,
            self._ls.client,
            label,
            is_new=target.is_new and opened is None,
        )
        params = t.ApplyWorkspaceEditParams(edit=edit, label=label)
        try:
            answer = await self._ls.ask(t.WORKSPACE_APPLY_EDIT, params, deadline_s=None)
        except JsonRpcException as error:
            return f"the editor refused the change: {error.message}"
        match answer:
            case {"applied": True}:
                return ""
            case {"failureReason": str(reason)} if reason:
                return f"the editor did not make the change: {reason}"
        return "the editor did not make the change"

    # Helpers

    async def _place(self, order: Order) -> "Place | str":
        snapshot = await self._ls.snapshot()
        uri = order.uri or self._ls.recent_uri
        document = snapshot.documents.get(uri)
        if document is None:
            return "The document is not open, so nothing was done."
        if order.version is not msgspec.UNSET and order.version != document.version:
            return "The document has changed since this was offered; choose it again."
        project = snapshot.project_of(document.path) if document.path else None
        path = project.relative(document.path) if project is not None else None
        if project is None or path is None:
            return "The document lies outside of every project, so no rules are known for it."
        start, end = _offsets(order.range, document, self._ls)
        return Place(project, snapshot, document, path, start, end)

    def _is_busy(self, uri: str, start: int, end: int) -> bool:
        return any(
            other == uri and first <= end and start <= last for other, first, last in self._running.values() if other
        )

    async def _edits(self) -> EditGateway:
        if self._door is None:
            shared = await asyncio.to_thread(lambda: self._ls.gateway.conversations)
            owner = self._ls.gateway.principal or shared.owner
            self._door = self._ls.gateway.edit(lambda: shared.door, owner)
        return self._door

    def _told(self, result: Result) -> Result:
        self._ls.window_show_message(t.ShowMessageParams(t.MessageType.Warning, result.why))
        return result

    async def _explain(self, order: Order) -> Any:
        """Have it explained, as a question of a conversation, and show the answer."""
        place = await self._place(order)
        if isinstance(place, str):
            return self._told(Result(why=place))
        room = self._ls.chat_room
        assert room is not None
        # What a server says of code may quote it, and a question is kept.
        told = "\n".join(f"- {redact(str(one.get('message', '')))}" for one in order.diagnostics)
        question = f"/explain {order.instruction}".strip() + (f"\n\nWhat is told of it:\n{told}" if told else "")
        said = Said(text=question, uri=place.document.uri, range=order.range, model=order.model)
        said = msgspec.structs.replace(said, diagnostics=order.diagnostics)
        words: list[str] = []
        last: ChatEvent | None = None
        chat = await room()
        async with Progress(self._ls, TOKEN.get(), "AI explanation", cancellable=True) as progress:
            task = asyncio.current_task()
            assert task is not None
            await progress.report("asking")
            progress.on_cancel(partial(_cancel, task))
            async with aclosing(chat.ask(said)) as events:
                async for event in events:
                    last = event
                    if isinstance(event, SaidMore):
                        words.append(event.text)
        if isinstance(last, Failed):
            return self._told(Result(why=last.text))
        call = last.interaction_id if isinstance(last, Done) else "none"
        page = await show_page(self._ls, place.project.root, f"answers/{call}.md", "".join(words).rstrip() + "\n")
        return Result(page=page, calls=(call,))

    async def _review(self, order: Order) -> Any:
        """Have what changed in a document judged by the rules that have no check, and show what was found."""
        place = await self._place(order)
        if isinstance(place, str):
            return self._told(Result(why=place))
        shared = await asyncio.to_thread(lambda: self._ls.gateway.conversations)
        door = self._ls.gateway.review(lambda: shared.door, self._ls.gateway.principal or shared.owner)
        wanted = Review(
            paths=(place.path,), since="HEAD", texts={place.path: place.document.text.content}, model=order.model
        )
        report = ReviewPage(place.path)
        async with Progress(self._ls, TOKEN.get(), "AI review", cancellable=True) as progress:
            task = asyncio.current_task()
            assert task is not None
            await progress.report("looking at what changed")
            progress.on_cancel(partial(_cancel, task))
            async with aclosing(door.review(place.project, wanted)) as events:
                async for event in events:
                    report.take(event)
        if report.failure:
            return self._told(Result(why=report.failure))
        name = f"reviews/{place.path.replace('/', '-')}.md"
        return Result(page=await show_page(self._ls, place.project.root, name, report.text()))


def proposal_text(title: str, outcome: Outcome, refused: str = "") -> str:
    """A proposal that was not made, for people."""
    lines = [f"# {title}: not made", "", f"{outcome.model} proposed a change of `{outcome.path}`.", ""]
    if refused:
        lines += [f"It was fit to be made, but {refused}.", ""]
    if outcome.wrongs:
        lines += ["What is wrong with it:", "", *[f"- {wrong.text}" for wrong in outcome.wrongs], ""]
    if outcome.edits:
        before, after = (text.splitlines() for text in (outcome.before, outcome.after))
        diff = list(unified_diff(before, after, outcome.path, outcome.path, lineterm=""))
        fence = "`" * max(3, 1 + max((_run_of_ticks(line) for line in diff), default=0))
        lines += [f"{fence}diff", *diff, fence, ""]
    if outcome.prose:
        lines += ["What the model said:", "", *[f"> {line}".rstrip() for line in outcome.prose.splitlines()], ""]
    lines += [f"Receipts: {', '.join(outcome.calls)}.", ""] if outcome.calls else []
    return "\n".join(lines)


def _cancel(task: "asyncio.Task[Any]") -> None:
    task.cancel()


def _run_of_ticks(line: str) -> int:
    longest = current = 0
    for sign in line:
        current = current + 1 if sign == "`" else 0
        longest = max(longest, current)
    return longest


def _read(arguments: Sequence[Any]) -> Order | None:
    match list(arguments):
        case [dict() as fields, *_]:
            try:
                return msgspec.convert(fields, Order)
            except msgspec.ValidationError as error:
                raise JsonRpcInvalidParams(f"{error}.") from None
        case [str(kind), *_] if kind in {*KINDS, "explain", "review"}:
            return Order(kind=kind)
        case _:
            return None


def _offsets(chosen: Any, document: Document, ls: Server) -> tuple[int, int]:
    try:
        found = msgspec.convert(chosen, Range)
    except msgspec.ValidationError:
        return 0, len(document.text.content)
    text = document.text
    start, end = (text.offset(text.from_client(one, ls.encoding)) for one in (found.start, found.end))
    return min(start, end), max(start, end)
