"""The rule event log, in memory: for the command line, which keeps no history."""

from collections.abc import Callable, Mapping, Sequence

from rulewright.core.events import RuleEvent
from rulewright.core.ports import Decide

Stored = tuple[Sequence[RuleEvent], Mapping[str, str]]
"""What a durable log said of switches, and its rules that have no file."""


class MemoryEventLog:
    """Holds the newest events of one project. `stored` may read what a durable log knows; nothing is written to it."""

    def __init__(self, max_events: int = 10_000, stored: Callable[[], Stored] | None = None) -> None:
        self._events: list[RuleEvent] = []
        self._max = max_events
        self._read_stored = stored
        self._stored: Stored | None = None

    def append(self, events: Sequence[RuleEvent]) -> None:
        """Add events behind the last one; raises ValueError when their numbers do not go on from it."""
        for event in events:
            if self._events and event.event_id != self._events[-1].event_id + 1:
                raise ValueError(f"event {event.event_id} does not follow {self._events[-1].event_id}")
            self._events.append(event)
        # Memory is bounded: whoever needs all of history reads the durable log.
        del self._events[: max(0, len(self._events) - self._max)]

    def read(self, after: int = 0) -> Sequence[RuleEvent]:
        """Events with a larger `event_id`, oldest first."""
        return tuple(e for e in self._events if e.event_id > after)

    def replay(self) -> Sequence[RuleEvent]:
        """What was stored; events of this process are in its book already."""
        return self._what_is_stored()[0]

    def has_changed(self) -> bool:
        """No other process writes here."""
        return False

    def commit(self, decide: Decide) -> Sequence[RuleEvent]:
        """Append what `decide` returns; there are no others."""
        events = decide(())
        self.append(events)
        return events

    def table(self) -> Mapping[str, str]:
        """The rules that have no file."""
        return self._what_is_stored()[1]

    def _what_is_stored(self) -> Stored:
        if self._stored is None:
            self._stored = self._read_stored() if self._read_stored is not None else ((), {})
        return self._stored
