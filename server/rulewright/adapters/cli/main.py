"""The command `rulewright`: what it understands, and nothing of what it does."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from rulewright import __version__
from rulewright.core.rules.foreign_names import FOREIGN_FORMATS

if TYPE_CHECKING:
    from rulewright.code_gateway import CodeGateway
    from rulewright.core.addresses import Address
    from rulewright.gateway import Gateway

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")
SEVERITIES = ("error", "warning", "info", "hint", "never")


class Launcher(Protocol):
    """What the command line may start: the composition root."""

    def headless(self, *, keeps_history: bool = False) -> "Gateway":
        """A gateway to rules and checks; what happens to rules is kept where that is wanted."""

    def code(self) -> "CodeGateway":
        """A gateway to the code."""

    def serve_stdio(self) -> int:
        """Run the language server for one client; the exit code."""

    def serve_sockets(
        self, wanted: Mapping[str, "Address"], token_file: Path | None, say: Callable[[str], None]
    ) -> int:
        """Run it for several; the exit code. Raises OSError and ValueError."""

    def connect(self, address: "Address", token_file: Path | None) -> int:
        """Join standard input and output to a server on a socket; the exit code. Raises as `serve_sockets`."""

    def serve_mcp(self, folder: Path | None) -> int:
        """Serve the Model Context Protocol; the exit code. Raises ImportError without its SDK, and ValueError."""


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
@_with(_server_flags)
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

    `-` checks standard input. Exit code 0: nothing to report, 1: findings, 2: wrong usage, broken settings, or
    something that is needed is not there; nothing was checked then.
    """
    from rulewright.adapters.cli.check import run_check
    from rulewright.adapters.cli.check_options import CheckOptions

    return run_check(launcher.headless(), CheckOptions(**options))


@cli.command(short_help="Write a first .ai-rules/ for a project.")
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
@_json_option
@click.pass_obj
def paths(launcher: Launcher, *, as_json: bool) -> int:
    """Say what is kept outside of projects: where, and how large it is."""
    from rulewright.adapters.cli.folders import run_paths

    return run_paths(launcher.headless(), as_json=as_json)


@cli.command(short_help="Delete what is kept outside of projects.")
@click.option("--settings", is_flag=True, help="Your settings too.")
@click.option("--data", is_flag=True, help="Your data too: the history of rules, what is switched off, table rules.")
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


@cli.group(short_help="List, explain and test the rules of a project.")
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
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--watch", is_flag=True, help="Run again whenever a rule file changes, until Ctrl-C.")
@_json_option
@_set_option
@click.pass_obj
def test_examples(
    launcher: Launcher, names: tuple[str, ...], *, watch: bool, as_json: bool, overlay: tuple[str, ...]
) -> int:
    """Run the examples of every rule, or of those with these ids or files. Exit code 1 when one fails."""
    if watch:
        if as_json:
            raise click.UsageError("--watch tells people what changes, and --json tells programs once: give one.")
        from rulewright.adapters.cli.rules_watch import run_watch

        return run_watch(launcher.headless(), names, overlay=overlay)
    from rulewright.adapters.cli.rules import run_test

    return run_test(launcher.headless(), names, as_json=as_json, overlay=overlay)


@rules.command()
@click.argument("name")
@click.option("--check", metavar="LANGUAGE", help="With a check of code in this language, and examples.")
@click.option("--glob", "globs", multiple=True, metavar="GLOB", help="The files it is for. May be given again.")
@click.pass_obj
def new(launcher: Launcher, name: str, *, check: str | None, globs: tuple[str, ...]) -> int:
    """Write the first text of a rule to .ai-rules/NAME.md. What is there is not overwritten."""
    from rulewright.adapters.cli.rules_new import run_new

    return run_new(launcher.headless(), name, check=check, globs=globs)


