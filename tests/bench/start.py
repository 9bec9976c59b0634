"""From the start of the process to the answers of a language server, against plain pygls on the same interpreter."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import bare_pygls
from tests.bench.peer import Peer
from tests.bench.timing import Figure

OURS = ("-m", "rulewright", "--stdio")
BARE = (bare_pygls.__file__,)
N_RUNS = 11
POSITION = {"line": 0, "character": 0}


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        start(OURS, root)
        start(BARE, root)
        runs = [(start(OURS, root), start(BARE, root)) for _ in range(N_RUNS)]
    (ours, our_hover, answers_hover), (bare, bare_hover, _) = (
        [statistics.median(run[who][n] for run in runs) for n in range(3)] for who in range(2)
    )
    yield Figure(
        "start to the answer of initialize", ours, "at most 0.15x", "plain pygls", bare, ok=ours <= 0.15 * bare
    )
    name = "start to the first hover" if answers_hover else "start to the first answer of the engine"
    yield Figure(name, our_hover, "at most 1.1x", "plain pygls", bare_hover, ok=our_hover <= 1.1 * bare_hover)

    helped, empty = zip(
        *((run_s(*program) for program in ((*OURS[:2], "--help"), ("-c", ""))) for _ in range(N_RUNS)), strict=True
    )
    ours, bare = statistics.median(helped), statistics.median(empty)
    yield Figure("rulewright --help", ours, "at most 3x", "an empty Python", bare, ok=ours <= 3 * bare)


def run_s(*arguments: str) -> float:
    """Seconds that Python takes for a program."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def start(arguments: tuple[str, ...], root: Path) -> tuple[float, float, bool]:
    """Seconds to the answer of initialize and to that of a hover, and whether it can answer a hover at all.

    A server that cannot refuses the hover, for which it must be as much awake.
    """
    started = time.perf_counter()
    peer = Peer(arguments, root)
    try:
        announced = peer.begin()["result"]["capabilities"]
        initialized = time.perf_counter() - started
        document = peer.open("a.py", "x = 1\n")
        answer = json.loads(peer.ask("textDocument/hover", {**document, "position": POSITION}))
        hovered = time.perf_counter() - started
    finally:
        peer.close()
    can_hover = bool(announced.get("hoverProvider"))
    if ("result" in answer) is not can_hover:
        raise RuntimeError(f"not what was announced: {answer}")
    return initialized, hovered, can_hover
