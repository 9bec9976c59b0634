"""What is sent to other nodes, and the port that whatever carries it implements."""

from typing import Any, Protocol, runtime_checkable

import msgspec

from rulewright.core.models import Notice, Source


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: a record, or bytes that only the other side reads."""

    root: str = ""
    """Of the project that it is about; empty where it is about none."""
    value: Any = None
    """Of plain types: mappings, sequences, texts, numbers, bytes. Texts in it are looked at, and may be redacted."""
    data: bytes = b""
    """Looked at and sent as they are, or refused: bytes that were changed would be no use to anybody. They are not
    packed: the gate sees no secret in what is compressed."""
    sources: tuple[Source, ...] = ()
    """The files whose content is in it."""


class Sent(msgspec.Struct, frozen=True):
    """What became of a payload."""

    refused: str = ""
    """Why it was not sent, a sentence; empty where it was."""
    notices: tuple[Notice, ...] = ()
    answer: bytes = b""
    """To a request."""


@runtime_checkable
class Peer(Protocol):
    """The way to other nodes."""

    @property
    def name(self) -> str:
        """What it is called in messages."""
        ...

    async def publish(self, subject: str, payload: Payload) -> Sent:
        """Tell all who listen. Raises OSError where the way is broken."""
        ...

    async def request(self, subject: str, payload: Payload, timeout_s: float) -> Sent:
        """Ask one who answers. Raises OSError, and TimeoutError."""
        ...

    async def close(self) -> None:
        """Leave."""
        ...
