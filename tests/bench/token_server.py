"""A server of a model that only counts, in a process of its own: tokens at a pace, and when connections were closed.

The model `t20-300` says 300 tokens, one each 20 ms; with 0 all at once as fast as they are taken.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from subprocess import PIPE, Popen

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
TOKEN = b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"%d "},"finish_reason":null}]}\n\n'  # noqa: E501 - as it is sent
FILL = b'data: {"choices":[{"index":0,"text":"value_%d","finish_reason":null}]}\n\n'
"""The same for what fills a hole."""
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


class _Clock:
    """One timer for all answers: each says a token with every tick of its phase, so that this costs next to nothing."""

    def __init__(self) -> None:
        self._saying: dict[asyncio.StreamWriter, tuple[float, float, int, int, bytes, asyncio.Future[bool]]] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def say(self, writer: asyncio.StreamWriter, pace_s: float, n_tokens: int, token: bytes) -> bool:
        """Say so many tokens; whether somebody was there to the end."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()
        self._saying[writer] = (loop.time() + pace_s, pace_s, 0, n_tokens, token, done)
        if self._timer is None:
            self._timer = loop.call_later(0.001, self._tick)
        return await done

    def give_up(self, writer: asyncio.StreamWriter) -> None:
        """Nobody listens any more."""
        if (said := self._saying.pop(writer, None)) is not None:
            said[-1].set_result(False)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for writer, (due, pace_s, number, n_tokens, token, done) in list(self._saying.items()):
            if due > now:
                continue
            if number == n_tokens:
                del self._saying[writer]
                done.set_result(True)
                continue
            writer.write(_chunk(token % number))
            self._saying[writer] = (due + pace_s, pace_s, number + 1, n_tokens, token, done)
        self._timer = loop.call_at(now + 0.001, self._tick) if self._saying else None


_CLOCK = _Clock()


async def _gone(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        await reader.read(1)
    closed.append(time.monotonic())
    _CLOCK.give_up(writer)


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
    token = TOKEN if b"/chat/" in head.partition(b"\r\n")[0] else FILL
    writer.write(HEAD)
    if pace_ms == "0":
        for number in range(int(n_tokens)):
            writer.write(_chunk(token % number))
            await writer.drain()
    else:
        ended = asyncio.ensure_future(_gone(reader, writer))
        if not await _CLOCK.say(writer, float(pace_ms) / 1000, int(n_tokens), token):
            return
        ended.cancel()
    writer.write(_chunk(END) + b"0\r\n\r\n")


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
