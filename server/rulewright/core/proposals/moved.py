"""Places of a text after its edits, and what was reported before and is again: syntax errors and findings."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import msgspec

from rulewright.core.baseline import hash_of
from rulewright.core.edits import Edit
from rulewright.core.findings import Finding
from rulewright.core.index.soundness import Unsound
from rulewright.core.text import Text


class Moves:
    """Where offsets of a text are once its edits are made."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self.edits = sorted(edits)
        self._ends = [edit.end for edit in self.edits]
        self._grown = [0, *accumulate(len(e.new_text) - (e.end - e.start) for e in self.edits)]

    def offset(self, offset: int, *, is_end: bool = False) -> int:
        """An offset; inside of what is replaced the nearest end. What is put in right there comes before a start."""
        at = bisect_right(self._ends, offset)
        if is_end and at and self.edits[at - 1].start == self.edits[at - 1].end == offset:
            at -= 1
        if at < len(self.edits) and self.edits[at].start < offset:
            edit = self.edits[at]
            return min(offset, edit.start + len(edit.new_text)) + self._grown[at]
        return offset + self._grown[at]

    def touches(self, start: int, end: int) -> bool:
        """Whether an edit lies in a stretch of the old text, or at its ends."""
        return any(edit.start <= end and edit.end >= start for edit in self.edits)

    def made(self) -> list[tuple[int, int]]:
        """The stretches of the new text that the edits made."""
        return [
            (e.start + grown, e.start + grown + len(e.new_text))
            for e, grown in zip(self.edits, self._grown, strict=False)
        ]


def new_errors(before: Sequence[Unsound], after: Sequence[Unsound], moves: Moves) -> list[Unsound]:
    """Errors that were not there.

    Each old one accounts for one: at its place, or within it if nothing in it was changed, for a parser sees the end of
    an error differently when something behind it changes.
    """
    left = list(after)
    waiting: list[Unsound] = []
    for error in before:
        start = moves.offset(error.start)
        same = next((e for e in left if e.start == start), None)
        if same is None:
            waiting.append(error)
        else:
            left.remove(same)
    for error in waiting:
        if moves.touches(error.start, error.end):
            continue
        start, end = moves.offset(error.start), moves.offset(error.end, is_end=True)
        near = next((e for e in left if start <= e.start <= end), None)
        if near is not None:
            left.remove(near)
    return left


class Compared(msgspec.Struct, frozen=True):
    """Findings of two states of a text."""

    new: tuple[Finding, ...]
    """Those that no old one accounts for."""
    again: tuple[tuple[Finding, Finding], ...]
    """An old one, and the one of the new text that it is now."""


def compare(
    before: Sequence[Finding], after: Sequence[Finding], old_text: str, new_text: str, edits: Sequence[Edit]
) -> Compared:
    """Which findings are new.

    Outside of edits a finding is known by its place. Where lines were changed it is known by its rule and its line's
    text, as a baseline knows it, and after those by its rule alone.
    """
    moves = Moves(edits)
    old, new = Text(old_text), Text(new_text)
    changed_old = _rows(old, [(e.start, e.end) for e in edits])
    changed_new = _rows(new, moves.made())
    left = list(after)
    again: list[tuple[Finding, Finding]] = []
    waiting: list[Finding] = []
    at: dict[tuple[str, int], list[Finding]] = {}
    for finding in after:
        at.setdefault((finding.rule_id, finding.start), []).append(finding)
    for finding in before:
        is_touched = _is_in(_span(old, finding), changed_old)
        same = at.get((finding.rule_id, moves.offset(finding.start)), [])
        if same and not is_touched:
            one = same.pop()
            left.remove(one)
            again.append((finding, one))
        else:
            waiting.append(finding)
    for is_exact in (True, False):
        for finding in list(waiting):
            if not _is_in(_span(old, finding), changed_old):
                continue
            line = hash_of(old.line(old.position(finding.start).line))
            for one in left:
                row = new.position(one.start).line
                if one.rule_id != finding.rule_id or (is_exact and hash_of(new.line(row)) != line):
                    continue
                if _is_in(_span(new, one), changed_new) or is_exact:
                    left.remove(one)
                    waiting.remove(finding)
                    again.append((finding, one))
                    break
    return Compared(tuple(left), tuple(again))


Rows = list[tuple[int, int]]


def _rows(text: Text, stretches: Sequence[tuple[int, int]]) -> Rows:
    return [(text.position(start).line, text.position(end).line) for start, end in stretches]


def _span(text: Text, finding: Finding) -> tuple[int, int]:
    start = text.position(finding.start).line
    return start, max(start, text.position(max(finding.end - 1, finding.start)).line)


def _is_in(span: tuple[int, int], rows: Rows) -> bool:
    return any(first <= span[1] and last >= span[0] for first, last in rows)
