"""The editor's own trust in the workspace: told at the start, and when its user gives it or takes it back."""

from collections.abc import Mapping
from typing import Any

from rulewright.adapters.lsp.language_server import Server

OPTION = "workspaceTrusted"
METHOD = "rulewright/workspaceTrusted"


def register(server: Server) -> None:
    """Take what the editor says later."""
    server.feature(METHOD)(did_change_trust)


def from_options(options: Any) -> bool:
    """Whether initialization options say that the user trusts the workspace."""
    match options:
        case {"workspaceTrusted": True} | {"rulewright": {"workspaceTrusted": True}}:
            return True
        case _:
            return False


def did_change_trust(ls: Server, params: Any) -> None:
    """Take the settings that need trust, or let go of them."""
    is_trusted = params.get("trusted") if isinstance(params, Mapping) else getattr(params, "trusted", None)
    ls.pending.start(take(ls, is_trusted=is_trusted is True), "trust")


async def take(ls: Server, *, is_trusted: bool) -> None:
    """Tell the gateway, behind whatever opens projects."""
    async with ls.projects_lock:
        for text in await ls.gateway.trust_by_editor(is_trusted=is_trusted):
            ls.show(text)
