"""The bytes of an answer, read by a task: together what came together, and less often where many come at once."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from rulewright.services.models import body as module
from rulewright.services.models.body import Body


class Wire:
    """A connection on which bytes come when the test says so."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[bytes | Exception | None] = asyncio.Queue()
        self.is_closed = False
        self.n_read = 0

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        try:
            while (said := await self.waiting.get()) is not None:
                if isinstance(said, Exception):
                    raise said
                self.n_read += 1
                yield said
        finally:
            self.is_closed = True

    def say(self, *said: bytes | Exception | None) -> None:
        for one in said:
            self.waiting.put_nowait(one)


def soon() -> float:
    return asyncio.get_running_loop().time() + 30


async def test_what_came_together_is_taken_together_and_then_the_end() -> None:
    wire = Wire()
    wire.say(b"a", b"b", b"c")
    body = Body(wire.chunks())
    assert await body.take(soon()) == b"abc"
    wire.say(b"d", None)
    assert await body.take(soon()) == b"d"
    assert [await body.take(soon()) for _ in range(2)] == [None, None]
    await body.close()
    assert wire.is_closed


async def test_what_came_before_a_failure_is_given_before_it() -> None:
    wire = Wire()
    wire.say(b"a", ConnectionResetError("gone"))
    body = Body(wire.chunks())
    assert await body.take(soon()) == b"a"
    with pytest.raises(ConnectionResetError):
        await body.take(soon())
    await body.close()


async def test_waiting_has_an_end_and_nothing_is_lost_by_it() -> None:
    wire = Wire()
    body = Body(wire.chunks())
    with pytest.raises(TimeoutError):
        await body.take(asyncio.get_running_loop().time())
    wire.say(b"a")
    assert await body.take(soon()) == b"a"
    await body.close()
    assert wire.is_closed


async def test_nothing_more_is_read_while_too_much_waits_to_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_HELD", 4)
    wire = Wire()
    wire.say(*[b"abc"] * 9, None)
    body = Body(wire.chunks())
    taken = []
    while (chunk := await body.take(soon())) is not None:
        taken.append(chunk)
        assert wire.n_read <= len(taken) * 2
    assert taken == [b"abcabc"] * 4 + [b"abc"]
    await body.close()


@pytest.fixture
async def _crowd(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(module, "CROWD", 2)
    monkeypatch.setattr(module, "PAUSE_S", 0.01)
    other = Body(Wire().chunks())
    yield
    await other.close()
    assert Body.n_open == 0


@pytest.mark.usefixtures("_crowd")
async def test_in_a_crowd_the_first_word_comes_at_once_and_what_follows_in_fewer_pieces() -> None:
    wire = Wire()
    body = Body(wire.chunks())
    wire.say(b"a")
    assert await body.take(asyncio.get_running_loop().time() + 0.01) == b"a"
    asked = asyncio.ensure_future(body.take(soon()))
    wire.say(b"b")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not asked.done()
    wire.say(b"c", b"d")
    assert await asked == b"bcd"
    # Nobody waits for a word that does not come.
    wire.say(b"e")
    assert await body.take(soon()) == b"e"
    wire.say(b"f", None)
    assert await body.take(soon()) == b"f"
    assert await body.take(soon()) is None
    await body.close()


@pytest.mark.usefixtures("_crowd")
async def test_who_pauses_is_stopped_at_once() -> None:
    wire = Wire()
    body = Body(wire.chunks())
    wire.say(b"a")
    assert await body.take(soon()) == b"a"
    wire.say(b"b")
    await asyncio.sleep(0)
    await body.close()
    await body.close()
    assert wire.is_closed
