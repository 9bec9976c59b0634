"""`rulewright models`: which models there are, whether they work, how fast they are, and naming one."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from rulewright.adapters.cli import interrupts
from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.project import open_project
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.adapters.cli.rules import table
from rulewright.core.model_report import ModelRow, Offer, Speed, Trial
from rulewright.model_gateway import ModelGateway, ModelProblem

T = TypeVar("T")


class ModelsRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright models list --json`."""

    version: int
    models: tuple[ModelRow, ...]
    offers: tuple[Offer, ...]
    """Models on this machine that no settings name."""


class TrialsRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright models test --json`."""

    version: int
    models: tuple[Trial, ...]


class SpeedsRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright models bench --json`."""

    version: int
    models: tuple[Speed, ...]


@asynccontextmanager
async def _door(launcher: Launcher) -> AsyncIterator[ModelGateway]:
    """The door to the models that count here; connections are closed behind it."""
    gateway = launcher.headless()
    open_project(gateway, gateway.files.root_of(Path.cwd()), near=[])
    try:
        yield gateway.models
    except ModelProblem as problem:
        raise click.ClickException(printable(str(problem))) from None
    finally:
        await gateway.aclose()


def run_list(launcher: Launcher, *, as_json: bool) -> int:
    """List what there is, and what there could be."""

    async def look() -> tuple[tuple[ModelRow, ...], tuple[Offer, ...]]:
        async with _door(launcher) as models:
            return models.rows(), await models.offers()

    rows, offers = interrupts.run(look())
    if as_json:
        click.echo(to_json(ModelsRecord(1, rows, offers)))
        return 0
    if rows:
        cells = [
            (row.name, row.provider, row.model or "-", ",".join(row.roles), row.key or "-", _place(row)) for row in rows
        ]
        for line in table(("name", "provider", "model", "for", "key", "where"), cells):
            click.echo(line)
    else:
        click.echo(
            "No model is named in your settings, so nothing is sent anywhere. `rulewright models add PROVIDER MODEL` "
            "names one; docs/models.md tells more."
        )
    for row in rows:
        if row.remark:
            click.echo(printable(f"{row.name}: {row.remark}"))
    if offers:
        click.echo("\nOn this machine, and not in your settings:")
        for offer in offers:
            click.echo(printable(f"  {offer.model or offer.provider} at {offer.url}: {offer.command} --yes"))
    return 0


def _place(row: ModelRow) -> str:
    return f"{row.url} (this machine)" if row.is_local else row.url


def run_test(launcher: Launcher, name: str, *, as_json: bool) -> int:
    """Try models; 1 when something does not work."""
    trials = _each(launcher, lambda models: models.try_out(name), None if as_json else _show_trial)
    if as_json:
        click.echo(to_json(TrialsRecord(1, tuple(trials))))
    return int(any(not tried.works for trial in trials for tried in trial.tried))


def _show_trial(trial: Trial) -> None:
    context = f"{trial.context_tokens:,} tokens of context" if trial.context_tokens else "context not known"
    click.echo(click.style(printable(trial.name), bold=True) + f"  {context}")
    for tried in trial.tried:
        sign = click.style("works ", fg="green") if tried.works else click.style("fails ", fg="red")
        click.echo(f"  {sign} {tried.ability:<7} {tried.seconds:>7.3f} s  {printable(tried.text)}")


def run_bench(launcher: Launcher, name: str, n_requests: int, n_tokens: int, *, as_json: bool) -> int:
    """Measure models; 1 when a request failed."""
    speeds = _each(launcher, lambda models: models.measure(name, n_requests, n_tokens), None)
    if as_json:
        click.echo(to_json(SpeedsRecord(1, tuple(speeds))))
    else:
        _show_speeds(speeds)
    return int(any(speed.n_failed for speed in speeds))


def _show_speeds(speeds: Sequence[Speed]) -> None:
    rows = [
        (
            speed.name,
            f"{speed.n_requests - speed.n_failed}/{speed.n_requests}",
            f"{speed.first_token_ms_p50:,.1f} / {speed.first_token_ms_p95:,.1f}",
            f"{speed.total_ms_p50:,.1f} / {speed.total_ms_p95:,.1f}",
            f"{speed.tokens_per_s:,.1f}",
        )
        for speed in speeds
    ]
    head = ("model", "answered", "first token ms p50/p95", "whole ms p50/p95", "tokens/s")
    for line in table(head, rows):
        click.echo(line)
    for speed in speeds:
        if speed.problem:
            click.echo(printable(f"{speed.name}: {speed.problem}"))


def _each(
    launcher: Launcher, ask: Callable[[ModelGateway], AsyncIterator[T]], show: Callable[[T], None] | None
) -> list[T]:
    async def run() -> list[T]:
        found = []
        async with _door(launcher) as models:
            async for one in ask(models):
                found.append(one)
                if show is not None:
                    show(one)
        return found

    return interrupts.run(run())


def run_add(launcher: Launcher, entry: dict[str, Any], *, yes: bool) -> int:
    """Name a model, or show how that would be written."""
    entry.setdefault("name", entry["model"] or entry["provider"])
    if not entry["model"]:
        del entry["model"]

    async def add() -> tuple[str, Path]:
        async with _door(launcher) as models:
            text, path = models.plan(entry)
            if yes:
                models.write(text)
            return text, path

    text, path = interrupts.run(add())
    if not yes:
        click.echo(text, nl=False)
        click.echo(f"Nothing was written. With --yes this goes to {path}.", err=True)
        return 0
    click.echo(printable(f"{path} names the model {entry['name']} now. Try it: rulewright models test {entry['name']}"))
    return 0
