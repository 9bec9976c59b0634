"""Apply the safe fixes of a text, again and again until nothing is left to fix."""

from collections.abc import Callable, Sequence

import msgspec

from rulewright.core.edits import apply
from rulewright.core.findings import Finding, safe_edits

MAX_PASSES = 10
"""Rounds of fixing one text: fixes that undo each other must come to an end."""


class Fixed(msgspec.Struct, frozen=True):
    """A text after its fixes."""

    content: str
    n_fixed: int
    remaining: tuple[Finding, ...]


def fix_text(content: str, findings: Sequence[Finding], check: Callable[[str], Sequence[Finding]]) -> Fixed:
    """`content` with the safe fixes of `findings` applied, then of what `check` finds in the result, and so on.

    Overlapping fixes wait for the next round. A text that comes up again ends the rounds.
    """
    n_fixed, seen = 0, {content}
    for _ in range(MAX_PASSES):
        groups = [f.fix.edits for f in findings if f.fix and f.fix.safe]
        edits = safe_edits(findings)
        changed = apply(content, edits) if edits else content
        if changed in seen:
            break
        seen.add(changed)
        kept = set(edits)
        n_fixed += sum(1 for group in groups if set(group) <= kept)
        content, findings = changed, check(changed)
    return Fixed(content, n_fixed, tuple(findings))
