"""`rulewright review`: what models say of code by the rules without a check, reported as `rulewright check` reports."""

import sys
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Literal

import click
import msgspec

from rulewright.adapters.cli.check import put_report, rendered
from rulewright.adapters.cli.interrupts import Runner
from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.progress import ProgressLine, wants_progress
from rulewright.adapters.cli.project import open_project, relative_to
from rulewright.adapters.cli.render_json import FindingRecord, SkippedRecord, finding_record, plain, to_json
from rulewright.adapters.cli.report import CheckOutcome, Summary, printable
from rulewright.adapters.cli.rules import table
from rulewright.adapters.cli.sessions import conversing
from rulewright.core.budget import dollars
from rulewright.core.findings import SEVERITIES, Finding, Severity
from rulewright.core.review.events import (
    Done,
    Failed,
    Found,
    Noticed,
    NotReviewed,
    Planned,
    ReviewEvent,
    Reviewing,
    Skipped,
    Totals,
)
from rulewright.core.review.rules import is_judged
from rulewright.core.snapshot import Project
from rulewright.core.sources import Skipped as LeftOut
from rulewright.gateway import Gateway
from rulewright.review_gateway import Wanted

INTERRUPTED, NOT_ALL = 130, 3
MAX_NAMED = 20
"""Files that are named on standard error, unless all are asked for."""


class ReviewOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of the command."""

    paths: tuple[str, ...] = ()
    since: str | None = None
    output_format: str = "text"
    as_json: bool = False
    output: str | None = None
    model: str = ""
    severity: Severity | None = None
    fail_on: Severity | Literal["never"] | None = None
    max_calls: int | None = None
    max_tokens: int | None = None
    no_cache: bool = False
    dry_run: bool = False
    verbose: bool = False
    quiet: bool = False
    overlay: tuple[str, ...] = ()

    @property
    def format(self) -> str:
        """How to report."""
        return "json" if self.as_json else self.output_format


class NotReviewedRecord(msgspec.Struct, frozen=True):
    """Lines that should have been reviewed and could not be, from 1."""

    path: str
    first_line: int
    last_line: int
    reason: str


class ReviewRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright review --json`."""

    version: int
    root: str
    findings: tuple[FindingRecord, ...]
    skipped: tuple[SkippedRecord, ...]
    not_reviewed: tuple[NotReviewedRecord, ...]
    planned: tuple[Planned, ...]
    """With `--dry-run`: what would be sent."""
    summary: Totals
    seconds: float


class _Run:
    """What one run collects."""

    def __init__(self, options: ReviewOptions, progress: ProgressLine) -> None:
        self._options, self._progress = options, progress
        self.findings: list[Finding] = []
        self.skipped: list[Skipped] = []
        self.not_reviewed: list[NotReviewed] = []
        self.planned: list[Planned] = []
        self.totals = Totals()
        self.failure = ""

    def take(self, event: ReviewEvent) -> None:
        """Note an event, and show those that cannot wait."""
        match event:
            case Reviewing(_, number, n_files):
                self._progress("Reviewing", number, n_files)
            case Found(findings=findings):
                self.findings += findings
            case Skipped():
                self.skipped.append(event)
            case NotReviewed():
                self.not_reviewed.append(event)
            case Planned():
                self.planned.append(event)
            case Noticed(text):
                self._aside(text)
            case Failed(text):
                self.failure = text
            case Done(totals, remark):
                self.totals = totals
                if remark:
                    self._aside(remark)

    def _aside(self, text: str) -> None:
        if not self._options.quiet:
            self._progress.clear()
            _say(text)

    def sort(self) -> None:
        """Put everything in the order of paths: files are reviewed side by side."""
        self.findings.sort(key=lambda f: (f.path, f.start, f.end, f.rule_id))
        self.skipped.sort(key=lambda one: one.path)
        self.not_reviewed.sort(key=lambda one: (one.path, one.first_line))


