"""The unit of checking: one file's text with the checks that apply to it. Runs in any process."""

import msgspec

from rulewright.core.config import CheckSettings
from rulewright.core.findings import Finding
from rulewright.core.languages import checkable, language_of
from rulewright.core.rules.book import RuleBook
from rulewright.core.rules.lint import Enforced, check_text
from rulewright.core.sources import unfit
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


def plan(book: RuleBook, settings: CheckSettings, path: str, content: str, language_id: str = "") -> CheckJob | str:
    """The job for a file, or the reason why it is not checked (empty when no check applies)."""
    language = language_of(path, language_id)
    if not language or not checkable(language):
        return ""
    if len(content) > settings.max_file_kb * 1024:
        return f"larger than {settings.max_file_kb} kB (check.max_file_kb)"
    enforced = book.selection.enforced(path, language)
    marked = "rulewright:" in content or "ast-grep-ignore" in content
    if not enforced and not marked:
        return ""
    reason = unfit(content)
    if reason is not None:
        return reason
    return CheckJob(path, content, language, enforced, book.rule_ids, settings.max_findings)


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
