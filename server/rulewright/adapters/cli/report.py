"""What `rulewright check` found, before it is written as text, JSON or SARIF."""

from collections.abc import Mapping

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
    texts: Mapping[str, str] = {}
    """Texts that are not those on disk, by path."""


def printable(text: str) -> str:
    """Somebody else's text, such as a path or a rule's message, for one line of a terminal.

    Control characters are escaped: they could forge another line, or drive the terminal.
    """
    # Lone surrogates are bytes that were not UTF-8; the stream escapes those.
    return "".join(c if c.isprintable() or "\udc80" <= c <= "\udcff" else repr(c)[1:-1] for c in text)
