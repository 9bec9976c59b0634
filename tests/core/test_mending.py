"""Which findings go to a model together, and where changed lines are after edits."""

import pytest

from rulewright.core.changed import Lines
from rulewright.core.findings import Finding
from rulewright.core.mending import MAX_FINDINGS, groups, moved_lines
from rulewright.core.text import Text

CODE = """\
import os

A = bad(1)
B = 2
C = bad(3)


def first():
    bad(4)

    def inner():
        return bad(5)

    return bad(6)


class Box:
    size = bad(7)

    @property
    def full(self):
        return bad(8)


D = bad(9)
"""


def found(text: str, word: str = "bad") -> list[Finding]:
    """A finding at each place of a word."""
    places = [n for n in range(len(text)) if text.startswith(word, n)]
    return [Finding("no", "warning", "No", "a.py", n, n + 3, Text(text).range(n, n + 3)) for n in places]


def rows(text: str, language: str = "python", word: str = "bad") -> list[tuple[int, int, int]]:
    """First and last line from 1, and how many findings, of each group."""
    return [
        (text.count("\n", 0, one.start) + 1, text.count("\n", 0, one.end), len(one.findings))
        for one in groups(text, language, found(text, word))
    ]


def test_a_function_is_one_order_and_so_are_lines_near_each_other() -> None:
    assert rows(CODE) == [(3, 5, 2), (8, 14, 2), (11, 12, 1), (17, 18, 1), (20, 22, 1), (25, 25, 1)]


def test_without_a_grammar_lines_count() -> None:
    assert rows("bad\n\n\n\nbad\n\n\n\n\nbad", "") == [(1, 5, 2), (10, 9, 1)]


def test_orders_do_not_grow_without_an_end() -> None:
    text = "bad\n" * (MAX_FINDINGS + 1)
    assert [n for _, _, n in rows(text, "")] == [MAX_FINDINGS, 1]


@pytest.mark.parametrize(
    ("before", "after", "changed", "moved"),
    [
        ("a\nb\nc\n", "a\nb\nc\n", ((1, 2),), ((1, 2),)),
        ("a\nb\nc\n", "x\na\nb\nc\n", ((1, 2),), ((0, 1), (2, 3))),
        ("a\nb\nc\n", "a\nB\nc\n", (), ((1, 2),)),
        ("a\nb\nc\n", "b\nc\n", ((2, 2),), ((0, 0), (1, 1))),
        ("a\nb\n", "b\n", None, None),
    ],
)
def test_changed_lines_move_with_the_text(before: str, after: str, changed: Lines | None, moved: Lines | None) -> None:
    assert moved_lines(before, after, changed) == moved
