"""A keystroke in a file of 5,000 lines: edit, parse, and the outline around it, against parse and outline of it all."""

import statistics
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rulewright.core.changes import ContentChange
from rulewright.core.index.buffer import Buffer
from rulewright.core.text import Position, Range
from tests.bench.timing import Figure

N_LINES = 5_000
N_RUNS = 15


def figures() -> Iterator[Figure]:
    """The figures."""
    text = source()
    row = next(n for n in range(N_LINES // 2, N_LINES) if text.splitlines()[n].endswith(")"))
    column = len(text.splitlines()[row])
    full, typed, opened = [], [], []
    for _ in range(N_RUNS):
        full.append(seconds(lambda: Buffer("/w/a.py", "python", text).symbols))
        typed.append(edit(text, row, column, "x"))
        opened.append(edit(text, row, column, '"""'))
    whole = statistics.median(full)
    name = f"a keystroke in {N_LINES:,} lines: parse and outline"
    one = statistics.median(typed)
    yield Figure(name, one, "at most 0.2x", "parsing and outlining all", whole, ok=one <= 0.2 * whole)
    string = statistics.median(opened)
    yield Figure("the same, opening a string", string, "reported: not on the event loop", "all", whole)


def source() -> str:
    """The standard library's longest modules, cut to so many lines."""
    lines: list[str] = []
    for name in ("typing.py", "argparse.py", "inspect.py", "tarfile.py"):
        lines += (Path(sysconfig.get_path("stdlib")) / name).read_text("utf-8").splitlines()
    return "\n".join(lines[:N_LINES]) + "\n"


def edit(text: str, row: int, column: int, typed: str) -> float:
    """Seconds from a keystroke to the outline, in a buffer that has seen the text before."""
    buffer = Buffer("/w/a.py", "python", text)
    if not buffer.symbols:
        raise RuntimeError("the benchmark does not do what it says")
    at = Position(row, column)
    change = ContentChange(Range(at, at), typed)
    return seconds(lambda: (buffer.apply([change], "utf-16"), buffer.symbols))


def seconds(work: Callable[[], object]) -> float:
    """What it takes once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
