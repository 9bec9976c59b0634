"""Read what a model says of a review. It is text from outside: what cannot be read is counted, and nothing is guessed.

Prose around the answer, fences, thinking aloud, commas too many, backslashes that JSON does not know, an object a line
instead of an array, and an end in the middle are all taken. What nothing can be read from is told from `[]`, which says
that no rule is broken.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

MAX_ANSWER = 400_000
"""Characters; more is no answer."""
MAX_SAID = 1_000
"""Findings of one answer."""

_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning|analysis)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT_END = re.compile(r"\A.*</(?:think|thinking|thought|reasoning|analysis)>", re.DOTALL | re.IGNORECASE)
# An object without others in it. Possessive, so that each attempt reads its text once.
_OBJECT = re.compile(r'\{(?:[^{}"]++|"(?:[^"\\]++|\\.)*+")*+\}', re.DOTALL)
_HALF = re.compile(r'\{\s*+"[^{}]*+\Z')
_NOTHING = re.compile(r'^[\s`]*(?:json)?[\s`]*\[\s*\][\s`.]*$|"\w+"\s*:\s*\[\s*\]\s*\}', re.MULTILINE)
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BAD_ESCAPE = re.compile(r'\\(?:u(?![0-9a-fA-F]{4})|([^"\\/bfnrtu]))', re.DOTALL)
_GOOD_OR_BAD = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}|.)', re.DOTALL)
_LAST_COMMA = re.compile(r",(\s*)\}\Z")
_NUMBER = re.compile(r"\s*(?:lines?\s*)?L?(\d{1,9})", re.IGNORECASE)
_WHY = ("why", "reason", "message", "explanation")


class Said(msgspec.Struct, frozen=True):
    """A breach that a model reports."""

    rule: str
    line: int
    """As the model counts."""
    quote: str
    why: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What was read of an answer."""

    said: tuple[Said, ...] = ()
    """In its order, each once."""
    n_wrong: int = 0
    """Objects that are no report of a breach."""
    is_readable: bool = False
    """Whether it is an answer at all."""
    is_whole: bool = True
    """Whether it has an end."""


def read_answer(text: str) -> Answer:
    """What a model says. Never raises."""
    spoken = _THOUGHT.sub("", _THOUGHT_END.sub("", text[:MAX_ANSWER]))
    found: dict[Said, None] = {}
    n_wrong, end = 0, 0
    is_array = False
    for match in _OBJECT.finditer(spoken):
        if '"rule"' not in match[0]:
            continue
        if not end:
            is_array = spoken[: match.start()].rstrip().endswith("[")
        end = match.end()
        entry = _decoded(match[0])
        said = _said(entry) if entry is not None else None
        if said is None or len(found) >= MAX_SAID:
            n_wrong += 1
        else:
            found[said] = None
    rest = spoken[end:]
    is_cut = len(text) > MAX_ANSWER or _HALF.search(rest) is not None or (is_array and "]" not in rest)
    is_readable = bool(end) or _NOTHING.search(spoken) is not None
    return Answer(tuple(found), n_wrong, is_readable, not is_cut)


def _decoded(text: str) -> Mapping[str, Any] | None:
    for attempt in (text, _mended(text)):
        try:
            found = json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
        return found if isinstance(found, dict) else None
    return None


def _mended(text: str) -> str:
    """The same without a last comma, and with backslashes doubled that JSON does not know."""
    return _LAST_COMMA.sub(r"\1}", _STRING.sub(lambda string: _GOOD_OR_BAD.sub(_escaped, string[0]), text))


def _escaped(escape: "re.Match[str]") -> str:
    return f"\\{escape[0]}" if _BAD_ESCAPE.match(escape[0]) else escape[0]


def _said(entry: Mapping[str, Any]) -> Said | None:
    rule, quote = entry.get("rule"), entry.get("quote")
    line = _line(entry.get("line"))
    if not isinstance(rule, str) or not isinstance(quote, str) or line is None:
        return None
    why = next((said for key in _WHY if isinstance(said := entry.get(key), str)), "")
    # An escape may name half a character, which nobody can write.
    return Said(rule, line, quote, why.encode("utf-8", "replace").decode())


def _line(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    match = _NUMBER.match(value) if isinstance(value, str) else None
    return int(match[1]) if match else None
