"""What the cursor stands in, language by language: the mark `|` is the cursor."""

import pytest

from rulewright.core.complete.context import Context, context_at
from rulewright.core.complete.statements import ImportPlace
from rulewright.core.index.buffer import Buffer


def at(language: str, text: str) -> Context:
    before, _, after = text.partition("|")
    return context_at(Buffer("a", language, before + after), len(before.encode()))


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("python", "x = fo|", "name"),
        ("python", "x = foo.ba|", "member"),
        ("python", "x = foo\\\n    .ba|", "member"),
        ("python", "# fo|", "comment"),
        ("python", "x = 1  # fo|\ny = 2", "comment"),
        ("python", "# foo\n|", "name"),
        ("python", "x = 'fo|'", "string"),
        ("python", "x = 'fo|", "string"),
        ("python", "'foo'|", "name"),
        ("python", '"""doc\nfo|\n"""', "string"),
        ("python", 'x = """doc\n fo|', "string"),
        ("python", "def f():\n    '''doc\n    more\n    fo|", "string"),
        ("python", '"""doc"""\nx = (\nfo|', "name"),
        ("java", 'class A { String s = """\n  fo|', "string"),
        ("python", "# Said by the caller.\nfo|", "name"),
        ("python", "f'{fo|}'", "name"),
        ("python", "f'{fo|", "name"),
        ("python", "f'fo|'", "string"),
        ("python", "x = 12|", "number"),
        ("python", "x = 1.|", "number"),
        ("python", "x = 0xf|", "number"),
        ("python", "x1|", "name"),
        ("python", "def fo|", "declare"),
        ("python", "class Fo|", "declare"),
        ("python", "def f(a, b|): pass", "declare"),
        ("python", "def f(a, *ar|): pass", "declare"),
        ("python", "def f(a=b|): pass", "name"),
        ("python", "def f(a: in|): pass", "name"),
        ("python", "for it|", "declare"),
        ("python", "for it in it|", "name"),
        ("python", "import o|", "import"),
        ("python", "from os import pa|", "import"),
        ("python", "from os import (\n    path,\n    ge|\n)", "import"),
        ("python", "[1, *fo|]", "name"),
        ("python", "x = [].ap|", "member"),
        ("python", "x = ''.jo|", "member"),
        ("python", "x[1:fo|]", "name"),
        ("javascript", "const fo|", "declare"),
        ("javascript", "x = `a ${fo|}`", "name"),
        ("javascript", "x = `a ${fo|", "name"),
        ("javascript", "x = `a fo|`", "string"),
        ("javascript", "x?.fo|", "member"),
        ("javascript", "[...fo|]", "name"),
        ("javascript", "// fo|", "comment"),
        ("javascript", "/* fo|", "comment"),
        ("javascript", "/* foo */ ba|", "name"),
        ("javascript", "x = require('./fo|')", "import"),
        ("javascript", "x = other('./fo|')", "string"),
        ("javascript", "import {fo|} from 'x'", "import"),
        ("typescript", "const x: str|", "name"),
        ("typescript", "import { type Fo| } from './x'", "import"),
        ("tsx", "const x = <div>{fo|}</div>", "name"),
        ("go", "package main\nfunc f() { x := fo| }", "name"),
        ("go", "package main\nfunc f(b *te|) {}", "name"),
        ("go", "package main\nfunc fo|", "declare"),
        ("go", "package main\nfunc (s *S) fo|", "declare"),
        ("go", 'package main\nimport "ne|"', "import"),
        ("go", 'package main\nimport (\n\t"ne|"\n)', "import"),
        ("go", "package main\nfunc f() { fmt.Pr| }", "member"),
        ("rust", "fn main() { let x| }", "declare"),
        ("rust", "fn main() { let mut x| }", "declare"),
        ("rust", "fn main() { Vec::ne| }", "member"),
        ("rust", "fn f<'a>(x: &'a st|) {}", "name"),
        ("rust", "use std::col|;", "import"),
        ("rust", "use std::{io, col|};", "import"),
        ("rust", "fn main() { for i in 0..le| {} }", "name"),
        ("java", "class A { void f() { String na| } }", "declare"),
        ("java", "class A { void f() { return na|; } }", "name"),
        ("java", "import java.ut|", "import"),
        ("ruby", "@it|", "name"),
        ("ruby", 'x = "#{fo|}"', "name"),
        ("ruby", "x&.fo|", "member"),
        ("ruby", "require 'js|'", "import"),
        ("ruby", "def fo|", "declare"),
        ("elixir", "Enum.ma|", "member"),
        ("elixir", "alias My.Re|", "import"),
        ("elixir", "def fo|", "declare"),
        ("lua", "obj:me|", "member"),
        ("php", "<?php $this->fo|", "member"),
        ("cpp", "int main() { std::ve| }", "member"),
        ("c", "int main() { p->fi| }", "member"),
        ("", "some wo|", "name"),
        ("unheard-of", "some wo|", "name"),
    ],
)
def test_the_place(language: str, text: str, place: str) -> None:
    assert at(language, text).place == place


