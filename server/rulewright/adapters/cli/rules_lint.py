"""`rulewright rules lint`."""

import time
from collections.abc import Sequence
from pathlib import Path

import click

from rulewright.adapters.cli.project import open_project, relative_to
from rulewright.adapters.cli.report import CheckOutcome, Summary
from rulewright.core.findings import SEVERITIES
from rulewright.gateway import Gateway


def run_lint(gateway: Gateway, paths: Sequence[str], *, strict: bool, as_json: bool, overlay: Sequence[str]) -> int:
    """Report what is wrong with rule files; exit code 1 from a warning on, or with `strict` for anything."""
    started = time.perf_counter()
    for path in paths:
        if not Path(path).exists():
            raise click.UsageError(f"{path} does not exist.")
    root = gateway.root_of(Path(paths[0]) if paths else Path.cwd())
    starts = [relative_to(root, path) for path in paths]
    project = open_project(gateway, root, overlay)

    def is_meant(path: str) -> bool:
        return not starts or any(s in {"", path} or path.startswith(f"{s}/") for s in starts)

    found = [f for f in gateway.lint_rules(project) if is_meant(f.path)]
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
            fixed=0,
            skipped=0,
            seconds=round(time.perf_counter() - started, 3),
        ),
        fail_on="hint" if strict else "warning",
    )
    if as_json:
        from rulewright.adapters.cli.render_json import render

        click.echo(render(outcome))
    else:
        from rulewright.adapters.cli.render_text import render as render_text

        for line in render_text(outcome, verbose=False, quiet=False):
            click.echo(line)
    return int(any(map(outcome.fails, outcome.findings)))
