"""Files that change on disk: reported by the client where it really watches, else by a watcher of our own."""

from lsprotocol import types as t

from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.supervised import supervise
from rulewright.core import uris

GLOBS = ("**/*",)
"""Rules, settings, and all code: the index follows it."""


def register(server: Server) -> None:
    """Take what the client reports."""
    server.feature(t.WORKSPACE_DID_CHANGE_WATCHED_FILES)(did_change_watched_files)


async def begin(ls: Server) -> None:
    """Ask the client to watch; watch ourselves where it cannot, will not, or does so in name only."""
    registered = False
    if ls.client.registers_watchers:
        options = t.DidChangeWatchedFilesRegistrationOptions(
            watchers=[t.FileSystemWatcher(glob_pattern=glob) for glob in GLOBS]
        )
        registered = await ls.register(t.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    if not (registered and ls.client.watches_files):
        ls.gateway.watch_code()
        supervise(ls, "watcher", lambda: ls.gateway.watch(ls.reload, projects=True), "rules")
    else:
        # The editor does not look outside of its folders, where the user's own rules lie.
        supervise(ls, "watcher", lambda: ls.gateway.watch(ls.reload, projects=False), "rules")


def did_change_watched_files(ls: Server, params: t.DidChangeWatchedFilesParams) -> None:
    """Read again what has changed."""
    paths = [path for change in params.changes if (path := uris.to_path(change.uri))]
    if paths:
        ls.pending.start(ls.reload(paths), "reading changed files")
