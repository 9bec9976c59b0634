"""What other files can use of a language whose definitions say so in words, in an export list or by a section."""

import re
import sys
from bisect import bisect_right
from functools import cache

import msgspec
from tree_sitter import Node

from rulewright.core.index.symbols import Symbol, SymbolKind
from rulewright.core.index.traits import Traits

SAID = frozenset({"words", "listed", "marked"})
"""Kinds of visibility for which more is read than a definition."""
_HEAD = 400
"""Bytes before a name in which a modifier is looked for."""
_NAMESPACES = frozenset({SymbolKind.NAMESPACE, SymbolKind.MODULE})
_BEFORE = 60
"""Bytes before a definition in which a mark is looked for."""
_MODULE = int(SymbolKind.MODULE)
_CLASS = int(SymbolKind.CLASS)
_MEMBERS = frozenset({SymbolKind.CLASS, SymbolKind.STRUCT})
_AROUND = frozenset({SymbolKind.NAMESPACE, SymbolKind.MODULE, SymbolKind.PACKAGE})
_OPEN = frozenset({SymbolKind.INTERFACE, SymbolKind.ENUM})


class Said(msgspec.Struct):
    """What a file says of visibility apart from its definitions."""

    exports: set[str] | None = None
    """Names in export lists; None where there is no such list."""
    hidden: list[tuple[int, int, str]] = msgspec.field(default_factory=list)
    """Names that are said to be hidden, as by Ruby's `private :name`, with the bytes of what they are in."""
    sections: list[tuple[int, int, int, bool]] = msgspec.field(default_factory=list)
    """Such as C++'s `private:`: where it stands, the bytes of what it is in, and whether it hides what follows."""

    has_hiding: bool = False
    """Whether any of them hides."""
    span: tuple[int, int] = (0, sys.maxsize)
    """The bytes of the text that is meant."""
    around: dict[int, list[tuple[int, int, bool]]] | None = None
    """The sections by the start of what they are in: where each stands, the end of that, and whether it hides."""
    starts: list[int] = msgspec.field(default_factory=list)
    """The keys of `around`, in order."""
    is_script: bool | None = None
    """Whether all files share what is at the top; None while nobody asked."""

    def add(self, captures: dict[str, list[Node]], source: bytes) -> None:
        """Take what a match captures as `@export`, with `@export.name`, or as `@access`.

        `@access.start` is something in which nothing is hidden to begin with; `@hidden` hides each `@hidden.name`.
        """
        if "export" in captures:
            names = captures.get("export.name", ())
            self.exports = self.exports if self.exports is not None else set()
            self.exports.update(source[n.start_byte : n.end_byte].decode("utf-8", "replace") for n in names)
        if "access.start" in captures:
            for node in captures["access.start"]:
                start = node.start_byte
                self.sections.append((start, start, node.end_byte, False))
        for node in captures.get("hidden", ()):
            if (around := node.parent) is not None:
                texts = (source[n.start_byte : n.end_byte].decode("utf-8", "replace") for n in captures["hidden.name"])
                self.hidden += ((around.start_byte, around.end_byte, text.strip(":\"'")) for text in texts)
        for capture in ("access", "access.hidden"):
            for node in captures.get(capture, ()):
                if (around := node.parent) is not None:
                    hides = capture == "access.hidden" or b"private" in source[node.start_byte : node.end_byte]
                    self.sections.append((node.start_byte, around.start_byte, around.end_byte, hides))
                    self.has_hiding = self.has_hiding or hides

    def is_hidden_at(self, start: int, end: int) -> bool | None:
        """What the section says that a definition is in; None where it is in none.

        The innermost thing with a section before the definition counts, and of its sections the one found last.
        """
        if self.around is None:
            self.around = {}
            for at, begin, stop, hides in self.sections:
                self.around.setdefault(begin, []).append((at, stop, hides))
            self.starts = sorted(self.around)
        for place in range(bisect_right(self.starts, start) - 1, -1, -1):
            for at, stop, hides in reversed(self.around[self.starts[place]]):
                if at < start and end <= stop:
                    return hides
        return None

    def hides(self, start: int, name: str) -> bool:
        """Whether a definition that starts at a byte is said to be hidden."""
        return any(s <= start < end and name == hidden for s, end, hidden in self.hidden)


def is_visible(
    traits: Traits, said: Said, source: bytes, place: tuple[int, int, int], name: str, parent: Symbol | None
) -> bool:
    """Whether a definition can be used elsewhere; `place` is its start, its end and the start of its name.

    Whatever its parent hides is hidden already.
    """
    if traits.visibility == "listed":
        return parent is not None or said.exports is None or name in said.exports
    start, end, at = place
    if start == at and traits.visibility == "marked" and parent is not None and parent.kind not in _NAMESPACES:
        return not name.startswith("#")  # Nothing stands before its name that could hide it.
    if traits.has_sections and not traits.private and not said.has_hiding:
        return True
    head = source[max(start, at - _HEAD) : at]
    is_member = parent is not None and parent.kind in _MEMBERS
    if (
        head
        and traits.private
        and not (traits.has_sections and is_member)
        and any([head.find(word) >= 0 for word in _encoded(traits.private)])  # noqa: C419 - a list is quicker for a few
        and _words(traits.private).search(head)
    ):
        return False
    if traits.visibility == "marked":
        return _is_marked(traits, said, source, start, name, parent)
    if traits.has_sections:
        hidden = said.is_hidden_at(start, end)
        if hidden is None:
            hidden = bool(traits.private) and parent is not None and parent.kind == _CLASS
        return not hidden
    is_held = parent is not None and parent.kind not in _AROUND
    if traits.public and (is_held or traits.hides_top) and not (parent and parent.kind in _OPEN):
        return bool(_words(traits.public).search(head))
    return True


def _is_marked(traits: Traits, said: Said, source: bytes, start: int, name: str, parent: Symbol | None) -> bool:
    if parent is not None and parent.kind not in _NAMESPACES:
        return not name.startswith("#")
    if parent is None and said.exports and name in said.exports:
        return True
    before = source[max(0, start - _BEFORE) : start].split()
    if before and before[-1] in traits.marks:
        return True
    # What a declared namespace or module holds is all visible.
    if parent is not None:
        return parent.kind == _MODULE or b"declare namespace" in source
    if said.is_script is None:
        # Of embedded code only its own text counts.
        said.is_script = bool(traits.script) and re.compile(traits.script.encode()).search(source, *said.span) is None
    return said.is_script


@cache
def _encoded(words: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(word.encode() for word in words)


@cache
def _words(words: tuple[str, ...]) -> re.Pattern[bytes]:
    """Any of some words.

    What stands in brackets behind one, as in Scala's `private[core]` and Swift's `private(set)`, says that it is not
    all that hidden.
    """
    return re.compile(rb"(?<![\w@:$])(?:" + b"|".join(re.escape(w.encode()) for w in words) + rb")(?![\w\[(])")
