"""The commands below `rulewright rules`: what they understand, and nothing of what they do."""

from typing import Any

import click

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.options import json_option, set_option, with_options
from rulewright.core.rules.foreign_names import FOREIGN_FORMATS


@click.group(short_help="List, explain and test the rules of a project.")
def rules() -> None:
    """List, explain and test the rules of a project."""


@rules.command("list")
@json_option
@set_option
@click.pass_obj
def list_rules(launcher: Launcher, *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """List every rule, highest precedence first."""
    from rulewright.adapters.cli.rules import run_list

    return run_list(launcher.headless(), as_json=as_json, overlay=overlay)


@rules.command()
@click.argument("file", type=click.Path())
@json_option
@set_option
@click.pass_obj
def why(launcher: Launcher, *, file: str, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Say for every rule whether it applies to FILE, and why. FILE need not exist yet."""
    from rulewright.adapters.cli.rules import run_why

    return run_why(launcher.headless(), file, as_json=as_json, overlay=overlay)


@rules.command("test")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--watch", is_flag=True, help="Run again whenever a rule file changes, until Ctrl-C.")
@json_option
@set_option
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
@json_option
@set_option
@click.pass_obj
def export(launcher: Launcher, /, *, revert: bool, **options: Any) -> int:
    """Write the project's rules for other tools: cursor, copilot, agents, claude and others."""
    from rulewright.adapters.cli.rules_export import ExportOptions, run_export, run_revert

    return run_revert(launcher.headless()) if revert else run_export(launcher.headless(), ExportOptions(**options))


@rules.command()
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when a file is not as the rules say.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
@click.option("--verbose", "-v", is_flag=True, help="Say of each rule what its file cannot say.")
@json_option
@set_option
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
@json_option
@set_option
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
@json_option
@set_option
@click.pass_obj
def lint(launcher: Launcher, /, paths: tuple[str, ...], *, explain: str | None, **options: Any) -> int:
    """Say what is wrong with the rule files themselves, all or those at PATHS. Exit codes as of `check`."""
    from rulewright.adapters.cli.rules_lint import LintOptions, run_explain, run_lint

    if explain is not None:
        return run_explain(explain)
    return run_lint(launcher.headless(), paths, LintOptions(**options))


@rules.command()
@json_option
@set_option
@click.pass_obj
def stats(launcher: Launcher, *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Say of each rule how many files it is for, what it finds in them now, and what it costs."""
    from rulewright.adapters.cli.rules_stats import run_stats

    return run_stats(launcher.headless(), as_json=as_json, overlay=overlay)


@rules.command()
@json_option
@set_option
@click.pass_obj
def packages(launcher: Launcher, *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """List installed packages that ship guidance for people and models, and say which of them are allowed."""
    from rulewright.adapters.cli.rules_packages import run_packages

    return run_packages(launcher.headless(), as_json=as_json, overlay=overlay)


@rules.command()
@click.argument("name", default="")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Events at most.")
@json_option
@set_option
@click.pass_obj
def history(launcher: Launcher, *, name: str, limit: int, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Say what happened to all rules, or to one by its id or path, newest first, and what git knows of its file."""
    from rulewright.adapters.cli.rules_history import run_history

    return run_history(launcher.headless(), name, limit=limit, as_json=as_json, overlay=overlay)


@rules.command()
@click.argument("name")
@click.argument("before", metavar="[V1", default="")
@click.argument("after", metavar="V2]", default="")
@json_option
@set_option
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
@with_options(_switch_options)
@set_option
@click.pass_obj
def disable(launcher: Launcher, *, name: str, source: str, everything: bool, overlay: tuple[str, ...]) -> int:
    """Switch a rule off in this project and for you alone, until `rules enable`. No file is changed."""
    from rulewright.adapters.cli.rules_switch import run_switch

    gateway = launcher.headless(keeps_history=True)
    return run_switch(gateway, name, source=source, everything=everything, enabled=False, overlay=overlay)


@rules.command()
@with_options(_switch_options)
@set_option
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
@set_option
@click.pass_obj
def add(launcher: Launcher, *, table: bool, file: str, rule_id: str, overlay: tuple[str, ...]) -> int:  # noqa: ARG001
    """Keep the rule in FILE for this project and for you alone, without a file in it; `-` reads standard input."""
    from rulewright.adapters.cli.rules_switch import run_add

    return run_add(launcher.headless(keeps_history=True), file, rule_id=rule_id, overlay=overlay)


@rules.command()
@_table_option
@click.argument("rule_id", metavar="NAME")
@set_option
@click.pass_obj
def remove(launcher: Launcher, *, table: bool, rule_id: str, overlay: tuple[str, ...]) -> int:  # noqa: ARG001
    """Forget a rule that `rules add --table` keeps."""
    from rulewright.adapters.cli.rules_switch import run_remove

    return run_remove(launcher.headless(keeps_history=True), rule_id, overlay=overlay)
