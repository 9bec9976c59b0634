"""A conversation as values: what a message is, in which order messages are shown, and what happened.

Messages are never changed. An edit is a new message that supersedes another; what was written twice, such as an answer
that was cut off and then came to its end after all, is one message with one id, of which the best version counts.
Lamport, "Time, Clocks and the Ordering of Events in a Distributed System": an author's clock is one more than all that
they had seen, and names break ties, so that everybody shows the same order without a common time of day.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec

Role = Literal["user", "assistant", "system", "tool"]
Status = Literal["whole", "partial", "stopped", "failed"]
"""`partial`: somebody is still writing it; `stopped`: it was cut off; `failed`: what there is, and `note` says why."""
Interface = str
"""Where a message came from: `lsp`, `cli`, `mcp`, `web`."""

SEGMENT_MESSAGES = 1_000
"""A document of messages is closed at this length: the cost of a change grows with it."""
MAX_MESSAGE_BYTES = 8_000_000
MAX_TITLE = 200
SESSION_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{3,63}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_RANK: dict[Status, int] = {"partial": 0, "stopped": 1, "failed": 2, "whole": 3}

Change = tuple[int, bytes]
"""Of a segment of a conversation, and what it became by."""


class Source(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a part of a message was taken from."""

    path: str
    """Relative to the root, with forward slashes."""
    start_line: int = 0
    """From 1; 0 where it is the whole file."""
    end_line: int = 0
    """Inclusive."""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of a message."""

    text: str
    kind: Literal["text", "code"] = "text"
    source: Source | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says, before it has its place in a conversation."""

    role: Role
    parts: tuple[Part, ...]
    author: str = ""
    """A user, or the model that answered."""
    interface: Interface = ""
    status: Status = "whole"
    note: str = ""
    """Why it failed or was stopped, as a sentence."""
    model: str = ""
    rule_version: str = ""
    """Of the set of rules that applied: a hash."""
    rules: tuple[str, ...] = ()
    """Their ids, in order."""
    interaction_id: str = ""
    """Of the call that made it."""
    supersedes: str = ""
    """Id of the message that it stands in place of."""

    @classmethod
    def text(cls, role: Role, text: str, **facts: str) -> "Draft":
        """A message of one text."""
        return cls(role=role, parts=(Part(text),), **facts)  # type: ignore[arg-type]


class Message(Draft, frozen=True, kw_only=True, omit_defaults=True):
    """One message of a conversation."""

    id: str
    lamport: int
    node: str
    """Whose clock `lamport` is."""
    at: str
    """The time of day there, ISO; for people, never for the order."""

    @property
    def plain(self) -> str:
        """Its text without what else is known of the parts."""
        return "".join(part.text for part in self.parts)

    @property
    def position(self) -> tuple[int, str, str]:
        """By which messages are ordered."""
        return self.lamport, self.node, self.id


class Parent(msgspec.Struct, frozen=True):
    """Where a conversation was forked off."""

    session: str
    message: str
    """The last one that it took over."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to know of a conversation without its messages."""

    id: str
    workspace: str
    """A hash of where the project lies."""
    root: str
    """The project's folder, for people."""
    user: str
    title: str = ""
    model: str = ""
    """The one that answers in it."""
    created: str
    updated: str
    archived: bool = False
    parent: Parent | None = None
    rule_version: str = ""
    """Of the rules that applied last, and which those were."""
    rules: tuple[str, ...] = ()
    n_messages: int = 0
    opening: str = ""
    """How it began: a line of its first message."""
    seq: int = 0
    """Number of its last change on this machine; what changed later has a larger one, whatever clocks say."""

    @property
    def name(self) -> str:
        """Its title, else how it began."""
        return self.title or self.opening or "(nothing said yet)"


class Conversation(msgspec.Struct, frozen=True):
    """A conversation with its messages as they are shown."""

    session: Session
    messages: tuple[Message, ...]


class MessageAdded(msgspec.Struct, frozen=True, tag="message_added"):
    """Somebody said something."""

    session: Session
    message: Message


class AnswerGrew(msgspec.Struct, frozen=True, tag="answer_grew"):
    """An answer is being written; `message` has what there is of it."""

    session_id: str
    message: Message


