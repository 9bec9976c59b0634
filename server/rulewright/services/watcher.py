"""Watch rule files and settings on disk, for editors that do not.

Only the rule folders are watched deeply, and the roots flat: watching a whole big repository costs a watch for each of
its folders, which systems limit.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

RULES_FOLDER = ".ai-rules"
DEBOUNCE_MS = 50
STEP_MS = 10
RETRY_S = 1.0

OnChange = Callable[[list[str]], Awaitable[None]]


async def watch(
    roots: Callable[[], Iterable[str]], rule_folders: Callable[[], Iterable[str]], on_change: OnChange
) -> None:
    """Call `on_change` with absolute paths until cancelled. The folders are asked for again after each change."""
    while True:
        flat = _existing(roots())
        deep = _existing(rule_folders())
        if not flat and not deep:
            await asyncio.sleep(RETRY_S)
            continue
        await on_change(await _first_change(flat, deep))


def _existing(folders: Iterable[str]) -> list[str]:
    return [folder for folder in folders if Path(folder).is_dir()]


async def _first_change(flat: list[str], deep: list[str]) -> list[str]:
    stop = asyncio.Event()
    tasks = [
        asyncio.ensure_future(_next(folders, recursive=recursive, stop=stop))
        for folders, recursive in ((flat, False), (deep, True))
        if folders
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return [path for task in done for path in task.result()]
    finally:
        stop.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _next(folders: list[str], *, recursive: bool, stop: asyncio.Event) -> list[str]:
    from watchfiles import Change, awatch  # noqa: PLC0415 - only for editors that do not watch

    def wanted(_: Change, path: str) -> bool:
        return RULES_FOLDER in path or path.endswith(("rulewright.toml", "pyproject.toml"))

    changes = awatch(
        *folders,
        recursive=recursive,
        watch_filter=wanted,
        debounce=DEBOUNCE_MS,
        step=STEP_MS,
        stop_event=stop,
    )
    async for found in changes:
        return sorted({path for _, path in found})
    return []
