"""What the server and its code host say to each other: plain values, one after the other in both directions.

The code host is a child process that keeps the index and the trees of the open documents. Messages arrive in the order
in which they were sent, so a question about a document sees every change that was read before it, and none after.
"""

from typing import Any, Literal

import msgspec

from rulewright.core.changes import ContentChange
from rulewright.core.config import CodeSettings, IndexSettings
from rulewright.core.text import Position, PositionEncoding

TRIGGER_CHARACTERS = (".", ":", ">", "/", '"', "'", "@")
"""Behind which an editor asks for completions by itself, beside letters: of members, of paths, of decorators."""

# Questions. Positions are in the client's units.


class _At(msgspec.Struct, frozen=True, tag=True, tag_field="q"):
    uri: str
    position: Position


class _Of(msgspec.Struct, frozen=True, tag=True, tag_field="q"):
    uri: str


class Definition(_At, frozen=True):
    """Where what is at a place is defined."""


class Hover(_At, frozen=True):
    """What is at a place."""


class Highlight(_At, frozen=True):
    """The same name in this document."""


class References(_At, frozen=True):
    """The same name everywhere."""

    include_declaration: bool = True


class PrepareCalls(_At, frozen=True):
    """The callable at a place."""


class Complete(_At, frozen=True):
    """What could come next."""

    trigger_kind: int = 1
    """As in LSP: 1 invoked or typed a word, 2 typed a trigger character, 3 asked again for an incomplete list."""
    trigger_character: str = ""


class DocumentSymbols(_Of, frozen=True):
    """A document's outline."""


class Folding(_Of, frozen=True):
    """What can be folded."""


class Syntax(_Of, frozen=True):
    """A document's syntax errors."""


class Selection(_Of, frozen=True):
    """What to select around each place, wider and wider."""

    positions: tuple[Position, ...]


class WorkspaceSymbols(msgspec.Struct, frozen=True, tag=True, tag_field="q"):
    """Symbols of all workspaces."""

    query: str


class Calls(msgspec.Struct, frozen=True, tag=True, tag_field="q"):
    """Who calls an item that `PrepareCalls` gave, or whom it calls."""

    item: Any
    incoming: bool


class ResolveItem(msgspec.Struct, frozen=True, tag=True, tag_field="q"):
    """The rest of a completion item."""

    item: Any


class ContextAt(_At, frozen=True):
    """What of the workspace helps at a place: `core.retrieve.found.Context` as JSON."""

    tokens: int = 1500
    limit: int = 10


class HoleAt(_At, frozen=True):
    """What is at a place that a model is to fill: `core.infill.suggestion.Hole` as JSON."""

    tokens: int = 500
    limit: int = 6


class BestAt(_At, frozen=True):
    """The rest of the word at a place where one stands out: `core.infill.suggestion.Best` as JSON."""


class TrimAnswer(msgspec.Struct, frozen=True, tag=True, tag_field="q"):
    """What of a model's answer fits into its place: `core.infill.draft.Trimmed` as JSON; the fields are its draft's."""

    before: str
    after: str
    raw: str
    language: str
    shape: Literal["line", "block"]
    newline: str
    indent_unit: str = ""
    selected: str = ""
    is_cut: bool = False


class ContextFor(msgspec.Struct, frozen=True, tag=True, tag_field="q"):
    """What of a workspace a question is about: `core.retrieve.found.Context` as JSON."""

    root: str
    question: str
    tokens: int = 4000
    limit: int = 12
    focus: tuple[str, ...] = ()
    """Files that it is asked in, relative to the root."""


class MapOf(msgspec.Struct, frozen=True, tag=True, tag_field="q"):
    """What is important in a workspace: `core.retrieve.map.RepositoryMap` as JSON."""

    root: str
    tokens: int = 1024
    focus: tuple[str, ...] = ()
    """Files, folders and names that it is seen from."""
    below: tuple[str, ...] = ()


class Status(msgspec.Struct, frozen=True, tag=True, tag_field="q"):
    """How far the indexes are."""


