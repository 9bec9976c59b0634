"""One line on a terminal that says how far long work is, and goes away. Nobody else sees it."""

import os
import sys
from collections.abc import Callable, Mapping
from time import monotonic
from types import TracebackType
from typing import Self, TextIO

FIRST_AFTER_S = 0.5
"""Shorter work says nothing: a line that flashes is worse than none."""
EVERY_S = 0.1
WIDTH = 78
_ERASE = "\r" + " " * WIDTH + "\r"


def wants_progress(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether somebody looks at `stream`: a terminal that can go back in its line, and no CI system's log."""
    # Some set CI=false to say that this is none.
    in_ci = environ.get("CI", "").lower() not in {"", "0", "false"}
    return not in_ci and environ.get("TERM") != "dumb" and stream.isatty()


class ProgressLine:
    """Call it with how far the work is; use it with `with`, so that the line goes away whatever happens."""

    def __init__(self, *, shown: bool, stream: TextIO | None = None, clock: Callable[[], float] = monotonic) -> None:
        self._stream = stream or sys.stderr
        self._clock = clock
        self._is_shown = shown
        self._is_there = False
        self._next_at = clock() + FIRST_AFTER_S if shown else 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None) -> None:
        self.clear()

    def __call__(self, doing: str, done: int, total: int = 0, more: str = "") -> None:
        """`doing` such as "Checked"; `total` 0 means that nobody knows it yet."""
        if not self._is_shown or (now := self._clock()) < self._next_at:
            return
        self._next_at = now + EVERY_S
        self._is_there = True
        of = f" of {total:,}" if total else ""
        noun = "file" if (total or done) == 1 else "files"
        self._stream.write(f"\r{f'{doing} {done:,}{of} {noun}{more}':<{WIDTH}}")
        self._stream.flush()

    def clear(self) -> None:
        """Take the line away: something else is to be written, or the work is done."""
        if self._is_there:
            self._stream.write(_ERASE)
            self._stream.flush()
            self._is_there = False
