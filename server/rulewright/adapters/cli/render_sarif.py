"""Findings for code scanning services: SARIF 2.1.0 (OASIS)."""

import json
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from rulewright import __version__
from rulewright.adapters.cli.render_json import FindingRecord, finding_record
from rulewright.adapters.cli.report import CheckOutcome
from rulewright.core.uris import from_path

_LEVELS = {"error": "error", "warning": "warning", "info": "note", "hint": "note"}


def render(outcome: CheckOutcome) -> str:
    """The SARIF log."""
    records = [finding_record(f) for f in outcome.findings]
    rule_ids = sorted({r.id for r in records})
    run = {
        "tool": {
            "driver": {
                "name": "Rulewright",
                "semanticVersion": __version__,
                "rules": [_rule(rule_id, records) for rule_id in rule_ids],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"ROOT": {"uri": from_path(outcome.root.rstrip("/") + "/")}},
        "results": [_result(r, rule_ids.index(r.id), f.path) for r, f in zip(records, outcome.findings, strict=True)],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2)


def _rule(rule_id: str, records: list[FindingRecord]) -> dict[str, Any]:
    first = next(r for r in records if r.id == rule_id)
    rule: dict[str, Any] = {"id": rule_id, "defaultConfiguration": {"level": _LEVELS[first.severity]}}
    if first.note:
        rule["help"] = {"text": first.note}
    if first.url:
        rule["helpUri"] = first.url
    return rule


def _result(record: FindingRecord, rule_index: int, path: str) -> dict[str, Any]:
    # In a URI a name that is not UTF-8 keeps its bytes.
    region = {
        "startLine": record.line,
        "startColumn": record.column,
        "endLine": record.end_line,
        "endColumn": record.end_column,
    }
    artifact = {"uri": quote(path, errors="surrogateescape"), "uriBaseId": "ROOT"}
    # The same finding keeps its fingerprint while lines above it move.
    fingerprint = sha256(f"{record.id}\0{record.path}\0{record.message}".encode()).hexdigest()
    result: dict[str, Any] = {
        "ruleId": record.id,
        "ruleIndex": rule_index,
        "level": _LEVELS[record.severity],
        "message": {"text": record.message or record.id},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
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
