"""The composition root of what a process that serves has beside its clients: supervision, the bus, its status socket.

Apart from `app.py` because no command but `serve`, `mcp` and `status` needs it.
"""

import json
import os
from functools import partial
from pathlib import Path

import msgspec

from rulewright.core.config import LogSettings, merge
from rulewright.core.restarts import Intensity
from rulewright.core.server_report import ServerReport
from rulewright.core.supervision import Child, Running
from rulewright.services.code_host import CodeHost
from rulewright.services.logs import begin as begin_log
from rulewright.services.settings import read_layers
from rulewright.services.status_socket import answer_status, ask_servers, run_folder
from rulewright.services.supervisor.outside import OutsideSupervisor
from rulewright.services.user_folders import state_folder
from rulewright.tree import ClientTree, Node, make_node


def clean(text: str) -> str:
    """A sentence without secrets."""
    from rulewright.core.privacy.redact import redact  # noqa: PLC0415 - only what fails is told of

    return redact(text)


def new_node(name: str) -> Node:
    """What the clients of this process will share; `name` is the interface."""
    node = make_node(name, clean=clean)
    node.tree.on_closed(begin_log(log_settings(), clean))

    async def status(running: Running) -> None:
        running.ready()
        await answer_status(run_folder(Path(state_folder())), partial(_report, node))

    # Without it everything works, so it is tried once.
    node.tree.in_core(Child(id="status", run=status, restart="transient"))
    return node


def log_settings() -> LogSettings:
    """The user's, whatever project is served: there is one log."""
    layers, _ = read_layers(Path(os.devnull))
    return merge(layers)[0].log


def _report(node: Node) -> bytes:
    report = node.report()
    try:
        return msgspec.json.encode(report)
    except UnicodeEncodeError:
        # A project may lie in a folder whose name is not UTF-8.
        return json.dumps(msgspec.to_builtins(report), ensure_ascii=False).encode("utf-8", "replace")


def client_of(node: Node, knowing: OutsideSupervisor | None = None, *, is_only: bool = True) -> ClientTree:
    """The place in the tree of a client to come, with the supervisor of the process that knows its code."""
    if knowing is not None:
        knowing.clean, knowing.tell = clean, node.tree.tell
    return ClientTree(node, knowing, is_only=is_only)


def new_client(node: Node, intensity: Intensity) -> tuple[CodeHost, ClientTree]:
    """One more client of several, and what will know its code."""
    knowing = OutsideSupervisor(intensity)
    code = CodeHost(overseer=knowing)
    knowing.more = code.indexing
    return code, client_of(node, knowing, is_only=False)


def running_servers(pid: int | None = None) -> tuple[tuple[ServerReport, ...], tuple[str, ...]]:
    """Every server of this user that runs, or one, and sentences about those that do not answer."""
    answers, silent = ask_servers(run_folder(Path(state_folder())), pid)
    reports: list[ServerReport] = []
    problems = [f"Process {one.pid} does not say how it is: {one.reason}." for one in silent]
    for answer in answers:
        try:
            reports.append(msgspec.json.decode(answer, type=ServerReport))
        except msgspec.DecodeError as error:
            problems.append(f"A server of another version of Rulewright runs, whose answer cannot be read: {error}.")
    return tuple(reports), tuple(problems)
