"""Which findings of a file a model is asked about together, and what edits of a file made of it."""

from collections.abc import Sequence
from difflib import SequenceMatcher

import msgspec

from rulewright.core.changed import Lines
from rulewright.core.findings import Finding
from rulewright.core.index.symbols import ROUTINES
from rulewright.core.proposals.defs import Definition, definitions
from rulewright.core.proposals.target import MAX_LINES
from rulewright.core.text import Text

MAX_FINDINGS = 20
"""Findings of one order; a model that has to mend more forgets some."""
AROUND, NEAR = 10, 3
"""Lines around a finding that no function holds, and lines between two of them that are still near each other."""


class Group(msgspec.Struct, frozen=True):
    """Findings that one order is about."""

    findings: tuple[Finding, ...]
    start: int
    end: int
    """Offsets of whole lines: what they are in, and what may change."""


class _Stretch(msgspec.Struct):
    """Rows, the last one included, and what was found there."""

    first: int
    last: int
    is_definition: bool
    findings: list[Finding]


def groups(text: str, language: str, findings: Sequence[Finding]) -> tuple[Group, ...]:
    """The orders for a file, by their first finding: one for each function, and one for lines near each other."""
    lines = Text(text)
    functions = [d for d in definitions(text, language) if d.kind in ROUTINES and d.last - d.lead < MAX_LINES]
    made: list[_Stretch] = []
    for finding in sorted(findings, key=lambda f: (f.start, f.end, f.rule_id)):
        stretch = _stretch(lines, functions, finding)
        same = next((one for one in reversed(made) if _belong(one, stretch, functions)), None)
        if same is None:
            made.append(stretch)
        else:
            same.findings += stretch.findings
            same.last = max(same.last, stretch.last)
    return tuple(Group(tuple(one.findings), *_offsets(lines, one)) for one in made)


def _stretch(lines: Text, functions: Sequence[Definition], finding: Finding) -> _Stretch:
    first = lines.position(finding.start).line
    last = lines.position(max(finding.start, finding.end - 1)).line
    holding = [one for one in functions if one.lead <= first and last <= one.last]
    if holding:
        one = min(holding, key=lambda found: found.last - found.lead)
        return _Stretch(one.lead, one.last, is_definition=True, findings=[finding])

    def is_open(row: int) -> bool:
        """Whether a row belongs to the same lines: it is not empty, and no function's."""
        return bool(lines.line(row).strip()) and not any(one.lead <= row <= one.last for one in functions)

    low, high = first, last
    while low > max(0, first - AROUND) and is_open(low - 1):
        low -= 1
    while high < last + AROUND and is_open(high + 1):
        high += 1
    return _Stretch(low, high, is_definition=False, findings=[finding])


def _belong(one: _Stretch, other: _Stretch, functions: Sequence[Definition]) -> bool:
    if one.is_definition != other.is_definition or len(one.findings) >= MAX_FINDINGS:
        return False
    if one.is_definition:
        return (one.first, one.last) == (other.first, other.last)
    between = any(one.last < function.lead <= other.first for function in functions)
    return other.first <= one.last + NEAR + 1 and not between


def _offsets(lines: Text, stretch: _Stretch) -> tuple[int, int]:
    starts = lines.line_starts
    end = starts[stretch.last + 1] if stretch.last + 1 < len(starts) else len(lines.content)
    return starts[stretch.first], end


def moved_lines(before: str, after: str, changed: Lines | None) -> Lines | None:
    """Where lines of a text are in another one, as `Changes` has them. What differs between both counts as changed."""
    if before == after or changed is None:
        return changed
    found: list[tuple[int, int]] = []
    for tag, low, high, start, end in SequenceMatcher(None, before.split("\n"), after.split("\n")).get_opcodes():
        if tag != "equal":
            found.append((start, end))
            continue
        for first, last in changed:
            inner = max(first, low), min(last, high)
            if inner[0] < inner[1] or (first == last and low <= first <= high):
                found.append((inner[0] + start - low, inner[1] + start - low))
    return tuple(found)
