"""`rulewright index build | status | search | symbols | why | clear`; `index_context` has `map` and `context`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click
import msgspec

from rulewright.adapters.cli.progress import ProgressLine, wants_progress
from rulewright.adapters.cli.project import open_project, relative_to
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.code_gateway import CodeGateway
from rulewright.core.code_messages import Configure, Root
from rulewright.core.code_ports import IndexProgress
from rulewright.core.index.symbols import SymbolKind
from rulewright.core.text import Position

if TYPE_CHECKING:
    from rulewright.adapters.cli.launcher import Launcher


class FoundRecord(msgspec.Struct, frozen=True):
    """One symbol of `rulewright index search --json`. Lines and columns start at 1; columns count code points."""

    name: str
    kind: str
    path: str
    line: int
    column: int
    container: str


class FoundRecords(msgspec.Struct, frozen=True):
    """The output of `rulewright index search --json`."""

    version: int
    root: str
    symbols: tuple[FoundRecord, ...]


class OutlineRecord(msgspec.Struct, frozen=True):
    """One symbol of `rulewright index symbols --json`, with what it holds."""

    name: str
    kind: str
    line: int
    column: int
    end_line: int
    detail: str
    children: tuple["OutlineRecord", ...] = ()


class OutlineRecords(msgspec.Struct, frozen=True):
    """The output of `rulewright index symbols --json`."""

    version: int
    path: str
    symbols: tuple[OutlineRecord, ...]


class WhyRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright index why --json`."""

    version: int
    root: str
    path: str
    reason: str
    """A sentence: that it is indexed and what of it, or why it is not."""


class StatusRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright index status --json` and `rulewright index build --json`."""

    version: int
    root: str
    files: int
    symbols: int
    words_only: int
    left_out: dict[str, int]
    """Files and folders by the reason why they are not indexed."""
    database: str
    database_bytes: int
    cache: str
    cache_bytes: int
    problem: str
    parsed: int
    """Files analysed in this run."""
    from_cache: int
    """Files of this run whose content was known already."""


def run_build(launcher: "Launcher", *, quiet: bool, as_json: bool, overlay: Sequence[str]) -> int:
    """Bring the index up to date."""
    code, root = open_code(launcher, overlay, scan=True)
    begun = monotonic()
    try:
        status = build_index(code, root, shown=not (quiet or as_json))
    finally:
        code.close()
    if as_json:
        click.echo(to_json(_status(root, status)))
    elif not quiet:
        done = f"{status.files:,} files, {status.symbols:,} symbols in {monotonic() - begun:.1f} s"
        click.echo(f"{done}: {status.parsed:,} parsed, {status.from_cache:,} known by content, the rest unchanged.")
        _tell_problem(status)
    return 0


def run_status(launcher: "Launcher", *, as_json: bool, overlay: Sequence[str]) -> int:
    """Say what the index holds."""
    code, root = open_code(launcher, overlay)
    status = code.status()[root]
    code.close()
    if as_json:
        click.echo(to_json(_status(root, status)))
        return 0
    click.echo(f"{root}: {status.files:,} files, {status.symbols:,} symbols.")
    if not status.files:
        click.echo("Nothing is indexed yet: run rulewright index build, or open the project in an editor.")
    if status.words_only:
        click.echo(f"Of {status.words_only:,} files only the words are known: there is no grammar for them.")
    for reason, number in sorted(status.left_out.items(), key=lambda item: (-item[1], item[0])):
        click.echo(f"  left out  {number:>7,}  {printable(reason)}")
    if status.database:
        click.echo(f"index     {_size(status.database_bytes)}  {printable(status.database)}")
    if status.cache:
        click.echo(f"contents  {_size(status.cache_bytes)}  {printable(status.cache)}")
    _tell_problem(status)
    return 0


def run_search(launcher: "Launcher", pattern: str, limit: int, *, as_json: bool, overlay: Sequence[str]) -> int:
    """Find symbols by a pattern."""
    if not pattern.strip():
        raise click.UsageError("The pattern is empty; write a part of a name, such as HttpReq or hr.")
    code, root = open_code(launcher, overlay, scan=True)
    try:
        build_index(code, root, shown=not as_json)
        rows = code.search(root, pattern, limit)
    finally:
        code.close()
    found = tuple(
        FoundRecord(
            s.name,
            SymbolKind(s.kind).name.lower(),
            s.location.path,
            s.location.range.start.line + 1,
            s.location.range.start.character + 1,
            s.container,
        )
        for s in rows
    )
    if as_json:
        click.echo(to_json(FoundRecords(1, root, found)))
    else:
        for f in found:
            inside = f"  in {f.container}" if f.container else ""
            click.echo(printable(f"{f.path}:{f.line}:{f.column}  {f.kind} {f.name}{inside}"))
        if not found:
            click.echo(f"No symbol matches {printable(pattern)}.", err=True)
    return 0 if found else 1


def run_symbols(launcher: "Launcher", file: str, *, as_json: bool, overlay: Sequence[str]) -> int:
    """Print the outline of a file."""
    code, root = open_code(launcher, overlay)
    path = relative_to(Path(root), file)
    found = code.symbols_of(root, path)
    code.close()
    if found is None:
        raise click.UsageError(f"{file} is not a text file that can be read.")
    records = tuple(_outline(symbol) for symbol in found)
    if as_json:
        click.echo(to_json(OutlineRecords(1, path, records)))
    else:
        for record in records:
            _print_outline(record, 0)
    return 0


def run_why(launcher: "Launcher", file: str, *, as_json: bool, overlay: Sequence[str]) -> int:
    """Say whether a file is in the index, and why."""
    code, root = open_code(launcher, overlay)
    path = relative_to(Path(root), file)
    reason = code.why(root, path)
    code.close()
    click.echo(to_json(WhyRecord(1, root, path, reason)) if as_json else printable(reason))
    return 0


def run_clear(launcher: "Launcher", *, records: bool, overlay: Sequence[str]) -> int:
    """Forget the index of a project."""
    code, root = open_code(launcher, overlay, clear=True)
    code.clear(root, records=records)
    problem = code.status()[root].problem
    code.close()
    if problem:
        raise click.ClickException(f"The index of {root} could not be emptied: {printable(problem)}.")
    click.echo(f"The index of {root} is empty" + (", and so is the store of contents." if records else "."))
    return 0


def open_code(
    launcher: "Launcher", overlay: Sequence[str], *, scan: bool = False, clear: bool = False
) -> tuple[CodeGateway, str]:
    """What knows the code of the project here, and its root. Raises click.UsageError where nothing can be indexed."""
    gateway = launcher.headless()
    project = open_project(gateway, gateway.files.root_of(Path.cwd()), overlay, near=())
    index = project.settings.index
    if scan and not index.enabled:
        raise click.UsageError("The index is switched off by the setting index.enabled.")
    path = Path(project.root)
    if path == path.parent or path == Path.home():
        raise click.UsageError(f"{project.root} is no project, and too much to index. Run the command in a project.")
    code = launcher.code()
    # An old index can be cleared though none is wanted now. Columns are shown in code points.
    settings = msgspec.structs.replace(index, enabled=index.enabled or clear)
    root = Root(project.root, settings, project.settings.code, never_send=project.settings.privacy.never_send)
    code.configure(Configure((root,), "utf-32", scan=scan))
    return code, project.root


def _status(root: str, status: Any) -> StatusRecord:
    return StatusRecord(
        1,
        root,
        status.files,
        status.symbols,
        status.words_only,
        dict(sorted(status.left_out.items())),
        status.database,
        status.database_bytes,
        status.cache,
        status.cache_bytes,
        status.problem,
        status.parsed,
        status.from_cache,
    )


def _tell_problem(status: Any) -> None:
    if status.problem:
        click.echo(f"The index is kept in memory only, and lost at the end: {printable(status.problem)}", err=True)


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:>9,.1f} MB"


def _outline(symbol: Any) -> OutlineRecord:
    start: Position = symbol.selection_range.start
    return OutlineRecord(
        symbol.name,
        SymbolKind(symbol.kind).name.lower(),
        start.line + 1,
        start.character + 1,
        symbol.range.end.line + 1,
        symbol.detail,
        tuple(_outline(child) for child in symbol.children),
    )


def _print_outline(record: OutlineRecord, depth: int) -> None:
    click.echo(printable(f"{record.line:>6}  {'  ' * depth}{record.kind} {record.name}"))
    for child in record.children:
        _print_outline(child, depth + 1)


def build_index(code: CodeGateway, root: str, *, shown: bool) -> Any:
    """Bring an index up to date, and tell how far that is."""
    with ProgressLine(shown=shown and wants_progress(sys.stderr)) as line:

        def tell(progress: IndexProgress) -> None:
            left = f", about {progress.seconds_left:.0f} s left" if progress.seconds_left else ""
            line("Indexed", progress.done, progress.total, left)

        return code.build(root, tell)
