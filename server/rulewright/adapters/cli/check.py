"""`rulewright check`: which files, checked how, reported as what, with which exit code."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import click
import msgspec

from rulewright.adapters.cli.project import open_project, relative_to
from rulewright.adapters.cli.report import CheckOutcome, Summary, printable
from rulewright.core.findings import SEVERITIES, Finding, Severity
from rulewright.core.snapshot import Project
from rulewright.core.sources import Found, Skipped
from rulewright.features.check import FileReport
from rulewright.gateway import Gateway


class CheckOptions(msgspec.Struct, frozen=True):
    """The options of the command."""

    paths: tuple[str, ...] = ()
    output_format: str = "text"
    fix: bool = False
    diff: bool = False
    fail_on: Severity | Literal["never"] | None = None
    stdin_filename: str | None = None
    verbose: bool = False
    quiet: bool = False
    overlay: tuple[str, ...] = ()


@dataclass
class _Run:
    """What one run collects."""

    outcome_findings: list[Finding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    n_files: int = 0
    n_fixed: int = 0
    diffs: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def run_check(gateway: Gateway, options: CheckOptions) -> int:
    """Run the command; returns the exit code."""
    started = time.perf_counter()
    _refuse_contradictions(options)
    try:
        outcome = _check_stdin(gateway, options) if "-" in options.paths else _check_paths(gateway, options)
    finally:
        gateway.close()
    project, run = outcome
    threshold = options.fail_on or project.settings.check.fail_on
    findings = tuple(run.outcome_findings)
    shown = CheckOutcome(
        root=project.root,
        findings=findings,
        skipped=tuple(run.skipped),
        summary=Summary(
            files=run.n_files,
            rules=len(in_force(project)),
            findings=len(findings),
            by_severity={s: n for s in SEVERITIES if (n := sum(1 for f in findings if f.severity == s))},
            fixable=sum(1 for f in findings if f.fix and f.fix.safe),
            fixed=run.n_fixed,
            skipped=len(run.skipped),
            seconds=round(time.perf_counter() - started, 3),
        ),
        texts=run.texts,
    )
    if not ("-" in options.paths and options.fix):
        _print(shown, options, run.diffs)
    return int(threshold != "never" and any(f.at_least(threshold) for f in findings))


def _refuse_contradictions(options: CheckOptions) -> None:
    if options.stdin_filename and "-" not in options.paths:
        raise click.UsageError(
            "--stdin-filename names standard input: write `rulewright check - --stdin-filename NAME`."
        )
    if options.diff and options.fix:
        raise click.UsageError("--diff changes nothing and --fix does: choose one.")
    if options.diff and options.output_format != "text":
        raise click.UsageError(f"--diff prints a diff, so there is no place for --format {options.output_format}.")


def in_force(project: Project) -> list[str]:
    """Ids of the rules that are not switched off by settings."""
    return [rule.id for rule in project.book.selection.active]


def _check_paths(gateway: Gateway, options: CheckOptions) -> tuple[Project, _Run]:
    arguments = options.paths or (".",)
    for argument in arguments:
        if not Path(argument).exists():
            raise click.UsageError(f"{argument} does not exist.")
    root = gateway.root_of(Path.cwd() if options.paths == () else Path(arguments[0]))
    starts = [relative_to(root, a) for a in arguments]
    only_files = all((root / s).is_file() for s in starts)
    project = open_project(gateway, root, options.overlay, near=starts if only_files else None)
    run = _Run()
    wanted = dict.fromkeys(_files(gateway, project, root, starts, run))
    run.n_files = len(wanted)
    for report in gateway.check(project, wanted):
        _take(gateway, project, report, run, options)
    for skipped in run.skipped:
        if skipped.path in starts:
            # Whoever names a file expects it to be checked.
            click.echo(f"rulewright: {printable(skipped.path)} was not checked: {skipped.reason}.", err=True)
    _add_rule_file_findings(project, wanted, run)
    run.outcome_findings.sort(key=lambda f: (f.path, f.start, f.end, f.rule_id))
    return project, run


def _files(gateway: Gateway, project: Project, root: Path, starts: list[str], run: _Run) -> Iterator[str]:
    for start in starts:
        if (root / start).is_dir():
            for entry in gateway.walk(project, start):
                if isinstance(entry, Found):
                    yield entry.path
                else:
                    run.skipped.append(entry)
        else:
            # A file that is named is checked, whatever the ignore files say.
            yield start


def _add_rule_file_findings(project: Project, checked: dict[str, None], run: _Run) -> None:
    """A broken rule file is a finding wherever it lies: what it should enforce is not. Mere hints stay home."""
    for finding in project.book.findings:
        if finding.path not in checked and finding.severity in {"error", "warning"}:
            run.outcome_findings.append(finding)


def _take(gateway: Gateway, project: Project, report: FileReport, run: _Run, options: CheckOptions) -> None:
    if report.skipped:
        run.skipped.append(Skipped(report.path, report.skipped))
        run.n_files -= 1
    findings = report.findings
    if (options.fix or options.diff) and report.content is not None and any(f.fix and f.fix.safe for f in findings):
        fixed = gateway.fix(project, report)
        if options.diff:
            run.diffs.append(_diff(report.path, report.content, fixed.content))
        elif why_not := gateway.write_fixed(project, report, fixed):
            click.echo(f"rulewright: {why_not}", err=True)
        else:
            findings = fixed.remaining
            run.n_fixed += fixed.n_fixed
    run.outcome_findings += findings


def _check_stdin(gateway: Gateway, options: CheckOptions) -> tuple[Project, _Run]:
    if options.paths != ("-",):
        raise click.UsageError("`-` stands alone: standard input is one file.")
    if not options.stdin_filename:
        raise click.UsageError("`check -` needs --stdin-filename NAME: rules are matched by it.")
    path = Path(options.stdin_filename)
    root = gateway.root_of(path.parent if path.parent.is_dir() else Path.cwd())
    relative = relative_to(root, options.stdin_filename)
    content = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    project = open_project(gateway, root, options.overlay, near=[relative])
    run = _Run(n_files=1, texts={relative: content})
    report = next(iter(gateway.check(project, [relative], contents={relative: content})))
    run.outcome_findings += report.findings
    if report.skipped:
        run.skipped.append(Skipped(relative, report.skipped))
    if options.fix or options.diff:
        fixed = gateway.fix(project, FileReport(relative, report.findings, content=content))
        if options.diff:
            run.diffs.append(_diff(relative, content, fixed.content))
        else:
            run.outcome_findings = list(fixed.remaining)
            run.n_fixed = fixed.n_fixed
            sys.stdout.buffer.write(fixed.content.encode("utf-8", "surrogateescape"))
            sys.stdout.buffer.flush()
    _add_rule_file_findings(project, {relative: None}, run)
    return project, run


def _diff(path: str, before: str, after: str) -> str:
    from difflib import unified_diff
    from io import StringIO

    path = printable(path)
    # Lines as diff and patch see them: only a line feed ends one.
    old, new = (list(StringIO(text, newline="\n")) for text in (before, after))
    lines = unified_diff(old, new, f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _print(outcome: CheckOutcome, options: CheckOptions, diffs: list[str]) -> None:
    if options.diff:
        for diff in diffs:
            # Bytes that are not UTF-8 go out as they came in, or the diff could not be applied.
            click.echo(diff.encode("utf-8", "surrogateescape"), nl=False)
        return
    match options.output_format:
        case "json":
            from rulewright.adapters.cli.render_json import render

            click.echo(render(outcome))
        case "sarif":
            from rulewright.adapters.cli.render_sarif import render as render_sarif

            click.echo(render_sarif(outcome))
        case _:
            from rulewright.adapters.cli.render_text import render as render_text

            for line in render_text(outcome, verbose=options.verbose, quiet=options.quiet):
                click.echo(line)
