"""Log lines for people: all to stderr, and to the editor's log, there never in a flood."""

import asyncio
import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from lsprotocol import types as t

from rulewright.adapters.lsp.language_server import Server

MAX_LINES = 40
WINDOW_S = 10.0

_KINDS = {
    logging.ERROR: t.MessageType.Error,
    logging.WARNING: t.MessageType.Warning,
    logging.INFO: t.MessageType.Info,
}


class Flood:
    """Lets `n` lines pass in `window_s` seconds, and the same line once."""

    def __init__(self, n: int, window_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._window_s = window_s
        self._now = now
        self._passed: deque[tuple[float, str]] = deque(maxlen=n)
        self._n = n
        self.n_held = 0
        """Lines held back since the last one that passed."""

    def passes(self, line: str) -> bool:
        """Whether this line may be sent now."""
        now = self._now()
        while self._passed and now - self._passed[0][0] > self._window_s:
            self._passed.popleft()
        if len(self._passed) >= self._n or any(line == before for _, before in self._passed):
            self.n_held += 1
            return False
        self._passed.append((now, line))
        return True


SESSION: ContextVar[Server | None] = ContextVar("SESSION", default=None)
"""Whose work this is, in a process that has more than one client."""


class ClientLog(logging.Handler):
    """Sends log records to the client as window/logMessage, but for those of another client's session."""

    def __init__(self, server: Server, loop: asyncio.AbstractEventLoop, level: int = logging.INFO) -> None:
        super().__init__(level)
        self._server = server
        self._loop = loop
        self._flood = Flood(MAX_LINES, WINDOW_S)

    def emit(self, record: logging.LogRecord) -> None:
        """Send from the loop's own thread, whichever thread logs."""
        if SESSION.get() not in {None, self._server}:
            return
        line = clean(record.getMessage())
        try:
            self._loop.call_soon_threadsafe(self._send, record.levelno, line)
        except RuntimeError:  # The loop is closed: the client is gone.
            return

    def _send(self, level: int, line: str) -> None:
        if self._server.protocol.phase != "running" or not self._flood.passes(line):
            return
        if self._flood.n_held:
            line += f" ({self._flood.n_held} more lines are on stderr only)"
            self._flood.n_held = 0
        kind = next((kind for at_least, kind in _KINDS.items() if level >= at_least), t.MessageType.Log)
        self._server.window_log_message(t.LogMessageParams(type=kind, message=line))


def clean(line: str) -> str:
    """A line without secrets; where that cannot be said, none of it."""
    # Imported when there is something to say: no start waits for it.
    from rulewright.core.privacy.redact import redact  # noqa: PLC0415

    try:
        return redact(line)
    except Exception as error:  # noqa: BLE001 - what logs must not fail
        return f"a line that could not be looked at for secrets ({type(error).__name__})"


@contextmanager
def logging_to_stderr() -> Iterator[None]:
    """Send the log to stderr for as long as this lasts, unless it goes somewhere already."""
    ours, pygls = logging.getLogger("rulewright"), logging.getLogger("pygls")
    stderr = logging.StreamHandler(sys.stderr)
    stderr.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    level, pygls_level = ours.level, pygls.level
    ours.setLevel(min(level or logging.INFO, logging.INFO))
    # pygls logs each refused or cancelled request with a traceback; what matters of it we log ourselves.
    pygls.setLevel(logging.CRITICAL)
    try:
        with nullcontext() if ours.handlers else _handling(stderr):
            yield
    finally:
        ours.setLevel(level)
        pygls.setLevel(pygls_level)


def logging_to(server: Server) -> AbstractContextManager[None]:
    """Send the log to the client too for as long as this lasts."""
    return _handling(ClientLog(server, asyncio.get_running_loop()))


@contextmanager
def _handling(handler: logging.Handler) -> Iterator[None]:
    ours = logging.getLogger("rulewright")
    ours.addHandler(handler)
    try:
        yield
    finally:
        ours.removeHandler(handler)
        handler.close()
