"""`rulewright rules disable | enable | add | remove`: what of a project's rules is not in files."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from rulewright.adapters.cli.project import open_project
from rulewright.adapters.cli.report import printable
from rulewright.core.events import Flag
from rulewright.core.rules.parse import MAX_FILE_BYTES
from rulewright.gateway import Gateway


def run_switch(
    gateway: Gateway, name: str, *, source: str, everything: bool, enabled: bool, overlay: Sequence[str]
) -> int:
    """Switch a rule, a source or every rule on or off in the project here."""
    verb = "enable" if enabled else "disable"
    if bool(name) + bool(source) + everything != 1:
        raise click.UsageError(f"Name one thing: rulewright rules {verb} NAME, or --source SOURCE, or --all.")
    flag = Flag("everything" if everything else "source" if source else "rule", name or source, enabled)
    try:
        project = open_project(gateway, gateway.files.root_of(Path.cwd()), overlay)
        is_possible, said = gateway.rules.switch(project.root, flag, f"rules {verb}")
        if not is_possible:
            raise click.UsageError(printable(said))
        click.echo(printable(said))
        _tell(gateway)
    finally:
        gateway.close()
    return 0


def run_add(gateway: Gateway, file: str, *, rule_id: str, overlay: Sequence[str]) -> int:
    """Keep the rule that a file, or standard input, holds in the table."""
    try:
        if file == "-":
            data = sys.stdin.buffer.read(MAX_FILE_BYTES + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(MAX_FILE_BYTES + 1)
        project = open_project(gateway, gateway.files.root_of(Path.cwd()), overlay)
        name, why_not = gateway.rules.add_to_table(project.root, data, rule_id, _stem(file), "rules add")
        if why_not:
            raise click.ClickException(printable(why_not))
        click.echo(f"`{printable(name)}` is kept for {printable(project.root)}, without a file.")
        _tell(gateway)
    finally:
        gateway.close()
    return 0


def run_remove(gateway: Gateway, rule_id: str, *, overlay: Sequence[str]) -> int:
    """Forget a rule of the table."""
    try:
        project = open_project(gateway, gateway.files.root_of(Path.cwd()), overlay)
        if not gateway.rules.remove_from_table(project.root, rule_id, "rules remove"):
            raise click.UsageError(
                f"No rule `{printable(rule_id)}` is kept without a file here. A rule in a file goes with its file."
            )
        click.echo(f"`{printable(rule_id)}` is kept no more. `rulewright rules history` still has its text.")
        _tell(gateway)
    finally:
        gateway.close()
    return 0


def _stem(file: str) -> str:
    return "" if file == "-" else Path(file).stem


def _tell(gateway: Gateway) -> None:
    for sentence in gateway.rules.take_problems():
        click.echo(f"rulewright: {printable(sentence)}", err=True)
