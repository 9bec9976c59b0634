"""What models do with the code of one editor: edits that are verified before they are made, explanations, reviews."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from difflib import unified_diff
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from rulewright.adapters.lsp import convert
from rulewright.adapters.lsp.ai_actions import same_rule
from rulewright.adapters.lsp.chat_room import Said
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.pages import show_page
from rulewright.adapters.lsp.progress import TOKEN, Progress
from rulewright.adapters.lsp.review_page import ReviewPage
from rulewright.adapters.lsp.shelf import shelf_of
from rulewright.core import uris
from rulewright.core.chat.events import ChatEvent, Done, Failed
from rulewright.core.chat.events import Grew as SaidMore
from rulewright.core.languages import language_of
from rulewright.core.models import Source
from rulewright.core.privacy.redact import redact
from rulewright.core.prompt.conversation import Piece
from rulewright.core.proposals.testing import is_test
from rulewright.core.proposals.wrong import Wrong
from rulewright.core.snapshot import Document, Project, Snapshot
from rulewright.core.text import Range, Text
from rulewright.edit_gateway import KINDS, EditGateway, Kind, NoModel, Wanted
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
GONE = -1
"""Stands for the version of a document that is not what it was."""


class Order(msgspec.Struct, rename="camel", kw_only=True):
    """The argument of `rulewright.ai`."""

    kind: str = "refactor"
    uri: str = ""
    version: int | msgspec.UnsetType | None = msgspec.UNSET
    """With it, only that version of the document is changed."""
    range: Any = None
    diagnostics: tuple[dict[str, Any], ...] = ()
    """What is to go, as the client shows it; ours or another server's."""
    code: str = ""
    """A rule, for `fix_all`."""
    instruction: str = ""
    model: str = ""


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


