"""What the client must do when rules have changed: ask again, or be sent new diagnostics."""

import asyncio

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.supervised import supervise


def follow(server: Server) -> None:
    """Listen to the gateway for as long as the server lives."""
    server.rule_events = RuleEvents(server)
    server.refresh = server.rule_events.diagnostics.refresh
    server.on_close(server.gateway.on_rules_changed(server.rule_events.put))


class RuleEvents:
    """Takes what is said of rules, once for each project however often it is said, and does what follows from it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.diagnostics = Refresher(server)
        self._lenses = Refresher(server, t.WORKSPACE_CODE_LENS_REFRESH)
        self._roots: dict[str, bool] = {}
        """Whether the client may have asked about them before they changed."""
        self._news = asyncio.Event()

    def put(self, root: str) -> None:
        """The rules of a project are others now."""
        self._roots[root] = self._roots.get(root, False) or self._server.ready.is_set()
        self._news.set()

    def begin(self) -> None:
        """Have it run as a child of the rules' supervisor."""
        supervise(self._server, "events", self._run, "rules")

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            while self._roots:
                # Taken before it is worked on: one that makes this fail is not tried for ever.
                root = next(iter(self._roots))
                self._changed(root, was_asked=self._roots.pop(root))
            self._news.clear()

    def _changed(self, root: str, *, was_asked: bool) -> None:
        if not self._server.client.pulls:
            self._server.publisher.rules_changed(root)
        elif was_asked:
            self.diagnostics.refresh()
        if was_asked and self._server.client.refreshes_lenses:
            self._lenses.refresh()


class Refresher:
    """Asks the client to ask again; one request at a time, and one more for all that comes meanwhile."""

    def __init__(self, server: Server, method: str = t.WORKSPACE_DIAGNOSTIC_REFRESH) -> None:
        self._server, self._method = server, method
        self._wanted = False
        self._running = False

    def refresh(self) -> None:
        """Have the client ask again. Not at the start, when answers wait for the rules anyway."""
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
