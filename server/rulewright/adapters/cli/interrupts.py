"""Ctrl-C while something is awaited."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Runner:
    """`asyncio.Runner`, whose event loop Ctrl-C stops between two of its steps.

    asyncio cancels the task right where the signal comes, which may be in the middle of waking it: the answer of a
    model is then lost with a traceback. A second Ctrl-C waits for nothing.
    """

    def __init__(self) -> None:
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._runner.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def run(self, coro: Coroutine[Any, Any, T]) -> T:
        """What the coroutine gives. Raises KeyboardInterrupt when it was interrupted, and had been cancelled for it."""
        interrupted = False

        async def interruptible() -> T:
            nonlocal interrupted
            loop, task = asyncio.get_running_loop(), asyncio.current_task()

            def interrupt() -> None:
                nonlocal interrupted
                interrupted = True
                loop.remove_signal_handler(signal.SIGINT)
                if task is not None:
                    task.cancel()

            loop.add_signal_handler(signal.SIGINT, interrupt)
            try:
                return await coro
            finally:
                loop.remove_signal_handler(signal.SIGINT)

        if sys.platform == "win32" or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            # As asyncio does it: what is ignored stays so, as in the background of a shell.
            return self._runner.run(coro)
        try:
            return self._runner.run(interruptible())
        except asyncio.CancelledError:
            if interrupted:
                raise KeyboardInterrupt from None
            raise


def run(coro: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, with a `Runner`."""
    with Runner() as runner:
        return runner.run(coro)
