"""The headings of Markdown: where they are, moving them to another depth, and the sections that they begin."""

import re
from collections.abc import Sequence

import msgspec

_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_NO_PARAGRAPH = re.compile(r"^(?:\s*$| {4}|\t| {0,3}(?:[-*+>|#]|\d+[.)]\s|<|`{3}|~{3}))")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
DEEPEST = 6


class Heading(msgspec.Struct, frozen=True):
    """A heading, of one line or underlined."""

    row: int
    n_rows: int
    level: int
    title: str


def headings(lines: Sequence[str]) -> list[Heading]:
    """The headings of a text given as lines without their ends; what is fenced holds none."""
    found: list[Heading] = []
    fence = ""
    for row, line in enumerate(lines):
        if fence:
            if is_closing(line, fence):
                fence = ""
        elif opening := opening_fence(line):
            fence = opening[0]
        elif heading := _ATX.match(line):
            found.append(Heading(row, 1, len(heading[1]), _title(line[heading.end() :])))
        elif row and (under := _UNDERLINE.match(line)) and _is_paragraph(lines, row - 1, found):
            found.append(Heading(row - 1, 2, 1 if under[1][0] == "=" else 2, lines[row - 1].strip()))
    return found


def _title(written: str) -> str:
    """The words of a heading without the signs that may close it. No expression: lines may be very long."""
    title = written.strip()
    bare = title.rstrip("#")
    return bare.rstrip() if not bare or bare[-1] in " \t" else title


def opening_fence(line: str) -> tuple[str, str] | None:
    """The fence that a line opens and the words behind it."""
    fence = _FENCE.match(line)
    # Backticks behind backticks are code in a line, not a block.
    if fence is None or (fence[1][0] == "`" and "`" in fence[2]):
        return None
    return fence[1], fence[2].strip()


def is_closing(line: str, fence: str) -> bool:
    """Whether a line ends the block that `fence` opened."""
    closing = _FENCE.match(line)
    return bool(closing and closing[1].startswith(fence) and not closing[2].strip())


def _is_paragraph(lines: Sequence[str], row: int, found: Sequence[Heading]) -> bool:
    is_heading = bool(found) and found[-1].row + found[-1].n_rows > row
    # A paragraph of several lines above dashes is rarely meant as a heading, and a rule must not lose a line to one.
    stands_alone = row == 0 or not lines[row - 1].strip()
    return stands_alone and not is_heading and not _NO_PARAGRAPH.match(lines[row])


def nested(lines: Sequence[str], level: int) -> list[str]:
    """The lines with their headings moved, so that the highest is of `level`; the deepest stay at six."""
    found = headings(lines)
    if not found:
        return list(lines)
    by = level - min(heading.level for heading in found)
    moved = list(lines)
    for heading in found:
        depth = min(heading.level + by, DEEPEST)
        moved[heading.row] = f"{'#' * depth} {heading.title}".rstrip()
        if heading.n_rows > 1:
            # A blank line keeps the number of lines, which others count by.
            moved[heading.row + 1] = ""
    return moved
