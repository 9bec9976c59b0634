"""Steps of a case that ask about code: where it is defined and used, what it is, what holds it.

A place is `path:line word`, the line counted from 1 as people do; `word#2` is the second of that line.
"""

import re
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from rulewright.adapters.lsp import render_navigation as render
from rulewright.core.index.places import Location
from rulewright.core.index.symbols import SymbolKind
from rulewright.core.text import Position, Range
from rulewright.features.calls import Call, incoming_calls, outgoing_calls, prepare_calls
from rulewright.features.definition import definition
from rulewright.features.folding import folding_ranges
from rulewright.features.hover import hover
from rulewright.features.outline import OutlineSymbol, document_symbols, workspace_symbols
from rulewright.features.references import highlight, references
from rulewright.features.selection import selection_ranges
from tests.harness.code import MemoryWorkspace

Results = Iterator[tuple[str, list[str]]]

VSCODE = render.NavigationClient(
    hierarchical_symbols=True,
    kinds=frozenset(range(1, 27)),
    workspace_kinds=frozenset(range(1, 27)),
    definition_links=True,
    hover_markdown=True,
    line_folding_only=True,
)


def finish(work: Generator[None, None, Any]) -> Any:
    """What a question that pauses gives in the end."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


class NavigationSteps:
    """The steps; a world has them beside its others."""

    root: Path

    def code(self, *opened: str) -> MemoryWorkspace:
        """The files of the case, in the units of UTF-16."""
        files = {
            path.relative_to(self.root).as_posix(): path.read_bytes().decode("utf-8", "replace")
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and ".git" not in path.parts
        }
        return MemoryWorkspace(files, opened=opened)

    def do_outline(self, _: str, path: str) -> Results:
        """The symbols of a file."""
        yield "outline", list(_outline(document_symbols(self.code(), path), 0)) or ["nothing"]

    def do_find(self, _: str, *words: str) -> Results:
        """Symbols of the workspace; a last word `in:path` says which file was worked on last."""
        opened = [w.removeprefix("in:") for w in words if w.startswith("in:")]
        query = " ".join(w for w in words if not w.startswith("in:"))
        found = workspace_symbols(self.code(*opened), query, 20)
        lines = []
        for s in found:
            inside = f" in {s.container}" if s.container else ""
            lines.append(f"{s.name}{inside}, {_kind(s.kind)}, {s.location.path}:{s.location.range.start.line + 1}")
        yield "found", lines or ["nothing"]

    def do_goto(self, _: str, place: str, word: str) -> Results:
        """Where a name is defined."""
        workspace = self.code()
        path, position = _place(workspace, place, word)
        found = definition(workspace, path, position)
        yield "definition", [_line(workspace, d.location) for d in found] or ["nothing"]

    def do_uses(self, _: str, place: str, word: str, *options: str) -> Results:
        """Where a name is used; with `elsewhere` without its definition."""
        workspace = self.code()
        path, position = _place(workspace, place, word)
        found = finish(references(workspace, path, position, "elsewhere" not in options))
        yield "uses", [_line(workspace, one) for one in found] or ["nothing"]

    def do_same(self, _: str, place: str, word: str) -> Results:
        """The same name in its own file."""
        workspace = self.code()
        path, position = _place(workspace, place, word)
        found = highlight(workspace, path, position)
        yield "same", [f"{h.access} {_line(workspace, Location(path, h.range))}" for h in found] or ["nothing"]

    def do_about(self, body: str, place: str, word: str) -> Results:
        """What is shown over a name."""
        workspace = self.code()
        path, position = _place(workspace, place, word)
        shown = msgspec.json.decode(render.hover(hover(workspace, path, position), VSCODE))
        yield "hover", shown["contents"]["value"].split("\n") if shown else ["nothing"]

    def do_folds(self, _: str, path: str) -> Results:
        """What can be folded, by lines."""
        workspace = self.code()
        buffer = workspace.buffers[path]
        lines = []
        for f in folding_ranges(workspace, path):
            first = f.range.start.line
            kind = f"{f.kind} " if f.kind else ""
            lines.append(f"{kind}{first + 1}-{f.last_line + 1}: {buffer.line(first).decode().strip()}")
        yield "folds", lines or ["nothing"]

    def do_widen(self, _: str, place: str, word: str) -> Results:
        """What is selected around a name, wider and wider; a line end is shown as `¶`."""
        workspace = self.code()
        path, position = _place(workspace, place, word)
        (ranges,) = selection_ranges(workspace, path, [position])
        yield "selection", [_shown(_text(workspace, path, r)) for r in ranges]

    def do_callers(self, _: str, place: str, word: str) -> Results:
        """Who calls a function."""
        workspace = self.code()
        path, position = _place(workspace, place, word)
        for item in prepare_calls(workspace, path, position):
            found = finish(incoming_calls(workspace, item.key))
            yield f"callers of {item.name}", list(_calls(found)) or ["nothing"]

    def do_calls(self, _: str, place: str, word: str) -> Results:
        """Whom a function calls."""
        workspace = self.code()
        path, position = _place(workspace, place, word)
        for item in prepare_calls(workspace, path, position):
            yield f"calls of {item.name}", list(_calls(outgoing_calls(workspace, item.key))) or ["nothing"]


def _place(workspace: MemoryWorkspace, place: str, word: str) -> tuple[str, Position]:
    path, _, number = place.rpartition(":")
    word, _, count = word.partition("#")
    line = workspace.buffers[path].line(int(number) - 1).decode()
    places = [found.start() for found in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", line)]
    at = places[int(count or 1) - 1]
    return path, Position(int(number) - 1, len(line[:at].encode("utf-16-le")) // 2)


def _text(workspace: MemoryWorkspace, path: str, where: Range) -> str:
    buffer = workspace.buffers[path]
    start, end = (buffer.byte(p, workspace.encoding) for p in (where.start, where.end))
    return buffer.source[start:end].decode()


def _shown(text: str) -> str:
    text = text.replace("\n", "¶")
    return text if len(text) <= 80 else f"{text[:38]} … {text[-38:]}"


def _line(workspace: MemoryWorkspace, one: Location) -> str:
    start = one.range.start
    text = workspace.buffers[one.path].line(start.line).decode().strip()
    return f"{one.path}:{start.line + 1}:{start.character + 1}: {text}"


def _kind(kind: int) -> str:
    return SymbolKind(kind).name.lower().replace("_", " ")


def _outline(symbols: Iterable[OutlineSymbol], depth: int) -> Iterator[str]:
    for s in symbols:
        tags = " (deprecated)" if s.tags else ""
        rows = f"{s.range.start.line + 1}-{s.range.end.line + 1}"
        yield f"{'  ' * depth}{s.name}{tags}: {_kind(s.kind)} {rows} {s.detail}".rstrip()
        yield from _outline(s.children, depth + 1)


def _calls(calls: Iterable[Call]) -> Iterator[str]:
    for call in calls:
        lines = ", ".join(str(r.start.line + 1) for r in call.ranges)
        yield f"{call.item.name}, {_kind(call.item.kind)}, {call.item.detail}: line {lines}"
