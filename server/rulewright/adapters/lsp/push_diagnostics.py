"""Diagnostics for clients that do not pull: sent for open documents, shortly after the last change."""

import asyncio
from typing import TYPE_CHECKING

from lsprotocol import types as t

from rulewright.adapters.lsp import convert, wire
from rulewright.core.snapshot import Document, Snapshot

if TYPE_CHECKING:
    from rulewright.adapters.lsp.language_server import Server
    from rulewright.features.diagnostics import Diagnosis


class Publisher:
    """At most one publication on its way for each document; a newer one takes its place."""

    def __init__(self, server: "Server") -> None:
        self._server = server
        self._on_its_way: dict[str, asyncio.Task[None]] = {}
        self._waiting: set[str] = set()
        """Documents whose publication waits for a further change."""
        self._shown: dict[str, wire.PublishDiagnosticsParams] = {}
        """What was sent last for each open document."""

    def document_changed(self, uri: str) -> None:
        """Publish when no further change comes for a while."""
        snapshot = self._server.gateway.take_snapshot()
        self._schedule(uri, debounce_s(snapshot, snapshot.documents.get(uri)))

    def document_saved(self, uri: str) -> None:
        """Publish at once what would wait for a further change: whoever saves has paused."""
        if uri in self._waiting:
            self._schedule(uri, 0)

    def rules_changed(self, root: str) -> None:
        """Publish for every open document of a project."""
        snapshot = self._server.gateway.take_snapshot()
        for uri, document in snapshot.documents.items():
            project = snapshot.project_of(document.path)
            if project is None or project.root == root:
                self._schedule(uri, 0)

    def document_closed(self, uri: str) -> None:
        """Take back what was published."""
        if self._server.client.pulls:
            return
        self._give_up(uri)
        self._shown.pop(uri, None)
        self._send(wire.PublishDiagnosticsParams(uri, []))

    def _schedule(self, uri: str, delay_s: float) -> None:
        if self._server.client.pulls:
            return
        self._give_up(uri)
        if delay_s:
            self._waiting.add(uri)
        task = self._server.pending.start(self._publish(uri, delay_s), f"diagnostics of {uri}")
        self._on_its_way[uri] = task
        task.add_done_callback(lambda done: self._over(uri, done))

    def _give_up(self, uri: str) -> None:
        if (task := self._on_its_way.pop(uri, None)) is not None:
            task.cancel()
            self._waiting.discard(uri)

    def _over(self, uri: str, task: asyncio.Task[None]) -> None:
        if self._on_its_way.get(uri) is task:
            del self._on_its_way[uri]

    async def _publish(self, uri: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        self._waiting.discard(uri)
        await self._server.ready.wait()
        gateway = self._server.gateway
        snapshot = gateway.take_snapshot()
        document = snapshot.documents.get(uri)
        if document is None:
            return
        diagnosis = await gateway.diagnose(snapshot, uri)
        # A change in the meantime has its own publication on its way; editors drop one of another version.
        if gateway.take_snapshot().documents.get(uri) is document:
            published = publication(document, diagnosis, self._server)
            if self._shown.get(uri) != published:
                self._shown[uri] = published
                self._send(published)
            if diagnosis.again_in_s:
                # Not part of this work: nobody waits for a pause in somebody's typing.
                self._server.pending.start_background(self._again(document, diagnosis.again_in_s), f"pause in {uri}")

    async def _again(self, document: Document, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        if self._server.gateway.take_snapshot().documents.get(document.uri) is document:
            self._schedule(document.uri, 0)

    def _send(self, params: wire.PublishDiagnosticsParams) -> None:
        self._server.protocol.tell(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, params)


def publication(document: Document, diagnosis: "Diagnosis", server: "Server") -> wire.PublishDiagnosticsParams:
    """What is sent for one document."""
    return wire.PublishDiagnosticsParams(
        uri=document.uri,
        diagnostics=[
            convert.diagnostic(f, document.text, server.encoding, diagnosis.rule_version) for f in diagnosis.findings
        ],
        version=document.version,
    )


def debounce_s(snapshot: Snapshot, document: Document | None) -> float:
    """How long to wait for another change."""
    project = snapshot.project_of(document.path) if document else None
    return project.settings.server.debounce_ms / 1000 if project else 0
