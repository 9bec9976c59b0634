"""How good completions are on real code: identifiers are cut to a few letters, and the right one is looked for.

The rest of the line is taken away, as it is not there yet when somebody types; the lines behind it stay. Names that are
being declared at their place are left out, because nobody can know them. Places are drawn with a seed.
"""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rulewright.core.changes import ContentChange
from rulewright.core.code_ports import Matches, SymbolRow
from rulewright.core.complete.state import Client, CompletionState, Trigger
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.free import is_free_row
from rulewright.core.index.match import Matcher
from rulewright.core.index.scopes import is_name
from rulewright.core.languages import language_of
from rulewright.core.text import Range
from rulewright.features.completion import complete
from tests.harness.code import MemoryIndex, MemoryWorkspace

MIN_NAME = 4
"""Letters; a shorter name gains nothing."""
_WORD = re.compile(r"[^\W\d]\w*")


class QuickIndex(MemoryIndex):
    """The same answers, with the rows of all files made once: only the open document changes here."""

    def __init__(self, buffers: dict[str, Buffer]) -> None:
        super().__init__(buffers)
        self._rows = super()._all()
        self._paths = sorted(buffers)
        self._names = sorted({row.name for row in self._rows})
        self._by_name: dict[str, list[SymbolRow]] = {}
        for row in self._rows:
            self._by_name.setdefault(row.name, []).append(row)

    def _all(self) -> list[SymbolRow]:
        return self._rows

    def symbols_named(self, name: str, limit: int = 1000) -> Sequence[SymbolRow]:
        return self._by_name.get(name, [])[:limit]

    def search(self, pattern: str, limit: int) -> Matches:
        scored = sorted((-score, self._names[i]) for i, score in Matcher(pattern).scores(self._names))
        rows = [row for _, name in scored[:limit] for row in self._by_name[name]]
        return Matches(tuple(rows[:limit]), len(rows) <= limit)

    def prefix(self, pattern: str, limit: int, *, free: bool = False) -> Matches:
        names = [n for n in self._names if n.lower().startswith(pattern.lower())]
        names.sort(key=lambda n: (not n.startswith(pattern), len(n), n))
        rows = [row for name in names for row in self._by_name[name] if not free or is_free_row(row)]
        return Matches(tuple(rows[:limit]), len(rows) <= limit)


@dataclass
class Project:
    """The files of one project."""

    name: str
    workspace: MemoryWorkspace
    languages: tuple[str, ...]
    frequency: dict[str, Counter[str]] = field(default_factory=dict)

    def words(self, path: str) -> Counter[str]:
        """The words of a file with their counts."""
        if path not in self.frequency:
            self.frequency[path] = Counter(
                _WORD.findall(self.workspace.buffers[path].source.decode("utf-8", "replace"))
            )
        return self.frequency[path]


@dataclass(frozen=True)
class Place:
    """A name in a file."""

    path: str
    start: int
    end: int
    name: str
    is_member: bool


def load(folder: Path, languages: tuple[str, ...], limit: int = 400) -> Project:
    """The files of a folder in some languages, at most `limit`."""
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and language_of(path.name) in languages and path.stat().st_size < 200_000:
            if any(part in {"dist", "node_modules", "vendor", ".git"} for part in path.parts):
                continue
            files[path.relative_to(folder).as_posix()] = path.read_text("utf-8", "replace")
            if len(files) >= limit:
                break
    for manifest in ("package.json", "go.mod"):
        if (folder / manifest).exists():
            files[manifest] = (folder / manifest).read_text("utf-8", "replace")
    workspace = MemoryWorkspace(files, "utf-8")
    for buffer in workspace.buffers.values():
        _ = buffer.record
    workspace.index = QuickIndex(workspace.buffers)
    return Project(folder.name, workspace, languages)


