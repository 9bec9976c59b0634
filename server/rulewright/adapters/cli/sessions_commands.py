"""The commands `rulewright sessions` and `rulewright usage`: what they understand, and nothing of what they do."""

from typing import BinaryIO

import click

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.options import json_option

_all_option = click.option("--all", "everywhere", is_flag=True, help="Of all projects, not of the one here alone.")
_everybody_option = click.option("--everybody", is_flag=True, help="Those of others too, for who may administer.")


@click.group(short_help="List, read and write conversations.")
def sessions() -> None:
    """List, read and write conversations. No server needs to run, and one that runs sees at once what is written.

    SESSION is an id of `sessions list`, or its first letters, four at least.
    """


@sessions.command("list")
@_all_option
@click.option("--archived", is_flag=True, help="Those that were put away.")
@_everybody_option
@json_option
@click.pass_obj
def list_sessions(launcher: Launcher, *, everywhere: bool, archived: bool, everybody: bool, as_json: bool) -> int:
    """List the conversations about the project here, what changed last first."""
    from rulewright.adapters.cli.sessions import run_list

    return run_list(launcher, everywhere=everywhere, archived=archived, everybody=everybody, as_json=as_json)


@sessions.command()
@click.argument("session")
@json_option
@click.pass_obj
def show(launcher: Launcher, *, session: str, as_json: bool) -> int:
    """Print a conversation."""
    from rulewright.adapters.cli.sessions import run_show

    return run_show(launcher, session, as_json=as_json)


@sessions.command()
@click.argument("session")
@click.pass_obj
def follow(launcher: Launcher, *, session: str) -> int:
    """Print a conversation and what others add to it, until Ctrl-C. Each line that you write is added to it.

    Nothing is sent to a model.
    """
    from rulewright.adapters.cli.sessions_follow import run_follow

    return run_follow(launcher, session)


@sessions.command()
@click.argument("session")
@click.argument("text", default="-")
@click.option("--title", default="", help="Of the conversation, where it is a new one.")
@json_option
@click.pass_obj
def append(launcher: Launcher, *, session: str, text: str, title: str, as_json: bool) -> int:
    """Add what you say to a conversation; `new` begins one. Without TEXT, or with `-`, it is read from standard input.

    Nothing is sent to a model.
    """
    from rulewright.adapters.cli.sessions import run_append

    return run_append(launcher, session, text, title=title, as_json=as_json)


@sessions.command()
@click.argument("words", nargs=-1, required=True)
@_all_option
@_everybody_option
@click.option("--limit", type=click.IntRange(1, 1_000), default=20, show_default=True, help="Messages at most.")
@json_option
@click.pass_obj
def search(
    launcher: Launcher, *, words: tuple[str, ...], everywhere: bool, everybody: bool, limit: int, as_json: bool
) -> int:
    """Find the messages with all of these words, or with words that begin so. Exit code 1 when there are none."""
    from rulewright.adapters.cli.sessions import run_search

    query = " ".join(words)
    return run_search(launcher, query, everywhere=everywhere, everybody=everybody, limit=limit, as_json=as_json)


@sessions.command()
@click.argument("session")
@click.option("--at", "message", default="", metavar="MESSAGE", help="The last message to take over.  [default: all]")
@click.option("--title", default="", help="Of the new one.  [default: as the old one]")
@json_option
@click.pass_obj
def fork(launcher: Launcher, *, session: str, message: str, title: str, as_json: bool) -> int:
    """Begin a conversation with the messages of another, up to one of them."""
    from rulewright.adapters.cli.sessions import run_fork

    return run_fork(launcher, session, message, title=title, as_json=as_json)


@sessions.command()
@click.argument("session")
@click.argument("title")
@json_option
@click.pass_obj
def rename(launcher: Launcher, *, session: str, title: str, as_json: bool) -> int:
    """Give a conversation another title; an empty one takes it away."""
    from rulewright.adapters.cli.sessions import run_rename

    return run_rename(launcher, session, title, as_json=as_json)


@sessions.command()
@click.argument("session")
@click.option("--undo", is_flag=True, help="Take it back.")
@json_option
@click.pass_obj
def archive(launcher: Launcher, *, session: str, undo: bool, as_json: bool) -> int:
    """Put a conversation away: `sessions list` shows it with --archived."""
    from rulewright.adapters.cli.sessions import run_archive

    return run_archive(launcher, session, archived=not undo, as_json=as_json)


@sessions.command()
@click.argument("session")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(("markdown", "json")),
    default="markdown",
    show_default=True,
    help="markdown: to read; json: all of it, which `sessions import` reads.",
)
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False), help="Write it to FILE.")
@click.pass_obj
def export(launcher: Launcher, *, session: str, output_format: str, output: str | None) -> int:
    """Print a conversation as a document."""
    from rulewright.adapters.cli.sessions import run_export

    return run_export(launcher, session, output_format, output)


@sessions.command("import")
@click.argument("file", type=click.File("rb"))
@json_option
@click.pass_obj
def import_session(launcher: Launcher, *, file: BinaryIO, as_json: bool) -> int:
    """Make a conversation of FILE, which `sessions export --format json` wrote; `-` is standard input."""
    from rulewright.adapters.cli.sessions import run_import

    return run_import(launcher, file.read(), as_json=as_json)


@sessions.command()
@click.argument("session")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing.")
@json_option
@click.pass_obj
def delete(launcher: Launcher, *, session: str, yes: bool, as_json: bool) -> int:
    """Delete a conversation for good, with the calls of models in it."""
    from rulewright.adapters.cli.sessions import run_delete

    return run_delete(launcher, session, yes=yes, as_json=as_json)


@click.command(short_help="Say what calls of models added up to.")
@click.option(
    "--by",
    type=click.Choice(("model", "day", "workspace")),
    default="model",
    show_default=True,
    help="What to add up.",
)
@click.option("--days", type=click.IntRange(1, 36_500), help="Of the last days only, today among them.")
@_everybody_option
@json_option
@click.pass_obj
def usage(launcher: Launcher, *, by: str, days: int | None, everybody: bool, as_json: bool) -> int:
    """Say what calls of models added up to: how many, how many tokens, how long they took."""
    from rulewright.adapters.cli.usage import run_usage

    return run_usage(launcher, by, days=days, everybody=everybody, as_json=as_json)
