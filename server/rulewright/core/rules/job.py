"""The unit of checking: one file's text with the checks that apply to it. Runs in any process.

A worker process imports this module and little else, so it knows nothing of books and settings (see `plan`).
"""

from collections.abc import Callable

import msgspec

from rulewright.core.edits import Edit
from rulewright.core.findings import Finding
from rulewright.core.rules.lint import Enforced, Fault, check_text, times
from rulewright.core.rules.suppress import suppression_edit
from rulewright.core.text import Position, Range

SLOW_NS = 2_000_000_000
"""A check that takes longer on one file takes more than its share: that is a tenth of the time for all of them."""


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
    timed: bool = False
    """Also say how long each check takes."""
    all_run: bool = True
    """False when some checks of the file are left out, so that comments may be meant for those."""
    judged_rule_ids: frozenset[str] = frozenset()
    """Rules without a check, which comments may name for reviews. Only given where there may be comments."""


class CheckResult(msgspec.Struct, frozen=True):
    """The findings of one file, or a sentence about why there are none."""

    path: str
    findings: tuple[Finding, ...] = ()
    failure: str = ""
    suppression: Edit | None = None
    """What was asked for with `suppress`; None where the code can bear no comment."""
    faults: tuple[Fault, ...] = ()
    """Checks that did not do their work, or took more than their share of the time."""
    times_ns: tuple[int, ...] = ()
    """With `timed`: of each check of the job."""


class SetAside(msgspec.Struct, frozen=True, rename="camel"):
    """A check that is not run now."""

    rule_id: str
    rule_path: str
    check_id: str
    reason: str
    retry_in_s: float
    """Seconds until it is tried again; infinite for never."""
    trips: int


def run(job: CheckJob, now_ns: Callable[[], int], slow_ns: int = SLOW_NS) -> CheckResult:
    """Do one job, in this process. `now_ns` tells the time in nanoseconds from any moment on."""
    if job.suppress is not None:
        edit = suppression_edit(job.content, job.language, job.suppress)
        return CheckResult(job.path, suppression=edit)
    started = now_ns()
    found = check_text(
        job.path,
        job.content,
        job.language,
        job.enforced,
        known_rule_ids=job.known_rule_ids,
        max_findings=job.max_findings,
        all_run=job.all_run,
        judged=job.judged_rule_ids,
    )
    is_slow = now_ns() - started > slow_ns
    taken = times(job.content, job.language, job.enforced, now_ns) if job.timed or is_slow else ()
    slow = [
        Fault(e.rule_path, e.check.id, _took(ns)) for e, ns in zip(job.enforced, taken, strict=False) if ns > slow_ns
    ]
    return CheckResult(job.path, found.findings, faults=(*found.faults, *slow), times_ns=taken if job.timed else ())


def _took(ns: int) -> str:
    return f"it took {ns / 1e9:.1f} s on this file"


def findings_of(result: CheckResult) -> tuple[Finding, ...]:
    """The findings of a result; a failure becomes one of them, for nothing may go unsaid."""
    if not result.failure:
        return result.findings
    nowhere = Range(Position(0, 0), Position(0, 0))
    failure = Finding("rulewright/check-failed", "warning", result.failure, result.path, 0, 0, nowhere)
    return (*result.findings, failure)
