"""Watch rule files and settings on disk, for editors that do not.

Only the rule folders are watched deeply, and the roots flat: watching a whole big repository costs a watch for each of
its folders, which systems limit.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path, PurePath

from rulewright.core.frameworks import MANIFESTS
from rulewright.core.rules.foreign_names import NAMES

RULES_FOLDER = ".ai-rules"
SETTINGS_FILES = ("rulewright.toml", "pyproject.toml")
DEBOUNCE_MS = 50
STEP_MS = 10
RETRY_S = 1.0
LOOK_AGAIN_S = 5.0
"""How often the folders are asked for without a change: an editor may have opened another one."""

OnChange = Callable[[list[str]], Awaitable[None]]
_Changes = asyncio.Queue[list[str] | None]
"""Paths that changed; None when a watch has ended by itself."""


async def watch(
    roots: Callable[[], Iterable[str]], rule_folders: Callable[[], Iterable[str]], on_change: OnChange
) -> None:
    """Call `on_change` with absolute paths until cancelled. The folders are asked for again after each change."""
    is_first = True
    while True:
        flat, deep = _existing(roots()), _existing(rule_folders())
        if not flat and not deep:
            is_first = False
            await asyncio.sleep(RETRY_S)
            continue
        async with _watching(flat, deep) as changes:
            if not is_first:
                # What happened while the watch was set up anew was not seen.
                await on_change(list(rule_folders()))
            is_first = False
            while (paths := await _next(changes)) is not None:
                if paths:
                    await on_change(paths)
                if not {*flat, *deep}.isdisjoint(paths) or (_existing(roots()), _existing(rule_folders())) != (
                    flat,
                    deep,
                ):
                    break


def is_wanted(path: str) -> bool:
    """Whether a change at `path`, which may be anywhere in a project, matters."""
    parts = PurePath(path).parts
    return RULES_FOLDER in parts or parts[-1] in SETTINGS_FILES or parts[-1] in MANIFESTS or parts[-1] in NAMES


def _existing(folders: Iterable[str]) -> list[str]:
    return [folder for folder in folders if Path(folder).is_dir()]


async def _next(changes: _Changes) -> list[str] | None:
    """All that changed since the last look; empty when nothing did for a while."""
    try:
        paths = await asyncio.wait_for(changes.get(), LOOK_AGAIN_S)
    except TimeoutError:
        return []
    while paths is not None and not changes.empty():
        more = changes.get_nowait()
        paths = None if more is None else sorted({*paths, *more})
    return paths


@asynccontextmanager
async def _watching(flat: list[str], deep: list[str]) -> AsyncIterator[_Changes]:
    changes: _Changes = asyncio.Queue()
    stop = asyncio.Event()
    tasks = [
        asyncio.ensure_future(_forward(folders, changes, recursive=recursive, stop=stop))
        for folders, recursive in ((flat, False), (deep, True))
        if folders
    ]
    try:
        # Each task has set up its watch when it first waits.
        await asyncio.sleep(0)
        yield changes
        for task in tasks:
            if task.done() and not isinstance(task.exception(), FileNotFoundError):
                task.result()
    finally:
        stop.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forward(folders: list[str], changes: _Changes, *, recursive: bool, stop: asyncio.Event) -> None:
    from watchfiles import Change, awatch  # noqa: PLC0415 - only for editors that do not watch
    from watchfiles._rust_notify import WatchfilesRustInternalError  # noqa: PLC0415

    def wanted(_: Change, path: str) -> bool:
        # Folders that are watched deeply hold nothing but rules.
        return recursive or is_wanted(path)

    found = awatch(
        *folders,
        recursive=recursive,
        watch_filter=wanted,
        debounce=DEBOUNCE_MS,
        step=STEP_MS,
        stop_event=stop,
    )
    try:
        async for change in found:
            changes.put_nowait(sorted({path for _, path in change}))
    except* WatchfilesRustInternalError:
        # A name that is not UTF-8, maybe of a file that was only read. A full look follows, but not at once.
        await asyncio.sleep(RETRY_S)
    finally:
        changes.put_nowait(None)
