"""A server in a process of its own, with pipes that are written and read as they come."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any

from rulewright.adapters.lsp.framing import Framer, frame
from tests.harness.program import environment

Message = dict[str, Any]


class Process:
    """A server process and everything it has said."""

    def __init__(self, program: Sequence[str], **options: Any) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            **options,
        )
        self.messages: list[Message] = []
        self.stderr = b""
        self.arrived = threading.Condition()
        self._threads = [threading.Thread(target=self._read), threading.Thread(target=self._read_stderr)]
        for thread in self._threads:
            thread.start()

    def _read(self) -> None:
        assert self.popen.stdout is not None
        framer = Framer()
        while data := os.read(self.popen.stdout.fileno(), 1 << 16):
            with self.arrived:
                self.messages += map(json.loads, framer.feed(data))
                self.arrived.notify_all()
        assert framer.n_skipped == 0
        with self.arrived:
            self.messages.append({"id": "end"})
            self.arrived.notify_all()

    def _read_stderr(self) -> None:
        assert self.popen.stderr is not None
        self.stderr = self.popen.stderr.read()

    def send(self, *messages: Message) -> None:
        """Send messages in one write."""
        self.write(wire(*messages))

    def write(self, data: bytes) -> None:
        """Send bytes."""
        assert self.popen.stdin is not None
        self.popen.stdin.write(data)
        self.popen.stdin.flush()

    def answer(self, msg_id: int | str) -> Message:
        """Wait for the answer to a request. Raises AssertionError when the process ends without."""

        def there() -> Message | None:
            return next((m for m in self.messages if m.get("id") in (msg_id, "end") and "method" not in m), None)

        with self.arrived:
            self.arrived.wait_for(there)
        message = there()
        assert message is not None
        assert message["id"] == msg_id, "the server is gone"
        return message

    @property
    def answered(self) -> list[int | str]:
        """The ids of all answers, in order."""
        return [m["id"] for m in self.messages if "method" not in m and m["id"] != "end"]

    def notes(self, method: str) -> list[Any]:
        """The parameters of what was sent unasked."""
        return [m.get("params") for m in self.messages if m.get("method") == method]

    def end(self) -> int:
        """The exit code; all pipes are closed. What was promised to the client must have been true."""
        code = self.popen.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (self.popen.stdin, self.popen.stdout, self.popen.stderr):
            assert pipe is not None
            pipe.close()
        assert b"right would have been" not in self.stderr, self.stderr.decode(errors="replace")
        return code


def wire(*messages: Message) -> bytes:
    """Messages as they are sent."""
    return b"".join(frame(json.dumps({"jsonrpc": "2.0", **m}).encode()) for m in messages)