class SessionChanged(msgspec.Struct, frozen=True, tag="session_changed"):
    """A conversation began, or got another title, model or place."""

    session: Session


class SessionDeleted(msgspec.Struct, frozen=True, tag="session_deleted"):
    """A conversation is gone for good."""

    session_id: str
    workspace: str


SessionEvent = MessageAdded | AnswerGrew | SessionChanged | SessionDeleted


def session_of(event: SessionEvent) -> str:
    """The id of the conversation in which something happened."""
    return event.session.id if isinstance(event, MessageAdded | SessionChanged) else event.session_id


class Update(msgspec.Struct, frozen=True):
    """A change of a conversation as it is kept and sent. Applying it twice, or late, does no harm."""

    seq: int
    """Its number on this machine: larger than that of all before."""
    workspace: str
    session_id: str
    segment: int
    kind: Literal["update", "snapshot", "deleted"]
    """A snapshot holds all of its segment up to `seq`."""
    origin: str
    """The node that made it."""
    data: bytes


def in_order(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Messages as they are shown: the best version of each, an edit in place of what it supersedes."""
    best: dict[str, Message] = {}
    for message in messages:
        known = best.get(message.id)
        if known is None or _merit(message) > _merit(known):
            best[message.id] = message
    places = {name: _place(name, best) for name in best}
    shown: dict[str, Message] = {}
    for name, place in places.items():
        known = shown.get(place)
        # An edit counts before what it edits, and of several the last.
        if known is None or _newness(best[name], place) > _newness(known, place):
            shown[place] = best[name]
    return tuple(shown[place] for place in sorted(shown, key=lambda place: best[place].position))


def _place(name: str, best: Mapping[str, Message]) -> str:
    """The message in whose place one is shown: what it edits, and what that edited."""
    chain = [name]
    while (target := best[chain[-1]].supersedes) in best:
        if target in chain:
            # Nobody writes a circle; whoever does gets the same everywhere.
            return min(chain[chain.index(target) :])
        chain.append(target)
    return chain[-1]


def _newness(message: Message, place: str) -> tuple[bool, tuple[int, str, str]]:
    return message.id != place, message.position


def _merit(message: Message) -> tuple[int, int, int, bytes]:
    # The last only makes the choice the same everywhere.
    return _RANK[message.status], message.lamport, len(message.plain), msgspec.json.encode(message)


def clean(text: str) -> str:
    """A text that can be kept: halves of characters, which no file can hold, become replacement characters."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def one_line(text: str, length: int = 80) -> str:
    """The beginning of a text as one line."""
    line = " ".join(text[: 4 * length].split())
    return line if len(line) <= length else line[: length - 3].rstrip() + "..."


def cleaned(draft: Draft) -> Draft:
    """A draft of which everything can be kept."""
    parts = tuple(
        Part(
            clean(p.text),
            p.kind,
            Source(clean(p.source.path), p.source.start_line, p.source.end_line) if p.source else None,
        )
        for p in draft.parts
    )
    names = {name: clean(getattr(draft, name)) for name in ("author", "interface", "note", "model", "rule_version")}
    return msgspec.structs.replace(draft, parts=parts, rules=tuple(map(clean, draft.rules)), **names)


def why_not_kept(draft: Draft) -> str:
    """Why a draft is no message that can be kept, as a sentence; empty when it is one."""
    # Each code point takes four bytes at most, so most need not be encoded.
    n_points = sum(len(part.text) for part in draft.parts)
    if n_points * 4 > MAX_MESSAGE_BYTES:
        n_bytes = sum(len(part.text.encode("utf-8", "replace")) for part in draft.parts)
        if n_bytes > MAX_MESSAGE_BYTES:
            return (
                f"A message of {n_bytes / 1e6:,.1f} MB is too long to keep: {MAX_MESSAGE_BYTES / 1e6:.0f} MB is the "
                "most. Nothing was added. Name the file instead of pasting it."
            )
    if draft.status == "whole" and not any(part.text.strip() for part in draft.parts):
        return "A message without text says nothing, so none was added."
    return ""
