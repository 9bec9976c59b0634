"""What `rulewright check` found, before it is written as text, JSON or SARIF."""

import msgspec

from rulewright.core.findings import Finding
from rulewright.core.sources import Skipped


class Summary(msgspec.Struct, frozen=True):
    """Counts of one run."""

    files: int
    """Files that were looked at."""
    rules: int
    """Rules in force."""
    findings: int
    by_severity: dict[str, int]
    fixable: int
    """Findings that `--fix` would remove."""
    fixed: int
    """Findings that `--fix` did remove."""
    skipped: int
    """Files and folders that were left out."""
    seconds: float


class CheckOutcome(msgspec.Struct, frozen=True):
    """All that there is to report."""

    root: str
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    summary: Summary
