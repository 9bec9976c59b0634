"""Commands. Each bears an empty list of arguments: some editors' command pickers send nothing else."""

import asyncio
from collections.abc import Sequence
from typing import Any

from lsprotocol import types as t

from rulewright.adapters.lsp.code_action import APPLY, edit_of
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.protocol import decode
from rulewright.core.code_messages import Status

WHY = "rulewright.why"
RELOAD = "rulewright.reload"
PAUSE_INDEX = "rulewright.pauseIndex"
RESUME_INDEX = "rulewright.resumeIndex"
INDEX_STATUS = "rulewright.indexStatus"


def register(server: Server) -> None:
    """Offer the commands; the one that only looks comes first."""
    server.command(WHY)(why)
    server.command(RELOAD)(reload)
    server.command(APPLY)(apply_fix)
    server.command(PAUSE_INDEX)(pause_index)
    server.command(RESUME_INDEX)(resume_index)
    server.command(INDEX_STATUS)(index_status)


async def why(ls: Server, arguments: Sequence[Any]) -> Any:
    """Which rules apply to a file and why: the one named, else the one worked on last."""
    uri = _uri(arguments) or ls.recent_uri
    if not uri:
        ls.show("Open a file first, then ask why its rules apply.", t.MessageType.Info)
        return None
    return await ls.gateway.explain(await ls.snapshot(), uri)


def _uri(arguments: Sequence[Any]) -> str:
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
