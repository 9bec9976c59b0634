"""Findings for code scanning services: SARIF 2.1.0 (OASIS)."""

import json
from typing import Any
from urllib.parse import quote

from rulewright import __version__
from rulewright.adapters.cli.render_json import FindingRecord, finding_record, plain
from rulewright.adapters.cli.report import CheckOutcome
from rulewright.core.baseline import fingerprints
from rulewright.core.privacy.redact import redact
from rulewright.core.rules.rule import Rule
from rulewright.core.uris import from_path

_LEVELS = {"error": "error", "warning": "warning", "info": "note", "hint": "note"}


def render(outcome: CheckOutcome) -> str:
    """The SARIF log."""
    records = [finding_record(f) for f in outcome.findings]
    rule_ids = sorted({r.id for r in records})
    numbers = {rule_id: number for number, rule_id in enumerate(rule_ids)}
    prints = fingerprints(outcome.known)
    driver = {
        "name": "Rulewright",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule_id, records, outcome) for rule_id in rule_ids],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"uri": from_path(outcome.root.rstrip("/") + "/")}},
        "results": [
            _result(r, numbers[r.id], f.path, print_)
            for r, f, print_ in zip(records, outcome.findings, prints, strict=True)
        ],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2)


def _rule(rule_id: str, records: list[FindingRecord], outcome: CheckOutcome) -> dict[str, Any]:
    """What services show beside each result of a rule."""
    first = next(r for r in records if r.id == rule_id)
    finding = outcome.findings[records.index(first)]
    stated = outcome.rules.get((finding.rule_id, finding.rule_path)) or Rule(id=rule_id, path="")
    # Code scanning services want all three texts of every rule, also where its author wrote none of them.
    short = redact(plain(stated.description)) or f"A finding of {rule_id}."
    body = redact(plain(stated.body.strip()))
    help_text = body or first.note or short
    rule: dict[str, Any] = {
        "id": rule_id,
        "shortDescription": {"text": short},
        "fullDescription": {"text": body.split("\n\n")[0] or first.note or short},
        "help": {"text": help_text, "markdown": help_text},
        "defaultConfiguration": {"level": _LEVELS[first.severity]},
    }
    if first.url:
        rule["helpUri"] = first.url
    if stated.tags:
        rule["properties"] = {"tags": sorted({plain(tag) for tag in stated.tags})}
    return rule


def _result(record: FindingRecord, rule_index: int, path: str, fingerprint: str) -> dict[str, Any]:
    region = {
        "startLine": record.line,
        "startColumn": record.column,
        "endLine": record.end_line,
        "endColumn": record.end_column,
    }
    # In a URI a name that is not UTF-8 keeps its bytes.
    artifact = {"uri": quote(path, errors="surrogateescape"), "uriBaseId": "ROOT"}
    result: dict[str, Any] = {
        "ruleId": record.id,
        "ruleIndex": rule_index,
        "level": _LEVELS[record.severity],
        "message": {"text": record.message or record.id},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        # The same finding keeps it while lines above it come and go.
        "partialFingerprints": {"rulewright/v1": fingerprint},
    }
    if record.fix is not None:
        replacements = [
            {
                "deletedRegion": {"charOffset": e.start, "charLength": e.end - e.start},
                "insertedContent": {"text": e.new_text},
            }
            for e in record.fix.edits
        ]
        change = {"artifactLocation": artifact, "replacements": replacements}
        result["fixes"] = [{"description": {"text": record.fix.title}, "artifactChanges": [change]}]
    return result
