"""A model's answer as blocks: what is to be replaced by what, and what was written anew as a whole.

Answers come in many clothes: with prose around, with fences that are missing or too long, with too many marks, as a
diff, with Windows' line ends. What can be told without a guess is read; what cannot is a `Wrong`. Whether a block fits
any text is not known here (`place`).
"""

import re

import msgspec

from rulewright.core.proposals.clean import cleaned, without_thinking
from rulewright.core.proposals.hunks import Hunks, is_diff_start
from rulewright.core.proposals.paths import path_in_info, path_in_line
from rulewright.core.proposals.wrong import Wrong

MAX_LINES = 8_000
"""Lines of an answer; a longer one is no edit of a definition, and nobody would read it."""
MAX_CHARACTERS = 600_000
MAX_BLOCKS = 200

SEARCH = re.compile(r"[ \t]*<{3,40}[ \t]*(?:SEARCH|ORIGINAL)\b[ \t:]*([^<>]*)$", re.IGNORECASE)
REPLACE = re.compile(r"[ \t]*>{3,40}[ \t]*(?:REPLACE|UPDATED)\b.*$", re.IGNORECASE)
_BARE_END = re.compile(r"[ \t]*>{5,40}[ \t]*$")
_DIVIDER = re.compile(r"[ \t]*(={3,40})[ \t]*$")
_FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})(.*)$")
_STANDARD = 7


class Replace(msgspec.Struct, frozen=True):
    """Some lines, and what stands in their place."""

    path: str
    """As it was written; empty where nothing was."""
    search: str
    """Whole lines with line feeds; empty where nothing is looked for."""
    replace: str


class Whole(msgspec.Struct, frozen=True):
    """A definition, or a file, written anew."""

    path: str
    language: str
    """As the fence says; may be empty or nonsense."""
    code: str
    is_bare: bool = False
    """Whether it is all of an answer without any fence, which may be prose as well."""


Block = Replace | Whole


