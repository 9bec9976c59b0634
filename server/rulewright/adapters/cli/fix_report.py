"""What `rulewright fix` did and could not do, for people and for programs."""

from collections.abc import Iterator, Sequence

import click
import msgspec

from rulewright.adapters.cli.check import diff_of
from rulewright.adapters.cli.fix_files import FixedFile, Left
from rulewright.adapters.cli.render_json import FindingRecord, SkippedRecord, finding_record, plain
from rulewright.adapters.cli.render_text import render as render_findings
from rulewright.adapters.cli.report import CheckOutcome, Summary, printable
from rulewright.core.findings import SEVERITIES, Severity
from rulewright.core.snapshot import Project
from rulewright.core.sources import Skipped


class FixedFileRecord(msgspec.Struct, frozen=True):
    """A file that was changed, or could not be."""

    path: str
    own: int
    """Findings that our own fixes took away."""
    by_models: int
    """Findings that edits of models took away."""
    models: tuple[str, ...]
    """Those whose edits were kept."""
    receipts: tuple[str, ...]
    """Calls that were made for it; `rulewright receipts ID` shows one."""
    is_written: bool
    why_not: str
    """Why it was left as it was, as a sentence."""
    diff: str
    """With `--dry-run`: what would change."""


class LeftRecord(msgspec.Struct, frozen=True):
    """A finding that is left, where it is after the fixes."""

    finding: FindingRecord
    why: str
    """What was wrong with what a model proposed, or why none was asked; empty where nobody tried."""


class FixSummary(msgspec.Struct, frozen=True):
    """Counts of one run."""

    files: int
    """Files that were checked."""
    rules: int
    fixed: int
    by_models: int
    """Of `fixed`."""
    left: int
    by_severity: dict[Severity, int]
    """Of what is left."""
    calls: int
    """Of models."""


class FixesRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright fix --json`."""

    version: int
    root: str
    is_dry_run: bool
    is_interrupted: bool
    files: tuple[FixedFileRecord, ...]
    """Those that were changed, that a model was asked about, or that could not be written."""
    left: tuple[LeftRecord, ...]
    skipped: tuple[SkippedRecord, ...]
    remarks: tuple[str, ...]
    """Sentences that are worth showing, such as that no model is set up."""
    summary: FixSummary
    seconds: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that there is to report."""

    project: Project
    files: Sequence[FixedFile]
    left: Sequence[Left]
    skipped: Sequence[Skipped]
    remarks: Sequence[str]
    n_checked: int
    n_rules: int
    n_calls: int
    is_dry_run: bool
    is_interrupted: bool
    seconds: float

    @property
    def summary(self) -> FixSummary:
        """The counts."""
        own, models = sum(file.n_own for file in self.files), sum(file.n_by_models for file in self.files)
        found = [one.finding for one in self.left]
        return FixSummary(
            files=self.n_checked,
            rules=self.n_rules,
            fixed=own + models,
            by_models=models,
            left=len(found),
            by_severity={s: n for s in SEVERITIES if (n := sum(1 for f in found if f.severity == s))},
            calls=self.n_calls,
        )

    @property
    def outcome(self) -> CheckOutcome:
        """What is left, as checks report it."""
        findings = tuple(
            msgspec.structs.replace(one.finding, note=f"{one.finding.note.rstrip()}\n{one.why}".strip())
            for one in self.left
        )
        counts = self.summary
        return CheckOutcome(
            root=self.project.root,
            findings=findings,
            skipped=tuple(self.skipped),
            summary=Summary(
                files=counts.files,
                rules=counts.rules,
                findings=counts.left,
                by_severity={str(name): n for name, n in counts.by_severity.items()},
                fixable=0,
                fixed=counts.fixed,
                skipped=len(self.skipped),
                seconds=round(self.seconds, 3),
            ),
            texts={file.path: file.text for file in self.files},
            fail_on=self.project.settings.check.fail_on,
        )

    @property
    def code(self) -> int:
        """The exit code, unless it was interrupted."""
        outcome = self.outcome
        return int(any(map(outcome.fails, outcome.findings)) or any(file.why_not for file in self.files))


def record_of(report: Report) -> FixesRecord:
    """What programs get."""
    told = [file for file in report.files if file.text != file.before or file.calls or file.why_not]
    return FixesRecord(
        version=1,
        root=plain(report.project.root),
        is_dry_run=report.is_dry_run,
        is_interrupted=report.is_interrupted,
        files=tuple(_file(file, is_dry_run=report.is_dry_run) for file in told),
        left=tuple(LeftRecord(finding_record(one.finding), plain(one.why)) for one in report.left),
        skipped=tuple(SkippedRecord(plain(one.path), plain(one.reason)) for one in report.skipped),
        remarks=tuple(map(plain, report.remarks)),
        summary=report.summary,
        seconds=round(report.seconds, 3),
    )


def _file(file: FixedFile, *, is_dry_run: bool) -> FixedFileRecord:
    return FixedFileRecord(
        path=plain(file.path),
        own=file.n_own,
        by_models=file.n_by_models,
        models=tuple(file.models),
        receipts=tuple(file.calls),
        is_written=not is_dry_run and file.text != file.before,
        why_not=plain(file.why_not),
        diff=plain(diff_of(file.path, file.before, file.text)) if is_dry_run else "",
    )


def lines_of(report: Report, *, quiet: bool) -> Iterator[str]:
    """What people get."""
    if not quiet:
        for file in report.files:
            if file.text != file.before:
                verb = "would fix" if report.is_dry_run else "fixed"
                yield f"{printable(file.path)}: {verb} {_fixed(file.n_own + file.n_by_models, file)}"
    left = list(render_findings(report.outcome, verbose=False, quiet=True))
    if left and any(file.text != file.before for file in report.files) and not quiet:
        yield ""
    yield from left
    if quiet:
        return
    if left:
        yield ""
    yield from _summary(report)


def _fixed(number: int, file: FixedFile) -> str:
    models = f", {file.n_by_models:,} of them by {', '.join(map(printable, file.models))}" if file.n_by_models else ""
    return f"{_count(number, 'finding')}{models}."


def _summary(report: Report) -> Iterator[str]:
    counts = report.summary
    head = f"Checked {_count(counts.files, 'file')} with {_count(counts.rules, 'rule')} in {report.seconds:.2f} s: "
    would = "would fix" if report.is_dry_run else "fixed"
    models = f" ({counts.by_models:,} by models)" if counts.by_models else ""
    listed = ", ".join(_count(n, severity) for severity, n in counts.by_severity.items())
    left = f"{counts.left:,} left ({listed})." if counts.left else click.style("nothing is left.", fg="green")
    yield f"{head}{would} {_count(counts.fixed, 'finding')}{models}, {left}" if counts.fixed else f"{head}{left}"
    if counts.calls:
        yield f"{_count(counts.calls, 'call')} of models; `rulewright receipts` says what was sent."
    if counts.by_models and not report.is_dry_run:
        yield "A model wrote this: nothing was run, so read the difference before you keep it."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 or noun == "info" else f"{number:,} {noun}s"
