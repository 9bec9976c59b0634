"""workspace/diagnostic: the findings of every file of the projects.

Always answered, but announced only where `initializationOptions.workspaceDiagnostics` is true: a client that
knows of it asks every few seconds, and in a large repository nobody wants that without having said so.
"""

from collections.abc import AsyncIterator

from lsprotocol import types as t

from rulewright.adapters.lsp import wire
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.progress import Progress
from rulewright.adapters.lsp.reports import items_of

PART = 50
"""Files in a part that is sent ahead."""


def register(server: Server) -> None:
    """Answer pulls for the workspace."""
    server.feature(t.WORKSPACE_DIAGNOSTIC)(pull_workspace)


async def pull_workspace(ls: Server, params: t.WorkspaceDiagnosticParams) -> wire.WorkspaceReports:
    """Every report, or none where they have been sent in parts."""
    async with Progress(ls, params.work_done_token, "Checking the workspace") as progress:
        reports: list[wire.WorkspaceReport] = []
        n_files = 0
        async for report in _reports(ls, params):
            reports.append(report)
            n_files += 1
            if n_files % PART == 0:
                await progress.report(f"{n_files} files")
                _send_part(ls, params.partial_result_token, reports)
    _send_part(ls, params.partial_result_token, reports)
    return wire.WorkspaceReports(reports)


def _send_part(ls: Server, token: int | str | None, reports: list[wire.WorkspaceReport]) -> None:
    if token is not None and reports:
        part = wire.Progress(token, wire.WorkspaceReports(reports.copy()))
        ls.protocol.tell(t.PROGRESS, part)
        reports.clear()


async def _reports(ls: Server, params: t.WorkspaceDiagnosticParams) -> AsyncIterator[wire.WorkspaceReport]:
    known = {previous.uri: previous.value for previous in params.previous_result_ids}
    snapshot = await ls.snapshot()
    async for uri, diagnosis in ls.gateway.diagnose_workspace(snapshot):
        items, result_id = items_of(ls, diagnosis)
        if known.pop(uri, None) == result_id:
            yield wire.WorkspaceUnchangedReport(uri, diagnosis.version, result_id)
        else:
            yield wire.WorkspaceFullReport(uri, diagnosis.version, items, result_id)
    for uri in known:  # They are gone, or no project holds them any more: nothing is wrong with them.
        yield wire.WorkspaceFullReport(uri, None, [])
