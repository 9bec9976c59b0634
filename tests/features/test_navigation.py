"""Answers in the form that a client takes, and what holds them together between two requests."""

from typing import Any

import msgspec
import pytest

from rulewright.adapters.lsp import render_navigation as render
from rulewright.core.text import Position
from rulewright.features.calls import incoming_calls, outgoing_calls, prepare_calls
from rulewright.features.definition import definition
from rulewright.features.folding import folding_ranges
from rulewright.features.hover import hover
from rulewright.features.outline import document_symbols, workspace_symbols
from rulewright.features.references import highlight, references
from rulewright.features.selection import selection_ranges
from tests.harness.code import MemoryWorkspace
from tests.harness.world_navigation import VSCODE, finish

OLD = render.navigation_client({})
FILES = {
    "a.py": (
        'class Größe:\n    """Says <b>it</b>."""\n    def f(self, a):\n        return f"😀" and helper(a)\n\n\n'
        "def helper(a):\n    return a\n"
    ),
    "b.py": "from a import helper\n\nhelper(1)\n\n\ndef two():\n    helper(2)\n    helper(3)\n",
}


def uri_of(path: str) -> str:
    return f"file:///w/{path}"


def read(answer: bytes) -> Any:
    return msgspec.json.decode(answer)


def test_symbols_for_a_client_with_trees_and_for_one_without() -> None:
    symbols = document_symbols(MemoryWorkspace(FILES), "a.py")
    tree = read(render.document_symbols(symbols, "file:///w/a.py", VSCODE))
    assert [s["name"] for s in tree] == ["Größe", "helper"]
    assert tree[0]["children"][0]["name"] == "f"
    assert tree[0]["selectionRange"] == {"start": {"line": 0, "character": 6}, "end": {"line": 0, "character": 11}}
    assert tree[1]["detail"] == "(a)"
    flat = read(render.document_symbols(symbols, "file:///w/a.py", OLD))
    assert [(s["name"], s.get("containerName")) for s in flat] == [("Größe", None), ("f", "Größe"), ("helper", None)]
    assert flat[0]["location"]["uri"] == "file:///w/a.py"


def test_an_outline_is_not_deeper_than_people_and_programs_can_read() -> None:
    n = 3_000
    symbols = document_symbols(MemoryWorkspace({"a.css": "a {" * n + "}" * n}), "a.css")
    depth, counted, level = 0, 0, list(symbols)
    while level:
        depth, counted = depth + 1, counted + len(level)
        level = [child for one in level for child in one.children]
    assert (depth, counted) == (100, n)
    assert render.document_symbols(symbols, "file:///w/a.css", VSCODE)
    assert len(read(render.document_symbols(symbols, "file:///w/a.css", OLD))) == n


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_places_count_in_the_units_of_the_client(encoding: Any) -> None:
    files = {"a.py": "def größe(ä):\n    return '😀ü', größe\n"}
    workspace = MemoryWorkspace(files, encoding)
    line = files["a.py"].split("\n")[1]
    width = {"utf-8": len(line.encode()), "utf-16": len(line) + 1, "utf-32": len(line)}[encoding]
    (found,) = definition(workspace, "a.py", Position(1, width))
    assert found.location.range.start == Position(0, 4)
    assert found.origin.end == Position(1, width)
    assert [h.range.end.character for h in highlight(workspace, "a.py", Position(0, 4))][-1] == width


def test_kinds_that_an_old_client_does_not_know() -> None:
    symbols = document_symbols(MemoryWorkspace({"a.rs": "struct A { b: u8 }\nenum E { One }\n"}), "a.rs")
    kinds = {s["name"]: s["kind"] for s in read(render.document_symbols(symbols, "file:///a.rs", OLD))}
    assert kinds == {"A": 5, "b": 8, "E": 10, "One": 14}


def test_links_and_places() -> None:
    found = definition(MemoryWorkspace(FILES), "b.py", Position(2, 1))
    (link,) = read(render.definition(found, uri_of, VSCODE))
    assert link["targetUri"] == "file:///w/a.py"
    assert link["targetSelectionRange"]["start"] == {"line": 6, "character": 4}
    assert link["originSelectionRange"]["end"] == {"line": 2, "character": 6}
    (place,) = read(render.definition(found, uri_of, OLD))
    assert place == {"uri": "file:///w/a.py", "range": link["targetSelectionRange"]}
    assert render.definition((), uri_of, VSCODE) == b"null"


def test_hover_as_markdown_and_as_plain_text() -> None:
    found = hover(MemoryWorkspace(FILES), "a.py", Position(0, 7))
    shown = read(render.hover(found, VSCODE))["contents"]
    assert shown["kind"] == "markdown"
    assert r"Says \<b>it\</b>." in shown["value"]
    plain = read(render.hover(found, OLD))["contents"]
    assert plain == {"kind": "plaintext", "value": "class Größe\n\nSays <b>it</b>.\n\nclass, a.py:1"}
    assert render.hover(None, VSCODE) == b"null"


