"""Imports that have a line each: which of their groups a new one belongs to, and where in it."""

import re
from collections.abc import Callable, Sequence

import msgspec

from rulewright.core.index.imports import Insertion
from rulewright.core.index.imports.written import eol_of, is_blank_at, line_start, next_line, place
from rulewright.core.index.symbols import FileRecord


class Line(msgspec.Struct, frozen=True):
    """One import statement."""

    key: str
    """What it is sorted by."""
    start: int
    """The byte at which its first line begins."""
    end: int
    """The byte behind its last line."""


def import_lines(source: bytes, record: FileRecord, statement: re.Pattern[bytes]) -> list[Line]:
    """The statements that a pattern finds at the start of the lines of a record's imports, by their first group."""
    found: list[Line] = []
    for row in sorted({i.row for i in record.imports}):
        start = line_start(source, row)
        if (match := statement.match(source, start)) is not None:
            found.append(Line(match[1].decode("utf-8", "replace"), start, next_line(source, match.end() - 1)))
    return found


def likeness(sign: str) -> Callable[[str, str], int]:
    """How many leading parts two paths share, apart from the last of each."""

    def shared(one: str, other: str) -> int:
        n = 0
        for a, b in zip(one.split(sign), other.split(sign), strict=False):
            if a != b:
                break
            n += 1
        return n

    return shared


def among(
    source: bytes,
    lines: Sequence[Line],
    key: str,
    text: bytes,
    like: Callable[[str, str], int],
    keys: Sequence[Callable[[str], object]] = (str,),
) -> Insertion | None:
    """A line in the group of lines that has what is most like it, sorted there; None where nothing is like it."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and groups[-1][-1].end == line.start:
            groups[-1].append(line)
        else:
            groups.append([line])
    if not groups:
        return None
    group = max(reversed(groups), key=lambda g: max(like(key, line.key) for line in g))
    if max(like(key, line.key) for line in group) == 0:
        return None
    index = place([line.key for line in group], key, keys)
    if index < len(group):
        return Insertion(group[index].start, (text + eol_of(source)).decode())
    return behind(source, group[-1].end, text)


def behind(source: bytes, byte: int, text: bytes) -> Insertion:
    """A line of its own that begins at a byte, which a line ends before, or the text does."""
    eol = eol_of(source)
    begins = byte == 0 or source[:byte].endswith(b"\n")
    return Insertion(byte, ((b"" if begins else eol) + text + eol).decode())


def apart(source: bytes, byte: int, text: bytes) -> Insertion:
    """A line at a byte with a blank line on each side, where something stands there."""
    eol = eol_of(source)
    before = source[:byte].removeprefix(b"\xef\xbb\xbf")
    lead = b"" if not before or before.endswith((b"\n\n", b"\r\n\r\n")) else eol
    lead = lead if not before or before.endswith(b"\n") else eol + lead
    tail = b"" if byte >= len(source) or is_blank_at(source, byte) else eol
    return Insertion(byte, (lead + text + eol + tail).decode())


def header_end(source: bytes, header: re.Pattern[bytes]) -> int:
    """The byte behind what a pattern finds at the start of a text, a byte order mark left out."""
    at = 3 if source.startswith(b"\xef\xbb\xbf") else 0
    found = header.match(source, at)
    return found.end() if found else at


def nearest(hits: Sequence[str], path: str) -> list[str]:
    """Paths, those first that share the most folders with another."""

    def shared(hit: str) -> int:
        n = 0
        for a, b in zip(hit.split("/")[:-1], path.split("/")[:-1], strict=False):
            if a != b:
                break
            n += 1
        return n

    return sorted(hits, key=lambda hit: -shared(hit))
