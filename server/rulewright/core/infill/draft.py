"""A model's answer at a place, what is shown of it, and the place as the steps in between see it.

Inside, lines end with a line feed; documents may have others. Every step looks at a bounded part of the document.
"""

import re
from functools import cache, cached_property
from typing import Literal

import msgspec

from rulewright.core.index.around import n_faults
from rulewright.core.infill.lexing import Lexed

WINDOW_BEFORE = 3_000
"""Characters before the cursor that are looked at."""
WINDOW_AFTER = 1_500

_STATEMENT = re.compile(
    r"(?:@|async |class |const |def |defp? |enum |export |fn |func |function |impl |import |from |interface |let "
    r"|local |module |package |private |protected |pub |public |static |struct |type |use |var )"
)
"""How lines begin that no string or comment begins with."""


_GOES_ON = re.compile(r"""[:{(\[,=+\-*/%&|^<>.\\"'`]\s*\Z|\b(?:do|then|and|or|not|in|is|else|return|begin)\s*\Z""")
"""How a text ends that needs more behind it."""


_HALVES = re.compile(r"[\ud800-\udfff]")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A model's answer, and where it would stand."""

    before: str
    """Text before the cursor, all of the file or a part."""
    after: str
    """Text behind the cursor."""
    raw: str
    """The answer as it came."""
    language: str = ""
    shape: Literal["line", "block"] = "block"
    indent_unit: str = ""
    """A tab, or some spaces; empty where nobody knows."""
    newline: str = "\n"
    """Of the document."""
    selected: str = ""
    """What the editor's list has selected, from the beginning of its word: the suggestion has to begin with it."""
    is_cut: bool = False
    """Whether the answer was stopped for its length or for time, so that its last line may be half of one."""


class Trimmed(msgspec.Struct, frozen=True):
    """What is shown."""

    text: str = ""
    """With the document's line ends; empty when nothing is left to show."""
    replace_right: int = 0
    """Code points right of the cursor that the text stands for too."""
    dropped: str = ""
    """Why nothing is left, a sentence for people."""
    steps: tuple[str, ...] = ()
    """The names of the steps that changed the answer, in order."""


class Place:
    """A cursor between two texts, and questions about what an answer would do there."""

    def __init__(self, draft: Draft) -> None:
        self.language, self.is_cut, self.shape = draft.language, draft.is_cut, draft.shape
        self.before = _unix(_tail(draft.before))
        self.after = _unix(draft.after[: WINDOW_AFTER + 1])
        self.is_whole = len(draft.before) <= WINDOW_BEFORE and len(draft.after) <= WINDOW_AFTER
        """Whether all of the document is looked at."""
        if len(draft.after) > WINDOW_AFTER:
            self.after = _whole_lines(self.after)
        self.head = self.before[self.before.rfind("\n") + 1 :]
        """The line up to the cursor."""
        self.rest = self.after.partition("\n")[0]
        """The line from the cursor on."""
        self.lines_above = tuple(line.rstrip() for line in self.before.split("\n")[:-1])
        self.next_lines = tuple(line.rstrip() for line in self.after.split("\n")[1:] if line.strip())
        """The lines below that are not blank."""
        self._faults: dict[tuple[str, int], int] = {}
        self._parsed: dict[tuple[str, int], int] = {}

    def lines_with(self, text: str) -> list[str]:
        """The lines of a text at this place, the first with what stands before it."""
        return (self.head + text).split("\n")

    @cached_property
    def _bare(self) -> Lexed:
        return Lexed(self.before + self.after, self.language)

    @cached_property
    def kind(self) -> str:
        """`comment`, `string` or `code`."""
        token = self._bare.inside(len(self.before))
        return token.kind if token is not None else "code"

    @cached_property
    def opened(self) -> str:
        """The brackets that are open at the cursor, the innermost last."""
        return self._bare.opened(len(self.before))

    def lexed(self, text: str, n_replaced: int = 0) -> Lexed:
        """Brackets and strings with an answer in its place; offsets count from the beginning of `before`."""
        return Lexed(self.before + text + self.after[n_replaced:], self.language)

    def n_faults(self, text: str, n_replaced: int = 0) -> int:
        """Brackets and quotes without their counterpart, with an answer in its place."""
        key = (text, n_replaced)
        if key not in self._faults:
            self._faults[key] = self.lexed(text, n_replaced).n_faults
        return self._faults[key]

    def n_broken(self, text: str, n_replaced: int = 0) -> int:
        """What the language's grammar cannot read, with an answer in its place; 0 without a grammar."""
        key = (text, n_replaced)
        if key not in self._parsed:
            source = self.before + text + self.after[n_replaced:]
            self._parsed[key] = n_faults(self.language, source.encode("utf-8", "replace"))
        return self._parsed[key]

    def cost(self, text: str, n_replaced: int = 0) -> tuple[int, int]:
        """How broken the place is with an answer in it; less is better."""
        return self.n_faults(text, n_replaced), self.n_broken(text, n_replaced)

    def is_breaking(self, text: str, n_replaced: int) -> bool:
        """Whether an answer that is complete in itself leaves more unreadable than there was."""
        if self.is_cut or self.kind != "code":
            return False
        here = self.lexed(text, n_replaced)
        end = len(self.before) + len(text)
        is_open = len(here.opened(end)) > len(self.opened) or here.inside(end) is not None
        if is_open or _GOES_ON.search(text):
            return False
        before = self.n_broken("")
        # Where the window ends in the middle of something, what is broken already may be so for that.
        return (self.is_whole or not before) and self.n_broken(text, n_replaced) > before

    def is_worse(self, text: str, other: str) -> bool:
        """Whether one answer leaves more broken than another."""
        return sum(self.cost(text)) > sum(self.cost(other))

    def is_better(self, text: str, other: str) -> bool:
        """Whether one answer leaves less broken than another."""
        return sum(self.cost(text)) < sum(self.cost(other))


