"""One conversation as documents of pycrdt, a segment each: copies that were written apart merge, and lose no message.

Only root types are made, by fixed names: of two new ones under the same key of a map, a merge keeps one. A message is a
JSON text in the array: as a mapping its whole numbers would come back as fractions.
"""

from collections.abc import Iterable, Mapping
from sys import getsizeof
from typing import Any

import msgspec
from pycrdt import Array, Doc, Map, get_update

from rulewright.core.session import SEGMENT_MESSAGES, Change, Message, in_order

_DECODER = msgspec.json.Decoder(Message)
MAX_LAMPORT = 2**53
"""No conversation gets there; a clock beyond it is a lie that would stop all others."""


class _Inserted:
    """What came into a segment. Apart from it: the engine holds whoever it tells, so a segment would never go away."""

    def __init__(self) -> None:
        self.new: list[str] = []
        """What nobody has taken yet."""
        self.n_messages = 0
        self.n_bytes = 0

    def take(self, event: Any) -> None:
        for step in event.delta:
            inserted = step.get("insert", ())
            self.new += [text for text in inserted if isinstance(text, str)]
            self.n_messages += len(inserted)
            # Once in the document, once as a message.
            self.n_bytes += 2 * sum(map(getsizeof, inserted))


class Segment:
    """A part of a conversation. Not for two threads at once."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.doc: Doc[Any] = Doc(allow_multithreading=True)
        self._meta: Map[Any] = self.doc.get("meta", type=Map)
        self._array: Array[Any] = self.doc.get("messages", type=Array)
        self._inserted = _Inserted()
        self.held: list[bytes] = []
        """Changes that others must come before."""
        self._subscription = self._array.observe(self._inserted.take)
        self._facts: dict[str, str] | None = None

    @property
    def n_messages(self) -> int:
        """How many it has, all versions of them."""
        return self._inserted.n_messages

    @property
    def n_bytes(self) -> int:
        """About what it takes in memory."""
        return self._inserted.n_bytes + sum(map(len, self.held))

    def apply(self, data: bytes) -> bool:
        """Take in a change; False when it is none."""
        try:
            self._integrate(data)
        except ValueError:
            return False
        except BaseException as error:
            # Some bytes the engine gives up at with an exception that is not even an `Exception`.
            if type(error).__name__ != "PanicException":
                raise
            return False
        if self.held:
            self._retry()
        return True

    def _integrate(self, data: bytes) -> None:
        """Apply a change; one that others must come before is held back. Raises ValueError."""
        self.doc.apply_update(data)
        self._facts = None
        # A change begins with the number of writers of whom it has anything; of this none shall be left.
        if get_update(data, self.doc.get_state())[:1] != b"\0":
            self.held.append(data)

    def _retry(self) -> None:
        """Apply what was held back. The engine keeps such changes too, but of several it drops some."""
        n_before = len(self.held) + 1
        while self.held and len(self.held) < n_before:
            n_before, held, self.held = len(self.held), self.held, []
            for data in held:
                self._integrate(data)

    def append(self, message: Message) -> bytes:
        """Add a message; the change."""
        before = self.doc.get_state()
        self._array.append(msgspec.json.encode(message).decode())
        return self.doc.get_update(before)

    def set_facts(self, facts: Mapping[str, str]) -> bytes:
        """Set facts; the change."""
        before = self.doc.get_state()
        self._facts = None
        with self.doc.transaction():
            for name, value in facts.items():
                self._meta[name] = value
        return self.doc.get_update(before)

    def facts(self) -> dict[str, str]:
        """What is set."""
        if self._facts is None:
            known = self._meta.to_py() or {}
            self._facts = {name: value for name, value in known.items() if isinstance(value, str)}
        return self._facts

    def take_new(self) -> list[Message]:
        """The messages that came since this was asked last. What is none of ours is passed over."""
        new, self._inserted.new = self._inserted.new, []
        found = []
        for text in new:
            try:
                message = _DECODER.decode(text)
            except msgspec.DecodeError:
                continue
            if 0 < message.lamport <= MAX_LAMPORT:
                found.append(message)
        return found

    def snapshot(self) -> bytes:
        """All of it, as one change."""
        return self.doc.get_update()


class Document:
    """A whole conversation."""

    def __init__(self) -> None:
        self.segments: dict[int, Segment] = {}
        self._best: dict[str, list[Message]] = {}
        """All versions of each message, by its id."""
        self._place: dict[str, int] = {}
        """The segment of each message."""
        self._edits: dict[str, str] = {}
        """What stands in place of what."""
        self._shown: tuple[Message, ...] | None = None
        self.lamport = 0
        """The largest that was seen."""

    def segment(self, number: int) -> Segment:
        """A segment, new when there was none."""
        if number not in self.segments:
            self.segments[number] = Segment(number)
        return self.segments[number]

    def apply(self, changes: Iterable[Change]) -> tuple[list[tuple[int, Message]], int]:
        """Take in changes, in any order: the messages that were new, by segment, and how many were no change at all."""
        n_bad = 0
        touched: set[int] = set()
        for number, data in changes:
            n_bad += not self.segment(number).apply(data)
            touched.add(number)
        return [(number, message) for number in sorted(touched) for message in self._learn(number)], n_bad

    def append(self, message: Message) -> Change:
        """Add a message to the last segment that has room."""
        last = max(self.segments, default=0)
        if self.segment(last).n_messages >= SEGMENT_MESSAGES:
            last += 1
        data = self.segment(last).append(message)
        self._learn(last)
        return last, data

    def set_facts(self, facts: Mapping[str, str]) -> Change:
        """Set facts of the conversation."""
        return 0, self.segment(0).set_facts(facts)

    def facts(self) -> dict[str, str]:
        """Its facts."""
        return self.segment(0).facts()

    def snapshots(self) -> list[Change]:
        """All of it, a change or more for each segment."""
        ordered = sorted(self.segments.items())
        return [(n, data) for n, segment in ordered for data in (segment.snapshot(), *segment.held)]

    def summed_up(self) -> list[Change]:
        """One change for each segment that can be summed up: none of its changes waits for others."""
        return [(n, segment.snapshot()) for n, segment in sorted(self.segments.items()) if not segment.held]

    def messages(self) -> tuple[Message, ...]:
        """The messages as they are shown."""
        if self._shown is None:
            self._shown = in_order(version for versions in self._best.values() for version in versions)
        return self._shown

    def has(self, message_id: str) -> bool:
        """Whether there is any version of a message."""
        return message_id in self._best

    @property
    def n_bytes(self) -> int:
        """About what it takes in memory."""
        return sum(segment.n_bytes for segment in self.segments.values())

    @property
    def n_shown(self) -> int:
        """Messages without those that others stand in place of."""
        edits = sum(target in self._best and target != edit for edit, target in self._edits.items())
        return len(self._best) - edits

    def located(self) -> list[tuple[int, Message]]:
        """All versions of all messages, each with its segment."""
        return [(self._place[i], message) for i, versions in self._best.items() for message in versions]

    def _learn(self, number: int) -> list[Message]:
        new = []
        for message in self.segments[number].take_new():
            versions = self._best.setdefault(message.id, [])
            if message not in versions:
                versions.append(message)
                new.append(message)
                self._place[message.id] = number
                if message.supersedes:
                    self._edits[message.id] = message.supersedes
                self.lamport = max(self.lamport, message.lamport)
        if new:
            self._shown = None
        return new
