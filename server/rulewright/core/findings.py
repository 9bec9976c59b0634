"""What Rulewright reports about a file: one shape for a violated rule, a broken rule file and an unused comment."""

from typing import Literal

import msgspec

from rulewright.core.edits import Edit
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
