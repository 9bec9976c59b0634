"""`rulewright check`: which files, checked how, reported as what, with which exit code."""

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulewright.adapters.cli.check_options import CheckOptions, refuse_contradictions
from rulewright.adapters.cli.narrow import LookedAt, Narrowed, Narrowing, Refused, narrowed, narrowing
from rulewright.adapters.cli.progress import ProgressLine, wants_progress
from rulewright.adapters.cli.project import open_project, relative_to
from rulewright.adapters.cli.report import CheckOutcome, Summary, printable
from rulewright.core.findings import SEVERITIES, Finding
from rulewright.core.rules.applied import rule_version
from rulewright.core.snapshot import Project
from rulewright.core.sources import Found, Skipped
from rulewright.features.check import FileReport
from rulewright.gateway import Gateway

if TYPE_CHECKING:
    from rulewright.core.baseline import Baseline

KNOWING_FORMATS = {"sarif", "gitlab"}
"""Formats for services that tell a finding from one run to the next."""
_AT_ONCE = 500
"""Pieces of a report that are printed together."""


@dataclass
class _Run:
    """What one run collects."""

    narrowing: Narrowing
    findings: list[Finding] = field(default_factory=list)
    old: set[Finding] = field(default_factory=set)
    """Those of `findings` that touch no changed line."""
    skipped: list[Skipped] = field(default_factory=list)
    checked: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    """Folders that were gone through as a whole."""
    n_fixed: int = 0
    diffs: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def looked_at(self) -> LookedAt:
        """What this run can say something about."""
        # A run of what changed has gone through no folder as a whole.
        folders = self.folders if self.narrowing.changes is None else ()
        return LookedAt(frozenset(self.checked), tuple(folders), frozenset(s.path for s in self.skipped))


def run_check(gateway: Gateway, options: CheckOptions) -> int:
    """Run the command; returns the exit code."""
    started = time.perf_counter()
    refuse_contradictions(options)
    try:
        project, run = (_check_stdin if "-" in options.paths else _check_paths)(gateway, options)
    finally:
        gateway.close()
    if options.write_baseline is not None:
        return _write_baseline(gateway, project, run, options.write_baseline, quiet=options.quiet)
    report = _narrowed(gateway, project, run, options)
    if options.prune_baseline and report.stale and options.baseline and run.narrowing.baseline:
        _put(gateway, options.baseline, _text_of(run.narrowing.baseline - report.stale))
    shown = _outcome(project, run, report, options, time.perf_counter() - started)
    _print(gateway, shown, options, run.diffs)
    return int(any(map(shown.fails, shown.findings)))


def in_force(project: Project) -> list[str]:
    """Ids of the rules that are not switched off by settings."""
    return [rule.id for rule in project.book.selection.active]


def _check_paths(gateway: Gateway, options: CheckOptions) -> tuple[Project, _Run]:
    arguments = options.paths or (".",)
    for argument in arguments:
        if not Path(argument).exists():
            raise click.UsageError(f"{argument} does not exist.")
    root = gateway.files.root_of(Path.cwd() if options.paths == () else Path(arguments[0]))
    starts = [relative_to(root, a) for a in arguments]
    only_files = all((root / s).is_file() for s in starts)
    project = open_project(gateway, root, options.overlay, near=starts if only_files else None)
    run = _Run(_narrowing(gateway, project, options))
    with ProgressLine(shown=not options.quiet and wants_progress(sys.stderr)) as progress:
        wanted: dict[str, None] = {}
        for path in _files(gateway, project, root, starts, run):
            if run.narrowing.is_wanted(path):
                wanted[path] = None
                progress("Found", len(wanted))
        run.skipped = [s for s in run.skipped if run.narrowing.is_wanted(s.path)]
        for number, report in enumerate(gateway.files.check(project, wanted), start=1):
            _take(gateway, project, report, run, options, progress)
            progress("Checked", number, len(wanted))
    for skipped in run.skipped:
        if skipped.path in starts:
            # Whoever names a file expects it to be checked.
            click.echo(f"rulewright: {printable(skipped.path)} was not checked: {skipped.reason}.", err=True)
    _add_rule_file_findings(project, wanted, run)
    run.findings.sort(key=lambda f: (f.path, f.start, f.end, f.rule_id))
    return project, run


