"""Leaves when the editor that started the server is gone, even where it could not close the pipe."""

import asyncio
import os
import sys
from collections.abc import Callable

INTERVAL_S = 3.0
MAX_PID = 2**31 - 1


async def watch(pid: int, gone: Callable[[], None]) -> None:
    """Call `gone` when process `pid` ends. A process that cannot be seen at all is not watched.

    An editor outside our container names a process id that means nothing here.
    """
    if pid == os.getpid() or not is_alive(pid):
        return
    await _ended(pid)
    gone()


async def _ended(pid: int) -> None:
    if sys.platform == "linux":
        try:
            fd = os.pidfd_open(pid)
        except OSError:  # An old kernel, or the process has just ended.
            pass
        else:
            await _readable(fd)
            return
    while is_alive(pid):  # noqa: ASYNC110 - no event tells of a foreign process's end
        await asyncio.sleep(INTERVAL_S)


async def _readable(fd: int) -> None:
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(fd, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(fd)
        os.close(fd)


def is_alive(pid: int) -> bool:
    """Whether there is such a process. A client may name any number."""
    if not 0 < pid <= MAX_PID:
        return False
    if sys.platform == "win32":  # pragma: no cover
        import ctypes  # noqa: PLC0415

        synchronize, timeout = 0x00100000, 0x102
        handle = ctypes.windll.kernel32.OpenProcess(synchronize, False, pid)
        if not handle:
            return False
        try:
            return bool(ctypes.windll.kernel32.WaitForSingleObject(handle, 0) == timeout)
        finally:
            ctypes.windll.kernel32.CloseHandle(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
