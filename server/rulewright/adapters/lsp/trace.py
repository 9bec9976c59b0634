"""`$/logTrace`: a line for each answered request, for as long as the client wants them."""

import time
from collections.abc import Callable
from typing import Any

from lsprotocol import types as t

MAX_VERBOSE = 2_000
"""Characters of an answer that a verbose line shows."""


class Trace:
    """Notes when requests come, and tells how long each took."""

    def __init__(self, notify: Callable[[str, Any], None]) -> None:
        self._notify = notify
        self._begun: dict[int | str, tuple[str, float]] = {}

    def begin(self, msg_id: int | str, method: str) -> None:
        """A request came."""
        self._begun[msg_id] = method, time.perf_counter()

    def end(self, msg_id: int | str, answer: bytes, wanted: t.TraceValue) -> None:
        """Its answer is about to be sent."""
        method, begun = self._begun.pop(msg_id, ("?", 0.0))
        if wanted == t.TraceValue.Off:
            return
        line = f"{method} ({msg_id}) answered after {(time.perf_counter() - begun) * 1000:.1f} ms"
        verbose = answer.decode()[:MAX_VERBOSE] if wanted == t.TraceValue.Verbose else None
        self._notify(t.LOG_TRACE, t.LogTraceParams(message=line, verbose=verbose))
