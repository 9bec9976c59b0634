"""The rule event log, in memory. It has the shape of the durable one: append-only, read by number."""

from collections.abc import Sequence

from rulewright.core.events import RuleEvent


class MemoryEventLog:
    """Holds the newest events of one project."""

    def __init__(self, max_events: int = 10_000) -> None:
        self._events: list[RuleEvent] = []
        self._max = max_events

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
