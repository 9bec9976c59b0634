"""What a header of C declares, and what another file defines of it: one thing, found from either."""

import re

import msgspec

from rulewright.core.code_ports import CodeIndex
from rulewright.core.index.imports.written import join
from rulewright.core.index.naming import CALLABLE, Defined, defined, distinct
from rulewright.core.index.near import family, folder
from rulewright.core.index.uses import Target

_LANGUAGES = frozenset({"c", "cpp", "objective-c"})
"""Languages in which a header may declare what another file defines."""
_MAX_DECLARED = 200
"""Symbols of one name that are looked at."""


def with_declarations(index: CodeIndex, target: Target) -> Target:
    """The same target with what declares it in a header that its file includes, or what a declaration there is of.

    It reads the files that have such a name, so it is for questions about all files.
    """
    definitions = target.definitions
    if target.language not in _LANGUAGES or len(definitions) != 1 or not definitions[0].symbol.exported:
        return target
    (own,) = definitions
    place = _Declared.of(index, own)
    rows = [
        row
        for row in index.symbols_named(own.symbol.name, _MAX_DECLARED)
        if row.language in family(target.language) and row.kind == own.symbol.kind and row.exported
    ]
    others = [one for one in defined(index, rows) if place.is_same(_Declared.of(index, one), index)]
    return msgspec.structs.replace(target, definitions=distinct([own, *others]))


class _Declared(msgspec.Struct, frozen=True):
    """Where a name of C stands, and whether it is only said there."""

    path: str
    names: tuple[str, ...]
    """What holds it, the outermost first, and its own."""
    is_declaration: bool
    includes: frozenset[str]
    """The files that its file includes, as it writes them."""

    @classmethod
    def of(cls, index: CodeIndex, one: Defined) -> "_Declared":
        """Read from its file."""
        text, record, symbol = index.text(one.path) or "", index.record(one.path), one.symbol
        first, *rest = text.split("\n")[symbol.row : max(symbol.row, symbol.end_row) + 1] or [""]
        before, behind = first[: symbol.column16], "\n".join([first[symbol.column16 :], *rest])
        written = _QUALIFIED.search(before)
        names, parent = [*(written[0].split("::")[:-1] if written is not None else ()), symbol.name], symbol.parent
        while record is not None and parent >= 0:
            holder = record.symbols[parent]
            names, parent = [holder.name, *names], holder.parent
        ends = _END.search(behind)
        is_said = ends is None or ends[0] == ";" if symbol.kind in CALLABLE else "extern" in before
        return cls(one.path, tuple(names), is_said, frozenset(found[1] for found in _INCLUDE.finditer(text)))

    def is_same(self, other: "_Declared", index: CodeIndex) -> bool:
        """Whether one of them declares in a header what the other one, whose file includes that, defines."""
        # Of what holds it, what `using namespace` says is left out.
        n = min(len(self.names), len(other.names))
        if self.names[-n:] != other.names[-n:] or self.is_declaration == other.is_declaration:
            return False
        said, made = (self, other) if self.is_declaration else (other, self)
        return any(_means(index, made.path, written, said.path) for written in made.includes)


def _means(index: CodeIndex, path: str, written: str, header: str) -> bool:
    """Whether a file includes a header by what it writes: the one that lies there, seen from its own folder.

    Which other folders are looked in only its build knows, so elsewhere as much of both paths has to be the same as
    there is.
    """
    near = join(folder(path), written)
    if near is not None and index.exists(near):
        return near == header
    parts, whole = [p for p in written.split("/") if p not in {".", ".."}], header.split("/")
    n = min(len(parts), len(whole))
    return n > 0 and parts[-n:] == whole[-n:]


_QUALIFIED = re.compile(r"(?:\w+::)+$")
_END = re.compile(r"[;{]")
_INCLUDE = re.compile(r"^[ \t]*#[ \t]*(?:include|import)[ \t]*[<\"]([^>\"\n]+)[>\"]", re.MULTILINE)
