"""A text as lines: their words apart from their ends, and where each begins."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from rulewright.core.text import split_lines

_NUMBERED = re.compile(r"\s*(\d{1,6})(?:\t|\s?→|\s*[|│]\s?|:\s?)")
_LEAST = 2
"""Lines that must be numbered before numbers are taken for numbers of lines."""


class Lines:
    """The lines of a text. An empty one behind a final line end is none of them."""

    def __init__(self, content: str) -> None:
        whole = split_lines(content)
        if not whole[-1]:
            whole.pop()
        self.whole = whole
        self.bare = [line.rstrip("\r\n") for line in whole]
        self.starts = [0, *accumulate(map(len, whole))]
        """One more than there are lines."""

    def __len__(self) -> int:
        return len(self.whole)

    def row(self, offset: int) -> int:
        """The line that an offset is on; the number of lines for the end of the text."""
        return min(bisect_right(self.starts, offset) - 1, len(self.whole))

    def rows(self, start: int, end: int) -> tuple[int, int]:
        """The lines that a stretch touches, from and up to."""
        first = self.row(start)
        last = self.row(max(end - 1, start)) + 1 if end > start else first
        return first, min(last, len(self.whole))

    def newline(self, first: int = 0, last: int | None = None) -> str:
        """The line end that most of some lines have, or of all where those have none."""
        ends = Counter(line[len(line.rstrip("\r\n")) :] for line in self.whole[first:last])
        del ends[""]
        if ends:
            return ends.most_common(1)[0][0]
        return self.newline() if first or last is not None else "\n"


def split(text: str) -> list[str]:
    """The lines of a block of an answer, whose ends are line feeds."""
    return text.removesuffix("\n").split("\n") if text else []


def trimmed(lines: Sequence[str]) -> tuple[int, int]:
    """From and up to which line there is any text."""
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return first, last


def without_numbers(lines: Sequence[str], *, is_sure: bool = False) -> list[str] | None:
    """The lines without the numbers in front of them; None where they have none.

    Every line with text has one, and they count up by one; where it `is_sure` that there are numbers, by any amount.
    """
    found: list[str] = []
    last, n_numbered = -1, 0
    for line in lines:
        match = _NUMBERED.match(line)
        if match is None:
            if line.strip():
                return None
            found.append(line)
            last += last >= 0
            continue
        number = int(match[1])
        if last >= 0 and number != last + 1 and not (is_sure and number >= last):
            return None
        last = number
        n_numbered += 1
        found.append(line[match.end() :])
    return found if n_numbered >= (1 if is_sure else _LEAST) else None
