"""Tells here what other processes of this machine wrote, while somebody wants to know."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY_S = 0.05
"""How often is looked, which costs some twenty microseconds: a change is to be seen within 200 ms."""


class Synchroniser:
    """One for each process. `run` belongs to the tree of supervisors; all else may be called in any thread."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._looks: dict[int, tuple[Callable[[], bool], Callable[[], object]]] = {}
        self._number = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wanted = asyncio.Event()

    @contextmanager
    def following(self, has_news: Callable[[], bool], look: Callable[[], object]) -> Iterator[None]:
        """While this lasts, `look` is called in a thread whenever `has_news` says so, and once at the start."""
        self._number += 1
        number = self._number
        self._looks[number] = has_news, look
        self._wake()
        try:
            yield
        finally:
            del self._looks[number]

    def _wake(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wanted.set)

    async def run(self) -> None:
        """Look again and again, as long as anybody follows."""
        self._loop = asyncio.get_running_loop()
        seen: set[int] = set()
        while True:
            if not self._looks:
                self._wanted.clear()
                # Somebody may have come just before.
                if not self._looks:
                    await self._wanted.wait()
            for number, (has_news, look) in tuple(self._looks.items()):
                if await asyncio.to_thread(has_news) or number not in seen:
                    await asyncio.to_thread(look)
                    seen.add(number)
            seen &= set(self._looks)
            await asyncio.sleep(self._every_s)
