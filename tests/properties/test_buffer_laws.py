"""What a buffer knows after any edits is what a fresh look at the same text would find."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.core.changes import ContentChange, apply_changes
from rulewright.core.index import buffer as module
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.grammars import DEEP
from rulewright.core.languages import language_of
from rulewright.core.text import Position, PositionEncoding, Range, Text

FIXTURES = Path(__file__).parents[1] / "languages" / "fixtures"
SAMPLES = {
    language_of(p.name): p.read_text() for p in sorted(FIXTURES.iterdir()) if language_of(p.name) in (*DEEP, "markdown")
}
PIECES = (
    "x", " ", "\n", "\r\n", "\r", "(", ")", "{", "}", '"', "'", '"""', "#", "//", "/*", "é", "😀",
    "def f(a):\n    return a\n", "class A {\n}\n", "import os\n", "\n\n\n", "const y = 1;\n",
)  # fmt: skip


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, list[ContentChange], PositionEncoding]:
    language = draw(st.sampled_from(sorted(SAMPLES)))
    lines = SAMPLES[language].count("\n") + 2
    changes = []
    for _ in range(draw(st.integers(1, 6))):
        line, character = draw(st.integers(0, lines)), draw(st.integers(0, 60))
        end = Position(line + draw(st.sampled_from([0, 0, 0, 1, 5, 40])), draw(st.integers(0, 60)))
        text = "".join(draw(st.lists(st.sampled_from(PIECES), max_size=3)))
        changes.append(ContentChange(Range(Position(line, character), end), text))
    return language, changes, draw(st.sampled_from(["utf-8", "utf-16", "utf-32"]))


@settings(deadline=None, max_examples=60)
@given(edits(), st.booleans())
def test_after_any_edits_a_buffer_is_as_a_fresh_one(
    edited: tuple[str, list[ContentChange], PositionEncoding], look: bool
) -> None:
    language, changes, encoding = edited
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SMALL", 0)
        kept, text = Buffer("/w/a", language, SAMPLES[language]), Text(SAMPLES[language])
        assert kept.record.language == language
        for change in changes:
            kept.apply([change], encoding)
            text = apply_changes(text, [change], encoding)
            if look:
                assert kept.symbols is not None
        fresh = Buffer("/w/a", language, text.content)
    assert fresh.root is not None
    assert kept.root is not None
    if fresh.root.has_error or kept.root.has_error:
        kept.rest()
    assert kept.source == fresh.source
    assert kept._starts == fresh._starts
    assert str(kept.root) == str(fresh.root)
    assert kept.record == fresh.record


@given(st.text(alphabet="ab\n\ré😀\t", max_size=40), st.integers(0, 8), st.integers(0, 12))
def test_positions_and_bytes_are_those_of_the_text(content: str, line: int, character: int) -> None:
    buffer, text = Buffer("/w/a", "", content), Text(content)
    encodings: list[PositionEncoding] = ["utf-8", "utf-16", "utf-32"]
    for encoding in encodings:
        byte = buffer.byte(Position(line, character), encoding)
        offset = text.offset(text.from_client(Position(line, character), encoding))
        assert byte == len(text.content[:offset].encode())
        if buffer._exact is None:
            assert buffer.position(byte, encoding) == text.to_client(text.position(offset), encoding)


def test_an_attribute_does_not_part_a_comment_from_what_it_describes(monkeypatch):
    monkeypatch.setattr(module, "SMALL", 0)
    functions = "fn a() {}\n\nfn b() {}\n\n"
    text = f"{functions}/// One.\n/// Two.\n#[derive(Debug)]\nstruct S {{ x: u8 }}\n\n{functions * 4}"
    kept = Buffer("/w/a.rs", "rust", text)
    assert [s.doc for s in kept.symbols if s.name == "S"] == ["/// One.\n/// Two."]
    kept.apply([ContentChange(Range(Position(4, 2), Position(4, 3)), "")], "utf-8")
    fresh = Buffer("/w/a.rs", "rust", kept.source.decode())
    assert [s.doc for s in fresh.symbols if s.name == "S"] == ["/// Two."]
    assert kept.symbols == fresh.symbols


def test_how_a_text_with_errors_came_about_is_forgotten_when_it_rests():
    text = SAMPLES["ruby"]
    change = ContentChange(Range(Position(128, 7), Position(168, 0)), "")
    kept = Buffer("/w/a", "ruby", text)
    assert kept.root is not None
    kept.apply([change], "utf-8")
    fresh = Buffer("/w/a", "ruby", apply_changes(Text(text), [change], "utf-8").content)
    assert str(kept.root) != str(fresh.root), (
        "the parser recovers otherwise; when it does not any more, take another case"
    )
    kept.rest()
    assert str(kept.root) == str(fresh.root)
    assert kept.record == fresh.record
