"""What is answered while a word is typed is what a fresh look at the same text would answer."""

from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tree_sitter import Node

from rulewright.code_view import LiveIndex
from rulewright.core.changes import ContentChange
from rulewright.core.complete.items import ItemKind
from rulewright.core.complete.state import CompletionState, Trigger
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.leaves import SETTLED
from rulewright.core.languages import language_of
from rulewright.core.text import Position, Range
from rulewright.features.completion import Completions, complete, prepare
from tests.harness.code import MemoryWorkspace
from tests.harness.world_completion import CLIENT

FIXTURES = Path(__file__).parents[1] / "languages" / "fixtures"
SAMPLES = {p.name: p.read_text() for p in sorted(FIXTURES.iterdir()) if p.is_file() and language_of(p.name)}
CODE = sorted(name for name in SAMPLES if language_of(name) in {*SETTLED, "ruby", "elixir", "kotlin", "c"})
NEAR = sorted(name for name in SAMPLES if language_of(name) in SETTLED)
WHERE = st.floats(0, 1, allow_nan=False)
BEFORE = st.sampled_from(["", " ", "\n", "\n    ", ".", " = ", "(", ": ", ", "])
WORDS = st.sampled_from(
    ["return", "import", "iffy", "self", "this", "def", "int", "string", "None", "Nones", "nil", "async", "match", "x1"]
)


def nodes(root: Node | None) -> list[tuple[str, int, int]]:
    """Every node, by its type and its bytes."""
    found, waiting = [], [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        found.append((node.type, node.start_byte, node.end_byte))
        waiting += reversed(node.children)
    return found


class Typing:
    """Letters typed into a text, the way that an editor sends them."""

    def __init__(self, name: str, text: str, where: float) -> None:
        self.name = name
        self.workspace = MemoryWorkspace({name: text}, "utf-8", [name])
        self.buffer = self.workspace.buffers[name]
        at = round(where * len(text))
        while at < len(text) and (text[at].isalnum() or text[at] == "_"):
            at += 1
        self.place = self.buffer.position(len(text[:at].encode()), "utf-8")

    def type(self, letter: str) -> None:
        self.buffer.apply([ContentChange(Range(self.place, self.place), letter)], "utf-8")
        line, character = self.place.line, self.place.character
        self.place = Position(line + 1, 0) if letter == "\n" else Position(line, character + 1)


@given(st.sampled_from(NEAR), WHERE, BEFORE, WORDS, st.sampled_from(["", "x", "er"]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_tree_that_was_not_parsed_again_is_the_one_that_parsing_gives(name, where, before, word, more, looks):
    typing = Typing(name, SAMPLES[name], where)
    for letter in before + word + more:
        typing.type(letter)
        near = nodes(typing.buffer.near_root)
        assert near == nodes(Buffer(name, language_of(name), typing.buffer.source.decode()).root) or (
            # A parser that mends a text takes what it had before into account.
            typing.buffer._is_parsed
        )
        if looks:
            assert typing.buffer.tree is not None
            typing.buffer.expect_word()


def fresh(typing: Typing, state: CompletionState) -> Completions:
    """What is answered where nothing is kept for the word, but what was typed lately and what the file held."""
    text = typing.buffer.source.decode("utf-8", "surrogatepass")
    workspace = MemoryWorkspace({typing.name: text}, "utf-8", [typing.name])
    other = CompletionState(CLIENT)
    other._recent, other._tick = dict(state._recent), state._tick
    other._views = {path: msgspec.structs.replace(view) for path, view in state._views.items()}
    return complete(workspace, typing.name, typing.place, Trigger("incomplete"), other)


@given(st.sampled_from(CODE), WHERE, BEFORE, WORDS, st.booleans())
@settings(max_examples=40, deadline=None)
def test_what_was_kept_for_a_word_changes_no_answer(name, where, before, word, rests):
    typing = Typing(name, SAMPLES[name], where)
    for letter in before:
        typing.type(letter)
    state = CompletionState(CLIENT)
    complete(typing.workspace, name, typing.place, Trigger("incomplete"), state)
    for letter in word:
        if rests:
            prepare(typing.workspace, name, state)
        typing.type(letter)
        found = complete(typing.workspace, name, typing.place, Trigger("incomplete"), state)
        expected = fresh(typing, state)
        assert found.is_incomplete == expected.is_incomplete
        assert (found.insert, found.replace) == (expected.insert, expected.replace)
        assert labels(found) == labels(expected)


def labels(found: Completions) -> list[str]:
    """What is offered, but for words, which are those of a little while ago."""
    return [i.label for i in found.items if i.kind != ItemKind.TEXT]


def names(index: LiveIndex) -> list[str]:
    """Of the symbols of a document."""
    record = index.record("a.py")
    assert record is not None
    return [s.name for s in record.symbols]


def test_a_live_index_looks_again_when_the_line_goes_on():
    buffer = Buffer("a.py", "python", "class A:\n    x = 1\n\n")
    index = LiveIndex(MemoryWorkspace({}).index, lambda _: buffer)
    assert names(index) == ["A", "x"]
    place = Position(2, 0)
    for letter in "def fu():":
        buffer.apply([ContentChange(Range(place, place), letter)], "utf-8")
        place = Position(place.line, place.character + 1)
        assert index.imports_of("a.py") == ()
    assert names(index) == ["A", "x", "fu"]
