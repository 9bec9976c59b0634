"""A node: listens, lets clients in and serves each until it leaves. One that misbehaves costs only its own session."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from rulewright.adapters.lsp.client_log import SESSION, logging_to_stderr
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.server import SWITCH_INTERVAL_S, serve
from rulewright.adapters.lsp.sockets.channel import MAX_HELLO, Channel, TcpChannel, WsChannel
from rulewright.adapters.lsp.sockets.hello import Hello, RefusedError, not_let_in, read_hello
from rulewright.core.access import NotLetIn
from rulewright.core.addresses import Address, is_loopback
from rulewright.core.permissions import Principal

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response

log = logging.getLogger(__name__)

HELLO_S = 10.0
"""Seconds in which a client has to say who it is."""
MAX_CLIENTS = 64
MAX_STRANGERS = 64
"""Connections that have not said yet who they are."""
BACKLOG = 128


class Doorkeeper(Protocol):
    """Who lets in, and tells people of addresses."""

    def secret(self, transport: str, address: Address) -> str:
        """What the owner's clients bring to an address, whose port is taken already. Raises OSError."""

    def at_once(self, given: str | None, secret: str) -> Principal | None:
        """The owner, who brings `secret` itself; None for anybody else."""

    def let_in(self, given: str | None) -> Principal:
        """Who brings a token, and may read. Raises NotLetIn. May wait for the disk."""

    def listening(self, transport: str, address: Address) -> None:
        """Clients can come from now on."""


