"""Looking up and registering in the registry, beside a plain dictionary."""

import itertools
from collections.abc import Iterator

from rulewright.services.bus import Bus
from rulewright.services.registry import Registry
from tests.bench.timing import Figure, each

N_SESSIONS = 10_000
LOOKUP_S, REGISTRATION_S = 1 / 100_000, 1 / 10_000


def figures() -> Iterator[Figure]:
    """The figures."""
    bus = Bus("bench", lambda: 0.0)
    registry, plain = Registry(bus.publish), dict[str, object]()
    for n in range(N_SESSIONS):
        registry.register("session", str(n), {"user": f"user {n % 100}", "workspace": f"/w/{n % 50}"})
        plain[str(n)] = n
    names = itertools.cycle([str(n * 7919 % N_SESSIONS) for n in range(N_SESSIONS)])
    ours = each(lambda: registry.find("session", next(names)), 100_000)
    floor = each(lambda: plain.get(next(names)), 100_000)
    yield Figure(
        f"find one of {N_SESSIONS:,} sessions", ours, "100,000 a second", "a dictionary", floor, ok=ours < LOOKUP_S
    )
    users = itertools.cycle([f"user {n}" for n in range(100)])
    ours = each(lambda: registry.find_by("session", user=next(users), workspace="/w/7"), 2_000)
    yield Figure("find the sessions of a user in a workspace, of 100 there", ours, "under 100 us", ok=ours < 1e-4)

    numbers = itertools.count(N_SESSIONS)

    def come() -> None:
        n = next(numbers)
        registry.register("session", str(n), {"user": f"user {n % 100}", "workspace": f"/w/{n % 50}"})

    ours = each(come, 20_000, 3)
    floor = each(lambda: plain.__setitem__(str(next(numbers)), None), 20_000, 3)
    yield Figure("register a session", ours, "10,000 a second", "a dictionary", floor, ok=ours < REGISTRATION_S)
    gone = itertools.count()
    ours = each(lambda: registry.unregister("session", str(next(gone))), 5_000, 3)
    yield Figure("unregister a session", ours, "10,000 a second", ok=ours < REGISTRATION_S)
