"""Builds the language server and serves it. Importing this module is cheap; the engine is loaded when needed.

Over a pipe the descriptors are claimed first: neither a stray print nor a failing import breaks the protocol.
"""

import asyncio
import json
import sys
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from rulewright.adapters.lsp.reader import Inbox, Writer, claim_stdio, start_reading

if TYPE_CHECKING:
    from rulewright.adapters.lsp.language_server import Server
    from rulewright.adapters.lsp.protocol import BodyWriter
    from rulewright.gateway import Gateway

BATCH = 64
"""Messages handled before tasks get their turn."""


def build_server(gateway: "Gateway") -> "Server":
    """A server with everything it can do, not yet connected."""
    from rulewright.adapters.lsp import (  # noqa: PLC0415 - half a second, and it may fail: see above
        code_action,
        commands,
        configuration,
        lifecycle,
        pull_diagnostics,
        rules_changed,
        settled,
        text_sync,
        watched_files,
        workspace_diagnostics,
    )
    from rulewright.adapters.lsp.language_server import Server  # noqa: PLC0415

    server = Server(gateway)
    for group in (
        lifecycle,
        text_sync,
        pull_diagnostics,
        workspace_diagnostics,
        code_action,
        commands,
        configuration,
        watched_files,
        settled,
    ):
        group.register(server)
    rules_changed.follow(server)
    return server


def serve_stdio(gateway: "Gateway") -> int:
    """Serve the client at the other end of standard input and output; the exit code."""
    stdin, stdout = claim_stdio()
    inbox = Inbox()
    start_reading(stdin, inbox)
    try:
        return asyncio.run(serve(gateway, inbox, lambda lost: Writer(stdout, lost)))
    except ImportError as error:
        traceback.print_exc(file=sys.stderr)
        text = f"Rulewright cannot start: {error}. Reinstall it; the server's log has the details."
        message = {"jsonrpc": "2.0", "method": "window/showMessage", "params": {"type": 1, "message": text}}
        Writer(stdout, lambda: None).write(json.dumps(message).encode())
        return 1


async def serve(gateway: "Gateway", inbox: Inbox, connect: Callable[[Callable[[], None]], "BodyWriter"]) -> int:
    """Serve the client whose messages come through `inbox`, until it leaves; the exit code."""
    server = build_server(gateway)
    from rulewright.adapters.lsp.client_log import logging_to  # noqa: PLC0415 - as above

    left: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def leave(code: int) -> None:
        if not left.done():
            left.set_result(code)

    server.on_leave(leave)
    server.protocol.set_writer(connect(lambda: leave(1)))
    with logging_to(server):
        pumping = asyncio.create_task(pump(inbox, server.protocol.receive), name="taking messages")
        pumping.add_done_callback(lambda _: leave(0))
        try:
            return await left
        finally:
            pumping.cancel()
            await server.aclose()


async def pump(inbox: Inbox, receive: Callable[[bytes], None]) -> None:
    """Hand every body to `receive`, in order, until there will be no more."""
    loop = asyncio.get_running_loop()
    woken = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    inbox.attach(wake)
    try:
        ended = False
        while not ended:
            woken.clear()
            bodies, ended = inbox.take(BATCH)
            for body in bodies:
                receive(body)
            if bodies:
                await asyncio.sleep(0)
            elif not ended:
                await woken.wait()
    finally:
        inbox.attach(None)
