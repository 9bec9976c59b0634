"""The published list: every wrong edit is stopped, every right one lands as exactly the expected text."""

from itertools import pairwise

import pytest

from rulewright.core.proposals.answer import read_answer
from rulewright.core.proposals.place import place
from tests.bench.wrong_edits import answer_of, changed, data, document_of, judge, target_of

FAULTS, RIGHT = data()["faults"], data()["right"]


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case["name"])
def test_a_wrong_edit_is_stopped(case) -> None:
    _, wrongs = judge(case)
    assert {wrong.kind for wrong in wrongs} & set(case["expect"]), wrongs
    for wrong in wrongs:
        assert wrong.text.endswith((".", "`", "?", "!")) or ":" in wrong.text
        assert "\n" not in wrong.text


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case["name"])
def test_a_right_edit_lands(case) -> None:
    _, _, text = document_of(case)
    after, wrongs = judge(case)
    assert wrongs == ()
    assert after == changed(text, case["expect"])


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case["name"])
def test_its_edits_are_small_and_in_order(case) -> None:
    path, language, text = document_of(case)
    placed = place(read_answer(answer_of(case, text)), path, text, *target_of(case, text, language))
    assert all(a.end < b.start for a, b in pairwise(placed.edits))
    n_touched = sum(edit.end - edit.start for edit in placed.edits)
    assert n_touched <= sum(len(old) for old, _ in case["expect"])


def test_the_list_is_long_enough() -> None:
    assert len(FAULTS) >= 40
    assert len(RIGHT) >= 30
    for cases in (FAULTS, RIGHT):
        assert {case["document"] for case in cases} == {"python", "typescript", "go"}
        assert len({case["name"] for case in cases}) == len(cases)
