"""Calls of an agent's tools, each beside the command that says the same, which starts anew each time."""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.timing import Figure, interleaved, wall
from tests.harness.mcp_client import Agent, agent
from tests.harness.program import PROGRAM, write_files

N_RULES = 500
N_FILES = 2_000
RULE = """---
description: Rule {n}
globs: "**/*.py"
check: {{ language: python, message: "no", rule: {{ pattern: "print{n}($X)" }} }}
examples: [{{ bad: "print{n}(1)", good: log(1) }}]
---
Text of rule {n}.
"""


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_files(root, {".git/HEAD": ""} | {f".ai-rules/r{n}.md": RULE.format(n=n) for n in range(N_RULES)})
        write_files(root, {f"p{n % 50}/m{n}.py": f"class Config{n}: ...\n" for n in range(N_FILES)})
        with agent(root) as ai:
            yield from of_calls(root, ai)


def of_calls(root: Path, ai: Agent) -> Iterator[Figure]:
    """Every tool, once it knows the project."""
    beside = {
        "rules_for_file": ({"path": "p1/new.py"}, ("prompt", "p1/new.py", "--task", "x")),
        "why": ({"path": "p1/new.py"}, ("rules", "why", "p1/new.py")),
        "check": ({"paths": ["p1/m1.py"]}, ("check", "p1/m1.py")),
        "search_symbols": ({"query": "Conf"}, ("index", "search", "Conf")),
    }
    for tool, (arguments, command) in beside.items():
        ours, theirs = interleaved(
            5, timed(ai, tool, arguments), lambda command=command: wall([*PROGRAM, *command], root)
        )
        about = f"{tool} among {N_RULES} rules and {N_FILES:,} files"
        yield Figure(about, ours, "under 400 ms", f"rulewright {command[0]}", theirs, ok=ours < 0.4)


def timed(ai: Agent, tool: str, arguments: dict[str, Any]) -> Callable[[], float]:
    """A call that gives its seconds."""

    def seconds() -> float:
        started = time.perf_counter()
        assert not ai.call(tool, **arguments).is_error
        return time.perf_counter() - started

    return seconds
