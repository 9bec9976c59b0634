"""A model's text before it is read: one kind of line end, no thinking, and nothing that is no text."""

import re

from rulewright.core.proposals.wrong import Wrong

_THINKING = ("think", "thinking", "thought", "reasoning", "analysis", "reflection", "scratchpad")
_OPEN = re.compile(rf"[ \t]*<({'|'.join(_THINKING)})>", re.IGNORECASE)
_CLOSE = re.compile(rf"</({'|'.join(_THINKING)})>[ \t]*", re.IGNORECASE)
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})([^`]*)$")
_BROKEN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufffd\ud800-\udfff]")


def broken_signs(text: str) -> list[str]:
    """Each sign in `text` that stands for no text: a control character, half of a pair, a replacement."""
    return _BROKEN.findall(text)


def cleaned(text: str) -> tuple[str, list[Wrong]]:
    """`text` with line feeds alone and no mark at its start, and what is broken in it.

    A replacement character is left to `verify`: a file may hold one.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if "\0" not in text:
        return text, []
    return text, [Wrong("broken_text", "The answer holds a NUL character, so it is no text.")]


def without_thinking(text: str) -> tuple[str, list[Wrong]]:
    """`text` without what a model said to itself, which may hold blocks that it did not mean.

    A mark counts only at the start of a line and outside of fences: code may hold the word.
    """
    if "<" not in text or not (_CLOSE.search(text) or _OPEN.search(text)):
        return text, []
    reading = _Thinking()
    for line in text.split("\n"):
        reading.take(line)
    wrongs = [Wrong("unfinished", "The answer ends in the middle of its thinking.")] if reading.word else []
    return "\n".join(reading.kept), wrongs


class _Thinking:
    """Goes through the lines of an answer and keeps those that are meant for others."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.word = ""
        """Of the mark that is open."""
        self._fence = ""

    def take(self, line: str) -> None:
        if self.word:
            self._end(line, 0)
        elif self._fence:
            if line.strip().startswith(self._fence) and not line.strip().strip(self._fence[0]):
                self._fence = ""
            self.kept.append(line)
        elif begun := _OPEN.match(line):
            self.word = begun[1].lower()
            self._end(line, begun.end())
        elif (close := _CLOSE.match(line.lstrip())) is not None:
            # Where a template opens the thinking, the answer has its end alone.
            self.kept = [line.lstrip()[close.end() :]]
        else:
            self._fence = opened[1] if (opened := _FENCE.match(line)) else ""
            self.kept.append(line)

    def _end(self, line: str, at: int) -> None:
        close = _CLOSE.search(line, at)
        if close is not None and close[1].lower() == self.word:
            self.word = ""
            if rest := line[close.end() :]:
                self.kept.append(rest)
