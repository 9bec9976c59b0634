"""What of a file goes into a prompt: all of it, or the chunks around a line."""

from collections.abc import Callable, Sequence

import msgspec

from rulewright.core.index.symbols import Symbol
from rulewright.core.prompt.chunks import Chunk, Way, chunks_of
from rulewright.core.prompt.guide import plain
from rulewright.core.prompt.records import Cut
from rulewright.core.text import split_lines
from rulewright.core.tokens import budgeted

LEAST_TOKENS_A_CHARACTER = 0.1
"""Ordinary text has two to five characters a token, indentation more: a longer one is not even counted as a whole."""


class Source(msgspec.Struct, frozen=True):
    """The file that a prompt is about."""

    path: str
    language: str
    content: str
    line: int | None
    """The line of the cursor, from 1."""
    way: Way
    rules: tuple[str, ...] = ()
    """Ids of the rules that apply to it."""
    symbols: Callable[[], Sequence[Symbol]] = tuple
    """Its definitions, asked for where the file has to be cut."""


class Excerpt(msgspec.Struct, frozen=True):
    """A run of lines of the file."""

    start: int
    end: int
    """The line behind the last, from 0."""
    text: str
    within: tuple[str, ...] = ()


def block_of(source: Source, excerpt: Excerpt, tag: str) -> str:
    """An excerpt between its marks."""
    within = f' within="{plain(" / ".join(excerpt.within))}"' if excerpt.within else ""
    place = f'file="{plain(source.path)}" lines="{excerpt.start + 1}-{excerpt.end}"'
    end = "" if excerpt.text.endswith(("\n", "\r")) or not excerpt.text else "\n"
    return f"<{tag} {place}{within}>\n{excerpt.text}{end}</{tag}>"


class Pieces:
    """A file and its chunks, which are made once, when they are wanted first."""

    def __init__(self, source: Source, tag: str) -> None:
        self.source, self.tag = source, tag
        lines = split_lines(source.content)
        self.lines = lines if lines[-1] else lines[:-1]
        self._whole: Excerpt = Excerpt(0, len(self.lines), source.content)
        self._tokens: int | None = None
        self._chunks: tuple[Chunk, ...] | None = None

    @property
    def marks(self) -> int:
        """Tokens of the marks around an excerpt."""
        return budgeted(block_of(self.source, Excerpt(0, 0, ""), self.tag))

    @property
    def tokens(self) -> int:
        """Tokens of the whole file between its marks."""
        if self._tokens is None:
            self._tokens = budgeted(block_of(self.source, self._whole, self.tag))
        return self._tokens

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """Its chunks."""
        if self._chunks is None:
            source = self.source
            follows = source.way.chunking == "definition"
            symbols = source.symbols() if follows else ()
            self._chunks = chunks_of(source.content, source.language, symbols, source.way, source.rules)
        return self._chunks

    def needs_more_than(self, budget: int) -> bool:
        """Whether the whole file has no room; very long ones are not counted to say so."""
        return len(self.source.content) * LEAST_TOKENS_A_CHARACTER > budget or self.tokens > budget

    def choose(self, budget: int) -> tuple[Excerpt, ...]:
        """What there is room for: the whole, else the chunk at the line, the first one, and then the nearest."""
        if not self.lines:
            return ()
        if not self.needs_more_than(budget):
            return (self._whole,)
        marks = self.marks
        if budget <= marks:
            return ()
        chosen: set[int] = set()
        used = 0
        for number in self._by_nearness():
            chunk = self.chunks[number]
            heads = budgeted(" / ".join(chunk.within))
            # A chunk beside one that is chosen shares its marks.
            needs = chunk.tokens + (0 if number - 1 in chosen else marks + heads)
            if used + needs <= budget:
                chosen.add(number)
                used += needs
        return tuple(self._runs(sorted(chosen)))

    def _by_nearness(self) -> list[int]:
        numbers = range(len(self.chunks))
        if self.source.line is None:
            return list(numbers)
        row = min(self.source.line - 1, len(self.lines) - 1)
        at = next(n for n, chunk in enumerate(self.chunks) if chunk.start <= row < chunk.end)
        return sorted(numbers, key=lambda n: (n != at, n != 0, abs(n - at), n))

    def _runs(self, chosen: Sequence[int]) -> list[Excerpt]:
        runs: list[Excerpt] = []
        for number in chosen:
            chunk = self.chunks[number]
            text = "".join(self.lines[chunk.start : chunk.end])
            if runs and runs[-1].end == chunk.start:
                runs[-1] = Excerpt(runs[-1].start, chunk.end, runs[-1].text + text, runs[-1].within)
            else:
                runs.append(Excerpt(chunk.start, chunk.end, text, chunk.within))
        return runs

    def left_out(self, excerpts: Sequence[Excerpt], budget: int) -> tuple[Cut, ...]:
        """The lines that there is no room for."""
        source = self.source
        at, gaps = 0, []
        for excerpt in (*excerpts, Excerpt(len(self.lines), len(self.lines), "")):
            if excerpt.start > at:
                gaps.append((at, excerpt.start))
            at = excerpt.end
        reason = f"The file may take {max(budget, 0):,} tokens of this prompt."
        return tuple(
            Cut(
                kind="lines",
                path=source.path,
                what=f"lines {start + 1}-{end}",
                tokens=self._of(start, end),
                reason=reason,
            )
            for start, end in gaps
        )

    def _of(self, start: int, end: int) -> int:
        if self._chunks is None or (start, end) == (0, len(self.lines)):
            return self.tokens
        return sum(chunk.tokens for chunk in self._chunks if start <= chunk.start and chunk.end <= end)
