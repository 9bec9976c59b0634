"""Findings for the code quality widget of GitLab's merge requests: the parts of Code Climate's issues that it reads."""

import msgspec

from rulewright.adapters.cli.render_json import finding_record, to_json
from rulewright.adapters.cli.report import CheckOutcome, path_from_checkout
from rulewright.core.baseline import fingerprints

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info", "hint": "info"}


class LinesRecord(msgspec.Struct, frozen=True):
    """Where a finding begins and ends, in lines that start at 1."""

    begin: int
    end: int


class LocationRecord(msgspec.Struct, frozen=True):
    """A file, from the root of the repository, and the lines in it."""

    path: str
    lines: LinesRecord


class IssueRecord(msgspec.Struct, frozen=True):
    """One finding. GitLab compares two branches by the fingerprints."""

    description: str
    check_name: str
    fingerprint: str
    severity: str
    location: LocationRecord


def render(outcome: CheckOutcome) -> str:
    """The JSON text."""
    issues = []
    for finding, fingerprint in zip(outcome.findings, fingerprints(outcome.known), strict=True):
        record = finding_record(finding)
        issues.append(
            IssueRecord(
                description=record.message or record.id,
                check_name=record.id,
                fingerprint=fingerprint,
                severity=_SEVERITIES[record.severity],
                location=LocationRecord(
                    path_from_checkout(outcome.root, record.path), LinesRecord(record.line, record.end_line)
                ),
            )
        )
    return to_json(issues)
