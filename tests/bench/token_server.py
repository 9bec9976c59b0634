"""A server of a model that only counts, in a process of its own: tokens at a pace, and when connections were closed.

The model `t20-300` says 300 tokens, one each 20 ms; with 0 all at once as fast as they are taken.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
TOKEN = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"%d "},"finish_reason":null}]}\n\n'  # noqa: E501 - as it is sent
END = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
closed: list[float] = []
"""Moments at which somebody gave an answer up, by the clock of `time.monotonic`."""


@contextmanager
def token_server() -> Iterator[str]:
    """Its address, while it runs."""
    process = Popen([sys.executable, "-m", "tests.bench.token_server"], stdin=PIPE, stdout=PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(30)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
    body = await reader.readexactly(int(length or b"0"))
    if head.startswith(b"get /closed"):
        data = json.dumps(closed).encode()
        closed.clear()
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%b" % (len(data), data))
        return
    if head.startswith(b"get "):
        writer.write(b'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 12\r\n\r\n{"data": []}')
        return
    pace_ms, _, n_tokens = json.loads(body)["model"].lstrip("t").partition("-")
    writer.write(HEAD)
    ended = asyncio.ensure_future(reader.read(1))
    started = time.monotonic()
    for number in range(int(n_tokens)):
        writer.write(_chunk(TOKEN % number))
        if pace_ms == "0":
            await writer.drain()
        else:
            due = started + (number + 1) * float(pace_ms) / 1000
            done, _ = await asyncio.wait({ended}, timeout=max(0.0, due - time.monotonic()))
            if done:
                closed.append(time.monotonic())
                return
    writer.write(_chunk(END) + b"0\r\n\r\n")
    ended.cancel()


async def _serve() -> None:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0, backlog=1000)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
