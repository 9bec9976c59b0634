"""Query files hold to what the engine needs of them."""

import re
from importlib.resources import files

import pytest

from rulewright.core.index.grammars import SECTIONS, SUPPORTED, grammar_of

QUERIES = sorted(p.name for p in files("rulewright.core.index").joinpath("queries").iterdir())
_HEADER = re.compile(r"^;; (\w+)\s*$", re.MULTILINE)
_SET_BEHIND_PREDICATE = re.compile(r'\(#(?!set!)[\w-]+\?(?:"(?:\\.|[^"\\])*"|[^()"])*\)\s*\(#set!')


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_file_has_known_sections_and_sets_before_it_asks(name: str) -> None:
    text = files("rulewright.core.index").joinpath("queries", name).read_text("utf-8")
    assert set(_HEADER.findall(text)) <= set(SECTIONS)
    # To the binding every node passes.
    assert "#not-any-of?" not in text
    # The binding writes past its memory where a `#set!` stands behind a predicate.
    assert _SET_BEHIND_PREDICATE.findall(text) == []


@pytest.mark.parametrize("language", SUPPORTED)
def test_every_section_compiles(language: str) -> None:
    grammar = grammar_of(language)
    assert grammar is not None
    for section in SECTIONS:
        if grammar.section(section).strip():
            assert grammar.query(section) is not None
