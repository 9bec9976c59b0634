"""The first 30 ms: answers `initialize` while the engine, which takes half a second, is still being loaded.

Standard library only, and little of it. A thread reads; the first message, where it is a plain `initialize`, is
answered from a table (`capabilities_table.py`). Every message, that one too, waits in one inbox for the engine, which
takes them in order: there is no moment of handing over at which one could be lost. The engine handles `initialize`
as if nothing had happened; its answer is compared with the one given and goes no further.
"""

import gc
import json
import sys
import threading

from rulewright.adapters.lsp.capabilities_table import initialize_result, is_plain_id, read_table
from rulewright.adapters.lsp.reader import Inbox, Writer, claim_stdio, start_reading

TYPE_CHECKING = False
"""As in `typing`, whose import would take longer than the answer."""
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from typing import Any

    from rulewright.gateway import Gateway

HEAD_START_S = 0.05
"""How long the import waits for a client that is slow to say something: both at once would slow the answer."""


class Front:
    """Answers a plain `initialize`, and remembers what it said."""

    def __init__(self, table: "Mapping[str, Any]", write: "Callable[[bytes], None]") -> None:
        self._table = table
        self._write = write
        self._given: tuple[int | str, dict[str, Any]] | None = None
        self.has_heard = threading.Event()
        """Set once the first message has been looked at."""

    def hear(self, body: bytes) -> None:
        """Take the first message of the session; the engine will take it too."""
        try:
            message = json.loads(body)
            match message:
                case {"jsonrpc": "2.0", "method": "initialize", "id": msg_id, "params": params} if is_plain_id(msg_id):
                    self._answer(msg_id, initialize_result(self._table, params))
        except Exception:  # noqa: BLE001, S110 - whatever it is, the engine is to answer it
            pass
        finally:
            self.has_heard.set()

    def _answer(self, msg_id: int | str, result: "dict[str, Any]") -> None:
        answer = {"jsonrpc": "2.0", "id": msg_id, "result": result}
        body = json.dumps(answer, separators=(",", ":")).encode()
        self._given = msg_id, result
        self._write(body)

    def take_answer(self, msg_id: object) -> "dict[str, Any] | None":
        """The result that request `msg_id` has been answered with; None for all others, and the second time."""
        given = self._given
        if given is None or given[0] != msg_id:
            return None
        self._given = None
        return given[1]


def serve_stdio(make_gateway: "Callable[[], Gateway]", importing: "Callable[[], AbstractContextManager[None]]") -> int:
    """Serve the client at the other end of standard input and output; the exit code.

    `make_gateway` is called once `initialize` has been answered, and may import what it likes. `importing()` is what
    the engine is imported within.
    """
    stdin, stdout = claim_stdio()
    inbox, writer = Inbox(), Writer(stdout)
    front = Front(read_table(), writer.write)
    start_reading(stdin, inbox, front.hear)
    front.has_heard.wait(HEAD_START_S)
    # What is loaded now stays: looking for garbage among it, now and ever after, would be for nothing.
    gc.disable()
    try:
        # First, because processes that it starts are loaded beside us.
        gateway = make_gateway()
        with importing():
            from rulewright.adapters.lsp.server import build_server, run  # noqa: PLC0415 - see above

            server = build_server(gateway)
    except Exception as error:  # noqa: BLE001 - there is nobody left to handle it
        _tell_of_failure(error, writer)
        return 1
    gc.enable()
    gc.freeze()
    return run(server, inbox, writer, front)


def _tell_of_failure(error: Exception, writer: Writer) -> None:
    """A server that has answered `initialize` and then is silent looks as if it hung."""
    import traceback  # noqa: PLC0415 - see above

    traceback.print_exception(error, file=sys.stderr)
    text = f"Rulewright cannot start: {error}. Reinstall it; the server's log has the details."
    message = {"jsonrpc": "2.0", "method": "window/showMessage", "params": {"type": 1, "message": text}}
    writer.write(json.dumps(message).encode())
