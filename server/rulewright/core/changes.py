"""Changes of a text as an editor reports them, applied in order to the text left by the ones before.

Works on lines rather than on one long string: "replace all" of a thousand places costs little more than one.
"""

from collections.abc import Iterable

import msgspec

from rulewright.core.text import Position, PositionEncoding, Range, Text, split_lines


class ContentChange(msgspec.Struct, frozen=True):
    """New text for a range in client units, or for the whole document where there is no range."""

    range: Range | None
    text: str


def apply_changes(text: Text, changes: Iterable[ContentChange], encoding: PositionEncoding) -> Text:
    """`text` with every change made. Positions outside the text mean its nearest place, as LSP says."""
    lines = list(text.lines)
    for change in changes:
        if change.range is None:
            lines = split_lines(change.text)
        else:
            _replace(lines, change.range, change.text, encoding)
    return Text.of_lines(tuple(lines))


def _replace(lines: list[str], where: Range, new: str, encoding: PositionEncoding) -> None:
    start, end = sorted((_place(lines, where.start, encoding), _place(lines, where.end, encoding)))
    first, last = start[0], end[0]
    chunk = lines[first][: start[1]] + new + lines[last][end[1] :]
    # The edit may have put a line feed right behind a carriage return, which makes the two one line end.
    if first > 0 and lines[first - 1].endswith("\r"):
        first -= 1
        chunk = lines[first] + chunk
    if last + 1 < len(lines) and chunk.endswith("\r"):
        last += 1
        chunk += lines[last]
    made = split_lines(chunk)
    lines[first : last + 1] = made if last + 1 == len(lines) else made[:-1]


def _place(lines: list[str], position: Position, encoding: PositionEncoding) -> tuple[int, int]:
    """Line and index within it, in code points, moved into the text."""
    if position.line < 0:
        return 0, 0
    if position.line >= len(lines):
        return len(lines) - 1, len(lines[-1])
    line = lines[position.line].rstrip("\r\n")
    if line.isascii():
        return position.line, min(max(position.character, 0), len(line))
    inside = Text(line).from_client(Position(0, max(position.character, 0)), encoding)
    return position.line, min(inside.character, len(line))
