"""`rulewright index map | context`: what is important in a project, and what helps with a place or a question."""

import math
import re
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
import msgspec

from rulewright.adapters.cli.index import build_index, open_code
from rulewright.adapters.cli.progress import ProgressLine, wants_progress
from rulewright.adapters.cli.project import relative_to
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.core.retrieve.found import Context, LeftOut, Piece
from rulewright.core.retrieve.map import MapFile, RepositoryMap
from rulewright.core.text import Position
from rulewright.core.uris import from_path

if TYPE_CHECKING:
    from rulewright.adapters.cli.launcher import Launcher

T = TypeVar("T")

_PLACE = re.compile(r"(.+?):([1-9]\d{0,8})(?::\d{1,9})?")


class MapRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright index map --json`."""

    version: int
    root: str
    n_files: int
    """Files of the project, or of the paths that were named."""
    tokens: int
    """Of `text`."""
    manifests: tuple[str, ...]
    files: tuple[MapFile, ...]
    """The most important first."""
    text: str
    """As a model reads it."""


class ContextRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright index context --json`."""

    version: int
    root: str
    about: str
    tokens: int
    pieces: tuple[Piece, ...]
    """The best first."""
    left_out: tuple[LeftOut, ...]
    """What was found and is not shown, because it is withheld or has no room."""
    remarks: tuple[str, ...]


def run_map(
    launcher: "Launcher",
    paths: Sequence[str],
    tokens: int,
    focus: Sequence[str],
    *,
    as_json: bool,
    overlay: Sequence[str],
) -> int:
    """Print a map of the project."""
    code, root = open_code(launcher, overlay, scan=True)
    below = [relative_to(Path(root), path) for path in paths]
    seen_from = [relative_to(Path(root), f) if Path(f).exists() else f for f in focus]
    try:
        build_index(code, root, shown=not as_json)
        found = _driven(code.repository_map(root, tokens, seen_from, below), shown=not as_json)
    finally:
        code.close()
    for name in found.unknown:
        click.echo(f"Nothing here is called {printable(name)}: the map is not seen from it.", err=True)
    if as_json:
        click.echo(to_json(MapRecord(1, root, found.n_files, found.tokens, found.manifests, found.files, found.text)))
    else:
        _print_map(root, found)
    return 0 if found.files or found.manifests else 1


def run_context(
    launcher: "Launcher",
    about: str,
    tokens: int,
    limit: int,
    focus: Sequence[str],
    *,
    with_text: bool,
    as_json: bool,
    overlay: Sequence[str],
) -> int:
    """Print what would be shown to a model for a place or a question."""
    if not about.strip():
        raise click.UsageError("Name a place, such as src/app.py:120, or ask a question in words.")
    place = _PLACE.fullmatch(about.strip())
    is_place = place is not None and Path(place[1]).is_file()
    code, root = open_code(launcher, overlay, scan=True)
    try:
        build_index(code, root, shown=not as_json)
        if is_place and place is not None:
            uri = from_path(str(Path(place[1]).absolute()))
            asked = code.context_at(uri, Position(int(place[2]) - 1, 0), tokens, limit)
        else:
            seen_from = [relative_to(Path(root), path) for path in focus]
            asked = code.context_for(root, about, tokens, seen_from, limit, math.inf)
        found = _driven(asked, shown=not as_json)
    finally:
        code.close()
    if as_json:
        record = ContextRecord(1, root, about, found.tokens, found.pieces, found.left_out, found.remarks)
        click.echo(to_json(record))
    else:
        _print_context(found, with_text=with_text)
    return 0 if found.pieces else 1


def _driven(answering: Generator[None, None, T], *, shown: bool) -> T:
    """The answer of something that goes on in slices."""
    with ProgressLine(shown=shown and wants_progress(sys.stderr)) as line:
        n_slices = 0
        while True:
            try:
                next(answering)
            except StopIteration as done:
                answer: T = done.value
                return answer
            n_slices += 1
            line("Reading words", n_slices)


def _print_map(root: str, found: RepositoryMap) -> None:
    if not found.files and not found.manifests:
        click.echo("There is no code to map here.", err=True)
        return
    n_shown = len(found.files)
    size = f"{n_shown:,} of {found.n_files:,} files in {found.tokens:,} tokens"
    click.echo(f"{printable(Path(root).name)}: {size}, what is used most first.")
    if found.manifests:
        click.echo(click.style(printable("  ".join(found.manifests)), dim=True))
    for file in found.files:
        click.echo()
        click.echo(click.style(printable(file.path), bold=True))
        for symbol in file.symbols:
            number = click.style(f"{symbol.line:>6}", dim=True)
            click.echo(f"{number}  {'  ' * symbol.depth}{printable(symbol.signature)}")


def _print_context(found: Context, *, with_text: bool) -> None:
    for piece in found.pieces:
        place = click.style(printable(f"{piece.path}:{piece.first_line}-{piece.last_line}"), bold=True)
        inside = f" in {piece.container}" if piece.container else ""
        click.echo(f"{place}  {piece.kind} {printable(piece.name + inside)}")
        click.echo(click.style(f"    {printable(piece.why)}", dim=True))
        if with_text:
            click.echo("".join(f"    {printable(line)}\n" for line in piece.text.split("\n")))
    for one in found.left_out:
        what = f"{one.name} of {one.path}" if one.name else one.path
        click.echo(click.style(printable(f"left out: {what}, which {one.why}"), dim=True))
    for remark in found.remarks:
        click.echo(remark, err=True)
    if found.pieces:
        click.echo(f"{len(found.pieces)} definitions in {found.tokens:,} tokens.")
    else:
        click.echo("Nothing was found.", err=True)
