"""One question as the sources of candidates see it."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from rulewright.core.code_ports import CodeIndex, Workspace
from rulewright.core.complete.context import Context
from rulewright.core.complete.items import (
    Candidate,
    Origin,
    Source,
    kind_of_symbol,
)
from rulewright.core.complete.nearby import NOWHERE, Nearby
from rulewright.core.complete.state import CompletionState
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.imports.scoped import NESTED, seen_at
from rulewright.core.index.match import Matcher
from rulewright.core.index.naming import bound_name
from rulewright.core.index.scopes import ScopeTree
from rulewright.core.index.symbols import ROUTINES, Import, Symbol

T = TypeVar("T")


class Situation(msgspec.Struct, frozen=True):
    """Where in which file of which workspace, and what is remembered."""

    workspace: Workspace
    path: str
    buffer: Buffer
    context: Context
    state: CompletionState
    matcher: Matcher | None = None
    """For the typed prefix; None where nothing is typed."""
    is_embedded: bool = False
    near: Nearby = NOWHERE
    scopes_kept: dict[tuple[int, int], ScopeTree] = msgspec.field(default_factory=dict)
    """Scopes that were found for this question, by the bytes of their node."""

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

    def once(self, what: str, make: Callable[[], T]) -> T:
        """What does not depend on the letters of the word, made once while it is typed."""
        return self.state.once(what, make)

    def fitting(self, names: Sequence[str]) -> Sequence[str]:
        """Those names that match what was typed. Asked of many at once, before anything is made of them."""
        if self.matcher is None:
            return names
        return [names[number] for number, _ in self.matcher.scores(names)]

    def fitting_by(self, things: Iterable[tuple[str, T]]) -> list[T]:
        """The things whose name matches."""
        pairs = list(things)
        if self.matcher is None:
            return [thing for _, thing in pairs]
        return [pairs[number][1] for number, _ in self.matcher.scores([name for name, _ in pairs])]

    def symbols(self) -> tuple[Symbol, ...]:
        """Of the file; where code is embedded, of all its languages."""
        if self.is_embedded:
            return self.buffer.record.symbols
        return self.state.view(self.path, self.buffer).symbols

    def named_symbols(self) -> Iterable[tuple[str, Symbol]]:
        """The same, each with its name."""
        if self.is_embedded:
            return [(s.name, s) for s in self.buffer.record.symbols]
        view = self.state.view(self.path, self.buffer)
        return zip(view.names, view.symbols, strict=True)

    def bound(self) -> Iterable[tuple[str, tuple[str, Import]]]:
        """The names that imports bind which count here, each with its name and its import."""
        if self.is_embedded:
            pairs = [(bound_name(self.language, one), one) for one in self.buffer.record.imports]
        else:
            view = self.state.view(self.path, self.buffer)
            pairs = list(zip(view.bound, view.imports, strict=True))
            if self.language in NESTED:
                row = max(self.row - view.rows_since, 0)
                seen = {i.row for i in seen_at(self.language, view.symbols, view.imports, row)}
                pairs = [(name, one) for name, one in pairs if one.row in seen]
        return [(name, (name, one)) for name, one in pairs if name]

    @property
    def rows_since(self) -> int:
        """Lines typed since the symbols were looked at."""
        return 0 if self.is_embedded else self.state.view(self.path, self.buffer).rows_since

    def imports(self) -> tuple[Import, ...]:
        """The same."""
        if self.is_embedded:
            return self.buffer.record.imports
        return self.state.view(self.path, self.buffer).imports

    def others(self) -> list[tuple[str, Buffer]]:
        """The other open documents, the one worked on last first."""
        return others_of(self.workspace, self.path)


def others_of(workspace: Workspace, path: str) -> list[tuple[str, Buffer]]:
    """The open documents besides one, the one worked on last first."""
    found = []
    for other in workspace.open_paths():
        if other != path and (buffer := workspace.buffer(other)) is not None:
            found.append((other, buffer))
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
        symbol.signature if symbol.kind in ROUTINES else "",
        module,
        is_private=not symbol.exported,
        is_deprecated=symbol.deprecated,
        origin=Origin(path, symbol.name, symbol.row),
    )
