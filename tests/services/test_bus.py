"""The bus: order, what slow subscribers lose and are told, and news that are read again from where they are kept."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rulewright.core.bus import Coalesce, ContextUpdated, DropOldest, Event, Lagged, RulesChanged
from rulewright.services.bus import Bus, MemoryCursors
from rulewright.services.state.cursors import StateCursors
from rulewright.services.state.store import StateStore


def make() -> Bus:
    return Bus("node-1", lambda: 1000.0)


def said(*roots: str, bus: Bus, key: bool = True) -> list[Event]:
    return [bus.publish("rules", RulesChanged(root), key=root if key else "") for root in roots]


async def test_an_event_says_what_when_where_and_why() -> None:
    bus = make()
    async with bus.subscribe("rules") as events:
        bus.publish("analysis_complete", RulesChanged("unheard"))
        made = bus.publish(
            "rules", RulesChanged("/a"), key="/a", correlation_id="c", causation_id="b", metadata={"by": "me"}
        )
        event = await anext(events)
    assert event == made
    assert event == Event("rules", 1, RulesChanged("/a"), "node-1", 1000.0, "/a", "c", "b", {"by": "me"})
    assert bus.publish("rules", RulesChanged("/b")).sequence == 2


async def test_what_was_said_before_is_not_heard_and_what_comes_after_the_end_neither() -> None:
    bus = make()
    said("before", bus=bus)
    subscription = bus.subscribe("rules")
    async with subscription as events:
        said("meanwhile", bus=bus)
        assert (await anext(events)).body == RulesChanged("meanwhile")
    said("after", bus=bus)
    assert subscription.take() is None


async def test_one_that_is_slow_loses_the_oldest_and_is_told_how_many() -> None:
    bus = make()
    async with bus.subscribe("rules", policy=DropOldest(3)) as slow, bus.subscribe("rules") as quick:
        said(*"abcdef", bus=bus)
        assert await anext(slow) == Lagged(3)
        assert [(await anext(slow)).body.root for _ in range(3)] == ["d", "e", "f"]
        assert slow.take() is None
        assert [(await anext(quick)).body.root for _ in range(6)] == list("abcdef")


async def test_where_only_the_newest_counts_each_thing_comes_once() -> None:
    bus = make()
    async with bus.subscribe("rules", policy=Coalesce(2)) as events:
        said("a", "b", "a", "a", bus=bus)
        assert [(await anext(events)).sequence for _ in range(2)] == [4, 2]
        said("a", "b", "c", bus=bus)
        assert await anext(events) == Lagged(1)
        assert [(await anext(events)).body.root for _ in range(2)] == ["b", "c"]


async def test_who_asks_for_one_thing_hears_of_that_alone() -> None:
    bus = make()
    async with bus.subscribe("rules", key="b") as events:
        said("a", "b", "c", "b", bus=bus)
        assert [(await anext(events)).sequence for _ in range(2)] == [2, 4]
        assert events.take() is None
    assert bus._of_key == {}


async def test_threads_publish_and_everybody_sees_the_same_order() -> None:
    bus = make()

    def work(name: str) -> None:
        for n in range(500):
            bus.publish("rules", RulesChanged(f"{name}{n}"))

    async with (
        bus.subscribe("rules", policy=DropOldest(10_000)) as one,
        bus.subscribe("rules", policy=DropOldest(10_000)) as other,
    ):
        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        heard = [[await anext(events) for _ in range(2000)] for events in (one, other)]
        for thread in threads:
            thread.join()
    assert heard[0] == heard[1]
    assert [event.sequence for event in heard[0]] == list(range(1, 2001))


async def test_a_subscriber_that_is_cancelled_loses_nothing() -> None:
    bus = make()
    async with bus.subscribe("rules") as events:
        waiting = asyncio.create_task(anext(events))
        await asyncio.sleep(0)
        said("a", bus=bus)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert (await anext(events)).body == RulesChanged("a")


async def test_a_tap_is_called_at_once_and_one_that_fails_hurts_nobody() -> None:
    bus = make()
    heard: list[int] = []

    def fails(_: Event) -> None:
        raise RuntimeError("no")

    stop_failing = bus.tap("rules", fails)
    stop = bus.tap("rules", lambda event: heard.append(event.sequence))
    said("a", "b", bus=bus)
    stop_failing()
    stop()
    said("c", bus=bus)
    assert heard == [1, 2]


class Kept:
    """Where news are kept: a list."""

    def __init__(self) -> None:
        self.rows: list[str] = []

    def append(self, text: str, bus: Bus) -> None:
        self.rows.append(text)
        bus.publish("context_updates", ContextUpdated("s", "message"), key="s")

    def after(self, position: int, limit: int) -> Sequence[tuple[int, Any]]:
        return list(enumerate(self.rows, start=1))[position : position + limit]


async def test_nothing_is_left_out_for_who_reads_again_by_a_cursor(tmp_path: Path) -> None:
    store = StateStore(tmp_path, lambda: datetime.now(UTC))
    for cursors in (MemoryCursors(), StateCursors(store)):
        bus, kept = make(), Kept()
        for n in range(3):
            kept.append(f"before {n}", bus)
        async with bus.durable("context_updates", "web", cursors, kept) as news:
            reading = aiter(news)
            assert [await anext(reading) for _ in range(3)] == [(n + 1, f"before {n}") for n in range(3)]
            for n in range(1000):
                kept.append(f"live {n}", bus)
            assert [(await anext(reading))[0] for _ in range(1000)] == list(range(4, 1004))
            assert await news.taken(900)
            await reading.aclose()
        # After a crash it comes again from what was taken.
        async with make().durable("context_updates", "web", cursors, kept) as news:
            reading = aiter(news)
            assert (await anext(reading))[0] == 901
            await reading.aclose()
        cursors.set("web", "context_updates", 5)
        assert cursors.get("web", "context_updates") == 900, "a cursor does not go back"
        assert cursors.get("another", "context_updates") == 0
    store.close()


async def test_a_cursor_that_is_not_ours_counts_as_none(tmp_path: Path) -> None:
    store = StateStore(tmp_path, lambda: datetime.now(UTC))
    cursors = StateCursors(store)
    store.write(lambda db: db.execute("insert into cursors values ('web', 'rules', 'garbage')"))
    assert cursors.get("web", "rules") == 0
    store.close()
    assert not cursors.set("web", "rules", 3)
