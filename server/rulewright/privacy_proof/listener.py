"""A server of models on loopback that says one word, and writes down what it is sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

EVENTS = (
    {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "Fine."}, "finish_reason": None}]},
    {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
)


class Listener:
    """What it heard."""

    def __init__(self) -> None:
        self.url = ""
        self.heard: list[bytes] = []


@contextmanager
def listening() -> Iterator[Listener]:
    """The server, for a while."""
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._hear()
            self._say(b'{"data": [{"id": "proof"}]}', "application/json")

        def do_POST(self) -> None:
            self._hear()
            lines = [f"data: {json.dumps(event)}\n\n" for event in EVENTS]
            self._say("".join([*lines, "data: [DONE]\n\n"]).encode(), "text/event-stream")

        def _hear(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            # A canary may also be in the path or in a header. JSON writes some characters otherwise.
            text = json.dumps(json.loads(body), ensure_ascii=False).encode() if body else b""
            listener.heard.append(b"\n".join([self.requestline.encode(), str(self.headers).encode(), body, text]))

        def _say(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, name="listener")
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()
