"""What the tree of supervisors adds to a start, beside starting its tasks bare."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.bench.timing import Figure

N_RUNS = 15
CHILDREN = ("messages", "events", "cache", "store", "aggregator", "watcher", "neighbours", "editor", "introduction")

IMPORTING = """
import time, asyncio, msgspec, logging, threading
began = time.perf_counter()
import rulewright.node_app
print(time.perf_counter() - began)
"""
"""What the server needs in any case is imported first."""
NEEDED_ANYWAY = "import rulewright.adapters.lsp.server, rulewright.app, rulewright.services.code_host"


def figures() -> Iterator[Figure]:
    """The figures."""
    imported = statistics.median(importing() for _ in range(N_RUNS))
    started, bare = (
        statistics.median(found) for found in zip(*(asyncio.run(starting()) for _ in range(N_RUNS)), strict=True)
    )
    yield Figure("import what supervises", imported, "under 45 ms", ok=imported < 0.045)
    yield Figure("start the tree with a client in it", started, "under 5 ms", "bare tasks", bare, ok=started < 0.005)
    both = imported + started
    yield Figure("what the tree adds to a start", both, "under 50 ms", ok=both < 0.05)


def importing() -> float:
    """Seconds that imports take."""
    program = f"{NEEDED_ANYWAY}\n{IMPORTING}"
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    return float(done.stdout)


async def starting() -> tuple[float, float]:
    """Seconds until every child of a client runs, and until as many tasks do."""
    from rulewright.core.supervision import Child, Running
    from rulewright.services.supervisor.outside import OutsideSupervisor
    from rulewright.tree import ClientTree, make_node

    running = 0
    all_run = asyncio.Event()

    async def live() -> None:
        nonlocal running
        running += 1
        if running == len(CHILDREN):
            all_run.set()
        await asyncio.Event().wait()

    async def child(_: Running) -> None:
        await live()

    began = time.perf_counter()
    client = ClientTree(make_node("bench"), OutsideSupervisor(), is_only=True)
    for name in CHILDREN:
        client.add(Child(id=name, run=child), "background")
    await all_run.wait()
    ours = time.perf_counter() - began
    await client.aclose()

    running = 0
    all_run.clear()
    began = time.perf_counter()
    tasks = [asyncio.create_task(live()) for _ in CHILDREN]
    await all_run.wait()
    bare = time.perf_counter() - began
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return ours, bare
