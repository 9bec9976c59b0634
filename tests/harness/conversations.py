"""A state folder on which programs with conversations start, end and write at the same time."""

import itertools
from datetime import UTC, datetime
from pathlib import Path

from rulewright.core.interaction import Keep
from rulewright.core.session import Draft, SessionEvent
from rulewright.services.interactions import Interactions
from rulewright.services.sessions.sessions import Sessions
from rulewright.services.state.running import Running
from rulewright.services.state.store import StateStore

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class HandClock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        """What it was set to."""
        return self.time


class Program:
    """One of the programs."""

    def __init__(self, desk: "Desk", name: str) -> None:
        numbers = itertools.count(1)
        self.events: list[SessionEvent] = []
        self.store = StateStore(desk.folder, desk.clock.now)
        self.running = Running(desk.folder)
        self.sessions = Sessions(
            self.store, desk.clock, self.running, lambda: f"{name}{next(numbers):04x}", self.events.append
        )
        self.interactions = Interactions(self.store, desk.clock, lambda: (desk.keep, desk.days))

    def begin(self, *texts: str, user: str = "ann", workspace: str = "w") -> str:
        """A new conversation with messages of the user; its id."""
        session = self.sessions.create(workspace=workspace, root="/project", user=user).session.id
        self.say(session, *texts)
        return session

    def say(self, session: str, *texts: str) -> list[str]:
        """Add messages of the user; their ids."""
        ids = []
        for text in texts:
            written = self.sessions.append(session, Draft.text("user", text, author="ann"))
            assert written.message is not None
            ids.append(written.message.id)
        return ids

    def read(self, session: str) -> list[str]:
        """The texts of a conversation."""
        return [m.plain for m in self.sessions.open(session).messages]

    def end(self) -> None:
        """End without a goodbye, as a program does that is killed: only its locks go."""
        self.running.close()
        self.store.close()


class Desk:
    """The state folder, and all programs on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, HandClock()
        self.keep: Keep = "whole"
        self.days = 30
        self._programs: list[Program] = []

    def program(self) -> Program:
        """Start one."""
        program = Program(self, f"{len(self._programs):04x}")
        self._programs.append(program)
        return program

    def problems(self) -> list[str]:
        """What was complained about since this was asked last."""
        return [problem for program in self._programs for problem in program.store.take_problems()]

    def end(self) -> None:
        """End all."""
        for program in self._programs:
            program.end()
