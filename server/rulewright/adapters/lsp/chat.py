"""Chat in an editor: commands, a notification for what comes, and receipts as documents.

What it needs is imported with the first question.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types as t

from rulewright.adapters.lsp.language_server import SCHEME, Server

if TYPE_CHECKING:
    from rulewright.adapters.lsp.chat_room import ChatRoom

CHAT = "rulewright.chat"
STOP = "rulewright.chat.stop"
SEND = "rulewright.chat.send"
NEW = "rulewright.chat.new"
RECEIPT = "rulewright.receipt"


def register(server: Server) -> None:
    """Offer the commands."""
    made: list[ChatRoom] = []

    async def room() -> "ChatRoom":
        if not made:
            kind = await asyncio.to_thread(_load)
            if not made:
                made.append(kind(server))
        return made[0]

    server.chat_room = room

    async def chat(_: Server, arguments: Sequence[Any]) -> Any:
        return await (await room()).chat(arguments)

    async def send(_: Server, arguments: Sequence[Any]) -> Any:
        return await (await room()).send(arguments)

    async def new(_: Server, arguments: Sequence[Any]) -> Any:
        return await (await room()).new(arguments)

    async def stop(_: Server, arguments: Sequence[Any]) -> Any:
        return made[0].stop(arguments) if made else []

    async def receipt(_: Server, arguments: Sequence[Any]) -> Any:
        return await (await room()).receipt(arguments)

    async def content(_: Server, params: t.TextDocumentContentParams) -> t.TextDocumentContentResult:
        return t.TextDocumentContentResult(text=await (await room()).page(params.uri))

    server.command(CHAT)(chat)
    server.command(SEND)(send)
    server.command(NEW)(new)
    server.command(STOP)(stop)
    server.command(RECEIPT)(receipt)
    server.feature(
        t.WORKSPACE_TEXT_DOCUMENT_CONTENT, t.TextDocumentContentRegistrationOptions(schemes=[SCHEME], id="receipts")
    )(content)


def _load() -> "type[ChatRoom]":
    from rulewright.adapters.lsp.chat_room import ChatRoom  # noqa: PLC0415 - few sessions chat

    return ChatRoom
