"""Findings for programs: JSON, versioned. The schema is made from these records (docs/schemas/check.json)."""

import re
from typing import Any

import msgspec

from rulewright.adapters.cli.report import CheckOutcome, Summary
from rulewright.core.findings import Finding, Severity

_SURROGATE = re.compile("[\ud800-\udfff]")


class EditRecord(msgspec.Struct, frozen=True):
    """Replace the code points from offset `start` up to `end` by `new_text`."""

    start: int
    end: int
    new_text: str


class FixRecord(msgspec.Struct, frozen=True):
    """A change that makes the finding go away. `--fix` applies it when `safe` is true."""

    title: str
    safe: bool
    edits: tuple[EditRecord, ...]


class FindingRecord(msgspec.Struct, frozen=True):
    """One finding. Lines and columns start at 1; columns count code points."""

    id: str
    """The rule's id."""
    severity: Severity
    message: str
    note: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    rule_path: str
    url: str
    fix: FixRecord | None


class SkippedRecord(msgspec.Struct, frozen=True):
    """A file or folder that was left out."""

    path: str
    reason: str


class CheckRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright check --format json`."""

    version: int
    root: str
    findings: tuple[FindingRecord, ...]
    skipped: tuple[SkippedRecord, ...]
    summary: Summary
    rule_versions: dict[str, str]
    """For each file with findings, by path, the set of rules that applied to it: a hash of their ids and contents."""


def render(outcome: CheckOutcome) -> str:
    """The JSON text."""
    record = CheckRecord(
        version=1,
        root=outcome.root,
        findings=tuple(map(finding_record, outcome.findings)),
        skipped=tuple(SkippedRecord(s.path, s.reason) for s in outcome.skipped),
        summary=outcome.summary,
        rule_versions={plain(path): version for path, version in sorted(outcome.rule_versions.items())},
    )
    return to_json(record)


def to_json(record: Any) -> str:
    """Indented JSON of a record, or of a list of them.

    Bytes that were not UTF-8 cannot be written in it; they become replacement characters.
    """
    try:
        data = msgspec.json.encode(record)
    except UnicodeEncodeError:
        import json

        data = plain(json.dumps(msgspec.to_builtins(record), ensure_ascii=False)).encode()
    return msgspec.json.format(data, indent=2).decode()


def finding_record(finding: Finding) -> FindingRecord:
    """A finding as it is written."""
    start, end = finding.range.start, finding.range.end
    fix = finding.fix
    edits = tuple(EditRecord(e.start, e.end, plain(e.new_text)) for e in fix.edits) if fix else ()
    return FindingRecord(
        id=plain(finding.rule_id),
        severity=finding.severity,
        message=plain(finding.message),
        note=plain(finding.note),
        path=plain(finding.path),
        line=start.line + 1,
        column=start.character + 1,
        end_line=end.line + 1,
        end_column=end.character + 1,
        rule_path=plain(finding.rule_path),
        url=plain(finding.url),
        fix=FixRecord(plain(fix.title), fix.safe, edits) if fix else None,
    )


def plain(text: str) -> str:
    """Bytes that were not UTF-8 become replacement characters."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
