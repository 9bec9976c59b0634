"""`rulewright rules export`, `rules import` and `rules sync`."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches, unified_diff
from pathlib import Path

import click
import msgspec

from rulewright.adapters.cli.project import open_project
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.core.rules.formats.write import TARGETS, Remark
from rulewright.features.rule_export import Change, ExportPlan
from rulewright.gateway import Gateway
from rulewright.tools_gateway import Refused, ToolsGateway, Unknown

MAX_REMARKS = 30
"""Remarks about what gets lost that are listed; `--verbose` lists all."""
_WORDS = {
    "missing": "does not hold the rules yet",
    "stale": "says what the rules said before",
    "changed": "was changed by hand in our part",
    "gone": "is of rules that are no more",
    "taken": "was not written by an export",
}


class ExportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says of an export."""

    to: Sequence[str] = ()
    dry_run: bool = False
    force: bool = False
    check: bool = False
    verbose: bool = False
    as_json: bool = False
    overlay: Sequence[str] = ()


class FileRecord(msgspec.Struct, frozen=True):
    """A file that is not as the rules say."""

    target: str
    path: str
    state: str
    """`missing`; `stale`: the rules have changed since; `changed` by hand; `gone`: its rules are no more; `taken`: it
    was not ours. After a run that writes, what it was."""


class RemarkRecord(msgspec.Struct, frozen=True):
    """What somebody should know: `scope`, `lost`, `left-out`, `limit`, `refused` or `note`."""

    kind: str
    message: str
    target: str
    rule: str
    path: str


class SyncRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright rules export|import|sync --json`. `version` is the format's."""

    version: int
    root: str
    written: bool
    """Whether files were changed."""
    same: int
    """Files that are as they should be."""
    files: tuple[FileRecord, ...]
    remarks: tuple[RemarkRecord, ...]


def run_export(gateway: Gateway, options: ExportOptions) -> int:
    """Write rules for other tools; exit code 1 when a file was refused, or with `check` when one would be written."""
    root = gateway.files.root_of(Path.cwd())
    project = open_project(gateway, root, options.overlay)
    names = tuple(dict.fromkeys(_target(n) for name in options.to for n in name.split(",") if n.strip()))
    names = names or project.settings.rules.export
    if not names:
        known = ", ".join(TARGETS)
        raise click.UsageError(
            f"Say for whom: --to NAME, or `export = [...]` below [rules] in rulewright.toml. There are {known}."
        )
    tools = gateway.tools(project)
    plan = tools.plan_export(names, force=options.force)
    writes = bool(plan.changes) and not (options.dry_run or options.check)
    if writes:
        _write(tools, "rules export", ((c.path, c.before, c.after) for c in plan.changes))
    if options.as_json:
        files = tuple(FileRecord(c.target, c.path, c.state) for c in plan.changes)
        click.echo(to_json(SyncRecord(1, project.root, writes, plan.same, files, _records(plan.remarks))))
    else:
        _say(plan, names, options, writes=writes)
    return int(not plan.is_whole or (options.check and bool(plan.changes)))


def _target(name: str) -> str:
    plain = name.strip().lower()
    if plain not in TARGETS:
        close = get_close_matches(plain, TARGETS, n=1)
        raise click.UsageError(
            f"Nothing is written for `{name.strip()}`{f'; did you mean {close[0]}?' if close else '.'} "
            f"There are {', '.join(TARGETS)}."
        )
    return plain


def _say(plan: ExportPlan, names: Sequence[str], options: ExportOptions, *, writes: bool) -> None:
    if options.dry_run:
        _show_differences((c.path, c.before, c.after) for c in plan.changes)
    told = [r for r in plan.remarks if not options.check or options.verbose or r.kind in {"refused", "limit"}]
    _say_remarks(told, verbose=options.verbose)
    for change in plan.changes:
        click.echo(printable(f"{_done(change) if writes else change.path + ' ' + _WORDS[change.state]}"))
    whom = ", ".join(TARGETS[name].title for name in names)
    if not plan.changes:
        n_refused = sum(1 for remark in plan.remarks if remark.kind == "refused")
        click.echo("Nothing was written." if n_refused else f"All {plan.same} files for {whom} are as the rules say.")
    elif writes:
        click.echo("`rulewright rules export --revert` takes this back.")
    else:
        click.echo(
            "Run `rulewright rules sync`, and commit what it writes." if options.check else "Nothing was written."
        )


def _done(change: Change) -> str:
    if change.after is None:
        return f"Removed {change.path}."
    return f"{'Wrote' if change.before is None else 'Changed'} {change.path}."


def run_import(gateway: Gateway, paths: Sequence[str], name: str, options: ExportOptions) -> int:
    """Write rules from files of other tools; exit code 1 when one was refused."""
    for path in paths:
        if not Path(path).exists():
            raise click.UsageError(f"{path} does not exist.")
    root = gateway.files.root_of(Path.cwd())
    project = open_project(gateway, root, options.overlay)
    tools = gateway.tools(project)
    try:
        plan = tools.plan_import([str(Path.cwd() / path) for path in paths], name, force=options.force)
    except Unknown as unknown:
        raise click.UsageError(f"{unknown}: it cannot be told whose rule file this is. Say so with --from.") from None
    writes = bool(plan.rules) and not options.dry_run
    if writes:
        _write(tools, "rules import", ((r.path, r.before, r.content) for r in plan.rules))
    if options.as_json:
        files = tuple(FileRecord("", r.path, "missing" if r.before is None else "taken") for r in plan.rules)
        click.echo(to_json(SyncRecord(1, project.root, writes, plan.same, files, _records(plan.remarks))))
        return int(not plan.is_whole)
    if options.dry_run:
        _show_differences((r.path, r.before, r.content) for r in plan.rules)
    _say_remarks(plan.remarks, verbose=options.verbose)
    for rule in plan.rules:
        click.echo(printable(f"{'Wrote' if writes else 'Would write'} {rule.path} from {rule.source}."))
    if not plan.rules:
        same = f" {plan.same} are as they would be written." if plan.same else ""
        click.echo(f"There was nothing to import.{same}")
    elif writes:
        click.echo(
            "The originals stay, and what says the same counts once. "
            "`rulewright rules export --revert` takes this back."
        )
    return int(not plan.is_whole)


def run_revert(gateway: Gateway) -> int:
    """Take back the last export or import."""
    root = gateway.files.root_of(Path.cwd())
    try:
        found = gateway.tools(open_project(gateway, root)).revert()
    except Refused as refused:
        raise click.ClickException(str(refused)) from None
    for path in found.paths:
        click.echo(printable(f"Put back {path}."))
    for path in found.removed:
        click.echo(printable(f"Removed {path}, which it had written."))
    click.echo(f"The last `rulewright {found.command}` is taken back.")
    return 0


def _write(tools: ToolsGateway, command: str, changes: Iterable[tuple[str, str | None, str | None]]) -> None:
    try:
        tools.write(command, changes)
    except Refused as refused:
        raise click.ClickException(str(refused)) from None


def _records(remarks: Iterable[Remark]) -> tuple[RemarkRecord, ...]:
    return tuple(RemarkRecord(r.kind, r.message, r.target, r.rule, r.path) for r in remarks)


def _say_remarks(remarks: Sequence[Remark], *, verbose: bool) -> None:
    shown = remarks if verbose else [r for r in remarks if r.kind in {"refused", "limit", "note"}]
    hidden = [r for r in remarks if r not in shown]
    if not verbose and len(hidden) <= MAX_REMARKS:
        shown, hidden = list(remarks), []
    for remark in shown:
        about = f"{remark.target}: {remark.rule}: " if remark.rule else ""
        click.echo(printable(f"{about}{remark.message}"), err=True)
    if hidden:
        click.echo(f"{len(hidden)} rules say more here than there (--verbose lists how).", err=True)


def _show_differences(changes: Iterable[tuple[str, str | None, str | None]]) -> None:
    for path, before, after in changes:
        old, new = (before or "").splitlines(keepends=True), (after or "").splitlines(keepends=True)
        names = "/dev/null" if before is None else f"a/{path}", "/dev/null" if after is None else f"b/{path}"
        for line in unified_diff(old, new, *names):
            click.echo(printable(line.rstrip("\r\n")))
