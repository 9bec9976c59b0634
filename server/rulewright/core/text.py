r"""Text and positions: the one home of line ends and of UTF-8, UTF-16 and UTF-32 conversion.

Inside Rulewright an offset counts code points of a `str`, a `Position` is a zero-based line with a character
that counts code points; ast-grep's Python binding counts the same way. Editors may count otherwise: convert with
`to_client` and `from_client` at the adapter and nowhere else.

Lines end at `\n`, `\r\n` or a lone `\r`, as the language server protocol says.
"""

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate, count
from operator import add
from typing import Literal

import msgspec

PositionEncoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_LINE_END = re.compile(r"\r\n|\n|\r")


class Position(msgspec.Struct, frozen=True, order=True):
    """A zero-based line and a zero-based character in code points."""

    line: int
    character: int


class Range(msgspec.Struct, frozen=True, order=True):
    """From `start` up to, not including, `end`."""

    start: Position
    end: Position


class Text:
    """An immutable text. It is made from a string or from lines, and gives the other, and its index, when needed.

    An editor's change touches a line or two, so a document goes from lines to lines while somebody types; the whole
    string is made when somebody wants to look at it.
    """

    def __init__(self, content: str) -> None:
        self.__dict__["content"] = content

    @classmethod
    def of_lines(cls, lines: tuple[str, ...]) -> "Text":
        """The text of lines with their ends; they must be as `lines` of the text would give them."""
        text = cls.__new__(cls)
        text.__dict__["lines"] = lines
        return text

    @cached_property
    def content(self) -> str:
        """The whole text."""
        return "".join(self.lines)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines with their ends; always at least one, and the last has no line end."""
        return tuple(split_lines(self.content))

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of the first code point of each line; a text always has at least one line."""
        if "lines" in self.__dict__:
            # They are there after an edit.
            return [0, *accumulate(map(len, self.lines[:-1]))]
        if "\r" not in self.content:
            # Ten times as fast, and nearly every text is so.
            lengths = accumulate(map(len, self.content.split("\n")[:-1]))
            return [0, *map(add, lengths, count(1))]
        return [0, *(m.end() for m in _LINE_END.finditer(self.content))]

    @property
    def n_lines(self) -> int:
        """Lines, counting an empty last one after a final line end."""
        return len(self.line_starts)

    def line(self, number: int) -> str:
        """Line `number` without its line end; empty when there is no such line."""
        if not 0 <= number < self.n_lines:
            return ""
        return self.content[self.line_starts[number] : self._line_stop(number)]

    def _line_stop(self, number: int) -> int:
        """Offset just behind the last code point of the line, before its line end."""
        if number + 1 >= self.n_lines:
            return len(self.content)
        stop = self.line_starts[number + 1] - 1
        crlf = self.content[stop] == "\n" and stop > self.line_starts[number] and self.content[stop - 1] == "\r"
        return stop - 1 if crlf else stop

    def position(self, offset: int) -> Position:
        """The position of an offset; offsets outside the text are moved to its nearest end."""
        offset = min(max(offset, 0), len(self.content))
        line = bisect_right(self.line_starts, offset) - 1
        return Position(line, offset - self.line_starts[line])

    def offset(self, position: Position) -> int:
        """The offset of a position; a character behind the line's end means the line's end (as LSP says)."""
        if position.line < 0:
            return 0
        if position.line >= self.n_lines:
            return len(self.content)
        return min(self.line_starts[position.line] + max(position.character, 0), self._line_stop(position.line))

    def range(self, start: int, end: int) -> Range:
        """The range between two offsets."""
        return Range(self.position(start), self.position(end))

    def to_client(self, position: Position, encoding: PositionEncoding) -> Position:
        """`position`, its character counted in the client's units."""
        if encoding == "utf-32":
            return position
        prefix = self.line(position.line)[: position.character]
        if prefix.isascii():
            return position
        return Position(position.line, _width(prefix, encoding))

    def from_client(self, position: Position, encoding: PositionEncoding) -> Position:
        """The reverse of `to_client`; a character inside a surrogate pair or sequence moves to its start."""
        if encoding == "utf-32":
            return position
        line = self.line(position.line)
        if line.isascii():
            return Position(position.line, min(position.character, len(line)))
        units = 0
        for character, point in enumerate(line):
            units += _width(point, encoding)
            if units > position.character:
                return Position(position.line, character)
        return Position(position.line, len(line))


def split_lines(content: str) -> list[str]:
    """The lines with their ends; always at least one, and the last has no line end."""
    if content.count("\r") == content.count("\r\n"):
        lines = content.split("\n")
        return [*(line + "\n" for line in lines[:-1]), lines[-1]]
    lines = _LINE.findall(content)
    # The pattern matches the empty end of the text once more behind a line without a line end.
    return lines if lines[-2:-1] == [] or lines[-2].endswith(("\r", "\n")) else lines[:-1]


def _width(text: str, encoding: PositionEncoding) -> int:
    """Code units of `text`; a lone surrogate counts as the replacement it would be sent as."""
    if encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
