"""A message added to a conversation, on the disk for good, beside a bare row that SQLite puts there as safely."""

import secrets
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from rulewright.core.session import Draft
from rulewright.services.clock import SystemClock
from rulewright.services.sessions.sessions import Sessions
from rulewright.services.state.running import Running
from rulewright.services.state.store import StateStore
from tests.bench.rule_write import Bare, p95
from tests.bench.timing import Figure

N_BEFORE = 700
N_WRITES = 300
TEXT = "A question about a parser that drops tabs, with some of its code. " * 12
N_SESSIONS = 50


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one, first = _program(folder)
        bare = Bare(folder / "bare.db")
        session = one.create(workspace="w", root="/p", user="u").session.id
        for number in range(N_BEFORE):
            one.append(session, Draft.text("user", f"{number} {TEXT}"))
        ours, floors = [], []
        for number in range(N_WRITES):
            draft = Draft.text("user", f"{number} {TEXT}")
            # Whoever comes second finds the disk busy with the first.
            if number % 2:
                floors.append(bare.write(TEXT))
            began = time.perf_counter()
            written = one.append(session, draft)
            ours.append(time.perf_counter() - began)
            assert not written.problem
            if number % 2 == 0:
                floors.append(bare.write(TEXT))
        against = "a bare row with fsync"
        about = f"add a message behind {N_BEFORE:,} others"
        yield Figure(f"{about}, median", statistics.median(ours), "p95 under 10 ms", against, statistics.median(floors))
        late, late_floor = p95(ours), p95(floors)
        yield Figure(
            "the same, p95",
            late,
            "under 10 ms, or 1.5x of the floor where the disk is slower",
            f"{against}, p95",
            late_floor,
            ok=late < max(10e-3, 1.5 * late_floor),
        )
        spread = []
        many = [one.create(workspace="w", root="/p", user="u").session.id for _ in range(N_SESSIONS)]
        for number in range(N_WRITES):
            began = time.perf_counter()
            one.append(many[number % N_SESSIONS], Draft.text("user", TEXT))
            spread.append(time.perf_counter() - began)
        yield Figure(
            f"add to {N_SESSIONS} conversations in turn, p95", p95(spread), "under 10 ms", ok=p95(spread) < 10e-3
        )
        yield from _together(folder, one, session)
        first.close()
        bare.close()


def _together(folder: Path, one: Sessions, session: str) -> Iterator[Figure]:
    """Two programs write one conversation, as fast as they can."""
    other, second = _program(folder)
    taken: list[list[float]] = [[], []]

    def work(sessions: Sessions, seconds: list[float]) -> None:
        for _ in range(100):
            began = time.perf_counter()
            sessions.append(session, Draft.text("user", TEXT))
            seconds.append(time.perf_counter() - began)

    threads = [threading.Thread(target=work, args=args) for args in ((one, taken[0]), (other, taken[1]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    n_messages = len(other.open(session).messages)
    assert n_messages == len(one.open(session).messages) == N_BEFORE + N_WRITES + 200
    yield Figure("two programs add to one conversation at once, p95", p95([*taken[0], *taken[1]]), "no limit")
    second.close()


def _program(folder: Path) -> tuple[Sessions, StateStore]:
    clock = SystemClock()
    store = StateStore(folder / "state", clock.now)
    return Sessions(store, clock, Running(folder / "state"), lambda: secrets.token_hex(8)), store
