"""Step 1: what is no code in an answer: control tokens, thinking, fences, sentences about it, repeated line starts."""

import re

from rulewright.core.infill.draft import Place
from rulewright.core.infill.fences import FENCE, without_fences
from rulewright.core.infill.tokens import CONTROL, PLAIN

_CONTROL = re.compile("|".join(re.escape(token) for token in sorted(CONTROL - PLAIN, key=len, reverse=True)))
_THINKING = re.compile(r"\A\s*<(think|thinking|reasoning)>[\s\S]*?(?:</\1>\s*|\Z)")
_INTRODUCTION = re.compile(
    r"\A\s*(?:sure|certainly|of course|okay|ok|here(?:'s| is| are)|the (?:completed?|missing|following))\b[^\n]{0,200}:"
    r"[ \t]*\n+",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\A\s*(?:I(?:['\u2019]m| am) (?:sorry|unable|not able)"
    r"|(?:Sorry, (?:but )?|Unfortunately, )?I (?:can(?:not|['\u2019]t)|apologi[sz]e)\b"
    r"|As an AI\b)"
)
"""How a model begins that does not do what it is asked to."""
_ABOUT_CODE = re.compile(
    r"\b(?:code|completed?|completion|function|implementation|snippet|solution|version|missing)\b", re.IGNORECASE
)
_PROSE = frozenset({"markdown", "restructuredtext", "latex", "html", "xml"})
_WIDE_BLANK = re.compile(r"\S[ \t]{2,}\S")
_PARTS = re.compile(r"\w\W+\w|\w\W+\Z")
_WIDEST = 7
"""Blanks behind a blank, more of which are no alignment."""
_ASSIGNMENT = re.compile(r"[\w.]+\s*:?=")
"""A line that assigns to a name: nobody assigns to the same one twice in a row."""
_SHORTEST_HEAD = 6
"""Characters of a line's start that is taken for a repetition; shorter ones are repeated in good code."""


def without_chatter(place: Place, text: str) -> str:
    """What of an answer is code for this place."""
    if (found := _CONTROL.search(text)) is not None and not _is_written(place, found[0]):
        text = text[: found.start()]
    text = _without_thinking(place, text)
    if place.language not in _PROSE and place.kind == "code":
        if _REFUSAL.match(text):
            return ""
        text = _without_introduction(place, text)
        text = without_fences(text) if "```" not in place.before[-2_000:] else text
        text = _without_repeated_head(place, text)
        text = _without_second_blank(place, text)
    return text


def _is_written(place: Place, token: str) -> bool:
    """Whether a document itself is about such tokens."""
    return token in place.before or token in place.after


def _without_thinking(place: Place, text: str) -> str:
    found = _THINKING.match(text)
    return text[found.end() :] if found is not None and f"<{found[1]}>" not in place.before else text


def _without_introduction(place: Place, text: str) -> str:
    """Without `Here is the code:`; only where a line begins, and only where a fence follows or it speaks of code."""
    found = _INTRODUCTION.match(text)
    if found is None or (place.head.strip() and not FENCE.match(text[found.end() :])):
        return text
    behind = text[found.end() :]
    return behind if FENCE.match(behind) or _ABOUT_CODE.search(found[0]) else text


def _without_repeated_head(place: Place, text: str) -> str:
    """Without the start of the line that the cursor is in, where the answer begins with it again."""
    head = place.head.strip()
    bare = text.lstrip(" \t")
    shorter = bare[len(head) :]
    is_assignment = _ASSIGNMENT.fullmatch(head) is not None and shorter[:1] not in {"=", ">", "~"}
    is_long = len(head) >= _SHORTEST_HEAD and _PARTS.search(place.head) is not None
    if not bare.startswith(head) or not (is_assignment or is_long):
        return text
    if place.head.endswith((" ", "\t")):
        shorter = shorter.lstrip(" \t")
    # `x, x, ` may go on with itself: it is a repetition only where the text would be broken by it.
    line, short_line = text.partition("\n")[0], shorter.partition("\n")[0]
    return shorter if short_line and (is_assignment or place.is_better(short_line, line)) else text


def _without_second_blank(place: Place, text: str) -> str:
    """Without a blank at the beginning where one stands before the cursor, unless things are aligned here."""
    head = place.head
    bare = text.lstrip(" ")
    if len(text) - len(bare) > _WIDEST and head.endswith(" ") and head.strip():
        # No two things stand so far apart in a line: it is the indentation of another.
        return bare
    if not (text.startswith(" ") and text[1:2].strip() and head.endswith(" ") and head[-2:-1].strip()):
        return text
    nearby = (*place.lines_above[-2:], head, text[1:].partition("\n")[0], *place.next_lines[:2])
    if text[1] in "#/-;%" or any(_WIDE_BLANK.search(line) for line in nearby):
        return text
    return text[1:]
