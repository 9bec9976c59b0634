"""`rulewright privacy check` and `rulewright privacy prove`."""

import os
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.project import open_project, relative_to
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.core.privacy.proof import Proof, Row
from rulewright.features.privacy_check import FilePrivacy
from rulewright.gateway import Gateway


class PrivacyRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright privacy check --json`."""

    version: int
    root: str
    """Of the project: paths are relative to it."""
    n_files: int
    """Files that were looked at."""
    files: tuple[FilePrivacy, ...]
    """Those of which models are not shown everything."""


def run_check(gateway: Gateway, paths: Sequence[str], *, as_json: bool, overlay: Sequence[str]) -> int:
    """Say what of some files is not shown."""
    root = gateway.files.root_of(Path(paths[0] if paths else ".").absolute())
    project = open_project(gateway, root, overlay, near=[])
    starts = [relative_to(root, path) for path in paths] or [""]
    found, n_files = [], 0
    for one in gateway.privacy.check(project, starts):
        n_files += 1
        if one is not None:
            found.append(one)
    has_secrets = any(one.secrets and not one.withheld for one in found)
    if as_json:
        click.echo(to_json(PrivacyRecord(1, root.as_posix(), n_files, tuple(found))))
        return int(has_secrets)
    for one in found:
        if one.withheld:
            click.echo(printable(f"{_from_here(root, one.path)} {one.withheld}."))
    for one in found:
        for secret in one.secrets:
            path = _from_here(root, one.path)
            where = f"{path}:{secret.line}:{secret.column}" if secret.line else f"{path} (its name)"
            if not one.withheld:
                click.echo(printable(f"{where}: {secret.kind}"))
    refuses = project.settings.privacy.on_secret != "redact"  # noqa: S105 - a verb
    click.echo(_summary(n_files, found, refuses=refuses))
    return int(has_secrets)


def _from_here(root: Path, path: str) -> str:
    return Path(os.path.relpath(root / path)).as_posix() + "/" * path.endswith("/")


def _summary(n_files: int, found: Sequence[FilePrivacy], *, refuses: bool) -> str:
    n_withheld = sum(1 for one in found if one.withheld)
    n_secrets = sum(len(one.secrets) for one in found if not one.withheld)
    others = " in the others" if n_withheld else ""
    if n_withheld and n_withheld == n_files:
        told = "nothing else was there to look at."
    elif not n_secrets:
        told = f"no secret was found{others}."
    else:
        what = "1 secret" if n_secrets == 1 else f"{n_secrets:,} secrets"
        told = f"{what}{others}: " + (
            "nothing with one would be sent (privacy.on_secret)." if refuses else "models would see a mark instead."
        )
    looked = "1 file or folder" if n_files == 1 else f"{n_files:,} files and folders"
    return f"Looked at {looked}: {f'{n_withheld:,}' if n_withheld else 'none'} withheld; {told}"


def run_prove(launcher: Launcher, *, as_json: bool) -> int:
    """Drive every feature past planted secrets, and show what became of them."""
    proof = launcher.prove_privacy(lambda name: click.echo(f"{name} ...", err=True))
    if as_json:
        click.echo(to_json(proof))
    else:
        _show(proof)
    return 1 if proof.leaks else 0 if proof.is_whole else 2


_SIGNS = {"safe": "-", "kept": "kept", "leaked": "LEAKED"}
_LEGEND = "-: it was nowhere to be seen; kept: only on this machine, as noted below; LEAKED: it left."


def _show(proof: Proof) -> None:
    """A table: a row for each kind of secret, a column for each feature."""
    driven = [row for row in proof.rows if row.cells]
    names = [row.feature for row in driven]
    first = max((len(kind) for kind in proof.kinds), default=0)
    widths = [max(len(name), len("LEAKED")) for name in names]
    click.echo(
        "  ".join([" " * first, *(name.ljust(width) for name, width in zip(names, widths, strict=True))]).rstrip()
    )
    for number, kind in enumerate(proof.kinds):
        signs = [_SIGNS[row.cells[number].outcome] for row in driven]
        cells = (sign.ljust(width) for sign, width in zip(signs, widths, strict=True))
        click.echo("  ".join([kind.ljust(first), *cells]).rstrip())
    if driven:
        click.echo(_LEGEND)
    for row in proof.rows:
        for line in _notes(row):
            click.echo(line)
    click.echo(_verdict(proof))


def _notes(row: Row) -> list[str]:
    told = [f"{row.feature}: kept here: {note}" for note in row.notes]
    return [*told, f"{row.feature} was not driven: {row.not_driven}."] if row.not_driven else told


def _verdict(proof: Proof) -> str:
    if proof.leaks:
        return "Leaked: " + "; ".join(f"{kind} through {feature}" for feature, kind in proof.leaks) + "."
    n_driven = sum(1 for row in proof.rows if row.cells)
    if not proof.is_whole:
        return "Nothing left through the features that were driven; the proof is not whole."
    return f"Nothing left: {len(proof.kinds)} kinds of secrets, {n_driven} features."
