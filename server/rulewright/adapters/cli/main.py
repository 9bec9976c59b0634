"""The command `rulewright`: what it understands, and nothing of what it does."""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import msgspec

from rulewright import __version__

if TYPE_CHECKING:
    from rulewright.code_gateway import CodeGateway
    from rulewright.gateway import Gateway

FORMATS = ("text", "json", "sarif")
SEVERITIES = ("error", "warning", "info", "hint", "never")


class Launcher(msgspec.Struct, frozen=True):
    """What the command line may start."""

    headless: Callable[[], "Gateway"]
    serve_stdio: Callable[[], int]
    code: Callable[[], "CodeGateway"]


def run(headless: Callable[[], "Gateway"], serve_stdio: Callable[[], int], code: Callable[[], "CodeGateway"]) -> int:
    """Run the command line of this process; returns the exit code."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # File names and sources may hold what the terminal cannot show.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        result = cli.main(obj=Launcher(headless, serve_stdio, code), standalone_mode=False, prog_name="rulewright")
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.Abort:
        click.echo("Interrupted.", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        # `rulewright check | head`: the reader has seen enough.
        sys.stderr.close()
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"rulewright: {where}{error.strerror or error}.", err=True)
        return 2
    return result if isinstance(result, int) else 0


def _open_closed_streams() -> None:
    """Stand in for streams that the caller closed (`<&-`), for Python has None in their place."""
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - as long as the process
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123


_server_flags: list[Callable[[Any], Any]] = [
    click.option("--stdio", is_flag=True, help="Speak the language server protocol on standard input and output."),
    # Editors add this one by themselves.
    click.option("--clientProcessId", "client_process_id", type=int, hidden=True, expose_value=False),
]


def _with(options: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_set_option = click.option(
    "--set",
    "overlay",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting for this run, such as rules.defaults=never. May be given more than once.",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, versioned; see docs/schemas.")


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@_with(_server_flags)
@click.pass_context
def cli(context: click.Context, *, stdio: bool) -> int:
    """Match a team's rules to its files, and enforce them: in any editor and in CI."""
    if context.invoked_subcommand is None:
        if stdio:
            return int(context.obj.serve_stdio())
        click.echo(context.get_help())
    return 0


@cli.command()
@_with(_server_flags)
@click.pass_obj
def serve(launcher: Launcher, *, stdio: bool) -> int:
    """Run the language server."""
    if not stdio:
        raise click.UsageError("Say how to talk to the editor: rulewright serve --stdio")
    return launcher.serve_stdio()


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to report.",
)
@click.option("--fix", is_flag=True, help="Apply the safe fixes to the files.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="The least severe finding that makes the exit code 1.  [default: the setting check.fail_on, warning]",
)
@click.option("--stdin-filename", metavar="NAME", help="With `-`: the name to check standard input under.")
@click.option("--verbose", "-v", is_flag=True, help="Also list the files that were left out, each with its reason.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings only.")
@_set_option
@click.pass_obj
def check(launcher: Launcher, /, **options: Any) -> int:
    """Check files and folders (default: here) against the rules that apply to them.

    `-` checks standard input. Exit code 0: nothing to report, 1: findings, 2: wrong usage or broken settings.
    """
    from rulewright.adapters.cli.check import CheckOptions, run_check

    return run_check(launcher.headless(), CheckOptions(**options))


@cli.command()
@click.argument("folder", default=".", type=click.Path(file_okay=False, exists=True))
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: take over the rule files of other tools that are there.")
@click.option(
    "--from",
    "imports",
    multiple=True,
    type=click.Path(dir_okay=True),
    help="Take over this file or folder only.",
)
@click.pass_obj
def init(launcher: Launcher, folder: str, *, yes: bool, imports: tuple[str, ...]) -> int:
    """Write a first .ai-rules/ for the languages of a project."""
    from rulewright.adapters.cli.init import run_init

    return run_init(launcher.headless(), folder, yes=yes, imports=imports)


