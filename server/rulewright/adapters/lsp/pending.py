"""Work in progress: every task is held, its failure is told, and `rulewright/settled` can wait for it."""

import asyncio
from collections.abc import Callable, Coroutine
from traceback import format_exception
from typing import Any

from rulewright.adapters.lsp.moment import MOMENT


class Pending:
    """Knows what goes on and which message caused it."""

    def __init__(self, failed: Callable[[str, str], None]) -> None:
        self._failed = failed
        self._live: dict[object, int] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._waiting: set[asyncio.Future[None]] = set()

    def begin(self) -> object:
        """Note that something goes on; pass what this returns to `end`."""
        key = object()
        self._live[key] = MOMENT.get().origin
        return key

    def end(self, key: object) -> None:
        """Note that it is over."""
        self._live.pop(key, None)
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run `work` as a task of the current message."""
        key = self.begin()
        task = self.start_background(work, name)
        task.add_done_callback(lambda _: self.end(key))
        return task

    def start_background(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run `work`, for which nobody waits, until it ends or the server does."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return task

    async def settled(self, before: int) -> None:
        """Wait until nothing goes on that a message before number `before` has caused."""
        while any(origin < before for origin in self._live.values()):
            waiting = asyncio.get_running_loop().create_future()
            self._waiting.add(waiting)
            await waiting

    def cancel(self) -> None:
        """Cancel every task."""
        for task in self._tasks:
            task.cancel()

    async def aclose(self) -> None:
        """Cancel every task and wait for its end."""
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _over(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(f"{task.get_name()} failed: {error}", "".join(format_exception(error)))
