"""`rulewright rules new`."""

from collections.abc import Sequence
from pathlib import Path

import click

from rulewright.adapters.cli.report import printable
from rulewright.core.languages import CHECKABLE, canonical
from rulewright.features.rule_new import file_of, new_rule
from rulewright.gateway import Gateway


def run_new(gateway: Gateway, name: str, *, check: str | None, globs: Sequence[str]) -> int:
    """Write the first text of a rule, where nothing is yet."""
    language = ""
    if check is not None:
        language = canonical(check) or check
        if language not in CHECKABLE:
            raise click.UsageError(
                f"There are no checks for {check}. Those that can be checked: {', '.join(sorted(CHECKABLE))}."
            )
    try:
        file = file_of(name)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    root = gateway.files.root_of(Path.cwd())
    if not gateway.files.write_new(root, file, new_rule(file, language, tuple(globs))):
        raise click.ClickException(f"{file} is there already. Nothing was written.")
    click.echo(printable(f"Wrote {file} in {root}."))
    click.echo("Next: rulewright rules test" if language else f"Next: rulewright rules lint {file}")
    return 0
