"""`rulewright prompt`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from rulewright.adapters.cli.project import open_project, relative_to
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.core.prompt.records import Cut, Prompt
from rulewright.features.prompt import DEFAULT_BUDGET, Asked
from rulewright.gateway import Gateway

MAX_TOLD = 10
"""Cuts that are told one by one."""


def run_prompt(
    gateway: Gateway,
    file: str,
    *,
    task: str,
    line: int | None,
    budget: int | None,
    as_json: bool,
    overlay: Sequence[str],
) -> int:
    """Print the prompt about a file, and nothing else; what there is to say of it goes to standard error."""
    if task == "-":
        task = sys.stdin.buffer.read().decode("utf-8", "replace")
    if not task.strip():
        raise click.UsageError("--task is empty: say what the prompt is for.")
    parent = Path(file).absolute().parent
    while not parent.is_dir():
        parent = parent.parent
    root = gateway.files.root_of(parent)
    path = relative_to(root, file)
    if not path:
        raise click.UsageError(f"{file} is the project itself: name a file in it.")
    project = open_project(gateway, root, overlay, near=[path])
    asked = Asked(path=path, task=task.strip(), line=line, budget=DEFAULT_BUDGET if budget is None else budget)
    prompt = gateway.prompts.prompt(project, asked)
    if as_json:
        click.echo(to_json(prompt))
    else:
        # Bytes, for what is printed is what would be sent: no line end is translated.
        sys.stdout.buffer.write(prompt.text.encode())
        sys.stdout.buffer.flush()
        _tell(prompt)
    return 0 if prompt.text else 1


def _tell(prompt: Prompt) -> None:
    for remark in prompt.remarks:
        click.echo(printable(f"rulewright: {remark}"), err=True)
    if not prompt.text:
        # That nothing has room in nothing needs no list.
        return
    for cut in prompt.cuts[:MAX_TOLD]:
        click.echo(printable(f"rulewright: left out {_named(cut)}: {cut.tokens:,} tokens. {cut.reason}"), err=True)
    if prompt.cuts[MAX_TOLD:]:
        click.echo(f"rulewright: left out {len(prompt.cuts) - MAX_TOLD:,} more; --json lists them.", err=True)


def _named(cut: Cut) -> str:
    return {
        "rule": f"rule {cut.id} ({cut.path})",
        "section": f'section "{cut.what}" of rule {cut.id} ({cut.path})',
        "duplicate": f"rule {cut.id} ({cut.path})",
        "project": f"the project, {cut.what}",
        "lines": f"{cut.what} of {cut.path}",
    }[cut.kind]
