"""The command `rulewright`: what it understands, and nothing of what it does."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rulewright import __version__
from rulewright.adapters.cli.chat_commands import ask, chat, receipts
from rulewright.adapters.cli.fix_commands import fix
from rulewright.adapters.cli.index_commands import index
from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.models_commands import models
from rulewright.adapters.cli.options import FORMATS, THRESHOLDS, json_option, set_option, with_options
from rulewright.adapters.cli.privacy_commands import privacy
from rulewright.adapters.cli.review_commands import review
from rulewright.adapters.cli.rules_commands import rules
from rulewright.adapters.cli.sessions_commands import sessions, usage
from rulewright.adapters.cli.token_commands import audit, token

if TYPE_CHECKING:
    from rulewright.core.addresses import Address


def run(launcher: Launcher) -> int:
    """Run the command line of this process; returns the exit code."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        # File names and sources may hold what the terminal cannot show.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        result = cli.main(obj=launcher, standalone_mode=False, prog_name="rulewright")
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


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@with_options(_server_flags)
@click.pass_context
def cli(context: click.Context, *, stdio: bool) -> int:
    """Match a team's rules to its files, and enforce them: in any editor and in CI."""
    if context.invoked_subcommand is None:
        if stdio:
            return int(context.obj.serve_stdio())
        click.echo(context.get_help())
    return 0


class _AddressType(click.ParamType):  # type: ignore[type-arg]
    """An address on this machine."""

    name = "[HOST:]PORT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "Address":
        """Read what was written."""
        from rulewright.core.addresses import is_loopback, read_address

        try:
            address = read_address(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if not is_loopback(address.host):
            self.fail(
                f"{address.host} can be reached from, or is, another machine, and what goes there could be read on the "
                "way: that needs TLS, which this version does not have. Use 127.0.0.1, and ssh -L to reach it from "
                "elsewhere.",
                param,
                ctx,
            )
        return address


_token_file_option = click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    help="A file with the token, readable by you alone. Without it the server makes one that `connect` finds.",
)


@cli.command(short_help="Run the language server, for one editor or several.")
@with_options(_server_flags)
@click.option("--tcp", type=_AddressType(), help="Listen on a TCP port of this machine; 0 takes any that is free.")
@click.option("--ws", type=_AddressType(), help="Listen for WebSockets, each message without a header.")
@_token_file_option
@click.pass_obj
def serve(
    launcher: Launcher, *, stdio: bool, tcp: "Address | None", ws: "Address | None", token_file: Path | None
) -> int:
    """Run the language server: for one editor, or on sockets for several at once.

    A client of a socket brings the token of the server as initializationOptions.token; `rulewright connect` does that
    for editors that only know standard input and output.
    """
    wanted = {name: address for name, address in (("tcp", tcp), ("ws", ws)) if address is not None}
    if stdio and (wanted or token_file):
        raise click.UsageError("--stdio is for one editor, and --tcp and --ws are for several: give one or the other.")
    if stdio:
        return launcher.serve_stdio()
    if not wanted:
        raise click.UsageError(
            "Say how to talk to the editor: rulewright serve --stdio, or --tcp PORT or --ws PORT for several."
        )
    try:
        return launcher.serve_sockets(wanted, token_file, lambda line: click.echo(line, err=True))
    except ValueError as error:
        raise click.ClickException(str(error)) from None


@cli.command(short_help="Join an editor to a server on a TCP port.")
@click.argument("address", type=_AddressType())
@_token_file_option
@click.pass_obj
def connect(launcher: Launcher, *, address: "Address", token_file: Path | None) -> int:
    """Join an editor to a server that listens on a TCP port: what an editor starts in place of `serve --stdio`."""
    try:
        return launcher.connect(address, token_file)
    except ConnectionRefusedError:
        raise click.ClickException(
            f"Nothing listens on {address}. Start it: rulewright serve --tcp {address.port}"
        ) from None
    except FileNotFoundError as error:
        if token_file is not None:
            raise click.ClickException(
                f"There is no token file {token_file}. Name the one that the server was given, or leave out "
                "--token-file for the one that it made."
            ) from None
        raise click.ClickException(
            f"There is no token of a server on {address}: {error.filename} is not there. "
            f"Start it: rulewright serve --tcp {address.port}"
        ) from None
    except ValueError as error:
        raise click.ClickException(str(error)) from None


