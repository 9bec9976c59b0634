"""A question, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.chat.question import COMMANDS, MENTIONS, Mention, help_text, read_question


def named(text: str) -> list[tuple[str, str, int, int]]:
    return [(m.kind, m.name, m.first_line, m.last_line) for m in read_question(text).mentions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("look at @src/shop/cart.py", [("file", "src/shop/cart.py", 0, 0)]),
        ("look at @cart.py:10-40, please", [("file", "cart.py", 10, 40)]),
        ("@file:Makefile:7.", [("file", "Makefile", 7, 7)]),
        ("@cart.py:40-10", [("file", "cart.py", 10, 40)]),
        ("the end is @README.md.", [("file", "README.md", 0, 0)]),
        ('@file:"my notes/a b.md" is', [("file", "my notes/a b.md", 0, 0)]),
        ("@lib/ and @src/", [("file", "lib/", 0, 0), ("file", "src/", 0, 0)]),
        ("what does @symbol:Basket.add do?", [("symbol", "Basket.add", 0, 0)]),
        ("(@symbol:Basket)", [("symbol", "Basket", 0, 0)]),
        ("@selection @diagnostics @diff @map", [(k, "", 0, 0) for k in ("selection", "diagnostics", "diff", "map")]),
        ("since @diff:main~3", [("diff", "main~3", 0, 0)]),
        ("@file and @file", [("file", "", 0, 0)]),
        ("mail me@example.com and `@selection` and @someone", []),
        ("```\n@diff\n@Override\n```\nand @diff", [("diff", "", 0, 0)]),
        ("@Override, @dataclass, @property: decorators", []),
        ("@selections", []),
    ],
)
def test_what_is_named(text: str, expected: list[tuple[str, str, int, int]]) -> None:
    assert named(text) == expected


def test_a_command_stands_at_the_beginning() -> None:
    found = read_question("  /test @cart.py with an empty basket\n")
    assert (found.command, found.text, found.unknown_command) == ("test", "@cart.py with an empty basket", "")
    assert read_question("/docs").command == "document"
    assert read_question("/nonsense x").unknown_command == "nonsense"
    assert read_question("/nonsense x").text == "/nonsense x"
    assert read_question("the path /fix is one").command == ""
    assert read_question("/usr/bin/python").unknown_command == ""


def test_help_names_everything() -> None:
    told = help_text()
    assert all(f"`/{name}`" in told for name in COMMANDS)
    assert all(f"`@{name}`" in told for name in MENTIONS)


@given(st.text(alphabet=st.sampled_from('@/:.-`"ab1 \nfile'), max_size=80))
def test_anything_can_be_read_and_what_is_named_is_written_there(text: str) -> None:
    found = read_question(text)
    for mention in found.mentions:
        assert mention.written in text
        assert isinstance(mention, Mention)
        assert mention.first_line <= mention.last_line
