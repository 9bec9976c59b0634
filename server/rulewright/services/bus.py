"""The bus of a process: whoever has news says it once, from any thread, and everybody who listens gets it in order.

A subscriber has a bounded queue and a policy for when it is slow; a publisher never waits for one. Who must not miss
anything reads again from where the news is kept, by a cursor that outlives the process.
"""

import asyncio
import logging
import threading
from collections import OrderedDict, defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Self

from rulewright.core.bus import Body, Coalesce, Cursors, DropOldest, Event, Lagged, Policy, Source, Topic

log = logging.getLogger(__name__)

_NONE: Mapping[str, str] = MappingProxyType({})
PAGE = 256
"""How much of a source is read at a time."""

Tap = Callable[[Event], object]


class Bus:
    """All methods may be called from any thread."""

    def __init__(self, node: str, now: Callable[[], float]) -> None:
        """`now` gives seconds since 1970."""
        self.node = node
        self._now = now
        self._lock = threading.Lock()
        self._sequences: dict[Topic, int] = defaultdict(int)
        # Replaced, never changed, so that publishing looks at them without waiting for who comes and goes.
        self._everything: Mapping[Topic, tuple[Subscription, ...]] = {}
        self._of_key: dict[tuple[Topic, str], tuple[Subscription, ...]] = {}
        self._taps: Mapping[Topic, tuple[Tap, ...]] = {}

    def publish(
        self,
        topic: Topic,
        body: Body,
        *,
        key: str = "",
        correlation_id: str = "",
        causation_id: str = "",
        metadata: Mapping[str, str] = _NONE,
    ) -> Event:
        """See `core.bus.Publish`. All subscribers get the events of a topic in the order of their numbers."""
        with self._lock:
            number = self._sequences[topic] = self._sequences[topic] + 1
            event = Event(topic, number, body, self.node, self._now(), key, correlation_id, causation_id, metadata)
            for subscription in self._everything.get(topic, ()):
                subscription.put(event)
            if key:
                for subscription in self._of_key.get((topic, key), ()):
                    subscription.put(event)
        for tap in self._taps.get(topic, ()):
            try:
                tap(event)
            except Exception:
                log.exception("a listener to %s failed", topic)
        return event

    def tap(self, topic: Topic, call: Tap) -> Callable[[], None]:
        """Have `call` called with each event, where it is published; it must be quick. Returns how to stop that."""
        with self._lock:
            self._taps = {**self._taps, topic: (*self._taps.get(topic, ()), call)}

        def stop() -> None:
            with self._lock:
                rest = tuple(tap for tap in self._taps.get(topic, ()) if tap is not call)
                self._taps = {**self._taps, topic: rest}

        return stop

    def subscribe(self, *topics: Topic, policy: Policy | None = None, key: str | None = None) -> "Subscription":
        """Events from the moment the subscription is entered on; with `key` only those about one thing.

        async with bus.subscribe("rules") as events:
            async for event in events: ...
        """
        return Subscription(self, topics, policy or DropOldest(), key)

    def durable(
        self, topic: Topic, name: str, cursors: Cursors, source: Source, *, key: str | None = None
    ) -> "DurableSubscription":
        """Everything that `source` has behind the cursor of `name`, and what comes; nothing is left out."""
        return DurableSubscription(self, topic, name, cursors, source, key)

    def enter(self, subscription: "Subscription") -> None:
        """Begin to hand events to a subscription."""
        self._change(subscription, lambda before: (*before, subscription))

    def leave(self, subscription: "Subscription") -> None:
        """Hand it no more."""
        self._change(subscription, lambda before: tuple(one for one in before if one is not subscription))

    def _change(
        self,
        subscription: "Subscription",
        change: "Callable[[tuple[Subscription, ...]], tuple[Subscription, ...]]",
    ) -> None:
        with self._lock:
            for topic in subscription.topics:
                if subscription.key is None:
                    self._everything = {**self._everything, topic: change(self._everything.get(topic, ()))}
                    continue
                place = topic, subscription.key
                after = change(self._of_key.get(place, ()))
                if after:
                    self._of_key[place] = after
                else:
                    self._of_key.pop(place, None)


