"""The commands `rulewright token` and `rulewright audit`: what they understand, and nothing of what they do."""

import click

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.options import json_option
from rulewright.core.access import MAX_DAYS
from rulewright.core.permissions import ACTIONS, MEANINGS

_RIGHTS = "\n".join(f"  {action:<12}  {MEANINGS[action]}" for action in ACTIONS)


@click.group(short_help="Let others into your server, with rights and for a time.")
def token() -> None:
    """Tokens let others into a server of yours that listens on a socket, with rights and for a time."""


@token.command(epilog=f"\b\nRights:\n{_RIGHTS}")
@click.argument("user")
@click.option("--name", default="", help="For people to read.  [default: as USER]")
@click.option("--rights", default="read", show_default=True, metavar="RIGHT,...", help="What they may do; see below.")
@click.option("--days", type=click.FloatRange(0, MAX_DAYS, min_open=True), default=30, show_default=True)
@click.option("--once", is_flag=True, help="It lets in once.")
@json_option
@click.pass_obj
def new(launcher: Launcher, *, user: str, name: str, rights: str, days: float, once: bool, as_json: bool) -> int:
    """Make a token for USER, and print it: this is the only time that it is shown.

    Whoever has it gives it as initializationOptions.token, or in the header Authorization of a WebSocket.
    """
    from rulewright.adapters.cli.tokens import run_new

    wanted = tuple(filter(None, (right.strip() for right in rights.split(","))))
    return run_new(launcher, user, name=name, rights=wanted, days=days, once=once, as_json=as_json)


@token.command("list")
@json_option
@click.pass_obj
def list_tokens(launcher: Launcher, *, as_json: bool) -> int:
    """List the tokens that were made, without what makes them work."""
    from rulewright.adapters.cli.tokens import run_list

    return run_list(launcher, as_json=as_json)


@token.command()
@click.argument("token_id", metavar="TOKEN")
@click.pass_obj
def revoke(launcher: Launcher, *, token_id: str) -> int:
    """Let a token let in nobody any more. TOKEN is an id of `token list`, or its first letters.

    Who is in already stays until they leave.
    """
    from rulewright.adapters.cli.tokens import run_revoke

    return run_revoke(launcher, token_id)


@click.command(short_help="List who was refused what.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Rows at most.")
@json_option
@click.pass_obj
def audit(launcher: Launcher, *, limit: int, as_json: bool) -> int:
    """List who was not let in, and who was refused what, the newest first."""
    from rulewright.adapters.cli.tokens import run_audit

    return run_audit(launcher, limit, as_json=as_json)