@pytest.mark.parametrize(
    ("language", "text", "word", "prefix"),
    [
        ("python", "x = fo|o", "foo", "fo"),
        ("python", "x = |foo", "foo", ""),
        ("python", "x = foo|.bar", "foo", "foo"),
        ("python", "größ|e", "größe", "größ"),
        ("ruby", "x.empty|?", "empty?", "empty"),
        ("ruby", "@na|me", "@name", "@na"),
        ("ruby", "a ? b :c|", ":c", ":c"),
        ("ruby", "A::B|", "B", "B"),
        ("php", "<?php $na|me", "$name", "$na"),
        ("css", ".a { back|ground-color: red }", "background-color", "back"),
        ("css", ".a { background-co|", "background-co", "background-co"),
        ("elixir", "@mod|", "@mod", "@mod"),
        ("javascript", "import a from './some/fi|'", "fi", "fi"),
    ],
)
def test_the_word(language: str, text: str, word: str, prefix: str) -> None:
    found = at(language, text)
    source = text.replace("|", "", 1).encode()
    assert source[found.start : found.end].decode() == word
    assert found.prefix == prefix


@pytest.mark.parametrize(
    ("language", "text", "group"),
    [
        ("python", "fo|", "statement"),
        ("python", "def f():\n    fo|", "statement"),
        ("python", "x = fo|", "expression"),
        ("python", "x = y i|", "infix"),
        ("python", "f(\n    fo|\n)", "expression"),
        ("python", "if x: fo|", "statement"),
        ("python", "return fo|", "expression"),
        ("go", "package main\nfunc f() {\n\tfo|\n}", "statement"),
        ("javascript", "if (x) { fo| }", "statement"),
        ("javascript", "export fu|", "statement"),
        ("rust", "pub f|", "statement"),
        ("sql", "select a fr|", "statement"),
    ],
)
def test_which_keywords_fit(language: str, text: str, group: str) -> None:
    assert at(language, text).group == group


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("python", "from os.path import jo|", ImportPlace("name", "os.path")),
        ("python", "from ..a import b, c|", ImportPlace("name", "..a")),
        ("python", "import os.pa|", ImportPlace("module", "os.")),
        ("python", "import a, os.pa|", ImportPlace("module", "os.")),
        ("python", "from .|", ImportPlace("module", ".")),
        ("rust", "use crate::a::{b, c::d|}", ImportPlace("module", "crate::a::c::", "::")),
        ("javascript", "import x from '../a/b|'", ImportPlace("path", "../a/b", "/")),
        ("ruby", "require_relative 'a/b|'", ImportPlace("path", "./a/b", "/")),
        ("java", "import static java.util.Li|", ImportPlace("module", "java.util.")),
    ],
)
def test_what_an_import_asks_for(language: str, text: str, place: ImportPlace) -> None:
    assert at(language, text).brought == place


def test_code_in_other_code_is_in_its_own_language() -> None:
    found = at("html", "<script>\nconst a = 1;\na.fo|\n</script>")
    assert (found.words.language, found.place, found.receiver) == ("javascript", "member", "a")
    found = at("markdown", "Prose.\n\n```python\nx = fo|\n```\n")
    assert (found.words.language, found.place) == ("python", "name")


def test_a_type_is_wanted_behind_new_and_in_annotations() -> None:
    assert at("java", "class A { A a = new Fo|(); }").wants == "type"
    assert at("typescript", "let x: Fo|").wants == "type"
    assert at("python", "raise Va|").wants == "type"
    assert at("python", "fo|(1)").wants == "call"
    assert at("html", "<di|").wants == "tag"
    assert at("html", "<div cl|>").wants == "attribute"
    assert at("css", ".a { col|").wants == "property"
