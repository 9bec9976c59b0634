"""Work-done progress, where the client gave a token or has announced that it shows progress."""

from collections.abc import Callable
from contextvars import ContextVar
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING, Self

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from rulewright.adapters.lsp.language_server import Server

_numbers = count(1)
TOKEN: "ContextVar[int | str | None]" = ContextVar("token", default=None)
"""Of the command that runs, where its client gave one."""


class Progress:
    """Shows that long work goes on. Nothing is shown before its first report, so short work stays silent."""

    def __init__(self, server: "Server", token: int | str | None, title: str, *, cancellable: bool = False) -> None:
        self._server = server
        self.token = token
        self._title = title
        self._cancellable = cancellable
        self._begun = False
        self._stop: Callable[[], None] | None = None

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """Call this when somebody cancels the work where its progress is shown."""
        self._stop = stop
        if self.token is not None:
            self._server.stops[self.token] = stop

    async def __aenter__(self) -> Self:
        return self

    async def report(self, text: str, percentage: int | None = None) -> None:
        """Say how far the work has come; the percentage, where there is one, belongs to every report."""
        if not self._begun:
            await self._begin(percentage)
        self._send(t.WorkDoneProgressReport(message=text, percentage=percentage))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.token is not None:
            self._server.stops.pop(self.token, None)
        if self._begun:
            self._send(t.WorkDoneProgressEnd())

    async def _begin(self, percentage: int | None) -> None:
        self._begun = True
        if self.token is None and self._server.client.progress:
            token = f"rulewright-{next(_numbers)}"
            params = t.WorkDoneProgressCreateParams(token=token)
            try:
                await self._server.ask(t.WINDOW_WORK_DONE_PROGRESS_CREATE, params)
            except (JsonRpcException, TimeoutError):
                return
            self.token = token
        if self._stop is not None:
            self.on_cancel(self._stop)
        begin = t.WorkDoneProgressBegin(title=self._title, cancellable=self._cancellable, percentage=percentage)
        self._send(begin)

    def _send(self, value: t.WorkDoneProgressBegin | t.WorkDoneProgressReport | t.WorkDoneProgressEnd) -> None:
        if self.token is not None:
            self._server.protocol.notify(t.PROGRESS, t.ProgressParams(token=self.token, value=value))
