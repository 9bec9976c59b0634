"""The door to conversations and to calls of models. Every call says for whom; everything waits for the disk.

Sentences come as `SessionProblem` and `NotAllowed`. What belongs to somebody else is not there, for those who may not
administer.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from rulewright.core.budget import Spent
from rulewright.core.interaction import Interaction, Used
from rulewright.core.permissions import Action, Principal, Resource, demand
from rulewright.core.session import Conversation, Draft, Session, clean
from rulewright.core.session_page import Page, page
from rulewright.core.session_ports import Embed
from rulewright.core.session_text import from_json
from rulewright.features.sessions import NoSuchSession, absent, demand_all, demand_for, meant
from rulewright.services.interactions import GROUPS, Interactions
from rulewright.services.sessions.answer import Answer
from rulewright.services.sessions.opened import NoSession
from rulewright.services.sessions.sessions import Hit, Refused, Sessions
from rulewright.services.sessions.shelf import Written

if TYPE_CHECKING:
    # It brings an event loop, which who only lists conversations can do without.
    from rulewright.services.bus import Bus

__all__ = ["Answer", "Hit", "Page", "Place", "SessionGateway", "SessionProblem", "Written"]


class SessionProblem(Exception):  # noqa: N818 - an answer, not a fault
    """Something cannot be done; the message is a sentence for people."""


class Place(msgspec.Struct, frozen=True):
    """A project, as conversations know it."""

    workspace: str
    """A hash of where it lies."""
    root: str


class Conversing(Protocol):
    """Conversations of a process that serves: the door to them, and where is told what happens in them."""

    bus: "Bus"
    owner: Principal
    """Whoever started the process."""

    @property
    def door(self) -> "SessionGateway":
        """The door. May wait for the disk."""
        ...

    def following(self) -> AbstractContextManager[None]:
        """While this lasts, the bus tells also what other processes write. May wait for the disk."""
        ...

    def take_problems(self) -> tuple[str, ...]:
        """Sentences about what went wrong since this was asked last; each is given once. May wait for the disk."""
        ...

    def learn_meaning(self, embed: Embed) -> None:
        """Work out, with a model that embeds, what conversations that changed are about. Waits for that model."""
        ...


class SessionGateway:
    """Everything an interface may do with conversations."""

    def __init__(
        self,
        sessions: Sessions,
        interactions: Interactions,
        place: Callable[[Path], Place],
        leftovers: Callable[[], Sequence[Path]] = list,
    ) -> None:
        self._sessions, self._interactions, self._place = sessions, interactions, place
        self._leftovers = leftovers
        """Damaged databases that were set aside, which nothing is deleted from."""

    # Reading

    def place(self, principal: Principal, root: Path) -> Place:
        """What a project is called here. Raises NotAllowed."""
        demand(principal, "read", Resource("workspace"))
        return self._place(root)

    def list(
        self, principal: Principal, root: Path | None, *, archived: bool | None = False, everybody: bool = False
    ) -> tuple[Session, ...]:
        """One's conversations about a project, or with None about all, what changed last first. Raises NotAllowed."""
        demand(principal, "read", Resource("conversation"))
        if everybody:
            demand_all(principal)
        workspace = self._place(root).workspace if root is not None else ""
        user = "" if everybody else principal.user_id
        return self._sessions.list(workspace=workspace, user=user, archived=archived)

    def open(self, principal: Principal, session: str) -> Conversation:
        """A conversation with its messages, by its id or the beginning of it. Raises SessionProblem and NotAllowed."""
        known = self._meant(principal, "read", session)
        try:
            return self._sessions.open(known.id)
        except NoSession:
            raise SessionProblem(absent(session)) from None

    def open_page(
        self, principal: Principal, session: str, begin: int | str | None = None, limit: int | None = None
    ) -> Page:
        """As many messages of a conversation as can be sent at once, from a number or an id on, else the last ones.

        Raises as `open`.
        """
        found = page(self.open(principal, session), begin, limit)
        if found is None:
            raise SessionProblem(f"There is no message {clean(str(begin))[:80]} in this conversation. Open it again.")
        return found

    def search(
        self, principal: Principal, query: str, root: Path | None = None, *, everybody: bool = False, limit: int = 20
    ) -> tuple[Hit, ...]:
        """Messages with all words of a query, best first. Raises NotAllowed."""
        demand(principal, "read", Resource("conversation"))
        if everybody:
            demand_all(principal)
        workspace = self._place(root).workspace if root is not None else ""
        user = "" if everybody else principal.user_id
        return self._sessions.search(query, workspace=workspace, user=user, limit=limit)

    def look(self, principal: Principal) -> int:
        """Have told what other processes wrote since this was asked last; how many changes. Raises NotAllowed."""
        demand(principal, "read", Resource("conversation"))
        return self._sessions.look()

    # Changing

    def create(self, principal: Principal, root: Path, *, title: str = "", model: str = "") -> Written:
        """Begin a conversation about a project. Raises NotAllowed."""
        demand(principal, "chat", Resource("conversation"))
        place = self._place(root)
        return self._sessions.create(
            workspace=place.workspace, root=place.root, user=principal.user_id, title=title, model=model
        )

    def get_or_create(self, principal: Principal, root: Path, session_id: str) -> Written:
        """The conversation with this id, whole, or a new one with it. Raises SessionProblem and NotAllowed."""
        demand(principal, "chat", Resource("conversation"))
        place = self._place(root)
        try:
            found = self._sessions.get_or_create(
                session_id, workspace=place.workspace, root=place.root, user=principal.user_id
            )
        except Refused as refused:
            raise SessionProblem(str(refused)) from None
        demand_for(principal, "chat", found.session)
        return found

    def append(self, principal: Principal, session: str, draft: Draft) -> Written:
        """Add a message; whoever adds one of their own is its author. Raises SessionProblem and NotAllowed."""
        demand(principal, "chat", Resource("conversation"))
        if draft.role == "user":
            draft = msgspec.structs.replace(draft, author=principal.user_id)
        return self._change(principal, session, lambda known: self._sessions.append(known.id, draft))

    def begin_answer(self, principal: Principal, session: str, draft: Draft) -> Answer:
        """An answer that comes bit by bit begins. Raises SessionProblem and NotAllowed."""
        known = self._meant(principal, "chat", session)
        try:
            return self._sessions.begin_answer(known.id, draft)
        except NoSession:
            raise SessionProblem(absent(session)) from None

    def rename(self, principal: Principal, session: str, title: str) -> Written:
        """Give a conversation another title. Raises SessionProblem and NotAllowed."""
        return self._change(principal, session, lambda known: self._sessions.update(known.id, title=title))

    def set_model(self, principal: Principal, session: str, model: str) -> Written:
        """Say which model answers in a conversation. Raises SessionProblem and NotAllowed."""
        return self._change(principal, session, lambda known: self._sessions.update(known.id, model=model))

    def archive(self, principal: Principal, session: str, *, archived: bool = True) -> Written:
        """Put a conversation away, or take it back. Raises SessionProblem and NotAllowed."""
        return self._change(principal, session, lambda known: self._sessions.update(known.id, archived=archived))

    def fork(self, principal: Principal, session: str, message: str = "", *, title: str = "") -> Written:
        """Begin one's own conversation with the messages of another, up to one. Raises as `append`."""
        demand(principal, "chat", Resource("conversation"))
        known = self._meant(principal, "read", session)
        return self._doing(session, lambda: self._sessions.fork(known.id, message, user=principal.user_id, title=title))

    def take_over(self, principal: Principal, root: Path, data: bytes) -> Written:
        """Make a conversation of one that was exported as JSON. Raises as `append`."""
        demand(principal, "chat", Resource("conversation"))
        try:
            conversation = from_json(data)
        except ValueError as error:
            raise SessionProblem(str(error)) from None
        place = self._place(root)
        return self._doing(
            "",
            lambda: self._sessions.take_over(
                conversation, workspace=place.workspace, root=place.root, user=principal.user_id
            ),
        )

    def delete(self, principal: Principal, session: str) -> tuple[Session, tuple[Path, ...]]:
        """Take a conversation away for good, with the calls of models in it. Raises SessionProblem and NotAllowed.

        Returns what it was, and files that may still hold some of it: damaged databases that were set aside.
        """
        known = self._meant(principal, "chat", session)
        try:
            problem = self._sessions.delete(known.id)
        except NoSession:
            raise SessionProblem(absent(session)) from None
        if problem:
            raise SessionProblem(f"The conversation {known.id} was not deleted: {problem}.")
        return known, tuple(self._leftovers())

    # Calls of models

    def record(self, principal: Principal, call: Interaction) -> str:
        """Keep a call of a model; why that could not be done, in a few words. Raises NotAllowed."""
        demand(principal, "run_model", Resource("call"))
        # Who deleted the conversation meanwhile wants its calls gone too; what they cost counts all the same.
        is_gone = bool(call.session) and self._sessions.is_deleted(call.session)
        call = msgspec.structs.replace(call, user=principal.user_id)
        return self._interactions.record(call, "none" if is_gone else None)

    def interaction(self, principal: Principal, interaction_id: str, *, to_replay: bool = False) -> Interaction:
        """A call of a model, as far as it was kept, or only if it can be replayed. Raises as `open`."""
        demand(principal, "read", Resource("call"))
        interaction_id = self._interactions.meant(interaction_id, principal.user_id)
        found = self._interactions.find(interaction_id)
        if isinstance(found, str):
            raise SessionProblem(found)
        demand(principal, "read", Resource("call", interaction_id, owner=found.user or "?", is_hidden=True))
        replayable = self._interactions.replayable(interaction_id) if to_replay else found
        if isinstance(replayable, str):
            raise SessionProblem(replayable)
        return replayable

    def interactions(self, principal: Principal, *, session: str = "", limit: int = 20) -> tuple[Interaction, ...]:
        """One's last calls of models, or those of a conversation, the newest first. Raises as `open`."""
        demand(principal, "read", Resource("call"))
        known = self._meant(principal, "read", session).id if session else ""
        return self._interactions.recent(user=principal.user_id, session=known, limit=limit)

    def spent_today(self, principal: Principal) -> Mapping[str, Spent]:
        """What one's calls of today cost by feature, and under the empty name all of them. Raises NotAllowed."""
        demand(principal, "read", Resource("usage"))
        return self._interactions.spent_today(principal.user_id)

    def usage(
        self, principal: Principal, by: str = "model", *, days: int | None = None, everybody: bool = False
    ) -> tuple[Used, ...]:
        """What one's calls of models added up to, by `model`, `day` or `workspace`. Raises NotAllowed."""
        demand(principal, "read", Resource("usage"))
        if everybody:
            demand_all(principal)
        if by not in GROUPS:
            raise SessionProblem(f"Usage is counted by {', '.join(GROUPS)}, not by {by}.")
        return self._interactions.usage(by, user="" if everybody else principal.user_id, since_days=days)

    # How it is done

    def _change(self, principal: Principal, session: str, work: Callable[[Session], Written]) -> Written:
        known = self._meant(principal, "chat", session)
        return self._doing(session, lambda: work(known))

    def _doing(self, session: str, work: Callable[[], Written]) -> Written:
        try:
            return work()
        except NoSession:
            raise SessionProblem(absent(session)) from None
        except Refused as refused:
            raise SessionProblem(str(refused)) from None

    def _meant(self, principal: Principal, action: Action, session: str) -> Session:
        demand(principal, action, Resource("conversation"))
        try:
            known = self._sessions.find(meant(principal, session, self._sessions.beginning(session)))
        except NoSuchSession as absence:
            raise SessionProblem(str(absence)) from None
        if known is None:
            raise SessionProblem(absent(session))
        demand_for(principal, action, known)
        return known
