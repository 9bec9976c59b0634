"""One rule of 1,000 changes on disk: how soon the server has told the editor what an open file looks like now."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.peer import Peer
from tests.bench.rule_write import N_RULES, TEXT
from tests.bench.timing import Figure

N_TURNS = 40
WARM_UP = 5
CHANGED = """---
description: Rule of the bench
globs: ["**/*.py"]
check: {{ language: python, message: "turn {turn}", rule: {{ pattern: "looked_for($A)" }} }}
---
What to do instead.
"""
CODE = "def f(a):\n    return known(a)\n" * 150 + "def g(a):\n    return looked_for(a)\n" * 5
PUBLISH = "textDocument/publishDiagnostics"


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "work"
        (root / ".ai-rules").mkdir(parents=True)
        (root / ".git").mkdir()
        for number in range(N_RULES - 1):
            (root / f".ai-rules/rule-{number}.md").write_text(TEXT.format(number=number, turn=0))
        rule = root / ".ai-rules" / "changed.md"
        rule.write_text(CHANGED.format(turn=0))
        environ = {f"RULEWRIGHT_{kind}_DIR": str(Path(name) / kind.lower()) for kind in ("STATE", "CACHE", "CONFIG")}
        peer = Peer(["-m", "rulewright", "serve", "--stdio"], root, **environ)
        try:
            peer.begin()
            peer.open("a.py", CODE)
            _wait_for(peer, 0)
            seconds = [_turn(peer, rule, turn) for turn in range(1, N_TURNS + WARM_UP)][WARM_UP:]
        finally:
            peer.close()
    yield Figure(
        f"one changed rule of {N_RULES:,} to new diagnostics of an open file, its event kept",
        statistics.median(seconds),
        "under 20 ms",
        ok=statistics.median(seconds) < 20e-3,
    )
    yield Figure("the same, p95", statistics.quantiles(seconds, n=20)[-1], "no limit")


def _turn(peer: Peer, rule: Path, turn: int) -> float:
    rule.write_text(CHANGED.format(turn=turn))
    began = time.perf_counter()
    peer.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": rule.as_uri(), "type": 2}]})
    _wait_for(peer, turn)
    return time.perf_counter() - began


def _wait_for(peer: Peer, turn: int) -> None:
    while not any(d["message"].startswith(f"turn {turn}") for d in peer.note(PUBLISH)["diagnostics"]):
        pass
