"""What in another tool's file is ours: a section between two marks, each on a line of its own.

All that stands outside belongs to somebody else and is kept byte for byte. A begin mark without an end mark makes no
section: what follows it may be anybody's.
"""

import re
from collections.abc import Iterator

import msgspec

from rulewright.core.rules.frontmatter import read

BEGIN = "<!-- rulewright:begin"
END = "<!-- rulewright:end -->"
_ADVICE = "(made by `rulewright rules export`; edit .ai-rules/ instead) -->"

_START_OF_LINE = r"(?<![^\r\n\ufeff])"
_BEGIN = re.compile(_START_OF_LINE + re.escape(BEGIN) + r"(?: ([0-9a-f]{8,64}))?(?: [^\r\n]*)?-->[ \t]*(?=[\r\n]|\Z)")
_END = re.compile(_START_OF_LINE + re.escape(END) + r"[ \t]*(?:\r\n|\n|\r|\Z)")
_LINE_END = re.compile(r"\r\n|\n|\r")


class Marked(msgspec.Struct, frozen=True):
    """One of our sections, by offsets."""

    start: int
    inner_start: int
    inner_end: int
    end: int
    """Behind the line of the end mark."""
    stamp: str = ""
    """What its begin mark says about how it was written."""


def begin_line(stamp: str = "") -> str:
    """The line that begins a section; `stamp` are hexadecimal digits by which a change by hand is known."""
    return f"{BEGIN} {stamp} {_ADVICE}" if stamp else f"{BEGIN} {_ADVICE}"


def sections(text: str) -> Iterator[Marked]:
    """Our sections. Of two begin marks in a row the second counts: what is between them may be anybody's."""
    position = 0
    while (end := _END.search(text, position)) is not None:
        begins = list(_BEGIN.finditer(text, position, end.start()))
        if begins:
            last = begins[-1]
            line_end = _LINE_END.match(text, last.end())
            inner = line_end.end() if line_end else last.end()
            yield Marked(last.start(), inner, end.start(), end.end(), last[1] or "")
        position = end.end() if end.end() > end.start() else len(text)


def without_marked(text: str) -> str:
    """All that stands outside of our sections."""
    parts, position = [], 0
    for found in sections(text):
        parts.append(text[position : found.start])
        position = found.end
    return "".join([*parts, text[position:]])


def is_marked_only(text: str) -> bool:
    """Whether nothing stands outside of our sections, front matter aside: the file is an export of ours."""
    body = read(text).body if BEGIN in text else ""
    return next(sections(body), None) is not None and not without_marked(body).strip()


def section_of(text: str) -> Marked | None:
    """The first of our sections."""
    return next(sections(text), None)


def has_unclosed(text: str) -> bool:
    """Whether a begin mark stands outside of our sections: its end is missing, so it means nothing."""
    return BEGIN in text and _BEGIN.search(without_marked(text)) is not None


def with_section(text: str, section: str, stamp: str = "") -> str:
    """`text` with our section in the place of the old one, or else behind all that is there.

    All bytes outside stay. The section takes the line ends of the text that it joins.
    """
    there = list(sections(text))
    outside = without_marked(text)
    newline = _first_line_end(outside) or _first_line_end(section) or "\n"
    inner = _LINE_END.sub(newline, section) if outside else section
    if inner and not inner.endswith(("\n", "\r")):
        inner += newline
    ours = f"{begin_line(stamp)}{newline}{inner}{END}"
    if not there:
        return f"{text}{_gap(text, newline)}{ours}{newline}"
    parts, position = [], 0
    for number, found in enumerate(there):
        # A file that ends with our mark and no line end stays so.
        closing = text[found.end - 1 : found.end] if found.end else ""
        parts.append(text[position : found.start])
        if number == 0:
            parts.append(ours + (newline if closing in {"\n", "\r"} else ""))
        position = found.end
    return "".join([*parts, text[position:]])


def harmless(text: str) -> str:
    """A text that may stand inside of a section: a line in it that looks like a mark of ours is indented."""
    if BEGIN not in text and END not in text:
        return text
    return re.sub(_START_OF_LINE + f"(?={re.escape(BEGIN)}|{re.escape(END)})", " ", text)


def _gap(text: str, newline: str) -> str:
    if not text:
        return ""
    if not text.endswith(("\n", "\r")):
        return newline * 2
    return "" if re.search(r"(?:\r\n|\n|\r(?!\n)){2}\Z", text) else newline


def _first_line_end(text: str) -> str:
    found = _LINE_END.search(text)
    return found[0] if found else ""
