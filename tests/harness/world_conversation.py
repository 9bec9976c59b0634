"""Steps of a case about conversations: interfaces that are programs of their own, all in one conversation."""

import asyncio
from pathlib import Path
from typing import Any

from rulewright.adapters.cli.sessions_follow import TerminalInterface
from rulewright.adapters.lsp.editor_interface import EditorInterface
from rulewright.core.interface import Capabilities, Interface, UserInput
from rulewright.core.permissions import NotAllowed, Principal
from rulewright.core.session import AnswerGrew, Draft, MessageAdded, SessionChanged, SessionEvent
from rulewright.services.sessions.answer import Answer
from rulewright.session_gateway import Place, SessionGateway, SessionProblem
from tests.harness.conversations import Desk, Program


class Screen:
    """An interface that shows lines."""

    def __init__(self, name: str, program: Program, who: Principal) -> None:
        self.program, self.who = program, who
        self._name = name
        self.door = SessionGateway(program.sessions, program.interactions, lambda root: Place("w", str(root)))
        self.lines: list[str] = []
        self.answer: Answer | None = None
        self._title = ""

    def get_capabilities(self) -> Capabilities:
        """It shows answers while they grow."""
        return Capabilities(name=self._name, shows_growth=True)

    async def handle_user_input(self, said: UserInput) -> MessageAdded:
        """Keep what its user says."""
        draft = Draft.text("user", said.text, interface=self.get_capabilities().name)
        written = self.door.append(self.who, said.session, draft)
        assert written.message is not None
        return MessageAdded(written.session, written.message)

    async def present_response(self, event: SessionEvent) -> None:
        """Show it as a line."""
        if isinstance(event, MessageAdded | SessionChanged) and event.session.title != self._title:
            self._title = event.session.title
            self.lines.append(f"title: {self._title}")
        match event:
            case MessageAdded(message=message) | AnswerGrew(message=message):
                by = f"{message.author or message.role} via {message.interface or '?'}"
                state = "" if message.status == "whole" else f" [{message.status}]"
                self.lines.append(f"{by}: {message.plain}{state}")
            case SessionChanged():
                pass
            case _:
                self.lines.append("deleted")


INTERFACES: tuple[type[Interface], ...] = (Screen, EditorInterface, TerminalInterface)
"""All that have the three verbs; the type checker looks."""


class ConversationSteps:
    """Steps that need a state folder."""

    root: Path
    _desk: Desk | None = None

    def _screens(self) -> dict[str, Screen]:
        if self._desk is None:
            self._desk = Desk(self.root / ".git" / "state")
            self._by_name: dict[str, Screen] = {}
            self._session = ""
        return self._by_name

    def do_starts(self, _: str, name: str, user: str, *rights: str) -> Any:
        """An interface starts, as a program of its own, for a user."""
        screens = self._screens()
        assert self._desk is not None
        who = Principal(user, user.title(), frozenset(rights)) if rights else Principal(user, user.title())  # type: ignore[arg-type]
        screens[name] = Screen(name, self._desk.program(), who)
        screens[name].door.look(who)
        return ()

    def do_says(self, body: str, name: str) -> Any:
        """Its user says something; the first one to do so begins the conversation."""
        screen = self._screens()[name]
        try:
            if not self._session:
                self._session = screen.door.create(screen.who, self.root).session.id
            asyncio.run(screen.handle_user_input(UserInput(session=self._session, text=body.strip())))
        except (SessionProblem, NotAllowed) as refused:
            yield "refused", [str(refused).replace(self._session, "<id>")]

    def do_answers(self, body: str, name: str) -> Any:
        """A model begins to answer through it, and its program keeps what there is."""
        screen = self._screens()[name]
        draft = Draft.text("assistant", "", interface=name)
        screen.answer = screen.answer or screen.door.begin_answer(screen.who, self._session, draft)
        screen.answer.add(body.strip(), 0.0)
        screen.answer.save()
        return ()

    def do_finishes(self, _: str, name: str) -> Any:
        """The answer is whole."""
        screen = self._screens()[name]
        assert screen.answer is not None
        screen.answer.finish()
        screen.answer = None
        return ()

    def do_renames(self, body: str, name: str) -> Any:
        """Its user gives the conversation a title."""
        screen = self._screens()[name]
        screen.door.rename(screen.who, self._session, body.strip())
        return ()

    def do_dies(self, _: str, name: str) -> Any:
        """Its program ends without a goodbye."""
        self._screens()[name].program.end()
        return ()

    def do_sees(self, _: str, name: str) -> Any:
        """What it was shown since it was asked last."""
        screen = self._screens()[name]
        screen.door.look(screen.who)
        events, screen.program.events[:] = list(screen.program.events), []
        for event in events:
            asyncio.run(screen.present_response(event))
        shown, screen.lines = screen.lines, []
        yield name, shown or ["nothing new"]

    def do_reads(self, _: str, name: str) -> Any:
        """The whole conversation, as it reads there."""
        screen = self._screens()[name]
        try:
            found = screen.door.open(screen.who, self._session)
        except (SessionProblem, NotAllowed) as refused:
            yield "refused", [str(refused).replace(self._session, "<id>")]
            return
        for message in found.messages:
            asyncio.run(screen.present_response(MessageAdded(found.session, message)))
        shown, screen.lines = screen.lines, []
        yield name, shown

    def close(self) -> None:
        """End all programs."""
        if self._desk is not None:
            self._desk.end()
