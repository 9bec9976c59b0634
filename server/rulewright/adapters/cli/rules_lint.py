"""`rulewright rules lint`."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap

import click

from rulewright.adapters.cli.project import open_project, relative_to
from rulewright.adapters.cli.report import CheckOutcome, Summary, printable
from rulewright.core.findings import SEVERITIES, Finding
from rulewright.core.snapshot import Project
from rulewright.features.check import FileReport
from rulewright.gateway import Gateway

SCOPES = {
    "file": "Said of a rule file by itself.",
    "project": "Said of a rule among the other rules and the files of its project, by `rulewright rules lint` and in "
    "editors.",
    "code": "Said of files that are checked.",
}
FIXES = {
    "always": "A quick-fix comes with it.",
    "sometimes": "A quick-fix comes with it where there is one plain way to mend it.",
    "no": "There is no quick-fix.",
}


@dataclass(frozen=True, kw_only=True)
class LintOptions:
    """What the command line says."""

    strict: bool
    fix: bool
    diff: bool
    as_json: bool
    overlay: Sequence[str]


def run_lint(gateway: Gateway, paths: Sequence[str], options: LintOptions) -> int:
    """Report what is wrong with rule files; exit code 1 from a warning on, or with `strict` for anything."""
    started = time.perf_counter()
    _refuse(paths, options)
    root = gateway.files.root_of(Path(paths[0]) if paths else Path.cwd())
    starts = [relative_to(root, path) for path in paths]
    project = open_project(gateway, root, options.overlay)

    def is_meant(path: str) -> bool:
        return not starts or any(s in {"", path} or path.startswith(f"{s}/") for s in starts)

    found = [f for f in gateway.files.lint_rules(project) if is_meant(f.path)]
    n_fixed = 0
    if options.fix or options.diff:
        n_fixed = _mend(gateway, project, found, write=options.fix)
    if n_fixed and options.fix:
        project = open_project(gateway, root, options.overlay)
        found = [f for f in gateway.files.lint_rules(project) if is_meant(f.path)]
    rules = project.book.rules
    outcome = CheckOutcome(
        root=project.root,
        findings=tuple(found),
        skipped=(),
        summary=Summary(
            files=len({r.path for r in rules if r.source != "default" and is_meant(r.path)} | {f.path for f in found}),
            rules=len(project.book.selection.active),
            findings=len(found),
            by_severity={s: n for s in SEVERITIES if (n := sum(1 for f in found if f.severity == s))},
            fixable=sum(1 for f in found if f.fix and f.fix.safe),
            fixed=n_fixed if options.fix else 0,
            skipped=0,
            seconds=round(time.perf_counter() - started, 3),
        ),
        fail_on="hint" if options.strict else "warning",
    )
    if options.as_json:
        from rulewright.adapters.cli.render_json import render

        click.echo(render(outcome))
    elif not options.diff:
        from rulewright.adapters.cli.render_text import render as render_text

        for line in render_text(outcome, verbose=False, quiet=False):
            click.echo(line)
    return int(any(map(outcome.fails, outcome.findings)))


def _refuse(paths: Sequence[str], options: LintOptions) -> None:
    if options.fix and options.diff:
        raise click.UsageError("--fix writes and --diff only shows: give one.")
    if options.diff and options.as_json:
        raise click.UsageError("--diff is for people and --json for programs: give one.")
    for path in paths:
        if not Path(path).exists():
            raise click.UsageError(f"{path} does not exist.")


def _mend(gateway: Gateway, project: Project, found: Sequence[Finding], *, write: bool) -> int:
    """Apply the safe fixes of each file, or show what they would change. Returns how many there were."""
    n_fixed = 0
    for path in dict.fromkeys(f.path for f in found if f.fix and f.fix.safe):
        mended = gateway.files.fix_rule_file(project, path)
        if mended is None:
            continue
        before, fixed = mended
        if not write:
            from rulewright.adapters.cli.check import diff_of

            click.echo(diff_of(path, before, fixed.content).encode("utf-8", "surrogateescape"), nl=False)
        elif why_not := gateway.files.write_fixed(project, FileReport(path, (), content=before), fixed):
            click.echo(printable(f"rulewright: {why_not}"), err=True)
            continue
        n_fixed += fixed.n_fixed
    return n_fixed


def run_explain(name: str) -> int:
    """Print what a remark means; raises UsageError where there is none of that name."""
    from rulewright.core.rules.remarks import remark_of

    found = remark_of(name)
    if isinstance(found, str):
        hint = f" Did you mean {found}?" if found else " docs/rule-lints.md lists them."
        raise click.UsageError(f"No remark is called {printable(name)}.{hint}")
    code, remark = found
    click.echo(f"rulewright/{code} ({' or '.join(remark.severities)})")
    click.echo(remark.title)
    click.echo()
    for line in wrap(remark.why, 100):
        click.echo(line)
    click.echo()
    click.echo(f"{SCOPES[remark.scope]} {FIXES[remark.fix]}")
    return 0
