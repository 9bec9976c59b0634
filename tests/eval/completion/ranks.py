"""Small projects with marks, and the rank of what each mark expects.

A project is one text: `-- path --` begins a file. In it `re<CURSOR:result>` says that somebody has typed `re` and means
`result`; the other marks of the project count as typed. A mark that expects `-` expects that nothing is offered.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from rulewright.core.complete.state import CompletionState, Trigger
from rulewright.core.text import Text
from rulewright.features.completion import complete
from tests.harness.case import parse
from tests.harness.code import MemoryWorkspace
from tests.harness.world_completion import CLIENT

FOLDER = Path(__file__).parent
TABLE = FOLDER / "ranks.tsv"
_MARK = re.compile(r"(?P<typed>[@$]?[\w-]*)<CURSOR:(?P<expected>[^>]+)>")


def rows() -> Iterator[tuple[str, str, str, str, int]]:
    """Project, place, what is typed, what is expected, and its rank: 0 for not offered, -1 for not quiet."""
    for path in sorted(FOLDER.glob("*.txt")):
        files = {s.head: s.body for s in parse(path, path.read_text("utf-8")).sections}
        for name, body in files.items():
            for mark in _MARK.finditer(body):
                clean = {other: _typed(text) for other, text in files.items()}
                before = _typed(body[: mark.start()]) + mark["typed"]
                clean[name] = before + _typed(body[mark.end() :])
                place = Text(before).position(len(before))
                rank = _rank(clean, name, before, mark["expected"])
                yield path.stem, f"{name}:{place.line + 1}", mark["typed"], mark["expected"], rank


def _typed(text: str) -> str:
    return _MARK.sub(lambda m: m["typed"] if m["expected"] == "-" else m["expected"], text)


def _rank(files: dict[str, str], path: str, before: str, expected: str) -> int:
    workspace = MemoryWorkspace(files, "utf-8", [path, *(p for p in sorted(files) if p != path)])
    buffer = workspace.buffers[path]
    last = before[-1:]
    trigger = Trigger("character", last) if last and last in ".:>/\"'@" else Trigger()
    found = complete(
        workspace, path, buffer.position(len(before.encode()), "utf-8"), trigger, CompletionState(CLIENT)
    ).items
    labels = [item.label for item in found]
    if expected == "-":
        return -1 if labels else 0
    return labels.index(expected) + 1 if expected in labels else 0


def table() -> str:
    """The table, with a line of sums below it."""
    found = list(rows())
    lines = ["project\tplace\ttyped\texpected\trank"]
    for project, place, typed, expected, rank in found:
        said = {0: "missing", -1: "not quiet"}.get(rank, str(rank))
        said = "quiet" if expected == "-" and rank == 0 else said
        lines.append(f"{project}\t{place}\t{typed}\t{expected}\t{said}")
    ranks = [rank for *_, expected, rank in found if expected != "-"]
    quiet = [rank == 0 for *_, expected, rank in found if expected == "-"]
    mrr = sum(1 / r for r in ranks if r > 0) / len(ranks)
    first, five = (sum(0 < r <= n for r in ranks) / len(ranks) for n in (1, 5))
    lines.append(
        f"# {len(ranks)} marks: MRR {mrr:.3f}, first {first:.0%}, in five {five:.0%}; "
        f"quiet {sum(quiet)} of {len(quiet)}"
    )
    return "\n".join(lines) + "\n"
