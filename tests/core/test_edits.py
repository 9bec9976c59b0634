"""Edits together."""

import pytest

from rulewright.core.edits import Edit, apply, disjoint


def test_edits_are_made_from_any_order() -> None:
    assert apply("abcdef", [Edit(4, 5, "X"), Edit(0, 1, ""), Edit(2, 2, "-")]) == "b-cdXf"


@pytest.mark.parametrize("edits", [[Edit(0, 2, ""), Edit(1, 3, "")], [Edit(5, 7, "")], [Edit(-1, 0, "")]])
def test_overlap_is_refused(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply("abcdef", edits)


def test_a_group_is_kept_whole_or_not_at_all() -> None:
    first = (Edit(0, 1, "x"), Edit(4, 5, "y"))
    second = (Edit(2, 3, "z"), Edit(4, 6, "w"))
    assert disjoint([first, second]) == list(first)


def test_two_insertions_at_one_place_are_a_guess_not_made() -> None:
    assert disjoint([(Edit(1, 1, "a"),), (Edit(1, 1, "b"),)]) == [Edit(1, 1, "a")]
