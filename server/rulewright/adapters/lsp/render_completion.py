"""Completions as the protocol's JSON, in the form that a client has said it takes.

Rendered where the answer is made: a list of a thousand items takes about a millisecond, and the server passes the bytes
on. What is the same for all items goes into `itemDefaults` where the client knows them. The order is ours: `sortText`
counts up, for clients that sort by it.
"""

from typing import Any

import msgspec

from rulewright.adapters.lsp.wire import Position, Range
from rulewright.core import text
from rulewright.core.complete.state import Client
from rulewright.core.markdown import prose
from rulewright.features.completion import Completion, Completions, Details, TextEdit

_SNIPPET = 2
_DEPRECATED = (1,)
_encode = msgspec.json.Encoder().encode


class Edit(msgspec.Struct, frozen=True, rename="camel"):
    """A change of the document."""

    range: Range
    new_text: str


class InsertReplace(msgspec.Struct, frozen=True):
    """The part of a word before the cursor, and the whole word."""

    insert: Range
    replace: Range


class InsertReplaceEdit(msgspec.Struct, frozen=True, rename="camel"):
    """What replaces one or the other, as the user likes it."""

    new_text: str
    insert: Range
    replace: Range


class LabelDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stands beside a label."""

    detail: str = ""
    description: str = ""


class Item(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A completion item."""

    label: str
    sort_text: str
    kind: int = 0
    label_details: LabelDetails | None = None
    detail: str = ""
    tags: tuple[int, ...] = ()
    deprecated: bool = False
    preselect: bool = False
    filter_text: str = ""
    insert_text_format: int = 0
    text_edit: Edit | InsertReplaceEdit | None = None
    text_edit_text: str = ""
    additional_text_edits: tuple[Edit, ...] = ()
    data: tuple[Any, ...] = ()


class Defaults(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What holds for every item that says nothing else."""

    edit_range: Range | InsertReplace | None = None
    insert_text_format: int = 0


class List(msgspec.Struct, frozen=True, rename="camel"):
    """A completion list."""

    is_incomplete: bool
    items: list[Item]


class ListWithDefaults(List, frozen=True):
    """The same for clients that know defaults."""

    item_defaults: Defaults


def render_completions(completions: Completions, client: Client) -> bytes:
    """The list, as bytes of JSON."""
    if completions.insert is None or completions.replace is None:
        return _encode(List(completions.is_incomplete, []))
    insert, replace = _range(completions.insert), _range(completions.replace)
    # Without both kinds of edit the whole word is replaced: nothing of it is left behind the cursor.
    both = client.insert_replace and insert != replace
    by_default = "editRange" in client.defaults
    items = []
    for number, one in enumerate(completions.items):
        new_text = one.insert or one.label
        edit: Edit | InsertReplaceEdit | None = None
        if not by_default:
            edit = InsertReplaceEdit(new_text, insert, replace) if both else Edit(replace, new_text)
        details, detail = _details(one, client)
        items.append(
            Item(
                one.label,
                f"{number:05d}",
                one.kind,
                details,
                detail,
                _DEPRECATED if one.is_deprecated and client.deprecated_tag else (),
                one.is_deprecated and client.deprecated_flag and not client.deprecated_tag,
                one.is_preselected and client.preselect,
                one.filter,
                _SNIPPET if one.is_snippet else 0,
                edit,
                new_text if by_default and new_text != one.label else "",
                tuple(_edit(e) for e in one.edits) if one.edits else (),
                one.data,
            )
        )
    if not by_default:
        return _encode(List(completions.is_incomplete, items))
    where = InsertReplace(insert, replace) if both else replace
    plain = 1 if "insertTextFormat" in client.defaults else 0
    return _encode(ListWithDefaults(completions.is_incomplete, items, Defaults(where, plain)))


def _details(one: Completion, client: Client) -> tuple[LabelDetails | None, str]:
    if not one.parameters and not one.source:
        return None, ""
    if client.label_details:
        return LabelDetails(one.parameters, one.source), ""
    return None, f"{one.parameters} {one.source}".strip()


def render_resolved(item: Any, details: Details, client: Client) -> bytes:
    """The item that the client sent, with what was found about it; whatever else it had stays."""
    resolved = dict(item) if isinstance(item, dict) else {}
    if details.signature:
        resolved["detail"] = details.signature
    if details.doc:
        value: Any = {"kind": "markdown", "value": prose(details.doc)} if client.markdown else details.doc
        resolved["documentation"] = value
    if details.edits and "additionalTextEdits" in client.lazy:
        resolved["additionalTextEdits"] = [_edit(e) for e in details.edits]
    return _encode(resolved)


def _edit(edit: TextEdit) -> Edit:
    return Edit(_range(edit.range), edit.text)


def _range(where: text.Range) -> Range:
    return Range(Position(where.start.line, where.start.character), Position(where.end.line, where.end.character))
