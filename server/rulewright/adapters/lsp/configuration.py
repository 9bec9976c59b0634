"""Settings from the editor: given at the start, pulled where the client lets us, pushed where it does not."""

from collections.abc import Mapping
from typing import Any

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

from rulewright.adapters.lsp.language_server import Server
from rulewright.core.config import Settings

SECTION = "rulewright"
ADAPTER_OPTIONS = frozenset({"workspaceDiagnostics", "workspaceTrusted"})
"""Initialization options that are about the protocol, not settings."""

EditorSettings = Mapping[str, Any]


def register(server: Server) -> None:
    """Follow the editor's settings."""
    server.feature(t.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)


def did_change_configuration(ls: Server, params: t.DidChangeConfigurationParams) -> None:
    """Take the settings pushed, or ask for them."""
    ls.pending.start(follow(ls, from_section(params.settings)), "settings")


def from_options(options: Any) -> EditorSettings:
    """Our settings within initialization options."""
    if isinstance(options, Mapping) and isinstance(options.get(SECTION), Mapping):
        options = options[SECTION]
    return {k: v for k, v in options.items() if k not in ADAPTER_OPTIONS} if isinstance(options, Mapping) else {}


def from_section(settings: Any) -> EditorSettings:
    """Our settings within what didChangeConfiguration brings: under our name, alone, or not at all."""
    match settings:
        case {"rulewright": Mapping() as ours}:
            return ours
        case Mapping() if any(name in Settings.__struct_fields__ for name in settings):
            return {k: v for k, v in settings.items() if k not in ADAPTER_OPTIONS}
        case _:
            return {}


async def follow(ls: Server, pushed: EditorSettings) -> None:
    """Use what the client answers, else what it pushed, else what it said at the start."""
    settings = await _pull(ls) or pushed or ls.initial_settings
    async with ls.projects_lock:
        if settings == ls.editor_settings:
            return
        ls.editor_settings = settings
        for text in await ls.gateway.configure(settings):
            ls.show(text)


async def _pull(ls: Server) -> EditorSettings:
    if not ls.client.configuration:
        return {}
    params = t.ConfigurationParams(items=[t.ConfigurationItem(section=SECTION)])
    try:
        answer = await ls.ask(t.WORKSPACE_CONFIGURATION, params)
    except (JsonRpcException, TimeoutError):
        return {}
    match answer:
        case [Mapping() as ours]:
            return ours
        case _:
            return {}
