"""Print how well context is found: `python -m tests.eval.retrieval [packages | docstrings] [--peers N]`.

`packages` hides one import of a file and asks, at a place where what it brought in is near, for the file that defines
it; beside it BM25 of the same window and, where `RULEWRIGHT_BENCH_AIDER` names the Python of an environment that has
it, aider's map for the first N tasks. `docstrings` asks for functions of Python's standard library by what their
docstrings say, which are taken out before. Intervals are Wilson's, or of a bootstrap, at 95 %.
"""

import argparse
import math
import random
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rulewright.core.index.symbols import SymbolKind
from rulewright.features.context import ranked_for
from tests.eval.retrieval.docstrings import lay_out
from tests.eval.retrieval.ours import driven, indexed, rank
from tests.eval.retrieval.packages import packages
from tests.eval.retrieval.peers import Bm25, Ranked, aider
from tests.eval.retrieval.tasks import Task, read, tasks

N_TASKS = 300
AIM_RECALL, AIM_SECONDS, AIM_MRR = 0.85, 0.005, 0.37
Z = 1.96
FUNCTIONS = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})


def wilson(share: float, n: int) -> tuple[float, float]:
    """The interval of a share of n."""
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return middle - half, middle + half


def bootstrap(values: Sequence[float], n_rounds: int = 2000) -> tuple[float, float]:
    """The interval of a mean."""
    dice = random.Random(0)
    means = sorted(statistics.fmean(dice.choices(values, k=len(values))) for _ in range(n_rounds))
    return means[int(0.025 * n_rounds)], means[int(0.975 * n_rounds)]


def row(name: str, drawn: Sequence[Task], ranked: Sequence[Ranked]) -> str:
    """A line of the table."""
    n = len(ranked)
    pairs = list(zip(drawn, ranked, strict=False))
    shares = {k: sum(task.answer in files[:k] for task, (files, _) in pairs) / n for k in (1, 5, 10)}
    low, high = wilson(shares[10], n)
    taken = sorted(seconds for _, seconds in ranked)
    p50, p95 = (1e3 * taken[int(part * (n - 1))] for part in (0.5, 0.95))
    recall = " | ".join(f"{shares[k]:.2f}" for k in (1, 5))
    return f"| {name} | {n} | {recall} | {shares[10]:.2f} ({low:.2f} to {high:.2f}) | {p50:.1f} | {p95:.1f} |"


def of_packages(n_peers: int) -> int:
    """The table of the packages; how many miss an aim."""
    missed = 0
    print("| | n | recall@1 | @5 | @10 (95 %) | p50 ms | p95 ms |\n|---|---|---|---|---|---|---|", flush=True)
    for name, (folder, endings) in packages().items():
        files = read(folder, endings)
        drawn = tasks(files, N_TASKS)
        with tempfile.TemporaryDirectory() as scratch, indexed(folder, Path(scratch)) as code:
            both = [rank(code, folder, task) for task in drawn]
        ours = [one for one, _ in both]
        print(row(f"**{name}** ({len(files)} files)", drawn, ours), flush=True)
        recall = sum(t.answer in found for t, (found, _) in zip(drawn, ours, strict=True)) / len(drawn)
        p95 = sorted(s for _, s in ours)[int(0.95 * (len(ours) - 1))]
        missed += (recall < AIM_RECALL) + (p95 > AIM_SECONDS)
        print(row("the same with the text of ten definitions", drawn, [(r[0], s) for r, s in both]), flush=True)
        bm25 = Bm25(files)
        print(row("BM25 of the window", drawn, [bm25.rank(task) for task in drawn]), flush=True)
        for told in (False, True) if n_peers else ():
            found = aider(files, drawn[:n_peers], mentions=told)
            if found is not None:
                print(row("aider's map, told the window's names" if told else "aider's map", drawn, found), flush=True)
    return missed


def of_docstrings() -> int:
    """The figures of the questions; how many miss the aim."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "library")
        questions = lay_out(root)
        with indexed(root, Path(scratch, "cache")) as code:
            driven(code.context_for(str(root), "anything", 100, wait_s=math.inf))
            workspace = code._workspaces[str(root)]
            found = []
            for question in questions:
                answers, _ = ranked_for(workspace, question.text)
                found.append([a.row for a in answers])
    for what, kinds in (("all definitions", None), ("functions only", FUNCTIONS)):
        places = []
        for question, rows in zip(questions, found, strict=True):
            wanted = [r for r in rows if kinds is None or r.kind in kinds][:10]
            hits = (i for i, r in enumerate(wanted, 1) if _is(r, question))
            places.append(next(hits, 0))
        inverse = [1 / place if place else 0.0 for place in places]
        mrr, (low, high) = statistics.fmean(inverse), bootstrap(inverse)
        shares = ", ".join(f"R@{k} {sum(0 < p <= k for p in places) / len(places):.2f}" for k in (1, 10))
        print(f"{len(places)} docstrings, {what}: MRR@10 {mrr:.3f} ({low:.3f} to {high:.3f}), {shares}", flush=True)
    return int(mrr < AIM_MRR)


def _is(row_: object, question: object) -> bool:
    same = all(getattr(row_, key) == getattr(question, key) for key in ("path", "name"))
    return same and 0 <= row_.row - question.row < 3  # type: ignore[attr-defined]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="*", default=["packages", "docstrings"])
    parser.add_argument("--peers", type=int, default=200)
    chosen = parser.parse_args()
    n_missed = of_packages(chosen.peers) if "packages" in chosen.what else 0
    n_missed += of_docstrings() if "docstrings" in chosen.what else 0
    raise SystemExit(min(n_missed, 1))
