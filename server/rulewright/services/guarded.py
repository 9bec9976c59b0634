"""Providers and peers behind a breaker: one that is down is not asked for a while, and nobody waits for it.

The breaker is inside of the gate: what the gate holds back says nothing about who would have got it.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import TypeVar, cast

from rulewright.core.circuits import Circuits, Open
from rulewright.core.models import (
    Capabilities,
    Delta,
    Embeddings,
    Failed,
    Finished,
    ModelError,
    ModelEvent,
    ModelProvider,
    ModelRequest,
    Part,
    TokenCounter,
)
from rulewright.core.peers import Payload, Peer, Sent

T = TypeVar("T")
DOWN = frozenset({"unreachable", "overloaded", "timeout", "cut", "broken"})
"""Failures that count. That a request was too long, or a key is wrong, is known at once each time."""


class GuardedProvider:
    """A provider that is asked while its breaker lets it be."""

    def __init__(self, inner: ModelProvider, circuits: Circuits) -> None:
        self._inner, self._circuits = inner, circuits

    @property
    def name(self) -> str:
        """As the inner one's."""
        return self._inner.name

    @property
    def is_local(self) -> bool:
        """As the inner one's."""
        return self._inner.is_local

    @property
    def _circuit(self) -> str:
        return f"model {self.name}"

    async def capabilities(self) -> Capabilities:
        """As the inner one's. Raises what it raises, and ModelError while it is left alone."""
        return await self._asked(self._inner.capabilities)

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """The answer; a sentence while it is left alone."""
        try:
            self._circuits.admit(self._circuit)
        except Open as still:
            yield _alone(still)
            return
        answers, is_told = self._inner.stream(request), False
        begun = False
        try:
            async with aclosing(cast("AsyncGenerator[ModelEvent, None]", answers)):
                async for event in answers:
                    begun = begun or isinstance(event, Delta)
                    if isinstance(event, Failed) and event.kind in DOWN:
                        is_told = True
                        self._circuits.failed(self._circuit, event.message)
                    elif isinstance(event, Failed | Finished):
                        # It answers, be it with a refusal.
                        is_told = True
                        self._circuits.succeeded(self._circuit)
                    yield event
        finally:
            if not is_told:
                # Whoever read it wanted no more.
                (self._circuits.succeeded if begun else self._circuits.abandoned)(self._circuit)

    async def embed(self, root: str, parts: Sequence[Part]) -> Embeddings:
        """As the inner one's. Raises ModelError."""
        return await self._asked(lambda: self._inner.embed(root, parts))

    async def count_tokens(self, root: str, parts: Sequence[Part]) -> int:
        """As the inner one's; 0 where it does not count. Raises ModelError."""
        inner = self._inner
        if not isinstance(inner, TokenCounter):
            return 0
        return await self._asked(lambda: inner.count_tokens(root, parts))

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T:
        try:
            self._circuits.admit(self._circuit)
        except Open as still:
            raise ModelError(_alone(still)) from None
        try:
            answer = await ask()
        except ModelError as error:
            if error.failed.kind in DOWN:
                self._circuits.failed(self._circuit, error.failed.message)
            else:
                self._circuits.succeeded(self._circuit)
            raise
        except Exception as error:
            self._circuits.failed(self._circuit, f"{type(error).__name__}: {error}")
            raise
        except BaseException:
            self._circuits.abandoned(self._circuit)
            raise
        self._circuits.succeeded(self._circuit)
        return answer

    async def close(self) -> None:
        """Let go of connections."""
        await self._inner.close()


class GuardedPeer:
    """The way to other nodes, taken while its breaker lets it be; each kind of call has its own."""

    def __init__(self, inner: Peer, circuits: Circuits) -> None:
        self._inner, self._circuits = inner, circuits

    @property
    def name(self) -> str:
        """As the inner one's."""
        return self._inner.name

    async def publish(self, subject: str, payload: Payload) -> Sent:
        """As the inner one's. Raises OSError, also while it is left alone."""
        return await self._sent("publish", lambda: self._inner.publish(subject, payload))

    async def request(self, subject: str, payload: Payload, timeout_s: float) -> Sent:
        """As the inner one's. Raises OSError, also while it is left alone, and TimeoutError."""
        return await self._sent("request", lambda: self._inner.request(subject, payload, timeout_s))

    async def _sent(self, operation: str, send: Callable[[], Awaitable[Sent]]) -> Sent:
        circuit = f"peer {self.name}, {operation}"
        try:
            self._circuits.admit(circuit)
        except Open as still:
            raise ConnectionError(str(still)) from None
        try:
            sent = await send()
        except Exception as error:
            self._circuits.failed(circuit, f"{type(error).__name__}: {error}")
            raise
        except BaseException:
            self._circuits.abandoned(circuit)
            raise
        self._circuits.succeeded(circuit)
        return sent

    async def close(self) -> None:
        """Leave."""
        await self._inner.close()


def _alone(still: Open) -> Failed:
    return Failed("unreachable", str(still), retry_after_s=still.retry_in_s)
