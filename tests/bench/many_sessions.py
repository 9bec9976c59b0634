"""2,000 conversations with a subscriber each: the memory of the process, and how soon an appended message is heard."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.timing import Figure

N_SESSIONS = 2_000
N_MESSAGES = 3
"""In each conversation, before anybody listens."""
N_APPENDS = 1_000
MAX_BYTES = 1 << 30


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"RULEWRIGHT_STATE_DIR": folder, "RULEWRIGHT_CONFIG_DIR": folder}
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.many_sessions"], env=environment, stdout=subprocess.PIPE, check=True
        )
    found = json.loads(done.stdout)
    p99, p50, fsync = found["p99"], found["p50"], found["fsync"]
    name = f"append to a conversation until its subscriber has it, of {N_SESSIONS:,}"
    yield Figure(f"{name}, p99", p99, "under 100 ms", "one fsync", fsync, ok=p99 < 0.1)
    yield Figure(f"{name}, median", p50, "under 100 ms", "one fsync", fsync, ok=p50 < 0.1)
    mb = found["bytes"] >> 20
    told = f"{N_SESSIONS:,} conversations with a subscriber each take {mb:,} MB; made in"
    yield Figure(told, found["made"], "under 1,024 MB", ok=found["bytes"] < MAX_BYTES)


async def measure() -> dict[str, float]:
    """What `figures` tells."""
    from rulewright.core.bus import ContextUpdated
    from rulewright.core.models import Part
    from rulewright.core.session import Draft, MessageAdded, SessionEvent
    from rulewright.session_app import Conversations
    from rulewright.tree import make_node

    node = make_node("bench")

    def announce(event: SessionEvent) -> None:
        if isinstance(event, MessageAdded):
            name = event.session.id
            node.bus.publish("context_updates", ContextUpdated(name, "message"), key=name)

    conversations = Conversations(announce=announce)
    sessions = conversations.sessions
    text = "A message of common length. " * 20
    draft = Draft(role="user", parts=(Part(text),), author="me", interface="editor")
    began = time.perf_counter()

    def make(number: int) -> str:
        made = sessions.create(workspace="w", root="/w", user="me", title=f"conversation {number}").session
        for _ in range(N_MESSAGES):
            sessions.append(made.id, draft)
        node.registry.register("session", made.id, {"user": "me"})
        return made.id

    with ThreadPoolExecutor(1) as writer:
        loop = asyncio.get_running_loop()
        ids = [await loop.run_in_executor(writer, make, number) for number in range(N_SESSIONS)]
        made_s = time.perf_counter() - began
        heard: dict[str, asyncio.Event] = {name: asyncio.Event() for name in ids}
        listening = 0

        async def listen(name: str) -> None:
            nonlocal listening
            async with node.bus.subscribe("context_updates", key=name) as events:
                listening += 1
                async for _ in events:
                    heard[name].set()

        tasks = [asyncio.create_task(listen(name)) for name in ids]
        await asyncio.sleep(0)
        assert listening == N_SESSIONS
        delays = []
        for number in range(N_APPENDS):
            name = ids[number * 7919 % N_SESSIONS]
            heard[name].clear()
            began = time.perf_counter()
            writing = loop.run_in_executor(writer, sessions.append, name, draft)
            await heard[name].wait()
            delays.append(time.perf_counter() - began)
            await writing
        n_bytes = resident()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await loop.run_in_executor(writer, conversations.close)
    delays.sort()
    at = {"p50": delays[len(delays) // 2], "p99": delays[int(len(delays) * 0.99)]}
    return {**at, "made": made_s, "bytes": n_bytes, "fsync": fsync_s()}


def resident() -> int:
    """Bytes that the process has in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def fsync_s() -> float:
    """Seconds to write a kB to the disk for good, median."""
    with tempfile.NamedTemporaryFile(dir=os.environ["RULEWRIGHT_STATE_DIR"]) as file:
        found = []
        for _ in range(50):
            began = time.perf_counter()
            file.write(b"x" * 1024)
            file.flush()
            os.fsync(file.fileno())
            found.append(time.perf_counter() - began)
    return sorted(found)[25]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))
