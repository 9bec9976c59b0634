"""The smallest readable edits that make one text of another.

Lines are compared first, anchored on those that each text has once (as patience diff does), between anchors by Myers'
greedy algorithm. Within changed lines only what differs is replaced. Where a gap between anchors needs more than
`MAX_STEPS` insertions and deletions it becomes one edit, so the work is at most about `MAX_STEPS` for each line: two
texts of 10,000 lines that have nothing in common take well under a second.
"""

import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from rulewright.core.edits import Edit
from rulewright.core.text import split_lines

MAX_STEPS = 100
"""Lines that come and go between two anchors."""
_JOINER = "\u200d"

Hunk = tuple[int, int, int, int]
"""Lines from and up to which the old text differs, and those of the new text."""


def smallest(before: str, after: str) -> tuple[Edit, ...]:
    """The edits that turn `before` into `after`: sorted, disjoint and none empty."""
    if before == after:
        return ()
    old, new = split_lines(before), split_lines(after)
    starts = _starts(old)
    edits: list[Edit] = []
    for old_start, old_end, new_start, new_end in hunks(old, new):
        if old_end - old_start == new_end - new_start and old_end - old_start > 1:
            pairs = [
                (old_start + k, old_start + k + 1, new_start + k, new_start + k + 1) for k in range(old_end - old_start)
            ]
            if all(_alike(old[n], new[m]) for n, _, m, _ in pairs):
                edits += (edit for pair in pairs if (edit := _within(before, starts, new, pair)))
                continue
        if edit := _within(before, starts, new, (old_start, old_end, new_start, new_end)):
            edits.append(edit)
    return tuple(_joined(edits))


def hunks(old: Sequence[str], new: Sequence[str]) -> list[Hunk]:
    """Where two sequences of lines differ, in order; between two of them at least one line is the same."""
    found: list[Hunk] = []
    for hunk in _differing(old, new):
        if found and found[-1][1] == hunk[0] and found[-1][3] == hunk[2]:
            found[-1] = (found[-1][0], hunk[1], found[-1][2], hunk[3])
        else:
            found.append(hunk)
    return found


def _differing(old: Sequence[str], new: Sequence[str]) -> Iterator[Hunk]:
    waiting: list[Hunk] = [(0, len(old), 0, len(new))]
    while waiting:
        a, b, c, d = waiting.pop()
        while a < b and c < d and old[a] == new[c]:
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
        if a == b and c == d:
            continue
        if a == b or c == d:
            yield a, b, c, d
            continue
        if anchors := _anchors(old, new, (a, b, c, d)):
            # The last in comes out first, so that hunks come in order.
            ends = [(a, c), *((n + 1, m + 1) for n, m in anchors)]
            waiting += reversed([(n, i, m, j) for (n, m), (i, j) in zip(ends, [*anchors, (b, d)], strict=True)])
            continue
        yield from _shortest(old, new, (a, b, c, d))


def _anchors(old: Sequence[str], new: Sequence[str], part: Hunk) -> list[tuple[int, int]]:
    """Lines that both parts have once, as many as come in the same order."""
    a, b, c, d = part
    n_old, n_new = Counter(old[a:b]), Counter(new[c:d])
    places = {line: m for m, line in enumerate(new[c:d], c) if n_new[line] == 1 and n_old[line] == 1}
    pairs = [(n, places[line]) for n, line in enumerate(old[a:b], a) if line in places]
    tails: list[int] = []
    chain: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(tails, place)
        before.append(chain[at - 1] if at else -1)
        tails[at : at + 1] = [place]
        chain[at : at + 1] = [number]
    found: list[tuple[int, int]] = []
    at = chain[-1] if chain else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]


def _shortest(old: Sequence[str], new: Sequence[str], part: Hunk) -> Iterator[Hunk]:
    """The fewest lines that come and go, or all of the part where there are too many."""
    a, b, c, d = part
    n, m = b - a, d - c
    reach = {1: 0}
    trace: list[dict[int, int]] = []
    for step in range(min(n + m, MAX_STEPS) + 1):
        trace.append(dict(reach))
        for k in range(-step, step + 1, 2):
            down = k == -step or (k != step and reach[k - 1] < reach[k + 1])
            x = reach[k + 1] if down else reach[k - 1] + 1
            y = x - k
            while x < n and y < m and old[a + x] == new[c + y]:
                x, y = x + 1, y + 1
            reach[k] = x
            if x >= n and y >= m:
                yield from _path(trace, part)
                return
    yield part


def _path(trace: list[dict[int, int]], part: Hunk) -> Iterator[Hunk]:
    a, b, c, d = part
    x, y = b - a, d - c
    found: list[Hunk] = []
    for step in range(len(trace) - 1, 0, -1):
        reach = trace[step]
        k = x - y
        down = k == -step or (k != step and reach[k - 1] < reach[k + 1])
        from_x = reach[k + 1] if down else reach[k - 1]
        from_y = from_x - (k + 1 if down else k - 1)
        to_x, to_y = (from_x, from_y + 1) if down else (from_x + 1, from_y)
        found.append((a + from_x, a + to_x, c + from_y, c + to_y))
        x, y = from_x, from_y
    # Single lines that touch are one hunk; `hunks` joins them.
    yield from reversed(found)


def _within(before: str, starts: list[int], new: Sequence[str], hunk: Hunk) -> Edit | None:
    """One edit for a hunk, without what its texts have in common at both ends."""
    start, end = starts[hunk[0]], starts[hunk[1]]
    old_text, new_text = before[start:end], "".join(new[hunk[2] : hunk[3]])
    if old_text == new_text:
        return None
    if not old_text or not new_text:
        return Edit(start, end, new_text)
    limit = min(len(old_text), len(new_text))
    head = 0
    while head < limit and old_text[head] == new_text[head]:
        head += 1
    while head and (cuts(old_text, head) or cuts(new_text, head)):
        head -= 1
    tail = 0
    while tail < limit - head and old_text[-1 - tail] == new_text[-1 - tail]:
        tail += 1
    while tail and (cuts(old_text, len(old_text) - tail) or cuts(new_text, len(new_text) - tail)):
        tail -= 1
    return Edit(start + head, end - tail, new_text[head : len(new_text) - tail])


def cuts(text: str, offset: int) -> bool:
    """Whether a cut at `offset` parts what belongs together: CR and LF, a pair, a letter and its marks, an emoji."""
    if not 0 < offset < len(text):
        return False
    left, right = text[offset - 1], text[offset]
    if right < "\x80":
        return left == "\r" and right == "\n"
    if "\udc00" <= right <= "\udfff":
        return "\ud800" <= left <= "\udbff"
    if left in "\r\n":
        return False
    return (
        _JOINER in (left, right) or unicodedata.category(right).startswith("M") or "\U0001f3fb" <= right <= "\U0001f3ff"
    )


def _alike(old: str, new: str) -> bool:
    """Whether two lines share so much that each reads well as a change of its own."""
    limit = min(len(old), len(new))
    head = 0
    while head < limit and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < limit - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return (head + tail) * 2 > max(len(old), len(new))


def _joined(edits: list[Edit]) -> list[Edit]:
    """Edits that touch as one, for what is inserted beside another edit has no order of its own."""
    found: list[Edit] = []
    for edit in edits:
        if found and found[-1].end == edit.start:
            found[-1] = Edit(found[-1].start, edit.end, found[-1].new_text + edit.new_text)
        else:
            found.append(edit)
    return found


def _starts(lines: Sequence[str]) -> list[int]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    return starts
