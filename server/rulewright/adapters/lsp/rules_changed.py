"""What the client must do when rules have changed: ask again, or be sent new diagnostics."""

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

from rulewright.adapters.lsp.language_server import Server


def follow(server: Server) -> None:
    """Listen to the gateway for as long as the server lives."""
    refresher = Refresher(server)

    lenses = Refresher(server, t.WORKSPACE_CODE_LENS_REFRESH)

    def rules_changed(root: str) -> None:
        if server.client.refreshes_lenses:
            lenses.refresh()
        if server.client.pulls:
            refresher.refresh()
        else:
            server.publisher.rules_changed(root)

    server.refresh = refresher.refresh
    server.on_close(server.gateway.on_rules_changed(rules_changed))


class Refresher:
    """Asks the client to ask again; one request at a time, and one more for all that comes meanwhile."""

    def __init__(self, server: Server, method: str = t.WORKSPACE_DIAGNOSTIC_REFRESH) -> None:
        self._server, self._method = server, method
        self._wanted = False
        self._running = False

    def refresh(self) -> None:
        """Have the client pull again. Not at the start, when pulls wait for the rules anyway."""
        self._wanted = self._server.ready.is_set()
        if self._wanted and not self._running:
            self._running = True
            self._server.pending.start(self._run(), "asking for another pull")

    async def _run(self) -> None:
        try:
            while self._wanted:
                self._wanted = False
                await self._server.ask(self._method, None)
        except (JsonRpcException, TimeoutError):
            pass
        finally:
            self._running = False
