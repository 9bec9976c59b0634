"""What was found, ready for a prompt: pieces of files within a budget of tokens, each with its reason."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rulewright.core.index.symbols import FileRecord, Symbol, SymbolKind
from rulewright.core.models import Part, Source
from rulewright.core.privacy.redact import redacted_lines
from rulewright.core.tokens import budgeted

SHORT, LONG = 12, 60
"""Lines of a definition that are shown of it: where it only explains a name, and where it is the answer."""
GAP = "..."
"""Stands for lines that are left out."""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A definition that was found. Lines count from 1."""

    path: str
    first_line: int
    last_line: int
    name: str
    kind: str
    """A `SymbolKind` in lower case."""
    container: str = ""
    why: str
    text: str
    """Lines of the file as they are, with `...` for those left out."""
    tokens: int


class LeftOut(msgspec.Struct, frozen=True):
    """What was found and is not shown."""

    path: str
    name: str
    """Empty where not even that is shown."""
    why: str
    """Words that follow the path, such as `is ignored by git`."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What was found for a place or a question, the best first."""

    pieces: tuple[Piece, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    tokens: int = 0
    remarks: tuple[str, ...] = ()
    """Sentences about the whole, such as that the index is not ready."""


class Candidate(msgspec.Struct, frozen=True):
    """A definition that might be shown."""

    path: str
    number: int
    """Index in its file's record."""
    why: str


NOTHING = Context()


def parts_of(context: Context, label: str = "context") -> tuple[Part, ...]:
    """As parts of a message; the gate in front of models looks at each by its source."""
    return tuple(
        Part(
            f"{p.path}:{p.first_line}-{p.last_line}\n{p.text}\n",
            "code",
            Source(p.path, p.first_line, p.last_line),
            label,
        )
        for p in context.pieces
    )


def shown(lines: Sequence[str], symbols: Sequence[Symbol], number: int, n_lines: int) -> str:
    """A definition in at most about `n_lines` lines: all of it, or its head and those of what it holds."""
    symbol = symbols[number]
    first, last = symbol.start_row, min(symbol.end_row, len(lines) - 1)
    if last - first < n_lines:
        return "\n".join(line.removesuffix("\r") for line in lines[first : last + 1])
    rows = set(range(first, min(symbol.row + 1, last) + 1)) if symbol.row - first < n_lines else {first, symbol.row}
    inner = [s.row for s in symbols[number + 1 :] if s.parent == number and s.row <= last]
    for row in inner or range(first, last + 1):
        if len(rows) >= n_lines:
            break
        rows.add(row)
    return "\n".join(_with_gaps(lines, sorted(rows), last))


def _with_gaps(lines: Sequence[str], rows: Sequence[int], last: int) -> Iterator[str]:
    before = rows[0] - 1
    for row in [*rows, last + 1]:
        if row > before + 1:
            hidden = lines[before + 1]
            yield hidden[: len(hidden) - len(hidden.lstrip())] + GAP
        if row <= last:
            yield lines[row].removesuffix("\r")
        before = row


def piece(candidate: Candidate, record: FileRecord, lines: Sequence[str], n_lines: int) -> Piece:
    """A candidate as it is shown."""
    symbol = record.symbols[candidate.number]
    text = shown(lines, record.symbols, candidate.number, n_lines)
    return Piece(
        path=candidate.path,
        first_line=symbol.start_row + 1,
        last_line=max(symbol.start_row, min(symbol.end_row, len(lines) - 1)) + 1,
        name=symbol.name,
        kind=SymbolKind(symbol.kind).name.lower(),
        container=record.symbols[symbol.parent].name if symbol.parent >= 0 else "",
        why=candidate.why,
        text=text,
        tokens=budgeted(f"{candidate.path}:{symbol.start_row + 1}-{symbol.end_row + 1}\n{text}\n"),
    )


def without_secrets(lines: Sequence[str], symbol: Symbol) -> list[str]:
    """The lines of a file, with marks for the secrets in a definition: all of it is looked at, whatever is shown."""
    first, last = symbol.start_row, min(symbol.end_row, len(lines) - 1)
    return [*lines[:first], *redacted_lines("\n".join(lines[first : last + 1])), *lines[last + 1 :]]


def covers(chosen: Iterable[Piece], path: str, symbol: Symbol) -> bool:
    """Whether what is chosen shows a definition already."""
    first, last = symbol.start_row + 1, symbol.end_row + 1
    return any(c.path == path and c.first_line <= first and last <= c.last_line and GAP not in c.text for c in chosen)
