"""What stands before a member: `store.open(path).name` read backwards from its last dot, as text.

Text, because the tree of a line that is being typed is broken just where it matters.
"""

import re

import msgspec

from rulewright.core.index.docs import signs_of

MAX_BYTES = 2_000
"""How far back is looked."""

_OPERATORS = (b"?.", b"!.", b"&.", b"::", b".")
_ARROWS = (b"?->", b"->", b"::", b"?.", b".")
_SIGNS: dict[str, tuple[bytes, ...]] = {
    "c": _ARROWS,
    "cpp": _ARROWS,
    "objective-c": _ARROWS,
    "php": (b"?->", b"->", b"::"),
    "perl": (b"->", b"::"),
    "lua": (b":", b"."),
}
"""What stands before a member; an arrow means something else in most languages."""
_BLANK = b" \t\r\n"
_OPENING = {ord(")"): ord("("), ord("]"): ord("["), ord("}"): ord("{")}
_CLOSED = (b">", b")", b"]", b"}")
_QUOTES = b"\"'`"
_BACKSLASH, _HASH = ord("\\"), ord("#")
_MAX_COMMENT = 20_000
"""Bytes."""
_WORD = re.compile(rb"(?:@@?|\$)?[\w\x80-\xff]+[?!]?\Z")
_KEYWORDS = frozenset({b"return", b"await", b"in", b"not", b"and", b"or", b"if", b"else", b"yield", b"case"})


class Link(msgspec.Struct, frozen=True):
    """One name of a chain."""

    name: str
    start: int
    """The byte of the name."""
    is_called: bool = False
    is_indexed: bool = False


def chain_before(source: bytes, start: int, language: str = "") -> tuple[Link, ...] | None:
    """The names before the member that begins at a byte, in the order of the text.

    None when nothing stands before it; empty when it is something without a name, such as a string or a bracket.
    """
    floor = max(0, start - MAX_BYTES)
    signs = _SIGNS.get(language, _OPERATORS)
    operator = _operator(source, floor, start, signs, language)
    if operator is None:
        return None
    links: list[Link] = []
    while operator is not None:
        link = _link(source, floor, operator, language)
        if link is None:
            # `::store::open` begins with a crate.
            is_path = language == "rust" and bool(links) and source[operator - 1 : operator] not in _CLOSED
            return tuple(reversed(links)) if is_path and source.startswith(b"::", operator) else ()
        links.append(link)
        operator = _operator(source, floor, link.start, signs, language)
    return tuple(reversed(links))


_ASSIGNED = re.compile(
    rb"(?:\s*,\s*[\w\x80-\xff]+){0,3}\s*(?::?=)(?!=)\s*(?:(?:await|new|try|yield|&mut\b|&|\*)\s*)*(?=[@$\w\x80-\xff])"
)
_STEP = re.compile(rb"\s*(?:\?->|\?\.|!\.|&\.|->|::|\.(?!\.))\s*")
_NAME = re.compile(rb"(?:@@?|\$)?[\w\x80-\xff]+[?!]?")
_TYPE_ARGUMENTS = re.compile(rb"(?:::)?<[\w\x80-\xff\s,.:&<>\[\]|?']{0,200}?>(?=\(|::)")
_END = re.compile(
    rb"[ \t]*(?:\?|!!?|as\b[^\n;]*)?[ \t]*(?:[;,)}\]\n\r]|#|//|--|\Z|do\b|if\b|unless\b|else\b|or\b|catch\b)"
)


def assigned(source: bytes, end: int) -> tuple[Link, ...] | None:
    """What a name that ends at a byte is set to, where that is a chain of names: `s := stack.New(1).Push(2)`.

    None where no such thing follows, or more than that.
    """
    found = _ASSIGNED.match(source, end)
    if found is None:
        return None
    at = found.end()
    limit = min(len(source), at + MAX_BYTES)
    links: list[Link] = []
    while (name := _NAME.match(source, at, limit)) is not None and not name[0].isdigit():
        at = name.end()
        if (arguments := _TYPE_ARGUMENTS.match(source, at, limit)) is not None:
            at = arguments.end()
        called = indexed = False
        while source[at : at + 1] in {b"(", b"[", b"{"}:
            closed = _closed(source, at, limit)
            if closed is None:
                return None
            called = called or source[at : at + 1] != b"["
            indexed = indexed or source[at : at + 1] == b"["
            at = closed
        links.append(Link(name[0].decode("utf-8", "replace"), name.start(), called, indexed))
        step = _STEP.match(source, at, limit)
        if step is None:
            return tuple(links) if _END.match(source, at) else None
        at = step.end()
    return None


