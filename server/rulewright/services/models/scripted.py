"""A provider that says what it is told to, faults included: for tests, and to show things without a model.

A script is what it answers to one request: steps in order. It behaves as a provider over a network does: an answer
comes in pieces, may stop coming, may be cut, may fail, and ends at once when nobody reads it any more.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

import msgspec

from rulewright.core.models import (
    Capabilities,
    Delta,
    Embeddings,
    Failed,
    Finished,
    ModelError,
    ModelEvent,
    ModelRequest,
    Part,
    Usage,
)
from rulewright.core.tokens import estimate

N_DIMENSIONS = 32


class Say(msgspec.Struct, frozen=True):
    """Text, in pieces of `chunk` characters."""

    text: str
    chunk: int = 16


class Stall(msgspec.Struct, frozen=True):
    """Nothing for a while; without a number, nothing any more."""

    seconds: float | None = None


class Drop(msgspec.Struct, frozen=True):
    """The connection is gone, with no word about why."""


class Fail(msgspec.Struct, frozen=True):
    """An error of the provider."""

    failed: Failed


Step = Say | Stall | Drop | Fail
Script = Sequence[Step]


class ScriptedProvider:
    """Answers each request with the next script, or with what a function makes of it; keeps what it was sent."""

    def __init__(
        self,
        scripts: Iterable[Script] | Callable[[ModelRequest], Script],
        *,
        name: str = "scripted",
        is_local: bool = False,
        capabilities: Capabilities | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`pause` waits for seconds; a test may hand in one that does not."""
        self._name, self._is_local, self._pause = name, is_local, pause
        self._capabilities = capabilities or Capabilities(infill=True, embed=True)
        self._scripts = None if callable(scripts) else iter(scripts)
        self._make = scripts if callable(scripts) else None
        self.requests: list[ModelRequest] = []
        """All that was sent to it, the oldest first."""
        self.embedded: list[tuple[str, ...]] = []
        self.n_open = 0
        """Answers that are being given now."""
        self.n_abandoned = 0
        """Answers that were ended by whoever read them."""
        self.is_closed = False
        self.began = asyncio.Event()
        """Set with the first request."""

    @property
    def name(self) -> str:
        """As it was told."""
        return self._name

    @property
    def is_local(self) -> bool:
        """As it was told."""
        return self._is_local

    async def capabilities(self) -> Capabilities:
        """As it was told."""
        return self._capabilities

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The next script, as it comes."""
        self.requests.append(request)
        self.began.set()
        script = self._make(request) if self._make is not None else next(self._scripts or iter(()), None)
        if script is None:
            yield Failed("broken", f"{self._name} has no script for this request.")
            return
        self.n_open += 1
        is_whole = False
        try:
            async for event in self._play(script, request):
                yield event
            is_whole = True
        finally:
            self.n_open -= 1
            self.n_abandoned += not is_whole

    async def _play(self, script: Script, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        said = ""
        for step in script:
            match step:
                case Say(text, chunk):
                    for start in range(0, len(text), max(1, chunk)):
                        piece = text[start : start + max(1, chunk)]
                        said += piece
                        yield Delta(piece)
                        # Whoever else has something to do gets a turn, as between two packets.
                        await self._pause(0)
                case Stall(None):
                    await asyncio.get_running_loop().create_future()
                case Stall(seconds):
                    await self._pause(seconds or 0)
                case Drop():
                    yield Failed("cut", f"{self._name} broke off in the middle of its answer.")
                    return
                case Fail(failed):
                    yield failed
                    return
        yield Usage(sum(estimate(message.text) for message in request.messages), estimate(said))
        yield Finished()

    async def embed(self, root: str, parts: Sequence[Part]) -> Embeddings:
        """Vectors of words: texts that share words have vectors that are near."""
        del root
        if not self._capabilities.embed:
            raise ModelError(Failed("refused", f"{self._name} makes no embeddings."))
        self.embedded.append(tuple(part.text for part in parts))
        return Embeddings(tuple(_vector(part.text) for part in parts), self._name)

    async def close(self) -> None:
        """Say no more."""
        self.is_closed = True


def _vector(text: str) -> tuple[float, ...]:
    vector = [0.0] * N_DIMENSIONS
    for word in text.lower().split():
        digest = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()
        vector[digest[0] % N_DIMENSIONS] += 1.0 if digest[1] % 2 else -1.0
    length = sum(x * x for x in vector) ** 0.5 or 1.0
    return tuple(x / length for x in vector)
