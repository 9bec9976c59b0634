"""Scan and compare of a git tree of 10,000 files in which nothing has changed, against `git status`."""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rulewright.services.index.index import Index
from tests.bench.timing import Figure

N_FILES = 10_000
FILES_PER_FOLDER = 20
N_RUNS = 11
IGNORED = (
    "__pycache__/\n*.py[cod]\n*.egg-info/\n/build/\n/dist/\n.env*\n*.log\n!keep.log\ndocs/_build/\n*.so\n.DS_Store\n"
)


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder, "tree"), Path(folder, "cache")
        _lay_out(root)
        _build(root, cache)
        # As for a user whose index was built some time ago: nothing is unsure any more.
        _build(root, cache)
        turns = [(_scan(root, cache), _status(root)) for _ in range(N_RUNS)]
    ours, scan, theirs = (statistics.median(values) for values in zip(*((*a, b) for a, b in turns), strict=True))
    name = f"scan and compare of {N_FILES:,} unchanged files"
    yield Figure(name, scan, "at most 2x", "git status", theirs, ok=scan <= 2 * theirs)
    yield Figure("  the same, with opening the index", ours, "no limit", "git status", theirs)


def _lay_out(root: Path) -> None:
    for number in range(N_FILES):
        folder = root / f"package_{number // 400}" / f"module_{number // FILES_PER_FOLDER}"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"file_{number % FILES_PER_FOLDER}.py"
        path.write_text(f"def function_{number}():\n    return {number}\n")
        os.utime(path, (1.7e9, 1.7e9))
    (root / ".gitignore").write_text(IGNORED)
    os.utime(root / ".gitignore", (1.7e9, 1.7e9))
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=root, check=True)


def _build(root: Path, cache: Path) -> None:
    index = Index(root, cache_dir=cache)
    index.refresh()
    index.run()
    index.close()


def _scan(root: Path, cache: Path) -> tuple[float, float]:
    """Seconds with opening the index, and without."""
    began = time.perf_counter()
    index = Index(root, cache_dir=cache)
    opened = time.perf_counter()
    index.refresh()
    index.run()
    ended = time.perf_counter()
    status = index.status()
    index.close()
    if status.files != N_FILES + 1 or status.parsed or status.from_cache:
        raise RuntimeError(f"the benchmark does not do what it says: {status}")
    return ended - began, ended - opened


def _status(root: Path) -> float:
    began = time.perf_counter()
    done = subprocess.run(["git", "status", "--porcelain"], cwd=root, capture_output=True, check=True)
    if done.stdout:
        raise RuntimeError(f"something has changed: {done.stdout[:200]!r}")
    return time.perf_counter() - began
