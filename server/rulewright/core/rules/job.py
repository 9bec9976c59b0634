"""The unit of checking: one file's text with the checks that apply to it. Runs in any process.

A worker process imports this module and little else, so it knows nothing of books and settings (see `plan`).
"""

import msgspec

from rulewright.core.findings import Finding
from rulewright.core.rules.lint import Enforced, check_text
from rulewright.core.text import Position, Range


class CheckJob(msgspec.Struct, frozen=True):
    """What a worker needs, and nothing else."""

    path: str
    content: str
    language: str
    enforced: tuple[Enforced, ...]
    known_rule_ids: frozenset[str]
    max_findings: int


class CheckResult(msgspec.Struct, frozen=True):
    """The findings of one file, or a sentence about why there are none."""

    path: str
    findings: tuple[Finding, ...] = ()
    failure: str = ""


def run(job: CheckJob) -> CheckResult:
    """Check one file, in this process."""
    findings = check_text(
        job.path,
        job.content,
        job.language,
        job.enforced,
        known_rule_ids=job.known_rule_ids,
        max_findings=job.max_findings,
    )
    return CheckResult(job.path, findings)


def findings_of(result: CheckResult) -> tuple[Finding, ...]:
    """The findings of a result; a failure becomes one of them, for nothing may go unsaid."""
    if not result.failure:
        return result.findings
    nowhere = Range(Position(0, 0), Position(0, 0))
    failure = Finding("rulewright/check-failed", "warning", result.failure, result.path, 0, 0, nowhere)
    return (*result.findings, failure)
