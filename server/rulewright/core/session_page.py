"""Parts of a conversation that are short enough to be sent, for a conversation may be longer than a client takes."""

from collections.abc import Sequence

import msgspec

from rulewright.core.session import Conversation, Message, Session

MAX_PAGE_BYTES = 8_000_000
"""Of its messages as JSON. A longer message is a page alone."""


class Page(msgspec.Struct, frozen=True):
    """Messages of a conversation that follow one another."""

    session: Session
    messages: tuple[Message, ...]
    earlier: int
    """How many come before them."""
    next: str | None
    """The id of the message that comes after them; None where they are the last ones."""


def page(
    conversation: Conversation,
    begin: int | str | None = None,
    limit: int | None = None,
    max_bytes: int = MAX_PAGE_BYTES,
) -> Page | None:
    """As many messages as fit, from a number on, which counts from 0, or from one with an id; with None the last ones.

    None where there is no message with that id, which an edit keeps.
    """
    messages = conversation.messages
    first = begin if isinstance(begin, int) else None
    if isinstance(begin, str):
        first = _place(messages, begin)
        if first is None:
            return None
    ahead = messages[first:] if first is not None else messages[::-1]
    n_bytes = n_messages = 0
    for message in ahead[:limit]:
        n_bytes += len(msgspec.json.encode(message))
        if n_messages and n_bytes > max_bytes:
            break
        n_messages += 1
    if first is None:
        first = len(messages) - n_messages
    first, end = min(first, len(messages)), first + n_messages
    return Page(conversation.session, messages[first:end], first, messages[end].id if end < len(messages) else None)


def _place(messages: Sequence[Message], name: str) -> int | None:
    """Where a message is shown, or what stands in place of it."""
    edits = {m.supersedes: number for number, m in enumerate(messages) if m.supersedes}
    return next((number for number, m in enumerate(messages) if m.id == name), edits.get(name))
