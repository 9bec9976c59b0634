"""Code actions: fixes, "fix all", "suppress here", and what models may do. No model is asked for the list.

Edits come with the action, or with codeAction/resolve where the client asks for them late. The second request
carries all it needs, so nothing is kept between the two; it is refused when the document has changed since.
"""

from typing import Any

import msgspec
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from rulewright.adapters.lsp import ai_actions, convert, rule_writing, wire
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.superseded import CONTENT_MODIFIED
from rulewright.core.snapshot import Document, Snapshot
from rulewright.core.text import Range
from rulewright.features.code_action import FIX_ALL, Action

APPLY = "rulewright.applyFix"

CANNOT = -32803
"""LSP's RequestFailed."""


class Wanted(msgspec.Struct, frozen=True):
    """Names one action of one version of a document; travels as `data` through the client."""

    uri: str
    version: int | None
    ranges: tuple[Range, ...]
    kind: str
    title: str
    n: int = 0
    """Which one among those of the same kind and title."""


def register(server: Server) -> None:
    """Offer code actions."""
    options = t.CodeActionOptions(
        code_action_kinds=[
            t.CodeActionKind.QuickFix,
            FIX_ALL,
            rule_writing.KIND,
            ai_actions.REWRITE,
            ai_actions.EXPLAIN,
        ],
        resolve_provider=True,
    )
    server.feature(t.TEXT_DOCUMENT_CODE_ACTION, options)(code_action)
    server.feature(t.CODE_ACTION_RESOLVE)(resolve)


async def code_action(ls: Server, params: t.CodeActionParams) -> list[t.CodeAction | t.Command] | None:
    """What can be done at a range."""
    snapshot = await ls.snapshot()
    document = snapshot.documents.get(params.text_document.uri)
    if document is None or not (ls.client.literal_actions or ls.client.applies_edits):
        return None
    shown = [params.range, *_on_its_lines(params)]
    where = tuple(convert.from_client_range(r, document.text, ls.encoding) for r in shown)
    only = tuple(str(getattr(kind, "value", kind)) for kind in params.context.only or ())
    offers = await rule_writing.offers(ls, snapshot, document, where[0], only)
    actions = await ls.gateway.code_actions(snapshot, document.uri, where, only)
    made: list[t.CodeAction | t.Command] = []
    n_seen: dict[tuple[str, str], int] = {}
    for action in actions:
        n = n_seen[action.kind, action.title] = n_seen.get((action.kind, action.title), -1) + 1
        wanted = Wanted(document.uri, document.version, where, action.kind, action.title, n)
        offer = await _offer(ls, action, wanted, document, params.context.diagnostics)
        if offer is not None:
            made.append(offer)
    return [*made, *offers, *ai_actions.offers(ls, document, where[0], params, only)]


def _on_its_lines(params: t.CodeActionParams) -> list[t.Range]:
    """Our diagnostics that the client sends along: its cursor may stand beside them, on a line that shows them."""
    first, last = params.range.start.line, params.range.end.line
    ours = (d.range for d in params.context.diagnostics if d.source == convert.SOURCE)
    return [r for r in ours if r.start.line <= last and first <= r.end.line]


async def _offer(
    ls: Server, action: "Action", wanted: Wanted, document: Document, shown: Any
) -> t.CodeAction | t.Command | None:
    if not ls.client.literal_actions:
        return t.Command(title=action.title, command=APPLY, arguments=[msgspec.to_builtins(wanted)])
    offer = t.CodeAction(
        title=action.title,
        kind=action.kind,
        diagnostics=_its_diagnostics(ls, action, document, shown) or None,
        is_preferred=action.preferred or None,
    )
    if ls.client.resolves_edits:
        offer.data = msgspec.to_builtins(wanted)
    else:
        offer.edit = await _edit(ls, action, document)
    return offer if offer.data or offer.edit else None


def _its_diagnostics(ls: Server, action: "Action", document: Document, shown: Any) -> list[t.Diagnostic]:
    finding = action.finding
    if finding is None:
        return []
    where = convert.wire_range(finding.range, document.text, ls.encoding)
    return [d for d in shown if d.code == finding.rule_id and _is_at(d.range, where)]


def _is_at(range_: t.Range, where: wire.Range) -> bool:
    ends = (range_.start, where.start), (range_.end, where.end)
    return all((a.line, a.character) == (b.line, b.character) for a, b in ends)


async def _edit(ls: Server, action: "Action", document: Document) -> t.WorkspaceEdit | None:
    edits = await ls.gateway.action_edits(document, action)
    if edits is None:
        return None
    return convert.workspace_edit(document.uri, document.version, edits, document.text, ls.client)


async def resolve(ls: Server, params: t.CodeAction) -> t.CodeAction:
    """The action with its edit. One that has it, or is not ours, comes back as it is."""
    if params.edit is None and params.data is not None:
        params.edit = await edit_of(ls, params.data)
    return params


async def edit_of(ls: Server, data: Any) -> t.WorkspaceEdit:
    """The edit that `data` names. Raises JsonRpcException when the document changed or the fix is gone."""
    try:
        wanted = msgspec.convert(data, Wanted)
    except msgspec.ValidationError as error:
        raise JsonRpcInvalidParams(f"This is no fix of Rulewright's: {error}") from None
    snapshot = await ls.snapshot()
    document = _unchanged(snapshot, wanted)
    actions = await ls.gateway.code_actions(snapshot, wanted.uri, wanted.ranges, (wanted.kind,))
    named = [a for a in actions if (a.kind, a.title) == (wanted.kind, wanted.title)]
    if wanted.n >= len(named):
        raise JsonRpcException("The rules have changed and no longer offer this fix.", CONTENT_MODIFIED)
    edit = await _edit(ls, named[wanted.n], document)
    if edit is None:
        raise JsonRpcException("This code can bear no comment, so the finding cannot be suppressed here.", CANNOT)
    return edit


def _unchanged(snapshot: Snapshot, wanted: Wanted) -> Document:
    document = snapshot.documents.get(wanted.uri)
    if document is None or document.version != wanted.version:
        raise JsonRpcException("The document has changed since this fix was offered.", CONTENT_MODIFIED)
    return document
