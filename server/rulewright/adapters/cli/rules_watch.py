"""`rulewright rules test --watch`."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import click

from rulewright.adapters.cli.report import printable
from rulewright.adapters.cli.rules import TestedRules, tested_rules
from rulewright.gateway import Gateway


def run_watch(gateway: Gateway, names: Sequence[str], *, overlay: Sequence[str]) -> int:
    """Run the examples, and again whenever a rule file changes, until Ctrl-C: the exit code is that of the last run."""
    tested = tested_rules(gateway, names, overlay)
    with contextlib.suppress(KeyboardInterrupt):
        _show(tested, {})
        for _ in gateway.files.rule_changes(gateway.files.root_of(Path.cwd())):
            before = tested.lines()
            try:
                tested = tested_rules(gateway, names, overlay)
            except click.ClickException as error:
                # A rule that was asked for by name may be back with the next change.
                click.echo(printable(error.format_message()), err=True)
                continue
            _show(tested, before)
    return tested.exit_code


def _show(tested: TestedRules, before: dict[str, list[str]]) -> None:
    """Print what is not as it was before."""
    lines = tested.lines()
    for path, told in lines.items():
        if before.get(path) != told:
            for line in told:
                click.echo(line)
    for path in before.keys() - lines.keys():
        click.echo(printable(f"gone {path}"))
    if lines != before or not lines:
        click.echo(tested.summary())
