"""What is there now: sessions, instances of models and the like, by kind and id, with what is to be known of each.

Reading takes no lock. What has an owner, a task or a future, goes when that ends.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from rulewright.core.bus import Publish, Registered

_NONE: Mapping[str, str] = MappingProxyType({})


class Entry(msgspec.Struct, frozen=True):
    """Something that is there."""

    kind: str
    """Such as `session` or `model`."""
    id: str
    metadata: Mapping[str, str]
    value: Any = None
    """What it is, for those who want to use it; it is never shown."""


class Registry:
    """All methods may be called from any thread, but that a task as owner is named in the thread of its loop."""

    def __init__(self, publish: Publish | None = None) -> None:
        self._publish = publish
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], Entry] = {}
        self._kinds: dict[str, dict[str, Entry]] = defaultdict(dict)
        self._places: dict[tuple[str, str, str], dict[str, Entry]] = {}
        """By kind and each member of the metadata."""

    def register(
        self,
        kind: str,
        entry_id: str,
        metadata: Mapping[str, str] = _NONE,
        value: Any = None,
        *,
        owner: asyncio.Future[Any] | None = None,
    ) -> Entry:
        """Say that something is there, in place of what had its name; it goes when `owner` ends."""
        entry = Entry(kind, entry_id, metadata, value)
        with self._lock:
            before = self._entries.get((kind, entry_id))
            if before is not None:
                self._forget(before)
            self._entries[kind, entry_id] = entry
            self._kinds[kind][entry_id] = entry
            for name, said in metadata.items():
                place = kind, name, said
                there = self._places.get(place)
                if there is None:
                    there = self._places[place] = {}
                there[entry_id] = entry
        self._tell(entry, is_there=True)
        if owner is not None:
            owner.add_done_callback(lambda _: self._remove(entry))
        return entry

    def find(self, kind: str, entry_id: str) -> Entry | None:
        """What has this name."""
        return self._entries.get((kind, entry_id))

    def list(self, kind: str) -> tuple[Entry, ...]:
        """All of a kind, in the order in which they came."""
        there = self._kinds.get(kind)
        return _all(there) if there else ()

    def find_by(self, kind: str, **metadata: str) -> tuple[Entry, ...]:
        """All of a kind whose metadata say all of this."""
        if not metadata:
            return self.list(kind)
        places = [self._places.get((kind, name, said)) for name, said in metadata.items()]
        if not all(places):
            return ()
        # The fewest first: the others only say which of them.
        first, *others = sorted((there for there in places if there is not None), key=len)
        found = _all(first)
        return tuple([e for e in found if all(e.id in there for there in others)]) if others else found

    def unregister(self, kind: str, entry_id: str) -> bool:
        """Say that something is gone; False when it was not there."""
        entry = self._entries.get((kind, entry_id))
        return entry is not None and self._remove(entry)

    def counts(self) -> dict[str, int]:
        """How many there are of each kind."""
        return {kind: len(there) for kind, there in sorted(self._kinds.copy().items()) if there}

    def _remove(self, entry: Entry) -> bool:
        """Take out one entry, and not what has its name by now."""
        with self._lock:
            if self._entries.get((entry.kind, entry.id)) is not entry:
                return False
            self._forget(entry)
        self._tell(entry, is_there=False)
        return True

    def _forget(self, entry: Entry) -> None:
        del self._entries[entry.kind, entry.id]
        del self._kinds[entry.kind][entry.id]
        for name, said in entry.metadata.items():
            place = entry.kind, name, said
            there = self._places[place]
            del there[entry.id]
            if not there:
                del self._places[place]

    def _tell(self, entry: Entry, *, is_there: bool) -> None:
        if self._publish is not None:
            self._publish("supervision", Registered(entry.kind, entry.id, is_there), key=entry.id)


def _all(there: Mapping[str, Entry]) -> tuple[Entry, ...]:
    while True:
        try:
            return tuple(there.values())
        except RuntimeError:  # Something came or went in the middle of it, which is rare: nothing is waited for.
            continue