def test_folds_by_line_and_by_character() -> None:
    found = folding_ranges(MemoryWorkspace({"a.js": "f({\n  a: 1,\n});\n"}), "a.js")
    (lines,) = read(render.folding(found, VSCODE))
    assert lines == {"startLine": 0, "endLine": 1}
    (characters,) = read(render.folding(found, OLD))
    assert (characters["startLine"], characters["endLine"]) == (0, 2)
    assert characters["startCharacter"] in {2, 3}


def test_selections_nest() -> None:
    (first,) = read(render.selection(selection_ranges(MemoryWorkspace(FILES), "a.py", [Position(3, 24)])))
    depth = 0
    while (parent := first.get("parent")) is not None:
        assert parent["range"] != first["range"]
        first, depth = parent, depth + 1
    assert depth > 3
    assert read(render.selection(selection_ranges(MemoryWorkspace({}), "none.py", [Position(1, 1)]))) == [
        {"range": {"start": {"line": 1, "character": 1}, "end": {"line": 1, "character": 1}}}
    ]


def test_a_call_item_is_found_again_when_lines_have_moved() -> None:
    (item,) = prepare_calls(MemoryWorkspace(FILES), "a.py", Position(6, 5))
    (sent,) = read(render.call_items([item], uri_of, VSCODE))
    key = render.item_key(sent)
    assert key is not None
    moved = MemoryWorkspace({**FILES, "a.py": "\n" * 20 + FILES["a.py"]})
    calls = read(render.incoming(finish(incoming_calls(moved, key)), uri_of, VSCODE))
    assert [(c["from"]["name"], len(c["fromRanges"])) for c in calls] == [("f", 1), ("b.py", 1), ("two", 2)]
    # A file's own code is an item too.
    file = render.item_key(calls[1]["from"])
    assert file is not None
    assert [c["to"]["name"] for c in read(render.outgoing(outgoing_calls(moved, file), uri_of, VSCODE))] == ["helper"]
    gone = MemoryWorkspace({"a.py": "", "b.py": FILES["b.py"]})
    assert finish(incoming_calls(gone, key)) == ()
    assert outgoing_calls(gone, key) == ()


@pytest.mark.parametrize(
    "item",
    [None, 1, "x", {}, {"data": None}, {"data": {"path": 1}}, {"data": {"path": "/etc/passwd", "name": "x"}},
     {"data": {"path": "../x.py", "name": "x"}}, {"data": {"path": "", "name": "x"}}],
)  # fmt: skip
def test_an_item_that_is_not_ours(item: Any) -> None:
    assert render.item_key(item) is None


@pytest.mark.parametrize(
    "capabilities", [None, [], "x", {"textDocument": 1}, {"textDocument": {"hover": {"contentFormat": 3}}}]
)
def test_capabilities_of_any_shape(capabilities: Any) -> None:
    assert render.navigation_client(capabilities) == OLD


def test_what_a_client_likes_better() -> None:
    def hovers(*formats: str) -> bool:
        said = {"textDocument": {"hover": {"contentFormat": list(formats)}}}
        return render.navigation_client(said).hover_markdown

    assert hovers("markdown", "plaintext")
    assert hovers("markdown")
    assert not hovers("plaintext", "markdown")
    assert not hovers("plaintext")


def test_a_file_that_is_not_there() -> None:
    workspace, nowhere = MemoryWorkspace(FILES), Position(0, 0)
    assert definition(workspace, "x.py", nowhere) == ()
    assert hover(workspace, "x.py", nowhere) is None
    assert highlight(workspace, "x.py", nowhere) == ()
    assert finish(references(workspace, "x.py", nowhere, True)) == ()
    assert document_symbols(workspace, "x.py") == ()
    assert folding_ranges(workspace, "x.py") == ()
    assert prepare_calls(workspace, "x.py", nowhere) == ()


def test_references_pause_between_files() -> None:
    work = references(MemoryWorkspace(FILES), "a.py", Position(6, 5), True)
    assert next(work) is None
    assert next(work) is None
    assert len(finish(work)) == 6


def test_found_symbols_put_the_exported_and_the_near_first() -> None:
    files = {
        "far/x/a.py": "def push(): ...\n",
        "src/b.py": "def _push(): ...\n\ndef push(): ...\n",
        "src/c.py": "push = 1\n",
    }
    found = workspace_symbols(MemoryWorkspace(files, opened=["src/c.py"]), "push", 10)
    assert [(s.name, s.location.path) for s in found] == [
        ("push", "src/c.py"), ("push", "src/b.py"), ("push", "far/x/a.py"), ("_push", "src/b.py"),
    ]  # fmt: skip
    assert workspace_symbols(MemoryWorkspace(files), "", 10) == ()
