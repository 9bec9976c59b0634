"""Parameters of the requests that come with every key, as records: msgspec reads them eight times as fast as cattrs.

Their fields have the names that lsprotocol gives them, so a handler need not know which of the two it gets. A method
is read this way when it has a row in `HOT`.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from lsprotocol import types as t

UInteger = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
"""As the protocol has it."""
Token = int | str


class Base(msgspec.Struct, frozen=True, rename="camel"):
    """Names as JSON has them; members that are not known are passed over."""


class Position(Base, frozen=True):
    """In the client's units."""

    line: UInteger
    character: UInteger


class Range(Base, frozen=True):
    """In the client's units."""

    start: Position
    end: Position


class TextDocument(Base, frozen=True):
    """Names a document."""

    uri: str


class DocumentParams(Base, frozen=True):
    """About a whole document: documentSymbol, foldingRange."""

    text_document: TextDocument
    work_done_token: Token | None = None
    partial_result_token: Token | None = None


class PositionParams(DocumentParams, frozen=True, kw_only=True):
    """About a place: hover, definition, declaration, typeDefinition, implementation, documentHighlight."""

    position: Position


class PositionsParams(DocumentParams, frozen=True, kw_only=True):
    """About several places: selectionRange."""

    positions: list[Position]


class ReferenceContext(Base, frozen=True):
    """Which references are wanted."""

    include_declaration: bool


class ReferenceParams(PositionParams, frozen=True, kw_only=True):
    """Of references."""

    context: ReferenceContext


class CompletionContext(Base, frozen=True):
    """Why completion was asked for."""

    trigger_kind: t.CompletionTriggerKind
    trigger_character: str | None = None


class CompletionParams(PositionParams, frozen=True, kw_only=True):
    """Of completion."""

    context: CompletionContext | None = None


class SelectedCompletion(Base, frozen=True):
    """The row of the popup that is selected."""

    range: Range
    text: str


class InlineCompletionContext(Base, frozen=True):
    """Why inline completion was asked for."""

    trigger_kind: t.InlineCompletionTriggerKind
    selected_completion_info: SelectedCompletion | None = None


class InlineCompletionParams(PositionParams, frozen=True, kw_only=True):
    """Of inline completion."""

    context: InlineCompletionContext


class DiagnosticParams(DocumentParams, frozen=True, kw_only=True):
    """Of a pull of diagnostics."""

    identifier: str | None = None
    previous_result_id: str | None = None


HOT: Mapping[str, type[Base]] = {
    t.TEXT_DOCUMENT_COMPLETION: CompletionParams,
    t.TEXT_DOCUMENT_INLINE_COMPLETION: InlineCompletionParams,
    t.TEXT_DOCUMENT_HOVER: PositionParams,
    t.TEXT_DOCUMENT_DEFINITION: PositionParams,
    t.TEXT_DOCUMENT_DECLARATION: PositionParams,
    t.TEXT_DOCUMENT_TYPE_DEFINITION: PositionParams,
    t.TEXT_DOCUMENT_IMPLEMENTATION: PositionParams,
    t.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: PositionParams,
    t.TEXT_DOCUMENT_REFERENCES: ReferenceParams,
    t.TEXT_DOCUMENT_DOCUMENT_SYMBOL: DocumentParams,
    t.TEXT_DOCUMENT_FOLDING_RANGE: DocumentParams,
    t.TEXT_DOCUMENT_SELECTION_RANGE: PositionsParams,
    t.TEXT_DOCUMENT_DIAGNOSTIC: DiagnosticParams,
}
"""What the parameters of a method are read as.

didChange is not here: its changes are told apart by lsprotocol's types.
"""

PLAIN = ("rulewright/sessions/",)
"""How methods begin whose parameters stay as they came, for their handlers to read: the engine would make named tuples
of them, in which `from` cannot be a name."""


class HotRequest(msgspec.Struct, frozen=True):
    """A request whose parameters are one of these records, or as they came. pygls knows a message by its attributes."""

    id: int | str
    method: str
    params: Any
    jsonrpc: str = "2.0"


def read_hot(method: str, msg_id: int | str, params: Any) -> HotRequest | None:
    """A request whose parameters the engine need not read; None for any other. Raises msgspec.ValidationError.

    Not strict, for a client written in a language without integers may say 1.0.
    """
    if method.startswith(PLAIN):
        return HotRequest(msg_id, method, params)
    kind = HOT.get(method)
    if kind is None:
        return None
    return HotRequest(msg_id, method, msgspec.convert(params, kind, strict=False))
