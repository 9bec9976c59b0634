"""Cancels a coroutine at each of its await points, one after the other."""

import asyncio
import types
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
from typing import Any

Walk = Callable[..., AsyncGenerator[Callable[[], Awaitable[None]], None]]
"""Sets something up, yields the work to cancel, and checks afterwards what has to be true in any case."""
REST_S = 0.1
"""Work that waits for longer than this ends with the walk."""
MAX_POINTS = 400


async def walk(make: Walk, *arguments: Any, n_cancels: int = 1) -> int:
    """Do the work of `make` again and again, cancelled at its first await, its second one and so on; how many it has.

    With more `n_cancels` it is cancelled as often, at awaits that follow each other: also while it cleans up.
    Raises AssertionError when it leaves a task, or is not done with when it is cancelled.
    """
    for number in range(MAX_POINTS):
        before = asyncio.all_tasks()
        stage = make(*arguments)
        work = await anext(stage)
        is_over = await _cancelled_at(work, number, n_cancels)
        async for _ in stage:
            raise AssertionError("there is one work in a walk")
        left = {task for task in asyncio.all_tasks() - before if not task.done()}
        assert not left, f"cancelled at await {number}, it left {left}"
        if is_over:
            return number
    raise AssertionError(f"more than {MAX_POINTS} await points")


async def _cancelled_at(work: Callable[[], Awaitable[None]], number: int, n_cancels: int) -> bool:
    """Whether the work had no await of that number."""
    seen = [0]

    async def run() -> None:
        await work()

    task = asyncio.get_running_loop().create_task(_counted(run(), number, n_cancels, seen))
    await asyncio.wait({task}, timeout=REST_S)
    while not task.done() and seen[0] <= number:
        # It waits for what does not come: that is its end.
        task.cancel()
        await asyncio.wait({task}, timeout=REST_S)
    if not task.done():
        await asyncio.wait({task}, timeout=10)
    assert task.done(), f"cancelled at await {number}, it goes on"
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error
    return seen[0] <= number


@types.coroutine
def _counted(
    inner: Coroutine[Any, Any, None], number: int, n_cancels: int, seen: list[int]
) -> Generator[Any, Any, None]:
    step: Callable[[Any], Any] = inner.send
    value: Any = None
    while True:
        try:
            awaited = step(value)
        except StopIteration:
            return
        if number <= seen[0] < number + n_cancels:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
        seen[0] += 1
        try:
            value = yield awaited
            step = inner.send
        except BaseException as error:  # noqa: BLE001 - it is thrown into the work, as without us
            step, value = inner.throw, error
