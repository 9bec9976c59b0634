"""What is said on the bus: topics, typed events, and what a slow subscriber is told of what it missed."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, Protocol, assert_never, get_args

import msgspec

from rulewright.core.session import AnswerGrew, MessageAdded, SessionChanged, SessionDeleted, SessionEvent

Topic = Literal["context_updates", "model_responses", "analysis_complete", "rules", "supervision"]
TOPICS: tuple[Topic, ...] = get_args(Topic)

_NONE: Mapping[str, str] = MappingProxyType({})


class ContextUpdated(msgspec.Struct, frozen=True, tag="context_updated"):
    """A conversation has something new."""

    session_id: str
    what: Literal["message", "answer", "facts", "deleted"]
    """`answer`: one that is being written has grown. `facts`: it began, or its title, model or place changed."""
    user_id: str = ""
    event: SessionEvent | None = None
    """All of it, for those in this process."""


def update_of(event: SessionEvent) -> ContextUpdated:
    """What to say on the bus of something that happened in a conversation."""
    match event:
        case MessageAdded():
            return ContextUpdated(event.session.id, "message", event.session.user, event)
        case AnswerGrew():
            return ContextUpdated(event.session_id, "answer", "", event)
        case SessionChanged():
            return ContextUpdated(event.session.id, "facts", event.session.user, event)
        case SessionDeleted():
            return ContextUpdated(event.session_id, "deleted", "", event)
        case _:
            assert_never(event)


class ModelResponded(msgspec.Struct, frozen=True, tag="model_responded"):
    """A model has answered, or a part of its answer came."""

    session_id: str
    interaction_id: str
    text: str = ""
    is_last: bool = False
    failure: str = ""


class AnalysisComplete(msgspec.Struct, frozen=True, tag="analysis_complete"):
    """The code of a workspace is indexed."""

    root: str
    n_files: int


class RulesChanged(msgspec.Struct, frozen=True, tag="rules_changed"):
    """The rules or the settings of a project are others now."""

    root: str


class Supervised(msgspec.Struct, frozen=True, tag="supervised"):
    """Something happened to a child of a supervisor."""

    supervisor: str
    """Its place in the tree: `rulewright/session 1/rules`."""
    child: str
    what: Literal["restarted", "ended", "failed", "gave_up", "late"]
    """`gave_up`: its supervisor has, and what the child was for is gone. `late`: it did not end when it was told to."""
    reason: str = ""
    capability: str = ""
    """What people call what is missing now."""


class Registered(msgspec.Struct, frozen=True, tag="registered"):
    """Something came into the registry, or went."""

    kind: str
    id: str
    is_there: bool


Body = ContextUpdated | ModelResponded | AnalysisComplete | RulesChanged | Supervised | Registered


class Event(msgspec.Struct, frozen=True):
    """Something that happened, and when, where and why."""

    topic: Topic
    sequence: int
    """In its topic, from 1, without gaps: of this process."""
    body: Body
    node: str
    """The process that says it."""
    at_s: float
    """Seconds since 1970. Clocks jump: `sequence` is the order."""
    key: str = ""
    """What it is about, for those who want to hear of one thing only, or of the newest of each."""
    correlation_id: str = ""
    """Shared by all that came of one wish of a user."""
    causation_id: str = ""
    """What caused this: the id of an event or a request."""
    metadata: Mapping[str, str] = _NONE


class Lagged(msgspec.Struct, frozen=True):
    """So many events were dropped here, because they were not taken soon enough."""

    n: int


class DropOldest(msgspec.Struct, frozen=True):
    """Keep the newest `size` events, and say how many were dropped."""

    size: int = 1024


class Coalesce(msgspec.Struct, frozen=True):
    """Keep the newest event of each key, and of at most `size` keys; beyond that as `DropOldest`."""

    size: int = 1024


Policy = DropOldest | Coalesce
"""There is none that makes a publisher wait: it may be the event loop."""


class Publish(Protocol):
    """Says something on the bus, from any thread, without waiting."""

    def __call__(
        self,
        topic: Topic,
        body: Body,
        *,
        key: str = "",
        correlation_id: str = "",
        causation_id: str = "",
        metadata: Mapping[str, str] = _NONE,
    ) -> Event:
        """The event that was made of it."""
        ...


class Cursors(Protocol):
    """How far a subscriber has read, kept for longer than a process. May read and write the disk."""

    def get(self, subscriber: str, topic: str) -> int:
        """The position of the last thing taken; 0 when there was none."""
        ...

    def set(self, subscriber: str, topic: str, sequence: int) -> bool:
        """Remember it, unless a later one was; False when that could not be written."""
        ...


class Source(Protocol):
    """Where what was said can be read again, by position. May read the disk."""

    def after(self, position: int, limit: int) -> Sequence[tuple[int, Any]]:
        """What came behind a position, oldest first: positions, and what is there."""
        ...
