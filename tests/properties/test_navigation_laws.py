"""Answers about any place of any code, whole or broken, are answers: they fit together, and nothing is raised."""

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.adapters.lsp import render_navigation as render
from rulewright.core.index.meaning import name_of
from rulewright.core.index.naming import bound_name
from rulewright.core.index.site import site_at
from rulewright.core.text import Position, PositionEncoding, Range
from rulewright.features.calls import incoming_calls, outgoing_calls, prepare_calls
from rulewright.features.definition import definition
from rulewright.features.folding import folding_ranges
from rulewright.features.hover import hover
from rulewright.features.outline import OutlineSymbol, document_symbols, workspace_symbols
from rulewright.features.references import highlight, references
from rulewright.features.selection import selection_ranges
from tests.harness.code import MemoryWorkspace
from tests.harness.world_navigation import VSCODE, finish

FIXTURES = Path(__file__).parents[1] / "languages" / "fixtures"
TEXTS = {p.name: p.read_text("utf-8") for p in sorted(FIXTURES.iterdir())}
TEXTS["plain.nix"] = "{ lib, stack }:\n  stack.lib lib.stackable ''é😀 lib''\n"
TEXTS["empty.py"] = ""
WHOLE = MemoryWorkspace(TEXTS)
ENCODINGS: tuple[PositionEncoding, ...] = ("utf-8", "utf-16", "utf-32")


@st.composite
def places(draw: st.DrawFn, *, broken: bool) -> tuple[MemoryWorkspace, str, Position]:
    """A workspace, a file of it and a position, inside the text or behind it."""
    path = draw(st.sampled_from(sorted(TEXTS)))
    text = TEXTS[path]
    workspace = WHOLE
    if broken:
        for _ in range(draw(st.integers(1, 3))):
            start = draw(st.integers(0, len(text)))
            text = text[:start] + text[start + draw(st.integers(0, 200)) :]
        workspace = MemoryWorkspace({"other.py": "import os\n", path: text}, draw(st.sampled_from(ENCODINGS)))
    lines = text.split("\n")
    line = draw(st.integers(0, len(lines) + 1))
    width = len(lines[line]) if line < len(lines) else 3
    return workspace, path, Position(line, draw(st.integers(0, width + 2)))


def everything(workspace: MemoryWorkspace, path: str, position: Position) -> None:
    """Ask all there is to ask, and render it."""

    def uri_of(file: str) -> str:
        return f"file:///{file}"

    render.definition(definition(workspace, path, position), uri_of, VSCODE)
    render.hover(hover(workspace, path, position), VSCODE)
    render.highlights(highlight(workspace, path, position))
    render.references(finish(references(workspace, path, position, True)), uri_of)
    render.selection(selection_ranges(workspace, path, [position]))
    items = prepare_calls(workspace, path, position)
    for raw in msgspec.json.decode(render.call_items(items, uri_of, VSCODE)) or ():
        key = render.item_key(raw)
        assert key is not None
        render.incoming(finish(incoming_calls(workspace, key)), uri_of, VSCODE)
        render.outgoing(outgoing_calls(workspace, key), uri_of, VSCODE)


@settings(max_examples=30, deadline=None)
@given(places(broken=True))
def test_any_place_of_broken_code_has_an_answer(place: tuple[MemoryWorkspace, str, Position]) -> None:
    everything(*place)


@settings(max_examples=30, deadline=None)
@given(places(broken=False))
def test_any_place_has_an_answer(place: tuple[MemoryWorkspace, str, Position]) -> None:
    everything(*place)


@settings(max_examples=40, deadline=None)
@given(st.one_of(places(broken=True), places(broken=False)))
def test_selections_grow(place: tuple[MemoryWorkspace, str, Position]) -> None:
    workspace, path, position = place
    (ranges,) = selection_ranges(workspace, path, [position])
    buffer = workspace.buffers[path]
    inside = buffer.position(buffer.byte(position, workspace.encoding), workspace.encoding)
    assert ranges
    for smaller, larger in pairwise(ranges):
        assert larger.start <= smaller.start
        assert smaller.end <= larger.end
        assert smaller != larger
    assert all(r.start <= inside <= r.end for r in ranges)
    assert ranges[-1] == buffer.range(0, len(buffer.source), workspace.encoding)


