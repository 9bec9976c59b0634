"""Reading standard input in a thread of our own."""

import asyncio
import os
import threading

import pytest

from rulewright.adapters.lsp.framing import Framer, frame
from rulewright.adapters.lsp.reader import Inbox, Writer, start_reading
from rulewright.adapters.lsp.server import BATCH, pump


@pytest.fixture
def pipe():
    read, write = os.pipe()
    with os.fdopen(read, "rb"), os.fdopen(write, "wb", buffering=0) as writer:
        yield read, writer


async def test_bodies_arrive_in_order_until_the_pipe_ends(pipe):
    read, writer = pipe
    inbox, got = Inbox(), []
    thread = start_reading(read, inbox)
    pumping = asyncio.create_task(pump(inbox, got.append))
    bodies = [b"%d" % n for n in range(BATCH * 5)]
    wire = b"".join(map(frame, bodies))
    for n in range(0, len(wire), 700):
        await asyncio.to_thread(writer.write, wire[n : n + 700])
    writer.close()
    await pumping
    assert got == bodies
    thread.join()


async def test_what_came_before_the_loop_listens_is_kept():
    inbox, got = Inbox(), []
    inbox.put([b"1", b"2"])
    inbox.end()
    await pump(inbox, got.append)
    assert got == [b"1", b"2"]


async def test_a_long_batch_lets_tasks_have_their_turn():
    inbox, events = Inbox(), []
    inbox.put([b"x"] * (BATCH + 1))
    inbox.end()

    async def other():
        events.append("task")

    task = asyncio.create_task(other())
    await pump(inbox, lambda _: events.append("body"))
    await task
    assert events.index("task") == BATCH


async def test_nothing_is_woken_after_the_loop_has_left():
    inbox = Inbox()
    pumping = asyncio.create_task(pump(inbox, lambda _: None))
    await asyncio.sleep(0)
    pumping.cancel()
    await asyncio.gather(pumping, return_exceptions=True)
    thread = threading.Thread(target=inbox.put, args=([b"late"],))
    thread.start()
    await asyncio.to_thread(thread.join)
    assert inbox.take(9) == ([b"late"], False)


def test_a_closed_descriptor_is_the_end():
    inbox = Inbox()
    read, write = os.pipe()
    os.close(write)
    os.close(read)
    start_reading(read, inbox).join()
    assert inbox.take(1) == ([], True)


def test_a_long_message_is_written_whole(pipe):
    read, writer = pipe
    body = b"x" * 1_000_000
    got = bytearray()

    def drain():
        while len(got) < len(frame(body)):
            got.extend(os.read(read, 1 << 16))

    thread = threading.Thread(target=drain)
    thread.start()
    Writer(writer.fileno()).write(body)
    thread.join()
    assert bytes(got) == frame(body)


def test_a_client_that_is_gone_is_told_of():
    read, write = os.pipe()
    os.close(read)
    lost, late = [], []
    writer = Writer(write)
    writer.on_lost(lambda: lost.append(True))
    writer.write(b"{}")
    writer.write(b"{}")
    os.close(write)
    assert lost == [True]
    writer.on_lost(lambda: late.append(True))
    assert late == [True]


def test_many_threads_write_whole_messages(pipe):
    read, file = pipe
    writer, framer, got = Writer(file.fileno()), Framer(), []
    bodies = [bytes([65 + n]) * 200_000 for n in range(8)]
    threads = [threading.Thread(target=writer.write, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    while len(got) < len(bodies):
        got += framer.feed(os.read(read, 1 << 16))
    for thread in threads:
        thread.join()
    assert sorted(got) == bodies


def test_the_first_body_is_heard_before_it_can_be_taken(pipe):
    read, file = pipe
    inbox, heard = Inbox(), []
    thread = start_reading(read, inbox, lambda body: heard.append((body, inbox.take(9))))
    file.write(frame(b"1") + frame(b"2"))
    file.write(frame(b"3"))
    file.close()
    thread.join()
    assert heard == [(b"1", ([], False))]
    assert inbox.take(9) == ([b"1", b"2", b"3"], True)
