"""Somebody writes a rule among 500 others, for 5,000 files: completion, hover, another id, a rule from code."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rulewright.features.rule_writing.from_code import NewRule, rule_from_code
from tests.bench.peer import Peer
from tests.bench.timing import Figure

N_RULES = 500
N_FILES = 5_000
N_TURNS = 40
RULE = """---
description: Rule {number} of the bench
globs: src/p{folder}/**
overrides: rule-{before}
check: {{ language: python, rule: {{ pattern: looked_for_{number}($A) }} }}
---
What to do instead.
"""
FILE = "def f(a):\n    return looked_for_{number}(a)  # rulewright: ignore[rule-{number}]\n"
WRITTEN = (
    '---\ndescription: x\nglobs: "src/"\noverrides: [rule-7, ]\ncheck: { language: python, rule: { kind: ca } }\n---\n'
)
CODE = "import subprocess\n" + "\n\ndef f(cmd):\n    return subprocess.run(cmd, shell=True)" * 250
LIMIT_S = 50e-3


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "work"
        _write(root)
        environ = {f"RULEWRIGHT_{kind}_DIR": str(Path(name) / kind.lower()) for kind in ("STATE", "CACHE", "CONFIG")}
        peer = Peer(["-m", "rulewright", "serve", "--stdio"], root, **environ)
        try:
            peer.begin()
            yield from _over_the_wire(peer)
        finally:
            peer.close()
    start = CODE.rindex("subprocess")
    made = _seconds(lambda: rule_from_code(CODE, "python", (start, len(CODE)), is_taken=lambda *_: False))
    assert isinstance(rule_from_code(CODE, "python", (start, len(CODE)), is_taken=lambda *_: False), NewRule)
    yield _figure("a rule from a call in a file of 1,000 lines, its example run", made)


def _write(root: Path) -> None:
    (root / ".git").mkdir(parents=True)
    (root / ".ai-rules").mkdir()
    for number in range(N_RULES):
        text = RULE.format(number=number, folder=number % 50, before=number - 1)
        (root / f".ai-rules/rule-{number}.md").write_text(text)
    for number in range(N_FILES):
        folder = root / f"src/p{number % 50}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"m{number}.py").write_text(FILE.format(number=number % N_RULES))


def _over_the_wire(peer: Peer) -> Iterator[Figure]:
    document = peer.open(".ai-rules/mine.md", WRITTEN)

    def ask(method: str, line: int, character: int, **more: Any) -> Callable[[], Any]:
        question = {**document, "position": {"line": line, "character": character}, **more}
        return lambda: peer.ask(f"textDocument/{method}", question)

    yield _figure("completion of a key of a rule", _seconds(ask("completion", 1, 3)))
    yield _figure("completion of a glob from 5,000 files", _seconds(ask("completion", 2, 12)))
    yield _figure("completion of an id among 500", _seconds(ask("completion", 3, 20)))
    yield _figure("completion of a kind of Python's grammar", _seconds(ask("completion", 4, 43)))
    yield _figure("hover on a glob: what it matches of 5,000 files", _seconds(ask("hover", 2, 9)))
    yield _figure("a jump to a rule", _seconds(ask("definition", 3, 15)))
    renamed = _seconds(ask("rename", 3, 15, newName="other"), n_turns=5)
    yield Figure("another id, in 500 rule files and 5,000 of code", statistics.median(renamed), "no limit")


def _seconds(call: Callable[[], Any], n_turns: int = N_TURNS) -> list[float]:
    answer = call()
    assert not isinstance(answer, bytes) or b'"result":null' not in answer, answer
    assert not isinstance(answer, bytes) or b'"error"' not in answer, answer
    found = []
    for _ in range(n_turns):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return found


def _figure(name: str, seconds: list[float]) -> Figure:
    typical = statistics.median(seconds)
    return Figure(name, typical, "under 50 ms", ok=typical < LIMIT_S)
