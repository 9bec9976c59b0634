"""Draws an answer in a terminal while it comes: each block of markdown once it is whole, the last one as it grows."""

import re
import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    pass

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
DRAWS_PER_S = 10


class Drawing(Protocol):
    """Shows an answer that comes bit by bit."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Nothing more comes."""

    def add(self, text: str) -> None:
        """More of it."""


def harmless(text: str) -> str:
    """A model's text without what would drive a terminal."""
    return _CONTROL.sub("", text)


class Plain:
    """As it comes, for pipes."""

    def __init__(self) -> None:
        self._last = "\n"

    def __enter__(self) -> Self:
        return self

    def add(self, text: str) -> None:
        """See `Drawing`."""
        if text:
            sys.stdout.write(harmless(text))
            sys.stdout.flush()
            self._last = text[-1]

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._last != "\n":
            sys.stdout.write("\n")
            sys.stdout.flush()


class Markdown:
    """Drawn, for people."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console: Console = Console(highlight=False, soft_wrap=False)
        # A thread that draws by itself may do so while a block is printed, and lines are lost.
        self._live: Live = Live(console=self._console, auto_refresh=False, transient=True)
        self._rest = ""
        self._drawn_at_s = -1.0

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def add(self, text: str) -> None:
        """See `Drawing`."""
        from rich.markdown import Markdown as Drawn

        self._rest += harmless(text)
        whole, self._rest = whole_blocks(self._rest)
        now_s = monotonic()
        if not whole.strip() and now_s - self._drawn_at_s < 1 / DRAWS_PER_S:
            return
        self._drawn_at_s = now_s
        # Of a long block only the end has room. What is whole is gone from below before it is printed above.
        self._live.update(Drawn(last_lines(self._rest, max(4, self._console.height - 6))), refresh=True)
        if whole.strip():
            self._live.console.print(Drawn(whole), "")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        from rich.markdown import Markdown as Drawn

        self._live.update("")
        self._live.stop()
        if self._rest.strip():
            self._console.print(Drawn(self._rest))


def whole_blocks(text: str) -> tuple[str, str]:
    """The blocks of markdown that nothing can change any more, and the rest: a block ends before a blank line.

    What is in a fenced block of code, or may go on as a list, ends no block.
    """
    end = at = 0
    fence = ""
    is_list = False
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        at += len(line)
        found = _FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif fence and found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        if fence:
            continue
        if line.strip() and not line[0].isspace():
            is_list = bool(re.match(r"[-*+] |\d+[.)] ", line))
        ends_here = not line.strip() and line.endswith("\n")
        follows = lines[number + 1] if number + 1 < len(lines) else ""
        if ends_here and follows.strip() and not follows[0].isspace() and not (is_list and _is_item(follows)):
            end = at
    return text[:end], text[end:]


def last_lines(text: str, n_lines: int) -> str:
    """The end of markdown, in which what was code stays code: the line that opens its block comes before it."""
    lines = text.splitlines()
    fence = opening = ""
    for line in lines[:-n_lines]:
        found = _FENCE.match(line)
        if not fence and found:
            fence, opening = found[1], line
        elif fence and found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
    return "\n".join([*([opening] if fence else []), *lines[-n_lines:]])


def _is_item(line: str) -> bool:
    # `-` alone may become one.
    return bool(re.match(r"[-*+](?: |$)|\d+[.)]?(?: |$)", line))
