"""What of a text an edit may change: what is chosen, widened to whole lines and to the definition around it."""

from rulewright.core.proposals.defs import definitions
from rulewright.core.text import Position, Text

MAX_LINES = 400
"""Lines of a definition that a choice is widened to; more of it is not needed for a change in one place."""
AROUND = 20
"""Lines before and behind a place that no definition, or a long one, holds."""


def widened(text: str, language: str, start: int, end: int) -> tuple[int, int]:
    """Offsets of whole lines. A cursor, or a choice within one definition, means that definition with its comments.

    A choice of several definitions, or of code outside of all, means its own lines and some around a cursor.
    """
    lines = Text(text)
    first = lines.position(start).line
    last = lines.position(max(start, end - 1) if end > start else end).line
    holding = [one for one in definitions(text, language) if one.lead <= first and last <= one.last]
    small = [one for one in holding if one.last - one.lead < MAX_LINES]
    if small:
        # The innermost: a method rather than its class.
        one = min(small, key=lambda found: found.last - found.lead)
        return _lines(lines, one.lead, one.last)
    if start == end or holding:
        return _lines(lines, first - AROUND, last + AROUND)
    return _lines(lines, first, last)


def _lines(text: Text, first: int, last: int) -> tuple[int, int]:
    """Offsets of rows from `first` to `last`, with the end of the last one."""
    first, last = max(0, first), min(last, text.n_lines - 1)
    start = text.offset(Position(first, 0))
    return start, text.offset(Position(last + 1, 0)) if last + 1 < text.n_lines else len(text.content)
