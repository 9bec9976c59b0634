"""Talk to a server of ours in a process of its own, and keep every byte that it says."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread, Timer
from types import TracebackType
from typing import Any, Literal, Self

Framing = Literal["lines", "headers"]
LIMIT_S = 120.0


class Talk:
    """A conversation in JSON-RPC, one request at a time."""

    def __init__(self, command: Sequence[str], folder: Path, environ: Mapping[str, str], framing: Framing) -> None:
        self._framing = framing
        self._heard = bytearray()
        self._said_beside = bytearray()
        self._n_ids = 0
        self._process = subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._beside = Thread(target=self._drain, daemon=True)
        self._beside.start()
        # A server that hangs must not hold up the proof.
        self._timer = Timer(LIMIT_S, self._process.kill)
        self._timer.daemon = True
        self._timer.start()

    def _drain(self) -> None:
        assert self._process.stderr is not None
        self._said_beside += self._process.stderr.read()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the server, and hear what it still has to say."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(OSError):
            process.stdin.close()
        with suppress(OSError):
            self._heard += process.stdout.read()
        with suppress(subprocess.TimeoutExpired):
            process.wait(LIMIT_S)
        process.kill()
        process.wait()
        self._timer.cancel()
        self._timer.join()
        self._beside.join()
        process.stdout.close()
        assert process.stderr is not None
        process.stderr.close()

    @property
    def heard(self) -> bytes:
        """All that it said, its log included."""
        return bytes(self._heard + b"\n" + self._said_beside)

    @property
    def log(self) -> bytes:
        """What it said on standard error; whole when it has ended."""
        return bytes(self._said_beside)

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        """Send a request, and wait for its answer. Raises EOFError when the server ends instead."""
        self._n_ids += 1
        self._send({"jsonrpc": "2.0", "id": self._n_ids, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" in message and "id" in message:
                # It asks us something; nobody is there to answer.
                self._send({"jsonrpc": "2.0", "id": message["id"], "result": None})
            elif message.get("id") == self._n_ids:
                return message.get("result", message.get("error"))

    def _send(self, message: Any) -> None:
        assert self._process.stdin is not None
        body = json.dumps(message).encode()
        framed = body + b"\n" if self._framing == "lines" else b"Content-Length: %d\r\n\r\n" % len(body) + body
        self._process.stdin.write(framed)
        self._process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = -1
        while True:
            line = self._process.stdout.readline()
            if not line:
                raise EOFError("The server ended before it answered.")
            self._heard += line
            if self._framing == "lines":
                if line.strip():
                    return dict(json.loads(line))
            elif line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            elif not line.strip() and length >= 0:
                body = self._process.stdout.read(length)
                self._heard += body
                return dict(json.loads(body))
