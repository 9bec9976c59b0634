"""Where the searched lines of a block stand in a text, and what stands there then.

From the strictest to the most tolerant: the same lines; the same but for white space at their ends; the same but for
an indentation that is moved alike; and last, where context was written from memory, one place that is much like what
is searched and like no other. What is replaced itself must stand there word for word: `FUZZY` forgives context only.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher

import msgspec

from rulewright.core.proposals.indent import Shift, Style, lead_of, shift_of
from rulewright.core.proposals.lines import Lines
from rulewright.core.proposals.smallest import hunks

FUZZY = 0.8
"""The share of the letters of both, the place and what is searched, that must stand in lines which are the same."""
MARGIN = 0.1
"""By how much it must be more like that than any other place."""
MAX_FUZZY_LINES = 300
MAX_FUZZY_PLACES = 40
_MIN_SIGNS = 4
"""Letters and digits that a line must have to be told from others."""


class Found(msgspec.Struct, frozen=True):
    """A place for a block."""

    first: int
    last: int
    """Rows from and up to."""
    pairs: tuple[tuple[int, int], ...]
    """Lines of the search, and rows of the text that stand for them."""
    shift: Shift


def matches(lines: Lines, search: Sequence[str], replace: Sequence[str]) -> list[list[Found]]:
    """The places of each level of tolerance, the strictest first."""
    found: list[list[Found]] = []
    for plain in (str, str.rstrip, str.strip):
        rows = _rows(lines.bare, search, plain)
        level = [place for row in rows if (place := _at(lines, search, replace, row)) is not None]
        found.append(level)
    return found


def _rows(bare: Sequence[str], search: Sequence[str], plain: Callable[[str], str]) -> list[int]:
    """The rows where all searched lines stand."""
    wanted = [plain(line) for line in search]
    there = [plain(line) for line in bare]
    if not wanted or len(wanted) > len(there):
        return []
    counts = Counter(there)
    anchor = min(range(len(wanted)), key=lambda n: counts[wanted[n]])
    if not counts[wanted[anchor]]:
        return []
    rows = [row - anchor for row, line in enumerate(there) if line == wanted[anchor]]
    n = len(wanted)
    return [row for row in rows if row >= 0 and there[row : row + n] == wanted]


def _at(lines: Lines, search: Sequence[str], replace: Sequence[str], row: int) -> Found | None:
    there = lines.bare[row : row + len(search)]
    shift = shift_of(zip(search, there, strict=True), [*search, *replace], lines.bare)
    if shift is None and [*map(str.rstrip, search)] == [*map(str.rstrip, there)]:
        # Tabs and spaces that mix are kept as they are.
        shift = Shift({lead_of(line): lead_of(line) for line in search}, Style(), Style())
    if shift is None:
        return None
    return Found(row, row + len(search), tuple((n, row + n) for n in range(len(search))), shift)


def fuzzy(lines: Lines, search: Sequence[str], replace: Sequence[str]) -> Found | None:
    """The one place that is much like the search, when it is like no other and only context differs."""
    if not 2 < len(search) <= MAX_FUZZY_LINES:  # noqa: PLR2004 - of two lines one would have to be wrong
        return None
    ranked = _ranked(lines.bare, search)
    if not ranked or ranked[0][0] < FUZZY:
        return None
    likeness, first, last = ranked[0]
    others = [like for like, start, end in ranked[1:] if end <= first or start >= last]
    if others and others[0] > likeness - MARGIN:
        return None
    here, there = [line.strip() for line in search], [line.strip() for line in lines.bare[first:last]]
    pairs: list[tuple[int, int]] = []
    n = m = 0
    for a, b, _, d in [*hunks(here, there), (len(here), len(here), len(there), len(there))]:
        pairs += ((n + k, first + m + k) for k in range(a - n))
        n, m = b, d
    shift = shift_of(((search[a], lines.bare[b]) for a, b in pairs), [*search, *replace], lines.bare)
    if shift is None:
        return None
    return Found(first, last, tuple(pairs), shift)


def _ranked(bare: Sequence[str], search: Sequence[str]) -> list[tuple[float, int, int]]:
    """Likeness of places, the best first, of those that share a line with the search where it has it."""
    there: dict[str, list[int]] = {}
    for row, line in enumerate(bare):
        there.setdefault(line.strip(), []).append(row)
    starts: Counter[int] = Counter()
    for number, line in enumerate(search):
        text = line.strip()
        rows = there.get(text, ())
        if sum(map(str.isalnum, text)) >= _MIN_SIGNS and len(rows) <= MAX_FUZZY_PLACES:
            starts.update(row - number for row in rows)
    wanted = [line.strip() for line in search]
    n = len(search)
    ranked: list[tuple[float, int, int]] = []
    for start, _ in starts.most_common(MAX_FUZZY_PLACES):
        best = (0.0, 0, 0)
        for first in range(max(start - 1, 0), max(start, 0) + 2):
            for last in range(max(first + n - 1, first + 1), min(first + n + 1, len(bare)) + 1):
                best = max(best, (_likeness([line.strip() for line in bare[first:last]], wanted), first, last))
        ranked.append(best)
    return sorted(set(ranked), key=lambda one: (-one[0], one[1]))


def _likeness(there: Sequence[str], wanted: Sequence[str]) -> float:
    """The share of letters that stand in lines which both have, in the same order."""
    total = sum(map(len, there)) + sum(map(len, wanted))
    gone = sum(len(line) for a, b, _, _ in hunks(there, wanted) for line in there[a:b])
    come = sum(len(line) for _, _, c, d in hunks(there, wanted) for line in wanted[c:d])
    return 1 - (gone + come) / total if total else 0.0


def rewritten(lines: Lines, place: Found, search: Sequence[str], replace: Sequence[str]) -> list[str] | None:
    """The lines, with their ends, that stand at a place then; what the block does not change stays byte for byte.

    None where what it changes does not stand there, or it is not known where in the place it goes.
    """
    row_of = dict(place.pairs)
    exact, ending = set(search), {line.rstrip() for line in search}
    # White space that the answer puts behind lines which it repeats is an oversight.
    replace = [line.rstrip() if line not in exact and line.rstrip() in ending else line for line in replace]
    newline = lines.newline(place.first, place.last)
    result: list[str] = []
    done = place.first
    for a, b, c, d in hunks(search, replace):
        span = _span(row_of, a, b, len(search), place)
        if span is None:
            return None
        result += lines.whole[done : span[0]]
        result += [place.shift.line(line) + newline for line in replace[c:d]]
        done = span[1]
    result += lines.whole[done : place.last]
    return ended(result, lines, place.last)


def ended(result: list[str], lines: Lines, last: int) -> list[str]:
    """Lines that replace those up to `last`, with a final line end just where the document has one."""
    newline = lines.newline()
    result = [line if line.endswith(("\n", "\r")) else line + newline for line in result]
    if last == len(lines) and len(lines) and not lines.whole[-1].endswith(("\n", "\r")) and result:
        result[-1] = result[-1].rstrip("\r\n")
    return result


def _span(row_of: dict[int, int], a: int, b: int, n: int, place: Found) -> tuple[int, int] | None:
    """The rows of lines `a` up to `b` of a search; between its neighbours where there are none."""
    if a < b:
        rows = [row_of.get(number) for number in range(a, b)]
        first = rows[0]
        if first is None or rows != list(range(first, first + b - a)):
            return None
        return first, first + b - a
    before = row_of.get(a - 1) if a else place.first - 1
    behind = row_of.get(a) if a < n else place.last
    if before is None or behind is None or behind != before + 1:
        return None
    return behind, behind


def nearest(lines: Lines, search: Sequence[str], first: int, last: int) -> int | None:
    """The row from `first` up to `last` that is most like the first line with text of a search."""
    wanted = next((line.strip() for line in search if line.strip()), "")
    best, at = 0.6, None
    for row in range(first, min(last, first + 400)):
        ratio = SequenceMatcher(None, wanted, lines.bare[row].strip(), autojunk=False).quick_ratio()
        if ratio > best:
            best, at = ratio, row
    return at
