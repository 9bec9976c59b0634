"""Diagnostics of one document: what the rules find in it, and what is wrong with it when it is a rule file."""

from collections.abc import Callable, Sequence

import msgspec

from rulewright.core.findings import Finding
from rulewright.core.ports import CheckRunner, Offload
from rulewright.core.rules.applied import rule_version
from rulewright.core.rules.book import Seen, report_text
from rulewright.core.rules.job import findings_of
from rulewright.core.rules.parse import Parsed
from rulewright.core.rules.plan import plan
from rulewright.core.snapshot import Document, Project
from rulewright.core.text import PositionEncoding, Range, Text


class Diagnosis(msgspec.Struct, frozen=True):
    """The findings of one document at one moment."""

    findings: tuple[Finding, ...] = ()
    text: Text | None = None
    """What was looked at; None when there was nothing to look at."""
    version: int | None = None
    """Of the document that was looked at; None for a file on disk."""
    skipped: str = ""
    """Why the document was not checked."""
    rule_version: str = ""
    """Names the set of rules that apply to the document."""
    again_in_s: float = 0.0
    """After which time there may be more to show, though nothing has changed; 0 for never."""


async def diagnose(
    project: Project,
    path: str,
    document: Document | None,
    read: Callable[[], str],
    read_rule: Callable[[bytes], Seen] | None,
    lint_rule: Callable[[Parsed], Sequence[Finding]],
    runner: CheckRunner,
    offload: Offload,
) -> Diagnosis:
    """Diagnose an open document, or the file at `path` (relative to the root) when it is not open.

    `read` gives the text on disk, or raises an exception whose message is the reason why there is none. `read_rule`
    reads the text as a rule file, where it is one, and `lint_rule` says what is wrong with that rule in its project.
    """
    version = document.version if document else None
    in_force = rule_version(applied.rule for applied in project.book.selection.select(path))
    try:
        text = document.text if document else Text(await offload(read))
    except Exception as reason:  # noqa: BLE001 - whatever the disk does is an answer, not a fault
        # A rule file that cannot be read as text was reported when the rules were loaded.
        return _diagnosis(project.book.findings_of(path), None, version, in_force, str(reason))
    content = text.content
    findings: list[Finding] = []
    if read_rule is not None and document is not None:
        seen = await offload(read_rule, content.encode("utf-8", "surrogateescape"))
        entry = project.book.entries.get(path)
        kept = entry.loaded_at if entry and entry.rule and seen.parsed.is_broken else ""
        findings += report_text(seen, content, kept_from=kept)
        findings += project.book.clashes.get(path, ())
        findings += await offload(lint_rule, seen.parsed)
    else:
        findings += project.book.findings_of(path)
    job = plan(project.book, project.settings.check, path, content, document.language_id if document else "")
    if isinstance(job, str):
        return _diagnosis(tuple(findings), text, version, in_force, job)
    result = await runner.run_soon(job)
    return _diagnosis((*findings, *findings_of(result)), text, version, in_force)


class SyntaxErrors(msgspec.Struct, frozen=True):
    """What the code host says of a document's syntax; ranges in the client's units."""

    version: int | None = None
    errors: tuple[tuple[Range, str], ...] = ()


def with_syntax(
    diagnosis: Diagnosis,
    path: str,
    document: Document,
    found: SyntaxErrors,
    choose: Callable[[list[str]], tuple[list[bool], float]],
    encoding: PositionEncoding,
) -> Diagnosis:
    """The diagnosis with the syntax errors that `choose` lets pass. Those of another version say nothing."""
    if found.version != document.version:
        return diagnosis
    chosen, again_in_s = choose([message for _, message in found.errors])
    text = document.text
    more = []
    for (where, message), is_chosen in zip(found.errors, chosen, strict=True):
        if is_chosen:
            start, end = (text.offset(text.from_client(p, encoding)) for p in (where.start, where.end))
            more.append(Finding(SYNTAX, "error", message, path, start, end, text.range(start, end)))
    ordered = tuple(sorted((*diagnosis.findings, *more), key=lambda f: (f.start, f.end, f.rule_id)))
    return msgspec.structs.replace(diagnosis, findings=ordered, again_in_s=again_in_s)


SYNTAX = "rulewright/syntax"


def _diagnosis(
    findings: tuple[Finding, ...], text: Text | None, version: int | None, in_force: str, skipped: str = ""
) -> Diagnosis:
    ordered = tuple(sorted(findings, key=lambda f: (f.start, f.end, f.rule_id)))
    return Diagnosis(ordered, text, version, skipped, in_force)
