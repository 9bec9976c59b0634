"""`rulewright doctor`: look at everything that can be wrong, and say what to do about it."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rulewright.adapters.cli.project import overlay_of
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.core.code_messages import Configure, Root
from rulewright.core.health import Remark

if TYPE_CHECKING:
    from rulewright.adapters.cli.launcher import Launcher
    from rulewright.core.config import Settings
    from rulewright.core.supervision import ChildState
    from rulewright.gateway import Gateway

_MARKS = {"ok": ("ok", "green"), "note": ("note", "cyan"), "warning": ("warning", "yellow"), "error": ("error", "red")}


class DoctorRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright doctor --json`."""

    version: int
    root: str
    remarks: tuple[Remark, ...]


def run_doctor(launcher: "Launcher", *, as_json: bool, overlay: Sequence[str]) -> int:
    """Examine; 1 when something is broken."""
    gateway = launcher.headless()
    root = gateway.files.root_of(Path.cwd())
    project, problems = gateway.open_project(root.as_posix(), overlay_of(overlay))
    remarks: list[Remark] = []

    def take(found: Iterable[Remark]) -> None:
        for remark in found:
            remarks.append(remark)
            if not as_json:
                _print(remark)

    take(gateway.upkeep.examine_machine())
    take(_examine_code(launcher, project.root, project.settings))
    take(gateway.upkeep.examine_project(project, problems))
    take(gateway.upkeep.examine_editor())
    take(_examine_models(gateway))
    take(_examine_running(launcher))
    if as_json:
        click.echo(to_json(DoctorRecord(1, project.root, tuple(remarks))))
    n_errors = sum(remark.state == "error" for remark in remarks)
    n_warnings = sum(remark.state == "warning" for remark in remarks)
    if not as_json:
        click.echo()
        click.echo(f"{n_errors} broken, {n_warnings} to look at." if n_errors or n_warnings else "All is well.")
    return 1 if n_errors else 0


def _examine_models(gateway: "Gateway") -> list[Remark]:
    """What is missing for the models that are named, and which are on this machine and are not."""
    from rulewright.adapters.cli import interrupts

    models = gateway.models
    remarks = models.examine()
    for offer in interrupts.run(models.offers()):
        text = f"{offer.model or offer.provider} at {offer.url} is not in your settings, so it is not asked."
        remarks.append(Remark("models", "note", text, f"{offer.command} --yes names it."))
    return remarks or [Remark("models", "note", "No model is named in your settings, so none is asked.")]


def _examine_running(launcher: "Launcher") -> list[Remark]:
    """What servers that run go on without; nothing where all is well, or none runs."""
    servers, problems = launcher.running_servers()
    remarks = [Remark("server", "warning", problem, "End that process.") for problem in problems]
    for server in servers:
        for lost in _given_up(server.tree):
            text = f"The server with the process id {server.pid} goes on without {lost.id}: {lost.last_error}."
            helps = "Restart it in the editor; rulewright status shows all of it."
            remarks.append(Remark("server", "warning", text, helps))
    return remarks


def _given_up(child: "ChildState") -> list["ChildState"]:
    """The outermost children that were given up."""
    if child.state == "given_up":
        return [child]
    return [lost for below in child.children for lost in _given_up(below)]


def _examine_code(launcher: "Launcher", root: str, settings: "Settings") -> list[Remark]:
    code = launcher.code()
    remarks = code.examine_grammars()
    if not settings.index.enabled:
        return [*remarks, Remark("index", "note", "The index is switched off by the setting index.enabled.")]
    code.configure(Configure((Root(root, settings.index, settings.code),), "utf-32", scan=False))
    status = code.status()[root]
    code.close()
    if getattr(status, "problem", ""):
        helps = "Make the cache folder writable; rulewright paths says where it is."
        return [*remarks, Remark("index", "warning", f"The index is kept in memory only: {status.problem}", helps)]
    if not status.files:
        text = f"Nothing of {root} is indexed yet."
        return [*remarks, Remark("index", "note", text, "An editor does it by itself, or rulewright index build.")]
    return [*remarks, Remark("index", "ok", f"{status.files:,} files and {status.symbols:,} symbols are indexed.")]


def _print(remark: Remark) -> None:
    mark, colour = _MARKS[remark.state]
    click.echo(f"{click.style(f'{mark:>7}', fg=colour)}  {remark.area:<9} {printable(remark.text)}")
    if remark.help:
        click.echo(f"{'':>7}  {'':<9} -> {printable(remark.help)}")
