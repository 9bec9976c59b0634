"""Commands. Each bears an empty list of arguments: some editors' command pickers send nothing else."""

import asyncio
from collections.abc import Sequence
from typing import Any

from lsprotocol import types as t

from rulewright.adapters.lsp.code_action import APPLY, edit_of
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.protocol import decode
from rulewright.core.code_messages import Status
from rulewright.core.events import Flag
from rulewright.core.uris import to_path

WHY = "rulewright.why"
RELOAD = "rulewright.reload"
PAUSE_INDEX = "rulewright.pauseIndex"
RESUME_INDEX = "rulewright.resumeIndex"
INDEX_STATUS = "rulewright.indexStatus"
DISABLE_RULE = "rulewright.disableRule"
ENABLE_RULE = "rulewright.enableRule"


def register(server: Server) -> None:
    """Offer the commands; the one that only looks comes first."""
    server.command(WHY)(why)
    server.command(RELOAD)(reload)
    server.command(APPLY)(apply_fix)
    server.command(PAUSE_INDEX)(pause_index)
    server.command(RESUME_INDEX)(resume_index)
    server.command(INDEX_STATUS)(index_status)
    server.command(DISABLE_RULE)(disable_rule)
    server.command(ENABLE_RULE)(enable_rule)


async def why(ls: Server, arguments: Sequence[Any]) -> Any:
    """Which rules apply to a file and why: the one named, else the one worked on last."""
    uri = uri_of(arguments) or ls.recent_uri
    if not uri:
        ls.show("Open a file first, then ask why its rules apply.", t.MessageType.Info)
        return None
    return await ls.gateway.explain(await ls.snapshot(), uri)


def uri_of(arguments: Sequence[Any]) -> str:
    """The document that a command is about; empty where none is named."""
    match list(arguments):
        case [str(uri), *_] | [{"uri": str(uri)}, *_]:
            return uri
        case _:
            return ""


async def reload(ls: Server, _arguments: Sequence[Any]) -> None:
    """Read every rule and setting again."""
    await ls.ready.wait()
    async with ls.projects_lock:
        for message in await ls.gateway.reload_all():
            ls.show(message)


async def apply_fix(ls: Server, arguments: Sequence[Any]) -> Any:
    """Have the client make a fix: the way for clients that take commands but no code actions."""
    if not arguments:
        ls.show("This command makes a fix that a code action offers; choose it there.", t.MessageType.Info)
        return None
    edit = await edit_of(ls, arguments[0])
    params = t.ApplyWorkspaceEditParams(edit=edit, label="Rulewright")
    answer = await ls.ask(t.WORKSPACE_APPLY_EDIT, params, deadline_s=None)
    match answer:
        case {"applied": False, "failureReason": str(reason)}:
            ls.show(f"The editor did not make the change: {reason}.")
    return answer


async def pause_index(ls: Server, _arguments: Sequence[Any]) -> None:
    """Stop indexing; what is known already goes on being used."""
    ls.gateway.pause_index(paused=True)


async def resume_index(ls: Server, _arguments: Sequence[Any]) -> None:
    """Go on indexing."""
    ls.gateway.pause_index(paused=False)


async def index_status(ls: Server, _arguments: Sequence[Any]) -> Any:
    """What the index of each workspace holds, and how far it is."""
    asked = ls.gateway.ask_code(Status())
    return decode(await asyncio.wrap_future(asked)) if asked is not None else None


async def disable_rule(ls: Server, arguments: Sequence[Any]) -> list[str] | None:
    """Switch a rule, a source or every rule off in this workspace."""
    return await _switch(ls, DISABLE_RULE, arguments, enabled=False)


async def enable_rule(ls: Server, arguments: Sequence[Any]) -> list[str] | None:
    """Switch on again what `disable_rule` switched off."""
    return await _switch(ls, ENABLE_RULE, arguments, enabled=True)


async def _switch(ls: Server, command: str, arguments: Sequence[Any], *, enabled: bool) -> list[str] | None:
    match list(arguments):
        case [str(name), *_] | [{"rule": str(name)}, *_] if name:
            flag = Flag("rule", name, enabled)
        case [{"source": str(name)}, *_]:
            flag = Flag("source", name, enabled)
        case [{"all": True}, *_]:
            flag = Flag("everything", "", enabled)
        case _:
            ls.show('Name a rule, such as "no-eval", or {"source": "default"}, or {"all": true}.', t.MessageType.Info)
            return None
    await ls.ready.wait()
    async with ls.projects_lock:
        said = list(await ls.gateway.rules.switch_in_all(flag, command, _root_of(ls, arguments)))
    for sentence in said:
        # Each time anew: a switch may be turned off and on again.
        ls.window_show_message(t.ShowMessageParams(type=t.MessageType.Info, message=sentence))
    return said


def _root_of(ls: Server, arguments: Sequence[Any]) -> str:
    """The root of the project of a document that is named beside the rule; empty for every project."""
    match list(arguments):
        case [{"uri": str(uri)}, *_] if path := to_path(uri):
            project = ls.gateway.take_snapshot().project_of(path)
            return project.root if project is not None else ""
        case _:
            return ""
