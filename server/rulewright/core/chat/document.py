"""A chat as a markdown file, for editors that know nothing but the plain protocol.

    # Chat

    ## You

    What does the cart do with apples?

    ## Rulewright

    It weighs them ...

The question is what stands below the last `## You`, or in a file without such a heading all of it. An answer is
written behind it, and a new `## You` behind that. Whoever writes elsewhere meanwhile is not disturbed: what was written
is found again by its own text, wherever it stands by then.
"""

import re
from collections.abc import Sequence

import msgspec

YOU, ANSWER = "## You", "## Rulewright"
ENDING = ".chat.md"
NOTE = "<!-- rulewright conversation "
_HEADING = re.compile(r"^## +(You|Rulewright)\b.*$", re.IGNORECASE)
_FENCE = re.compile(r"^ {0,3}(`{3,}(?![^\n]*`)|~{3,})")
"""Backquotes that are closed in the same line are code within a text, and open no block."""
_TITLE = re.compile(r"\A\s*# [^\r\n]*")
_NOTE = re.compile(r"^<!-- rulewright conversation ([0-9A-Za-z_-]{4,64}) -->[ \t]*$", re.MULTILINE)
_HEADING_OF_ANSWER = re.compile(r"^(#{1,2})(?= )")
_UNDECIDED = re.compile(r"^ {0,3}(?:#{1,2} ?|[`~]{1,})?$")
TAIL = 80
"""Characters by which the end of an answer is found again where its user changed what stands before them."""
MIN_TAIL = 12


class AskedHere(msgspec.Struct, frozen=True):
    """What a chat document asks."""

    question: str
    session: str = ""
    """The conversation that it is the page of, from its note; empty where there is none yet."""
    end: int = 0
    """Offset behind the question, where the answer goes."""
    note_at: int = 0
    """Offset at which the note of its conversation goes."""
    title: str = ""


def is_chat(path: str) -> bool:
    """Whether a file is a chat, by its name."""
    return path.endswith(ENDING)


def read_chat(text: str) -> AskedHere:
    """The question of a chat document; an empty one where its last section asks nothing."""
    title = _TITLE.match(text)
    note = _NOTE.search(text)
    start = after_title = title.end() if title else 0
    is_answered = False
    for at, line in _plain_lines(text):
        if found := _HEADING.match(line.rstrip("\r\n")):
            start = at + len(line)
            is_answered = found[1].lower() != "you"
    body = text[start:]
    question = "" if is_answered else _NOTE.sub("", body).strip()
    return AskedHere(
        question=question,
        session=note[1] if note else "",
        end=start + len(body.rstrip()) if body.strip() else len(text),
        note_at=after_title,
        title=title.group().strip().lstrip("# ").strip() if title else "",
    )


def note_of(session: str) -> str:
    """The line that ties a document to its conversation."""
    return f"{NOTE}{session} -->"


def place_of_note(text: str, head: str) -> int:
    """Where a note goes that was to stand behind `head`, though somebody wrote above that, or changed it: an offset."""
    if text.startswith(head):
        return len(head)
    at = f"\n{text}".replace("\r", "\n").find(f"\n{head.strip()}\n") if head.strip() else -1
    return at + len(head.strip()) if at >= 0 else read_chat(text).note_at


def new_chat() -> str:
    """A chat document in which nothing was asked yet."""
    return f"# Chat\n\n{YOU}\n\n"


def opening(text: str, end: int) -> str:
    """What stands before an answer that is written at `end`: code that the question leaves open is closed."""
    before = text[:end]
    if fence := _open_fence(before):
        return ("" if before.endswith("\n") else "\n") + f"{fence}\n\n{ANSWER}\n\n"
    gap = "" if not before or before.endswith("\n\n") else "\n" if before.endswith("\n") else "\n\n"
    return f"{gap}{ANSWER}\n\n"


def closing(answer: str) -> str:
    """What stands behind an answer: room for the next question."""
    return ("" if answer.endswith("\n") else "\n") + f"\n{YOU}\n\n"


def as_written(answer: str, *, is_whole: bool) -> str:
    """An answer as it stands in the document: its highest headings are lower than ours, and no code is left open.

    What is written of a longer answer begins with what is written of its beginning, so a last line that may still
    become a heading or a fence waits, unless the answer `is_whole`.
    """
    lines = answer.splitlines(keepends=True)
    written = []
    fence = ""
    for number, line in enumerate(lines):
        is_last = number + 1 == len(lines) and not line.endswith("\n")
        if is_last and not is_whole and _UNDECIDED.match(line):
            break
        found = _FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif found:
            fence = found[1]
        else:
            written.append(_HEADING_OF_ANSWER.sub("###", line))
            continue
        written.append(line)
    if fence and is_whole:
        # What follows must not be taken for code.
        written.append(("" if answer.endswith("\n") else "\n") + fence + "\n")
    return "".join(written)


def find_again(text: str, written: Sequence[str], near: int) -> tuple[int, int] | None:
    """Which of some texts, the newest last, stands in a document, and the offset behind it.

    Of several places the one nearest to `near` counts. Where none stands there as it was written, its user changed it,
    and the end of it is looked for; None where even that is gone.
    """
    for number in range(len(written) - 1, -1, -1):
        if (end := _nearest(text, written[number], near)) >= 0:
            return number, end
    for number in range(len(written) - 1, -1, -1):
        tail = written[number][-TAIL:]
        while len(tail) >= MIN_TAIL:
            if (end := _nearest(text, tail, near)) >= 0:
                return number, end
            tail = tail[len(tail) // 2 :]
    return None


def _nearest(text: str, part: str, near: int) -> int:
    """The offset behind the occurrence whose end is nearest; -1 where there is none."""
    if not part:
        return -1
    best = -1
    at = text.find(part)
    while at >= 0:
        end = at + len(part)
        if best < 0 or abs(end - near) < abs(best - near):
            best = end
        elif end > near:
            break
        at = text.find(part, at + 1)
    return best


def _plain_lines(text: str) -> "list[tuple[int, str]]":
    """Offsets and lines that are in no block of code."""
    return _outside_code(text)[0]


def _open_fence(text: str) -> str:
    """What closes the block of code in which a text ends; empty where it ends in none."""
    return _outside_code(text)[1]


def _outside_code(text: str) -> "tuple[list[tuple[int, str]], str]":
    """Offsets and lines that are in no block of code, and what closes the block that is left open."""
    found: list[tuple[int, str]] = []
    at, fence = 0, ""
    for line in text.splitlines(keepends=True):
        opens = _FENCE.match(line)
        if fence:
            if opens and opens[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif opens:
            fence = opens[1]
        else:
            found.append((at, line))
        at += len(line)
    return found, fence
