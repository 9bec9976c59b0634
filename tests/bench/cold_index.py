"""A first index of real code, storage included, against bare tree-sitter parsing of the same files.

Both are whole processes with the same number of workers and their CPU time is that of all of them; a cold index reads,
hashes, parses, extracts, stores by content and stores by path. Beside them: how much the second core gives, to the
index and to a plain loop; ctags (definitions only, by hand-written parsers); and aider's pass over tags where
`RULEWRIGHT_BENCH_AIDER` names the Python of an environment that has it.

One worker has both cores, and so the process that writes beside it; where a system lets a process have one core alone,
what the second core gives to all of it is printed, too.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.bench.corpora import ENDINGS, lay_out
from tests.bench.timing import Figure

LIMITS = {"python": 2.0, "go": 2.0, "typescript": 2.0, "elixir": 2.5, "ruby": 2.5}
"""Times the CPU of bare parsing."""
N_RUNS = 5
HERE = Path(__file__).parents[2]

Spent = tuple[float, float]
"""CPU seconds of a process and all it started, and wall seconds."""


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as folder:
        for language, limit in LIMITS.items():
            root = Path(folder, language)
            n_files, n_bytes = lay_out(language, root)
            if not n_files:
                print(f"     {language}: no sources on this machine (RULEWRIGHT_BENCH_CORPORA names them)", flush=True)
                continue
            yield from _figures(language, limit, root, f"{language}, {n_files:,} files, {n_bytes / 1e6:.1f} MB")
            shutil.rmtree(root)


def _figures(language: str, limit: float, root: Path, name: str) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        runs: dict[str, Callable[[], Spent]] = {
            "index": lambda: _index(root, cache, 2),
            "parse": lambda: _spent([sys.executable, "-m", "tests.bench.parse_only", root, "2", *ENDINGS[language]]),
            "alone": lambda: _index(root, cache, 1),
            "one core": lambda: _index(root, cache, 1, on_one_core=True),
            "loop alone": lambda: _loop(1),
            "loop": lambda: _loop(2),
        }
        if shutil.which("ctags"):
            runs["ctags"] = lambda: _spent(["ctags", "-R", "-f", os.devnull, root])
        aider = os.environ.get("RULEWRIGHT_BENCH_AIDER")
        if aider:
            script = Path(__file__).with_name("aider_tags.py")
            runs["aider"] = lambda: _spent([aider, script, root, *ENDINGS[language]])
        cpu, wall = _medians(runs)
    yield Figure(
        f"cold index, CPU: {name}",
        cpu["index"],
        f"at most {limit:g}x",
        "bare parsing",
        cpu["parse"],
        ok=cpu["index"] <= limit * cpu["parse"],
    )
    control, ours = wall["loop alone"] / wall["loop"], wall["alone"] / wall["index"]
    yield Figure(
        f"  its second worker speeds it up {ours:.2f}x, a plain loop {control:.2f}x",
        wall["index"],
        "at least 0.9x of the loop's",
        "one worker",
        wall["alone"],
        ok=ours >= 0.9 * control,
    )
    whole = wall["one core"] / wall["index"]
    yield Figure(f"  a second core {whole:.2f}x", wall["index"], "no limit", "one worker on one core", wall["one core"])
    if "ctags" in cpu:
        yield Figure("  the same", cpu["index"], "no limit: definitions only", "ctags", cpu["ctags"])
    else:
        print("       ctags: not on this machine", flush=True)
    if "aider" in cpu:
        ok = cpu["index"] <= 0.4 * cpu["aider"]
        yield Figure("  the same", cpu["index"], "at most 0.4x", "aider's tag pass", cpu["aider"], ok=ok)
    else:
        print("       aider: RULEWRIGHT_BENCH_AIDER does not name an environment that has it", flush=True)


def _medians(runs: dict[str, Callable[[], Spent]]) -> tuple[dict[str, float], dict[str, float]]:
    turns = [{name: run() for name, run in runs.items()} for _ in range(N_RUNS)]
    cpu, wall = ({name: statistics.median(turn[name][at] for turn in turns) for name in runs} for at in (0, 1))
    return cpu, wall


def _index(root: Path, cache: Path, n_workers: int, *, on_one_core: bool = False) -> Spent:
    shutil.rmtree(cache, ignore_errors=True)
    command: list[str | Path] = [sys.executable, "-m", "tests.bench.index_once", root, cache, str(n_workers)]
    if not (on_one_core and hasattr(os, "sched_setaffinity")):
        return _spent(command)
    own = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(own)})  # What is started inherits it.
    try:
        return _spent(command)
    finally:
        os.sched_setaffinity(0, own)


def _loop(n_processes: int) -> Spent:
    """Eight million turns of a plain loop, by one process or two."""
    program = f"x = 0\nfor i in range({8_000_000 // n_processes}): x += i * i"
    began = time.perf_counter()
    running = [subprocess.Popen([sys.executable, "-S", "-c", program]) for _ in range(n_processes)]
    for process in running:
        process.wait()
    return 0.0, time.perf_counter() - began


def _spent(command: Sequence[str | Path]) -> Spent:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.DEVNULL)
    # What this tells includes what the process started and waited for.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - began
