"""Ends a request that a newer one of the same kind has made useless."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from pygls.exceptions import JsonRpcException

from rulewright.core.snapshot import Document

CONTENT_MODIFIED = -32801


class Pulls:
    """The running pull of each document. One that asks about a newer text ends the one before it."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[asyncio.Task[object], Document | None]] = {}
        self._superseded: set[asyncio.Task[object]] = set()

    @contextmanager
    def newest(self, uri: str, document: Document | None) -> Iterator[None]:
        """Run a pull until a newer one comes: some editors never cancel, and would wait behind stale work."""
        task = asyncio.current_task()
        assert task is not None
        older, seen = self._running.get(uri, (None, None))
        if older is not None and seen is not document:
            self._superseded.add(older)
            older.cancel()
        self._running[uri] = task, document
        try:
            yield
        except asyncio.CancelledError:
            if task in self._superseded:
                raise JsonRpcException("The document has changed.", CONTENT_MODIFIED) from None
            raise
        finally:
            self._superseded.discard(task)
            if self._running.get(uri, (None,))[0] is task:
                del self._running[uri]
