"""When nothing is suggested and why, how much else, and what the tree says of a place. `|` is the cursor."""

import pytest

from rulewright.core.index.buffer import Buffer
from rulewright.core.infill.quiet import Typing, shape, why_quiet
from rulewright.core.infill.syntax import SyntaxFacts, facts_at


def typing(line: str, **more: object) -> Typing:
    before, _, after = line.partition("|")
    return Typing(**{"before": before, "after": after, "n_chars": 100, **more})


QUIET = [
    ("x = |", {}, ""),
    ("foo(|)", {}, ""),
    ('foo("|");', {}, ""),
    ("if (a) {|}", {}, ""),
    ("x = [|],  ", {}, ""),
    ("fo|o()", {}, "in the middle of a word"),
    ("x = |foo()", {}, "right before a word"),
    ("x = | + 1", {}, "more than closing"),
    ("fo|o()", {"invoked": True}, ""),
    ("x|", {"n_chars": 5}, "fewer than 10"),
    ("x|", {"n_chars": 5, "invoked": True}, ""),
    ("# |", {"node": "comment"}, ""),
    ("# |", {"node": "comment", "in_comments": False}, "in a comment"),
    ("# |", {"node": "comment", "in_comments": False, "invoked": True}, ""),
    ("'|'", {"node": "string", "in_strings": False}, "in a string"),
    ("x" * 3_000 + "|", {}, "longer than"),
    ("x|", {"has_selection": True, "invoked": True}, "selected"),
]


@pytest.mark.parametrize(("line", "more", "said"), QUIET)
def test_why_nothing_is_asked(line: str, more: dict[str, object], said: str) -> None:
    why = why_quiet(typing(line, **more))
    assert said in why
    assert bool(why) == bool(said)
    assert not why or why.endswith(".")


SHAPES = [
    ("python", "|", "", False, "block"),
    ("python", "    |", "", False, "block"),
    ("python", "def f():|", "", False, "block"),
    ("python", "x = |", "", False, "line"),
    ("python", "x = 1|", "", False, "line"),
    ("javascript", "if (a) {|", "", False, "block"),
    ("javascript", "if (a) {|}", "", True, "block"),
    ("javascript", "foo({|})", "", False, "line"),
    ("javascript", "a ? b :|", "", False, "line"),
    ("javascript", "const f = (a) =>|", "", False, "block"),
    ("python", "foo(|)", "", False, "line"),
    ("python", "foo(|", "", False, "block"),
    ("ruby", "items.each do |a|¦", "", False, "block"),
    ("ruby", "def total(a)|", "", False, "block"),
    ("lua", "function total(a)|", "", False, "block"),
    ("ruby", "total(a)|", "", False, "line"),
    ("python", "x = 1  # what:|", "comment", False, "line"),
    ("python", "    # |", "comment", False, "line"),
    ("python", "x = 'a:|", "string", False, "line"),
    ("python", "|x", "", False, "line"),
]


@pytest.mark.parametrize(("language", "line", "node", "is_empty", "expected"), SHAPES)
def test_a_line_or_a_block(language: str, line: str, node: str, is_empty: bool, expected: str) -> None:
    before, _, after = line.partition("¦") if "¦" in line else line.partition("|")
    assert shape(before, after, language=language, node=node, is_empty_block=is_empty) == expected


FACTS = [
    ("python", "def f():\n    |\n", SyntaxFacts("code", True, "", True)),
    ("python", "def f():|\n", SyntaxFacts("code", True, "", False)),
    ("python", "class A:\n    def f(self):\n        a = 1\n        |\n", SyntaxFacts("code", False, "    ", True)),
    ("python", "class A:\n    def f(self):\n        a = |1\n", SyntaxFacts("code", False, "    ", True)),
    ("python", "x = 1\n|", SyntaxFacts("code", False, "", False)),
    ("python", "x = 1  # why|\n", SyntaxFacts("comment", False, "", False)),
    ("python", "x = 'a|b'\n", SyntaxFacts("string", False, "", False)),
    ("python", "x = 'ab'|\n", SyntaxFacts("code", False, "", False)),
    ("python", 'def f():\n    """a|\n    """\n', SyntaxFacts("string", False, "", True)),
    ("python", "x = f'a{b|}'\n", SyntaxFacts("code", False, "", False)),
    ("python", "x = (1, 'a|\n", SyntaxFacts("string", False, "", False)),
    ("javascript", "function f() {\n  |\n}\n", SyntaxFacts("code", True, "", True)),
    ("javascript", "function f() {|}\n", SyntaxFacts("code", True, "", True)),
    ("javascript", "function f() {\n  if (a) {\n    b();\n    |\n  }\n}\n", SyntaxFacts("code", False, "  ", True)),
    ("javascript", "/* a|b */\n", SyntaxFacts("comment", False, "", False)),
    ("javascript", "/* ab */|\n", SyntaxFacts("code", False, "", False)),
    ("javascript", "// ab|", SyntaxFacts("comment", False, "", False)),
    ("go", "func f() {\n\tif a {\n\t\t|\n\t}\n}\n", SyntaxFacts("code", True, "\t", True)),
    ("unheard-of", 'a {\n  "b|\n', SyntaxFacts("string", False, "", True)),
    ("unheard-of", "a {\n  |\n", SyntaxFacts("code", False, "", True)),
    ("", "|", SyntaxFacts()),
]


@pytest.mark.parametrize(("language", "text", "expected"), FACTS)
def test_what_surrounds_a_place(language: str, text: str, expected: SyntaxFacts) -> None:
    at = text.index("|")
    assert facts_at(Buffer("a", language, text.replace("|", "")), at) == expected


def test_places_outside_of_a_text_are_moved_into_it() -> None:
    buffer = Buffer("a.py", "python", "x = 1\n")
    assert facts_at(buffer, -5) == SyntaxFacts()
    assert facts_at(buffer, 500) == SyntaxFacts()
