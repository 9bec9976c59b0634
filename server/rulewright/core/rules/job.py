"""The unit of checking: one file's text with the checks that apply to it. Runs in any process.

A worker process imports this module and little else, so it knows nothing of books and settings (see `plan`).
"""

import msgspec

from rulewright.core.edits import Edit
from rulewright.core.findings import Finding
from rulewright.core.rules.lint import Enforced, check_text
from rulewright.core.rules.suppress import suppression_edit
from rulewright.core.text import Position, Range


class CheckJob(msgspec.Struct, frozen=True):
    """What a worker needs, and nothing else."""

    path: str
    content: str
    language: str
    enforced: tuple[Enforced, ...]
    known_rule_ids: frozenset[str]
    max_findings: int
    suppress: Finding | None = None
    """Instead of checking, find the edit that suppresses this finding of the text."""


class CheckResult(msgspec.Struct, frozen=True):
    """The findings of one file, or a sentence about why there are none."""

    path: str
    findings: tuple[Finding, ...] = ()
    failure: str = ""
    suppression: Edit | None = None
    """What was asked for with `suppress`; None where the code can bear no comment."""


def run(job: CheckJob) -> CheckResult:
    """Do one job, in this process."""
    if job.suppress is not None:
        edit = suppression_edit(job.content, job.language, job.suppress)
        return CheckResult(job.path, suppression=edit)
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
