"""Writes conversations, calls of models and rule events without end, and says on standard output what was acknowledged.

`python -m tests.kills.writer STATE SEED`: a line `? {...}` says what is tried, a line `! {...}` that it was done.
"""

import json
import random
import secrets
import sys
from pathlib import Path

from rulewright.core.events import Flag, RuleEvent
from rulewright.core.interaction import Interaction
from rulewright.core.session import Draft
from rulewright.services.clock import SystemClock
from rulewright.services.interactions import Interactions
from rulewright.services.sessions import shelf
from rulewright.services.sessions.opened import NoSession
from rulewright.services.sessions.sessions import Refused, Sessions
from rulewright.services.state.rule_log import StateEventLog
from rulewright.services.state.running import Running
from rulewright.services.state.store import StateStore

MAX_SESSIONS = 6
"""Few, so that both writers meet in them."""
WEIGHTS = {
    "append": 40,
    "answer": 10,
    "edit": 4,
    "rename": 8,
    "call": 8,
    "rule": 8,
    "create": 3,
    "fork": 2,
    "delete": 1,
    "tidy": 6,
}


class Writer:
    """One program that is going to be killed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        clock = SystemClock()
        self.store = StateStore(folder, clock.now)
        self.log = StateEventLog(self.store, str(folder / "project"))
        self.sessions = Sessions(self.store, clock, Running(folder), lambda: secrets.token_hex(8))
        self.calls = Interactions(self.store, clock, lambda: ("whole", 30))

    def run(self) -> None:
        """Write until the end."""
        self.log.replay()
        while True:
            (what,) = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
            try:
                getattr(self, what)()
            except (NoSession, Refused):
                continue  # The other writer deleted it.
            for problem in self.store.take_problems():
                say("P", what=what, problem=problem)

    def any(self) -> str:
        """Some conversation."""
        known = self.sessions.list(workspace="w", archived=None)
        return self.chance.choice(known).id if known else self.create()

    def create(self) -> str:
        """Begin a conversation, while there are few."""
        if len(self.sessions.list(workspace="w")) >= MAX_SESSIONS:
            return self.any()
        done = self.sessions.create(workspace="w", root="/project", user="u", title="first")
        say("!", what="create", session=done.session.id, problem=done.problem)
        return done.session.id

    def append(self) -> None:
        """Add a message."""
        session = self.any()
        text = "word " * self.chance.randrange(1, 400)
        done = self.sessions.append(session, Draft.text("user", text))
        say("!", what="append", session=session, message=done.message.id, size=len(text), problem=done.problem)

    def edit(self) -> None:
        """Put a message in place of another."""
        session = self.any()
        messages = self.sessions.open(session).messages
        if messages:
            old = self.chance.choice(messages).id
            say("?", what="edit", session=session, message=old)
            done = self.sessions.append(session, Draft.text("user", "edited", supersedes=old))
            say("!", what="append", session=session, message=done.message.id, size=6, problem=done.problem)

    def answer(self) -> None:
        """An answer that comes bit by bit, and is on the disk now and then."""
        session = self.any()
        answer = self.sessions.begin_answer(session, Draft(role="assistant", parts=(), author="m"))
        kept = 0
        for number in range(self.chance.randrange(1, 5)):
            answer.add("token " * 20, number)
            if answer.save():
                kept += 120
                say("!", what="partial", session=session, message=answer.id, size=kept, problem="")
        done = answer.finish()
        say("!", what="append", session=session, message=answer.id, size=kept, problem=done.problem)

    def rename(self) -> None:
        """Give a conversation another title."""
        session, title = self.any(), f"t{self.chance.random()}"
        before = self.sessions.open(session).session.title
        say("?", what="rename", session=session, title=title, before=before)
        done = self.sessions.update(session, title=title)
        say("!", what="rename", session=session, title=title, problem=done.problem)

    def fork(self) -> None:
        """Begin one with the messages of another, while there are few."""
        if len(self.sessions.list(workspace="w")) < MAX_SESSIONS:
            done = self.sessions.fork(self.any())
            say("!", what="create", session=done.session.id, problem=done.problem)

    def delete(self) -> None:
        """Take one away."""
        session = self.any()
        say("?", what="delete", session=session)
        problem = self.sessions.delete(session)
        say("!", what="delete", session=session, problem=problem)

    def call(self) -> None:
        """A call of a model."""
        call = secrets.token_hex(8)
        problem = self.calls.record(
            Interaction(id=call, workspace="w", user="u", prompt="p" * 2000, response="r", model="m", tokens_in=1)
        )
        say("!", what="call", call=call, problem=problem)

    def rule(self) -> None:
        """A rule event."""
        flag = Flag("rule", f"r{self.chance.randrange(9)}", enabled=self.chance.random() < 0.5)
        event = RuleEvent(event_id=0, event_type="rule_flagged", path=flag.path, rule_id=flag.name, flag=flag)
        (done,) = self.log.commit(lambda _: [event])
        say("!", what="rule", number=done.event_id, rule=flag.name, problem="" if done.event_id else "not numbered")

    def tidy(self) -> None:
        """What is done when there is nothing else to do."""
        self.sessions.tidy()
        self.calls.tidy()


def say(mark: str, **facts: object) -> None:
    """A line for whoever kills this."""
    sys.stdout.write(f"{mark} {json.dumps(facts)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # Summed up so often that many kills meet it.
    shelf.COMPACT_SOON, shelf.COMPACT_NOW = 6, 20
    Writer(Path(sys.argv[1]), int(sys.argv[2])).run()
