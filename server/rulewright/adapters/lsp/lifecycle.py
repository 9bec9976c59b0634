"""The start of a session and its workspace folders."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import asdict
from itertools import chain, repeat
from typing import Any

from lsprotocol import types as t

from rulewright.adapters.lsp import (
    client_log,
    configuration,
    index_progress,
    parent,
    rule_writing,
    trust,
    watched_files,
)
from rulewright.adapters.lsp.client import read_client
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.supervised import supervise
from rulewright.core import uris

log = logging.getLogger(__name__)


def register(server: Server) -> None:
    """Handle the start and the folders."""
    server.feature(t.INITIALIZE)(initialize)
    server.feature(t.INITIALIZED)(initialized)
    server.feature(t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(did_change_workspace_folders)


def initialize(ls: Server, params: t.InitializeParams) -> None:
    """Learn who is there and begin to open the projects; the answer does not wait for them."""
    ls.client = read_client(params)
    options = params.initialization_options
    ls.initial_settings = ls.editor_settings = configuration.from_options(options)
    ls.gateway.start_with_trust(is_trusted=trust.from_options(options))
    ls.announces_workspace_diagnostics = _wants_workspace_diagnostics(options)
    ls.gateway.begin_code(ls.encoding, ls.protocol.announced_by_client, ls.client.name)
    index_progress.follow(ls)
    ls.pending.start(_open_first(ls, roots(params)), "opening the projects")
    ls.gateway.introduce(f"{ls.client.name} {ls.client.version}".strip())
    ls.rule_events.begin()
    if editor := params.process_id:
        supervise(ls, "neighbours", lambda: _look_beside(ls, editor), restart="transient")
        supervise(ls, "editor", lambda: parent.watch(editor, lambda: ls.leave(1)), restart="transient")
    log.debug("client %s, positions in %s", ls.client.name or "without a name", ls.encoding)


LOOKS_S = (2.0, 5.0, 20.0, 60.0)
"""When to look for the editor's other servers: some are started with the first file of their language."""


async def _look_beside(ls: Server, editor: int) -> None:
    for pause_s in chain(LOOKS_S, repeat(LOOKS_S[-1])):
        await asyncio.sleep(pause_s)
        await ls.gateway.look_beside(editor)


def _wants_workspace_diagnostics(options: Any) -> bool:
    match options:
        case {"workspaceDiagnostics": True} | {"rulewright": {"workspaceDiagnostics": True}}:
            return True
        case _:
            return False


def roots(params: t.InitializeParams) -> list[str]:
    """The folders to work in; none where an editor was started on a lone file."""
    if params.workspace_folders:
        return _paths(params.workspace_folders)
    if params.root_uri:
        return [path] if (path := uris.to_path(params.root_uri)) else []
    if params.workspace_folders is None and params.root_path:
        return [params.root_path.replace("\\", "/") if params.root_path[1:2] == ":" else params.root_path]
    return []


def _paths(folders: Sequence[t.WorkspaceFolder]) -> list[str]:
    return [path for folder in folders if (path := uris.to_path(folder.uri))]


async def _open_first(ls: Server, paths: Sequence[str]) -> None:
    try:
        await _open(ls, paths)
    finally:
        ls.ready.set()


async def _open(ls: Server, paths: Sequence[str]) -> None:
    async with ls.projects_lock:
        for text in await ls.gateway.open_projects(paths, ls.editor_settings):
            ls.show(text)


async def _close(ls: Server, paths: Sequence[str]) -> None:
    async with ls.projects_lock:
        await ls.gateway.close_projects(paths)
    for path in paths:
        if (view := ls.index_views.get(path)) is not None:
            view.stop()


def initialized(ls: Server, _params: t.InitializedParams) -> None:
    """Now the client takes requests of ours."""
    supervise(ls, "introduction", lambda: _introduce(ls), restart="transient")
    ls.pending.start(watched_files.begin(ls), "watching files")
    ls.pending.start(rule_writing.begin(ls), "offering other ids for rules")
    ls.pending.start(_follow_configuration(ls), "settings")
    supervise(ls, "cache", lambda: _tidy_cache(ls), "rules")
    supervise(ls, "store", lambda: _look_at_kept_rules(ls), "rules")
    supervise(ls, "aggregator", lambda: _save_use(ls), "rules")


INTRODUCED_S = 3.0
"""When to remember the editor: not while it waits for its first answers."""


async def _introduce(ls: Server) -> None:
    await asyncio.sleep(INTRODUCED_S)
    # What cleans the lines of the log takes longer to import than the loop may be held up.
    await asyncio.to_thread(client_log.clean, "")
    can = {name: value for name, value in asdict(ls.client).items() if isinstance(value, bool)}
    await ls.gateway.upkeep.meet_editor(ls.client.name, ls.client.version, ls.client.encoding, can)


TIDIED_S = 60.0


async def _tidy_cache(ls: Server) -> None:
    """Forget what rules said to models, once it was kept long enough."""
    while True:
        await asyncio.sleep(TIDIED_S)
        ls.gateway.tidy()


async def _look_at_kept_rules(ls: Server) -> None:
    """Now and then take what other programs switched, and the rules that they keep without a file: no file tells."""
    # How often is a setting of the projects.
    await ls.ready.wait()
    while True:
        await asyncio.sleep(ls.gateway.rules.look_every_s)
        async with ls.projects_lock:
            for sentence in await ls.gateway.rules.look():
                ls.show(sentence)


async def _save_use(ls: Server) -> None:
    await ls.ready.wait()
    while True:
        await asyncio.sleep(ls.gateway.rules.look_every_s)
        await ls.gateway.rules.save_use()


async def _follow_configuration(ls: Server) -> None:
    if ls.client.registers_configuration:
        options = t.DidChangeConfigurationRegistrationOptions(section=configuration.SECTION)
        await ls.register(t.WORKSPACE_DID_CHANGE_CONFIGURATION, options)
    await configuration.follow(ls, {})


def did_change_workspace_folders(ls: Server, params: t.DidChangeWorkspaceFoldersParams) -> None:
    """Open and close projects, one after the other in the order of the messages."""
    if added := _paths(params.event.added):
        ls.pending.start(_open(ls, added), "opening projects")
    if removed := _paths(params.event.removed):
        ls.pending.start(_close(ls, removed), "closing projects")
