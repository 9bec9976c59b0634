"""Message bodies out of bytes, garbage included."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.adapters.lsp.framing import MAX_HEADER, Framer, frame

BODY = b'{"jsonrpc":"2.0"}'


@given(st.lists(st.binary(max_size=50), max_size=6), st.data())
def test_bodies_come_out_however_the_bytes_are_cut(bodies, data):
    wire = b"".join(map(frame, bodies))
    framer = Framer()
    got = []
    while wire:
        n = data.draw(st.integers(1, len(wire)))
        got += framer.feed(wire[:n])
        wire = wire[n:]
    assert got == bodies


@pytest.mark.parametrize(
    "garbage",
    [
        b"Starting the server...\n",
        b"X-Other: 1\r\n\r\n",
        b"Content-Length: -5\r\n\r\n",
        b"Content-Length: many\r\n\r\n",
        b"Content-Length:\r\n\r\n",
        b"Content-Length: 99999999999999999999999\r\n\r\n",
        b"Content-Length: 999999999999\r\n\r\n{}",
        b"\x00\xff\xfe" * 10,
        b"\r\n\r\n\r\n\r\n",
        b"garbage" * 10_000,
        b"Content-Length: 5 apples\r\n\r\nabc",
    ],
)
def test_what_is_no_header_is_passed_over(garbage):
    assert Framer().feed(garbage + frame(BODY) + frame(BODY)) == [BODY, BODY]


@given(st.binary(max_size=200).filter(lambda b: b"ontent" not in b.lower()))
def test_any_garbage_costs_itself_alone(garbage):
    assert Framer().feed(garbage + frame(BODY)) == [BODY]


@pytest.mark.parametrize(
    "header",
    [
        b"content-length: 17\r\n\r\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 17\r\n\r\n",
        b"Content-Length: 17\r\nContent-Type: x\r\n\r\n",
        b"Content-Length:17\n\n",
    ],
)
def test_headers_are_read_as_they_are_written_in_the_wild(header):
    assert Framer().feed(header + BODY) == [BODY]


def test_a_message_above_the_limit_is_passed_over():
    framer = Framer(max_body=20)
    assert framer.feed(frame(b"x" * 21) + frame(BODY)) == [BODY]
    assert framer.n_skipped == 1


def test_garbage_without_an_end_is_not_kept():
    framer = Framer()
    for _ in range(100):
        assert framer.feed(b"x" * MAX_HEADER) == []
    assert len(framer._buffer) <= MAX_HEADER
    assert framer.feed(b"\r\n" + frame(BODY)) == [BODY]
