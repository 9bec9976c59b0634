"""The names that stand around a place: what somebody is working with there."""

import re
from collections.abc import Collection, Sequence

import msgspec

WINDOW = 60
"""Lines. Half of a screen above and below holds what a place is about; more brings in names of other things."""
MAX_LINE = 1000
"""Characters of a line that are looked at; what is longer is data."""
MAX_NAMES = 400
SHORTEST = 2

_NAME = re.compile(r"[$]*[^\W\d][\w$]*")


class Nearby(msgspec.Struct, frozen=True):
    """A name in the window."""

    name: str
    n_lines: int
    """From the place to where it stands nearest."""
    is_member: bool
    """Whether it stands behind a dot everywhere, so that it is looked up in something."""


def window_of(n_lines: int, row: int, size: int = WINDOW) -> range:
    """The rows around `row`, `size` of them where the file has so many."""
    first = max(0, min(row - size // 2, n_lines - size))
    return range(first, min(n_lines, first + size))


def names_around(lines: Sequence[str], first_row: int, row: int, skipped: Collection[int] = ()) -> tuple[Nearby, ...]:
    """The names of a window whose lines begin at `first_row`, in the order in which they first stand there.

    `row` is the place that distances count from; rows in `skipped`, as imports, are not read.
    """
    nearest: dict[str, int] = {}
    alone: set[str] = set()
    for at, text in enumerate(lines, first_row):
        if at in skipped:
            continue
        line = text[:MAX_LINE]
        for match in _NAME.finditer(line):
            name, start = match[0], match.start()
            if len(name) < SHORTEST:
                continue
            nearest[name] = min(nearest.get(name, abs(at - row)), abs(at - row))
            # `..name` spreads or counts; it looks up nothing.
            if not (start and line[start - 1] == "." and line[max(0, start - 2) : start] != ".."):
                alone.add(name)
        if len(nearest) > MAX_NAMES:
            break
    return tuple(Nearby(name, distance, name not in alone) for name, distance in nearest.items())
