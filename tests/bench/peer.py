"""A server in a process of its own, asked over its pipes without a library that would take time of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.harness.program import environment

Message = dict[str, Any]
CAPABILITIES: Message = {
    "general": {"positionEncodings": ["utf-8", "utf-16"]},
    "textDocument": {"hover": {"contentFormat": ["markdown"]}, "synchronization": {"didSave": True}},
}


class Peer:
    """One server. Ids count up from 1; whatever the server asks or tells is passed over."""

    def __init__(self, arguments: Sequence[str], root: Path, **environ: str) -> None:
        self._n_ids = 0
        self._root = root
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=root,
            # A second start finds compiled modules, unless the environment forbids to keep them.
            env={k: v for k, v in environment(**environ).items() if k != "PYTHONDONTWRITEBYTECODE"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout

    def begin(self) -> Message:
        """Initialize; the answer."""
        root = self._root.as_uri()
        params = {
            "processId": None,
            "rootUri": root,
            "workspaceFolders": [{"uri": root, "name": "bench"}],
            "capabilities": CAPABILITIES,
        }
        return json.loads(self.ask("initialize", params))  # type: ignore[no-any-return]

    def open(self, name: str, text: str) -> Message:
        """Say that we are ready, and open a document; what names it in requests."""
        uri = f"{self._root.as_uri()}/{name}"
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self._send({"method": "initialized", "params": {}})
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        return {"textDocument": {"uri": uri}}

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def begin_ask(self, method: str, params: Any) -> int:
        """Send a request; its id, for `answer_to`."""
        self._n_ids += 1
        self._send({"id": self._n_ids, "method": method, "params": params})
        return self._n_ids

    def answer_to(self, number: int) -> bytes:
        """The body of the answer to a request; other answers before it are passed over."""
        while json.loads(body := self.answer_to_any()).get("id") != number:
            pass
        return body

    def ask(self, method: str, params: Any) -> bytes:
        """The body of the answer to a request."""
        self.begin_ask(method, params)
        return self.answer_to_any()

    def answer_to_any(self) -> bytes:
        """The body of the next answer."""
        while True:
            body = self._receive()
            # Most bodies are answers; the few others are short enough to be read.
            if b'"method"' not in body[:200] or "method" not in json.loads(body):
                return body

    def note(self, method: str) -> Message:
        """The parameters of the next notification of a kind; what comes before it is passed over."""
        while (message := json.loads(self._receive())).get("method") != method:
            pass
        return message["params"]  # type: ignore[no-any-return]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._in.flush()

    def _receive(self) -> bytes:
        length = 0
        while (line := self._out.readline()).strip() or not length:
            if not line:
                raise RuntimeError("the server is gone")
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return self._out.read(length)
