"""Looking into a text never fails, whatever its bytes and whichever language it claims to be in."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.core.index.analyse import analyse
from rulewright.core.index.fit import normal
from rulewright.core.index.grammars import SUPPORTED, grammar_of
from rulewright.core.index.symbols import decode_record, encode_record
from rulewright.core.index.syntax import syntax_problems
from rulewright.core.languages import language_of

FIXTURES = Path(__file__).parents[1] / "languages" / "fixtures"
SAMPLES = {language_of(p.name): p.read_bytes() for p in sorted(FIXTURES.iterdir())}
NOISE = (
    b"", b"\xff", b"\x00", b"\xc3", b"\xed\xa0\x80", b"\r", b"\n", b"\t", b"(", b"}", b"]]>", b'"', b"'", b"`", b"```",
    b"---\n", b"<", b"</", b"{{", b"%>", b"/*", b"#", b"\\", b"=", b"end\n", b"\xf0\x9f\x98\x80",
)  # fmt: skip


@st.composite
def broken(draw: st.DrawFn, language: str) -> bytes:
    """Pieces of real code in a wrong order, with noise between them; or nothing but noise."""
    sample = SAMPLES[language]
    pieces = []
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(sample)))
        pieces.append(sample[start : start + draw(st.integers(0, 120))])
        pieces.append(draw(st.sampled_from(NOISE) | st.binary(max_size=8)))
    return b"".join(pieces)


@pytest.mark.parametrize("language", SUPPORTED)
@settings(deadline=None, max_examples=8)
@given(st.data())
def test_no_bytes_are_too_strange(language: str, data: st.DataObject) -> None:
    source = data.draw(broken(language))
    record = analyse(language, source)
    assert record.language == language
    assert not record.is_fallback
    assert decode_record(encode_record(record)) == record
    rows = normal(source).count(b"\n")
    for index, symbol in enumerate(record.symbols):
        assert -1 <= symbol.parent < index
        assert symbol.name
        assert 0 <= symbol.start_row <= symbol.end_row <= rows
        assert symbol.start_row <= symbol.row
    grammar = grammar_of(language)
    assert grammar is not None
    root = grammar.parser.parse(normal(source)).root_node
    for problem in syntax_problems(grammar, normal(source), root):
        assert 0 <= problem.start_byte <= problem.end_byte <= len(normal(source))
