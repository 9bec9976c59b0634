"""Our records to the protocol's and back; positions from code points to the client's units and back."""

from collections.abc import Iterable, Sequence
from typing import Any

from lsprotocol import types as t

from rulewright.adapters.lsp import wire
from rulewright.adapters.lsp.client import Client
from rulewright.core.changes import ContentChange
from rulewright.core.edits import Edit
from rulewright.core.findings import SEVERITIES, Finding
from rulewright.core.text import Position, PositionEncoding, Range, Text

SOURCE = "rulewright"


def diagnostic(finding: Finding, text: Text, encoding: PositionEncoding, rule_version: str = "") -> wire.Diagnostic:
    """A finding as the client shows it; `rule_version` names the set of rules that was in force."""
    return wire.Diagnostic(
        range=wire_range(finding.range, text, encoding),
        severity=SEVERITIES.index(finding.severity) + 1,
        code=finding.rule_id,
        source=SOURCE,
        message=f"{finding.message}\n{finding.note}" if finding.note else finding.message,
        code_description=_description(finding.url),
        data=_data(finding, rule_version),
    )


def _description(url: str) -> wire.CodeDescription | None:
    return wire.CodeDescription(url) if url.startswith(("http://", "https://")) else None


def _data(finding: Finding, rule_version: str) -> dict[str, Any]:
    return {
        "rule": finding.rule_id,
        "rulePath": finding.rule_path,
        "fix": finding.fix.title if finding.fix else None,
        "ruleVersion": rule_version,
    }


def wire_range(range_: Range, text: Text, encoding: PositionEncoding) -> wire.Range:
    """A range in the client's units."""
    return wire.Range(_wire_position(range_.start, text, encoding), _wire_position(range_.end, text, encoding))


def _wire_position(position: Position, text: Text, encoding: PositionEncoding) -> wire.Position:
    there = text.to_client(position, encoding)
    return wire.Position(there.line, there.character)


def client_range(range_: t.Range) -> Range:
    """A range as it came, still in the client's units."""
    return Range(Position(range_.start.line, range_.start.character), Position(range_.end.line, range_.end.character))


def from_client_range(range_: t.Range, text: Text, encoding: PositionEncoding) -> Range:
    """A range in code points."""
    there = client_range(range_)
    return Range(text.from_client(there.start, encoding), text.from_client(there.end, encoding))


def content_changes(changes: Iterable[t.TextDocumentContentChangeEvent]) -> list[ContentChange]:
    """What a didChange reports."""
    return [
        ContentChange(
            client_range(change.range) if isinstance(change, t.TextDocumentContentChangePartial) else None,
            change.text,
        )
        for change in changes
    ]


def workspace_edit(
    uri: str,
    version: int | None,
    edits: Sequence[Edit],
    text: Text,
    client: Client,
    label: str = "",
    *,
    is_new: bool = False,
) -> t.WorkspaceEdit:
    """Edits of one document, bound to its version where the client can hold us to it.

    With `label`, what the client shows them under where it can; `is_new` makes the file first.
    """
    text_edits = [_text_edit(edit, text, client.encoding) for edit in edits]
    if not client.document_changes:
        return t.WorkspaceEdit(changes={uri: text_edits})
    document = t.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
    made: list[t.CreateFile | t.TextDocumentEdit | t.RenameFile | t.DeleteFile] = []
    if is_new:
        made.append(t.CreateFile(uri=uri, options=t.CreateFileOptions(ignore_if_exists=False)))
    if not label or not client.annotates_changes:
        return t.WorkspaceEdit(document_changes=[*made, t.TextDocumentEdit(text_document=document, edits=text_edits)])
    noted = [t.AnnotatedTextEdit(annotation_id=_NOTE, range=one.range, new_text=one.new_text) for one in text_edits]
    return t.WorkspaceEdit(
        document_changes=[*made, t.TextDocumentEdit(text_document=document, edits=noted)],
        change_annotations={_NOTE: t.ChangeAnnotation(label=label, needs_confirmation=False)},
    )


_NOTE = "rulewright"


def _text_edit(edit: Edit, text: Text, encoding: PositionEncoding) -> t.TextEdit:
    start, end = (text.to_client(text.position(offset), encoding) for offset in (edit.start, edit.end))
    return t.TextEdit(
        range=t.Range(t.Position(start.line, start.character), t.Position(end.line, end.character)),
        new_text=edit.new_text,
    )
