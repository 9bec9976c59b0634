"""Ghost text: `textDocument/inlineCompletion`, the same in the list of completions, and commands about both.

What it needs is imported with the first request of a project whose settings name a model for it.
"""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from lsprotocol import types as t

from rulewright.adapters.lsp.commands import uri_of
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.wire import Ready

if TYPE_CHECKING:
    from rulewright.adapters.lsp.ghost_room import GhostRoom

log = logging.getLogger(__name__)
SNOOZE = "rulewright.snooze"
WAKE = "rulewright.wake"
WHY = "rulewright.whyNoSuggestion"
SNOOZE_MINUTES = 15


def register(server: Server) -> None:
    """Suggest, and offer the commands."""
    room = server.ghosts = Ghosts(server)

    async def inline(_: Server, params: Any) -> Any:
        made = await room.room()
        return await made.inline(params) if made is not None else None

    async def snooze(ls: Server, arguments: Sequence[Any]) -> float:
        minutes = next((float(one) for one in arguments if isinstance(one, int | float) and one > 0), SNOOZE_MINUTES)
        made = await room.room(always=True)
        assert made is not None
        made.gateway.snooze(60 * minutes)
        ls.window_show_message(
            t.ShowMessageParams(
                t.MessageType.Info, f"Ghost text is quiet for {minutes:g} minutes; {WAKE} ends that, a key still asks."
            )
        )
        return minutes

    async def wake(_: Server, __: Sequence[Any]) -> None:
        made = await room.room(always=True)
        assert made is not None
        made.gateway.wake()

    async def why(ls: Server, arguments: Sequence[Any]) -> Any:
        made = await room.room(always=True)
        assert made is not None
        return made.why(uri_of(arguments) or ls.recent_uri)

    server.feature(t.TEXT_DOCUMENT_INLINE_COMPLETION, t.InlineCompletionOptions())(inline)
    server.command(SNOOZE)(snooze)
    server.command(WAKE)(wake)
    server.command(WHY)(why)


class Ghosts:
    """What suggests for one client, once it is needed."""

    def __init__(self, ls: Server) -> None:
        self._ls = ls
        self._room: GhostRoom | None = None
        self._lock = asyncio.Lock()

    async def room(self, *, always: bool = False) -> "GhostRoom | None":
        """What suggests; None where no model is there to be asked, unless somebody wants it all the same."""
        if not always and not self._ls.gateway.may("run_model"):
            return None
        if self._room is None and (always or self._ls.gateway.completes):
            async with self._lock:
                if self._room is None:
                    self._room = await asyncio.to_thread(_load, self._ls)
        return self._room

    async def join(self, params: Any, asked: "Future[bytes] | None") -> Ready | None:
        """The list of completions, with a suggestion where this client shows none otherwise."""
        listed: bytes | None = None
        if asked is not None:
            listed = await asyncio.wrap_future(asked)
        if self._ls.client.shows_ghost_text:
            return Ready(listed) if listed is not None else None
        try:
            if (made := await self.room()) is not None:
                listed = await made.joined(params, listed)
        except Exception:
            # What a model could say more must not cost anybody the list.
            log.exception("nothing could be added to a list of completions")
        return Ready(listed) if listed is not None else None


def _load(ls: Server) -> "GhostRoom":
    from rulewright.adapters.lsp.ghost_room import GhostRoom  # noqa: PLC0415 - few sessions have a model for it

    return GhostRoom(ls)
