"""Recognise findings from one run to the next: for baselines, and for services that remember what they were told."""

from collections.abc import Callable, Iterable

from rulewright.core.baseline import Known, hash_of
from rulewright.core.findings import Finding
from rulewright.core.text import Text


def recognise(findings: Iterable[Finding], read: Callable[[str], str]) -> tuple[Known, ...]:
    """What each finding is known by. `read` gives the text of a file, empty where there is none any more."""
    path, text = "", Text("")
    known = []
    for finding in findings:
        if finding.path != path:
            path, text = finding.path, Text(read(finding.path))
        known.append(Known(path, finding.rule_id, hash_of(text.line(finding.range.start.line))))
    return tuple(known)
