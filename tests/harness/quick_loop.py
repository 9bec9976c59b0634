"""An event loop in which nobody waits for time: where there is nothing else to do, its clock is put forward.

A deadline of a minute ends at once then, and never before whatever can be done has been done: no test that runs in it
depends on how busy the machine is. What runs in a thread is waited for, and no time passes meanwhile.
"""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any


class _Selector(selectors.DefaultSelector):
    """Looks for events without waiting where the loop would wait for a time only."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped_s = 0.0
        self.n_elsewhere = 0
        """Calls that run in threads."""

    def select(self, timeout: float | None = None) -> Any:
        """See `selectors.BaseSelector`."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if self.n_elsewhere:
            return super().select(None)
        found = super().select(0)
        if not found:
            self.skipped_s += timeout
        return found


class QuickLoop(asyncio.SelectorEventLoop):
    """The loop."""

    def __init__(self) -> None:
        self._quick = _Selector()
        super().__init__(self._quick)

    def time(self) -> float:
        """Seconds that were waited for. What is done takes none, however long it takes."""
        return self._quick.skipped_s

    def run_in_executor(  # type: ignore[override]
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> Any:
        """Run it in a thread, and let no time pass until it is done."""
        self._quick.n_elsewhere += 1
        future: asyncio.Future[Any] = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._back)
        return future

    def _back(self, _: object) -> None:
        self._quick.n_elsewhere -= 1
