"""The data files of languages, and what editors are told about an item."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rulewright.adapters.lsp.render_completion import render_completions, render_resolved
from rulewright.core.complete.items import parameters_of
from rulewright.core.complete.keywords import vocabulary
from rulewright.core.complete.nearby import follows, nearby
from rulewright.core.complete.state import MAX_RECENT, Client, CompletionState, Trigger, client_of
from rulewright.core.index.docs import deprecations, is_deprecated, may_deprecate
from rulewright.core.index.grammars import DEEP
from rulewright.core.index.words import words_of
from rulewright.core.languages import canonical, language_of
from rulewright.core.text import Position, Range
from rulewright.features.completion import Completion, Completions, Details, TextEdit, resolve_item
from tests.harness.code import MemoryWorkspace
from tests.harness.data import __file__ as _harness

DATA = sorted((Path(_harness).parents[2] / "server/rulewright/core/complete/data").glob("*.toml"))
WHERE = Range(Position(1, 4), Position(1, 6))
WHOLE = Range(Position(1, 4), Position(1, 9))


@pytest.mark.parametrize("path", DATA, ids=[p.stem for p in DATA])
def test_a_data_file_is_of_a_language_and_its_snippets_are_well_formed(path: Path) -> None:
    assert canonical(path.stem) == path.stem
    words = vocabulary(path.stem)
    assert words.is_known
    for name, body in words.snippets.items():
        stops = [int(n) for n in re.findall(r"(?<!\\)\$\{?(\d+)", body)]
        rest = re.sub(r"(?<!\\)\$(?:\d+|\{\d+(?::(?:\\.|[^}\\])*)?\})", "", body)
        assert not re.search(r"(?<!\\)\$", rest), name
        assert sorted(set(stops) - {0}) == list(range(1, max(stops, default=0) + 1)), name
        assert body.count("{") == body.count("}"), name


def test_every_deep_language_has_its_words() -> None:
    for language in DEEP:
        words = vocabulary(language)
        assert words.statement, language
        assert words.snippets, language
        assert words.members or words.exports, language
        assert words.declares, language
    assert vocabulary("tsx").snippets["interface"] == vocabulary("typescript").snippets["interface"]
    assert not vocabulary("../secrets").is_known
    assert not vocabulary("unheard-of").is_known


@pytest.mark.parametrize(
    ("signature", "name", "expected"),
    [
        ("def load(path, *, strict: bool = False) -> int", "load", "(path, *, strict: bool = False)"),
        ("fn map<U, F: Fn(T) -> U>(self, f: F) -> Option<U>", "map", "(self, f: F)"),
        ("func (q *Queue) Push(item string) error", "Push", "(item string)"),
        ("const run = async (a, b) =>", "run", "(a, b)"),
        ("public List<String> names()", "names", "()"),
        ("class Stack(Base)", "Other", ""),
        ("reload load(x)", "load", "(x)"),
        ("def total", "total", ""),
        ("f(", "f", ""),
        ("def f(" + "a" * 200 + ")", "f", "(" + "a" * 57 + "…)"),
    ],
)
def test_parameters(signature: str, name: str, expected: str) -> None:
    assert parameters_of(signature, name) == expected


@pytest.mark.parametrize(
    ("doc", "path"),
    [
        ('"""Does it.\n\n.. deprecated:: 2.0\n"""', "a.py"),
        ("// Deprecated: use Other.", "a.go"),
        ("/** @deprecated use other */", "a.ts"),
        ("/// <summary>Deprecated: use B.</summary>", "a.cs"),
        ('~S"Deprecated: x"', "a.ex"),
        ("Deprecated: cleaned already, of a script.", "a.html"),
    ],
)
def test_what_is_deprecated(doc: str, path: str) -> None:
    assert deprecations(doc.encode(), 0, len(doc))
    assert may_deprecate(words_of(doc.encode()))
    assert is_deprecated(language_of(path), doc, "")


def test_what_is_not_deprecated() -> None:
    assert is_deprecated("java", "", "@Deprecated public void f()")
    assert not is_deprecated("python", "# Warns about deprecated names.", "def f()")
    assert not is_deprecated("python", '"""Finds what is marked as "Deprecated: "."""', "def f()")


def test_what_follows_is_counted_with_the_nearer_tokens_first() -> None:
    source = b"app.run(1)\napp.run(2)\napp.route(3)\nother.stop(4)\napp."
    scores = follows(source, len(source), len(source), ("app", "."), [])
    assert scores[b"run"] > scores[b"route"] > scores[b"stop"] > 0
    assert all(0 < score <= 1 for score in scores.values())
    elsewhere = follows(b"app.", 4, 4, ("app", "."), [b"app.close()"])
    assert set(elsewhere) == {b"close"}


def test_what_is_near_counts_different_names() -> None:
    source = b"far = 1\nclose = 2\nlast = 3\n\nbehind = 4"
    at = source.index(b"\n\n") + 1
    near = nearby(source, at, at, ("", ""), [])
    assert near.nearness(b"last") > near.nearness(b"close") > near.nearness(b"far") > 0
    assert near.nearness(b"last") > near.nearness(b"behind") > 0
    assert near.nearness(b"nowhere") == 0


def test_what_was_typed_lately_is_remembered_and_bounded() -> None:
    state = CompletionState()
    state.observe("a.py", b"x = 1\n", 6, 6)
    state.observe("a.py", b"x = 1\nprice = co", 14, 16)
    assert state.recency("price") > 0
    assert state.recency("co") == 0
    state.observe("a.py", b"x = 1\nprice = compute_total\n", 28, 28)
    assert state.recency("compute_total") >= state.recency("price") > 0
    state.observe("a.py", b"x = 1\nprice = compute_total\n" + b"pasted = 1\n" * 100, 28, 28)
    assert state.recency("pasted") == 0
    for number in range(2 * MAX_RECENT):
        state.touch(f"n{number}")
    assert state.recency("price") == 0
    assert len(state._recent) == MAX_RECENT


def test_when_a_question_is_the_users() -> None:
    state = CompletionState()
    typed = ("a.py", b"# wo", 4, "wo")
    assert not state.is_explicit(Trigger(), *typed)
    state.observe("a.py", b"# wo", 2, 4)
    assert state.is_explicit(Trigger(), *typed)
    assert not state.is_explicit(Trigger("character", "."), *typed)
    assert state.is_explicit(Trigger(), "b.py", b"# ", 2, "")
    quiet = CompletionState(client_of({}, "Visual Studio Code"))
    assert quiet.is_explicit(Trigger(), *typed)


ITEM = Completion("name", 3, parameters="(a)", source="m", is_deprecated=True, is_preselected=True, data=("a", 1))
SNIPPET = Completion("if", 15, insert="if $0:", is_snippet=True)


def rendered(client: Client, *items: Completion) -> Any:
    return msgspec.json.decode(render_completions(Completions(items, True, WHERE, WHOLE), client))


def test_a_plain_client_gets_whole_items() -> None:
    found = rendered(Client(), ITEM)
    assert found == {
        "isIncomplete": True,
        "items": [
            {
                "label": "name",
                "sortText": "00000",
                "kind": 3,
                "detail": "(a) m",
                "textEdit": {
                    "range": {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 9}},
                    "newText": "name",
                },
                "data": ["a", 1],
            }
        ],
    }


def test_a_client_with_defaults_gets_what_differs() -> None:
    client = Client(
        snippets=True,
        insert_replace=True,
        label_details=True,
        deprecated_tag=True,
        preselect=True,
        defaults=frozenset({"editRange", "insertTextFormat"}),
    )
    found = rendered(client, ITEM, SNIPPET)
    assert found["itemDefaults"] == {
        "editRange": {
            "insert": {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 6}},
            "replace": {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 9}},
        },
        "insertTextFormat": 1,
    }
    assert found["items"] == [
        {
            "label": "name",
            "sortText": "00000",
            "kind": 3,
            "labelDetails": {"detail": "(a)", "description": "m"},
            "tags": [1],
            "preselect": True,
            "data": ["a", 1],
        },
        {"label": "if", "sortText": "00001", "kind": 15, "insertTextFormat": 2, "textEditText": "if $0:"},
    ]
    assert rendered(Client(deprecated_flag=True), ITEM)["items"][0]["deprecated"] is True
    assert msgspec.json.decode(render_completions(Completions(), client)) == {"isIncomplete": False, "items": []}


def test_an_import_is_an_edit_of_its_own() -> None:
    edit = TextEdit(Range(Position(0, 0), Position(0, 0)), "import x\n")
    item = msgspec.structs.replace(SNIPPET, edits=(edit,))
    found = rendered(Client(), item)["items"][0]["additionalTextEdits"]
    assert [e["newText"] for e in found] == ["import x\n"]
    sent = {"label": "x", "data": [1], "theirs": True}
    lazy = Client(markdown=True, lazy=frozenset({"additionalTextEdits"}))
    resolved = msgspec.json.decode(render_resolved(sent, Details("def x()", "Does *it*.", (edit,)), lazy))
    assert resolved["theirs"] is True
    assert resolved["detail"] == "def x()"
    assert resolved["documentation"]["kind"] == "markdown"
    assert resolved["additionalTextEdits"][0]["newText"] == "import x\n"
    assert msgspec.json.decode(render_resolved(sent, Details(), Client())) == sent
    assert msgspec.json.decode(render_resolved(None, Details(doc="x"), Client())) == {"documentation": "x"}


def test_capabilities_of_any_shape_are_read() -> None:
    for odd in (None, [], {"textDocument": 1}, {"textDocument": {"completion": {"completionItem": "x"}}}):
        assert client_of(odd) == Client()
    said = {
        "textDocument": {
            "completion": {
                "completionItem": {
                    "snippetSupport": True,
                    "tagSupport": {"valueSet": [1]},
                    "resolveSupport": {"properties": ["additionalTextEdits", 3]},
                    "documentationFormat": ["markdown"],
                },
                "completionList": {"itemDefaults": ["editRange"]},
            }
        }
    }
    client = client_of(said, "Neovim")
    assert client.snippets
    assert client.deprecated_tag
    assert client.markdown
    assert client.lazy == {"additionalTextEdits"}
    assert client.defaults == {"editRange"}


@pytest.mark.parametrize("data", [[], ["a"], [1, 2, 3, 4, 5, 6], ["a.py", "python", "gone.py", "x", 0, ""]])
def test_data_that_is_not_ours_resolves_to_nothing(data: list[Any]) -> None:
    assert resolve_item(MemoryWorkspace({"a.py": "x = 1"}), data) == Details()