class Settled(msgspec.Struct, frozen=True, tag=True, tag_field="q"):
    """Answered when the indexes are up to date with all that was said before. Tests wait for it."""


Question = (
    Definition
    | Hover
    | Highlight
    | References
    | PrepareCalls
    | Complete
    | DocumentSymbols
    | Folding
    | Syntax
    | Selection
    | WorkspaceSymbols
    | Calls
    | ContextAt
    | HoleAt
    | BestAt
    | TrimAnswer
    | ContextFor
    | MapOf
    | ResolveItem
    | Status
    | Settled
)


# From the server


class Root(msgspec.Struct, frozen=True):
    """One workspace: its folder, absolute with forward slashes, and what is set for it."""

    path: str
    index: IndexSettings
    code: CodeSettings
    beside: tuple[str, ...] = ()
    """Languages that another server of the same editor answers for, as far as anybody can see."""
    never_send: tuple[str, ...] = ()
    """Globs of files that are shown to no model, beside those that are ignored or named as secrets are."""


class Configure(msgspec.Struct, frozen=True, tag=True):
    """The workspaces from now on, and the client that answers are for."""

    roots: tuple[Root, ...]
    encoding: PositionEncoding
    capabilities: Any = None
    """The client's, as it sent them."""
    client_name: str = ""
    scan: bool = True
    """Whether to look what has changed on disk."""
    watch: bool = False
    """Whether to watch the disk, because the client does not."""


class Opened(msgspec.Struct, frozen=True, tag=True):
    """A document is open. `text` is UTF-8 with lone surrogates passed through."""

    uri: str
    path: str
    language_id: str
    version: int | None
    text: bytes


class Changed(msgspec.Struct, frozen=True, tag=True):
    """A document has changed, as its editor said it."""

    uri: str
    version: int | None
    changes: tuple[ContentChange, ...]


class Closed(msgspec.Struct, frozen=True, tag=True):
    """A document is closed; the file counts again."""

    uri: str


class Touched(msgspec.Struct, frozen=True, tag=True):
    """Files or folders may have changed on disk, absolute; all of them where there are none."""

    paths: tuple[str, ...] = ()


class Pause(msgspec.Struct, frozen=True, tag=True):
    """Stop indexing, or go on."""

    paused: bool


class Ask(msgspec.Struct, frozen=True, tag=True):
    """Answer a question."""

    id: int
    question: Question


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Nobody waits for the answer any more."""

    id: int


ToHost = Configure | Opened | Changed | Closed | Touched | Pause | Ask | Cancel


# From the host


class Answer(msgspec.Struct, frozen=True, tag=True):
    """The answer to a question: JSON, ready for the client."""

    id: int
    json: bytes
    failure: str = ""
    """What went wrong, for the log; the JSON is `null` then."""


class Seen(msgspec.Struct, frozen=True, tag=True):
    """A document has been parsed, so it is not what a host that goes silent hangs on."""

    uri: str
    version: int | None


class Progress(msgspec.Struct, frozen=True, tag=True):
    """How far the index of a workspace is."""

    root: str
    done: int
    total: int
    seconds_left: float | None = None


class Log(msgspec.Struct, frozen=True, tag=True):
    """A line for the server's log."""

    level: int
    text: str


class Alive(msgspec.Struct, frozen=True, tag=True):
    """A long answer is still being worked at."""


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The host has started."""


FromHost = Answer | Seen | Progress | Log | Alive | Ready

_encode = msgspec.msgpack.Encoder().encode
decode_to_host = msgspec.msgpack.Decoder(ToHost).decode
decode_from_host = msgspec.msgpack.Decoder(FromHost).decode


def encode(message: ToHost | FromHost) -> bytes:
    """As it goes through the pipe. Half of a surrogate pair, which msgpack cannot hold, becomes a question mark."""
    try:
        return _encode(message)
    except UnicodeEncodeError:
        return _encode(_whole(msgspec.to_builtins(message, builtin_types=(bytes,))))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list | tuple):
        return [_whole(v) for v in value]
    if isinstance(value, dict):
        return {k: _whole(v) for k, v in value.items()}
    return value
