"""Every language finds what its fixture says, and nothing besides."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from rulewright.core.index.analyse import analyse, errors
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.docs import cleaned
from rulewright.core.index.grammars import DEEP, SUPPORTED, grammar_of
from rulewright.core.index.scopes import name_at, node_for, scopes_of
from rulewright.core.index.symbols import FileRecord, Symbol, SymbolKind
from rulewright.core.index.traits import traits_of
from rulewright.core.languages import language_of
from tests.harness.marks import Mark, read_marks

FIXTURES = sorted((Path(__file__).parent / "fixtures").iterdir())


def described(symbol: Symbol, record: FileRecord) -> str:
    text = SymbolKind(symbol.kind).name.lower()
    if symbol.parent >= 0:
        text += f" in {record.symbols[symbol.parent].name}"
    if symbol.type:
        text += f" : {symbol.type}"
    if symbol.bases:
        text += " < " + ", ".join(symbol.bases)
    return text + ("" if symbol.exported else " private")


class Fixture:
    def __init__(self, path: Path) -> None:
        self.source = path.read_bytes()
        self.text = self.source.decode()
        self.language = language_of(path.name)
        self.marks = read_marks(self.text)
        self.lines = self.text.splitlines(keepends=True)
        self.record = Buffer(path.name, self.language, self.text).record
        """Of the open document."""

    def byte(self, mark: Mark) -> int:
        before = "".join(self.lines[: mark.row]) + self.lines[mark.row][: mark.column]
        return len(before.encode())

    def column(self, mark: Mark) -> int:
        return len(self.lines[mark.row][: mark.column].encode())

    def of(self, verb: str) -> list[Mark]:
        return [m for m in self.marks if m.verb == verb]

    def symbol(self, mark: Mark) -> Symbol:
        for symbol in self.record.symbols:
            if (symbol.row, symbol.column) == (mark.row, self.column(mark)):
                return symbol
        raise AssertionError(f"line {mark.row + 1}: no symbol where the mark points: {self.lines[mark.row]}")


@pytest.fixture(params=FIXTURES, ids=lambda p: p.name)
def fixture(request: pytest.FixtureRequest) -> Fixture:
    return Fixture(request.param)


def test_the_fixture_is_good_code(fixture: Fixture) -> None:
    grammar = grammar_of(fixture.language)
    assert grammar is not None
    found = errors(grammar.parser.parse(fixture.source).root_node)
    assert [fixture.lines[n.start_point[0]] for n in found] == []


def test_symbols(fixture: Fixture) -> None:
    said = sorted(f"{m.row + 1}:{fixture.column(m)} {m.rest}" for m in fixture.of("def"))
    found = sorted(f"{s.row + 1}:{s.column} {described(s, fixture.record)}" for s in fixture.record.symbols)
    assert found == said
    assert said


def test_signatures_and_docs(fixture: Fixture) -> None:
    for mark in fixture.of("sig"):
        assert fixture.symbol(mark).signature == mark.rest
    for mark in fixture.of("doc"):
        assert cleaned(fixture.language, fixture.symbol(mark).doc).partition("\n")[0] == mark.rest


def test_the_index_finds_the_same_but_for_docs(fixture: Fixture) -> None:
    indexed = analyse(fixture.language, fixture.source)
    docs = [s.doc for s in indexed.symbols]
    with_docs = [replace(s, doc=d.doc) for s, d in zip(indexed.symbols, fixture.record.symbols, strict=True)]
    assert replace(indexed, symbols=tuple(with_docs)) == fixture.record
    assert any(docs) == (any(s.doc for s in fixture.record.symbols) and traits_of(fixture.language).doc == "captured")


def test_imports(fixture: Fixture) -> None:
    said = [f"{m.row + 1} {m.rest}" for m in fixture.of("import")]
    found = [
        f"{i.row + 1} {i.module}" + f" {i.name}" * bool(i.name) + f" as {i.alias}" * bool(i.alias)
        for i in fixture.record.imports
    ]
    assert sorted(found) == sorted(said)


def test_names_mean_what_the_marks_say(fixture: Fixture) -> None:
    grammar = grammar_of(fixture.language)
    assert grammar is not None
    root = grammar.parser.parse(fixture.source).root_node
    labels = {m.rest: fixture.byte(m) for m in fixture.of("binds")}
    for mark in [*fixture.of("->"), *fixture.of("binds")]:
        byte = fixture.byte(mark)
        node = name_at(root, fixture.source, byte)
        where = f"line {mark.row + 1}: {fixture.lines[mark.row]}"
        assert node is not None, where
        name = fixture.source[node.start_byte : node.end_byte].decode()
        binding = scopes_of(grammar, fixture.source, node_for(root, byte)).resolve(name, byte)
        if mark.rest == "nothing":
            assert binding is None, where
        else:
            assert binding is not None, where
            assert binding.start == labels[mark.rest], where


def test_calls(fixture: Fixture) -> None:
    grammar = grammar_of(fixture.language)
    assert grammar is not None
    section = grammar.query("calls")
    found = set()
    if section is not None:
        root = grammar.parser.parse(fixture.source).root_node
        found = {n.start_byte for n in section[1].captures(root).get("call", ())}
    assert {fixture.byte(m) for m in fixture.of("call")} <= found


@pytest.mark.parametrize("language", SUPPORTED)
def test_every_supported_language_has_a_grammar_and_a_fixture(language: str) -> None:
    assert grammar_of(language) is not None
    assert language in {language_of(p.name) for p in FIXTURES}


@pytest.mark.parametrize("language", DEEP)
def test_a_deep_language_shows_scopes_imports_and_calls(language: str) -> None:
    verbs = {m.verb for p in FIXTURES if language_of(p.name) == language for m in Fixture(p).marks}
    assert {"def", "sig", "doc", "import", "binds", "->", "call"} <= verbs