def places(project: Project, count: int, seed: int) -> list[Place]:
    """Names of code that are used, not made, at random places."""
    chance = random.Random(seed)
    found: list[Place] = []
    paths = [p for p, b in sorted(project.workspace.buffers.items()) if b.language in project.languages]
    per_file = max(3, 3 * count // max(1, len(paths)))
    chance.shuffle(paths)
    for path in paths:
        here = list(_names(project.workspace.buffers[path], path))
        found += chance.sample(here, min(per_file, len(here)))
    chance.shuffle(found)
    return found[:count]


def _names(buffer: Buffer, path: str) -> Iterator[Place]:
    made = {(s.row, s.column) for s in buffer.record.symbols}
    cursor = buffer.tree.walk() if buffer.tree is not None else None
    if cursor is None:
        return
    scopes = buffer.scopes(0)
    bound = {b.start for s in scopes.scopes for bs in s.bindings.values() for b in bs} if scopes is not None else set()
    pending: list[Any] = [buffer.root]
    while pending:
        node = pending.pop()
        pending += node.children
        if not is_name(node, buffer.source) or node.end_byte - node.start_byte < MIN_NAME:
            continue
        if tuple(node.start_point) in made or node.start_byte in bound or _is_declared(node):
            continue
        name = buffer.source[node.start_byte : node.end_byte].decode("utf-8", "replace")
        if name.isidentifier():
            before = buffer.source[: node.start_byte].rstrip()[-1:]
            yield Place(path, node.start_byte, node.end_byte, name, before == b".")


def _is_declared(node: Any) -> bool:
    parent = node.parent
    return parent is not None and (
        parent.child_by_field_name("name") == node
        or parent.type
        in {"parameters", "typed_parameter", "formal_parameters", "variable_declarator", "expression_list"}
        or (parent.type in {"assignment", "parameter_declaration"} and parent.start_byte == node.start_byte)
        or (parent.type in {"keyword_argument", "pair"} and parent.start_byte == node.start_byte)
    )


@dataclass
class Result:
    """Ranks from 1; 0 for not offered."""

    ranks: list[int] = field(default_factory=list)

    def recall(self, n: int) -> float:
        """How often the right one is among the first `n`."""
        return sum(0 < r <= n for r in self.ranks) / max(1, len(self.ranks))

    @property
    def mrr(self) -> float:
        """The mean of 1/rank."""
        return sum(1 / r for r in self.ranks if r) / max(1, len(self.ranks))

    def line(self) -> str:
        """For people."""
        shares = "  ".join(f"@{n} {self.recall(n):.3f}" for n in (1, 5, 10))
        return f"MRR {self.mrr:.3f}  {shares}"


def ask(project: Project, place: Place, letters: int, *, ranker: Any = None) -> list[str]:
    """What is offered at a place behind the first letters of its name; texts as they would be inserted."""
    workspace, buffer = project.workspace, project.workspace.buffers[place.path]
    stop = buffer.source.find(b"\n", place.end)
    stop = len(buffer.source) if stop < 0 else stop
    cut = place.start + len(place.name[:letters].encode())
    gone = buffer.source[cut:stop].decode("utf-8", "replace")
    where = Range(buffer.position(cut, "utf-8"), buffer.position(stop, "utf-8"))
    buffer.apply([ContentChange(where, "")], "utf-8")
    near = [
        p
        for p in sorted(workspace.buffers)
        if p != place.path and p.rpartition("/")[0] == place.path.rpartition("/")[0]
    ]
    workspace._opened = (place.path, *near[:3])
    state = CompletionState(Client(lazy=frozenset({"additionalTextEdits"})))
    try:
        if ranker is not None:
            answer: list[str] = ranker(workspace, place.path, where.start, state)
            return answer
        found = complete(workspace, place.path, where.start, Trigger(), state)
        return [item.insert or item.label for item in found.items]
    finally:
        buffer.apply([ContentChange(Range(where.start, where.start), gone)], "utf-8")


def rank_of(name: str, offered: Sequence[str]) -> int:
    """The place of a name among what is offered; a qualified name counts as its last part."""
    for number, text in enumerate(offered, 1):
        if text == name or text.endswith("." + name):
            return number
    return 0


def by_frequency(project: Project, place: Place, letters: int) -> list[str]:
    """What an editor without any knowledge offers: words of this file and of open ones, the most frequent first."""
    prefix = place.name[:letters]
    counts: dict[str, float] = defaultdict(float, project.words(place.path))
    counts[place.name] -= 1
    near = [p for p in project.workspace.buffers if p.rpartition("/")[0] == place.path.rpartition("/")[0]][:4]
    for path in near:
        if path != place.path:
            for word, n in project.words(path).items():
                counts[word] = counts[word] + n / 100
    found = [w for w, n in counts.items() if n > 0 and w.startswith(prefix) and w != prefix]
    return sorted(found, key=lambda w: (-counts[w], w))


def by_alphabet(project: Project, place: Place, letters: int) -> list[str]:
    """Words of this file and symbols of the workspace, in the order of the alphabet."""
    prefix = place.name[:letters]
    counts = Counter(project.words(place.path))
    counts[place.name] -= 1
    found = {w for w, n in counts.items() if n > 0 and w.startswith(prefix) and w != prefix}
    index = project.workspace.index
    assert isinstance(index, QuickIndex)
    found |= {n for n in index._names if n.startswith(prefix)}
    return sorted(found)


def measure(project: Project, spots: Sequence[Place], letters: Sequence[int]) -> dict[str, Result]:
    """Ours and the two that know nothing, on the same places."""
    results = {"ours": Result(), "words by frequency": Result(), "prefix by alphabet": Result()}
    for spot in spots:
        for n in letters:
            results["ours"].ranks.append(rank_of(spot.name, ask(project, spot, n)))
            results["words by frequency"].ranks.append(rank_of(spot.name, by_frequency(project, spot, n)))
            results["prefix by alphabet"].ranks.append(rank_of(spot.name, by_alphabet(project, spot, n)))
    return results
