"""Less to do at the start and the end of a process: a fifth of the time of a short command.

`begin` is called before anything else is imported, `begun` behind that, and `end_with` when all is done.
"""

import atexit
import gc
import os
import sys

TYPE_CHECKING = False
"""As in `typing`, whose import is saved as well where nobody needs it."""
if TYPE_CHECKING:
    from typing import Any

_exit_code: int | None = None


def begin() -> None:
    """Import msgspec by the short way, look for no garbage until `begun`, and be the last to run at the end."""
    gc.disable()
    keep_memory()
    # What is registered first runs last, and behind the last thread. What a profiler or a measure of coverage has
    # registered before would not run any more: then Python ends as it always does.
    if atexit._ncallbacks() == 0:  # noqa: SLF001 - nothing else tells
        atexit.register(_end)
    _import_msgspec()


def keep_memory() -> None:
    """Have glibc keep what is freed, once it was as much, for what is wanted next.

    To compile a query, as to read a large message, takes some megabytes for a moment, which it else gets from the
    system each time, page by page. What is forked from here keeps them, too.
    """
    bytes(8 << 20)  # Not touched, and so no cost.


def begun() -> None:
    """What is there now stays, so that garbage is never looked for among it."""
    gc.freeze()
    gc.enable()


def _import_msgspec() -> None:
    """Import it without `typing_extensions`.

    It takes three names from there that `typing` has, too, and falls back on that. The module brings `inspect` along
    and takes as long as msgspec itself.
    """
    if "msgspec" in sys.modules or "typing_extensions" in sys.modules:
        return
    modules: dict[str, Any] = sys.modules
    modules["typing_extensions"] = None  # As if it were not there.
    try:
        import msgspec  # noqa: F401, PLC0415 - for all who import it from now on
    finally:
        del modules["typing_extensions"]


def end_with(code: int) -> int:
    """The same code, with which the process will end as soon as whatever waits for its end is done.

    Whatever it holds is not taken apart first: the system takes it back as a whole. What fails on the way has Python
    end as it always does.
    """
    global _exit_code  # noqa: PLW0603 - there is one process
    _exit_code = code
    return code


def _end() -> None:
    if _exit_code is None:
        return
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return  # Python says it when it closes them.
    os._exit(_exit_code)