@cli.command("editor-config")
@click.argument("editor", metavar="EDITOR")
@click.option("--write", is_flag=True, help="Write it to a file, if that is not there yet; nothing is overwritten.")
@click.option("--command", metavar="PATH", help="How the editor starts Rulewright.  [default: the program that runs]")
@click.option("--language", "languages", multiple=True, metavar="NAME", help="Only for this one; may be given again.")
@click.pass_obj
def editor_config(
    launcher: Launcher, editor: str, *, write: bool, command: str | None, languages: tuple[str, ...]
) -> int:
    """Print the configuration that makes EDITOR start Rulewright: neovim, helix, emacs, sublime, zed or kate."""
    from rulewright.adapters.cli.editor_config import run_editor_config

    return run_editor_config(launcher.headless(), editor, write=write, command=command, languages=languages)


@cli.group()
def rules() -> None:
    """List, explain and test the rules of a project."""


@rules.command("list")
@_json_option
@_set_option
@click.pass_obj
def list_rules(launcher: Launcher, *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """List every rule, highest precedence first."""
    from rulewright.adapters.cli.rules import run_list

    return run_list(launcher.headless(), as_json=as_json, overlay=overlay)


@rules.command()
@click.argument("file", type=click.Path())
@_json_option
@_set_option
@click.pass_obj
def why(launcher: Launcher, *, file: str, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Say for every rule whether it applies to FILE, and why. FILE need not exist yet."""
    from rulewright.adapters.cli.rules import run_why

    return run_why(launcher.headless(), file, as_json=as_json, overlay=overlay)


@rules.command("test")
@_json_option
@_set_option
@click.pass_obj
def test_examples(launcher: Launcher, *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Run the examples of every rule. Exit code 1 when one fails."""
    from rulewright.adapters.cli.rules import run_test

    return run_test(launcher.headless(), as_json=as_json, overlay=overlay)


@cli.group()
def index() -> None:
    """Build, search and explain the index of a project's code."""


@index.command()
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@_json_option
@_set_option
@click.pass_obj
def build(launcher: Launcher, *, quiet: bool, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Bring the index up to date. Stopped in the middle, it goes on there the next time."""
    from rulewright.adapters.cli.index import run_build

    return run_build(launcher, quiet=quiet, as_json=as_json, overlay=overlay)


@index.command()
@_json_option
@_set_option
@click.pass_obj
def status(launcher: Launcher, *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Say what the index holds, what was left out and why, and where it lies."""
    from rulewright.adapters.cli.index import run_status

    return run_status(launcher, as_json=as_json, overlay=overlay)


@index.command()
@click.argument("pattern")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Symbols at most.")
@_json_option
@_set_option
@click.pass_obj
def search(launcher: Launcher, *, pattern: str, limit: int, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Find symbols whose name matches PATTERN: by prefix, camel humps, words or letters in order.

    Exit code 1 when there are none.
    """
    from rulewright.adapters.cli.index import run_search

    return run_search(launcher, pattern, limit, as_json=as_json, overlay=overlay)


@index.command()
@click.argument("file", type=click.Path())
@_json_option
@_set_option
@click.pass_obj
def symbols(launcher: Launcher, *, file: str, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Print the outline of FILE."""
    from rulewright.adapters.cli.index import run_symbols

    return run_symbols(launcher, file, as_json=as_json, overlay=overlay)


@index.command("why")
@click.argument("file", type=click.Path())
@_json_option
@_set_option
@click.pass_obj
def why_indexed(launcher: Launcher, *, file: str, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Say whether FILE is in the index, and why."""
    from rulewright.adapters.cli.index import run_why

    return run_why(launcher, file, as_json=as_json, overlay=overlay)


@index.command()
@click.option("--all", "records", is_flag=True, help="Also forget what is kept by content, for all projects.")
@_set_option
@click.pass_obj
def clear(launcher: Launcher, *, records: bool, overlay: tuple[str, ...]) -> int:
    """Forget the index of this project. It is built again when it is needed."""
    from rulewright.adapters.cli.index import run_clear

    return run_clear(launcher, records=records, overlay=overlay)
