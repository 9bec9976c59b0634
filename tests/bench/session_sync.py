"""How soon an interface in another process sees what was said in a conversation that it shows."""

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

from tests.bench.timing import Figure
from tests.harness.program import environment

N_MESSAGES = 200
READER = """
import asyncio, json, sys, time
from rulewright.node_app import new_node
from rulewright.session_app import shared_by, Conversations
from rulewright.core.supervision import Child

async def main():
    node = new_node("bench")
    shared = await asyncio.to_thread(shared_by, node)
    node.tree.begin()
    async with shared.bus.subscribe("context_updates") as events:
        with await asyncio.to_thread(shared.following):
            print("ready", flush=True)
            async for event in events:
                if event.body.what == "message":
                    print(json.dumps([event.body.event.message.parts[0].text, time.time()]), flush=True)
                    if event.body.event.message.parts[0].text == "last":
                        break
    await node.tree.aclose()

asyncio.run(main())
"""
WRITER = """
import random, sys, time
from pathlib import Path
from rulewright.core.session import Draft
from rulewright.session_app import Conversations
from rulewright.services.access.owner import owner
kept = Conversations()
me = owner()
session = kept.gateway.create(me, Path.cwd()).session.id
chance = random.Random(7)
for number in range(int(sys.argv[1])):
    time.sleep(chance.random() / 20)
    kept.gateway.append(me, session, Draft.text("user", str(time.time())))
kept.gateway.append(me, session, Draft.text("user", "last"))
kept.close()
"""


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as name:
        environ = environment(RULEWRIGHT_STATE_DIR=str(Path(name) / "state"))
        reader = subprocess.Popen(
            [sys.executable, "-c", READER], cwd=name, env=environ, stdout=subprocess.PIPE, text=True
        )
        lines: Queue[str] = Queue()
        assert reader.stdout is not None
        thread = threading.Thread(target=lambda: [lines.put(line) for line in reader.stdout or ()])
        thread.start()
        assert lines.get(timeout=60) == "ready\n"
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", WRITER, str(N_MESSAGES)], cwd=name, env=environ, check=True)
        took = time.perf_counter() - begun
        reader.wait(60)
        thread.join()
        rows = [json.loads(lines.get()) for _ in range(lines.qsize())]
    seconds = sorted(seen - float(said) for said, seen in rows if said != "last")
    assert len(seconds) == N_MESSAGES, "nothing is missed"
    p99 = statistics.quantiles(seconds, n=100)[-1]
    label = f"a message said in one process, told in another, p99 of {N_MESSAGES} in {took:.0f} s"
    yield Figure(label, p99, "under 200 ms", ok=p99 < 0.2)
