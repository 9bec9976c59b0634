"""`rulewright paths` and `rulewright wipe`: what Rulewright keeps outside of projects, and getting rid of it."""

import os
import sys
from collections.abc import Collection, Iterable

import click
import msgspec

from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.gateway import Gateway

WHAT = {
    "settings": "your settings",
    "index": "the indexes of projects",
    "contents": "what is known of files by their content",
    "reviews": "what models said in reviews, by what they were asked",
    "compiled": "compiled classes of the protocol",
    "marks": "when it was tidied last",
    "state": "tokens of servers on sockets, and which editor was served last",
    "servers": "sockets by which rulewright status asks servers that run",
    "data": "the history of rules, what you switched off, rules without a file, and conversations",
}
STAY: dict[str, tuple[str, str]] = {"settings": ("your settings", "--settings"), "data": ("your data", "--data")}
"""What nobody makes again, and the option that takes it too."""
MAX_FOREIGN = 10
LOGS = "Logs go to standard error; editors keep them."


class PlaceRecord(msgspec.Struct, frozen=True):
    """Something that is kept outside of projects."""

    name: str
    """`settings`, `index`, `contents`, `reviews`, `compiled`, `marks`, `state` or `data`."""
    what: str
    """The same for people."""
    folder: str
    files: int
    bytes: int


class PathsRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright paths --json`."""

    version: int
    settings: str
    """The file of your settings, whether it is there or not; so are the folders."""
    cache: str
    state: str
    kept: tuple[PlaceRecord, ...]
    foreign: tuple[str, ...]
    """What lies in the cache or the state folder and is not ours."""
    refused: tuple[str, ...]
    """Sentences about folders that are not looked into."""


def run_paths(gateway: Gateway, *, as_json: bool) -> int:
    """Say where everything is."""
    folders = gateway.upkeep.user_folders()
    kept = tuple(PlaceRecord(k.name, WHAT[k.name], k.folder, len(k.files), k.n_bytes) for k in folders.kept)
    if as_json:
        record = PathsRecord(1, folders.settings, folders.cache, folders.state, kept, folders.foreign, folders.refused)
        click.echo(to_json(record))
        return 0
    there = {k.folder for k in kept} | ({folders.settings} if any(k.name == "settings" for k in kept) else set())
    for name, path in (("settings", folders.settings), ("cache", folders.cache), ("state", folders.state)):
        click.echo(f"{name:<10}{printable(path)}" + ("" if path in there else "  (nothing of ours there)"))
        for k in kept:
            if k.folder == path:
                click.echo(f"  {k.name:<10}{_size(k.bytes)}  {_files(k.files)}: {k.what}")
    _tell_rest(folders.foreign, folders.refused, "not ours  ")
    click.echo(LOGS)
    return 0


def run_wipe(gateway: Gateway, *, also: Collection[str], dry_run: bool, yes: bool) -> int:
    """Delete what is kept outside of projects. What belongs to a project is never touched.

    `also` has the names of what goes only when it is named.
    """
    folders = gateway.upkeep.user_folders()
    chosen = [k for k in folders.kept if k.name in also or k.name not in STAY]
    for k in chosen:
        click.echo(f"goes   {_size(k.n_bytes)}  {WHAT[k.name]}: {_files(len(k.files))} in {printable(k.folder)}")
    for k in folders.kept:
        if k not in chosen:
            what, option = STAY[k.name]
            where = printable(os.path.join(k.folder, k.files[0]))  # noqa: PTH118 - a name may be any bytes
            click.echo(f"stays  {'':>10}  {what}: {where} ({option} takes {_them(k.name)} too)")
    _tell_rest(folders.foreign, folders.refused, f"stays  {'':>10}  not ours: ")
    if not chosen:
        click.echo("There is nothing to delete.")
        return 0
    users = gateway.upkeep.processes_in([folders.cache, folders.state])
    if users:
        one = f"Process {users[0]} uses" if len(users) == 1 else f"Processes {', '.join(map(str, users))} use"
        raise click.ClickException(f"{one} this. Close your editors first; nothing was deleted.")
    if dry_run or not (yes or _is_told_to(can_see=users is not None)):
        return 0
    n_bytes, problems = gateway.upkeep.delete_kept(chosen)
    click.echo(f"Deleted {_size(n_bytes).strip()}. Projects were not touched.")
    for problem in problems:
        click.echo(f"rulewright: not deleted: {printable(problem)}", err=True)
    return 1 if problems else 0


def _is_told_to(*, can_see: bool) -> bool:
    """The user's answer, where there is somebody; raises UsageError where there is nobody."""
    if not sys.stdin.isatty():
        raise click.UsageError("Nothing is deleted without being told: use --yes, or --dry-run to look.")
    if not can_see:
        click.echo("Close your editors first: whether a server uses this cannot be seen here.", err=True)
    if click.confirm("Delete it?"):
        return True
    click.echo("Nothing was deleted.")
    return False


def _tell_rest(foreign: tuple[str, ...], refused: Iterable[str], head: str) -> None:
    for path in foreign[:MAX_FOREIGN]:
        click.echo(head + printable(path))
    if foreign[MAX_FOREIGN:]:
        click.echo(f"{head}{len(foreign) - MAX_FOREIGN:,} more")
    for sentence in refused:
        click.echo(printable(sentence), err=True)


def _them(name: str) -> str:
    return "them" if name == "settings" else "it"


def _size(n_bytes: int) -> str:
    number, unit = next(
        ((n_bytes / size, u) for size, u in ((1e6, "MB"), (1e3, "kB")) if n_bytes >= size), (n_bytes, "B")
    )
    return f"{number:>7,.1f} {unit}" if unit != "B" else f"{number:>7} B "


def _files(number: int) -> str:
    return "1 file" if number == 1 else f"{number:,} files"
