"""Text that a rule file pulls in: `@docs/style.md` (Claude Code, Gemini CLI), `#[[file:docs/style.md]]` (Kiro).

Where a reference stands alone on its line, the other file's text takes its place; one inside a sentence stays, and the
text follows at the end. Only texts are pulled in, from inside the project, each once.
"""

import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterator

import msgspec

from rulewright.core.markdown import FENCED
from rulewright.core.rules.check_sources import Beside
from rulewright.core.rules.problems import Problem, problem

MAX_DEPTH = 5
MAX_IMPORTS = 50
MAX_CHARACTERS = 200_000
"""Of all that one rule file pulls in."""
_ENDINGS = (".md", ".mdc", ".markdown", ".txt")

_REFERENCE = re.compile(
    r"(?:(?<![^\s(])@(?P<at>(?:~/|\.{0,2}/)?[\w.-][\w./-]{0,250})|#\[\[file:(?P<file>[^\]\n]{1,250})\]\])"
)
_CODE = re.compile(r"(?<!`)(`+)(?!`)[^\n]{1,300}?(?<!`)\1(?!`)")
_ALONE = re.compile(r"[ \t]*(?:[-*+][ \t]+)?\Z")


class Imported(msgspec.Struct, frozen=True):
    """A text with all that it pulls in."""

    body: str
    names: tuple[str, ...] = ()
    """Paths of the other files, from the folder of the rule file."""
    problems: tuple[Problem, ...] = ()


class _Reference(msgspec.Struct, frozen=True):
    target: str
    start: int
    end: int
    is_alone: bool


def expand(body: str, offset: int, beside: Beside, apart: frozenset[str]) -> Imported:
    """`body`, which starts at `offset` of its file, with what it names.

    `apart` are names, from the folder of the rule file, that are rules by themselves and need not be pulled in.
    """
    if "@" not in body and "#[[" not in body:
        return Imported(body)
    work = _Expansion(beside, apart)
    text = work.expanded(body, "", offset, 0)
    return Imported(text, tuple(work.names), tuple(work.problems))


class _Expansion:
    """What was pulled in so far."""

    def __init__(self, beside: Beside, apart: frozenset[str]) -> None:
        self._beside, self._apart = beside, apart
        self._size = 0
        self.names: dict[str, None] = {}
        self.problems: list[Problem] = []

    def expanded(self, text: str, folder: str, offset: int | None, depth: int) -> str:
        """A text with its references; `offset` is where it stands in the rule file, None for texts of other files."""
        parts: list[str] = []
        behind: list[str] = []
        place = 0
        for found in _references(text):
            content = self._content(found, folder, offset, depth)
            if content is None:
                continue
            if found.is_alone:
                parts += [text[place : found.start], content.strip("\n")]
                place = found.end
            elif content.strip():
                behind.append(f"{found.target}:\n\n{content.strip()}")
        if not parts and not behind:
            return text
        whole = "".join([*parts, text[place:]])
        return whole if not behind else "\n\n".join([whole.rstrip("\n"), *behind]) + "\n"

    def _content(self, found: _Reference, folder: str, offset: int | None, depth: int) -> str | None:
        """The text of a file; empty when it was pulled in before, None when its reference stays as it is."""
        name = posixpath.normpath(posixpath.join(folder, found.target))
        if name in self._apart or name in self.names:
            return ""
        reason = ""
        if found.target.startswith(("~", "/")):
            reason = "it lies outside of the project"
        elif depth >= MAX_DEPTH:
            reason = f"files pull in others {MAX_DEPTH} times at most"
        elif len(self.names) >= MAX_IMPORTS:
            reason = f"a rule file pulls in {MAX_IMPORTS} files at most"
        else:
            try:
                content = self._beside(name).decode("utf-8-sig", "replace")
            except OSError as error:
                reason = str(error.strerror or error)
            else:
                self._size += len(content)
                if self._size > MAX_CHARACTERS:
                    reason = f"a rule file pulls in {MAX_CHARACTERS:,} characters at most"
        if reason:
            if offset is not None:
                told = f"`{found.target}` is not pulled in: {reason[:1].lower()}{reason[1:]}."
                at = offset + found.start, offset + found.end
                self.problems.append(problem("dead-import", "warning", told, start=at[0], end=at[1]))
            return None
        self.names[name] = None
        return self.expanded(content, posixpath.dirname(name), None, depth + 1)


def _references(text: str) -> Iterator[_Reference]:
    code = sorted(match.span() for pattern in (FENCED, _CODE) for match in pattern.finditer(text))
    starts = [start for start, _ in code]
    for match in _REFERENCE.finditer(text):
        target = (match["at"] or match["file"]).strip().rstrip(".")
        if not target.lower().endswith(_ENDINGS):
            continue
        before = bisect_right(starts, match.start()) - 1
        if before >= 0 and match.start() < code[before][1]:
            continue
        start, end = match.start(), match.end() if match["file"] else match.start() + 1 + len(target)
        line_start = text.rfind("\n", 0, start) + 1
        line_end = text.find("\n", end)
        rest = text[end : line_end if line_end >= 0 else len(text)]
        is_alone = _ALONE.match(text, line_start, start) is not None and not rest.strip()
        yield _Reference(target, line_start if is_alone else start, end, is_alone)