def run_review(launcher: Launcher, options: ReviewOptions) -> int:
    """Run the command; returns the exit code."""
    started = time.perf_counter()
    if options.dry_run and (options.format not in {"text", "json"} or options.output):
        raise click.UsageError("--dry-run reports no findings, so there is no place for another format, or --output.")
    for argument in options.paths:
        if not Path(argument).exists():
            raise click.UsageError(f"{argument} does not exist.")
    gateway = launcher.headless()
    root = gateway.files.root_of(Path(options.paths[0]) if options.paths else Path.cwd())
    paths = tuple(relative_to(root, argument) for argument in options.paths)
    project = open_project(gateway, root, options.overlay)
    code = 0
    with ProgressLine(shown=not options.quiet and wants_progress(sys.stderr)) as progress:
        run = _Run(options, progress)
        if not _ask(launcher, gateway, project, options, paths, run):
            code = INTERRUPTED
    run.sort()
    if run.failure:
        raise _Unable(printable(run.failure))
    seconds = time.perf_counter() - started
    if code == INTERRUPTED:
        _say("Interrupted. What was found so far follows; what was answered is not asked again.")
    if options.dry_run:
        _show_plan(project, run, options, seconds)
        return code
    _name(run, options)
    outcome = _outcome(project, gateway, run, options, seconds)
    _print(gateway, outcome, run, options, seconds)
    failed = any(map(outcome.fails, outcome.findings))
    return code or (1 if failed else NOT_ALL if run.not_reviewed else 0)


class _Unable(click.ClickException):
    """Something that is needed is not there."""

    exit_code = 2


def _ask(
    launcher: Launcher, gateway: Gateway, project: Project, options: ReviewOptions, paths: tuple[str, ...], run: _Run
) -> bool:
    """Have it reviewed; False where somebody interrupted it."""
    wanted = Wanted(
        paths=paths,
        since=options.since or "",
        model=options.model,
        severity=options.severity,
        max_calls=options.max_calls or 0,
        max_tokens=options.max_tokens or 0,
        asks_again=options.no_cache,
        is_rehearsal=options.dry_run,
    )
    with conversing(launcher) as (door, me), Runner() as runner:
        reviews = gateway.review(lambda: door, me)

        async def ask() -> None:
            async with aclosing(reviews.review(project, wanted)) as events:
                async for event in events:
                    run.take(event)

        try:
            runner.run(ask())
        except KeyboardInterrupt:
            return False
        finally:
            runner.run(gateway.aclose())
    return True


def _say(text: str) -> None:
    click.echo(printable(f"rulewright: {text}"), err=True)


def _name(run: _Run, options: ReviewOptions) -> None:
    """Name what no model was shown, and what should have been reviewed and was not."""
    withheld = [one for one in run.skipped if one.is_withheld]
    limit = len(withheld) + len(run.not_reviewed) if options.verbose else MAX_NAMED
    for one in withheld[:limit]:
        _say(f"{one.path} {one.why}.")
    if len(withheld) > limit:
        _say(f"{len(withheld) - limit:,} more files are not shown to models. --verbose lists them.")
    for left in run.not_reviewed[:limit]:
        _say(f"{left.path}:{left.first_line}-{left.last_line} was not reviewed: {left.why}")
    if len(run.not_reviewed) > limit:
        _say(f"{len(run.not_reviewed) - limit:,} more pieces were not reviewed. --verbose lists them.")


def _outcome(project: Project, gateway: Gateway, run: _Run, options: ReviewOptions, seconds: float) -> CheckOutcome:
    findings = tuple(run.findings)
    wants_known = options.format in {"sarif", "gitlab"}
    return CheckOutcome(
        root=project.root,
        findings=findings,
        skipped=tuple(LeftOut(one.path, one.why) for one in run.skipped),
        summary=Summary(
            files=run.totals.files,
            rules=run.totals.rules,
            findings=len(findings),
            by_severity={s: n for s in SEVERITIES if (n := sum(1 for f in findings if f.severity == s))},
            fixable=0,
            fixed=0,
            skipped=len(run.skipped),
            seconds=round(seconds, 3),
        ),
        known=gateway.files.recognise(project, findings, {}) if wants_known else (),
        rules={(rule.id, rule.path): rule for rule in project.book.selection.active if is_judged(rule)},
        fail_on=options.fail_on or project.settings.check.fail_on,
    )


