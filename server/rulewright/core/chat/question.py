"""What a question says beside its words: a command at its beginning, and names behind an `@`.

    /test @src/shop/cart.py:10-40 and what @symbol:Basket does with it

What stands in backticks, in a block of code or behind a letter (as in an address of mail) is no mention.
"""

import re
from typing import Literal, cast

import msgspec

from rulewright.core.chat.intent import INTENTS, Intent

MentionKind = Literal["file", "symbol", "selection", "diagnostics", "diff", "map"]
COMMANDS: dict[Intent, str] = {
    "fix": "find what is wrong and mend it",
    "explain": "say what code does, and why",
    "refactor": "change code without changing what it does",
    "test": "write tests",
    "document": "write documentation",
    "review": "look for what is wrong or against the rules",
    "complete": "write what is missing",
    "chat": "talk about anything",
}
"""Slash commands, each named by its intent, and what it does."""
ALIASES = {"tests": "test", "doc": "document", "docs": "document", "implement": "complete", "bug": "fix"}
MENTIONS: dict[MentionKind, str] = {
    "file": "a file, `@file:PATH`, `@PATH`, with lines `@PATH:10-20`; alone, the one you work on",
    "symbol": "a definition, `@symbol:NAME`; alone, the one at the cursor",
    "selection": "what is selected",
    "diagnostics": "what is wrong in the file you work on",
    "diff": "what was changed since the last commit; `@diff:REV` since another",
    "map": "the files and main definitions of the project",
}
"""What may be named, and what that brings."""

_COMMAND = re.compile(r"\s*/([a-z]+)(?=\s|\Z)[ \t]*")
_NAME = r"[^\s`\"'<>|*?\x00-\x1f,;()\[\]{}]"
_MENTION = re.compile(
    rf"(?<![\w@./`])@(?:(?P<kind>file|symbol|selection|diagnostics|diff|map)(?::(?P<quoted>\"[^\"\n]+\")|:(?P<name>{_NAME}+))?"
    rf"(?![\w/])|(?P<path>(?:{_NAME}*/)?{_NAME}*\.\w+{_NAME}*|{_NAME}+/{_NAME}*))"
)
_LINES = re.compile(r":(\d{1,7})(?:-(\d{1,7}))?\Z")
_CODE = re.compile(r"^(`{3,}|~{3,}).*?(?:^\1|\Z)|`[^`\n]*`", re.MULTILINE | re.DOTALL)
MAX_MENTIONS = 50


class Mention(msgspec.Struct, frozen=True):
    """Something that is named in a question."""

    kind: MentionKind
    name: str = ""
    """A path, a name or a revision; empty for what the user works on."""
    first_line: int = 0
    """From 1; 0 for all of it."""
    last_line: int = 0
    written: str = ""
    """As it stands in the question."""


class Question(msgspec.Struct, frozen=True):
    """A question, taken apart."""

    text: str
    """Without its command; what is named stays in it, for it is part of the sentence."""
    command: str = ""
    """Without its slash; empty where there is none."""
    mentions: tuple[Mention, ...] = ()
    unknown_command: str = ""
    """What looks like a command and is none."""


def read_question(text: str) -> Question:
    """Take a question apart."""
    command = unknown = ""
    if found := _COMMAND.match(text):
        word = ALIASES.get(found.group(1), found.group(1))
        if word in INTENTS:
            command, text = word, text[found.end() :]
        else:
            unknown = found.group(1)
    code = [found.span() for found in _CODE.finditer(text)]
    mentions: dict[Mention, None] = {}
    for found in _MENTION.finditer(text):
        if any(start <= found.start() < end for start, end in code):
            continue
        mentions.setdefault(_mention(found))
        if len(mentions) == MAX_MENTIONS:
            break
    return Question(text.strip(), command, tuple(mentions), unknown)


def _mention(found: "re.Match[str]") -> Mention:
    kind = cast("MentionKind", found["kind"] or "file")
    written = found.group()
    name = found["quoted"].strip('"') if found["quoted"] else found["name"] or found["path"] or ""
    if not found["quoted"]:
        # A sentence may end behind it.
        n_stops = len(name) - len(name.rstrip(".:!"))
        name, written = name[: len(name) - n_stops], written[: len(written) - n_stops]
    first = last = 0
    if kind == "file" and (lines := _LINES.search(name)):
        first, last = sorted((int(lines[1]), int(lines[2] or lines[1])))
        name = name[: lines.start()]
    return Mention(kind, name, first, last, written)


def help_text() -> str:
    """The commands and mentions, for people, as markdown."""
    lines = ["Commands, at the beginning of a message:", ""]
    lines += [f"- `/{name}`: {what}" for name, what in COMMANDS.items()]
    lines += ["", "What a message may name:", ""]
    lines += [f"- `@{name}`: {what}" for name, what in MENTIONS.items()]
    return "\n".join(lines)
