"""A conversation as a text to read, as JSON, and back from that JSON."""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from rulewright.core.session import Conversation, Message, Session

VERSION = 1
TITLES = {"user": "User", "assistant": "Assistant", "system": "System", "tool": "Tool"}
_FENCE = re.compile(r"`{3,}")


class ExportRecord(msgspec.Struct, frozen=True):
    """A conversation, as `rulewright sessions export --format json` writes it and `sessions import` reads it."""

    version: int
    kind: Literal["rulewright-session"]
    session: Session
    messages: tuple[Message, ...]
    """In the order in which they are shown."""


def to_record(conversation: Conversation) -> ExportRecord:
    """A conversation as it is written."""
    return ExportRecord(VERSION, "rulewright-session", conversation.session, conversation.messages)


def from_json(data: bytes) -> Conversation:
    """The conversation of an export. Raises ValueError, which says what it is not."""
    try:
        record = msgspec.json.decode(data, type=ExportRecord)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(f"This is no conversation that Rulewright exported as JSON: {error}.") from None
    if record.version > VERSION:
        raise ValueError("This conversation was exported by a newer version of Rulewright. Update Rulewright.")
    return Conversation(record.session, record.messages)


def to_markdown(conversation: Conversation) -> str:
    """A conversation as a markdown document."""
    return "".join(markdown_pieces(conversation))


def markdown_pieces(conversation: Conversation) -> Iterator[str]:
    """The same, message by message: a long conversation need not be in memory once more."""
    s = conversation.session
    facts = [f"- begun {minute(s.created)}, last changed {minute(s.updated)}"]
    if s.root:
        facts.append(f"- project `{s.root}`")
    if s.model:
        facts.append(f"- model `{s.model}`")
    if s.rules:
        facts.append(f"- rules that applied last ({s.rule_version or 'no version'}): {', '.join(s.rules)}")
    if s.parent is not None:
        facts.append(f"- forked off conversation `{s.parent.session}` at message `{s.parent.message}`")
    facts.append(f"- conversation `{s.id}`")
    yield f"# {s.name}\n\n" + "\n".join(facts)
    for message in conversation.messages:
        yield f"\n\n{_section(message)}"
    yield "\n"


def heading(message: Message) -> str:
    """Who says it, when, and in what state it is."""
    by = message.author if message.author and message.role in ("user", "assistant") else ""
    words = [TITLES[message.role] + (f" ({by})" if by else ""), minute(message.at)]
    if message.interface:
        words.append(f"via {message.interface}")
    if message.status == "partial":
        words.append("still being written")
    elif message.status != "whole":
        words.append(message.status)
    return ", ".join(words)


def minute(time: str) -> str:
    """A time of day for people."""
    return time[:16].replace("T", " ")


def _section(message: Message) -> str:
    lines = [f"## {heading(message)}", *(_part(message, number) for number in range(len(message.parts)))]
    if message.note:
        lines.append(f"_{message.note}_")
    return "\n\n".join(line for line in lines if line)


def _part(message: Message, number: int) -> str:
    part = message.parts[number]
    source = ""
    if part.source is not None:
        lines = f", lines {part.source.start_line} to {part.source.end_line}" if part.source.start_line else ""
        source = f"From `{part.source.path}`{lines}:\n\n"
    if part.kind == "text":
        return source + part.text.strip("\n")
    fence = _fence(part.text)
    newline = "" if part.text.endswith("\n") else "\n"
    return f"{source}{fence}\n{part.text}{newline}{fence}"


def _fence(text: str) -> str:
    """A fence that nothing in a text ends."""
    longest = max((len(match[0]) for match in _FENCE.finditer(text)), default=2)
    return "`" * max(3, longest + 1)


def shortest(ids: Sequence[str], least: int = 6) -> dict[str, str]:
    """The shortest beginning of each id that names no other, of `least` characters at least."""
    ordered = sorted(set(ids))
    found = {}
    for number, name in enumerate(ordered):
        near = ordered[max(0, number - 1) : number] + ordered[number + 1 : number + 2]
        found[name] = name[: max([least, *(_common(name, other) + 1 for other in near)])]
    return found


def _common(a: str, b: str) -> int:
    return next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
