"""What of the workspace helps with a place in a file, or with a question: pieces of code, each with its reason.

Both give the same for the same workspace, whatever was asked before.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from rulewright.core.code_ports import SymbolRow, Workspace
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.builtin_names import is_builtin
from rulewright.core.index.imports import resolve
from rulewright.core.index.near import family
from rulewright.core.index.symbols import FileRecord, SymbolKind
from rulewright.core.languages import language_of
from rulewright.core.retrieve import position as by_place
from rulewright.core.retrieve import question as by_question
from rulewright.core.retrieve.found import (
    LONG,
    SHORT,
    Candidate,
    Context,
    LeftOut,
    Piece,
    covers,
    piece,
    without_secrets,
)
from rulewright.core.retrieve.split import named_in, quoted_in, terms
from rulewright.core.retrieve.window import Nearby, names_around, window_of
from rulewright.core.text import Position

MAX_PIECES = 12
"""More of what is less likely helps less, and takes room and time."""
MAX_LEFT_OUT = 20
MAX_MISSES = 4
"""Definitions without room, after which no others are tried."""
MAX_RECENT = 20
MAX_RANKED = 32
"""Definitions that full text search gives."""
MAX_IMPORTS = 300
"""Imports of a file that are looked at."""

_SPACES = frozenset({SymbolKind.FILE, SymbolKind.MODULE, SymbolKind.NAMESPACE, SymbolKind.PACKAGE})


def at_position(workspace: Workspace, path: str, position: Position, budget: int, limit: int = MAX_PIECES) -> Context:
    """The definitions of the names around a place in other files, within `budget` tokens."""
    buffer = workspace.buffer(path)
    if buffer is None:
        return Context()
    ranked = files_at(workspace, path, buffer, position)
    candidates = (
        Candidate(one.path, number, one.why)
        for file in _turns([f.names for f in ranked])
        for one in file
        if (number := _number(workspace.index.record(one.path), one.name)) is not None
    )
    return _chosen(workspace, candidates, budget, limit, SHORT)


def files_at(workspace: Workspace, path: str, buffer: Buffer, position: Position) -> tuple[by_place.RankedFile, ...]:
    """The files that define what stands around a place, the best first."""
    record = workspace.index.record(path) or buffer.record
    imports = record.imports[:MAX_IMPORTS]
    rows = window_of(buffer.n_lines, position.line)
    lines = [buffer.line(row).decode("utf-8", "replace") for row in rows]
    names = names_around(lines, rows.start, position.line, frozenset(one.row for one in imports))
    languages = frozenset(family(buffer.language))
    imported = _imported(workspace, path, record, names)
    place = by_place.Place(
        path=path,
        own=frozenset(s.name for s in record.symbols),
        imported=imported,
        recent=tuple(workspace.open_paths())[:MAX_RECENT],
        is_builtin=lambda name: is_builtin(buffer.language, name),
        fits=lambda other: _language_of(other) in languages,
    )
    index = workspace.index
    spread = dict(index.spread(frozenset(n.name for n in names).union(b.name for b in imported.values())))
    for local, brought in imported.items():
        if brought.name != local and brought.name in spread:
            spread[local] = spread[brought.name]
    return by_place.rank(place, names, spread, index.n_files())


def for_question(
    workspace: Workspace, question: str, budget: int, focus: Sequence[str] = (), limit: int = MAX_PIECES
) -> Context:
    """The definitions that a question is about, within `budget` tokens. `focus` are files that it is asked in."""
    index = workspace.index
    answers, n_waiting = ranked_for(workspace, question, focus)
    candidates = (
        Candidate(a.row.path, number, a.why)
        for a in answers
        if (number := _number(index.record(a.row.path), a.row.name, a.row)) is not None
    )
    remarks: tuple[str, ...] = ()
    if n_waiting:
        files = f"{n_waiting:,} file{'s' * (n_waiting != 1)}"
        remarks = (f"The words of {files} are still being read: ask again, and more may be found.",)
    return _chosen(workspace, candidates, budget, limit, LONG, remarks)


def ranked_for(
    workspace: Workspace, question: str, focus: Sequence[str] = ()
) -> tuple[tuple[by_question.Answer, ...], int]:
    """The definitions that a question is about, the best first, and how many files' words are not known yet."""
    index, asked = workspace.index, terms(question)
    named: list[SymbolRow] = []
    quoted = quoted_in(question)
    for name in named_in(question):
        rows = [row for row in index.symbols_named(name, MAX_RANKED) if row.kind not in _SPACES]
        if name in quoted:
            named += rows[: by_question.MAX_QUOTED]
        elif len(rows) <= by_question.MAX_NAMED:
            named += rows
    worded = index.matching(asked, MAX_RANKED)
    return by_question.answers(named, worded.rows, asked, focus=focus), worded.n_waiting


