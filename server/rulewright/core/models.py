"""What is asked of a model and what comes back, and the port that every provider of models implements.

A message has parts, and a part knows where its text is from: that is how the gate in front of every provider
(`services/egress`) can tell what may leave. A provider renders parts in their order and adds no text from elsewhere.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol, runtime_checkable

import msgspec

Role = Literal["system", "user", "assistant", "tool"]
Purpose = Literal["chat", "complete", "fix", "explain", "refactor", "test", "document", "review", "embed"]


class Source(msgspec.Struct, frozen=True):
    """Where a text is from."""

    path: str
    """Relative to the project's root with forward slashes, or absolute."""
    first_line: int = 0
    """From 1; 0 where it is the whole file."""
    last_line: int = 0


class Part(msgspec.Struct, frozen=True):
    """A piece of a message."""

    text: str
    kind: Literal["text", "code"] = "text"
    source: Source | None = None
    """None for what was typed, or made here, of nothing that lies in a file."""
    label: str = ""
    """What it is to the prompt, such as `rules` or `task`: for receipts, never sent."""


class Message(msgspec.Struct, frozen=True):
    """One message of a conversation."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(part.text for part in self.parts)


class Infill(msgspec.Struct, frozen=True):
    """A hole to be filled: what stands before and behind it, and what may help."""

    prefix: Part
    suffix: Part
    extra: tuple[Part, ...] = ()


class ModelRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked. Either `messages` or `infill` is given."""

    root: str
    """Of the project, absolute: its settings say what may leave, and sources are relative to it."""
    messages: tuple[Message, ...] = ()
    infill: Infill | None = None
    purpose: Purpose = "chat"
    model: str = ""
    """Empty for the provider's own choice."""
    max_tokens: int = 2048
    temperature: float | None = None
    """None for the model's own."""
    stop: tuple[str, ...] = ()
    deadline_s: float = 120.0
    estimated_tokens: int = 0
    """Of the prompt, by our own count: beside the provider's it tells how far that is off. Not sent."""


class Delta(msgspec.Struct, frozen=True, tag="delta"):
    """More of the answer."""

    text: str


class Usage(msgspec.Struct, frozen=True, tag="usage"):
    """What it took, as the provider counts."""

    prompt_tokens: int
    answer_tokens: int
    cached_tokens: int = 0


class Finished(msgspec.Struct, frozen=True, tag="finished"):
    """The answer is whole, or as long as it was allowed to be."""

    reason: Literal["stop", "length", "filter"] = "stop"


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """There is no more, and what came is not the whole answer."""

    kind: Literal["unreachable", "refused", "overloaded", "too_long", "timeout", "cut", "broken", "secret", "budget"]
    """`refused`: the key or the request; `cut`: it ended without saying so; `secret`: held back by the gate; `budget`:
    it would have cost too much."""
    message: str
    """A sentence for the user."""
    status: int = 0
    """Of HTTP; 0 where there was none."""
    retry_after_s: float | None = None


class Withheld(msgspec.Struct, frozen=True, tag="withheld"):
    """A part was not sent."""

    path: str
    reason: str
    """Words that follow the path: `is ignored by git`."""

    @property
    def sentence(self) -> str:
        """For people."""
        return f"{self.path} {self.reason}, so it was not sent."


class Redacted(msgspec.Struct, frozen=True, tag="redacted"):
    """Secrets were taken out of what was sent."""

    kind: str
    count: int
    path: str = ""
    """Where they stood; empty for what is in no file."""

    @property
    def sentence(self) -> str:
        """For people."""
        what = f"A secret ({self.kind})" if self.count == 1 else f"{self.count:,} secrets ({self.kind})"
        was = "was" if self.count == 1 else "were"
        return f"{what}{f' in {self.path}' if self.path else ''} {was} taken out of what was sent."


class Sending(msgspec.Struct, frozen=True, tag="sending"):
    """What is sent, as it leaves the gate: receipts are made of this."""

    request: ModelRequest


Notice = Withheld | Redacted
ModelEvent = Delta | Usage | Finished | Failed | Withheld | Redacted | Sending
"""Notices come first, then what is sent, both from the gate; then deltas; `Finished` or `Failed` is the last."""


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider can do."""

    chat: bool = True
    infill: bool = False
    infill_extra: bool = False
    """Whether `Infill.extra` is sent. Where it is not, whoever asks puts it into the prefix, or does without."""
    embed: bool = False
    context_tokens: int = 0
    """Of prompt and answer together; 0 where it is not known."""


class Embeddings(msgspec.Struct, frozen=True):
    """Vectors of texts, in their order; None where a text was not sent."""

    vectors: tuple[tuple[float, ...] | None, ...]
    model: str
    notices: tuple[Notice, ...] = ()


class ModelError(Exception):
    """A provider could not answer where there is no stream to say so in; `failed` says why."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message)
        self.failed = failed


@runtime_checkable
class ModelProvider(Protocol):
    """A model, or several, behind one address."""

    @property
    def name(self) -> str:
        """As the user's settings call it."""
        ...

    @property
    def is_local(self) -> bool:
        """Whether what is sent stays on this machine."""
        ...

    async def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The answer as it comes; never raises but when cancelled. Closing it ends the answer at its source."""
        ...

    async def embed(self, root: str, parts: Sequence[Part]) -> Embeddings:
        """Vectors of texts of the project at `root`. Raises ModelError."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class TokenCounter(Protocol):
    """A provider whose server may count tokens as its model does."""

    async def count_tokens(self, root: str, parts: Sequence[Part]) -> int:
        """Those of texts of the project at `root`, put together; 0 where nobody counts. Raises ModelError."""
        ...
