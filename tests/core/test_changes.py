"""An editor's changes, applied in order in its own units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.changes import ContentChange, apply_changes
from rulewright.core.text import Position, Range, Text

ENCODINGS = ("utf-8", "utf-16", "utf-32")


def change(start, end, text):
    return ContentChange(Range(Position(*start), Position(*end)), text)


def applied(content, *changes, encoding="utf-16"):
    return apply_changes(Text(content), changes, encoding).content


def test_ranges_count_in_the_text_left_by_the_changes_before():
    assert applied("ab\ncd", change((0, 1), (1, 1), ""), change((0, 1), (0, 2), "XY\n")) == "aXY\n"


def test_a_change_without_a_range_replaces_everything():
    assert applied("old", ContentChange(None, "new\r\n"), change((1, 0), (1, 0), "!")) == "new\r\n!"


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 6), ("utf-16", 3), ("utf-32", 2)])
def test_columns_count_in_the_units_of_the_client(encoding, column):
    assert applied("é😀b", change((0, column), (0, column + 1), "c"), encoding=encoding) == "é😀c"


def test_places_outside_the_text_mean_its_nearest_place():
    assert applied("a\r\nb", change((0, 99), (0, 99), "!")) == "a!\r\nb"
    assert applied("a\nb", change((7, 3), (9, 9), "!")) == "a\nb!"
    assert applied("abc", change((0, 2), (0, 1), "!")) == "a!c"


def test_a_lone_carriage_return_and_a_line_feed_become_one_line_end():
    assert applied("a\rxb", change((1, 0), (1, 1), "\n"), change((1, 0), (1, 1), "c")) == "a\r\nc"
    assert applied("a\n\nb", change((0, 1), (0, 1), "\r"), change((1, 0), (1, 0), "c")) == "a\r\nc\nb"


CONTENT = st.text(st.sampled_from("ab\r\n😀é\u2028\x0c"), max_size=20)
PLACE = st.tuples(st.integers(0, 5), st.integers(0, 8))


def to_offset(content, place, encoding):
    text = Text(content)
    return text.offset(text.from_client(Position(*place), encoding))


@given(CONTENT, st.lists(st.tuples(PLACE, PLACE, CONTENT), max_size=5), st.sampled_from(ENCODINGS))
def test_changes_mean_what_they_mean_on_one_long_string(content, steps, encoding):
    expected = content
    for start, end, new in steps:
        a, b = sorted(to_offset(expected, place, encoding) for place in (start, end))
        expected = expected[:a] + new + expected[b:]
    assert applied(content, *(change(*step) for step in steps), encoding=encoding) == expected
