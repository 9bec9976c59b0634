"""`rulewright init`: write a first `.ai-rules/`. What exists is never overwritten."""

import os
from pathlib import Path

import click

from rulewright.gateway import Gateway


def run_init(gateway: Gateway, folder: str) -> int:
    """Run the command; returns the exit code."""
    root = Path(os.path.abspath(folder))  # noqa: PTH100 - `..` goes, links stay
    plan = gateway.files.plan_init(root)
    click.echo(f"Languages: {', '.join(plan.languages) or 'none that checks can be written for'}")
    written = 0
    for path, content in plan.files.items():
        try:
            is_new = gateway.files.write_new(root, path, content)
        except OSError as error:
            raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None
        written += is_new
        click.echo(f"  wrote  {path}" if is_new else f"  kept   {path} (it was there already)")
    if plan.in_place:
        files = ", ".join(f"{title} ({number})" for title, number in plan.in_place)
        click.echo(
            f"Read where they are: the rule files of {files}. `rulewright rules import` makes them rules of ours."
        )
    click.echo(f"Wrote {written} files. Next: `rulewright check`, and `rulewright rules why FILE` for any file.")
    return 0
