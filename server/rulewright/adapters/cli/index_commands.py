"""The commands below `rulewright index`: what they understand, and nothing of what they do."""

import click

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.options import json_option, set_option


@click.group(short_help="Build, search and explain the index of the code.")
def index() -> None:
    """Build, search and explain the index of a project's code."""


@index.command()
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@json_option
@set_option
@click.pass_obj
def build(launcher: Launcher, *, quiet: bool, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Bring the index up to date. Stopped in the middle, it goes on there the next time."""
    from rulewright.adapters.cli.index import run_build

    return run_build(launcher, quiet=quiet, as_json=as_json, overlay=overlay)


@index.command()
@json_option
@set_option
@click.pass_obj
def status(launcher: Launcher, *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Say what the index holds, what was left out and why, and where it lies."""
    from rulewright.adapters.cli.index import run_status

    return run_status(launcher, as_json=as_json, overlay=overlay)


@index.command()
@click.argument("pattern")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Symbols at most.")
@json_option
@set_option
@click.pass_obj
def search(launcher: Launcher, *, pattern: str, limit: int, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Find symbols whose name matches PATTERN: by prefix, camel humps, words or letters in order.

    Exit code 1 when there are none.
    """
    from rulewright.adapters.cli.index import run_search

    return run_search(launcher, pattern, limit, as_json=as_json, overlay=overlay)


@index.command()
@click.argument("file", type=click.Path())
@json_option
@set_option
@click.pass_obj
def symbols(launcher: Launcher, *, file: str, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Print the outline of FILE."""
    from rulewright.adapters.cli.index import run_symbols

    return run_symbols(launcher, file, as_json=as_json, overlay=overlay)


@index.command("why")
@click.argument("file", type=click.Path())
@json_option
@set_option
@click.pass_obj
def why_indexed(launcher: Launcher, *, file: str, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Say whether FILE is in the index, and why."""
    from rulewright.adapters.cli.index import run_why

    return run_why(launcher, file, as_json=as_json, overlay=overlay)


@index.command("map")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--tokens", type=click.IntRange(50, 1_000_000), default=1024, show_default=True, help="At most so large.")
@click.option("--focus", multiple=True, metavar="FILE|NAME", help="See it from there; may be given several times.")
@json_option
@set_option
@click.pass_obj
def map_(
    launcher: Launcher,
    *,
    paths: tuple[str, ...],
    tokens: int,
    focus: tuple[str, ...],
    as_json: bool,
    overlay: tuple[str, ...],
) -> int:
    """Print a map of the project: what is used most, with its signatures. PATHS limit it to some folders."""
    from rulewright.adapters.cli.index_context import run_map

    return run_map(launcher, paths, tokens, focus, as_json=as_json, overlay=overlay)


@index.command()
@click.argument("about")
@click.option("--tokens", type=click.IntRange(50, 1_000_000), default=4000, show_default=True, help="At most so much.")
@click.option("--limit", type=click.IntRange(1, 200), default=10, show_default=True, help="Definitions at most.")
@click.option("--focus", multiple=True, metavar="FILE", help="A file that the question is asked in.")
@click.option("--text", "with_text", is_flag=True, help="Also print the code.")
@json_option
@set_option
@click.pass_obj
def context(
    launcher: Launcher,
    *,
    about: str,
    tokens: int,
    limit: int,
    focus: tuple[str, ...],
    with_text: bool,
    as_json: bool,
    overlay: tuple[str, ...],
) -> int:
    """Print what a model would be shown for ABOUT, and why: a place as FILE:LINE, or a question in words.

    Exit code 1 when nothing is found.
    """
    from rulewright.adapters.cli.index_context import run_context

    return run_context(launcher, about, tokens, limit, focus, with_text=with_text, as_json=as_json, overlay=overlay)


@index.command()
@click.option("--all", "records", is_flag=True, help="Also forget what is kept by content, for all projects.")
@set_option
@click.pass_obj
def clear(launcher: Launcher, *, records: bool, overlay: tuple[str, ...]) -> int:
    """Forget the index of this project. It is built again when it is needed."""
    from rulewright.adapters.cli.index import run_clear

    return run_clear(launcher, records=records, overlay=overlay)
