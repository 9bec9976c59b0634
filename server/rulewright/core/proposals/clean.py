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
    kept: list[str] = []
    word, fence = "", ""
    for line in text.split("\n"):
        if word:
            if (close := _CLOSE.search(line)) and close[1].lower() == word:
                word = ""
                rest = line[close.end() :]
                if rest:
                    kept.append(rest)
            continue
        if fence:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            kept.append(line)
        elif opened := _FENCE.match(line):
            fence = opened[1]
            kept.append(line)
        elif begun := _OPEN.match(line):
            word = begun[1].lower()
            if (close := _CLOSE.search(line, begun.end())) and close[1].lower() == word:
                word = ""
                kept.append(line[close.end() :])
        elif (close := _CLOSE.match(line.lstrip())) is not None:
            # Where a template opens the thinking, the answer has its end alone.
            kept = [line.lstrip()[close.end() :]]
        else:
            kept.append(line)
    wrongs = [Wrong("unfinished", "The answer ends in the middle of its thinking.")] if word else []
    return "\n".join(kept), wrongs