class Answer(msgspec.Struct, frozen=True):
    """What was read of a text."""

    blocks: tuple[Block, ...] = ()
    prose: str = ""
    wrongs: tuple[Wrong, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with it, in sentences."""
        return tuple(wrong.text for wrong in self.wrongs)


def read_answer(text: str) -> Answer:
    """The blocks of an answer, in their order. Never raises, for any text."""
    n_lines = text.count("\n") + 1
    if len(text) > MAX_CHARACTERS or n_lines > MAX_LINES:
        size = f"{n_lines:,} lines and {len(text):,} characters"
        most = f"{MAX_LINES:,} lines or {MAX_CHARACTERS:,} characters"
        return Answer(wrongs=(Wrong("too_much", f"The answer has {size}; an answer has at most {most}."),))
    text, wrongs = cleaned(text)
    text, unfinished = without_thinking(text)
    reader = _Reader(text.split("\n"))
    reader.wrongs += [*wrongs, *unfinished]
    reader.read()
    if not reader.blocks and not reader.wrongs and text.strip():
        # Some models leave the fence out when all of the answer is code; `place` believes it only when it fits.
        return Answer((Whole("", "", text.strip("\n") + "\n", is_bare=True),), "", ())
    if len(reader.blocks) > MAX_BLOCKS:
        told = Wrong("too_much", f"The answer has {len(reader.blocks):,} edits; an answer has at most {MAX_BLOCKS}.")
        return Answer((), reader.all_prose, (*reader.wrongs, told))
    return Answer(tuple(reader.blocks), reader.all_prose, tuple(dict.fromkeys(reader.wrongs)))


class _Reader:
    """Goes through the lines once."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.at = lines, 0
        self.blocks: list[Block] = []
        self.prose: list[str] = []
        self.wrongs: list[Wrong] = []
        self.path = ""
        """Of the file that was named last."""
        self.hint = ""
        """The path in the line just above, if there is one."""

    @property
    def all_prose(self) -> str:
        return "\n".join(self.prose).strip()

    def read(self) -> None:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if SEARCH.match(line):
                self.replacement("")
            elif fence := _opening(line):
                self.fenced(*fence)
            elif is_diff_start(self.lines, self.at):
                self.diff(len(self.lines), bounded=False)
            else:
                self.hint = path_in_line(line) or (self.hint if not line.strip() else "")
                self.prose.append(line)
                self.at += 1

    def replacement(self, fence: str) -> None:
        """A block between marks, which begins at this line."""
        opened = SEARCH.match(self.lines[self.at])
        named = path_in_line(opened[1]) if opened else ""
        if named or self.hint:
            self.path = named or self.hint
        self.hint = ""
        start = self.at + 1
        end = start
        while end < len(self.lines) and not SEARCH.match(self.lines[end]):
            if REPLACE.match(self.lines[end]) or _BARE_END.match(self.lines[end]):
                break
            end += 1
        is_ended = end < len(self.lines) and not SEARCH.match(self.lines[end])
        self.at = end + 1 if is_ended else end
        if not is_ended:
            self.wrongs.append(Wrong("unfinished", "A SEARCH block has no end: its line `>>>>>>> REPLACE` is missing."))
            return
        body = self.lines[start:end]
        divider = _divider(body)
        if divider is None:
            what = "A SEARCH block needs exactly one line `=======` between what is looked for and what replaces it."
            self.wrongs.append(Wrong("unfinished", what))
            return
        search, replace = (_unfenced(part, fence) for part in (body[:divider], body[divider + 1 :]))
        self.blocks.append(Replace(self.path, _text(search), _text(replace)))

    def fenced(self, indent: str, fence: str, info: str) -> None:
        """A fenced block that begins at this line: replacements, a diff, or something whole."""
        language, named = path_in_info(info)
        path = named or self.hint
        self.hint = path
        opened_at = self.at
        self.at += 1
        first = self.at
        while first < len(self.lines) and not self.lines[first].strip():
            first += 1
        inner = path_in_line(self.lines[first]) if first < len(self.lines) else ""
        if inner and _has_search(self.lines, first + 1):
            self.hint, self.at = inner, first + 1
        if _has_search(self.lines, self.at):
            self.replacements(fence)
            return
        end = _closing(self.lines, self.at, fence)
        stop = len(self.lines) if end is None else end
        if _is_marked(self.lines[self.at : stop]):
            # The blocks stand behind a line or two of words.
            self.replacements(fence)
            return
        if language in {"diff", "patch", "udiff"} or is_diff_start(self.lines, first):
            if end is None:
                self.unclosed()
                self.at = stop
                return
            self.diff(stop, bounded=True)
            self.at = stop + 1
            return
        self.hint = ""
        self.at = stop + 1
        if end is None:
            self.unclosed()
            return
        code = [line.removeprefix(indent) for line in self.lines[opened_at + 1 : stop]]
        self.blocks.append(Whole(path, language, _text(code)))

    def replacements(self, fence: str) -> None:
        """Blocks between marks up to the end of their fence."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if SEARCH.match(line):
                self.replacement(fence)
                continue
            self.at += 1
            if _closes(line, fence):
                return
            if line.strip():
                self.hint = path_in_line(line)
                self.prose.append(line)

    def diff(self, stop: int, *, bounded: bool) -> None:
        hunks = Hunks(self.lines, self.at, stop, self.hint or self.path, bounded=bounded)
        self.at = hunks.at
        self.hint = ""
        self.blocks += [Replace(path, search, replace) for path, search, replace in hunks.found]
        self.wrongs += hunks.wrongs

    def unclosed(self) -> None:
        self.wrongs.append(Wrong("unfinished", "A fenced block has no end, so the answer was most likely cut off."))


def _opening(line: str) -> tuple[str, str, str] | None:
    match = _FENCE.match(line)
    if match is None or (match[2][0] == "`" and "`" in match[3]):
        return None
    return match[1], match[2], match[3].strip()


def _closes(line: str, fence: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(fence) and bare == fence[0] * len(bare)


def _closing(lines: list[str], at: int, fence: str) -> int | None:
    """The line that ends a fence; one that opens another with a word behind it has its own end."""
    depth = 0
    for number in range(at, len(lines)):
        line = lines[number]
        if _closes(line, fence):
            if depth == 0:
                return number
            depth -= 1
        elif (inner := _opening(line)) and inner[1].startswith(fence) and inner[2] and _is_word(inner[2]):
            depth += 1
    # An inner fence that nobody closed: the last line that could be the end is.
    return next((n for n in range(len(lines) - 1, at - 1, -1) if _closes(lines[n], fence)), None) if depth else None


def _is_word(info: str) -> bool:
    return re.fullmatch(r"[\w+#.-]{1,20}", info) is not None


def _has_search(lines: list[str], at: int) -> bool:
    """Whether the first line with text from `at` on opens a block between marks."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at < len(lines) and SEARCH.match(lines[at]) is not None


def _is_marked(lines: list[str]) -> bool:
    return any(SEARCH.match(line) for line in lines) and any(REPLACE.match(line) for line in lines)


def _divider(body: list[str]) -> int | None:
    """The line that divides a block. A heading may be underlined in the same way, so only one of a kind will do."""
    marks = [(number, len(match[1])) for number, line in enumerate(body) if (match := _DIVIDER.match(line))]
    standard = [number for number, length in marks if length == _STANDARD]
    if len(standard) == 1:
        return standard[0]
    return marks[0][0] if len(marks) == 1 else None


def _unfenced(part: list[str], fence: str) -> list[str]:
    """A half of a block without a fence of its own around it, as some models put there."""
    lines = part
    while lines and not lines[0].strip():
        lines = lines[1:]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    if len(lines) > 1 and (opened := _opening(lines[0])) and _closes(lines[-1], opened[1]):
        return lines[1:-1]
    if fence and lines and _closes(lines[-1], fence) and sum(_opening(line) is not None for line in lines) % 2:
        return lines[:-1]
    return part


def _text(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)