class Node:
    """Who is connected, and what serves them."""

    def __init__(self, make_server: Callable[[Principal], Server], doorkeeper: Doorkeeper) -> None:
        self._make_server, self._doorkeeper = make_server, doorkeeper
        self._clients: set[asyncio.Task[Any]] = set()
        self._n_strangers = 0
        self._servers: list[Any] = []

    async def listen(self, wanted: Mapping[str, Address]) -> None:
        """Listen on addresses by transport, `tcp` or `ws`. Raises OSError when one cannot be had."""
        for transport, address in wanted.items():
            await (self._listen_tcp if transport == "tcp" else self._listen_ws)(address)

    async def _listen_tcp(self, address: Address) -> None:
        secret = ""

        async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._meet(TcpChannel(reader, writer), secret)

        server = await asyncio.start_server(meet, address.host, address.port, backlog=BACKLOG, start_serving=False)
        self._servers.append(server)
        address = Address(address.host, server.sockets[0].getsockname()[1])
        secret = self._doorkeeper.secret("tcp", address)
        await server.start_serving()
        self._doorkeeper.listening("tcp", address)

    async def _listen_ws(self, address: Address) -> None:
        from websockets.asyncio.server import serve as serve_ws  # noqa: PLC0415 - most nodes do without

        secret = ""
        known: WeakKeyDictionary[ServerConnection, Principal] = WeakKeyDictionary()

        async def meet(connection: "ServerConnection") -> None:
            await self._meet(WsChannel(connection), secret, known.pop(connection, None))

        async def shake_hands(connection: "ServerConnection", request: "Request") -> "Response | None":
            who = await self._of_request(request, secret)
            if isinstance(who, Principal):
                known[connection] = who
                return None
            return who

        server = await serve_ws(
            meet,
            address.host,
            address.port,
            backlog=BACKLOG,
            start_serving=False,
            max_size=MAX_HELLO,
            compression=None,
            open_timeout=HELLO_S,
            process_request=shake_hands,
            server_header=None,
            logger=_quiet_logger(),
        )
        self._servers.append(server)
        address = Address(address.host, server.sockets[0].getsockname()[1])
        secret = self._doorkeeper.secret("ws", address)
        await server.start_serving()
        self._doorkeeper.listening("ws", address)

    async def aclose(self) -> None:
        """End all sessions and listen no more."""
        for server in self._servers:
            server.close()
        for client in tuple(self._clients):
            client.cancel()
        if self._clients:
            await asyncio.wait(tuple(self._clients))

    async def _meet(self, channel: Channel, secret: str, known: Principal | None = None) -> None:
        """One client from its first byte to its last; `known` is who it is, where that was told before."""
        task = asyncio.current_task()
        assert task is not None
        self._clients.add(task)
        try:
            async with aclosing(channel.bodies()) as bodies:
                met = await self._let_in(channel, bodies, secret, known)
                if met is not None:
                    await self._serve(channel, *met, bodies)
        except asyncio.CancelledError:
            pass  # The node ends; that this task was cancelled is no news to anyone.
        except Exception:
            log.exception("a session ended by an error of our own")
        finally:
            self._clients.discard(task)
            with suppress(Exception):
                await channel.aclose()

    async def _let_in(
        self, channel: Channel, bodies: AsyncIterator[bytes], secret: str, known: Principal | None
    ) -> tuple[Principal, bytes] | None:
        """Somebody who may come in, and their first message."""
        if self._n_strangers >= MAX_STRANGERS:
            return None
        self._n_strangers += 1
        try:
            async with asyncio.timeout(HELLO_S):
                hello = read_hello(await anext(bodies))
                who = known or await self._asked(hello, secret)
        except (StopAsyncIteration, TimeoutError):
            return None
        except RefusedError as refused:
            log.info("a client was not let in: %s", refused)
            channel.write(refused.answer)
            return None
        finally:
            self._n_strangers -= 1
        if len(self._clients) - self._n_strangers > MAX_CLIENTS:
            log.warning("a client was not let in: there are %d already", MAX_CLIENTS)
            return None
        return who, hello.body

    async def _asked(self, hello: Hello, secret: str) -> Principal:
        """Who says hello. Raises RefusedError."""
        try:
            return await self._who(hello.token, secret)
        except NotLetIn as refused:
            raise not_let_in(hello, str(refused)) from None

    async def _who(self, given: str | None, secret: str) -> Principal:
        """Who brings something. Raises NotLetIn."""
        owner = self._doorkeeper.at_once(given, secret)
        return owner if owner is not None else await asyncio.to_thread(self._doorkeeper.let_in, given)

    async def _of_request(self, request: "Request", secret: str) -> "Principal | Response | None":
        """Who asks for a WebSocket, where that is said; else the answer to a handshake that is not to succeed.

        A page of another site may try to connect by the visitor's browser, which then names where the page is from.
        """
        if any(not _is_from_here(origin) for origin in request.headers.get_all("Origin")):
            return _refusal(HTTPStatus.FORBIDDEN, "Pages of other sites are not let in.")
        given = request.headers.get_all("Authorization")
        if not given:
            return None
        token = given[0].removeprefix("Bearer ") if len(given) == 1 and given[0].startswith("Bearer ") else ""
        try:
            return await self._who(token, secret)
        except NotLetIn as refused:
            return _refusal(HTTPStatus.UNAUTHORIZED, str(refused))

    async def _serve(self, channel: Channel, who: Principal, first: bytes, bodies: AsyncIterator[bytes]) -> None:
        server = self._make_server(who)
        SESSION.set(server)

        async def take() -> None:
            server.protocol.receive(first)
            async for body in bodies:
                server.protocol.receive(body)
                # Tasks get their turn, also when many messages came in one piece.
                await asyncio.sleep(0)

        await serve(server, take(), channel)


def _quiet_logger() -> logging.Logger:
    """Of a library that tells of every connection."""
    logger = logging.getLogger("rulewright.websockets")
    logger.setLevel(logging.WARNING)
    return logger


def _refusal(status: HTTPStatus, text: str) -> "Response":
    from websockets.datastructures import Headers  # noqa: PLC0415 - as above
    from websockets.http11 import Response  # noqa: PLC0415

    body = f"{text}\n".encode()
    headers = Headers({"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body))})
    return Response(status.value, status.phrase, headers, body)


def _is_from_here(origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    return host == "localhost" or is_loopback(host)


def run(
    make_server: Callable[[Principal], Server],
    wanted: Mapping[str, Address],
    doorkeeper: Doorkeeper,
    begin: Callable[[], None],
    ended: Callable[[], Awaitable[None]],
) -> int:
    """Serve until the process is told to end; the exit code.

    `begin` is called first, in the loop, and `ended` is awaited when all sessions are over.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    return asyncio.run(_run(Node(make_server, doorkeeper), wanted, begin, ended))


async def _run(
    node: Node, wanted: Mapping[str, Address], begin: Callable[[], None], ended: Callable[[], Awaitable[None]]
) -> int:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt there.
            loop.add_signal_handler(number, stopped.set)
    with logging_to_stderr():
        try:
            begin()
            await node.listen(wanted)
            await stopped.wait()
        finally:
            await node.aclose()
            await ended()
    return 0