def _narrowing(gateway: Gateway, project: Project, options: CheckOptions) -> Narrowing:
    return narrowing(gateway, project, since=options.since, whole_files=options.whole_files, baseline=options.baseline)


def _files(gateway: Gateway, project: Project, root: Path, starts: list[str], run: _Run) -> Iterator[str]:
    for start in starts:
        if (root / start).is_dir():
            run.folders.append(start)
            for entry in gateway.files.walk(project, start):
                if isinstance(entry, Found):
                    yield entry.path
                else:
                    run.skipped.append(entry)
        else:
            # A file that is named is checked, whatever the ignore files say.
            yield start


def _add_rule_file_findings(project: Project, checked: dict[str, None], run: _Run) -> None:
    """A broken rule file is a finding wherever it lies: what it should enforce is not. Mere hints stay home.

    So do warnings about rule files that did not change, when only changes are asked for.
    """
    told = {"error", "warning"} if run.narrowing.changes is None else {"error"}
    for finding in project.book.findings:
        if finding.path not in checked and finding.severity in told:
            run.findings.append(finding)


def _take(
    gateway: Gateway, project: Project, report: FileReport, run: _Run, options: CheckOptions, progress: ProgressLine
) -> None:
    if report.skipped:
        run.skipped.append(Skipped(report.path, report.skipped))
    else:
        run.checked.append(report.path)
    findings = report.findings
    if (options.fix or options.diff) and report.content is not None and any(f.fix and f.fix.safe for f in findings):
        fixed = gateway.files.fix(project, report)
        if options.diff:
            run.diffs.append(diff_of(report.path, report.content, fixed.content))
        elif why_not := gateway.files.write_fixed(project, report, fixed):
            progress.clear()
            click.echo(f"rulewright: {why_not}", err=True)
        else:
            findings = fixed.remaining
            run.n_fixed += fixed.n_fixed
    run.findings += findings
    if report.path not in project.book.entries:
        # What is wrong with a rule file counts as a whole: one changed line can break another one.
        run.old.update(run.narrowing.old(findings, report.content))


def _check_stdin(gateway: Gateway, options: CheckOptions) -> tuple[Project, _Run]:
    if options.paths != ("-",):
        raise click.UsageError("`-` stands alone: standard input is one file.")
    if not options.stdin_filename:
        raise click.UsageError("`check -` needs --stdin-filename NAME: rules are matched by it.")
    path = Path(options.stdin_filename)
    root = gateway.files.root_of(path.parent if path.parent.is_dir() else Path.cwd())
    relative = relative_to(root, options.stdin_filename)
    content = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    project = open_project(gateway, root, options.overlay, near=[relative])
    run = _Run(_narrowing(gateway, project, options), checked=[relative], texts={relative: content})
    report = next(iter(gateway.files.check(project, [relative], contents={relative: content})))
    run.findings += report.findings
    if report.skipped:
        run.skipped.append(Skipped(relative, report.skipped))
    if options.fix or options.diff:
        fixed = gateway.files.fix(project, FileReport(relative, report.findings, content=content))
        if options.diff:
            run.diffs.append(diff_of(relative, content, fixed.content))
        else:
            run.findings = list(fixed.remaining)
            run.n_fixed = fixed.n_fixed
            run.texts[relative] = fixed.content
            sys.stdout.buffer.write(fixed.content.encode("utf-8", "surrogateescape"))
            sys.stdout.buffer.flush()
    _add_rule_file_findings(project, {relative: None}, run)
    return project, run


