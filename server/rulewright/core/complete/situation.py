"""One question as the sources of candidates see it."""

import msgspec

from rulewright.core.code_ports import CodeIndex, Workspace
from rulewright.core.complete.context import Context
from rulewright.core.complete.items import (
    Candidate,
    Origin,
    Source,
    is_deprecated,
    kind_of_symbol,
)
from rulewright.core.complete.state import CompletionState
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.symbols import Import, Symbol, SymbolKind

_CALLABLE = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})


class Situation(msgspec.Struct, frozen=True):
    """Where in which file of which workspace, and what is remembered."""

    workspace: Workspace
    path: str
    buffer: Buffer
    context: Context
    state: CompletionState
    is_embedded: bool = False

    @property
    def index(self) -> CodeIndex:
        """The workspace's symbols."""
        return self.workspace.index

    @property
    def language(self) -> str:
        """At the cursor."""
        return self.context.words.language

    @property
    def row(self) -> int:
        """Of the cursor."""
        return self.buffer.point(self.context.byte)[0]

    def symbols(self) -> tuple[Symbol, ...]:
        """Of the file; where code is embedded, of all its languages."""
        if self.is_embedded:
            return self.buffer.record.symbols
        return self.state.view(self.path, self.buffer).symbols

    def imports(self) -> tuple[Import, ...]:
        """The same."""
        if self.is_embedded:
            return self.buffer.record.imports
        return self.state.view(self.path, self.buffer).imports

    def others(self) -> list[tuple[str, Buffer]]:
        """The other open documents, the one worked on last first."""
        found = []
        for path in self.workspace.open_paths():
            if path != self.path and (buffer := self.workspace.buffer(path)) is not None:
                found.append((path, buffer))
            if len(found) >= MAX_OTHERS:
                break
        return found


MAX_OTHERS = 8
"""Other open documents that are looked at."""


def of_symbol(symbol: Symbol, path: str, source: Source, distance: int = 0, module: str = "") -> Candidate:
    """A candidate for a symbol."""
    return Candidate(
        symbol.name,
        kind_of_symbol(symbol.kind),
        source,
        distance,
        symbol.signature if symbol.kind in _CALLABLE else "",
        module,
        is_private=not symbol.exported,
        is_deprecated=is_deprecated(symbol.doc, symbol.signature),
        origin=Origin(path, symbol.name, symbol.row),
    )
