"""`rulewright receipts`: what was sent to models, in which order, from where and why."""

from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import click
import msgspec

from rulewright.adapters.cli.drawing import harmless
from rulewright.adapters.cli.interrupts import Runner
from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.project import open_project
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.adapters.cli.rules import table
from rulewright.adapters.cli.sessions import conversing
from rulewright.core.interaction import Interaction, why_no_replay
from rulewright.core.models import Delta, Failed, Finished, Sending
from rulewright.core.prompt.receipt import (
    Receipt,
    as_markdown,
    digest_of,
    prompt_of,
    read_receipt,
    request_of,
    shown_prompt,
)
from rulewright.core.routing import NoModel
from rulewright.core.session_text import minute

LISTED = ("call", "when", "model", "for", "tokens in", "tokens out", "time", "cost", "outcome")


class ReceiptsRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright receipts --json`."""

    version: int
    calls: tuple[Interaction, ...]
    """The newest first, each with its receipt."""


class ReceiptRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright receipts CALL --json`."""

    version: int
    call: Interaction
    receipt: Receipt | None
    """None where nothing but counts was kept."""


def run_list(launcher: Launcher, *, session: str, limit: int, as_json: bool) -> int:
    """List the last calls."""
    with conversing(launcher) as (door, me):
        calls = door.interactions(me, session=session, limit=limit)
    if as_json:
        click.echo(to_json(ReceiptsRecord(1, calls)))
        return 0
    if not calls:
        click.echo("No call of a model is kept. `rulewright ask` makes one.")
        return 0
    for line in table(LISTED, [tuple(map(printable, _row(call))) for call in calls]):
        click.echo(line)
    return 0


def _row(call: Interaction) -> tuple[str, ...]:
    receipt = read_receipt(call.receipt)
    cost = f"{call.cost_micro / 1e6:,.4f}" if call.cost_micro else "-"
    counts = (f"{call.tokens_in:,}", f"{call.tokens_out:,}", f"{call.latency_ms / 1000:,.1f} s", cost)
    return (call.id[:8], minute(call.at), call.model, receipt.intent if receipt else "", *counts, call.outcome)


def run_receipt(launcher: Launcher, call: str, *, with_prompt: bool, as_json: bool) -> int:
    """Print one receipt."""
    with conversing(launcher) as (door, me):
        found = door.interaction(me, call)
    if as_json:
        click.echo(to_json(ReceiptRecord(1, found, read_receipt(found.receipt))))
        return 0
    show_receipt(found, with_prompt=with_prompt)
    return 0


def show_receipt(call: Interaction, *, with_prompt: bool) -> None:
    """Print a receipt for people."""
    receipt = read_receipt(call.receipt)
    if receipt is None:
        click.echo(
            printable(f"Of the call {call.id} only counts were kept: {call.tokens_in:,} tokens sent to {call.model}.")
        )
        return
    prompt = response = ""
    if with_prompt and call.kept == "whole":
        prompt, response = shown_prompt(request_of(call.prompt, call.root, 0.0).messages), call.response
    page = as_markdown(receipt, call=call.id, at=call.at, prompt=prompt, response=response)
    click.echo(harmless(page), nl=False)
    if with_prompt and call.kept != "whole":
        click.echo(f"\n{printable(why_no_replay(call))}")


def run_replay(launcher: Launcher, call: str, overlay: Sequence[str]) -> int:
    """Send a call once more; 1 where there is no answer."""
    gateway = launcher.headless()
    project = open_project(gateway, gateway.files.root_of(Path.cwd()), overlay)
    with conversing(launcher) as (door, me), Runner() as runner:
        kept = door.interaction(me, call, to_replay=True)
        chat = gateway.talk(lambda: door, me)

        async def replay() -> int:
            try:
                async with aclosing(chat.replay(project, kept.id)) as events:
                    async for event in events:
                        if (code := _replayed(event, kept)) is not None:
                            return code
            finally:
                await gateway.aclose()
            return 0

        try:
            return runner.run(replay())
        except NoModel as problem:
            raise click.ClickException(printable(str(problem))) from None


def _replayed(event: Any, kept: Interaction) -> int | None:
    match event:
        case Sending(request):
            same = digest_of(prompt_of(request)) == digest_of(kept.prompt)
            told = (
                "the same bytes as then" if same else "not the bytes of then: the gate takes out more, or less, today"
            )
            click.secho(f"sent: {told} (sha256 {digest_of(prompt_of(request))})", dim=True, err=True)
        case Delta(text):
            click.echo(harmless(text), nl=False)
        case Failed(message=message):
            click.echo(printable(f"rulewright: {message}"), err=True)
            return 1
        case Finished():
            click.echo()
        case _:
            pass
    return None
