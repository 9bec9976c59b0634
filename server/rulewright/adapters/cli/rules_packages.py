"""`rulewright rules packages`: installed packages that ship guidance, and which of them are allowed."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import msgspec

from rulewright.adapters.cli.project import open_project
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.adapters.cli.rules import table
from rulewright.gateway import Gateway
from rulewright.rule_gateway import Shipped


class PackagesRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright rules packages --json`."""

    version: int
    root: str
    settings: str
    """The file in which packages are allowed."""
    packages: tuple[Shipped, ...]
    missing: tuple[str, ...]
    """Allowed, but no installed package of that name ships guidance for this project."""


def run_packages(gateway: Gateway, *, as_json: bool, overlay: Sequence[str]) -> int:
    """List the packages of the project here."""
    project = open_project(gateway, gateway.files.root_of(Path.cwd()), overlay)
    packages, missing = gateway.rules.packages(project.root)
    settings = gateway.rules.settings_file
    if as_json:
        click.echo(to_json(PackagesRecord(1, project.root, settings, packages, missing)))
        return 0
    for line in lines(packages, settings):
        click.echo(line)
    if missing:
        click.echo(printable(f"Allowed, and nothing of that name ships guidance here: {', '.join(missing)}."))
    return 0


def lines(packages: Sequence[Shipped], settings: str) -> Iterable[str]:
    """The same for people."""
    if not packages:
        yield "No installed package ships guidance (usage-rules.md, usage-rules/ or skills with a SKILL.md)."
        return
    rows = [
        (
            p.name,
            p.version,
            "allowed" if p.is_allowed else "not allowed",
            f"{len(p.files)} file{'s' * (len(p.files) != 1)}",
            f"{p.tokens:,} tokens",
            p.problem or p.home,
        )
        for p in packages
    ]
    yield from table(("package", "version", "", "guidance", "cost", "where"), rows)
    waiting = [p.name for p in packages if not p.is_allowed]
    if waiting:
        names = ", ".join(f'"{name}"' for name in waiting[:3])
        yield ""
        yield printable(f"What a package ships counts once you allow it in {settings}, after reading it:")
        yield "  [packages]"
        yield printable(f"  allow = [{names}]")
