"""Ghost text: holes in real code, filled with what stood there. What stands there is right, so nothing may change it.

`RULEWRIGHT_HOLES` says how many holes there are of each kind, `RULEWRIGHT_HOLES_SHOW` how many changed ones are shown.
"""

import ast
import os
import random
import sysconfig
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from rulewright.core.infill.quiet import shape
from rulewright.core.infill.trim import Draft, trim
from tests.bench.timing import Figure

SEED = 20_261
N_HOLES = int(os.environ.get("RULEWRIGHT_HOLES", "2000"))
N_SHOWN = int(os.environ.get("RULEWRIGHT_HOLES_SHOW", "0"))
LIMIT = 0.995
KINDS = ("rest of a line", "rest of a block", "middle of an expression")


@dataclass(frozen=True)
class Hole:
    """A text without a part of it."""

    kind: str
    path: str
    before: str
    truth: str
    after: str


def sources() -> list[tuple[str, str]]:
    """Python's own library."""
    root = Path(sysconfig.get_path("stdlib"))
    found = []
    for path in sorted(root.rglob("*.py")):
        if {"site-packages", "dist-packages", "test", "tests", "lib2to3", "idle_test"} & set(path.parts):
            continue
        try:
            text = path.read_text("utf-8")
            ast.parse(text)
        except (UnicodeDecodeError, SyntaxError):
            continue
        if len(text) > 1_000:
            found.append((str(path.relative_to(root)), text))
    return found


def holes(files: list[tuple[str, str]], n: int, chance: random.Random) -> Iterator[Hole]:
    """As many of each kind, each in a file drawn by lot."""
    for kind, cut in zip(KINDS, (rest_of_line, rest_of_block, middle), strict=True):
        made = 0
        while made < n:
            path, text = chance.choice(files)
            if (place := cut(text, chance)) is not None:
                start, end = place
                made += 1
                yield Hole(kind, path, text[:start], text[start:end], text[end:])


def rest_of_line(text: str, chance: random.Random) -> tuple[int, int] | None:
    """From anywhere behind the indentation of a line to its end."""
    at = chance.randrange(len(text))
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", start)
    end = end if end >= 0 else len(text)
    line = text[start:end]
    indent = len(line) - len(line.lstrip())
    if len(line.strip()) < 2:
        return None
    cut = chance.randrange(start + indent, start + len(line.rstrip()))
    return cut, start + len(line.rstrip())


def rest_of_block(text: str, chance: random.Random) -> tuple[int, int] | None:
    """From before a statement of a body to the end of that body."""
    blocks = cached_blocks(text)
    if not blocks:
        return None
    bodies = chance.choice(blocks)
    first = chance.choice(bodies)
    start, end = first[0], bodies[-1][1]
    return (start, end) if text[start:end].count("\n") < 60 else None


def middle(text: str, chance: random.Random) -> tuple[int, int] | None:
    """An expression that more of its line follows."""
    places = cached_expressions(text)
    return chance.choice(places) if places else None


_BLOCKS: dict[str, list[list[tuple[int, int]]]] = {}
_EXPRESSIONS: dict[str, list[tuple[int, int]]] = {}


def offsets(text: str) -> tuple[list[str], list[int]]:
    """The lines, and where each begins."""
    lines = text.split("\n")
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return lines, starts


def cached_blocks(text: str) -> list[list[tuple[int, int]]]:
    """The bodies of a text as their statements that begin a line."""
    if text not in _BLOCKS:
        lines, starts = offsets(text)
        found = []
        for node in ast.walk(ast.parse(text)):
            body = getattr(node, "body", None)
            if isinstance(node, ast.Module) or not isinstance(body, list) or not body:
                continue
            spans = []
            for part in body:
                line = lines[part.lineno - 1]
                indent = len(line) - len(line.lstrip())
                decorators = [d.lineno for d in getattr(part, "decorator_list", [])]
                row = min([part.lineno, *decorators]) - 1
                line = lines[row]
                begins = row + 1 < part.lineno or indent == byte_column(line, part.col_offset)
                last = lines[part.end_lineno - 1]
                ends = not last[byte_column(last, part.end_col_offset) :].strip()
                if begins and ends:
                    here = starts[row] + len(line) - len(line.lstrip())
                    spans.append((here, starts[part.end_lineno - 1] + byte_column(last, part.end_col_offset)))
            if spans and len(spans) == len(body):
                found.append(spans)
        _BLOCKS[text] = found
    return _BLOCKS[text]


