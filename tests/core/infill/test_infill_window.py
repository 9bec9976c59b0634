"""Which part of a file a model is shown, and that it stays the same part while somebody types."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.core.infill.window import window
from rulewright.core.tokens import estimate

LINES = st.lists(
    st.sampled_from(
        ["", "x = 1", "    return total_of(first, second)", "# " + "é" * 20, "\t" * 30, "}" * 12, "日本語" * 5]
    )
)
FILES = LINES.map(lambda lines: "\n".join(lines * 40))
ANY = st.one_of(FILES, st.text(alphabet="ab \n(){}é😀", max_size=400).map(lambda text: text * 30), st.text())


@settings(max_examples=150, deadline=None)
@given(ANY, st.floats(0, 1), st.integers(0, 3000))
def test_it_is_a_part_of_the_text_within_the_budget(text: str, where: float, budget: int) -> None:
    offset = int(where * len(text))
    found = window(text, offset, budget)
    assert text[:offset].endswith(found.prefix)
    assert text[offset:].startswith(found.suffix)
    assert estimate(found.prefix) + estimate(found.suffix) <= budget
    assert found.first_line == text[: offset - len(found.prefix)].count("\n") + 1
    end = offset + len(found.suffix)
    assert found.last_line == text[:end].count("\n") + 1 - found.suffix.endswith("\n")


TYPED = st.text(alphabet="abc_ =(),.\n😀日", min_size=50, max_size=50)


@settings(max_examples=150, deadline=None)
@given(FILES, st.floats(0, 1), TYPED, st.integers(1100, 4000))
def test_fifty_keys_hardly_move_an_end_and_never_back(text: str, where: float, typed: str, budget: int) -> None:
    offset = int(where * len(text))
    starts, ends = [], []
    for n in range(len(typed) + 1):
        now = text[:offset] + typed[:n] + text[offset:]
        found = window(now, offset + n, budget)
        starts.append(offset + n - len(found.prefix))
        ends.append(len(now) - (offset + n) - len(found.suffix))
    # Once, or twice where an anchor comes into being between keys that are dear.
    assert sum(a != b for a, b in itertools.pairwise(starts)) <= 2
    assert sum(a != b for a, b in itertools.pairwise(ends)) <= 2
    assert starts == sorted(starts)
    assert ends == sorted(ends)


@settings(max_examples=100, deadline=None)
@given(FILES, st.floats(0, 1), st.integers(600, 4000))
def test_it_is_cut_between_lines(text: str, where: float, budget: int) -> None:
    offset = int(where * len(text))
    found = window(text, offset, budget)
    start, end = offset - len(found.prefix), offset + len(found.suffix)
    assert start == 0 or text[start - 1] == "\n"
    assert end == len(text) or text[end - 1] == "\n" or end == offset


TEXT = "".join(f"    line_{n} = compute(first, second, {n})\n" for n in range(10_000))


def test_three_quarters_are_before_the_cursor() -> None:
    found = window(TEXT, len(TEXT) // 2, 2048)
    before, after = estimate(found.prefix), estimate(found.suffix)
    assert 0.55 * 2048 < before <= 0.75 * 2048
    assert 0.12 * 2048 < after <= 0.25 * 2048


def test_what_one_side_does_not_need_goes_to_the_other() -> None:
    found = window(TEXT, 0, 2048)
    assert found.prefix == ""
    assert estimate(found.suffix) > 0.8 * 2048
    found = window(TEXT, len(TEXT), 2048)
    assert found.suffix == ""
    assert estimate(found.prefix) > 0.8 * 2048


def test_a_small_file_is_shown_whole() -> None:
    found = window("a = 1\nb = 2\n", 6, 500)
    assert (found.prefix, found.suffix, found.first_line, found.last_line) == ("a = 1\n", "b = 2\n", 1, 2)


def test_a_line_that_is_too_long_is_cut() -> None:
    text = "x = [" + "1234, " * 100_000 + "]\n"
    found = window(text, 300_000, 512)
    assert found.prefix
    assert found.suffix
    assert (found.first_line, found.last_line) == (1, 1)
