"""`rulewright init`: write a first `.ai-rules/`. What exists is never overwritten."""

import os
import sys
from pathlib import Path

import click

from rulewright.features.init import CURSOR_FOLDER
from rulewright.gateway import Gateway


def run_init(gateway: Gateway, folder: str, *, yes: bool, imports: tuple[str, ...]) -> int:
    """Run the command; returns the exit code."""
    root = Path(os.path.abspath(folder))  # noqa: PTH100 - `..` goes, links stay
    chosen = _named(gateway, root, imports) if imports else _offered(gateway, root, yes=yes)
    plan = gateway.plan_init(root, chosen)
    click.echo(f"Languages: {', '.join(plan.languages) or 'none that checks can be written for'}")
    written = 0
    for path, content in plan.files.items():
        try:
            is_new = gateway.write_new(root, path, content)
        except OSError as error:
            raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None
        written += is_new
        click.echo(f"  wrote  {path}" if is_new else f"  kept   {path} (it was there already)")
    click.echo(f"Wrote {written} files. Next: `rulewright check`, and `rulewright rules why FILE` for any file.")
    return 0


def _offered(gateway: Gateway, root: Path, *, yes: bool) -> list[str]:
    """Rule files of other tools that are there, and that the user wants taken over."""
    found = gateway.foreign_rules(root)
    cursor = [name for name in found if name.startswith(CURSOR_FOLDER)]
    chosen = [name for name in found if name not in cursor and (yes or _ask(f"Take over {name} as a rule?"))]
    if cursor and (yes or _ask(f"Take over {_count(len(cursor))} of Cursor ({CURSOR_FOLDER})?")):
        chosen += cursor
    return chosen


def _ask(question: str) -> bool:
    """The user's answer; no, said so, where nobody can be asked."""
    if not sys.stdin.isatty():
        click.echo(f"{question} Not without being told: use --yes, or --from.")
        return False
    return click.confirm(question, default=True)


def _named(gateway: Gateway, root: Path, imports: tuple[str, ...]) -> list[str]:
    chosen: list[str] = []
    for name in imports:
        found = gateway.foreign_rules(root, name)
        if not found:
            raise click.UsageError(f"--from {name}: there is no rule file of that name in {root}.")
        chosen += found
    return chosen


def _count(number: int) -> str:
    return "1 rule" if number == 1 else f"{number} rules"
