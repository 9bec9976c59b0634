"""What `rulewright check` found, before it is written as text or for a program."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from rulewright.core.findings import Finding, Severity
from rulewright.core.sources import Skipped

if TYPE_CHECKING:
    from rulewright.core.baseline import Known
    from rulewright.core.rules.rule import Rule


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
    baselined: int = 0
    """Findings that the baseline hides."""
    stale: int = 0
    """Findings that the baseline lists and that are gone from what was looked at."""
    unchanged: int = 0
    """Findings on lines that did not change since the revision of `--since`; they are not reported."""


class CheckOutcome(msgspec.Struct, frozen=True):
    """All that there is to report."""

    root: str
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    summary: Summary
    texts: Mapping[str, str] = {}
    """Texts that are not those on disk, by path."""
    known: "tuple[Known, ...]" = ()
    """What each finding is known by, for formats that want it."""
    rules: "Mapping[tuple[str, str], Rule]" = {}
    """The rules in force, by id and path."""
    rule_versions: Mapping[str, str] = {}
    """For each file with findings, by path, the name of the set of rules that applied to it."""
    fail_on: Severity | Literal["never"] = "warning"
    """From where on a finding makes the run fail."""
    pruned: bool = False
    """Whether what the baseline lists in vain was taken out of it."""

    def fails(self, finding: Finding) -> bool:
        """Whether a finding makes the run fail."""
        return self.fail_on != "never" and finding.at_least(self.fail_on)


def printable(text: str) -> str:
    """Somebody else's text, such as a path or a rule's message, for one line of a terminal.

    Control characters are escaped: they could forge another line, or drive the terminal.
    """
    if text.isprintable():
        return text
    # Lone surrogates are bytes that were not UTF-8; the stream escapes those.
    return "".join(c if c.isprintable() or "\udc80" <= c <= "\udcff" else repr(c)[1:-1] for c in text)


def path_from_checkout(root: str, path: str, environ: Mapping[str, str] = os.environ) -> str:
    """A path as CI systems link it: from the folder they checked out, else from here; with forward slashes."""
    full = Path(root, path)
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "WORKSPACE"):
        folder = environ.get(name)
        if folder and full.is_relative_to(folder):
            return full.relative_to(folder).as_posix()
    return Path(os.path.relpath(full)).as_posix()