class Subscription:
    """An asynchronous iterator of events, and of `Lagged` where some were dropped. For one task."""

    def __init__(self, bus: Bus, topics: Iterable[Topic], policy: Policy, key: str | None) -> None:
        self.topics, self.key = tuple(topics), key
        self._bus, self._policy = bus, policy
        self._lock = threading.Lock()
        self._queue: deque[Event] = deque()
        self._newest: OrderedDict[tuple[Topic, str], Event] = OrderedDict()
        self._n_lost = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._waiter: asyncio.Future[None] | None = None
        self._waking: asyncio.Future[None] | None = None
        """The waiter that is being woken."""

    async def __aenter__(self) -> Self:
        """From here on nothing is missed."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        self._bus.enter(self)
        return self

    async def __aexit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        """Take no more."""
        self._bus.leave(self)
        with self._lock:
            self._queue.clear()
            self._newest.clear()

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> Event | Lagged:
        """The next event, which is waited for; a `Lagged` stands where events were dropped."""
        while (found := self.take()) is None:
            assert self._loop is not None, "enter it first"
            waiter = self._waiter = self._loop.create_future()
            # What came between the look and the waiter is seen here.
            if (found := self.take()) is not None:
                self._waiter = None
                return found
            try:
                await waiter
            finally:
                self._waiter = self._waking = None
        return found

    def take(self) -> Event | Lagged | None:
        """The next event without waiting; None when there is none."""
        with self._lock:
            if self._n_lost:
                lost, self._n_lost = self._n_lost, 0
                return Lagged(lost)
            if self._queue:
                return self._queue.popleft()
            return self._newest.popitem(last=False)[1] if self._newest else None

    def put(self, event: Event) -> None:
        """Take an event from the bus, in whichever thread that is."""
        with self._lock:
            match self._policy:
                case DropOldest(size):
                    if len(self._queue) >= size:
                        self._queue.popleft()
                        self._n_lost += 1
                    self._queue.append(event)
                case Coalesce(size):
                    place = event.topic, event.key
                    # One that has waited keeps its turn.
                    if place not in self._newest and len(self._newest) >= size:
                        self._newest.popitem(last=False)
                        self._n_lost += 1
                    self._newest[place] = event
        waiter = self._waiter
        if waiter is not None and waiter is not self._waking:
            # Once for each time that it waits: to wake a loop from another thread is a call of the system.
            self._waking = waiter
            self._wake()

    def _wake(self) -> None:
        assert self._loop is not None
        if threading.get_ident() == self._thread:
            self._woken()
            return
        try:
            self._loop.call_soon_threadsafe(self._woken)
        except RuntimeError:  # The loop is closed, and so is the subscriber.
            return

    def _woken(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


class DurableSubscription:
    """Positions and what is there, oldest first: what is kept behind the cursor, then each thing that is new.

    async with bus.durable("context_updates", "web", cursors, store) as news:
        async for position, update in news: ...; await news.taken(position)

    What was not said to be `taken` comes again after a crash. Publishing only wakes it: what it gives it has read.
    """

    def __init__(
        self, bus: Bus, topic: Topic, name: str, cursors: Cursors, source: Source, key: str | None = None
    ) -> None:
        self._topic, self._name, self._cursors, self._source = topic, name, cursors, source
        # One event is enough to know that there is something to read.
        self._news = Subscription(bus, (topic,), Coalesce(1), key)

    async def __aenter__(self) -> Self:
        """From here on nothing is missed."""
        await self._news.__aenter__()
        return self

    async def __aexit__(self, *raised: Any) -> None:  # noqa: PYI036 - handed on as it is
        """Take no more."""
        await self._news.__aexit__(*raised)

    async def __aiter__(self) -> AsyncGenerator[tuple[int, Any], None]:
        """Positions and what is there."""
        position = await asyncio.to_thread(self._cursors.get, self._name, self._topic)
        while True:
            while found := await asyncio.to_thread(self._source.after, position, PAGE):
                for position, update in found:
                    yield position, update
            await anext(self._news)

    async def taken(self, position: int) -> bool:
        """Go on behind this one the next time; False when that could not be kept."""
        return await asyncio.to_thread(self._cursors.set, self._name, self._topic, position)


class MemoryCursors:
    """Cursors of this process only."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], int] = {}

    def get(self, subscriber: str, topic: str) -> int:
        """See `core.bus.Cursors`."""
        return self._read.get((subscriber, topic), 0)

    def set(self, subscriber: str, topic: str, sequence: int) -> bool:
        """See `core.bus.Cursors`."""
        self._read[subscriber, topic] = max(sequence, self.get(subscriber, topic))
        return True
