"""A language server of plain pygls, as its manual shows it: what the figures of the protocol are measured against."""

from lsprotocol import types as t
from pygls.lsp.server import LanguageServer

N_ITEMS = 1_000
N_SYMBOLS = 5_000

server = LanguageServer("bare", "1")


@server.feature(t.TEXT_DOCUMENT_HOVER)
def hover(_ls: LanguageServer, _params: t.HoverParams) -> t.Hover:
    """A hover."""
    return t.Hover(t.MarkupContent(t.MarkupKind.Markdown, "`x`"))


@server.feature(t.TEXT_DOCUMENT_COMPLETION)
def completion(_ls: LanguageServer, _params: t.CompletionParams) -> t.CompletionList:
    """Items enough for a list that is not complete."""
    items = [
        t.CompletionItem(
            label=f"name_{n}",
            kind=t.CompletionItemKind.Function,
            detail="(int) -> int",
            sort_text=f"{n:05}",
            text_edit=t.TextEdit(t.Range(t.Position(0, 0), t.Position(0, 3)), f"name_{n}"),
        )
        for n in range(N_ITEMS)
    ]
    return t.CompletionList(is_incomplete=False, items=items)


@server.feature(t.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
def symbols(_ls: LanguageServer, _params: t.DocumentSymbolParams) -> list[t.DocumentSymbol]:
    """The outline of a big file."""
    return [
        t.DocumentSymbol(
            name=f"name_{n}",
            kind=t.SymbolKind.Function,
            range=t.Range(t.Position(n, 0), t.Position(n + 1, 0)),
            selection_range=t.Range(t.Position(n, 4), t.Position(n, 10)),
        )
        for n in range(N_SYMBOLS)
    ]


if __name__ == "__main__":
    server.start_io()
