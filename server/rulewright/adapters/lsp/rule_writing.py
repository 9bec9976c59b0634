"""For those who write rules: completion, hovers, jumps and renames in rule files, and a rule from code.

In the text of a rule file, and in code, the questions are the code host's; `None` leaves them to it. Renaming is
registered for rule files alone: announced for all, editors would offer it in code, and some ask nobody else then.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

from rulewright.adapters.lsp import convert, wire
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.moment import MOMENT
from rulewright.adapters.lsp.wire import Ready
from rulewright.core.markdown import inline
from rulewright.core.snapshot import Document, Snapshot
from rulewright.core.text import Position, Range, Text
from rulewright.core.uris import from_path

NEW_RULE = "rulewright.newRuleFromCode"
KIND = "refactor.extract.rule"
TITLE = "Make a rule from this code"
CANNOT = -32803
"""LSP's RequestFailed."""

_KINDS = {"key": 10, "value": 12, "rule": 18, "folder": 19, "file": 17, "kind": 20, "snippet": 15}
"""What an editor's icons call a suggestion: property, value, reference, folder, file, member of an enumeration."""
_SNIPPET = 2
_encode = msgspec.json.Encoder().encode


class _TextEdit(msgspec.Struct, frozen=True, rename="camel"):
    range: wire.Range
    new_text: str