@rules.command()
@click.option(
    "--to", multiple=True, metavar="NAME", help="The tool; may be given more than once. Default: rules.export."
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--force", is_flag=True, help="Take files that no export wrote; what they held is kept.")
@click.option("--revert", is_flag=True, help="Take back the last export or import.")
@click.option("--verbose", "-v", is_flag=True, help="Say of each rule what its file cannot say.")
@_json_option
@_set_option
@click.pass_obj
def export(launcher: Launcher, /, *, revert: bool, **options: Any) -> int:
    """Write the project's rules for other tools: cursor, copilot, agents, claude and others."""
    from rulewright.adapters.cli.rules_export import ExportOptions, run_export, run_revert

    return run_revert(launcher.headless()) if revert else run_export(launcher.headless(), ExportOptions(**options))


@rules.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when a file is not as the rules say.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--verbose", "-v", is_flag=True, help="Say of each rule what its file cannot say.")
@_json_option
@_set_option
@click.pass_obj
def sync(launcher: Launcher, /, **options: Any) -> int:
    """Bring the files for the tools that the setting rules.export names up to date."""
    from rulewright.adapters.cli.rules_export import ExportOptions, run_export

    return run_export(launcher.headless(), ExportOptions(**options))


@rules.command("import")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--from", "name", type=click.Choice(FOREIGN_FORMATS), help="Whose files they are, where no name tells.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--force", is_flag=True, help="Write over rules that are there; what they held is kept.")
@click.option("--verbose", "-v", is_flag=True, help="Say all that gets lost.")
@_json_option
@_set_option
@click.pass_obj
def import_(launcher: Launcher, /, paths: tuple[str, ...], *, name: str | None, **options: Any) -> int:
    """Make rules in .ai-rules/ from other tools' rule files: all that are found, or those at PATHS."""
    from rulewright.adapters.cli.rules_export import ExportOptions, run_import

    return run_import(launcher.headless(), paths, name or "", ExportOptions(**options))


@rules.command()
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--strict", is_flag=True, help="Exit code 1 for hints and remarks too.")
@click.option("--fix", is_flag=True, help="Apply the safe fixes, and report what is left.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and nothing else.")
@click.option("--explain", metavar="CODE", help="Say what a remark such as dead-glob means, and do nothing else.")
@_json_option
@_set_option
@click.pass_obj
def lint(launcher: Launcher, /, paths: tuple[str, ...], *, explain: str | None, **options: Any) -> int:
    """Say what is wrong with the rule files themselves, all or those at PATHS. Exit codes as of `check`."""
    from rulewright.adapters.cli.rules_lint import LintOptions, run_explain, run_lint

    if explain is not None:
        return run_explain(explain)
    return run_lint(launcher.headless(), paths, LintOptions(**options))


@rules.command()
@_json_option
@_set_option
@click.pass_obj
def stats(launcher: Launcher, *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Say of each rule how many files it is for, what it finds in them now, and what it costs."""
    from rulewright.adapters.cli.rules_stats import run_stats

    return run_stats(launcher.headless(), as_json=as_json, overlay=overlay)


@rules.command()
@_json_option
@_set_option
@click.pass_obj
def packages(launcher: Launcher, *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """List installed packages that ship guidance for people and models, and say which of them are allowed."""
    from rulewright.adapters.cli.rules_packages import run_packages

    return run_packages(launcher.headless(), as_json=as_json, overlay=overlay)


@rules.command()
@click.argument("name", default="")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Events at most.")
@_json_option
@_set_option
@click.pass_obj
def history(launcher: Launcher, *, name: str, limit: int, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Say what happened to all rules, or to one by its id or path, newest first, and what git knows of its file."""
    from rulewright.adapters.cli.rules_history import run_history

    return run_history(launcher.headless(), name, limit=limit, as_json=as_json, overlay=overlay)


@rules.command()
@click.argument("name")
@click.argument("before", metavar="[V1", default="")
@click.argument("after", metavar="V2]", default="")
@_json_option
@_set_option
@click.pass_obj
def diff(launcher: Launcher, *, name: str, before: str, after: str, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Compare two versions of a rule that were seen here: by default the two newest.

    A version is a number that `rules history` tells, or what the author calls it.
    """
    from rulewright.adapters.cli.rules_history import run_diff

    return run_diff(launcher.headless(), name, before, after, as_json=as_json, overlay=overlay)


_switch_options = [
    click.argument("name", default=""),
    click.option("--source", default="", metavar="SOURCE", help="All rules of a source, such as default."),
    click.option("--all", "everything", is_flag=True, help="Every rule."),
]


@rules.command()
@_with(_switch_options)
@_set_option
@click.pass_obj
def disable(launcher: Launcher, *, name: str, source: str, everything: bool, overlay: tuple[str, ...]) -> int:
    """Switch a rule off in this project and for you alone, until `rules enable`. No file is changed."""
    from rulewright.adapters.cli.rules_switch import run_switch

    gateway = launcher.headless(keeps_history=True)
    return run_switch(gateway, name, source=source, everything=everything, enabled=False, overlay=overlay)


@rules.command()
@_with(_switch_options)
@_set_option
@click.pass_obj
def enable(launcher: Launcher, *, name: str, source: str, everything: bool, overlay: tuple[str, ...]) -> int:
    """Switch on again what `rules disable` switched off."""
    from rulewright.adapters.cli.rules_switch import run_switch

    gateway = launcher.headless(keeps_history=True)
    return run_switch(gateway, name, source=source, everything=everything, enabled=True, overlay=overlay)


_table_option = click.option("--table", is_flag=True, required=True, help="Where it is kept: in no file.")


@rules.command()
@_table_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--id", "rule_id", default="", metavar="NAME", help="Its id.  [default: its own, or the file's name]")
@_set_option
@click.pass_obj
def add(launcher: Launcher, *, table: bool, file: str, rule_id: str, overlay: tuple[str, ...]) -> int:  # noqa: ARG001
    """Keep the rule in FILE for this project and for you alone, without a file in it; `-` reads standard input."""
    from rulewright.adapters.cli.rules_switch import run_add

    return run_add(launcher.headless(keeps_history=True), file, rule_id=rule_id, overlay=overlay)


@rules.command()
@_table_option
@click.argument("rule_id", metavar="NAME")
@_set_option
@click.pass_obj
def remove(launcher: Launcher, *, table: bool, rule_id: str, overlay: tuple[str, ...]) -> int:  # noqa: ARG001
    """Forget a rule that `rules add --table` keeps."""
    from rulewright.adapters.cli.rules_switch import run_remove

    return run_remove(launcher.headless(keeps_history=True), rule_id, overlay=overlay)


@cli.group(short_help="Build, search and explain the index of the code.")
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


@cli.command(short_help="Print the prompt for a task on a file.")
@click.argument("file", type=click.Path())
@click.option("--task", required=True, metavar="TEXT", help="What is asked for; `-` reads it from standard input.")
@click.option("--line", type=click.IntRange(1), help="The line of the cursor: what is around it comes first.")
@click.option("--budget", type=click.IntRange(0, 10_000_000), help="Tokens of the whole text.  [default: 16000]")
@_json_option
@_set_option
@click.pass_obj
def prompt(launcher: Launcher, /, *, file: str, task: str, overlay: tuple[str, ...], **options: Any) -> int:
    """Print the exact text of a prompt about FILE: the task, its rules, and as much of it as there is room for.

    FILE need not exist yet. Exit code 1 when not even the task fits into the budget.
    """
    from rulewright.adapters.cli.prompt import run_prompt

    return run_prompt(launcher.headless(), file, task=task, overlay=overlay, **options)


@cli.command(short_help="Trust a project: its templates are used.")
@click.argument("folder", default=".", type=click.Path(file_okay=False, exists=True))
@click.option("--revoke", is_flag=True, help="Trust it no longer.")
@click.option("--list", "list_all", is_flag=True, help="List the projects that are trusted.")
@_json_option
@click.pass_obj
def trust(launcher: Launcher, folder: str, *, revoke: bool, list_all: bool, as_json: bool) -> int:
    """Trust the project of FOLDER (default: here), so that its templates are used. Look at them first."""
    from rulewright.adapters.cli.prompt import run_trust

    return run_trust(launcher.headless(), folder, revoke=revoke, list_all=list_all, as_json=as_json)


@cli.command(short_help="Say what is wrong, and what to do about it.")
@_json_option
@_set_option
@click.pass_obj
def doctor(launcher: Launcher, *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Look at the installation, the project and the last editor, and say what to do about what is wrong.

    Exit code 1 when something is broken.
    """
    from rulewright.adapters.cli.doctor import run_doctor

    return run_doctor(launcher, as_json=as_json, overlay=overlay)
