"""A text while blocks are put into it one after the other; it remembers what of the original each replaces."""

import msgspec

from rulewright.core.edits import Edit
from rulewright.core.proposals.smallest import smallest


class _Region(msgspec.Struct):
    """A stretch of the original, and what it has become."""

    start: int
    end: int
    now_start: int
    now_end: int


class Draft:
    """The original with changes so far; offsets are those of `text` as it is now, unless said otherwise."""

    def __init__(self, original: str, start: int, end: int) -> None:
        self.original = self.text = original
        self.start, self.end = start, end
        """Of the target."""
        self.written: set[str] = set()
        """Names of definitions that were replaced as a whole."""
        self._regions: list[_Region] = []

    def change(self, start: int, end: int, new_text: str) -> None:
        """Replace a stretch; changes that touch become one."""
        left = [r for r in self._regions if r.now_end < start]
        right = [r for r in self._regions if r.now_start > end]
        middle = self._regions[len(left) : len(self._regions) - len(right)]
        shift = left[-1].end - left[-1].now_end if left else 0
        made = _Region(start + shift, 0, start, end)
        if middle and middle[0].now_start < start:
            made.start, made.now_start = middle[0].start, middle[0].now_start
        elif middle and middle[0].now_start == start:
            made.start = middle[0].start
        if middle and middle[-1].now_end >= end:
            made.end, made.now_end = middle[-1].end, middle[-1].now_end
        else:
            last = middle[-1] if middle else left[-1] if left else None
            made.end = end + (last.end - last.now_end if last else 0)
        grown = len(new_text) - (end - start)
        made.now_end += grown
        for region in right:
            region.now_start += grown
            region.now_end += grown
        if start < self.start:
            # What ends before the target, or reaches into it.
            self.start = max(self.start + grown, start) if end <= self.start else start
        if start <= self.end and end <= self.end:
            self.end += grown
        elif start <= self.end:
            self.end = start + len(new_text)
        self._regions = [*left, made, *right]
        self.text = self.text[:start] + new_text + self.text[end:]

    def edits(self) -> tuple[Edit, ...]:
        """The smallest edits of the original, none of which leaves what was changed."""
        found: list[Edit] = []
        for region in self._regions:
            before = self.original[region.start : region.end]
            for edit in smallest(before, self.text[region.now_start : region.now_end]):
                moved = Edit(edit.start + region.start, edit.end + region.start, edit.new_text)
                if found and found[-1].end == moved.start:
                    moved = Edit(found[-1].start, moved.end, found.pop().new_text + moved.new_text)
                found.append(moved)
        return tuple(found)
