"""textDocument/diagnostic: the findings of one file, open or not, when the client asks for them."""

from lsprotocol import types as t

from rulewright.adapters.lsp import wire
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.moment import MOMENT
from rulewright.adapters.lsp.reports import items_of

IDENTIFIER = "rulewright"
"""Without one, a client that also gets pushed diagnostics would overwrite the one kind with the other."""


def register(server: Server) -> None:
    """Answer pulls. A rule may look at one file only, so a change never asks for other files again."""
    options = t.DiagnosticOptions(
        identifier=IDENTIFIER,
        inter_file_dependencies=False,
        workspace_diagnostics=False,
        work_done_progress=True,
    )
    server.feature(t.TEXT_DOCUMENT_DIAGNOSTIC, options)(pull)


async def pull(ls: Server, params: t.DocumentDiagnosticParams) -> wire.FullReport | wire.UnchangedReport:
    """The findings, or that they are those the client has."""
    uri = params.text_document.uri
    with ls.pulls.newest(uri, MOMENT.get().snapshot.documents.get(uri)):
        snapshot = await ls.snapshot()
        items, result_id = items_of(ls, await ls.gateway.diagnose(snapshot, uri))
    if params.previous_result_id == result_id:
        return wire.UnchangedReport(result_id)
    return wire.FullReport(result_id, items)