def _print(gateway: Gateway, outcome: CheckOutcome, run: _Run, options: ReviewOptions, seconds: float) -> None:
    if options.output is not None:
        put_report(gateway, options.output, _report(outcome, run, options.format, seconds))
    shown = "text" if options.output is not None else options.format
    for piece in _report(outcome, run, shown, seconds, verbose=options.verbose):
        click.echo(piece)
    if shown in {"text", "github"} and not options.quiet:
        for line in _summary(outcome, run):
            click.echo(line)


def _report(
    outcome: CheckOutcome, run: _Run, output_format: str, seconds: float, *, verbose: bool = False
) -> Iterator[str]:
    if output_format == "json":
        yield to_json(_record(outcome.root, run, seconds))
    else:
        yield from rendered(outcome, output_format, verbose=verbose, quiet=True)


def _record(root: str, run: _Run, seconds: float) -> ReviewRecord:
    return ReviewRecord(
        version=1,
        root=plain(root),
        findings=tuple(map(finding_record, run.findings)),
        skipped=tuple(SkippedRecord(plain(one.path), plain(one.why)) for one in run.skipped),
        not_reviewed=tuple(
            NotReviewedRecord(plain(one.path), one.first_line, one.last_line, plain(one.why))
            for one in run.not_reviewed
        ),
        planned=tuple(run.planned),
        summary=run.totals,
        seconds=round(seconds, 3),
    )


def _summary(outcome: CheckOutcome, run: _Run) -> Iterator[str]:
    """The lines below the findings."""
    totals, findings = run.totals, outcome.findings
    if findings:
        yield ""
    counts = ", ".join(_count(n, severity) for severity, n in outcome.summary.by_severity.items())
    nothing = "nothing found in what was reviewed." if totals.not_reviewed else "nothing to report."
    verdict = f"{_count(len(findings), 'finding')} ({counts})." if findings else nothing
    took = f"{outcome.summary.seconds:.1f} s"
    yield f"Reviewed {_count(totals.files, 'file')} by {_count(totals.rules, 'rule')} in {took}: {verdict}"
    cost = f", {dollars(totals.cost_micro)}" if totals.cost_micro else ""
    cached = f", {totals.cached:,} more answered from before" if totals.cached else ""
    yield (
        f"{_count(totals.calls, 'call')} of models, {totals.tokens_in:,} tokens sent, {totals.tokens_out:,} answered"
        f"{cost}{cached}."
    )
    if totals.dropped:
        was = "finding of the model names" if totals.dropped == 1 else "findings of the model name"
        left = "was" if totals.dropped == 1 else "were"
        yield f"{totals.dropped:,} {was} no such rule or line, and {left} left out."
    if totals.not_reviewed:
        yield f"Not reviewed, as a whole or in part: {_count(totals.not_reviewed, 'file')}."
    if findings:
        yield "A model judged this: look at each before you change code for it."


def _show_plan(project: Project, run: _Run, options: ReviewOptions, seconds: float) -> None:
    if options.format == "json":
        click.echo(to_json(_record(project.root, run, seconds)))
        return
    _name(run, options)
    if not run.planned:
        return
    rows = [
        (
            one.path,
            f"{one.lines:,}",
            ", ".join(one.rules),
            f"{one.calls:,}",
            f"{one.cached:,}",
            f"{one.tokens:,}",
            dollars(one.cost_micro) if one.cost_micro else "-",
        )
        for one in run.planned
    ]
    head = ("file", "lines", "rules", "calls", "known", "tokens", "at most")
    for line in table(head, [tuple(map(printable, row)) for row in rows]):
        click.echo(line)
    totals = run.totals
    cost = f", {dollars(totals.cost_micro)} at most" if totals.cost_micro else ""
    models = sorted({one.model for one in run.planned if one.model})
    to = f" to {', '.join(models)}" if models else "; no model is set up"
    click.echo(f"\n{_count(totals.calls, 'call')}{to}, about {totals.tokens_in:,} tokens{cost}. Nothing was sent.")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 or noun == "info" else f"{number:,} {noun}s"
