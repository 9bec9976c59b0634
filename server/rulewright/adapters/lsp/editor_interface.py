"""Conversations in an editor: what answers its requests, and tells it what others do in them.

Imported in a thread, when a client first asks for one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.refusals import REQUEST_FAILED
from rulewright.adapters.lsp.supervised import supervise
from rulewright.adapters.lsp.wire import Ready
from rulewright.core import uris
from rulewright.core.bus import ContextUpdated, Lagged
from rulewright.core.interface import Capabilities, UserInput
from rulewright.core.permissions import Principal
from rulewright.core.rules.applied import rule_version
from rulewright.core.session import (
    AnswerGrew,
    Draft,
    Message,
    MessageAdded,
    Part,
    Session,
    SessionChanged,
    SessionEvent,
    session_of,
)
from rulewright.session_gateway import Conversing, Page, SessionProblem, Written

T = TypeVar("T")
_THREADS = ThreadPoolExecutor(4, "conversations")
"""Of their own: a database that somebody has locked holds up nothing else."""
LIKELY = 3
"""Conversations that are read ahead."""
IDLE_S = 0.3
"""How long after the list, when the client has had its answer and drawn it."""
EVENT = "rulewright/sessionEvent"


class Asked(msgspec.Struct, rename="camel"):
    """The parameters of all requests; each needs some of them."""

    session: str = ""
    uri: str = ""
    """Of the document that it is about, or a folder of its project; else the project worked on last."""
    text: str = ""
    title: str = ""
    message: str = ""
    query: str = ""
    archived: bool | msgspec.UnsetType | None = msgspec.UNSET
    everywhere: bool = False
    begin: Annotated[int, msgspec.Meta(ge=0)] | str | None = msgspec.field(name="from", default=None)
    """The first message that is wanted, by its number from 0 or its id."""
    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """How many messages at most."""


class Happened(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The parameters of `rulewright/sessionEvent`."""

    session: str
    what: str
    """`message`, `answer`, `facts`, `deleted`; `missed` when something may have been left out: open it again."""
    message: Message | None = None
    facts: Session | None = None


