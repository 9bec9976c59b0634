"""Large answers through our protocol, there and back, against the same answers through plain pygls."""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench import bare_pygls
from tests.bench.bare_pygls import N_ITEMS, N_SYMBOLS
from tests.bench.peer import Peer
from tests.bench.timing import Figure, interleaved
from tests.harness.program import PACKAGE

PLACE = {"position": {"line": 0, "character": 0}}


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        places = os.pathsep.join([PACKAGE, str(Path(__file__).parents[2])])
        ours = Peer(["-m", "tests.bench.records_server"], root, PYTHONPATH=places)
        bare = Peer([bare_pygls.__file__], root)
        try:
            for peer in (ours, bare):
                peer.begin()
                document = peer.open("a.py", "x = 1\n")
            for name, method, params, share in (
                (f"{N_ITEMS:,} completion items", "textDocument/completion", {**document, **PLACE}, 0.2),
                (f"{N_SYMBOLS:,} document symbols", "textDocument/documentSymbol", document, 0.1),
                ("one hover", "textDocument/hover", {**document, **PLACE}, 1.0),
            ):
                _check_same(ours.ask(method, params), bare.ask(method, params))
                mine, theirs = interleaved(21, _trip(ours, method, params), _trip(bare, method, params))
                limit = f"at most {share:g}x"
                yield Figure(f"{name}, round trip", mine, limit, "plain pygls", theirs, ok=mine <= share * theirs)
        finally:
            ours.close()
            bare.close()


def _trip(peer: Peer, method: str, params: Any) -> Any:
    def run() -> float:
        started = time.perf_counter()
        peer.ask(method, params)
        return time.perf_counter() - started

    return run


def _check_same(ours: bytes, theirs: bytes) -> None:
    if json.loads(ours)["result"] != json.loads(theirs)["result"]:
        raise RuntimeError(f"not the same answer: {ours[:200]!r}, {theirs[:200]!r}")