class _Known:
    """The files of the index alone: what else the disk has helps nobody here, and to look there takes time."""

    def __init__(self, workspace: Workspace) -> None:
        self._links, self._opened = workspace.index.links(), frozenset(workspace.open_paths())
        self.below, self.text, self.ending = workspace.index.below, workspace.index.text, self._links.ending

    def exists(self, path: str) -> bool:
        """Whether the index has this file."""
        return path in self._links or path in self._opened


def _imported(
    workspace: Workspace, path: str, record: FileRecord, names: Iterable[Nearby]
) -> dict[str, by_place.Brought]:
    """Of the names, those that the file imports."""
    wanted = {one.name for one in names}
    known = _Known(workspace)
    found: dict[str, by_place.Brought] = {}
    for one in record.imports[:MAX_IMPORTS]:
        local = one.local if one.alias or one.name else one.local.partition(".")[0]
        if local in wanted and not (local in found and found[local].files):
            files = resolve(record.language, one, path, known)
            found[local] = by_place.Brought(one.name or local, files)
    return found


def _turns(lists: Sequence[Sequence[by_place.Ranked]]) -> Iterator[Sequence[by_place.Ranked]]:
    """The best name of each file first, then the others, so that one file does not take all the room."""
    yield [one[0] for one in lists]
    yield [name for one in lists for name in one[1:]]


@lru_cache(maxsize=1 << 15)
def _language_of(path: str) -> str:
    return language_of(path)


def _number(record: FileRecord | None, name: str, row: SymbolRow | None = None) -> int | None:
    """Where a record has a definition: the one of a row where it is given, else one at the top if there is one."""
    if record is None:
        return None
    same = [at for at, symbol in enumerate(record.symbols) if symbol.name == name]
    if row is not None:
        return min(same, key=lambda at: abs(record.symbols[at].row - row.row), default=None)
    return min(same, key=lambda at: (record.symbols[at].parent >= 0, at), default=None)


def _chosen(
    workspace: Workspace,
    candidates: Iterable[Candidate],
    budget: int,
    limit: int,
    n_lines: int,
    remarks: tuple[str, ...] = (),
) -> Context:
    """The first candidates that there is room for."""
    pieces: list[Piece] = []
    left_out: list[LeftOut] = []
    seen: set[tuple[str, int]] = set()
    withheld: set[str] = set()
    room, n_misses = budget, 0
    for one in candidates:
        if len(pieces) >= limit or n_misses >= MAX_MISSES:
            break
        if (one.path, one.number) in seen:
            continue
        seen.add((one.path, one.number))
        record = workspace.index.record(one.path)
        if record is None or one.number >= len(record.symbols):
            continue
        symbol = record.symbols[one.number]
        if why := workspace.why_withheld(one.path):
            if one.path not in withheld:
                left_out.append(LeftOut(one.path, "", why))
            withheld.add(one.path)
            continue
        text = workspace.lines(one.path)
        if text is None or symbol.start_row >= len(text) or covers(pieces, one.path, symbol):
            continue
        shown = without_secrets(text, symbol)
        made = _fitting(one, record, shown, room, n_lines)
        if made is None:
            n_misses += 1
            left_out.append(LeftOut(one.path, symbol.name, "has no room in the budget"))
        else:
            pieces.append(made)
            room -= made.tokens
    return Context(
        pieces=tuple(pieces),
        left_out=tuple(left_out[:MAX_LEFT_OUT]),
        tokens=sum(p.tokens for p in pieces),
        remarks=remarks,
    )


def _fitting(one: Candidate, record: FileRecord, lines: Sequence[str], room: int, n_lines: int) -> Piece | None:
    """A piece in fewer and fewer lines, until there is room for it."""
    while n_lines >= 1:
        if (made := piece(one, record, lines, n_lines)).tokens <= room:
            return made
        n_lines //= 4
    return None