def _closed(source: bytes, at: int, limit: int) -> int | None:
    """Behind the bracket that closes the one at a byte; strings on one line are stepped over."""
    depth = 0
    while at < limit:
        char = source[at]
        if char in _QUOTES:
            line_end = source.find(b"\n", at, limit)
            quote = source.find(bytes([char]), at + 1, limit if line_end < 0 else line_end)
            if quote >= 0:
                at = quote
        elif char in b"([{":
            depth += 1
        elif char in b")]}":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return None


def _operator(source: bytes, floor: int, end: int, signs: tuple[bytes, ...], language: str) -> int | None:
    """The byte where the operator before `end` begins; None when there is none."""
    at = code_before(source, floor, end, language)
    for sign in signs:
        if source.endswith(sign, floor, at):
            begin = at - len(sign)
            # `..` and `...` are ranges and spreads.
            return None if sign == b"." and source[max(floor, begin - 1) : begin] == b"." else begin
    return None


def _link(source: bytes, floor: int, end: int, language: str) -> Link | None:
    """The name that ends before a byte, with what is called or indexed behind it."""
    is_called = is_indexed = False
    at = code_before(source, floor, end, language)
    if source[at - 1 : at] in {b"?", b"!"} and source[at - 2 : at - 1] in {b")", b"]"}:
        at -= 1
    while at > floor and source[at - 1] in _OPENING:
        bracket = source[at - 1]
        opened = _opened(source, floor, at - 1)
        if opened is None:
            return None
        if bracket == ord(")"):
            is_called = True
        elif bracket == ord("]"):
            is_indexed = True
        at = opened
        if bracket == ord("}"):
            at = _blank_before(source, floor, at)
    at = _without_generics(source, floor, at)
    word = _WORD.search(source, max(floor, at - 200), at)
    if word is None or word[0].isdigit() or word[0] in _KEYWORDS:
        return None
    return Link(word[0].decode("utf-8", "replace"), word.start(), is_called, is_indexed)


def _without_generics(source: bytes, floor: int, at: int) -> int:
    """Before the `<T>` or `::<T>` that ends at a byte."""
    if source[at - 1 : at] != b">":
        return at
    depth = 0
    for index in range(at - 1, max(floor, at - 200) - 1, -1):
        char = source[index]
        depth += (char == ord(">")) - (char == ord("<"))
        if depth == 0:
            return index - 2 if source[index - 2 : index] == b"::" else index
    return at


def code_before(source: bytes, floor: int, end: int, language: str) -> int:
    """The byte behind the last code before `end`: blanks and comments are passed over, and nothing before `floor`."""
    at = _blank_before(source, floor, end)
    signs = signs_of(language)
    while at > floor:
        if signs.block and source.endswith(signs.block[1], floor, at):
            begin = source.rfind(signs.block[0], max(0, at - _MAX_COMMENT), at)
        elif signs.lines and source.find(b"\n", at, end) >= 0:
            line = source.rfind(b"\n", floor, at) + 1 or floor
            begin = _comment_in(source[line:at], signs.lines)
            begin = line + begin if begin >= 0 else -1
        else:
            break
        if begin < 0:
            break
        end, at = begin, _blank_before(source, floor, begin)
    return at


def _comment_in(line: bytes, signs: tuple[bytes, ...]) -> int:
    """Where a comment up to the end of a line begins in it; -1 where there is none."""
    if not any(sign in line for sign in signs):
        return -1
    at = 0
    while at < len(line):
        if line[at] in _QUOTES:
            # An apostrophe may stand alone, as in a lifetime of Rust.
            closing = line.find(line[at : at + 1], at + 1)
            while closing >= 0 and line[closing - 1] == _BACKSLASH and line[closing - 2] != _BACKSLASH:
                closing = line.find(line[at : at + 1], closing + 1)
            at = closing if closing >= 0 else at
        elif line.startswith(signs, at) and (line[at] != _HASH or not line[:at].strip() or line[at - 1] in _BLANK):
            return at
        at += 1
    return -1


def _blank_before(source: bytes, floor: int, end: int) -> int:
    while end > floor and source[end - 1] in _BLANK:
        end -= 1
    return end


def _opened(source: bytes, floor: int, at: int) -> int | None:
    """The byte of the bracket that the one at `at` closes; strings on one line are stepped over."""
    depth = 0
    while at >= floor:
        char = source[at]
        if char in _QUOTES:
            quote = source.rfind(bytes([char]), max(floor, source.rfind(b"\n", 0, at) + 1), at)
            if quote >= 0:
                at = quote
        elif char in b")]}":
            depth += 1
        elif char in b"([{":
            depth -= 1
            if depth == 0:
                return at
        at -= 1
    return None
