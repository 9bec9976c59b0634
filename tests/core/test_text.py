"""Positions in every encoding."""

import pytest

from rulewright.core.text import Position, Text

SAMPLE = "a\U0001f600e\u0301\r\nx\rsecond\n\nlast"


@pytest.mark.parametrize(
    ("offset", "position"),
    [
        (0, (0, 0)),
        (4, (0, 4)),
        (6, (1, 0)),
        (7, (1, 1)),
        (8, (2, 0)),
        (15, (3, 0)),
        (16, (4, 0)),
        (20, (4, 4)),
        (99, (4, 4)),
    ],
)
def test_lines_end_as_the_protocol_says(offset: int, position: tuple[int, int]) -> None:
    assert Text(SAMPLE).position(offset) == Position(*position)


@pytest.mark.parametrize(
    ("encoding", "character", "units"),
    [("utf-8", 2, 5), ("utf-16", 2, 3), ("utf-32", 2, 2), ("utf-8", 4, 8), ("utf-16", 4, 5)],
)
def test_units(encoding: str, character: int, units: int) -> None:
    text = Text(SAMPLE)
    there = text.to_client(Position(0, character), encoding)  # type: ignore[arg-type]
    assert there == Position(0, units)
    assert text.from_client(there, encoding) == Position(0, character)  # type: ignore[arg-type]


def test_a_position_inside_a_surrogate_pair_moves_to_its_start() -> None:
    assert Text(SAMPLE).from_client(Position(0, 2), "utf-16") == Position(0, 1)


@pytest.mark.parametrize("position", [(-1, 0), (0, -5), (0, 99), (99, 0)])
def test_positions_outside_mean_the_nearest_place(position: tuple[int, int]) -> None:
    offset = Text("ab\ncd").offset(Position(*position))
    assert offset in {0, 2, 5}
