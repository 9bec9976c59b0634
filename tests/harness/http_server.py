"""A server of HTTP on loopback that says what a test tells it, byte for byte, and sees what becomes of connections."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from queue import Queue
from threading import Thread
from typing import Any, NamedTuple


class Asked(NamedTuple):
    """A request."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


class Line:
    """A connection, from the server's side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.is_last = False
        """The answer ends with the connection."""

    async def send(self, data: bytes | str) -> None:
        """Some bytes, now. Raises ConnectionError when the other side has gone."""
        self._writer.write(data.encode() if isinstance(data, str) else data)
        await self._writer.drain()

    async def head(self, status: int = 200, content_type: str = "text/event-stream", **headers: str) -> None:
        """The head of an answer that ends with the connection."""
        self.is_last = True
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        await self.send(f"HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\nconnection: close\r\n{more}\r\n")

    async def reply(
        self, body: bytes | str, status: int = 200, content_type: str = "application/json", **headers: str
    ) -> None:
        """A whole answer, after which the connection stays."""
        data = body.encode() if isinstance(body, str) else body
        more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        head = f"HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {len(data)}\r\n{more}\r\n"
        await self.send(head.encode() + data)

    async def gone(self) -> None:
        """Wait until the other side has closed it."""
        with suppress(ConnectionError):
            while await self._reader.read(65_536):
                pass

    def reset(self) -> None:
        """Drop it without a word."""
        self._writer.transport.abort()


Answer = Callable[[Asked, Line], Awaitable[None]]


class Server:
    """What is there of it for a test."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.n_connections = 0
        self.n_open = 0
        self.all_closed = asyncio.Event()
        self.all_closed.set()
        """Set while no connection is open."""


@asynccontextmanager
async def serving(answer: Answer, context: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """A server for a while. `answer` is called for each request; when it returns, the connection stays if it can."""
    found = Server()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.n_connections += 1
        found.n_open += 1
        found.all_closed.clear()
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while asked := await _read(reader, writer):
                    found.asked.append(asked)
                    line = Line(reader, writer)
                    await answer(asked, line)
                    if line.is_last or asked.headers.get("connection") == "close":
                        break
        finally:
            found.n_open -= 1
            if not found.n_open:
                found.all_closed.set()
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    def let_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(let_in, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    found.url = f"{'https' if context else 'http'}://127.0.0.1:{port}"
    try:
        yield found
    finally:
        server.close()
        # One that was let in a moment ago has no task yet.
        await asyncio.sleep(0)
        while tasks:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


@contextmanager
def serving_beside(answer: Answer) -> Iterator[Server]:
    """The same in a thread, for what has an event loop of its own."""
    ready = Queue[tuple[Server, asyncio.AbstractEventLoop, asyncio.Event]]()
    ended: list[None] = []

    async def run() -> None:
        async with serving(answer) as server:
            over = asyncio.Event()
            ready.put((server, asyncio.get_running_loop(), over))
            await over.wait()

    thread = Thread(target=lambda: ended.append(asyncio.run(run())))
    thread.start()
    server, loop, over = ready.get(timeout=30)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
    assert ended, "the server failed"


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Asked | None:
    if (first_byte := await reader.read(1)) == b"\x16":
        # Somebody speaks TLS.
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        return None
    head = first_byte + await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, target, _ = first.split(" ", 2)
    return Asked(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
