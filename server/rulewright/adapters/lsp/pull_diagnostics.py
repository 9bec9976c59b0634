"""textDocument/diagnostic: the findings of one file, open or not, when the client asks for them."""

import asyncio

from lsprotocol import types as t

from rulewright.adapters.lsp import wire
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.moment import MOMENT
from rulewright.adapters.lsp.reports import items_of
from rulewright.core.snapshot import Document

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
        diagnosis = await ls.gateway.diagnose(snapshot, uri)
        items, result_id = items_of(ls, diagnosis)
    if diagnosis.again_in_s:
        document = snapshot.documents.get(uri)
        ls.pending.start_background(_again(ls, uri, document, diagnosis.again_in_s), f"pause in {uri}")
    if params.previous_result_id == result_id:
        return wire.UnchangedReport(result_id)
    return wire.FullReport(result_id, items)


async def _again(ls: Server, uri: str, document: Document | None, delay_s: float) -> None:
    """Have the client pull again once nobody has typed for a while: something was held back."""
    await asyncio.sleep(delay_s)
    if ls.gateway.take_snapshot().documents.get(uri) is document:
        ls.refresh()
