"""Our protocol and server over standard input and output, with answers as many as `bare_pygls.py` gives, as records."""

import sys
from typing import Any

import msgspec
from lsprotocol import types as t

from rulewright import app
from rulewright.adapters.lsp import lifecycle, rules_changed, supervised, text_sync
from rulewright.adapters.lsp.front import Front
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.params import CompletionParams, DocumentParams, PositionParams
from rulewright.adapters.lsp.reader import Inbox, Writer, claim_stdio, start_reading
from rulewright.adapters.lsp.server import run
from rulewright.adapters.lsp.wire import Position, Range
from tests.bench.bare_pygls import N_ITEMS, N_SYMBOLS


class Wire(msgspec.Struct, rename="camel", omit_defaults=True, gc=False):
    """A record."""


class TextEdit(Wire):
    """Of an item."""

    range: Range
    new_text: str


class Item(Wire):
    """Of completion."""

    label: str
    kind: int
    detail: str
    sort_text: str
    text_edit: TextEdit


class Items(msgspec.Struct, rename="camel", gc=False):
    """All of them; `isIncomplete` may not be left out."""

    is_incomplete: bool
    items: list[Item]


class Symbol(Wire):
    """Of an outline."""

    name: str
    kind: int
    range: Range
    selection_range: Range


class Hover(Wire):
    """Markdown."""

    contents: dict[str, Any]


async def hover(_ls: Server, _params: PositionParams) -> Hover:
    """A hover."""
    return Hover({"kind": "markdown", "value": "`x`"})


async def completion(_ls: Server, _params: CompletionParams) -> Items:
    """As `bare_pygls.completion`."""
    return Items(
        is_incomplete=False,
        items=[
            Item(
                label=f"name_{n}",
                kind=3,
                detail="(int) -> int",
                sort_text=f"{n:05}",
                text_edit=TextEdit(Range(Position(0, 0), Position(0, 3)), f"name_{n}"),
            )
            for n in range(N_ITEMS)
        ],
    )


async def symbols(_ls: Server, _params: DocumentParams) -> list[Symbol]:
    """As `bare_pygls.symbols`."""
    return [
        Symbol(
            name=f"name_{n}",
            kind=12,
            range=Range(Position(n, 0), Position(n + 1, 0)),
            selection_range=Range(Position(n, 4), Position(n, 10)),
        )
        for n in range(N_SYMBOLS)
    ]


def main() -> int:
    """Serve; the exit code."""
    stdin, stdout = claim_stdio()
    inbox, writer = Inbox(), Writer(stdout)
    start_reading(stdin, inbox)
    server = Server(app.serving())
    lifecycle.register(server)
    text_sync.register(server)
    rules_changed.follow(server)
    supervised.follow(server)
    server.feature(t.TEXT_DOCUMENT_HOVER)(hover)
    server.feature(t.TEXT_DOCUMENT_COMPLETION)(completion)
    server.feature(t.TEXT_DOCUMENT_DOCUMENT_SYMBOL)(symbols)
    # It hears nothing, so the engine answers initialize with what this server can do.
    return run(server, inbox, writer, Front({}, writer.write))


if __name__ == "__main__":
    sys.exit(main())
