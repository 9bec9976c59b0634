"""What Rulewright reports about a file: one shape for a violated rule, a broken rule file and an unused comment."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from rulewright.core.edits import Edit, disjoint
from rulewright.core.text import Range

Severity = Literal["error", "warning", "info", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info", "hint")
"""From the most to the least severe."""


class Fix(msgspec.Struct, frozen=True):
    """A change that makes one finding go away. `safe` fixes are what `--fix` and "fix all" apply."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Finding(msgspec.Struct, frozen=True):
    """One thing to report at one place of one file."""

    rule_id: str
    """The rule's id, or `rulewright/<name>` for what Rulewright itself reports."""
    severity: Severity
    message: str
    path: str
    """Relative to the root of the project, with forward slashes."""
    start: int
    end: int
    """Offsets in code points."""
    range: Range
    note: str = ""
    fix: Fix | None = None
    rule_path: str = ""
    """The file that states the rule, relative to the root; empty for built-in findings."""
    url: str = ""
    other_fixes: tuple[Fix, ...] = ()
    """Other ways to mend it, for people to choose from."""

    def at_least(self, threshold: Severity) -> bool:
        """Whether this finding is as severe as `threshold`, or more."""
        return SEVERITIES.index(self.severity) <= SEVERITIES.index(threshold)


def safe_edits(findings: Iterable[Finding]) -> list[Edit]:
    """The edits of all safe fixes that can be made together, sorted.

    Of fixes that overlap, that of the first and outermost finding is made, as ast-grep does; what a fix replaces may
    begin before its finding.
    """
    fixed = sorted((f for f in findings if f.fix and f.fix.safe), key=lambda f: (f.start, -f.end))
    return disjoint((f.fix.edits for f in fixed if f.fix), in_order=True)
