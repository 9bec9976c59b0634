"""Diagnostics of one document: what the rules find in it, and what is wrong with it when it is a rule file."""

from collections.abc import Callable
from hashlib import sha256

import msgspec

from rulewright.core.findings import Finding
from rulewright.core.ports import CheckRunner, Offload
from rulewright.core.rules.book import report
from rulewright.core.rules.job import findings_of
from rulewright.core.rules.load import load
from rulewright.core.rules.parse import Origin
from rulewright.core.rules.plan import plan
from rulewright.core.snapshot import Document, Project


class Diagnosis(msgspec.Struct, frozen=True):
    """The findings of one document at one moment."""

    findings: tuple[Finding, ...] = ()
    result_id: str = ""
    """Equal for equal findings."""
    version: int | None = None
    """Of the document that was looked at; None for a file on disk."""
    skipped: str = ""
    """Why the document was not checked."""


async def diagnose(
    project: Project,
    path: str,
    document: Document | None,
    read: Callable[[], str],
    origin: Origin | None,
    runner: CheckRunner,
    offload: Offload,
) -> Diagnosis:
    """Diagnose an open document, or the file at `path` (relative to the root) when it is not open.

    `read` gives the text on disk, or raises an exception whose message is the reason why there is none.
    """
    version = document.version if document else None
    try:
        content = document.text.content if document else await offload(read)
    except Exception as reason:  # noqa: BLE001 - whatever the disk does is an answer, not a fault
        # A rule file that cannot be read as text was reported when the rules were loaded.
        entry = project.book.entries.get(path) if origin is not None else None
        return _diagnosis(entry.findings if entry else (), version, str(reason))
    findings: list[Finding] = []
    if origin is not None and document is not None:
        seen = await offload(load, origin, content.encode("utf-8", "surrogateescape"))
        entry = project.book.entries.get(path)
        kept = entry.loaded_at if entry and entry.rule and seen.parsed.is_broken else ""
        findings += report(seen, kept_from=kept)
    elif origin is not None and path in project.book.entries:
        findings += project.book.entries[path].findings
    job = plan(project.book, project.settings.check, path, content, document.language_id if document else "")
    if isinstance(job, str):
        return _diagnosis(tuple(findings), version, job)
    result = await runner.run_soon(job)
    return _diagnosis((*findings, *findings_of(result)), version)


def _diagnosis(findings: tuple[Finding, ...], version: int | None, skipped: str = "") -> Diagnosis:
    ordered = tuple(sorted(findings, key=lambda f: (f.start, f.end, f.rule_id)))
    digest = sha256(msgspec.json.encode([_plain(f) for f in ordered])).hexdigest()[:16]
    return Diagnosis(ordered, digest, version, skipped)


def _plain(finding: Finding) -> tuple[object, ...]:
    message = finding.message.encode("utf-8", "replace").decode()
    fix = (
        str([(e.start, e.end, e.new_text) for e in finding.fix.edits]).encode("utf-8", "replace")
        if finding.fix
        else b""
    )
    return (finding.rule_id, finding.severity, message, finding.start, finding.end, fix)
