"""Cut a file into chunks that follow its definitions, or the headings of a text.

Comments and decorators above a definition stay with it. A definition that is too long is cut into what it holds, and
where it holds nothing more, at the lines between its statements: blank ones before others, outer ones before inner
ones. Neighbours that are short are joined. Each line is in exactly one chunk, whatever the text; a line is never cut.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from rulewright.core.index.symbols import Symbol
from rulewright.core.languages import LANGUAGES
from rulewright.core.prompt.outline import headings
from rulewright.core.rules.rule import Chunking
from rulewright.core.rules.select import Applied
from rulewright.core.text import split_lines
from rulewright.core.tokens import estimate

DEFAULT_TOKENS = 400
MAX_HEAD = 120
"""Characters of the line that says what a chunk is part of."""
MAX_DEPTH = 50
"""Levels of definitions that are followed; code that is nested more deeply is cut by its lines."""

_PLAIN_TEXT = frozenset({"markdown"})
_DECORATION = re.compile(r"\s*(?:@\w|#!?\[|\[[A-Za-z][\w.]*[(\]]|template\s*<)")
_CLOSER = re.compile(r"[\])}>;,\s]+|(?:fi|done|esac|</[\w-]+>)[\s;,)]*|end\b.*", re.DOTALL)
"""Of a line without blanks around it, as a whole. No two parts can take the same text: lines may be very long."""


class Chunk(msgspec.Struct, frozen=True):
    """Some lines of a file."""

    start: int
    """Its first line, from 0."""
    end: int
    """The line behind its last one."""
    tokens: int
    within: tuple[str, ...] = ()
    """The first lines of the definitions or sections that it is a part of, outermost first."""
    rules: tuple[str, ...] = ()
    """Ids of the rules that apply to it, highest precedence first."""


class Way(msgspec.Struct, frozen=True):
    """How a file is cut."""

    chunking: Chunking
    tokens: int = DEFAULT_TOKENS


class _Span(msgspec.Struct):
    """A definition or section, with those inside."""

    start: int
    end: int
    head: int
    """The line that names it."""
    inside: "list[_Span]"


class _File(msgspec.Struct, frozen=True):
    lines: Sequence[str]
    costs: Sequence[int]
    """Tenths of tokens of all lines before each, as a budget counts them."""
    depths: Sequence[int]
    """Columns of indentation; of a blank line that of nothing."""
    target: int

    def tokens(self, start: int, end: int) -> int:
        return -((self.costs[start] - self.costs[end]) // 10)


_Piece = tuple[int, int, tuple[int, ...]]
"""First line, line behind the last, and the heads of what holds it."""


def way_of(language: str, applied: Iterable[Applied] = ()) -> Way:
    """How a file is cut: as the first of its rules says that says so, else by its language."""
    chunking: Chunking = "heading" if language in _PLAIN_TEXT else "definition"
    rules = [a.rule for a in applied]
    return Way(
        next((rule.chunk for rule in rules if rule.chunk), chunking),
        next((rule.chunk_tokens for rule in rules if rule.chunk_tokens), DEFAULT_TOKENS),
    )


def chunks_of(
    content: str, language: str, symbols: Sequence[Symbol], way: Way, rules: Iterable[str] = ()
) -> tuple[Chunk, ...]:
    """The chunks of a text, in order; none for the empty text. `symbols` are those of the index, in its order."""
    lines = split_lines(content)
    if not lines[-1]:
        lines.pop()
    if not lines:
        return ()
    costs = [0]
    for line in lines:
        # The end of a line and the indentation of the next are one token, so each is counted with the end before it.
        costs.append(costs[-1] + 11 * estimate("\n" + line.rstrip("\r\n")))
    file = _File(lines, costs, [_depth(line) for line in lines], way.tokens)
    if way.chunking == "whole":
        pieces: list[_Piece] = [(0, len(lines), ())]
    elif way.chunking == "window":
        pieces = _by_lines(file, 0, len(lines), ())
    else:
        spans = _sections(lines) if way.chunking == "heading" else _definitions(file, language, symbols)
        pieces = _joined(file, _divided(file, 0, len(lines), spans, ()))
    ids = tuple(rules)
    return tuple(
        Chunk(start, end, file.tokens(start, end), tuple(_head(lines[h]) for h in heads if h < start), ids)
        for start, end, heads in pieces
    )


def _depth(line: str) -> int:
    bare = line.lstrip(" \t")
    if not bare.strip():
        return -1
    return len(line[: len(line) - len(bare)].expandtabs(4))


def _head(line: str) -> str:
    return " ".join(line.split())[:MAX_HEAD]


# What the text is made of


def _definitions(file: _File, language: str, symbols: Sequence[Symbol]) -> list[_Span]:
    """Definitions of more than a line as a tree, whatever the index says of a text that is half written."""
    n_lines = len(file.lines)
    known = LANGUAGES.get(language)
    signs = tuple(s for s in ((known.line_comment, *(known.block_comment or ())) if known else ()) if s)
    found = sorted(
        (s.start_row, -min(s.end_row, n_lines - 1), s.row)
        for s in symbols
        if 0 <= s.start_row <= s.end_row and s.start_row < n_lines and s.end_row > s.start_row
    )
    spans = [_Span(start, -last + 1, min(max(head, start), n_lines - 1), []) for start, last, head in found]
    return _tree(_with_lead(file, spans, signs))


def _with_lead(file: _File, spans: list[_Span], signs: tuple[str, ...]) -> list[_Span]:
    """The definitions with the comments and decorators right above them."""
    for span in spans:
        depth = file.depths[span.start]
        above = span.start - 1
        while above >= 0 and file.depths[above] == depth and _is_lead(file.lines[above], signs):
            above -= 1
        span.start = above + 1
    return spans


def _is_lead(line: str, signs: tuple[str, ...]) -> bool:
    bare = line.strip()
    return bare.startswith((*signs, "*")) or bool(_DECORATION.match(line)) or bare.endswith(signs[1:] or ("*/",))


def _sections(lines: Sequence[str]) -> list[_Span]:
    """The sections of a text as a tree, each up to the next heading that is as high."""
    found = headings([line.rstrip("\r\n") for line in lines])
    spans: list[_Span] = []
    waiting: list[tuple[int, _Span]] = []
    for heading in found:
        while waiting and waiting[-1][0] >= heading.level:
            waiting.pop()[1].end = heading.row
        span = _Span(heading.row, len(lines), heading.row, [])
        spans.append(span)
        waiting.append((heading.level, span))
    return _tree(spans)


def _tree(spans: list[_Span]) -> list[_Span]:
    """Spans as a tree; one that is not within the span before it, nor behind it, is shortened or left out."""
    top: list[_Span] = []
    waiting: list[_Span] = []
    last_start = -1
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        while waiting and waiting[-1].end <= span.start:
            waiting.pop()
        if waiting:
            span.end = min(span.end, waiting[-1].end)
        if span.start == last_start and waiting:
            # Two that begin on one line, such as an export and the class in it, are one: the outer.
            waiting[-1].head = span.head
            continue
        last_start = span.start
        if len(waiting) < MAX_DEPTH:
            (waiting[-1].inside if waiting else top).append(span)
            waiting.append(span)
    return top


# Cutting


def _divided(file: _File, start: int, end: int, spans: Sequence[_Span], heads: tuple[int, ...]) -> list[_Piece]:
    """The lines from `start` to `end`, which hold `spans`: each of these by itself, and what is between."""
    pieces: list[_Piece] = []
    at = start
    for span in spans:
        if span.start > at:
            pieces += _by_lines(file, at, span.start, heads)
        if file.tokens(span.start, span.end) <= file.target:
            pieces.append((span.start, span.end, heads))
        elif span.inside:
            pieces += _divided(file, span.start, span.end, span.inside, (*heads, span.head))
        else:
            pieces += _by_lines(file, span.start, span.end, (*heads, span.head))
        at = span.end
    if at < end:
        pieces += _by_lines(file, at, end, heads)
    return pieces


def _by_lines(file: _File, start: int, end: int, heads: tuple[int, ...]) -> list[_Piece]:
    """Some lines as pieces that are as long as they may be, each ending where it hurts least."""
    pieces: list[_Piece] = []
    while file.tokens(start, end) > file.target:
        cut = _cut(file, start, end)
        pieces.append((start, cut, heads))
        start = cut
    if start < end:
        pieces.append((start, end, heads))
    return pieces


def _cut(file: _File, start: int, end: int) -> int:
    """The line to cut before: of those that give a piece of a third of the target or more, the best."""
    best, best_rank = start + 1, (-1, 0, 0)
    for row in range(start + 1, end):
        tokens = file.tokens(start, row)
        if tokens > file.target:
            break
        if 3 * tokens < file.target:
            best = row
            continue
        rank = _rank(file, row)
        if rank >= best_rank:
            best, best_rank = row, rank
    return best


def _rank(file: _File, row: int) -> tuple[int, int, int]:
    """How good it is to cut before a line: an outer one behind a blank one is best."""
    depth = file.depths[row]
    if depth < 0:
        return (0, -1000, 0)
    is_end = bool(_CLOSER.fullmatch(file.lines[row].strip()))
    is_behind_blank = file.depths[row - 1] < 0
    return (0 if is_end else 1, -depth + (4 if is_behind_blank else 0), int(is_behind_blank))


def _joined(file: _File, pieces: Sequence[_Piece]) -> list[_Piece]:
    """Neighbours joined while they are short together; blank lines and closing brackets go to what is before them."""
    joined: list[_Piece] = []
    for start, end, heads in pieces:
        if joined:
            first, _, before = joined[-1]
            is_rest = all(
                file.depths[r] < 0 or _CLOSER.fullmatch(file.lines[r].strip())
                for r in range(start, min(end, start + 3))
            )
            is_short = end - start <= 3 and is_rest  # noqa: PLR2004 - more lines are more than a bracket
            # Joined with what lies further out, a piece would no longer say what it is a part of.
            is_alike = heads[: len(before)] == before
            if is_short or (is_alike and file.tokens(first, end) <= file.target):
                joined[-1] = (first, end, before)
                continue
        joined.append((start, end, heads))
    return joined
