"""Where in a front matter something stands: by lines and indentation, so that YAML which is being typed will do.

Of good YAML in the styles that people write rules in, the places are those that a YAML reader finds.
"""

import re
from typing import Literal

import msgspec

from rulewright.core.rules.check_sources import blocks
from rulewright.core.rules.frontmatter import MAX_CHARACTERS, MAX_DEPTH

Path = tuple[str | int, ...]
Kind = Literal["key", "value"]

_OPEN = re.compile("\ufeff?---[ \\t]*(?:\\r\\n|\\n|\\r)")
_CLOSE = re.compile(r"(?<![^\r\n])(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_STILL_FRONT = re.compile(r"\s*(?:-(?:\s|$)|#|[\w$.-]*$|[\w$.-]+\s*:(?:\s|$))|[ \t]")
_ITEM = re.compile(r"-(?:[ \t]+|\Z|(?=[\r\n]))")
_KEY = re.compile(
    r"(?:(?P<plain>[\w$][\w$.-]*)|\"(?P<double>[^\"\r\n]*)\"|'(?P<single>[^'\r\n]*)')[ \t]*:(?=[ \t\r\n]|\Z)"
)
_WORD = re.compile(r"[\w$.-]*")
_COMMENT = re.compile(r"[ \t]#")
_DOCUMENT = re.compile(r"---[ \t]*\Z")
_BLANK = " \t"


class Token(msgspec.Struct, frozen=True):
    """A key or a scalar value."""

    kind: Kind
    path: Path
    """Of the key or the value, from the top: `("check", "rule", "kind")`, `("globs", 1)`."""
    start: int
    """Offsets in the file, quotes left out."""
    end: int
    text: str
    quote: str = ""


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """Where a cursor stands."""

    kind: Kind
    path: Path
    """Of a key the mapping that it would be in, of a value its own."""
    start: int
    """Where the word or value begins, behind its quote."""
    end: int
    """Where it ends, however far behind the cursor."""
    written: str
    """What stands between its start and the cursor."""
    quote: str = ""
    indent: int = 0
    """Of the line."""
    column: int = 0
    """Of `start`."""
    in_flow: bool = False
    """Inside of braces or brackets."""
    glued: bool = False
    """Right behind a colon, which needs a space before a value."""
    has_colon: bool = False
    """A key that has its colon already."""


class Region(msgspec.Struct, frozen=True):
    """A part of a file that is YAML."""

    start: int
    end: int
    base: Path = ()
    """Where its top level stands: of a fenced check, below `check`."""


def front_matter(content: str) -> Region | None:
    """The lines between `---` and `---`; without an end, those that look like keys."""
    opening = _OPEN.match(content)
    if opening is None:
        return None
    most = opening.end() + MAX_CHARACTERS
    closing = _CLOSE.search(content, opening.end(), most)
    if closing is not None:
        return Region(opening.end(), closing.start())
    end = opening.end()
    while end < len(content):
        if end > most:
            return None
        line = _LINE.match(content, end)
        if line is None or not _STILL_FRONT.match(line[0].rstrip("\r\n")):
            break
        end = line.end()
    return Region(opening.end(), end)


def region_at(content: str, offset: int) -> Region | None:
    """The YAML around a place: the front matter, or a check that is fenced in the text."""
    front = front_matter(content)
    if front is not None and front.start <= offset <= front.end:
        return front
    below = front.end if front is not None else 0
    if offset < below or "check" not in content[below:]:
        return None
    for block in blocks(content[below:]):
        inside = Region(below + block.end + 1, below + block.end + len(block.text), ("check",))
        if block.words[:2] in {("yaml", "check"), ("yml", "check")} and inside.start <= offset <= inside.end:
            return inside
    return None


def tokens(content: str, region: Region) -> tuple[Token, ...]:
    """All keys and scalar values, in order."""
    scan = _Scan(content, region, region.end)
    scan.run()
    return tuple(scan.tokens)


def token_at(content: str, offset: int) -> Token | None:
    """The key or value that holds a place."""
    region = region_at(content, offset)
    if region is None:
        return None
    return next((t for t in tokens(content, region) if t.start <= offset <= t.end), None)


def spot_at(content: str, offset: int) -> Spot | None:
    """Where a cursor stands; None outside of all YAML, in comments and in long texts."""
    region = region_at(content, offset)
    if region is None:
        return None
    scan = _Scan(content, region, offset)
    scan.run()
    at = scan.at_end()
    if at is None:
        return None
    line_start = max(content.rfind("\n", 0, at.start), content.rfind("\r", 0, at.start)) + 1
    line = content[line_start:offset]
    end, has_colon = _end_of(content, offset, at)
    return Spot(
        kind=at.kind,
        path=at.path,
        start=at.start,
        end=end,
        written=content[at.start : offset],
        quote=at.quote,
        indent=len(line) - len(line.lstrip(" ")),
        column=at.start - line_start,
        in_flow=bool(scan.flow),
        glued=at.kind == "value" and at.start == offset and content[offset - 1 : offset] == ":",
        has_colon=has_colon,
    )


def _end_of(content: str, offset: int, at: Token) -> tuple[int, bool]:
    """Where the word that a cursor is in ends, and whether a colon stands behind it."""
    if at.kind == "key":
        found = _WORD.match(content, offset)
        end = found.end() if found else offset
        behind = content[end : end + 2].lstrip(at.quote or None)
        return end, behind.startswith(":")
    stops = {at.quote, "\r", "\n"} if at.quote else {"\r", "\n", ",", "]", "}"}
    end = offset
    while end < len(content) and content[end] not in stops and not _COMMENT.match(content, end):
        end += 1
    return offset + len(content[offset:end].rstrip()), False


class _Entry(msgspec.Struct, frozen=True):
    """What is open by indentation: a key, or an item of a list."""

    column: int
    path: Path
    is_item: bool = False


class _Frame(msgspec.Struct):
    """A brace or bracket that is open."""

    is_map: bool
    path: Path
    key: str | None = None
    index: int = 0
    done: bool = False
    """Its newest part is there; a comma would begin another."""

    @property
    def value_path(self) -> Path:
        """Of the value that would come next."""
        if not self.is_map:
            return (*self.path, self.index)
        return self.path if self.key is None else (*self.path, self.key)


class _Scan:
    """Reads a region up to `stop`, which may be in the middle of anything."""

    def __init__(self, content: str, region: Region, stop: int) -> None:
        self.content, self.base = content[:stop], region.base
        self.place, self.stop = region.start, stop
        self.tokens: list[Token] = []
        self.stack: list[_Entry] = []
        self.flow: list[_Frame] = []
        self.n_items: dict[Path, int] = {}
        self.is_too_deep = False
        """More is nested than a rule file may have, so it is read no further."""
        self.scalar: int | None = None
        """The indentation that a long text is deeper than."""
        self.ending: Token | None = None
        """What would come next, or is being written, where the text ends now."""

    def run(self) -> None:
        """Read it."""
        while True:
            line = _LINE.match(self.content, self.place)
            end = line.end() if line else self.stop
            self.ending = None
            self._line(self.place, self.place + len(self.content[self.place : end].rstrip("\r\n")))
            self.place = end
            if self.is_too_deep:
                self.ending = None
                return
            if end >= self.stop:
                if self.content[end - 1 : end] in {"\n", "\r"} and line and line[0]:
                    continue
                return

    def at_end(self) -> Token | None:
        """What is being written where the text ends."""
        return self.ending

    def _top(self) -> Path:
        return self.stack[-1].path if self.stack else self.base

    def _line(self, start: int, end: int) -> None:
        text = self.content[start:end]
        indent = len(text) - len(text.lstrip(" "))
        if self.flow and not self._is_key_of_block(start + indent, indent, end):
            self._flow(start, end)
            return
        self.flow.clear()
        if self.scalar is not None:
            if indent > self.scalar or (not text.strip() and end < self.stop):
                return
            if text.strip():
                self.scalar = None
        if _DOCUMENT.match(text):
            self.stack.clear()
            return
        at, is_item = self._items(start, start + indent, end)
        if self.content[at:end].startswith("#"):
            return
        key = _KEY.match(self.content, at, end)
        if key is not None:
            self._close(at - start)
            name = next(group for group in key.groups() if group is not None)
            path = (*self._top(), name)
            self.stack.append(_Entry(at - start, path))
            self._measure(path)
            quote = "" if key["plain"] is not None else self.content[at]
            begin = at + len(quote)
            self.tokens.append(Token("key", path, begin, begin + len(name), name, quote))
            self._value(path, key.end(), end)
        elif is_item or self.content[at:end].startswith("{"):
            # A front matter may be one pair of braces.
            self._value(self._top(), at, end)
        else:
            self._half_key(start, at, end)

    def _is_key_of_block(self, at: int, indent: int, end: int) -> bool:
        """Whether a line ends all brackets that somebody forgot to close: a key that is no deeper than theirs."""
        if indent > (self.stack[-1].column if self.stack else 0):
            return False
        half = _WORD.match(self.content, at, end)
        return _KEY.match(self.content, at, end) is not None or (
            half is not None and half.end() == end == self.stop and half.end() > at
        )

    def _items(self, start: int, at: int, end: int) -> tuple[int, bool]:
        """Take the `- ` at the start of a line: where it goes on."""
        is_item = False
        while at < end and not self.is_too_deep and (found := _ITEM.match(self.content, at, end)):
            column = at - start
            while self.stack and (
                self.stack[-1].column > column or (self.stack[-1].is_item and self.stack[-1].column == column)
            ):
                self.stack.pop()
            owner = self._top()
            index = self.n_items[owner] = self.n_items.get(owner, -1) + 1
            self.stack.append(_Entry(column, (*owner, index), is_item=True))
            self._measure(owner)
            at, is_item = found.end(), True
        return at, is_item

    def _close(self, column: int) -> None:
        while self.stack and self.stack[-1].column >= column:
            self.stack.pop()

    def _half_key(self, start: int, at: int, end: int) -> None:
        """A line that is nothing yet: a key of which a part is written, or none."""
        text = self.content[at:end]
        quote = text[:1] if text[:1] in {"'", '"'} else ""
        if _WORD.fullmatch(text, len(quote)) and end == self.stop:
            self._close(at - start)
            self.ending = Token("key", self._top(), at + len(quote), end, text[len(quote) :], quote)

    # Values

    def _value(self, path: Path, at: int, end: int) -> None:
        after = at
        while at < end and self.content[at] in _BLANK:
            at += 1
        if at == end:
            if end == self.stop:
                self.ending = Token("value", path, at, at, "")
            return
        first = self.content[at]
        if first in "|>":
            self.scalar = self.stack[-1].column if self.stack else -1
        elif first in "{[":
            self._flow_begins(path, at)
            self._flow(at + 1, end)
        elif first in "\"'":
            self._quoted("value", path, at, end)
        elif first != "#" or at == after:
            comment = _COMMENT.search(self.content, at, end)
            stop = comment.start() if comment else end
            text = self.content[at:stop].rstrip()
            self._found("value", path, at, at + len(text))
            if comment is None and end == self.stop:
                self.ending = Token("value", path, at, end, self.content[at:end])

    def _found(self, kind: Kind, path: Path, start: int, end: int, quote: str = "") -> None:
        self.tokens.append(Token(kind, path, start, end, self.content[start:end], quote))

    def _quoted(self, kind: Kind, path: Path, at: int, end: int) -> int:
        """Take a text in quotes: where it ends."""
        quote, begin = self.content[at], at + 1
        place = begin
        while place < end and (self.content[place] != quote or self._is_doubled(place, quote, end)):
            is_pair = self.content[place] == quote or (quote == '"' and self.content[place] == "\\")
            place += 2 if is_pair else 1
        place = min(place, end)
        self._found(kind, path, begin, place, quote)
        if place == end == self.stop:
            self.ending = Token(kind, path, begin, end, self.content[begin:end], quote)
        return place + 1

    def _is_doubled(self, at: int, quote: str, end: int) -> bool:
        """Whether a single quote stands for itself: it is written twice."""
        return quote == "'" and at + 1 < end and self.content[at + 1] == "'"

    # Braces and brackets

    def _flow_begins(self, path: Path, at: int) -> None:
        self.flow.append(_Frame(self.content[at] == "{", path))
        self._measure(path)

    def _measure(self, path: Path) -> None:
        self.is_too_deep = self.is_too_deep or len(path) > MAX_DEPTH or len(self.flow) > MAX_DEPTH

    def _flow(self, at: int, end: int) -> None:
        while at < end and self.flow and not self.is_too_deep:
            frame, char = self.flow[-1], self.content[at]
            if char in _BLANK:
                at += 1
            elif char == "#" and self.content[at - 1] in " \t\r\n":
                return
            elif char in "{[":
                frame.done = True
                self._flow_begins(frame.value_path, at)
                at += 1
            elif char in "}]":
                self.flow.pop()
                at += 1
            elif char == ",":
                frame.key, frame.index, frame.done = None, frame.index + 1, False
                at += 1
            elif char == ":" and frame.is_map:
                at += 1
            else:
                at = self._flow_scalar(frame, at, end)
        if self.flow and not self.flow[-1].done and end == self.stop and self.ending is None:
            frame = self.flow[-1]
            self.ending = Token(
                "key" if frame.is_map and frame.key is None else "value", frame.value_path, end, end, ""
            )

    def _flow_scalar(self, frame: _Frame, at: int, end: int) -> int:
        """Take a scalar, which in a mapping is a key when none waits for its value."""
        is_key = frame.is_map and frame.key is None
        kind: Kind = "key" if is_key else "value"
        known = len(self.tokens)
        if self.content[at] in "\"'":
            behind = self._quoted(kind, frame.value_path, at, end)
        else:
            behind = at + 1
            while behind < end and not self._ends_plain(behind, end):
                behind += 1
            text = self.content[at:behind].rstrip()
            self._found(kind, frame.value_path, at, at + len(text))
            if behind == end == self.stop:
                self.ending = Token(kind, frame.value_path, at, end, self.content[at:end])
        frame.done = True
        if is_key:
            self._take_key(frame, known, behind, end)
        return behind

    def _ends_plain(self, at: int, end: int) -> bool:
        char = self.content[at]
        if char in ",[]{}":
            return True
        if char == ":":
            return at + 1 >= end or self.content[at + 1] in " \t,[]{}"
        return char == "#" and self.content[at - 1] in _BLANK

    def _take_key(self, frame: _Frame, known: int, behind: int, end: int) -> None:
        """Make the newest token a key where a colon follows."""
        rest = self.content[behind:end].lstrip()
        if len(self.tokens) == known or not rest.startswith(":"):
            return
        found = self.tokens[known]
        frame.key, frame.done = found.text, False
        self.tokens[known] = msgspec.structs.replace(found, path=(*frame.path, found.text))