class _Item(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    label: str
    kind: int
    sort_text: str
    text_edit: _TextEdit
    detail: str = ""
    documentation: Any = None
    filter_text: str = ""
    insert_text_format: int = 0


class _List(msgspec.Struct, frozen=True, rename="camel"):
    is_incomplete: bool
    items: list[_Item]


def register(server: Server) -> None:
    """Answer what the code host does not."""
    server.feature(t.TEXT_DOCUMENT_PREPARE_RENAME)(prepare_rename)
    server.feature(t.TEXT_DOCUMENT_RENAME, t.RenameOptions(prepare_provider=True))(rename)
    server.command(NEW_RULE)(new_rule)


async def begin(ls: Server) -> None:
    """Have the client offer another id in rule files, where it can be told which files these are."""
    if not ls.client.registers_rename:
        return
    folders = ["**/.ai-rules/**", f"{ls.gateway.own_rules_folder.replace(chr(92), '/')}/**"]
    selector = [t.TextDocumentFilterPattern(pattern=pattern, scheme="file") for pattern in folders]
    options = t.RenameRegistrationOptions(prepare_provider=True, document_selector=selector)
    await ls.register(t.TEXT_DOCUMENT_RENAME, options)


async def _place(ls: Server, params: Any) -> tuple[Snapshot, Document, Position] | None:
    """Where a question is about rules, what it is about; at once None where it is about code."""
    uri, line = params.text_document.uri, params.position.line
    if not ls.gateway.is_about_rules(MOMENT.get().snapshot, uri, line):
        return None
    snapshot = await ls.snapshot()
    document = snapshot.documents.get(uri)
    if document is None:
        return None
    there = Position(line, params.position.character)
    return snapshot, document, document.text.from_client(there, ls.encoding)


# What stands or can stand at a place


async def complete(ls: Server, params: Any) -> Ready | None:
    """What can be written in the front matter of a rule file."""
    place = await _place(ls, params)
    if place is None:
        return None
    snapshot, document, position = place
    writing = await ls.gateway.writing()
    found = await writing.complete(snapshot, document.uri, position, snippets=ls.client.snippets)
    if found is None:
        return None
    text = document.text
    where = convert.wire_range(text.range(found.start, found.end), text, ls.encoding)
    items = [
        _Item(
            label=one.label,
            kind=_KINDS[one.sort],
            sort_text=f"{number:05d}",
            text_edit=_TextEdit(where, one.text),
            detail=one.detail,
            documentation=_documentation(ls, one.doc),
            filter_text=text.content[found.start : found.end] if one.sort == "snippet" else one.label,
            insert_text_format=_SNIPPET if one.is_snippet else 0,
        )
        for number, one in enumerate(found.items)
    ]
    return Ready(_encode(_List(is_incomplete=False, items=items)))


async def resolve(_ls: Server, item: t.CompletionItem) -> t.CompletionItem | None:
    """An item as it came, where there is no more to say of it; all of ours are so."""
    return item if item.data is None else None


def _documentation(ls: Server, doc: str) -> Any:
    if not doc:
        return None
    return {"kind": "markdown", "value": doc} if ls.client.markdown_completion and "\n" not in doc else doc


async def hover(ls: Server, params: Any) -> dict[str, Any] | None:
    """What stands at a place of a front matter, where that is known."""
    place = await _place(ls, params)
    if place is None:
        return None
    snapshot, document, position = place
    told = await (await ls.gateway.writing()).hover(snapshot, document.uri, position)
    if told is None:
        return None
    markdown, text = ls.client.markdown_hover, document.text
    code = inline if markdown else str
    bullet = "- " if markdown else "  "
    lines = [f"{'**' + inline(told.name) + '**' if markdown else told.name}: {told.text}"]
    if told.listed:
        lines += ["", *(f"{bullet}{code(path)}" for path in told.listed)]
    if told.n_more:
        lines.append(f"{bullet}and {told.n_more:,} more")
    return {
        "contents": {"kind": "markdown" if markdown else "plaintext", "value": "\n".join(lines)},
        "range": convert.wire_range(text.range(told.start, told.end), text, ls.encoding),
    }


# Ids of rules


async def definition(ls: Server, params: Any) -> Ready | None:
    """The rule whose id stands at a place."""
    place = await _place(ls, params)
    if place is None:
        return None
    snapshot, document, position = place
    found = await (await ls.gateway.writing()).definition(snapshot, document.uri, position)
    return None if found is None else _locations(ls, found)


async def references(ls: Server, params: Any) -> Ready | None:
    """Who names the rule whose id stands at a place."""
    place = await _place(ls, params)
    if place is None:
        return None
    snapshot, document, position = place
    declaration = params.context.include_declaration
    writing = await ls.gateway.writing()
    found = await writing.references(snapshot, document.uri, position, declaration=declaration)
    return None if found is None else _locations(ls, found)


def _locations(ls: Server, found: Sequence[Any]) -> Ready:
    listed = [
        {"uri": one.uri, "range": convert.wire_range(one.text.range(one.start, one.end), one.text, ls.encoding)}
        for one in found
    ]
    return Ready(_encode(listed))


async def prepare_rename(ls: Server, params: t.PrepareRenameParams) -> Any:
    """The id of a rule that can be another one, or nothing. Raises JsonRpcException with the reason."""
    place = await _place(ls, params)
    if place is None:
        return None
    snapshot, document, position = place
    found = await (await ls.gateway.writing()).renamable(snapshot, document.uri, position)
    if found is None:
        return None
    if isinstance(found, str):
        raise JsonRpcException(found, CANNOT)
    where = _range(found.text, found.start, found.end, ls)
    return t.PrepareRenamePlaceholder(range=where, placeholder=found.text.content[found.start : found.end])


async def rename(ls: Server, params: t.RenameParams) -> t.WorkspaceEdit | None:
    """Another id for a rule, wherever it is named. Raises JsonRpcException with the reason why not."""
    place = await _place(ls, params)
    if place is None:
        raise JsonRpcException("Only ids of rules can be changed here.", CANNOT)
    snapshot, document, position = place
    found = await (await ls.gateway.writing()).rename(snapshot, document.uri, position, params.new_name)
    if isinstance(found, str):
        raise JsonRpcException(found, CANNOT)
    for remark in found.remarks:
        ls.show(remark, t.MessageType.Info)
    edits = {
        file.uri: [t.TextEdit(_range(file.text, e.start, e.end, ls), e.new_text) for e in file.edits]
        for file in found.files
    }
    if not ls.client.document_changes:
        return t.WorkspaceEdit(changes=edits)
    return t.WorkspaceEdit(
        document_changes=[
            t.TextDocumentEdit(t.OptionalVersionedTextDocumentIdentifier(file.uri, file.version), edits[file.uri])
            for file in found.files
        ]
    )


def _range(text: Text, start: int, end: int, ls: Server) -> t.Range:
    where = convert.wire_range(text.range(start, end), text, ls.encoding)
    return t.Range(t.Position(where.start.line, where.start.character), t.Position(where.end.line, where.end.character))


# A rule from code


async def offers(
    ls: Server, snapshot: Snapshot, document: Document, chosen: Range, only: Sequence[str]
) -> list[t.CodeAction | t.Command]:
    """The offer to make a rule from a selection. It is only looked whether that may be; nothing is read."""
    if chosen.start == chosen.end or not ls.client.applies_edits or not _is_wanted(only):
        return []
    if not (await ls.gateway.writing()).offers_rule(snapshot, document.uri, chosen):
        return []
    start, end = (document.text.to_client(place, ls.encoding) for place in (chosen.start, chosen.end))
    where = {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }
    argument = {"uri": document.uri, "range": where, "version": document.version}
    command = t.Command(TITLE, NEW_RULE, arguments=[argument])
    return [t.CodeAction(title=TITLE, kind=KIND, command=command) if ls.client.literal_actions else command]


def _is_wanted(only: Sequence[str]) -> bool:
    return not only or any(not kind or kind == KIND or KIND.startswith(kind + ".") for kind in only)


class _Chosen(msgspec.Struct, frozen=True):
    """What the command is about."""

    uri: str
    range: wire.Range
    version: int | None = None


async def new_rule(ls: Server, arguments: Sequence[Any]) -> Any:
    """Have the client make a rule file from a selection, and show it; its id and URI."""
    try:
        chosen = msgspec.convert(list(arguments)[:1], list[_Chosen])[0]
    except (msgspec.ValidationError, IndexError):
        ls.show(
            "Select the code that the rule should find, and choose this among the code actions.", t.MessageType.Info
        )
        return None
    snapshot = await ls.snapshot()
    document = snapshot.documents.get(chosen.uri)
    if document is None or (chosen.version is not None and document.version != chosen.version):
        _say(ls, "The document has changed since this was offered. Select the code again.")
        return None
    there = [
        document.text.from_client(Position(p.line, p.character), ls.encoding)
        for p in (chosen.range.start, chosen.range.end)
    ]
    found = await (await ls.gateway.writing()).new_rule(snapshot, chosen.uri, Range(*there))
    if isinstance(found, str):
        _say(ls, found)
        return None
    project, rule = found
    uri = from_path(f"{project.root}/{rule.path}")
    if not await _write(ls, project.root, rule.path, uri, rule.text):
        return None
    await _show(ls, uri, Text(rule.text), rule.fill_in)
    return {"id": rule.id, "uri": uri}


def _say(ls: Server, sentence: str) -> None:
    ls.window_show_message(t.ShowMessageParams(type=t.MessageType.Info, message=sentence))


async def _write(ls: Server, root: str, path: str, uri: str, text: str) -> bool:
    """Have the client make the file; where it makes none, write it."""
    if not (ls.client.creates_files and ls.client.document_changes):
        try:
            is_written = ls.gateway.files.write_new(Path(root), path, text)
        except OSError as error:
            _say(ls, f"{path} was not written: {error.strerror or error}.")
            return False
        if not is_written:
            _say(ls, f"{path} is there already, so no rule was made.")
        await ls.reload([f"{root}/{path}"])
        return is_written
    top = t.Range(t.Position(0, 0), t.Position(0, 0))
    document = t.OptionalVersionedTextDocumentIdentifier(uri=uri, version=None)
    edit = t.WorkspaceEdit(
        document_changes=[
            t.CreateFile(uri=uri, options=t.CreateFileOptions(overwrite=False, ignore_if_exists=False)),
            t.TextDocumentEdit(document, [t.TextEdit(top, text)]),
        ]
    )
    answer = await ls.ask(t.WORKSPACE_APPLY_EDIT, t.ApplyWorkspaceEditParams(edit=edit, label=TITLE), deadline_s=None)
    match answer:
        case {"applied": False}:
            reason = answer.get("failureReason") or "it did not say why"
            _say(ls, f"The editor did not make {path}: {reason}.")
            return False
    return True


async def _show(ls: Server, uri: str, text: Text, chosen: tuple[int, int]) -> None:
    """Open the file at what the author should write first, where the client can."""
    if not ls.client.shows_documents:
        return
    params = t.ShowDocumentParams(uri=uri, take_focus=True, selection=_range(text, *chosen, ls))
    try:
        await ls.ask(t.WINDOW_SHOW_DOCUMENT, params)
    except (JsonRpcException, TimeoutError):
        return
