"""`rulewright/settled`: answered when all work that earlier messages caused is done. Tests wait for it."""

from rulewright.adapters.lsp.code_requests import answered
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.moment import MOMENT
from rulewright.core.code_messages import Settled

METHOD = "rulewright/settled"


def register(server: Server) -> None:
    """Answer the request."""
    server.feature(METHOD)(settled)


async def settled(ls: Server, _params: object) -> None:
    """Wait for what came before this message, not for what comes after it."""
    await ls.pending.settled(before=MOMENT.get().origin)
    # Only now: what was begun before this message may have had something to tell it.
    await answered(ls.gateway.ask_code(Settled()))
