"""Which part of a file a model that fills a hole is shown.

A server keeps what it has read of a prompt as long as the next one begins with the same text. So the part begins and
ends at anchors: line starts in fixed distances from the file's beginning, and from its end, which typing in between
does not move. It gives up one anchor when there is no more room, which is once in many keystrokes.
"""

from collections.abc import Callable
from functools import lru_cache

import msgspec

from rulewright.core.tokens import estimate

SUFFIX_SHARE = 0.25
"""Of the budget; what one side does not need goes to the other."""
_SMALLEST_CHUNK = 64
_LEAST_COST = 130
"""Tokens that a chunk counts at least: more than somebody types while an anchor has to hold."""
_FINEST = 16
"""Characters to which a place within a line is rounded."""


class Window(msgspec.Struct, frozen=True):
    """A part of a file around a cursor."""

    prefix: str
    suffix: str
    first_line: int
    """Of the prefix, from 1."""
    last_line: int
    """In which the last character of the suffix stands, or the cursor where it is empty."""


def window(text: str, offset: int, budget: int) -> Window:
    """The part of `text` around `offset`, of at most `budget` tokens as `core.tokens` estimates them.

    It begins where a line does and ends behind a line end, but for lines that are too long to be shown whole.
    """
    offset = min(max(offset, 0), len(text))
    if budget <= 0:
        line = text.count("\n", 0, offset) + 1
        return Window("", "", line, line)
    chunk = _SMALLEST_CHUNK
    while chunk * 2 <= budget // 4:
        chunk *= 2
    least = min(_LEAST_COST, budget // 8)
    before = _steps(text, offset, _anchors_before(text, offset, chunk), budget, least)
    after = _steps(text, offset, _anchors_after(text, offset, chunk), budget, least)
    share = int(budget * SUFFIX_SHARE)
    # What is not needed is known only of a side that fits as a whole.
    all_before = before[-1][1] if before and before[-1][0] == 0 else budget
    all_after = after[-1][1] if after and after[-1][0] == len(text) else budget
    start = _farthest(before, max(budget - share, budget - all_after))
    end = _farthest(after, max(share, budget - all_before))
    if start is None:
        start = _cut(lambda at: text[at:offset], offset, -1, budget - share, before[0][0] if before else offset)
    if end is None:
        end = _cut(lambda at: text[offset:at], offset, 1, share, after[0][0] if after else offset)
    prefix, suffix = text[start:offset], text[offset:end]
    first = text.count("\n", 0, start) + 1
    last = first + prefix.count("\n") + suffix.count("\n") - suffix.endswith("\n")
    return Window(prefix, suffix, first, last)


def _anchors_before(text: str, offset: int, chunk: int) -> list[int]:
    """Where the prefix may begin, the nearest first; the last is 0. Made as they are asked for would cost more."""
    line = text.rfind("\n", 0, offset) + 1
    found = []
    for number in range(offset // chunk, 0, -1):
        at = number * chunk
        start = at if text[at - 1] == "\n" else text.find("\n", at, min(at + chunk, offset)) + 1
        if not start:
            start = at
        if start <= line or line < offset - chunk:
            found.append(start)
        if len(found) >= _MAX_ANCHORS:
            return found
    return [*found, 0]


def _anchors_after(text: str, offset: int, chunk: int) -> list[int]:
    """Where the suffix may end, the nearest first."""
    found = []
    for number in range((len(text) - offset) // chunk, 0, -1):
        at = len(text) - number * chunk
        end = text.rfind("\n", max(at - chunk, offset), at) + 1
        if not end:
            # The cursor's own line is not cut, unless it is a long one.
            is_own = at - chunk < offset and text.find("\n", at, at + chunk) >= 0
            end = 0 if is_own else at
        if end > offset:
            found.append(end)
        if len(found) >= _MAX_ANCHORS:
            return found
    return [*found, len(text)]


_MAX_ANCHORS = 200
"""A budget holds a few dozen chunks."""


def _steps(text: str, offset: int, anchors: list[int], budget: int, least: int) -> list[tuple[int, int]]:
    """The anchors that a budget reaches, each with the tokens up to it."""
    found: list[tuple[int, int]] = []
    at, cost = offset, 0
    for anchor in anchors:
        piece = text[min(at, anchor) : max(at, anchor)]
        # A piece may be rounded down, so each counts one more.
        cost += max(least, _tokens(piece) + 1) if piece else 0
        found.append((anchor, cost))
        if cost > budget:
            break
        at = anchor
    return found


@lru_cache(maxsize=1024)
def _tokens(piece: str) -> int:
    # In one long line, words and runs of signs that a cut parts count more as a whole than their parts do.
    return estimate(piece) if "\n" in piece else estimate(piece) * 3 // 2


def _farthest(steps: list[tuple[int, int]], budget: int) -> int | None:
    """The last anchor within a budget; None where not even the first is."""
    return next((anchor for anchor, cost in reversed(steps) if cost <= budget), None)


def _cut(piece: Callable[[int], str], offset: int, direction: int, budget: int, farthest: int) -> int:
    """How far one gets on the way to an anchor that is too far: to a line's end, or into a line."""
    text = piece(farthest)
    ends = [at + 1 for at, sign in enumerate(text) if sign == "\n"]
    places = [offset + end for end in ends] if direction > 0 else [farthest + end for end in reversed(ends)]
    low, high = 0, len(places)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if estimate(piece(places[middle - 1])) <= budget else (low, middle - 1)
    if low:
        return places[low - 1]
    size = len(text)
    while size > 0 and estimate(piece(offset + direction * size)) > budget:
        size //= 2
    at = offset + direction * size
    return min(offset, -(-at // _FINEST) * _FINEST) if direction < 0 and size > _FINEST else at
