"""What goes on beside the messages of a client, each part as a child of its supervisor in `rulewright.tree`."""

from collections.abc import Awaitable, Callable
from typing import Literal

from lsprotocol import types as t

from rulewright.adapters.lsp.language_server import Server
from rulewright.core.bus import Event, Supervised
from rulewright.core.restarts import Restart
from rulewright.core.supervision import Child, Running

PAUSE_S = 1.0
"""Before the first restart; what fails at once each time is tried ever less often."""


def supervise(
    ls: Server,
    name: str,
    live: Callable[[], Awaitable[None]],
    part: Literal["rules", "background"] = "background",
    *,
    restart: Restart = "permanent",
) -> None:
    """Have `live()` run for as long as the session lasts, and again when it fails."""

    async def run(_: Running) -> None:
        await live()

    ls.gateway.tree.add(Child(id=name, run=run, restart=restart, pause_s=PAUSE_S), part)


def follow(ls: Server) -> None:
    """Say what Rulewright goes on without, and end the session when its own supervisor has given up."""
    tree = ls.gateway.tree

    def heard(event: Event) -> None:
        match event.body:
            case Supervised(what="gave_up", child=child) if child == tree.name:
                ls.give_up(f"Rulewright cannot go on with this session: {event.body.reason}.")
            case Supervised(what="gave_up", capability=str(without)) if without and tree.concerns(event.body):
                ls.show(gone(without, event.body.reason), t.MessageType.Error)
            case _:
                pass

    ls.on_close(tree.node.bus.tap("supervision", heard))
    ls.on_close(tree.tree.on_end(ls.give_up))


def gone(capability: str, reason: str) -> str:
    """A sentence about what is missing now."""
    return f"Rulewright goes on without {capability}: {reason}. Restart the server to try again."
