"""Query files hold to what the engine needs of them."""

import re
from importlib.resources import files

import pytest

from rulewright.core.index.analyse import analyse
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


@pytest.mark.parametrize(("language", "opening", "closing"), [("bash", b"$(", b")"), ("html", b"<a>", b"</a>")])
def test_only_so_many_matches_are_begun_at_a_time(language: str, opening: bytes, closing: bytes) -> None:
    grammar = grammar_of(language)
    assert grammar is not None
    section = grammar.query("outline")
    assert section is not None
    section[1].matches(grammar.parser.parse(opening * 3_000 + closing * 3_000).root_node)
    assert section[1].did_exceed_match_limit
    section[1].matches(grammar.parser.parse(opening * 100 + closing * 100).root_node)
    assert not section[1].did_exceed_match_limit


@pytest.mark.parametrize(
    ("statement", "defines"),
    [
        ("create table users (id int)", True),
        ("CREATE TABLE\nusers (id int)", True),
        ("create or replace view names as select name from users", True),
        ("CREATE UNIQUE INDEX by_name ON users (name)", True),
        ("create materialized view names as select name from users", True),
        ("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL %'", False),
        ("select created_at from users", False),
    ],
)
def test_what_certainly_defines_nothing_is_known_by_its_words(statement: str, defines: bool) -> None:
    grammar = grammar_of("sql")
    assert grammar is not None
    assert grammar.defining is not None
    assert (grammar.defining.search(statement.encode()) is not None) is defines
    assert bool(analyse("sql", statement.encode()).symbols) is defines