class Opened(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to `rulewright/sessions/open`."""

    session: Session
    messages: tuple[msgspec.Raw, ...]
    earlier: int
    """How many come before these."""
    next: str | None
    """What `from` is to be for those that come after these; null where these are the last ones."""


class Changed(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to whatever changes a conversation."""

    session: Session
    message: Message | None
    problem: str = ""
    """Why it is in memory only, and lost if the server ends now; empty when it is on the disk."""


class EditorInterface:
    """A client of the protocol, as conversations see it."""

    def __init__(self, ls: Server) -> None:
        self._ls = ls
        self.shown: set[str] = set()
        """The ids of the conversations that its user looks at."""
        self.is_following = False
        self._reads_ahead = False

    def get_capabilities(self) -> Capabilities:
        """What an editor can do with plain messages of the protocol."""
        return Capabilities(name="lsp", shows_growth=True, makes_edits=True, renders_markdown=True)

    async def handle_user_input(self, said: UserInput) -> MessageAdded:
        """Keep what its user says."""
        written = await self.keep(said)
        assert written.message is not None
        return MessageAdded(written.session, written.message)

    async def keep(self, said: UserInput) -> Written:
        """The same; with why it is in memory only, which its user is told too."""
        gateway = self._ls.gateway
        applied = gateway.rules_for(gateway.take_snapshot(), said.about) if said.about else ()
        draft = Draft(
            role="user",
            parts=(Part(said.text),),
            interface=self.get_capabilities().name,
            rule_version=rule_version(one.rule for one in applied),
            rules=tuple(one.rule.id for one in applied),
        )
        return await self.change("What was said", lambda door, who: door.append(who, said.session, draft))

    async def change(self, what: str, work: Callable[[Any, Principal], Written]) -> Written:
        """Have something changed; where it is in memory only its user is told that `what` is."""
        written = await self.call(work)
        if written.problem:
            self._ls.show(f"{what} is in memory only, and lost if the server ends now: {written.problem}.")
        return written

    async def present_response(self, event: SessionEvent) -> None:
        """Tell the client."""
        session = session_of(event)
        match event:
            case MessageAdded(message=message, session=facts):
                self._tell(Happened(session, "message", message, facts))
            case AnswerGrew(message=message):
                self._tell(Happened(session, "answer", message))
            case SessionChanged(session=facts):
                self._tell(Happened(session, "facts", facts=facts))
            case _:
                self.shown.discard(session)
                self._tell(Happened(session, "deleted"))

    def _tell(self, happened: Happened) -> None:
        self._ls.protocol.tell(EVENT, happened)

    # What it asks

    def _conversing(self) -> Conversing:
        return self._ls.gateway.conversations

    async def call(self, work: Callable[[Any, Principal], T]) -> T:
        """Ask the door something, in a thread. Raises JsonRpcException with the sentence of what cannot be done.

        What went wrong meanwhile with what is kept, such as that it was damaged, its user is told.
        """
        problems: list[str] = []

        def ask() -> T:
            shared = self._conversing()
            try:
                return work(shared.door, self._ls.gateway.principal or shared.owner)
            finally:
                problems.extend(shared.take_problems())

        try:
            return await asyncio.get_running_loop().run_in_executor(_THREADS, ask)
        except SessionProblem as problem:
            raise JsonRpcException(str(problem), REQUEST_FAILED) from None
        finally:
            for sentence in problems:
                self._ls.show(sentence)

    async def answer(self, name: str, params: Any) -> Any:
        """The answer to one request."""
        return await ANSWERS[name](self, _read(params))

    def hide_all(self) -> None:
        """Its user leaves."""
        for session_id in tuple(self.shown):
            self.hide(session_id)

    def preload(self, sessions: Sequence[str]) -> None:
        """Read conversations before they are asked for: whoever looks at a list opens one that changed last."""

        async def read() -> None:
            try:
                await asyncio.sleep(IDLE_S)
                for session_id in sessions:
                    with suppress(JsonRpcException):
                        await self.call(lambda door, who, one=session_id: door.open(who, one))  # type: ignore[misc]
            finally:
                # Not at once: the supervisor has yet to see that this has ended.
                asyncio.get_running_loop().call_later(IDLE_S, done)

        def done() -> None:
            self._reads_ahead = False

        if sessions and not self._reads_ahead:
            self._reads_ahead = True
            supervise(self._ls, "warmer", read, restart="transient")

    def show(self, session_id: str) -> None:
        """Tell the client from now on what happens in a conversation."""
        self.shown.add(session_id)
        tree = self._ls.gateway.tree
        metadata = {"session": session_id, "interface": "lsp", "client": self._ls.client.name}
        tree.node.registry.register("session", f"{session_id} in {tree.name}", metadata)
        if not self.is_following:
            self.is_following = True
            supervise(self._ls, "conversations", self._follow)

    def hide(self, session_id: str) -> None:
        """Tell the client of it no more."""
        self.shown.discard(session_id)
        tree = self._ls.gateway.tree
        tree.node.registry.unregister("session", f"{session_id} in {tree.name}")

    async def _follow(self) -> None:
        shared = await asyncio.to_thread(self._conversing)
        async with shared.bus.subscribe("context_updates") as events:
            with ExitStack() as stack:
                stack.enter_context(await asyncio.to_thread(shared.following))
                async for event in events:
                    if isinstance(event, Lagged):
                        for session_id in sorted(self.shown):
                            self._tell(Happened(session_id, "missed"))
                    elif (
                        isinstance(body := event.body, ContextUpdated) and body.session_id in self.shown and body.event
                    ):
                        await self.present_response(body.event)


def _read(params: Any) -> Asked:
    try:
        return msgspec.convert(params or {}, Asked)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(f"{error}.") from None


async def _list(self: EditorInterface, asked: Asked) -> Any:
    root = None if asked.everywhere else _root(self, asked)
    archived = False if asked.archived is msgspec.UNSET else asked.archived
    found: tuple[Session, ...] = await self.call(lambda door, who: door.list(who, root, archived=archived))
    self.preload([session.id for session in found[:LIKELY]])
    return found


async def _open(self: EditorInterface, asked: Asked) -> Any:
    found: Page = await self.call(lambda door, who: door.open_page(who, asked.session, limit=1))
    # What comes between the reading and the listening comes twice, which the ids of messages tell.
    self.show(found.session.id)
    session = found.session.id
    return await self.call(lambda door, who: _written(door.open_page(who, session, asked.begin, asked.limit)))


def _written(page: Page) -> Ready:
    """A page as it is sent, message by message: the event loop has its turn in between."""
    messages = tuple(msgspec.Raw(msgspec.json.encode(message)) for message in page.messages)
    return Ready(msgspec.json.encode(Opened(page.session, messages, page.earlier, page.next)))


async def _close(self: EditorInterface, asked: Asked) -> None:
    for session_id in [one for one in self.shown if asked.session and one.startswith(asked.session)]:
        self.hide(session_id)


async def _append(self: EditorInterface, asked: Asked) -> Any:
    if asked.session:
        return _changed(await self.keep(UserInput(session=asked.session, text=asked.text, about=asked.uri)))
    root = _root(self, asked)
    begun: Written = await self.call(lambda door, who: door.create(who, root, title=asked.title))
    session = begun.session.id
    self.show(session)
    try:
        added = await self.keep(UserInput(session=session, text=asked.text, about=asked.uri))
    except JsonRpcException:
        # Nobody wants a conversation of which even the beginning was refused.
        self.hide(session)
        await self.call(lambda door, who: door.delete(who, session))
        raise
    return _changed(added)


async def _rename(self: EditorInterface, asked: Asked) -> Any:
    return _changed(await self.change("The title", lambda door, who: door.rename(who, asked.session, asked.title)))


async def _archive(self: EditorInterface, asked: Asked) -> Any:
    archived = asked.archived is not False
    what = "That it was put away" if archived else "That it was taken back"
    return _changed(await self.change(what, lambda door, who: door.archive(who, asked.session, archived=archived)))


async def _fork(self: EditorInterface, asked: Asked) -> Any:
    return _changed(
        await self.change(
            "The new conversation", lambda door, who: door.fork(who, asked.session, asked.message, title=asked.title)
        )
    )


async def _delete(self: EditorInterface, asked: Asked) -> Any:
    session, _ = await self.call(lambda door, who: door.delete(who, asked.session))
    return session


async def _search(self: EditorInterface, asked: Asked) -> Any:
    root = None if asked.everywhere else _root(self, asked)
    return await self.call(lambda door, who: door.search(who, asked.query, root))


def _changed(written: Written) -> Changed:
    return Changed(written.session, written.message, written.problem)


def _root(self: EditorInterface, asked: Asked) -> Path:
    """The project that is meant."""
    ls = self._ls
    snapshot = ls.gateway.take_snapshot()
    path = uris.to_path(asked.uri or ls.recent_uri)
    project = snapshot.project_of(path) if path else None
    if project is None and snapshot.projects:
        project = snapshot.projects[0]
    if project is None:
        raise JsonRpcException("A conversation is about a project, and none is open. Open a folder.", REQUEST_FAILED)
    return Path(project.root)


ANSWERS: dict[str, Callable[[EditorInterface, Asked], Awaitable[Any]]] = {
    "list": _list,
    "open": _open,
    "close": _close,
    "append": _append,
    "rename": _rename,
    "archive": _archive,
    "fork": _fork,
    "delete": _delete,
    "search": _search,
}
