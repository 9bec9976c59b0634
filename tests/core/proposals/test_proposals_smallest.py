"""The smallest edits between two texts."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.edits import Edit, apply
from rulewright.core.proposals.smallest import cuts, hunks, smallest

SIGNS = "ab\n\r \té\u0301\u200d\ufe0f\U0001f469\U0001f3fd\ud83d\udc69"
TEXTS = st.text(alphabet=SIGNS, max_size=40)
LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "}\n", "\n", "  a\n"]), max_size=40)


def check(before: str, after: str) -> tuple[Edit, ...]:
    edits = smallest(before, after)
    assert apply(before, edits) == after
    assert list(edits) == sorted(edits)
    assert all(a.end < b.start for a, b in pairwise(edits))
    for edit in edits:
        assert before[edit.start : edit.end] != edit.new_text
        assert not cuts(before, edit.start)
        assert not cuts(before, edit.end)
    shift = 0
    for edit in edits:
        start = edit.start + shift
        assert not cuts(after, start)
        assert not cuts(after, start + len(edit.new_text))
        shift += len(edit.new_text) - (edit.end - edit.start)
    return edits


@given(TEXTS, TEXTS)
def test_edits_make_the_text_and_cut_nothing_apart(before: str, after: str) -> None:
    check(before, after)


@given(LINES, LINES)
def test_edits_of_lines_make_the_text(before: list[str], after: list[str]) -> None:
    check("".join(before), "".join(after))


@given(LINES, LINES, LINES)
def test_what_is_equal_at_both_ends_is_not_touched(head: list[str], middle: list[str], tail: list[str]) -> None:
    before = "".join(head + tail)
    edits = check(before, "".join(head + middle + tail))
    assert sum(edit.end - edit.start for edit in edits) == 0
    assert len("".join(e.new_text for e in edits)) == len("".join(middle))


@given(TEXTS)
def test_the_same_text_needs_no_edit(text: str) -> None:
    assert smallest(text, text) == ()


@pytest.mark.parametrize(
    ("before", "after", "edits"),
    [
        ("x = 1\n", "x = 2\n", [Edit(4, 5, "2")]),
        ("a\nb\nc\n", "a\nc\n", [Edit(2, 4, "")]),
        ("a\nc\n", "a\nb\nc\n", [Edit(2, 2, "b\n")]),
        ("one = 1\ntwo = 2\n", "one = 3\ntwo = 4\n", [Edit(6, 7, "3"), Edit(14, 15, "4")]),
        ("", "a\n", [Edit(0, 0, "a\n")]),
        ("a\r\nb", "a\nb", [Edit(1, 3, "\n")]),
        ("e\u0301x", "ex", [Edit(0, 2, "e")]),
        ("\U0001f469\U0001f3fd.", "\U0001f469.", [Edit(0, 2, "\U0001f469")]),
        ("\ud83d\udc69", "\ud83d\udc6a", [Edit(0, 2, "\ud83d\udc6a")]),
    ],
)
def test_edits_are_small_and_whole(before: str, after: str, edits: list[Edit]) -> None:
    assert list(check(before, after)) == edits


def test_a_function_that_is_put_in_is_one_edit() -> None:
    before = "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(20))
    added = "def g():\n    return g\n\n\n"
    at = before.index("def f9")
    assert len(check(before, before[:at] + added + before[at:])) == 1


def test_long_texts_end_in_time() -> None:
    # Nothing in common, all the same, and one in two changed: the bound on steps is what ends these.
    check("a\n" * 10_000, "b\n" * 10_000)
    check("".join(f"a{n % 7}\n" for n in range(10_000)), "".join(f"a{n % 5}\n" for n in range(9_000)))
    before = [f"{n}\n" for n in range(10_000)]
    after = [line if n % 2 else f"changed {line}" for n, line in enumerate(before)]
    assert len(hunks(before, after)) == 5_000
    check("".join(before), "".join(after))
