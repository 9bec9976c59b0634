"""The bus under 50,000 events a second from another thread, and what an event costs, beside a queue of asyncio."""

import asyncio
import statistics
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator

from rulewright.adapters.lsp.server import SWITCH_INTERVAL_S
from rulewright.core.bus import DropOldest, Lagged, RulesChanged
from rulewright.services.bus import Bus
from tests.bench.timing import Figure, each

RATE = 50_000
N_EVENTS = 3 * RATE
PAUSE_S = 0.0005
"""Between news."""
N_COST = 20_000
Load = Callable[[Bus], Awaitable[float]]


def figures() -> Iterator[Figure]:
    """The figures."""
    # As the server has it.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    for name, load in (("published in the loop", in_loop), ("published by a thread", by_thread)):
        delays, n_lost, lasted = asyncio.run(under_load(load))
        delays.sort()
        rate, p99 = len(delays) / lasted, delays[int(len(delays) * 0.99)]
        told = f"an event {name} at {rate:,.0f} a second, until it is taken"
        limit = f"under 5 ms at {RATE:,} a second, {n_lost} lost"
        ok = not n_lost and rate > 0.95 * RATE
        yield Figure(f"{told}, median", delays[len(delays) // 2], limit, ok=ok and delays[len(delays) // 2] < 0.005)
        yield Figure(f"{told}, p99", p99, limit, ok=ok and p99 < 0.005)
    ours, floor = asyncio.run(cost())
    yield Figure("publish an event and take it", ours, "under 20 us", "asyncio.Queue", floor, ok=ours < 1 / RATE)
    bus = Bus("bench", lambda: 0.0)
    slow = [bus.subscribe("rules", policy=DropOldest(16)) for _ in range(10)]
    alone = each(lambda: bus.publish("rules", RulesChanged("/w")), N_COST)
    for one in slow:
        bus.enter(one)
    beside = each(lambda: bus.publish("rules", RulesChanged("/w")), N_COST)
    yield Figure(
        "publish beside ten subscribers that take nothing",
        beside,
        "under 20 us",
        "without them",
        alone,
        ok=beside < 1 / RATE,
    )


async def under_load(load: Load) -> tuple[list[float], int, float]:
    """Seconds from publishing to taking, of each event; how many were dropped; how long it took."""
    bus = Bus("bench", time.perf_counter)
    delays: list[float] = []
    n_lost = 0
    async with bus.subscribe("rules", policy=DropOldest(8192)) as events:
        loading = asyncio.ensure_future(load(bus))
        while len(delays) + n_lost < N_EVENTS:
            event = await anext(events)
            if isinstance(event, Lagged):
                n_lost += event.n
            else:
                delays.append(time.perf_counter() - event.at_s)
        lasted = await loading
    return delays, n_lost, lasted


class Pace:
    """Publishes what is due by now."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.began = time.perf_counter()
        self.sent = 0

    def publish(self) -> bool:
        """Whether there is more to come."""
        due = min(N_EVENTS, int((time.perf_counter() - self.began) * RATE) + 1)
        while self.sent < due:
            self.bus.publish("rules", RulesChanged("/w"))
            self.sent += 1
        return self.sent < N_EVENTS


async def in_loop(bus: Bus) -> float:
    """Seconds that it took to publish everything, beside whoever listens."""
    pace = Pace(bus)
    while pace.publish():  # noqa: ASYNC110 - it is a clock that is waited for
        await asyncio.sleep(PAUSE_S)  # rulewright: ignore[tests/wait-for-conditions] - the pace is what is given
    return time.perf_counter() - pace.began


async def by_thread(bus: Bus) -> float:
    """The same from a thread."""

    def publish() -> float:
        pace, resting = Pace(bus), threading.Event()
        while pace.publish():
            resting.wait(PAUSE_S)
        return time.perf_counter() - pace.began

    return await asyncio.to_thread(publish)


async def cost() -> tuple[float, float]:
    """Seconds for one event, published and taken in one thread, and for one item of a queue of asyncio's."""
    bus = Bus("bench", lambda: 0.0)
    queue: asyncio.Queue[RulesChanged] = asyncio.Queue()
    rounds: list[tuple[float, float]] = []
    async with bus.subscribe("rules") as events:
        for _ in range(7):
            began = time.perf_counter()
            for _ in range(N_COST):
                bus.publish("rules", RulesChanged("/w"))
                await anext(events)
            between = time.perf_counter()
            for _ in range(N_COST):
                queue.put_nowait(RulesChanged("/w"))
                await queue.get()
            rounds.append(((between - began) / N_COST, (time.perf_counter() - between) / N_COST))
    return statistics.median(ours for ours, _ in rounds), statistics.median(theirs for _, theirs in rounds)
