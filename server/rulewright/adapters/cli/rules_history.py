"""`rulewright rules history | diff`: what this installation saw of rules, and two versions side by side."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import click
import msgspec

from rulewright.adapters.cli.project import open_project
from rulewright.adapters.cli.render_json import plain, to_json
from rulewright.adapters.cli.report import printable
from rulewright.adapters.cli.rules import table
from rulewright.core.events import FLAG_PREFIX
from rulewright.features.rule_history import HistoryEvent, RuleDiff
from rulewright.gateway import Gateway

SHIPPED = "rulewright:"
"""Before the paths of rules that come with Rulewright."""
_WORDS = {
    "rule_added": "added",
    "rule_changed": "changed",
    "rule_rejected": "rejected",
    "rule_removed": "removed",
    "rule_flagged": "switched",
}
_COLOURS = {"rejected": "red", "unreadable": "red", "removed": "yellow", "switched": "yellow"}


class CommitRecord(msgspec.Struct, frozen=True):
    """A commit that changed the file of a rule, as git tells it."""

    commit: str
    time: str
    author: str
    subject: str


class HistoryRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright rules history --json`."""

    version: int
    root: str
    rule: str
    """Id or path that was asked for; empty for all."""
    events: tuple[HistoryEvent, ...]
    """What this installation saw, newest first."""
    git: tuple[CommitRecord, ...]
    """What git knows of the file of that rule, newest first."""
    remarks: tuple[str, ...]


def run_history(gateway: Gateway, name: str, *, limit: int, as_json: bool, overlay: Sequence[str]) -> int:
    """Print the history of all rules, or of one."""
    root = gateway.files.root_of(Path.cwd())
    project = open_project(gateway, root, overlay)
    found = gateway.rules.history(project.root, name, limit)
    if isinstance(found, str):
        raise click.ClickException(printable(found))
    if as_json:
        commits = tuple(CommitRecord(c.commit, c.time, c.author, c.subject) for c in found.commits)
        record = HistoryRecord(1, project.root, name, found.events, commits, found.remarks)
        click.echo(to_json(record))
        return 0
    if not found.events:
        about = f"`{printable(name)}`" if name else "the rules of this project"
        click.echo(f"Nothing is known of {about} here. A server keeps the history; `rulewright check` keeps none.")
    else:
        click.echo(click.style("Seen here", bold=True))
    rows = [_row(group) for group in _groups(found.events, is_whole=not name)]
    for line, row in zip(table(None, rows), rows, strict=True):
        click.echo("  " + click.style(line, fg=_COLOURS.get(row[2])))
    if found.commits:
        click.echo(click.style("In git", bold=True))
        git_rows = [(c.commit[:10], _minute(c.time), c.author, c.subject) for c in found.commits]
        for line in table(None, git_rows):
            click.echo("  " + line)
    for remark in found.remarks:
        click.echo(printable(remark), err=True)
    return 0


def _groups(events: Iterable[HistoryEvent], *, is_whole: bool) -> Iterable[Sequence[HistoryEvent]]:
    """Each event by itself, but what came with Rulewright, all at once, together."""

    def key(event: HistoryEvent) -> object:
        shipped = event.path.startswith(SHIPPED) and not event.path.startswith(FLAG_PREFIX)
        return (event.correlation_id, event.event) if is_whole and shipped else event.revision

    return [list(group) for _, group in groupby(events, key)]


def _row(group: Sequence[HistoryEvent]) -> tuple[str, ...]:
    newest, oldest = group[0], group[-1]
    word = _WORDS.get(newest.event, newest.event)
    if len(group) > 1:
        numbers = f"#{oldest.revision}-{newest.revision}"
        return (numbers, _minute(newest.time), word, f"{len(group)} rules that Rulewright ships", "")
    label = f" {newest.version}" if newest.version else ""
    return (f"#{newest.revision}", _minute(newest.time), word, f"{newest.rule}{label}", newest.what)


def _minute(time: str) -> str:
    return time[:16].replace("T", " ")


def run_diff(gateway: Gateway, name: str, before: str, after: str, *, as_json: bool, overlay: Sequence[str]) -> int:
    """Print how a rule was written in one version and in another."""
    if before and not after:
        raise click.UsageError("Name two versions, or none for the two newest.")
    root = gateway.files.root_of(Path.cwd())
    project = open_project(gateway, root, overlay)
    found = gateway.rules.diff(project.root, name, before, after)
    if isinstance(found, str):
        raise click.UsageError(printable(found))
    if as_json:
        click.echo(to_json(found))
        return 0
    if not found.diff:
        click.echo(f"#{found.before} and #{found.after} of {printable(found.rule)} have the same text.")
    colours = {"+": "green", "-": "red", "@": "cyan"}
    for line in plain(found.diff).splitlines():
        click.echo(click.style(printable(line), fg=colours.get(line[:1])))
    return 0


__all__ = ["HistoryRecord", "RuleDiff", "run_diff", "run_history"]