def cached_expressions(text: str) -> list[tuple[int, int]]:
    """The expressions of one line behind which more than closing signs of that line follows."""
    if text not in _EXPRESSIONS:
        lines, starts = offsets(text)
        found = []
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.expr) or node.lineno != node.end_lineno:
                continue
            line = lines[node.lineno - 1]
            start, end = byte_column(line, node.col_offset), byte_column(line, node.end_col_offset)
            # What is inside of an f-string has no place of its own in older versions.
            if end > start and line[end:].strip() and ("f'" not in line and 'f"' not in line):
                found.append((starts[node.lineno - 1] + start, starts[node.lineno - 1] + end))
        _EXPRESSIONS[text] = found
    return _EXPRESSIONS[text]


def byte_column(line: str, column: int) -> int:
    """A column that counts bytes, in characters."""
    return column if line.isascii() else len(line.encode()[:column].decode())


def draft_of(hole: Hole) -> Draft:
    """The truth as a model's answer."""
    head, rest = hole.before.rpartition("\n")[2], hole.after.partition("\n")[0]
    return Draft(
        before=hole.before,
        after=hole.after,
        raw=hole.truth,
        language="python",
        shape=shape(head, rest, language="python"),
        indent_unit="    ",
    )


def figures() -> Iterator[Figure]:
    """The figures."""
    chance = random.Random(SEED)
    files = sources()
    changed: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    seconds: list[float] = []
    n_shown = n_all = n_changed = 0
    for hole in holes(files, N_HOLES, chance):
        draft = draft_of(hole)
        started = time.perf_counter()
        found = trim(draft)
        seconds.append(time.perf_counter() - started)
        n_all += 1
        if found.text == hole.truth and not found.replace_right:
            continue
        n_changed += 1
        changed[hole.kind][", ".join(found.steps)] += 1
        if n_shown < N_SHOWN:
            n_shown += 1
            show(hole, found)
    for kind in KINDS:
        n = changed[kind].total()
        by_step = "; ".join(f"{step}: {count}" for step, count in changed[kind].most_common())
        print(f"     {kind}: {1 - n / N_HOLES:.2%} of {N_HOLES:,} unchanged{f' ({by_step})' if by_step else ''}")
    share = 1 - n_changed / n_all
    seconds.sort()
    p50, p95 = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.95)]
    yield Figure(
        f"{n_all:,} true answers, {share:.2%} unchanged, p50 of a call", p50, "over 99.5 %, under 5 ms",
        ok=share > LIMIT and p50 < 0.005,
    )  # fmt: skip
    yield from run_on(files, chance)
    yield Figure("the same, p95 of a call", p95, "under 15 ms", ok=p95 < 0.015)


def run_on(files: list[tuple[str, str]], chance: random.Random) -> Iterator[Figure]:
    """Answers that go on with what stands right of the hole or below: what is shown must not bring it twice."""
    n = n_right = 0
    seconds = 0.0
    for hole in holes(files, max(1, N_HOLES // 4), chance):
        rest, _, below = hole.after.partition("\n")
        extra = rest if rest.strip() else ""
        if hole.kind == "rest of a block":
            lines = below.split("\n")
            extra += "\n" + "\n".join(lines[: chance.randrange(2, 8)])
        if not extra.strip():
            continue
        draft = msgspec.structs.replace(draft_of(hole), raw=hole.truth + extra)
        started = time.perf_counter()
        found = trim(draft)
        seconds += time.perf_counter() - started
        n += 1
        after = hole.after[found.replace_right :]
        is_right = (found.text + after).rstrip() == (hole.truth + hole.after).rstrip()
        n_right += is_right
        if not is_right and n - n_right <= N_SHOWN:
            show(hole, (extra, found))
    share = n_right / n
    yield Figure(
        f"{n:,} answers that run on, {share:.2%} shown without what stands there, a call", seconds / n, "over 90 %",
        ok=share > 0.9,
    )  # fmt: skip


def show(hole: Hole, found: object) -> None:
    """A changed answer, for people."""
    print("-" * 100)
    print(hole.kind, hole.path, hole.before.count("\n") + 1)
    print(hole.before[-200:] + "⟦" + hole.truth + "⟧" + hole.after[:200])
    print(found)
