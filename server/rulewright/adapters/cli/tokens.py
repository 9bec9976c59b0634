"""`rulewright token` and `rulewright audit`: who may come in, and who was refused."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import click
import msgspec

from rulewright.access_gateway import AccessGateway, AccessProblem
from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.adapters.cli.rules import table
from rulewright.core.access import Grant, in_order
from rulewright.core.permissions import NotAllowed, Principal


class NewTokenRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright token new --json`."""

    version: int
    token: str
    """Shown this once."""
    grant: Grant


class TokenRecord(msgspec.Struct, frozen=True):
    """A token that was made."""

    grant: Grant
    state: str
    """`valid`, `expired`, `used` or `revoked`."""


class TokensRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright token list --json`."""

    version: int
    tokens: tuple[TokenRecord, ...]
    """The newest first."""


class RefusedRecord(msgspec.Struct, frozen=True):
    """Somebody was refused something."""

    at: int
    """Seconds since 1970."""
    user: str
    """Empty where nobody knows who it was."""
    token_id: str
    action: str
    """The right that was missing; `enter` where somebody was not let in."""
    resource: str
    reason: str
    times: int
    """How often, since the row before of the same kind; within a minute they are one."""


class AuditRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright audit --json`."""

    version: int
    refusals: tuple[RefusedRecord, ...]
    """The newest first."""


@contextmanager
def _door(launcher: Launcher) -> Iterator[tuple[AccessGateway, Principal]]:
    access = launcher.access()
    try:
        yield access.gateway, launcher.local_principal()
    except (AccessProblem, NotAllowed) as problem:
        raise click.ClickException(printable(str(problem))) from None
    finally:
        access.close()
        for sentence in access.take_problems():
            click.echo(printable(f"rulewright: {sentence}"), err=True)


def run_new(
    launcher: Launcher, user: str, *, name: str, rights: Sequence[str], days: float, once: bool, as_json: bool
) -> int:
    """Make a token and print it."""
    try:
        ordered = in_order(rights)
    except ValueError as error:
        raise click.UsageError(f"--rights: {error}") from None
    if not ordered:
        raise click.UsageError("--rights: a token that allows nothing is of no use.")
    if not user.strip():
        raise click.UsageError("USER is empty: say whom the token is for.")
    with _door(launcher) as (gateway, me):
        token, grant = gateway.issue(me, user, name=name, rights=ordered, days=days, is_for_once=once)
    if "read" not in ordered:
        click.echo(
            "rulewright: without the right to read (`read`) a server lets nobody in, so this token is of no use yet. "
            f"Make another: --rights {','.join(in_order(('read', *ordered)))}",
            err=True,
        )
    if as_json:
        click.echo(to_json(NewTokenRecord(1, token, grant)))
        return 0
    click.echo(token)
    until = _minute(grant.expires_at)
    often = ", once" if once else ""
    click.echo(
        printable(
            f"Token {grant.token_id} lets {grant.name} in until {until}{often}, to: {', '.join(grant.rights)}. "
            "It is not shown again."
        ),
        err=True,
    )
    return 0


def run_list(launcher: Launcher, *, as_json: bool) -> int:
    """List tokens."""
    with _door(launcher) as (gateway, me):
        found = gateway.tokens(me)
    if as_json:
        click.echo(to_json(TokensRecord(1, tuple(TokenRecord(grant, state) for grant, state in found))))
        return 0
    if not found:
        click.echo("No tokens. `rulewright token new USER` makes one.")
        return 0
    rows = [
        (
            *(
                g.token_id,
                printable(g.user_id),
                printable(g.name),
                state,
                _minute(g.expires_at),
                "once" if g.is_for_once else "",
            ),
            ", ".join(g.rights),
        )
        for g, state in found
    ]
    for line in table(("token", "user", "name", "state", "until", "uses", "rights"), rows):
        click.echo(line)
    return 0


def run_revoke(launcher: Launcher, token: str) -> int:
    """Revoke one."""
    with _door(launcher) as (gateway, me):
        grant = gateway.revoke(me, token)
    click.echo(printable(f"Token {grant.token_id} of {grant.name} lets in nobody any more."))
    return 0


def run_audit(launcher: Launcher, limit: int, *, as_json: bool) -> int:
    """List refusals."""
    with _door(launcher) as (gateway, me):
        found = gateway.refusals(me, limit)
    if as_json:
        rows = tuple(
            RefusedRecord(r.at, r.user_id, r.token_id, r.action, r.resource, r.reason, times) for r, times in found
        )
        click.echo(to_json(AuditRecord(1, rows)))
        return 0
    if not found:
        click.echo("Nobody was refused anything.")
        return 0
    lines = [
        (
            _minute(r.at),
            *map(printable, (r.user_id or "?", r.token_id or "-", r.action, r.resource, r.reason)),
            str(times),
        )
        for r, times in found
    ]
    for line in table(("when", "user", "token", "action", "of", "reason", "times"), lines):
        click.echo(line)
    return 0


def _minute(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC).astimezone():%Y-%m-%d %H:%M}"
