"""A server of models on loopback that speaks OpenAI's API and says what a test tells it, for real editors."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

Say = Callable[[dict[str, Any]], str]
"""The answer to a request, from its body."""


@contextmanager
def told_model(chat: Say, fill: Say) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Its address, and the bodies of the requests that came, while it runs."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._reply(b'{"data": []}', "application/json")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append(body)
            is_chat = "/chat/" in self.path
            text = (chat if is_chat else fill)(body)
            choice = {"delta": {"content": text}} if is_chat else {"text": text}
            events = [{"choices": [{"index": 0, **choice, "finish_reason": None}]}]
            events.append({"choices": [{"index": 0, "delta": {}, "text": "", "finish_reason": "stop"}]})
            lines = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
            self._reply(f"{lines}data: [DONE]\n\n".encode(), "text/event-stream")

        def _reply(self, data: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
