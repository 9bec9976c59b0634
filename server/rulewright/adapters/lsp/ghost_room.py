"""Suggestions for one editor: places between the client's units and ours."""

import asyncio
import re
from typing import Any

import msgspec
from lsprotocol import types as t

from rulewright.adapters.lsp import convert, wire
from rulewright.adapters.lsp.language_server import Server
from rulewright.core.infill.suggestion import Spot, Suggestion
from rulewright.core.languages import language_of
from rulewright.core.snapshot import Document, Project, Snapshot
from rulewright.core.text import Position, Range
from rulewright.ghost_gateway import GhostGateway

_INVOKED = 1
_SNIPPET_KIND = 15
_SNIPPET = 2
_FIRST = "!"
"""Sorts before all that the index suggests."""
IN_A_WORD_S = 0.04
"""Nobody who types a word waits longer for its list; what comes later is there with the next letter."""
SHOWN = 60
"""Characters of a suggestion that stand in a list."""


class _Item(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    insert_text: str
    range: wire.Range
    filter_text: str = ""


class _Items(msgspec.Struct, frozen=True):
    items: list[_Item]


class _TextEdit(msgspec.Struct, frozen=True, rename="camel"):
    range: wire.Range
    new_text: str


class _Row(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    label: str
    kind: int
    detail: str
    sort_text: str
    filter_text: str
    text_edit: _TextEdit
    insert_text_format: int = 0


class _List(msgspec.Struct, frozen=True, rename="camel"):
    is_incomplete: bool
    items: list[msgspec.Raw]
    item_defaults: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class GhostRoom:
    """Suggestions of one editor."""

    def __init__(self, ls: Server) -> None:
        """May wait for the disk."""
        self._ls = ls
        shared = ls.gateway.conversations
        self.gateway: GhostGateway = ls.gateway.suggest(lambda: shared.door, ls.gateway.principal or shared.owner)

    async def inline(self, params: Any) -> _Items | None:
        """What stands behind the cursor."""
        snapshot = await self._ls.snapshot()
        place = _place(snapshot, params.text_document.uri)
        if place is None:
            return None
        project, path, document = place
        cursor = Position(params.position.line, params.position.character)
        info = params.context.selected_completion_info
        start, selected = cursor, ""
        if info is not None:
            start = Position(info.range.start.line, info.range.start.character)
            typed = _between(document, start, cursor, self._ls)
            if not info.text.startswith(typed):
                return None
            selected = info.text[len(typed) :]
        invoked = getattr(params.context.trigger_kind, "value", params.context.trigger_kind) == _INVOKED
        spot = self._spot(document, path, cursor, invoked=invoked, selected=selected)
        found = await self.gateway.suggest(project, spot, _versions(snapshot, project))
        if not found.text:
            return None
        typed = _between(document, start, cursor, self._ls)
        range_ = self._range(document, spot.offset - len(typed), spot.offset + found.replace_right)
        return _Items([_Item(typed + selected + found.text, range_)])

    async def joined(self, params: Any, listed: bytes | None) -> bytes | None:
        """A list of completions with a suggestion in its first row, if there is one in time."""
        snapshot = await self._ls.snapshot()
        place = _place(snapshot, params.text_document.uri)
        if place is None:
            return listed
        project, path, document = place
        context = params.context
        spot = self._spot(document, path, Position(params.position.line, params.position.character), invoked=False)
        if context is not None and context.trigger_character:
            return listed
        wait_s = project.settings.ghost_text.menu_wait_ms / 1000
        if _word_before(spot.before[spot.before.rfind("\n") + 1 :]):
            wait_s = min(wait_s, IN_A_WORD_S)
        asking = asyncio.ensure_future(self.gateway.suggest(project, spot, _versions(snapshot, project)))
        try:
            done, _ = await asyncio.wait({asking}, timeout=wait_s)
        except asyncio.CancelledError:
            asking.cancel()
            raise
        if not done:
            # It goes on, and is there when the next letter is typed: the list says that it is not complete.
            self._ls.pending.start_background(_heard(asking), "suggesting")
            return _incomplete(listed)
        found = asking.result()
        return _with_row(listed, self._row(document, spot, found)) if found.text else listed

    def why(self, uri: str) -> Suggestion | None:
        """What came of the last request for a document, which is said too."""
        found = self.gateway.why(uri)
        if found is None:
            text = "Nothing was asked for in this document yet."
            if uri and _place(self._ls.gateway.take_snapshot(), uri) is None:
                text = "Nothing is suggested in documents that lie in no folder of a project."
            if not self._ls.gateway.completes:
                text = 'No model has the role "complete", so nothing is suggested; see rulewright models.'
        elif found.why_not:
            text = f"Nothing is suggested: {found.why_not}"
        else:
            origin = _ORIGINS.get(found.origin, found.origin)
            text = f"Something was suggested, from {origin}, in {found.took_ms:.0f} ms."
        self._ls.window_show_message(t.ShowMessageParams(t.MessageType.Info, text))
        return found

    def _spot(self, document: Document, path: str, cursor: Position, *, invoked: bool, selected: str = "") -> Spot:
        text = document.text
        return Spot(
            uri=document.uri,
            path=path,
            language=language_of(path, document.language_id),
            text=text.content,
            offset=text.offset(text.from_client(cursor, self._ls.encoding)),
            position=cursor,
            version=document.version,
            invoked=invoked,
            selected=selected,
        )

    def _range(self, document: Document, start: int, end: int) -> wire.Range:
        text = document.text
        return convert.wire_range(Range(text.position(start), text.position(end)), text, self._ls.encoding)

    def _row(self, document: Document, spot: Spot, found: Suggestion) -> _Row:
        head = spot.before[spot.before.rfind("\n") + 1 :]
        word = _word_before(head)
        first, _, rest = (word + found.text).lstrip().partition("\n")
        whole = word + found.text
        # Some editors insert plain text up to its first blank only.
        snippet = _as_snippet(whole, head) if self._ls.client.snippets else None
        label = first if len(first) <= SHOWN else first[: SHOWN - 1] + "…"
        range_ = self._range(document, spot.offset - len(word), spot.offset + found.replace_right)
        return _Row(
            label=f"{label} …" if rest else label,
            kind=_SNIPPET_KIND,
            detail=f"Rulewright, by {found.model}" if found.model else "Rulewright",
            sort_text=_FIRST,
            filter_text=word or first,
            text_edit=_TextEdit(range_, whole if snippet is None else snippet),
            insert_text_format=0 if snippet is None else _SNIPPET,
        )


_ORIGINS = {"model": "a model", "cache": "what was suggested before", "index": "the index"}


async def _heard(asking: "asyncio.Future[Suggestion]") -> None:
    await asking


def _place(snapshot: Snapshot, uri: str) -> tuple[Project, str, Document] | None:
    document = snapshot.documents.get(uri)
    project = snapshot.project_of(document.path) if document is not None and document.path else None
    path = project.relative(document.path) if project is not None and document is not None else None
    return (project, path, document) if project is not None and path is not None and document is not None else None


def _versions(snapshot: Snapshot, project: Project) -> dict[str, int | None]:
    found = ((project.relative(one.path), one.version) for one in snapshot.documents.values())
    return {path: version for path, version in found if path is not None}


def _between(document: Document, start: Position, end: Position, ls: Server) -> str:
    text = document.text
    first, last = (text.offset(text.from_client(one, ls.encoding)) for one in (start, end))
    return text.content[first:last]


def _word_before(head: str) -> str:
    kept = head.rstrip()
    if kept != head:
        return ""
    end = len(head)
    while end and (head[end - 1].isalnum() or head[end - 1] == "_"):
        end -= 1
    return head[end:]


def _as_snippet(text: str, head: str) -> str | None:
    """A text as a snippet, whose lines get the indentation of the line it begins in; None where they have less."""
    indent = head[: len(head) - len(head.lstrip())]
    first, *rest = text.replace("\r\n", "\n").split("\n")
    if any(line.strip() and not line.startswith(indent) for line in rest):
        return None
    lines = [first, *(line.removeprefix(indent) for line in rest)]
    return re.sub(r"[\\$}]", r"\\\g<0>", "\n".join(lines))


def _with_row(listed: bytes | None, row: _Row) -> bytes:
    raw = msgspec.Raw(msgspec.json.encode(row))
    if listed is None or listed == b"null":
        return msgspec.json.encode(_List(is_incomplete=True, items=[raw]))
    known = msgspec.json.decode(listed, type=_List)
    return msgspec.json.encode(msgspec.structs.replace(known, is_incomplete=True, items=[raw, *known.items]))


def _incomplete(listed: bytes | None) -> bytes:
    if listed is None or listed == b"null":
        return msgspec.json.encode(_List(is_incomplete=True, items=[]))
    known = msgspec.json.decode(listed, type=_List)
    return msgspec.json.encode(msgspec.structs.replace(known, is_incomplete=True))