class _Place(msgspec.Struct, frozen=True):
    """What is to be changed."""

    project: Project
    snapshot: Snapshot
    document: Document
    path: str
    start: int
    end: int


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
        if order.kind == "explain":
            return await self._explain(order)
        if order.kind == "review":
            return await self._review(order)
        if order.kind not in KINDS:
            raise JsonRpcInvalidParams(
                f"There is no kind {order.kind}; there is {', '.join(KINDS)}, explain and review."
            )
        return await self._edit(order)

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
        if self._is_busy(place):
            return self._told(Result(why="A model is changing this code already; wait for it, or stop it."))
        task = asyncio.current_task()
        assert task is not None
        self._running[task] = (place.document.uri, place.start, place.end)
        try:
            return await self._made(order, place)
        except NoModel as problem:
            return self._told(Result(why=str(problem)))
        finally:
            self._running.pop(task, None)

    async def _made(self, order: Order, place: _Place) -> Result:
        door = await self._edits()
        wanted, target, version = await self._wanted(order, place, door)
        title = TITLES[wanted.kind]
        shelf = shelf_of(self._ls, place.snapshot, place.project, order.diagnostics)
        async with Progress(self._ls, TOKEN.get(), title, cancellable=True) as progress:
            outcome = await self._watched(door.propose(place.project, wanted, shelf, version), progress)
        if outcome.failure:
            return self._told(Result(why=outcome.failure, model=outcome.model, calls=outcome.calls))
        refused = ""
        if outcome.is_good:
            refused = await self._applied(target, outcome, title, is_new=not wanted.text and wanted.kind == "test")
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

    async def _wanted(
        self, order: Order, place: _Place, door: EditGateway
    ) -> tuple[Wanted, tuple[str, Text], Callable[[], int | None]]:
        """What is asked for, the document that is changed, and what tells its version."""
        document, text = place.document, place.document.text.content
        language = language_of(place.path, document.language_id)
        kind: Kind = order.kind  # type: ignore[assignment]
        if kind == "test":
            return await self._tests_wanted(order, place, door)
        found = (await self._ls.gateway.diagnose(place.snapshot, document.uri)).findings
        ours = (
            same_rule(found, order.code)
            if kind == "fix_all"
            else tuple(f for f in found if _is_told(f, order, document, self._ls))
        )
        told = tuple(
            (int(one["range"]["start"]["line"]), str(one.get("message", "")).split("\n")[0])
            for one in order.diagnostics
            if one.get("source") != convert.SOURCE and _has_range(one)
        )
        start, end = place.start, place.end
        if kind == "fix_all" and ours:
            start, end = min(f.start for f in ours), max(f.end for f in ours)
        wanted = Wanted(
            kind=kind,
            path=place.path,
            text=text,
            language=language,
            version=document.version,
            start=start,
            end=end,
            instruction=order.instruction,
            findings=ours,
            told=told,
            model=order.model,
        )
        return wanted, (document.uri, document.text), lambda: self._version_of(document.uri)

    async def _tests_wanted(
        self, order: Order, place: _Place, door: EditGateway
    ) -> tuple[Wanted, tuple[str, Text], Callable[[], int | None]]:
        root, text = place.project.root, place.document.text
        language = language_of(place.path, place.document.language_id)
        if is_test(place.path):
            raise JsonRpcException("This file holds tests itself; choose code to be tested.", -32803)
        path = door.test_file(place.path, lambda one: Path(root, one).exists())
        if not path:
            raise JsonRpcException(f"Nobody knows where tests of {place.path} belong; write the first one.", -32803)
        uri = uris.from_path(f"{root}/{path}")
        opened = self._ls.gateway.take_snapshot().documents.get(uri)
        there = opened.text.content if opened is not None else await asyncio.to_thread(_read_file, Path(root, path))
        name = await asyncio.to_thread(door.named, text.content, language, place.start, place.end)
        first = text.content.count("\n", 0, place.start) + 1
        chosen = text.content[place.start : place.end]
        if not chosen.strip() or name:
            chosen, first = text.content, 1
        last = first + chosen.count("\n")
        piece = Piece(
            text=chosen,
            what=f"{place.path}:{first}-{last}",
            why="what is to be tested",
            source=Source(place.path, first, last),
            language=language,
            is_named=True,
        )
        what = f"`{name}` in {place.path}" if name else f"{place.path}:{first}-{last}"
        version = opened.version if opened is not None else None

        def now() -> int | None:
            if opened is not None:
                return self._version_of(uri)
            return version if _read_file(Path(root, path)) == there else GONE

        wanted = Wanted(
            kind="test",
            path=path,
            text=there or "",
            language=language,
            version=version,
            end=len(there or ""),
            instruction=f"Write tests for {what}. {order.instruction}".strip(),
            pieces=(piece,),
            is_whole=True,
            model=order.model,
        )
        return wanted, (uri, Text(there or "")), now

    async def _applied(self, target: tuple[str, Text], outcome: Outcome, title: str, *, is_new: bool) -> str:
        """Have the client make the edits; why it did not."""
        uri, text = target
        if is_new and not self._ls.client.creates_files:
            return "this editor makes no new files for a server"
        label = f"{title}, by {outcome.model}"
        edit = convert.workspace_edit(uri, outcome.version, outcome.edits, text, self._ls.client, label, is_new=is_new)
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

    async def _place(self, order: Order) -> "_Place | str":
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
        return _Place(project, snapshot, document, path, start, end)

    def _is_busy(self, place: _Place) -> bool:
        return any(
            uri == place.document.uri and start <= place.end and place.start <= end
            for uri, start, end in self._running.values()
        )

    def _version_of(self, uri: str) -> int | None:
        document = self._ls.gateway.take_snapshot().documents.get(uri)
        return document.version if document is not None else GONE

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


def _has_range(diagnostic: Any) -> bool:
    match diagnostic:
        case {"range": {"start": {"line": int()}}}:
            return True
        case _:
            return False


def _is_told(finding: Any, order: Order, document: Document, ls: Server) -> bool:
    """Whether a finding is one that the client named."""
    where = convert.wire_range(finding.range, document.text, ls.encoding)
    spot = {
        "start": {"line": where.start.line, "character": where.start.character},
        "end": {"line": where.end.line, "character": where.end.character},
    }
    return any(
        one.get("source") == convert.SOURCE and one.get("code") == finding.rule_id and one.get("range") == spot
        for one in order.diagnostics
    )


def _offsets(chosen: Any, document: Document, ls: Server) -> tuple[int, int]:
    try:
        found = msgspec.convert(chosen, Range)
    except msgspec.ValidationError:
        return 0, len(document.text.content)
    text = document.text
    start, end = (text.offset(text.from_client(one, ls.encoding)) for one in (found.start, found.end))
    return min(start, end), max(start, end)


def _read_file(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
