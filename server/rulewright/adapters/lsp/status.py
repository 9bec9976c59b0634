"""`rulewright/status`: how the session is, for people, scripts and an editor's status line."""

import asyncio
import os
import platform
from dataclasses import asdict
from time import monotonic
from typing import Any

import msgspec

from rulewright import __version__
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.moment import early
from rulewright.core.code_messages import Status
from rulewright.core.figures import Figures
from rulewright.core.health import Remark
from rulewright.core.rules.job import SetAside
from rulewright.core.server_report import CircuitState
from rulewright.core.supervision import ChildState
from rulewright.features.health import about_editor

METHOD = "rulewright/status"
_BEGUN = monotonic()


class ServerState(msgspec.Struct, frozen=True, rename="camel"):
    """The process that answers."""

    version: str
    python: str
    pid: int
    uptime_s: float


class ClientState(msgspec.Struct, frozen=True, rename="camel"):
    """The client that asks."""

    name: str
    version: str
    position_encoding: str
    pulls_diagnostics: bool
    open_documents: int


class ProjectState(msgspec.Struct, frozen=True, rename="camel"):
    """One workspace folder."""

    root: str
    rules: int
    """In force."""
    broken_rule_files: tuple[str, ...]
    revision: int
    """Grows with each change of the rules."""


class SessionRecord(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to `rulewright/status`."""

    version: int
    """Of this record."""
    server: ServerState
    client: ClientState
    projects: tuple[ProjectState, ...]
    index: Any
    """By root, as the command `rulewright.indexStatus` answers it; null without code knowledge."""
    remarks: tuple[Remark, ...]
    """What is worth knowing or to be done, as `rulewright doctor` says it."""
    calls: dict[str, int]
    """How often each question was asked in this session."""
    metrics: Figures
    """Counts and durations of this session."""
    set_aside: tuple[SetAside, ...]
    """Checks that are not run now, because they were slow or failed."""
    tree: ChildState
    """The supervisors of the process and their children, as `rulewright status` shows them; without other clients for
    those who may not administer."""
    circuits: tuple[CircuitState, ...]
    """Breakers around what is not ours, such as models."""


def register(server: Server) -> None:
    """Answer the request."""
    server.protocol.at_read[METHOD] = lambda _: server.gateway.ask_code(Status())
    server.feature(METHOD)(status)


async def status(ls: Server, _params: object) -> SessionRecord:
    """Everything as it is now."""
    asked = early()
    answer = await asyncio.wrap_future(asked) if asked is not None else b"null"
    snapshot = await ls.snapshot()
    client = ls.client
    remarks = [r for r in about_editor(client.name, client.encoding, asdict(client)) if r.state != "ok"]
    remarks += [r for r in ls.gateway.upkeep.examine_opened() if r.state not in {"ok", "note"}]
    if ls.gateway.code_is_gone:
        remarks.append(Remark("index", "error", ls.gateway.code_is_gone))
    return SessionRecord(
        1,
        ServerState(__version__, platform.python_version(), os.getpid(), round(monotonic() - _BEGUN, 1)),
        ClientState(client.name, client.version, client.encoding, client.pulls, len(snapshot.documents)),
        tuple(
            ProjectState(
                p.root,
                len(p.book.selection.active),
                tuple(sorted({f.path for f in p.book.findings if f.severity == "error"})),
                p.book.revision,
            )
            for p in snapshot.projects
        ),
        msgspec.Raw(answer),
        tuple(remarks),
        dict(ls.gateway.calls),
        ls.gateway.metrics.figures(),
        ls.gateway.set_aside(),
        # What others work on is for those who look after the server.
        ls.gateway.tree.states(all_clients=ls.gateway.may("administer")),
        ls.gateway.tree.node.circuits.states(),
    )
