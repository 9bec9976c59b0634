"""`rulewright sessions follow`: a conversation in a terminal, with what others say in it as they say it."""

import asyncio
import sys
import threading
from collections import deque
from contextlib import suppress

import click

from rulewright.adapters.cli import interrupts
from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.report import printable
from rulewright.adapters.cli.sessions import conversing, message_lines
from rulewright.core.interface import Capabilities, UserInput
from rulewright.core.permissions import Principal
from rulewright.core.session import (
    Conversation,
    Draft,
    MessageAdded,
    SessionChanged,
    SessionDeleted,
    SessionEvent,
    session_of,
)
from rulewright.session_gateway import SessionGateway, SessionProblem

EVERY_S = 0.1


class Deleted(Exception):  # noqa: N818 - an end, not a fault
    """The conversation is gone."""


class TerminalInterface:
    """A terminal, as a conversation sees it."""

    def __init__(self, door: SessionGateway, me: Principal) -> None:
        self._door, self._me = door, me
        self._shown: set[str] = set()
        self._title = ""

    def get_capabilities(self) -> Capabilities:
        """It shows whole messages, line by line."""
        return Capabilities(name="cli")

    def look(self) -> None:
        """Have told what other programs wrote. Waits for the disk."""
        self._door.look(self._me)

    async def handle_user_input(self, said: UserInput) -> MessageAdded:
        """Keep a line that its user wrote."""
        draft = Draft.text("user", said.text, interface=self.get_capabilities().name)
        written = await asyncio.to_thread(self._door.append, self._me, said.session, draft)
        assert written.message is not None
        # Its user sees it where they wrote it.
        self._shown.add(written.message.id)
        return MessageAdded(written.session, written.message)

    async def present_response(self, event: SessionEvent) -> None:
        """Print what is new. Raises Deleted."""
        if isinstance(event, MessageAdded | SessionChanged) and event.session.name != self._title:
            self._title = event.session.name
            click.secho(printable(self._title), bold=True)
        match event:
            case MessageAdded(message=message) if message.status != "partial" and message.id not in self._shown:
                self._shown.add(message.id)
                for line in message_lines(message):
                    click.echo(line)
            case SessionDeleted():
                raise Deleted
            case _:
                pass


def run_follow(launcher: Launcher, session: str) -> int:
    """Print a conversation and what comes; lines that are typed are added to it."""
    happened: deque[SessionEvent] = deque()
    with conversing(launcher, happened.append) as (door, me), suppress(KeyboardInterrupt):
        # From here on it is told what comes; what was there is read behind that.
        door.look(me)
        found = door.open(me, session)
        try:
            interrupts.run(_follow(TerminalInterface(door, me), found, happened))
        except Deleted:
            click.echo("The conversation was deleted.")
    return 0


async def _follow(interface: TerminalInterface, found: Conversation, happened: "deque[SessionEvent]") -> None:
    await interface.present_response(SessionChanged(found.session))
    for message in found.messages:
        await interface.present_response(MessageAdded(found.session, message))
    lines: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line.rstrip("\r\n"))

    # A daemon, for nothing ends a read of a terminal.
    threading.Thread(target=read, name="terminal", daemon=True).start()
    typing = asyncio.create_task(_take(interface, found.session.id, lines))
    try:
        while not typing.done():
            await asyncio.to_thread(interface.look)
            while happened:
                event = happened.popleft()
                if session_of(event) == found.session.id:
                    await interface.present_response(event)
            await asyncio.sleep(EVERY_S)
        typing.result()
    finally:
        typing.cancel()


async def _take(interface: TerminalInterface, session: str, lines: "asyncio.Queue[str]") -> None:
    while True:
        if (line := await lines.get()).strip():
            try:
                await interface.handle_user_input(UserInput(session=session, text=line))
            except SessionProblem as problem:
                click.echo(printable(str(problem)), err=True)
