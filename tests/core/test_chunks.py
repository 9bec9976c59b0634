"""Chunks follow what a file is made of. That every line is in one of them is a law (tests/properties)."""

import pytest

from rulewright.core.index.analyse import analyse
from rulewright.core.prompt.chunks import Way, chunks_of, way_of
from rulewright.core.rules.rule import Rule
from rulewright.core.rules.select import Applied
from rulewright.core.tokens import estimate


def cut(
    content: str, language: str, tokens: int, chunking: str = "definition"
) -> list[tuple[str, str, tuple[str, ...]]]:
    """The first and the last line of each chunk that are not blank, and what it is within."""
    symbols = analyse(language, content.encode()).symbols
    lines = content.splitlines()
    found = []
    for chunk in chunks_of(content, language, symbols, Way(chunking, tokens)):  # type: ignore[arg-type]
        written = [line.strip() for line in lines[chunk.start : chunk.end] if line.strip()]
        found.append((written[0], written[-1], chunk.within))
    return found


PYTHON = '''\
"""A module."""

import os


# Says hello.
@cached
@named("hello")
def hello():
    print("hello to everybody who is here")
    return os.name


class Shop(Base):
    """Sells things."""

    limit = 3

    # Adds one.
    def add(self, article):
        self.articles.append(article)
        self.total += article.price

    @property
    def price(self):
        return sum(article.price for article in self.articles)


def last():
    return None
'''


def test_comments_and_decorators_stay_with_their_definition_and_members_say_their_class() -> None:
    assert cut(PYTHON, "python", 45) == [
        ('"""A module."""', "import os", ()),
        ("# Says hello.", "return os.name", ()),
        ("class Shop(Base):", "limit = 3", ()),
        ("# Adds one.", "self.total += article.price", ("class Shop(Base):",)),
        ("@property", "return sum(article.price for article in self.articles)", ("class Shop(Base):",)),
        ("def last():", "return None", ()),
    ]


def test_neighbours_that_are_short_are_joined() -> None:
    content = "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(6))
    assert [first for first, *_ in cut(content, "python", 40)] == ["def f0():", "def f3():"]


def test_what_fits_is_one_chunk() -> None:
    assert len(cut(PYTHON, "python", 1000)) == 1


def test_a_long_definition_is_cut_between_its_statements() -> None:
    steps = "".join(
        f"    if step_{n}:\n        first({n})\n        second({n})\n\n    third_{n}()\n    fourth_{n}()\n"
        for n in range(6)
    )
    found = cut(f"def long():\n{steps}", "python", 45)
    assert len(found) > 3
    assert {within for *_, within in found[1:]} == {("def long():",)}
    assert all(not first.startswith(("first", "second")) for first, *_ in found)


def test_a_closing_bracket_stays_with_what_it_closes() -> None:
    content = "class A {\n" + "".join(f"  int f{n}(int a) {{\n    return a + {n};\n  }}\n" for n in range(4)) + "}\n"
    assert cut(content, "java", 25)[-1][1:] == ("}", ("class A {",))
    assert all(first != "}" for first, *_ in cut(content, "java", 25))


def test_half_written_code_is_cut_all_the_same() -> None:
    content = "def a(:\n    x = [1,\n\nclass B\n    def c(self):\n        return 1\n" * 5
    assert len(cut(content, "python", 30)) > 1


MARKDOWN = """\
Before.

# One

Text of one.

## One A

Text of one A, which is a little longer than the others are.

```
# no heading
```

## One B

Text of one B.

# Two

Text of two.
"""


def test_markdown_is_cut_at_its_headings() -> None:
    assert cut(MARKDOWN, "markdown", 30, "heading") == [
        ("Before.", "Text of one.", ()),
        ("## One A", "Text of one A, which is a little longer than the others are.", ("# One",)),
        ("```", "```", ("# One", "## One A")),
        ("## One B", "Text of one B.", ("# One",)),
        ("# Two", "Text of two.", ()),
    ]


def test_a_window_is_as_long_as_it_may_be() -> None:
    content = "word and word and word\n" * 100
    found = chunks_of(content, "", (), Way("window", 50))
    per_line = estimate("\nword and word and word")
    assert {chunk.end - chunk.start for chunk in found[:-1]} <= {50 // per_line, 50 // per_line - 1}


def test_whole_is_whole() -> None:
    assert [(c.start, c.end) for c in chunks_of(PYTHON, "python", (), Way("whole", 20))] == [(0, PYTHON.count("\n"))]


def test_a_line_is_never_cut() -> None:
    found = chunks_of("x = " + "1 + " * 500 + "1\ny = 2\n", "python", (), Way("definition", 20))
    assert [(c.start, c.end) for c in found] == [(0, 1), (1, 2)]


@pytest.mark.parametrize(
    ("language", "expected"), [("markdown", "heading"), ("python", "definition"), ("", "definition")]
)
def test_how_a_file_is_cut_depends_on_its_language(language: str, expected: str) -> None:
    assert way_of(language).chunking == expected


def test_the_first_rule_that_says_how_decides() -> None:
    rules = [
        Rule(id="a", path="a"),
        Rule(id="b", path="b", chunk_tokens=90),
        Rule(id="c", path="c", chunk="window", chunk_tokens=10),
    ]
    assert way_of("python", [Applied(rule, "") for rule in rules]) == Way("window", 90)
