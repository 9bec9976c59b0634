"""Completion while somebody types in a file of 5,000 lines with a million symbols around it; and how good it is.

Speed: letters are typed at random places, and each is followed by a completion with its rendering; the 95th percentile
of all of them counts, in seconds of the processor, because other work on the machine says nothing of ours.
Quality: identifiers of real code are cut to one to three letters (`tests.harness.completion_quality`).
RULEWRIGHT_BENCH_REPOS names folders of projects as `language=folder`, the path separator between them; the standard
library's asyncio and our own code are always there.
"""

import asyncio
import os
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from rulewright.adapters.lsp.render_completion import render_completions
from rulewright.core.changes import ContentChange
from rulewright.core.code_ports import Matches, SymbolRow
from rulewright.core.complete.state import Client, CompletionState, Trigger
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.names import NameTable
from rulewright.core.index.symbols import FileRecord
from rulewright.core.text import Position, Range
from rulewright.features.completion import Completion, Completions, complete
from tests.bench.timing import Figure, each
from tests.harness.code import MemoryIndex, MemoryWorkspace
from tests.harness.completion_quality import Project, load, measure, places

N_SYMBOLS = 1_000_000
N_LINES = 5_000
N_PLACES = 12
N_STATEMENTS = 5
N_QUALITY = 150
LIMIT_S = 10e-3
CLIENT = Client(
    snippets=True,
    label_details=True,
    insert_replace=True,
    defaults=frozenset({"editRange", "insertTextFormat"}),
    lazy=frozenset({"documentation", "detail", "additionalTextEdits"}),
)
_PARTS = """get set make read write open close find user item list file path node text line name index value count
state token buffer event query cache queue client server config format parse render update delete create handle request
session response context result error table column"""


class BigIndex(MemoryIndex):
    """The real table of names over rows that are made when they are asked for.

    As in the code host, what it knows of the file that is typed in is as old as the last moment of rest.
    """

    def __init__(self, buffers: dict[str, Buffer]) -> None:
        super().__init__(buffers)
        chance = random.Random(7)
        self.names = [_name(chance) for _ in range(N_SYMBOLS)]
        self.table = NameTable((name, number) for number, name in enumerate(self.names))
        self.rested = {path: buffer.record for path, buffer in buffers.items()}
        for prefix in ("g", "get_us", "zz"):
            self.search(prefix, 10)

    def record(self, path: str) -> FileRecord | None:
        return self.rested.get(path)

    def _row(self, number: int) -> SymbolRow:
        return SymbolRow(number, f"src/p{number % 997}/m{number % 7919}.py", "python", self.names[number], 12, 1, 4, 4)

    def _rows(self, names: list[str], limit: int) -> tuple[SymbolRow, ...]:
        found = [number for name in names for number in self.table.ids(name)[:limit]]
        return tuple(self._row(number) for number in found[:limit])

    def symbols_named(self, name: str, limit: int = 1000) -> tuple[SymbolRow, ...]:
        return self._rows([name], limit)

    def search(self, pattern: str, limit: int) -> Matches:
        found = self.table.search(pattern, limit)
        return Matches(self._rows([name for _, name in found.matches], limit), found.is_complete)

    def prefix(self, pattern: str, limit: int) -> Matches:
        names = self.table.prefix(pattern, limit + 1)
        return Matches(self._rows(names, limit), len(names) <= limit)


def _name(chance: random.Random) -> str:
    parts = chance.choices(_PARTS.split(), k=chance.randint(2, 4))
    if chance.random() < 0.3:
        return parts[0] + "".join(p.title() for p in parts[1:]) + str(chance.randint(0, 99))
    return "_".join(parts) + str(chance.randint(0, 999))


def figures() -> Iterator[Figure]:
    """The figures."""
    yield from _speed()
    yield from _render()
    _quality()


def _speed() -> Iterator[Figure]:
    source = "\n".join(p.read_text("utf-8") for p in sorted(Path(asyncio.__file__).parent.glob("*.py")))
    text = "\n".join(source.split("\n")[:N_LINES]) + "\n"
    workspace = MemoryWorkspace({"big.py": text}, "utf-8", ["big.py"])
    workspace.index = BigIndex(workspace.buffers)
    buffer = workspace.buffers["big.py"]
    state = CompletionState(CLIENT)
    chance = random.Random(3)
    times: dict[str, list[float]] = {"name": [], "member": []}
    rows = [row for row in range(200, N_LINES - 200) if _is_typical(buffer.line(row))]
    for number in range(N_PLACES):
        # Statements of the file are typed again behind others, each letter a change, and then taken away.
        row = chance.choice(rows)
        typed = "".join("\n" + buffer.line(chance.choice(rows)).decode() for _ in range(N_STATEMENTS))
        begin = place = Position(row, len(buffer.line(row)))
        if number % 2 == 0:
            workspace.index.rested["big.py"] = buffer.record
        word = ""
        for letter in typed:
            buffer.apply([ContentChange(Range(place, place), letter)], "utf-8")
            place = Position(place.line + 1, 0) if letter == "\n" else Position(place.line, place.character + 1)
            if not (letter.isidentifier() or letter == "."):
                word = ""
                continue
            word += letter
            started = time.process_time()
            trigger = Trigger("character", ".") if letter == "." else Trigger()
            render_completions(complete(workspace, "big.py", place, trigger, state), CLIENT)
            times["member" if "." in word else "name"].append(time.process_time() - started)
        buffer.apply([ContentChange(Range(begin, place), "")], "utf-8")
    for kind, found in times.items():
        found.sort()
        p95 = found[int(len(found) * 0.95)]
        name = f"completion of a {kind}, {N_SYMBOLS:,} symbols, {N_LINES:,} lines, p95 of {len(found)} letters"
        median = statistics.median(found)
        yield Figure(f"{name} (median {median * 1e3:.1f} ms)", p95, "under 10 ms", ok=p95 < LIMIT_S)


def _is_typical(line: bytes) -> bool:
    return line.startswith(b"        self.") and line.count(b"(") == line.count(b")") and not line.endswith(b",")


def _render() -> Iterator[Figure]:
    where = Range(Position(10, 4), Position(10, 7))
    items = tuple(
        Completion(
            f"name_{n}", 3, parameters="(self, value)", source="module", data=("a.py", "python", "b.py", "name", n, "")
        )
        for n in range(1000)
    )
    found = Completions(items, True, where, where)
    seconds = each(lambda: render_completions(found, CLIENT), 5)
    yield Figure("1,000 completion items rendered", seconds, "under 5 ms", ok=seconds < 5e-3)


def _projects() -> Iterator[Project]:
    yield load(Path(asyncio.__file__).parent, ("python",))
    yield load(Path(__file__).parents[2] / "server" / "rulewright", ("python",))
    for one in filter(None, os.environ.get("RULEWRIGHT_BENCH_REPOS", "").split(os.pathsep)):
        language, _, folder = one.partition("=")
        yield load(Path(folder), tuple(language.split("+")))


def _quality() -> None:
    for project in _projects():
        spots = places(project, N_QUALITY, 1)
        for letters in (1, 2, 3):
            for name, result in measure(project, spots, (letters,)).items():
                print(
                    f"     {project.name}, {letters} typed, {name}: {result.line()} of {len(result.ranks)}", flush=True
                )
