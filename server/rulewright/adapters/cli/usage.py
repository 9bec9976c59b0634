"""`rulewright usage`: what calls of models added up to."""

import click
import msgspec

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.rules import table
from rulewright.adapters.cli.sessions import conversing
from rulewright.core.interaction import Used

NUMBERS = ("calls", "failed", "tokens in", "tokens out", "time", "cost")


class UsageRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright usage --json`."""

    version: int
    by: str
    """`model`, `day` or `workspace`."""
    usage: tuple[Used, ...]
    """Costs are in millionths of the currency of the price list."""


def run_usage(launcher: Launcher, by: str, *, days: int | None, everybody: bool, as_json: bool) -> int:
    """Say what calls added up to."""
    with conversing(launcher) as (gateway, me):
        found = gateway.usage(me, by, days=days, everybody=everybody)
    if as_json:
        click.echo(to_json(UsageRecord(1, by, found)))
        return 0
    if not found:
        click.echo("No model was called" + ("." if days is None else " in that time."))
        return 0
    rows = [_row(used.name or "(none)", used) for used in found]
    if len(found) > 1:
        rows.append(_row("all", _sum(found)))
    for line in table(("project" if by == "workspace" else by, *NUMBERS), rows):
        click.echo(line)
    return 0


def _row(name: str, used: Used) -> tuple[str, ...]:
    cost = f"{used.cost_micro / 1e6:,.4f}" if used.cost_micro else "-"
    numbers = (f"{number:,}" for number in (used.calls, used.failed, used.tokens_in, used.tokens_out))
    return (name, *numbers, f"{used.latency_ms / 1000:,.1f} s", cost)


def _sum(found: tuple[Used, ...]) -> Used:
    columns = zip(*(msgspec.structs.astuple(used)[1:] for used in found), strict=True)
    return Used("all", *(sum(column) for column in columns))
