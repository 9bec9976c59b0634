"""`rulewright rules stats`."""

from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from rulewright.adapters.cli.project import open_project
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.adapters.cli.rules import table
from rulewright.core.figures import PARSE_ERRORS, SELECTION_CACHE_HITS, SELECTIONS, Figures
from rulewright.features.rule_stats import RuleStats
from rulewright.gateway import Gateway


class StatsRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright rules stats --json`."""

    version: int
    root: str
    by_source: dict[str, int]
    """Rules that no setting switches off."""
    rules: tuple[RuleStats, ...]
    metrics: Figures
    """Counts and durations of this run."""


def run_stats(gateway: Gateway, *, as_json: bool, overlay: Sequence[str]) -> int:
    """Say what each rule does on the project here."""
    project = open_project(gateway, gateway.files.root_of(Path.cwd()), overlay)
    try:
        rules = gateway.files.rule_stats(project)
    finally:
        gateway.close()
    by_source: dict[str, int] = {}
    for rule in rules:
        by_source[rule.source] = by_source.get(rule.source, 0) + 1
    figures = gateway.metrics.figures()
    if as_json:
        click.echo(to_json(StatsRecord(1, project.root, by_source, rules, figures)))
        return 0
    if not rules:
        click.echo("No rules. `rulewright init` writes the first ones.")
        return 0
    rows = [
        (
            r.id,
            r.source,
            f"{r.files:,}",
            f"{r.findings:,}" if r.checks else "-",
            f"{r.tokens:,}",
            f"{r.evaluation_us / 1000:.1f} ms" if r.checks else "-",
            f"set aside: {r.set_aside}" if r.set_aside else "",
        )
        for r in rules
    ]
    for line in table(("rule", "source", "files", "findings", "tokens", "time", ""), rows):
        click.echo(line)
    listed = ", ".join(f"{n} {source}" for source, n in by_source.items())
    click.echo(printable(f"{len(rules)} rules ({listed}); {sum(r.tokens for r in rules):,} tokens in all."))
    selections = figures.durations.get(SELECTIONS)
    if selections is not None:
        hits = figures.counts.get(SELECTION_CACHE_HITS, 0)
        click.echo(
            f"Selected rules for {selections.count:,} files in {selections.total_us / 1000:.1f} ms "
            f"({selections.p95_us:.0f} us at the 95th percentile, {hits:,} remembered); "
            f"{figures.counts.get(PARSE_ERRORS, 0)} rule files could not be used."
        )
    return 0
