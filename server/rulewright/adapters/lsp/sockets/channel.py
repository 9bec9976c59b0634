"""Messages over a socket. Both kinds give whole bodies in order, and write from any thread without waiting."""

import asyncio
import contextlib
import logging
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Protocol

from rulewright.adapters.lsp.framing import MAX_BODY, Framer, frame

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

log = logging.getLogger(__name__)

MAX_HELLO = 1024 * 1024
"""Bytes of the first message: who sends it is not known yet."""
PIECE = 1 << 16
"""Bytes read at a time."""
MAX_UNSENT = 64 * 1024 * 1024
"""Bytes that may wait for a client when there is something to send; one that lets more pile up is let go."""
CLOSE_S = 2.0
"""Seconds that a client has to read what was sent before the end."""


class Channel(Protocol):
    """One client's connection."""

    def bodies(self) -> AsyncGenerator[bytes, None]:
        """What the client sends, until it is gone."""

    def write(self, body: bytes) -> None:
        """Send one body, some time; once the client is gone, nothing more."""

    def close(self) -> None:
        """Send no more. The connection itself ends with `aclose`."""

    def on_lost(self, tell: Callable[[], None]) -> None:
        """Call `tell` in the loop's thread when the client has to be given up."""

    async def aclose(self) -> None:
        """Send what waits, for a while, and end the connection."""


class _Lasting(ABC):
    """What both kinds share: writing from any thread, and giving up a client."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._tell: Callable[[], None] = lambda: None
        self._is_over = False

    def write(self, body: bytes) -> None:
        """See `Channel`."""
        if threading.get_ident() == self._thread:
            self._write(body)
        else:
            with contextlib.suppress(RuntimeError):  # The loop is closed.
                self._loop.call_soon_threadsafe(self._write, body)

    @abstractmethod
    def _write(self, body: bytes) -> None:
        """Send in the loop's thread."""

    def close(self) -> None:  # noqa: B027 - there is nothing to do
        """See `Channel`."""

    def on_lost(self, tell: Callable[[], None]) -> None:
        """See `Channel`."""
        self._tell = tell

    def _give_up(self, transport: asyncio.BaseTransport | None) -> None:
        log.warning("a client that does not read was let go")
        self._is_over = True
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
        self._tell()


class TcpChannel(_Lasting):
    """A stream of framed bodies, as on standard input and output."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__()
        self._reader, self._writer = reader, writer

    async def bodies(self) -> AsyncGenerator[bytes, None]:
        """See `Channel`. No more is read before what came is handled, so a client cannot flood us."""
        framer = Framer(MAX_HELLO)
        with contextlib.suppress(OSError):
            while data := await self._reader.read(PIECE):
                for body in framer.feed(data):
                    framer.max_body = MAX_BODY
                    yield body

    def _write(self, body: bytes) -> None:
        transport = self._writer.transport
        if self._is_over or transport.is_closing():
            return
        # What waits already counts: one answer alone may be longer, and its client may read well.
        if transport.get_write_buffer_size() > MAX_UNSENT:
            self._give_up(transport)
            return
        transport.write(frame(body))

    async def aclose(self) -> None:
        """See `Channel`."""
        self._writer.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()


class WsChannel(_Lasting):
    """A WebSocket on which each message is one body without a header."""

    def __init__(self, connection: "ServerConnection") -> None:
        super().__init__()
        self._connection = connection
        self._unsent: deque[bytes] = deque()
        self._n_unsent = 0
        self._woken = asyncio.Event()
        self._sending = asyncio.create_task(self._send(), name="sending to a client")

    async def bodies(self) -> AsyncGenerator[bytes, None]:
        """See `Channel`."""
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - only who listens for it needs it

        with contextlib.suppress(ConnectionClosed):
            while True:
                message = await self._connection.recv(decode=False)
                self._connection.protocol.max_message_size = MAX_BODY
                yield message if isinstance(message, bytes) else message.encode()

    def _write(self, body: bytes) -> None:
        if self._is_over:
            return
        if self._n_unsent > MAX_UNSENT:
            self._give_up(self._connection.transport)
            return
        self._unsent.append(body)
        self._n_unsent += len(body)
        self._woken.set()

    async def _send(self) -> None:
        from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - as above

        with contextlib.suppress(ConnectionClosed):
            while True:
                while self._unsent:
                    body = self._unsent.popleft()
                    self._n_unsent -= len(body)
                    await self._connection.send(body, text=True)
                if self._is_over:
                    return
                self._woken.clear()
                await self._woken.wait()

    async def aclose(self) -> None:
        """See `Channel`."""
        self._is_over = True
        self._woken.set()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._sending
                await self._connection.close()
        except TimeoutError:
            self._connection.transport.abort()