def diff_of(path: str, before: str, after: str) -> str:
    """What differs between two texts of a file, as `patch` takes it."""
    from difflib import unified_diff
    from io import StringIO

    path = printable(path)
    # Lines as diff and patch see them: only a line feed ends one.
    old, new = (list(StringIO(text, newline="\n")) for text in (before, after))
    lines = unified_diff(old, new, f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _narrowed(gateway: Gateway, project: Project, run: _Run, options: CheckOptions) -> Narrowed:
    wants_known = options.output_format in KNOWING_FORMATS or run.narrowing.baseline is not None
    known = gateway.files.recognise(project, run.findings, run.texts) if wants_known else ()
    return narrowed(run.narrowing, run.findings, known, run.old, run.looked_at)


def _outcome(project: Project, run: _Run, report: Narrowed, options: CheckOptions, seconds: float) -> CheckOutcome:
    findings = report.findings
    return CheckOutcome(
        root=project.root,
        findings=findings,
        rule_versions={
            path: rule_version(a.rule for a in project.book.selection.select(path))
            for path in dict.fromkeys(f.path for f in findings if options.output_format == "json")
        },
        skipped=tuple(run.skipped),
        summary=Summary(
            files=len(run.checked),
            rules=len(in_force(project)),
            findings=len(findings),
            by_severity={s: n for s in SEVERITIES if (n := sum(1 for f in findings if f.severity == s))},
            fixable=sum(1 for f in findings if f.fix and f.fix.safe),
            fixed=run.n_fixed,
            skipped=len(run.skipped),
            seconds=round(seconds, 3),
            baselined=report.n_baselined,
            stale=report.stale.total(),
            unchanged=report.n_unchanged,
        ),
        texts=run.texts,
        known=report.known,
        rules={(rule.id, rule.path): rule for rule in project.book.selection.active},
        fail_on=options.fail_on or project.settings.check.fail_on,
        pruned=options.prune_baseline,
    )


def _write_baseline(gateway: Gateway, project: Project, run: _Run, file: str, *, quiet: bool) -> int:
    from collections import Counter

    _put(gateway, file, _text_of(Counter(gateway.files.recognise(project, run.findings, run.texts))))
    if not quiet:
        count = f"{len(run.findings):,} finding{'' if len(run.findings) == 1 else 's'}"
        click.echo(f"Wrote {count} to {file}; `rulewright check --baseline {file}` reports what is new.")
    return 0


def _text_of(baseline: "Baseline") -> str:
    from rulewright.core.baseline import write_baseline

    return write_baseline(baseline)


def _put(gateway: Gateway, file: str, content: str) -> None:
    """Write a file that the user named; raises Refused."""
    if why_not := gateway.files.write_output(Path(file), content):
        raise Refused(why_not)


def _print(gateway: Gateway, outcome: CheckOutcome, options: CheckOptions, diffs: list[str]) -> None:
    if options.diff:
        for diff in diffs:
            # Bytes that are not UTF-8 go out as they came in, or the diff could not be applied.
            click.echo(diff.encode("utf-8", "surrogateescape"), nl=False)
        return
    # With `check - --fix` the mended text is what is printed.
    prints_report = not ("-" in options.paths and options.fix)
    if options.output is None:
        _echo(_rendered(outcome, options, options.output_format) if prints_report else ())
        return
    if prints_report:
        _echo(_rendered(outcome, options, "text"))
    put_report(gateway, options.output, _rendered(outcome, options, options.output_format))


def put_report(gateway: Gateway, file: str, pieces: Iterable[str]) -> None:
    """Write a report to a file that the user named; raises Refused."""
    _put(gateway, file, "".join(f"{click.unstyle(text)}\n" for text in pieces))


def _echo(texts: Iterable[str]) -> None:
    """Print pieces, many at once: each call writes and flushes."""
    pieces = iter(texts)
    while batch := list(islice(pieces, _AT_ONCE)):
        click.echo("\n".join(batch))


def _rendered(outcome: CheckOutcome, options: CheckOptions, output_format: str) -> Iterator[str]:
    yield from rendered(outcome, output_format, verbose=options.verbose, quiet=options.quiet)


def rendered(outcome: CheckOutcome, output_format: str, *, verbose: bool, quiet: bool) -> Iterator[str]:
    """The report, in pieces that each end a line; `quiet` leaves the summary out."""
    match output_format:
        case "json":
            from rulewright.adapters.cli.render_json import render

            yield render(outcome)
        case "sarif":
            from rulewright.adapters.cli.render_sarif import render as render_sarif

            yield render_sarif(outcome)
        case "junit":
            from rulewright.adapters.cli.render_junit import render as render_junit

            yield render_junit(outcome)
        case "gitlab":
            from rulewright.adapters.cli.render_gitlab import render as render_gitlab

            yield render_gitlab(outcome)
        case "github":
            from rulewright.adapters.cli.render_github import render as render_github
            from rulewright.adapters.cli.render_text import summary

            yield from render_github(outcome)
            if not quiet:
                yield from summary(outcome, verbose=verbose)
        case _:
            from rulewright.adapters.cli.render_text import render as render_text

            yield from render_text(outcome, verbose=verbose, quiet=quiet)
