"""A provider behind the gate: what features see of a provider, always."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import cast

from rulewright.core.models import (
    Capabilities,
    Embeddings,
    Failed,
    Message,
    ModelError,
    ModelEvent,
    ModelProvider,
    ModelRequest,
    Part,
    Sending,
    TokenCounter,
)
from rulewright.services.egress.gate import Gate


class GatedProvider:
    """Sends what the gate lets pass, and tells what it held back before the answer."""

    def __init__(self, gate: Gate, inner: ModelProvider) -> None:
        if isinstance(inner, GatedProvider):
            raise TypeError(f"{inner.name} is behind the gate already")
        # Out of reach of who only holds this object by its methods.
        self.__gate, self.__inner = gate, inner

    @property
    def name(self) -> str:
        """As the inner one's."""
        return self.__inner.name

    @property
    def is_local(self) -> bool:
        """As the inner one's."""
        return self.__inner.is_local

    async def capabilities(self) -> Capabilities:
        """As the inner one's."""
        return await self.__inner.capabilities()

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """What was held back, what is sent, then the answer."""
        # Ignore files are read, and git may be asked: not on the event loop.
        passed = await asyncio.to_thread(self.__gate.request, request, is_local=self.is_local)
        for notice in passed.notices:
            yield notice
        if passed.failed is not None:
            yield passed.failed
            return
        yield Sending(passed.request)
        answer = self.__inner.stream(passed.request)
        async with aclosing(cast("AsyncGenerator[ModelEvent, None]", answer)):
            async for event in answer:
                yield event

    async def embed(self, root: str, parts: Sequence[Part]) -> Embeddings:
        """Vectors of what may be sent; None for the rest."""
        passed = await asyncio.to_thread(self.__gate.parts, root, parts, is_local=self.is_local)
        if passed.failed is not None:
            raise ModelError(passed.failed)
        sent = [part for part in passed.parts if part is not None]
        if not sent:
            return Embeddings((None,) * len(passed.parts), "", passed.notices)
        found = await self.__inner.embed(root, sent)
        if len(found.vectors) != len(sent):
            told = f"{self.name} gave {len(found.vectors)} vectors for {len(sent)} texts."
            raise ModelError(Failed("broken", told))
        vectors = iter(found.vectors)
        each = tuple(None if part is None else next(vectors) for part in passed.parts)
        return Embeddings(each, found.model, passed.notices)

    async def count_tokens(self, root: str, parts: Sequence[Part]) -> int:
        """Those of what may be sent; 0 where the inner one does not count. Raises ModelError."""
        inner = self.__inner
        if not isinstance(inner, TokenCounter):
            return 0
        # They are put together, so a secret may stand in two of them: looked at as a message is.
        asked = ModelRequest(root=root, messages=(Message("user", tuple(parts)),))
        passed = await asyncio.to_thread(self.__gate.request, asked, is_local=self.is_local)
        if passed.failed is not None:
            raise ModelError(passed.failed)
        return await inner.count_tokens(root, passed.request.messages[0].parts)

    async def close(self) -> None:
        """Close the inner one."""
        await self.__inner.close()
