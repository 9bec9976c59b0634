"""Edits of a text by offset, applied together or refused when they overlap."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import pairwise

import msgspec


class Edit(msgspec.Struct, frozen=True, order=True):
    """Replace the code points from `start` up to `end` by `new_text`; equal offsets insert."""

    start: int
    end: int
    new_text: str


def disjoint(edits: Iterable[tuple[Edit, ...]], *, in_order: bool = False) -> list[Edit]:
    """The edits of every group that overlaps no group kept before it, sorted; a group is kept whole or not at all.

    Groups are considered by their first offset, the longer one first, or `in_order` as they come. Two insertions at one
    place overlap: their order would be a guess.
    """
    kept: list[Edit] = []
    groups = [tuple(sorted(g)) for g in edits if g]
    for group in groups if in_order else sorted(groups, key=lambda g: (g[0].start, -g[-1].end)):
        if not any(_touches_one(edit, kept) for edit in group) and not _overlaps_itself(group):
            for edit in group:
                insort(kept, edit)
    return kept


def _touches_one(edit: Edit, kept: list[Edit]) -> bool:
    """Whether `edit` touches one of `kept`, which are sorted and touch each other nowhere, so neighbours suffice."""
    at = bisect_left(kept, edit)
    return any(_touches(edit, other) for other in kept[max(at - 1, 0) : at + 1])


def _overlaps_itself(group: tuple[Edit, ...]) -> bool:
    return any(a.end > b.start for a, b in pairwise(group))


def _touches(a: Edit, b: Edit) -> bool:
    if a.start == a.end or b.start == b.end:
        return a.start <= b.end and b.start <= a.end
    return a.start < b.end and b.start < a.end


def apply(content: str, edits: Iterable[Edit]) -> str:
    """`content` with non-overlapping edits made; raises ValueError when two overlap or one lies outside."""
    parts: list[str] = []
    done = 0
    for edit in sorted(edits):
        if not done <= edit.start <= edit.end <= len(content):
            raise ValueError(f"edit {edit.start}:{edit.end} overlaps another or lies outside the text")
        parts += (content[done : edit.start], edit.new_text)
        done = edit.end
    parts.append(content[done:])
    return "".join(parts)
