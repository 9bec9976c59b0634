"""Builds the language server and runs it, once the front (`front.py`) has answered for it."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from rulewright.adapters.lsp import (
    ai_actions,
    chat,
    code_action,
    code_requests,
    commands,
    configuration,
    conversations,
    ghost_text,
    hover,
    index_progress,
    lifecycle,
    pull_diagnostics,
    rule_file,
    rule_writing,
    rules_changed,
    settled,
    status,
    supervised,
    text_sync,
    trust,
    watched_files,
    workspace_diagnostics,
)
from rulewright.adapters.lsp.client_log import logging_to, logging_to_stderr
from rulewright.adapters.lsp.front import Front
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.reader import Inbox, Writer
from rulewright.core.supervision import Child, Running

if TYPE_CHECKING:
    from rulewright.gateway import Gateway

BATCH = 64
"""Messages handled before tasks get their turn."""
SWITCH_INTERVAL_S = 0.0005
"""How long a thread that reads rules may keep the event loop waiting; Python's own 5 ms can be felt when typing."""


def build_server(gateway: "Gateway") -> Server:
    """A server with everything it can do, not yet connected."""
    server = Server(gateway)
    for group in (
        lifecycle,
        text_sync,
        pull_diagnostics,
        workspace_diagnostics,
        code_action,
        commands,
        configuration,
        trust,
        watched_files,
        settled,
        status,
        code_requests,
        hover,
        rule_file,
        rule_writing,
        conversations,
        chat,
        ghost_text,
        ai_actions,
        index_progress,
    ):
        group.register(server)
    rules_changed.follow(server)
    supervised.follow(server)
    return server


def run(server: Server, inbox: Inbox, writer: Writer, front: Front) -> int:
    """Serve the client whose messages come through `inbox`, until it leaves; the exit code."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    return asyncio.run(_run(server, inbox, writer, front))


async def _run(server: Server, inbox: Inbox, writer: Writer, front: Front) -> int:
    server.protocol.front = front
    with logging_to_stderr():
        return await serve(server, pump(inbox, server.protocol.receive), writer)


class Output(Protocol):
    """Where a client's messages go, and who says when it is gone."""

    def write(self, body: bytes) -> None:
        """Send one body."""

    def close(self) -> None:
        """Send no more."""

    def on_lost(self, tell: Callable[[], None]) -> None:
        """Call `tell`, in any thread, when nobody reads any more."""


async def serve(server: Server, taking: Coroutine[Any, Any, None], output: Output) -> int:
    """Serve a client until it leaves; the exit code.

    `taking` hands its messages to `server.protocol.receive`, and ends with the last one.
    """
    loop = asyncio.get_running_loop()
    left: asyncio.Future[int] = loop.create_future()

    def leave(code: int) -> None:
        if not left.done():
            left.set_result(code)

    def lose_client() -> None:
        with suppress(RuntimeError):  # The loop is closed: we have left.
            loop.call_soon_threadsafe(leave, 1)

    server.on_leave(leave)
    server.protocol.set_writer(output)
    output.on_lost(lose_client)

    async def take(_: Running) -> None:
        try:
            await taking
        finally:
            leave(0)

    with logging_to(server):
        server.gateway.tree.add(Child(id="messages", run=take, restart="temporary"))
        try:
            return await left
        finally:
            await server.aclose()
            taking.close()  # Where the session was over before it began.


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
