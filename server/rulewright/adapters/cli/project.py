"""From the arguments of a command to an open project. Broken settings end the command with exit code 2."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from rulewright.adapters.cli.report import printable
from rulewright.core.snapshot import Project
from rulewright.gateway import Gateway


def open_project(
    gateway: Gateway, root: Path, overlay: Sequence[str] = (), near: Iterable[str] | None = None
) -> Project:
    """Open the project at `root`; raises UsageError when its settings are broken."""
    project, problems = gateway.open_project(root.as_posix(), overlay_of(overlay), near)
    for problem in problems:
        click.echo(printable(f"rulewright: {problem.origin}: {problem.message}"), err=True)
    if any(p.broken for p in problems):
        raise BrokenSettings
    return project


class BrokenSettings(click.ClickException):
    """The settings were reported already."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__("The settings are broken; nothing was done.")


def overlay_of(assignments: Sequence[str]) -> dict[str, dict[str, object]]:
    """`rules.defaults=never` and the like, as a layer of settings."""
    import tomllib

    values: dict[str, dict[str, object]] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        table, dot, key = name.strip().partition(".")
        if not equals or not dot or not key:
            raise click.UsageError(f"--set {assignment}: write NAME=VALUE, such as rules.defaults=never.")
        try:
            value = tomllib.loads(f"v = {text}")["v"]
        except tomllib.TOMLDecodeError:
            value = text
        values.setdefault(table, {})[key] = value
    return values


def relative_to(root: Path, argument: str) -> str:
    """A path argument relative to the root, with forward slashes; raises UsageError when it lies outside."""
    path = Path(os.path.abspath(argument))  # noqa: PTH100 - `..` goes, links stay: a link is named as the user named it
    try:
        relative = path.relative_to(root).as_posix()
    except ValueError:
        raise click.UsageError(
            f"{argument} lies outside the project at {root}. Run the command in its own project."
        ) from None
    return "" if relative == "." else relative
