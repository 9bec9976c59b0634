"""Requests to the client, and its answers."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from pygls.exceptions import JsonRpcException

DEADLINE_S = 30.0
"""An editor that has not answered by then will not."""


class Calls:
    """Numbers our requests and gives each answer to whoever waits for it."""

    def __init__(self, send: Callable[[Mapping[str, Any]], None]) -> None:
        self._send = send
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._n_made = 0

    async def ask(self, method: str, params: Any, deadline_s: float | None = DEADLINE_S) -> Any:
        """The client's answer, as plain JSON values. Raises JsonRpcException or TimeoutError."""
        self._n_made += 1
        number = self._n_made
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        try:
            async with asyncio.timeout(deadline_s):
                return await answer
        except (TimeoutError, asyncio.CancelledError):
            self._send({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": number}})
            raise
        finally:
            del self._waiting[number]

    def resolve(self, message: Mapping[str, Any]) -> bool:
        """Take an answer; False when nobody waits for it (any more)."""
        answer = self._waiting.get(message["id"]) if isinstance(message.get("id"), int) else None
        if answer is None or answer.done():
            return False
        error = message.get("error")
        if error is None:
            answer.set_result(message.get("result"))
        else:
            answer.set_exception(_refused(error))
        return True


def _refused(error: Any) -> JsonRpcException:
    match error:
        case {"code": int(code), "message": str(text)}:
            return JsonRpcException(text, code)
        case _:
            return JsonRpcException(f"the client answered with an error it did not describe: {error!r}")