@cli.command(short_help="Serve rules, checks and symbols to agents.")
@click.option(
    "--root",
    metavar="DIR",
    type=click.Path(file_okay=False, exists=True),
    help="The project, and nothing else.  [default: the roots that the client names, or the project here]",
)
@click.pass_obj
def mcp(launcher: Launcher, *, root: str | None) -> int:
    """Serve the Model Context Protocol on standard input and output, so that agents use a team's rules.

    It tells them the rules for a file and why they apply, checks what they wrote, and finds symbols. Nothing is
    written. It needs the package mcp: pip install 'rulewright[mcp]'.
    """
    from rulewright.adapters.cli.mcp import run_mcp

    return run_mcp(launcher, root)


@cli.command(short_help="Check files and folders against the rules.")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="How to report. github: annotations; gitlab: code quality; junit: test results; sarif: code scanning.",
)
@click.option("--output", metavar="FILE", help="Write the report to FILE, and print text.")
@click.option(
    "--since",
    metavar="REV",
    help="Report only what touches lines that changed since this branch and REV parted, such as origin/main; "
    "not yet committed and untracked files too.",
)
@click.option("--whole-files", is_flag=True, help="With --since: report all of each file that changed.")
@click.option("--baseline", metavar="FILE", help="Do not report the findings that FILE lists.")
@click.option("--write-baseline", metavar="FILE", help="List all findings in FILE, for --baseline, and report none.")
@click.option("--prune-baseline", is_flag=True, help="Take findings that are gone out of the --baseline FILE.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes to the files.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option(
    "--fail-on",
    type=click.Choice(THRESHOLDS),
    help="The least severe finding that makes the exit code 1.  [default: the setting check.fail_on, warning]",
)
@click.option("--stdin-filename", metavar="NAME", help="With `-`: the name to check standard input under.")
@click.option("--verbose", "-v", is_flag=True, help="Also list the files that were left out, each with its reason.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings only.")
@set_option
@click.pass_obj
def check(launcher: Launcher, /, **options: Any) -> int:
    """Check files and folders (default: here) against the rules that apply to them.

    `-` checks standard input. Exit code 0: nothing to report, 1: findings, 2: wrong usage, broken settings, or
    something that is needed is not there; nothing was checked then.
    """
    from rulewright.adapters.cli.check import run_check
    from rulewright.adapters.cli.check_options import CheckOptions

    return run_check(launcher.headless(), CheckOptions(**options))


@cli.command(short_help="Write a first .ai-rules/ for a project.")
@click.argument("folder", default=".", type=click.Path(file_okay=False, exists=True))
@click.pass_obj
def init(launcher: Launcher, folder: str) -> int:
    """Write a first .ai-rules/ for the languages of a project.

    Nothing is overwritten. Rule files of other tools count where they are; `rulewright rules import` takes them over.
    """
    from rulewright.adapters.cli.init import run_init

    return run_init(launcher.headless(), folder)


@cli.command("editor-config", short_help="Print the configuration of an editor.")
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


@cli.command(short_help="Say what is kept outside of projects.")
@json_option
@click.pass_obj
def paths(launcher: Launcher, *, as_json: bool) -> int:
    """Say what is kept outside of projects: where, and how large it is."""
    from rulewright.adapters.cli.folders import run_paths

    return run_paths(launcher.headless(), as_json=as_json)


