"""What conversations are about, as vectors of a model that embeds. Without such a model nothing here is done."""

import math
from array import array
from collections.abc import Callable, Sequence
from sys import byteorder

from rulewright.core.session import Conversation
from rulewright.core.session_ports import Embed, NotWritten, Store
from rulewright.services.sessions import rows
from rulewright.services.sessions.opened import NoSession

AT_ONCE = 32
"""Conversations that the model is asked about at a time."""
MAX_CHARACTERS = 6_000
"""Of each; models read no further."""
ALIKE = 0.5
"""The least cosine at which something is about the like."""


def fill(store: Store, embed: Embed, open_: Callable[[str], Conversation]) -> int:
    """Work out what conversations are about that changed; how many. A model that cannot be asked is asked next time."""
    none: list[str] = []
    changed = []
    for session_id in store.read(lambda db: rows.not_embedded(db, AT_ONCE), none):
        try:
            changed.append(open_(session_id))
        except NoSession:
            continue
    if not changed:
        return 0
    try:
        vectors = embed([_text(c) for c in changed])
        for conversation, vector in zip(changed, vectors, strict=True):
            _put(store, conversation, _bytes(vector))
    except (OSError, NotWritten, ValueError):
        return 0
    return len(changed)


def nearest(embed: Embed, query: str, known: Sequence[tuple[str, bytes]]) -> list[str]:
    """The conversations that are about what a query says, nearest first."""
    if not known:
        return []
    try:
        (asked,) = embed([query])
    except (OSError, ValueError):
        return []
    alike = [(_cosine(asked, _floats(vector)), session_id) for session_id, vector in known]
    return [session_id for likeness, session_id in sorted(alike, reverse=True) if likeness >= ALIKE]


def _put(store: Store, conversation: Conversation, vector: bytes) -> None:
    s = conversation.session
    store.write(lambda db: rows.put_embedding(db, s.id, vector, s.seq))


def _text(conversation: Conversation) -> str:
    said = [m.plain for m in conversation.messages if m.role in ("user", "assistant")]
    return "\n".join([conversation.session.title, *said])[:MAX_CHARACTERS]


def _bytes(vector: Sequence[float]) -> bytes:
    floats = array("f", vector)
    if byteorder == "big":
        floats.byteswap()
    return floats.tobytes()


def _floats(data: bytes) -> Sequence[float]:
    floats = array("f")
    floats.frombytes(data[: len(data) // 4 * 4])
    if byteorder == "big":
        floats.byteswap()
    return floats


def _cosine(a: Sequence[float], b: Sequence[float]) -> float:
    if len(a) != len(b):
        return 0.0  # Of another model.
    length = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(x * x for x in b))
    return sum(x * y for x, y in zip(a, b, strict=True)) / length if length else 0.0