@settings(max_examples=40, deadline=None)
@given(st.one_of(places(broken=True), places(broken=False)), st.integers(0, 50))
def test_folds_lie_in_the_file(place: tuple[MemoryWorkspace, str, Position], limit: int) -> None:
    workspace, path, _ = place
    found = folding_ranges(workspace, path)
    last = workspace.buffers[path].n_lines
    for fold in found:
        assert fold.range.start < fold.range.end
        assert 0 <= fold.range.start.line < fold.last_line <= fold.range.end.line < last
    assert len({f.range.start.line for f in found}) == len(found)
    few = folding_ranges(workspace, path, limit)
    assert len(few) == min(limit, len(found))
    assert set(few) <= set(found)


def holds(symbols: tuple[OutlineSymbol, ...], where: Range | None) -> None:
    for symbol in symbols:
        assert symbol.range.start <= symbol.selection_range.start <= symbol.selection_range.end <= symbol.range.end
        if where is not None:
            assert where.start.line <= symbol.range.start.line
        holds(symbol.children, symbol.range)


@settings(max_examples=30, deadline=None)
@given(st.one_of(places(broken=True), places(broken=False)))
def test_an_outline_has_every_symbol_once(place: tuple[MemoryWorkspace, str, Position]) -> None:
    workspace, path, _ = place
    symbols = document_symbols(workspace, path)
    holds(symbols, None)

    def count(some: tuple[OutlineSymbol, ...]) -> int:
        return len(some) + sum(count(s.children) for s in some)

    assert count(symbols) == len(workspace.buffers[path].record.symbols)
    flat = msgspec.json.decode(render.document_symbols(symbols, "file:///x", render.NavigationClient()))
    assert len(flat) == count(symbols)


@settings(max_examples=40, deadline=None)
@given(st.one_of(places(broken=True), places(broken=False)))
def test_uses_are_of_the_name(place: tuple[MemoryWorkspace, str, Position]) -> None:
    workspace, path, position = place
    buffer = workspace.buffers[path]
    site = site_at(workspace, path, buffer.byte(position, workspace.encoding))
    named = name_of(site) if site is not None and site.root is not None else None
    found = highlight(workspace, path, position)
    if named is not None and found:
        here = buffer.range(named[1], named[2], workspace.encoding)
        assert here in [h.range for h in found]
    everywhere = finish(references(workspace, path, position, True))
    elsewhere = finish(references(workspace, path, position, False))
    assert set(elsewhere) <= set(everywhere)
    assert len(set(everywhere)) == len(everywhere)
    assert {h.range for h in found} == {one.range for one in everywhere if one.path == path}
    texts = set()
    for one in everywhere:
        other = workspace.buffers[one.path]
        start, end = (other.byte(p, workspace.encoding) for p in (one.range.start, one.range.end))
        texts.add(other.source[start:end].decode())
    aliases = {
        name
        for file in {one.path for one in everywhere}
        for i in workspace.buffers[file].record.imports
        for name in (i.alias, i.name, bound_name(workspace.buffers[file].language, i))
    }
    assert len(texts - aliases) <= 1


@pytest.mark.parametrize("path", sorted(TEXTS))
def test_a_definition_is_its_own_definition(path: str) -> None:
    buffer = WHOLE.buffers[path]
    for symbol in buffer.record.symbols:
        start = buffer.line_start(symbol.row) + symbol.column
        site = site_at(WHOLE, path, start)
        named = name_of(site) if site is not None and site.root is not None else None
        if named is None or named[:2] != (symbol.name, start):
            continue
        place = buffer.range(named[1], named[2], "utf-16")
        assert place in [d.location.range for d in definition(WHOLE, path, place.start)]
        uses = finish(references(WHOLE, path, place.start, True))
        without = finish(references(WHOLE, path, place.start, False))
        assert place in [one.range for one in uses if one.path == path]
        assert place not in [one.range for one in without if one.path == path]


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=12))
def test_any_query_finds_symbols_or_none(query: str) -> None:
    found = workspace_symbols(WHOLE, query, 10)
    assert len(found) <= 10
    render.workspace_symbols(found, lambda file: f"file:///{file}", VSCODE)
