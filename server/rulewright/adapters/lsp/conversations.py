"""Conversations in an editor: requests to read and write them, and a notification for what others do in them."""

import asyncio
from typing import TYPE_CHECKING, Any

from rulewright.adapters.lsp.language_server import Server

if TYPE_CHECKING:
    from rulewright.adapters.lsp.editor_interface import EditorInterface

PREFIX = "rulewright/sessions/"
NAMES = ("list", "open", "close", "append", "rename", "archive", "fork", "delete", "search")


def register(server: Server) -> None:
    """Answer the requests. What that needs is imported when the first one comes."""
    made: list[EditorInterface] = []

    async def interface() -> "EditorInterface":
        if not made:
            editor_interface = await asyncio.to_thread(_load)
            if not made:
                made.append(editor_interface(server))
                server.on_close(made[0].hide_all)
        return made[0]

    def register_one(name: str) -> None:
        async def handler(_: Server, params: Any) -> Any:
            return await (await interface()).answer(name, params)

        server.feature(PREFIX + name)(handler)

    for name in NAMES:
        register_one(name)


def _load() -> "type[EditorInterface]":
    from rulewright.adapters.lsp.editor_interface import EditorInterface  # noqa: PLC0415 - few clients ask for it

    return EditorInterface
