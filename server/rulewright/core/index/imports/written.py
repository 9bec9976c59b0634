"""What the import modules share: places in a text, and where a name belongs in a sorted list."""

import re
from collections.abc import Callable, Sequence
from posixpath import normpath
from typing import Any, TypeVar

import msgspec

_T = TypeVar("_T")


class Item(msgspec.Struct, frozen=True):
    """One name in a list of names."""

    text: str
    start: int
    """The bytes of the text."""
    end: int


def eol_of(source: bytes) -> bytes:
    """How lines of a text end."""
    return b"\r\n" if b"\r\n" in source else b"\n"


def line_start(source: bytes, row: int) -> int:
    """The byte at which a row begins; the end of the text where there is no such row."""
    at = 0
    for _ in range(row):
        found = source.find(b"\n", at)
        if found < 0:
            return len(source)
        at = found + 1
    return at


def next_line(source: bytes, byte: int) -> int:
    """The byte behind the line that holds `byte`."""
    found = source.find(b"\n", byte)
    return found + 1 if found >= 0 else len(source)


def is_blank_at(source: bytes, byte: int) -> bool:
    """Whether the line that begins at `byte` is blank; the end of a text is."""
    return not source[byte : next_line(source, byte)].strip()


def folder_of(path: str) -> str:
    """The folder of a file, without a slash at its end; empty at the root."""
    return path.rpartition("/")[0]


def join(folder: str, path: str) -> str | None:
    """A path from a folder, without dots; None when it leaves the root."""
    joined = normpath(f"{folder}/{path}" if folder else path)
    if joined == ".":
        return ""
    return None if joined.startswith(("../", "/")) or joined == ".." else joined


def above(folder: str) -> list[str]:
    """A folder and those that hold it, the nearest first, the root last."""
    found = [folder]
    while folder:
        folder = folder_of(folder)
        found.append(folder)
    return found


def place(items: Sequence[_T], new: _T, keys: Sequence[Callable[[_T], Any]]) -> int:
    """Where a new item goes: kept sorted by the first key by which the items are sorted, else at the end."""
    for key in keys:
        known = [key(item) for item in items]
        if known == sorted(known):
            return next((i for i, k in enumerate(known) if k > key(new)), len(items))
    return len(items)


def joined(
    source: bytes, items: Sequence[Item], index: int, text: str, closing: int, *, is_open: bool = True
) -> tuple[int, bytes]:
    """Where a text goes to stand as item `index` of a list in brackets, and what is written.

    `closing` is the byte of the bracket behind the list, or the end of a list that has none (`is_open` is false). Where
    each item has a line, so has the new one, and a comma at the end stays there.
    """
    new = text.encode()
    if not items:
        return closing, new
    eol = eol_of(source)
    if index < len(items):
        item = items[index]
        indent = _indent(source, item.start) if is_open else None
        return item.start, new + (b"," + eol + indent if indent is not None else b", ")
    last = items[-1]
    indent = _indent(source, last.start) if is_open else None
    behind = source[last.end : closing]
    comma = re.match(rb"\s*,", behind)
    if comma is None:
        return last.end, b"," + (eol + indent if indent is not None else b" ") + new
    at = last.end + comma.end()
    if indent is None:
        return at, b" " + new + (b"," if b"\n" in behind or not behind[comma.end() :].strip() else b"")
    rest = source.find(b"\n", at, closing)
    if rest < 0:
        return at, eol + indent + new + b","
    return rest + 1, indent + new + b"," + eol


def _indent(source: bytes, start: int) -> bytes | None:
    """What stands before an item on its line; None when that is not only space."""
    begin = source.rfind(b"\n", 0, start) + 1
    before = source[begin:start]
    return before if not before.strip() and begin > 0 else None
