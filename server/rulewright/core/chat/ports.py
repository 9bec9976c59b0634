"""What chat needs from the world: models to ask, and a desk that keeps what is said."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from rulewright.core.bus import ModelResponded
from rulewright.core.interaction import Interaction
from rulewright.core.models import Capabilities, Failed, ModelEvent, ModelRequest
from rulewright.core.prompt.conversation import Piece
from rulewright.core.routing import Choice, ModelFacts
from rulewright.core.session import Draft, Message, Session


class Turn(msgspec.Struct, frozen=True):
    """A model is asked now."""

    choice: Choice
    request: ModelRequest


class Instead(msgspec.Struct, frozen=True):
    """A model could not answer, so that another one is asked."""

    choice: Choice
    failed: Failed


CallEvent = ModelEvent | Turn | Instead
Make = Callable[[Choice, Capabilities, float], "ModelRequest | Failed"]
"""The request for a model, which may depend on what it can take; or why that one is not asked.

The number says how many tokens of this model one token of ours is: 1.2 where it counts a fifth more than we estimate.
"""


class Models(Protocol):
    """Asks models, one after the other where one cannot answer."""

    def facts(self) -> Sequence[ModelFacts]:
        """The models of the settings."""
        ...

    def load(self) -> Mapping[str, int]:
        """Calls under way, by model."""
        ...

    def ask(self, chain: Sequence[Choice], make: Make) -> AsyncGenerator[CallEvent, None]:
        """What comes of asking the first model of a chain that can answer. `Finished` or `Failed` is the last."""
        ...


class About(msgspec.Struct, frozen=True):
    """What there is about a question, and sentences about what could not be looked at."""

    pieces: Sequence[Piece] = ()
    remarks: Sequence[str] = ()


class Growing(Protocol):
    """An answer that comes bit by bit; see `services.sessions.answer`."""

    @property
    def id(self) -> str:
        """Of the message that it will be."""
        ...

    def by(self, model: str) -> None:
        """Another model gives it than the one that it was begun for."""
        ...

    def add(self, text: str, now_s: float) -> bool:
        """Add what came; whether it is time to save it."""
        ...


class Kept(Protocol):
    """What became of a change of a conversation."""

    @property
    def session(self) -> Session:
        """The conversation as it is now."""
        ...

    @property
    def message(self) -> Message | None:
        """The message that was added or ended."""
        ...

    @property
    def problem(self) -> str:
        """Why it is in memory only; empty when it is on the disk."""
        ...


class Desk(Protocol):
    """Keeps what is said, without holding up the event loop, and to its end also when the caller is cancelled.

    What is written raises what the door to conversations raises, such as for one that was deleted meanwhile.
    """

    def now_s(self) -> float:
        """Seconds of a clock that never jumps."""
        ...

    async def begin_answer(self, draft: Draft) -> Growing:
        """An answer begins."""
        ...

    async def save(self, growing: Growing) -> None:
        """Put what there is of it on the disk."""
        ...

    async def finish(self, growing: Growing, interaction_id: str, model: str) -> Kept:
        """It is whole."""
        ...

    async def stop(self, growing: Growing, why: str) -> Kept:
        """Somebody stopped it, or it was cut."""
        ...

    async def fail(self, growing: Growing, why: str) -> Kept:
        """It cannot go on."""
        ...

    async def record(self, call: Interaction) -> str:
        """Keep a call of a model; why that could not be done, in a few words."""
        ...

    def tell(self, heard: ModelResponded, /) -> object:
        """Say on the bus that a model answered."""
        ...


class Read(msgspec.Struct, frozen=True):
    """A file's text, or why it is not shown."""

    text: str | None = None
    why_not: str = ""
    """Words that follow its path: `is ignored by git`."""


class Shelf(Protocol):
    """What a question may be answered from: a project's files as they are in the editor, and what is known of them."""

    async def read(self, path: str) -> Read:
        """A file, by its path below the root."""
        ...

    async def listing(self, path: str) -> Sequence[str]:
        """The files below a folder that may be shown, by their paths below the root; empty where there is none."""
        ...

    async def changes(self, revision: str) -> tuple[Sequence[tuple[str, str]], str]:
        """What changed since a revision, as paths and patches, and a sentence where there is something to say."""
        ...

    async def diagnostics(self, path: str) -> Sequence[str]:
        """What is wrong in a file, a line each."""
        ...

    async def define(self, name: str, path: str, tokens: int) -> Sequence[Piece]:
        """Definitions of a name, those near a file first."""
        ...

    async def find(self, question: str, path: str, line: int, tokens: int) -> About:
        """What of the project a question is about, asked in a file at a line from 1; both may be empty."""
        ...

    async def overview(self, path: str, tokens: int) -> str:
        """A map of the project; empty where there is none."""
        ...
