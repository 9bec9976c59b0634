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
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from rulewright.adapters.lsp.code_answers import Answers
from rulewright.adapters.lsp.render_completion import render_completions
from rulewright.code_gateway import CodeGateway
from rulewright.core.changes import ContentChange
from rulewright.core.code_messages import Changed, Complete, Configure, Opened, Root
from rulewright.core.code_ports import Matches, SymbolRow
from rulewright.core.complete.state import Client
from rulewright.core.config import CodeSettings, IndexSettings
from rulewright.core.index.names import NameTable
from rulewright.core.index.symbols import FileRecord
from rulewright.core.text import Position, Range
from rulewright.features.completion import Completion, Completions
from tests.bench.timing import Figure, each
from tests.harness.code import MemoryIndex
from tests.harness.completion_quality import Project, load, measure, places

N_SYMBOLS = 1_000_000
N_LINES = 5_000
N_PLACES = 12
N_STATEMENTS = 5
N_QUALITY = 150
LIMIT_S = 10e-3
URI = "file:///w/big.py"
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
    """The real table of names over rows that are made when they are asked for, with what the gateway tells it."""

    def __init__(self) -> None:
        super().__init__({})
        chance = random.Random(7)
        self.names = [_name(chance) for _ in range(N_SYMBOLS)]
        self.table = NameTable((name, number) for number, name in enumerate(self.names))
        self.rested: dict[str, FileRecord | None] = {}
        for prefix in ("g", "get_us", "zz"):
            self.search(prefix, 10)

    def overlay(self, path: str, record: FileRecord | None, words: bytes = b"") -> None:
        self.rested[path] = record

    def prefer(self, paths: Sequence[str]) -> None:
        """All of it is there."""

    def step(self, timeout_s: float) -> bool:
        return False

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

    def prefix(self, pattern: str, limit: int, *, free: bool = False) -> Matches:
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


class Keystroke(msgspec.Struct, frozen=True):
    """A letter that was typed, and the completion that followed it."""

    kind: str
    """`name` or `member`."""
    is_first: bool
    """Whether the word begins with it: later ones find much of the work done."""
    seconds: float
    """Of the processor, from the change to the answer in JSON."""
    text: str
    """The line so far."""


def keystrokes(*, rests: bool = True) -> Iterator[Keystroke]:
    """Statements of a large file typed again at random places of it, as the code host sees it.

    Between two letters the host has time for what it does when nobody asks; without `rests` it has none. After each
    line the file rests long enough for the index to take it.
    """
    source = "\n".join(p.read_text("utf-8") for p in sorted(Path(asyncio.__file__).parent.glob("*.py")))
    text = "\n".join(source.split("\n")[:N_LINES]) + "\n"
    index: Any = BigIndex()
    code = CodeGateway(lambda _root, _settings: index, lambda _path: None)
    code.configure(Configure((Root("/w", IndexSettings(), CodeSettings()),), "utf-8", scan=False))
    code.opened(Opened(URI, "/w/big.py", "python", 1, text.encode()))
    answers = Answers()
    answers.completion = CLIENT
    lines = text.split("\n")
    chance = random.Random(3)
    rows = [row for row in range(200, N_LINES - 200) if _is_typical(lines[row].encode())]
    for number in range(N_PLACES):
        # Statements of the file are typed again behind others, each letter a change, and then taken away.
        row = chance.choice(rows)
        typed = "".join("\n" + lines[chance.choice(rows)] for _ in range(N_STATEMENTS))
        begin = place = Position(row, len(lines[row]))
        word = ""
        line = ""
        for letter in typed:
            started = time.process_time()
            code.changed(Changed(URI, number, (ContentChange(Range(place, place), letter),)))
            place = Position(place.line + 1, 0) if letter == "\n" else Position(place.line, place.character + 1)
            line += letter
            if letter.isidentifier() or letter == ".":
                word += letter
                question = Complete(URI, place, 2 if letter == "." else 1, "." if letter == "." else "")
                answers.answer(code, question)
                seconds = time.process_time() - started
                is_first = letter == "." or len(word) == 1
                yield Keystroke("member" if "." in word else "name", is_first, seconds, line)
            else:
                word = ""
            if letter == "\n":
                line = ""
                deque(code.settle(), 0)
            if rests:
                code.parse(URI)
        code.changed(Changed(URI, number, (ContentChange(Range(begin, place), ""),)))
        deque(code.settle(), 0)


def _speed() -> Iterator[Figure]:
    found = list(keystrokes())
    for kind in ("name", "member"):
        times = sorted(k.seconds for k in found if k.kind == kind)
        median, p95, p99 = (times[int(len(times) * share)] for share in (0.5, 0.95, 0.99))
        name = f"completion of a {kind}, {N_SYMBOLS:,} symbols, {N_LINES:,} lines, p95 of {len(times)} letters"
        others = f"median {median * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms"
        yield Figure(f"{name} ({others})", p95, "under 10 ms", ok=p95 < LIMIT_S)


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