def _unix(text: str) -> str:
    """With line feeds, and with a sign in place of each half of a character, which no parser takes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return text if text.isascii() else _HALVES.sub("?", text)


def _tail(before: str) -> str:
    """The last part of a text, from a line on in which, as far as one can see, nothing is open."""
    if len(before) <= WINDOW_BEFORE:
        return before
    start = before.find("\n", len(before) - WINDOW_BEFORE) + 1
    if start == 0:
        return before[-WINDOW_BEFORE:]
    tail = before[start:]
    lines = tail.split("\n")
    indents = [len(line) - len(line.lstrip()) for line in lines[:-1] if line.strip()]
    least = min(indents, default=0)
    blank = _indentation(lines, least)
    at = 0
    fallback = -1
    for line in lines[:-1]:
        if line.startswith(blank) and line[len(blank) : len(blank) + 1].strip():
            if _STATEMENT.match(line, len(blank)):
                return tail[at:]
            if fallback < 0 and (line[len(blank)].isalpha() or line[len(blank)] == "_"):
                fallback = at
        at += len(line) + 1
    return tail[fallback:] if fallback >= 0 else tail


def _indentation(lines: list[str], width: int) -> str:
    return next((line[:width] for line in lines if line.strip() and len(line) - len(line.lstrip()) == width), "")


def _whole_lines(after: str) -> str:
    """The text without its last line, of which the end may be missing."""
    end = after.rfind("\n")
    return after[: end + 1] if end > 0 else after


@cache
def is_indented(language: str) -> bool:
    """Whether blocks of a language are known by how far their lines are indented, or end with a word."""
    return language in _INDENTED


_INDENTED = frozenset(
    {
        "python", "yaml", "ruby", "lua", "elixir", "haskell", "ocaml", "fsharp", "julia", "bash", "nim", "make",
        "sass", "cmake", "",
    }
)  # fmt: skip


def edit_distance(a: str, b: str, most: int) -> int:
    """Characters to change, add or take out to make one of the other; `most` + 1 where it would be more."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (char != other))
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def is_near(a: str, b: str, share: float = 0.1) -> bool:
    """Whether two lines differ in at most that share of their characters."""
    if a == b:
        return True
    longest = max(len(a), len(b))
    most = int(longest * share)
    return longest <= MAX_COMPARED and most > 0 and edit_distance(a, b, most) <= most


MAX_COMPARED = 200
"""Characters of a line that is compared with another; a longer one is data."""
