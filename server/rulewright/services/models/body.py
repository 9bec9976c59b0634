"""The bytes of an answer while they come: a task of its own reads them, so that what came together is taken so."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import ClassVar

CROWD = 25
"""From so many answers at once on, each is read less often: the same bytes in fewer pieces."""
PAUSE_S = 0.0005
"""Between two readings of an answer, for each that is on its way: 200 are read ten times a second each."""
MAX_PAUSE_S = 0.2
GRACE_S = 0.01
"""After a pause, until what there is is given out though nothing follows it."""
MAX_HELD = 4_000_000
"""Bytes that nobody has taken yet; reading waits then."""


class Body:
    """The body of one response. For one reader."""

    n_open: ClassVar[int] = 0

    def __init__(self, chunks: AsyncGenerator[bytes, None]) -> None:
        self._chunks = chunks
        self._held: list[bytes] = []
        self._n_held = 0
        self._is_over = False
        self._error: Exception | None = None
        self._news: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        Body.n_open += 1
        self._task: asyncio.Task[None] | None = asyncio.ensure_future(self._read())

    async def take(self, until: float) -> bytes | None:
        """All that came since the last time; None at the end. Raises TimeoutError, and what the connection raised."""
        if not self._held and not self._is_over:
            self._news = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout_at(until):
                    await self._news
            finally:
                self._news = None
        if self._held:
            taken = self._held[0] if len(self._held) == 1 else b"".join(self._held)
            self._held.clear()
            self._n_held = 0
            _set(self._room)
            return taken
        if self._error is not None:
            raise self._error
        return None

    async def _read(self) -> None:
        try:
            async with aclosing(self._chunks) as chunks:
                await self._read_all(chunks)
        except Exception as error:  # noqa: BLE001 - whatever a connection raises is told to who takes
            self._error = error
        finally:
            self._is_over = True
            self._tell()

    async def _read_all(self, chunks: AsyncGenerator[bytes, None]) -> None:
        loop = asyncio.get_running_loop()
        is_first = True
        async for chunk in chunks:
            # What came before was taken, so this was waited for.
            is_later = not self._held and not is_first
            is_first = False
            self._held.append(chunk)
            self._n_held += len(chunk)
            if is_later and Body.n_open >= CROWD:
                pause_s = min(Body.n_open * PAUSE_S, MAX_PAUSE_S)
                self._timer = loop.call_later(pause_s + GRACE_S, self._tell)
                await asyncio.sleep(pause_s)
                continue
            self._tell()
            if self._n_held > MAX_HELD:
                self._room = loop.create_future()
                await self._room

    def _tell(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        _set(self._news)

    async def close(self) -> None:
        """Stop reading. What was not taken is gone."""
        task, self._task = self._task, None
        if task is None:
            return
        Body.n_open -= 1
        task.cancel()
        await asyncio.wait({task})


def _set(future: "asyncio.Future[None] | None") -> None:
    if future is not None and not future.done():
        future.set_result(None)
