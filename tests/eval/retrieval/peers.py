"""What the ranking of files for a place is compared with: BM25 of the window, and aider's map."""

import json
import math
import os
import re
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.eval.retrieval.tasks import Task

K1, B = 1.2, 0.75
"""Robertson and Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond, 2009; as usually set."""
_WORD = re.compile(r"[A-Za-z_$][\w$]*")

Ranked = tuple[list[str], float]
"""The files, the best first, and the seconds that it took."""


class Bm25:
    """Files as bags of identifiers."""

    def __init__(self, files: dict[str, str]) -> None:
        self._postings: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._lengths = {}
        for path in sorted(files):
            counts = Counter(_WORD.findall(files[path]))
            self._lengths[path] = sum(counts.values())
            for word, n in counts.items():
                self._postings[word].append((path, n))
        self._mean = sum(self._lengths.values()) / max(1, len(files))

    def rank(self, task: Task) -> Ranked:
        """The ten files that are most like the window."""
        began = time.perf_counter()
        scores: dict[str, float] = defaultdict(float)
        for word in sorted(set(_WORD.findall(task.window))):
            postings = self._postings.get(word, ())
            weight = math.log(1 + (len(self._lengths) - len(postings) + 0.5) / (len(postings) + 0.5))
            for path, n in postings:
                scores[path] += weight * n * (K1 + 1) / (n + K1 * (1 - B + B * self._lengths[path] / self._mean))
        scores.pop(task.path, None)
        return sorted(scores, key=lambda path: (-scores[path], path))[:10], time.perf_counter() - began


def aider(files: dict[str, str], tasks: Sequence[Task], *, mentions: bool) -> list[Ranked] | None:
    """What aider's map ranks first with the file in the chat; with `mentions`, told the names of the window too.

    None where `RULEWRIGHT_BENCH_AIDER` does not name the Python of an environment that has aider.
    """
    python = os.environ.get("RULEWRIGHT_BENCH_AIDER")
    if not python:
        return None
    names = [sorted(set(_WORD.findall(t.window))) if mentions else [] for t in tasks]
    asked = [{"path": t.path, "text": t.text, "names": n} for t, n in zip(tasks, names, strict=True)]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "copy")
        for path, text in files.items():
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_text(text, "utf-8")
        script = Path(__file__).with_name("aider_map.py")
        done = subprocess.run(
            [python, script, copy],
            input=json.dumps({"files": sorted(files), "tasks": asked}),
            check=True,
            capture_output=True,
            text=True,
            cwd=folder,
        )
    return [(ranked, seconds) for ranked, seconds in json.loads(done.stdout.splitlines()[-1])]
