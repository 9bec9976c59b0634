"""Places as answers name them, in the client's units."""

import msgspec

from rulewright.core.index.buffer import units
from rulewright.core.text import Position, PositionEncoding, Range


class Location(msgspec.Struct, frozen=True, order=True):
    """A stretch of a file; the path is relative to the workspace's root."""

    path: str
    range: Range


def name_range(row: int, column: int, column16: int, name: str, encoding: PositionEncoding) -> Range:
    """The range of a name whose place a record gives.

    Exact for UTF-8 and UTF-16. For UTF-32, behind text outside ASCII, it is the column of UTF-16, which is the same but
    for characters outside the basic plane.
    """
    start = column if encoding == "utf-8" else column16
    return Range(Position(row, start), Position(row, start + units(name.encode("utf-8", "replace"), encoding)))