@cli.command(short_help="Delete what is kept outside of projects.")
@click.option("--settings", is_flag=True, help="Your settings too.")
@click.option("--data", is_flag=True, help="Your data too: history and switches of rules, table rules, conversations.")
@click.option("--dry-run", is_flag=True, help="Show what would go, and delete nothing.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing.")
@click.pass_obj
def wipe(launcher: Launcher, *, settings: bool, data: bool, dry_run: bool, yes: bool) -> int:
    """Delete what is kept outside of projects; it is made again when it is needed.

    Nothing of a project is touched, and nothing that Rulewright did not write.
    """
    from rulewright.adapters.cli.folders import run_wipe

    also = [name for name, told in (("settings", settings), ("data", data)) if told]
    return run_wipe(launcher.headless(), also=also, dry_run=dry_run, yes=yes)


@cli.command(short_help="Print the prompt for a task on a file.")
@click.argument("file", type=click.Path())
@click.option("--task", required=True, metavar="TEXT", help="What is asked for; `-` reads it from standard input.")
@click.option("--line", type=click.IntRange(1), help="The line of the cursor: what is around it comes first.")
@click.option("--budget", type=click.IntRange(0, 10_000_000), help="Tokens of the whole text.  [default: 16000]")
@json_option
@set_option
@click.pass_obj
def prompt(launcher: Launcher, /, *, file: str, task: str, overlay: tuple[str, ...], **options: Any) -> int:
    """Print the exact text of a prompt about FILE: the task, its rules, and as much of it as there is room for.

    FILE need not exist yet. Exit code 1 when not even the task fits into the budget.
    """
    from rulewright.adapters.cli.prompt import run_prompt

    return run_prompt(launcher.headless(), file, task=task, overlay=overlay, **options)


@cli.command(short_help="Trust a project: its templates, endpoints and key commands.")
@click.argument("folder", default=".", type=click.Path(file_okay=False, exists=True))
@click.option("--revoke", is_flag=True, help="Trust it no longer.")
@click.option("--status", is_flag=True, help="Say whether it is trusted and what that allows, and change nothing.")
@click.option("--list", "list_all", is_flag=True, help="List the projects that are trusted.")
@json_option
@click.pass_obj
def trust(launcher: Launcher, folder: str, *, revoke: bool, status: bool, list_all: bool, as_json: bool) -> int:
    """Trust the project of FOLDER (default: here), so that its templates and all of its settings are used.

    Look at them first: --status says what trust allows. When they change you are asked again.
    """
    from rulewright.adapters.cli.trust import run_trust

    return run_trust(launcher.headless(), folder, revoke=revoke, status=status, list_all=list_all, as_json=as_json)


@cli.command(short_help="Say how the servers are that run.")
@click.option("--pid", type=click.IntRange(1), help="Only the one with this process id.")
@json_option
@click.pass_obj
def status(launcher: Launcher, *, as_json: bool, pid: int | None) -> int:
    """Say how each server of yours that runs is: what it is made of, what failed and was started again, and for whom.

    Exit code 1 when none runs, or one does not answer.
    """
    from rulewright.adapters.cli.status import run_status

    return run_status(launcher, as_json=as_json, pid=pid)


@cli.command(short_help="Say what is wrong, and what to do about it.")
@json_option
@set_option
@click.pass_obj
def doctor(launcher: Launcher, *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Look at the installation, the project and the last editor, and say what to do about what is wrong.

    Exit code 1 when something is broken.
    """
    from rulewright.adapters.cli.doctor import run_doctor

    return run_doctor(launcher, as_json=as_json, overlay=overlay)


cli.add_command(rules)
cli.add_command(index)
cli.add_command(models)
cli.add_command(privacy)
cli.add_command(sessions)
cli.add_command(ask)
cli.add_command(chat)
cli.add_command(receipts)
cli.add_command(review)
cli.add_command(fix)
cli.add_command(usage)
cli.add_command(token)
cli.add_command(audit)
