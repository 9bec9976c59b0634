"""`rulewright status`: how the servers that run are."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click
import msgspec

from rulewright.adapters.cli.report import printable
from rulewright.core.server_report import ServerReport
from rulewright.core.supervision import ChildState

if TYPE_CHECKING:
    from rulewright.adapters.cli.launcher import Launcher

WIDTH = 34
"""Of the column of names."""
_COLOURS = {"running": "green", "starting": "yellow", "waiting": "yellow", "given_up": "red", "ended": None}
MINUTE_S, HOUR_S, DAY_S = 60, 3_600, 86_400


class StatusRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright status --json`."""

    version: int
    """Of this record."""
    servers: tuple[ServerReport, ...]
    """Oldest first."""
    problems: tuple[str, ...]
    """Sentences about servers that do not answer."""


def run_status(launcher: "Launcher", *, as_json: bool, pid: int | None) -> int:
    """Show every server of this user, or one; 1 when there is none, or one does not answer."""
    servers, problems = launcher.running_servers(pid)
    if as_json:
        record = StatusRecord(1, servers, problems)
        click.echo(msgspec.json.format(msgspec.json.encode(record), indent=2))
    else:
        for number, server in enumerate(servers):
            if number:
                click.echo()
            for line in lines(server):
                click.echo(line)
        for problem in problems:
            click.echo(problem, err=True)
        if not servers and not problems:
            which = f"with the process id {pid}" if pid is not None else "of yours"
            click.echo(f"No server {which} runs. An editor starts one, or rulewright serve.")
    return int(bool(problems) or not servers)


def lines(server: ServerReport) -> Iterator[str]:
    """One server, for people."""
    title = f"rulewright {server.program_version}, process {server.pid}, {server.interface}"
    yield click.style(f"{title}, up {duration(server.uptime_s)}", bold=True)
    for place in server.listens:
        yield f"  listens on {printable(place)}"
    yield from _tree(server.tree, 1)
    for client in server.clients:
        about = printable(client.program) or "a client without a name"
        n_calls = sum(client.calls.values())
        yield f"{client.name}: {about}, {_count(client.open_documents, 'open document')}, {_count(n_calls, 'call')}"
        for project in client.projects:
            yield f"  {printable(project.root)}: {_count(project.rules, 'rule')} in force, revision {project.revision}"
        for aside in client.set_aside:
            yield (
                f"  set aside: check {aside.check_id} of rule {aside.rule_id} ({printable(aside.reason)}), "
                f"tried again in {duration(aside.retry_in_s)}"
            )
    for circuit in server.circuits:
        if circuit.state != "closed":
            yield (
                f"{printable(circuit.name)} is {circuit.state.replace('_', ' ')}: {printable(circuit.reason)}; "
                f"tried again in {duration(circuit.retry_in_s)}"
            )
    if server.registry:
        yield "registered: " + ", ".join(_count(n, printable(kind)) for kind, n in server.registry.items())


def _tree(child: ChildState, depth: int) -> Iterator[str]:
    name = "  " * depth + printable(child.id)
    state = click.style(f"{child.state.replace('_', ' '):<9}", fg=_COLOURS[child.state])
    about: list[str] = [child.restart]
    if child.pid is not None:
        about.append(f"process {child.pid}")
    if child.uptime_s and child.state == "running":
        about.append(f"up {duration(child.uptime_s)}")
    if child.restarts:
        about.append(_count(child.restarts, "restart"))
    if child.detail:
        about.append(printable(child.detail))
    yield f"{name:<{WIDTH}} {state} {', '.join(about)}"
    if child.last_error:
        yield f"{'':<{WIDTH}} last error: {printable(child.last_error)}"
    for below in child.children:
        yield from _tree(below, depth + 1)


def duration(seconds: float) -> str:
    """A time, for people."""
    if seconds < MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < HOUR_S:
        return f"{seconds // MINUTE_S:.0f} min"
    if seconds < DAY_S:
        return f"{seconds // HOUR_S:.0f} h {seconds % HOUR_S // MINUTE_S:.0f} min"
    return f"{seconds // DAY_S:.0f} d {seconds % DAY_S // HOUR_S:.0f} h"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
