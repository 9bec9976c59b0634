"""Answers of models in each wire format, without a connection: cut anywhere, broken in any way, never an exception."""

import json
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.models import Delta, Finished, ModelEvent, Usage
from rulewright.services.models.answer import Answer
from rulewright.services.models.lines import MAX_LINE_BYTES, Events, Lines
from rulewright.services.models.text import MAX_CHARS, Tail
from tests.harness.model_wires import PIECES, TEXT, WIRES, Wire, event

wires = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name.replace(" ", "-"))

others = pytest.mark.parametrize("wire", [w for w in WIRES if w.name != "llamacpp chat"], ids=lambda w: w.name)
"""Those whose answers differ."""


def answer_to(wire: Wire, **more: Any) -> Answer:
    request = msgspec.structs.replace(wire.request, **more)
    return Answer(wire.format, wire.framing, request, request.max_tokens)


def read(answer: Answer, *parts: bytes) -> list[ModelEvent]:
    """All events, with what follows each other joined, as one reads it."""
    events: list[ModelEvent] = []
    for part in parts:
        if answer.end is None:
            events += answer.feed(part)
    events += answer.close()
    text = "".join(one.text for one in events if isinstance(one, Delta))
    return [Delta(text), *(one for one in events if not isinstance(one, Delta))]


@wires
def test_a_whole_answer(wire: Wire) -> None:
    answer = answer_to(wire)
    assert read(answer, wire.answer()) == [Delta(TEXT), wire.usage, Finished("stop")]
    assert answer.end == "over"
    assert read(answer_to(wire), wire.body(PIECES, wire.length).encode())[-1] == Finished("length")


@others
def test_it_is_the_same_wherever_it_is_cut(wire: Wire) -> None:
    body = wire.answer()
    whole = read(answer_to(wire), body)
    for at in range(len(body) + 1):
        assert read(answer_to(wire), body[:at], body[at:]) == whole
    assert read(answer_to(wire), *(body[at : at + 1] for at in range(len(body)))) == whole


@wires
@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_other_ends_of_lines_mean_the_same(wire: Wire, newline: str) -> None:
    body = wire.answer().replace(b"\n", newline.encode())
    for size in (1, 7, len(body)):
        parts = [body[at : at + size] for at in range(0, len(body), size)]
        assert read(answer_to(wire), *parts) == [Delta(TEXT), wire.usage, Finished("stop")]


@others
def test_one_that_ends_too_early_is_cut_and_what_came_is_a_beginning(wire: Wire) -> None:
    body = wire.answer()
    ends = set()
    for at in range(len(body)):
        answer = answer_to(wire)
        text, *rest = read(answer, body[:at])
        assert isinstance(text, Delta)
        assert TEXT.startswith(text.text)
        ends.add(answer.end)
        # Cut in the middle of a line, what is left of it may be no JSON; either is a failure to whoever reads.
        assert (answer.end == "over") == (rest != [] and isinstance(rest[-1], Finished))
        if answer.end == "over":
            assert text.text == TEXT, "complete, but for the counts"
    assert {"cut", "garbage"} <= ends


@others
def test_any_bytes_in_it_are_an_end_and_no_exception(wire: Wire) -> None:
    body = wire.answer()
    for at in range(0, len(body), 23):
        for wrong in (b"\xff\xfe", b"\x00", b"\n\n", b'{"', b"data: nonsense\n\n", b"\xe2\x82"):
            answer = answer_to(wire)
            events = read(answer, body[:at] + wrong + body[at:])
            assert answer.end in {"over", "cut", "garbage", "fault"}
            assert isinstance(events[0], Delta)


WORDS = """
choices delta content finish_reason usage error message type code text stop done response data index embedding models
content_block name id input_tokens default_generation_settings n_ctx capabilities parameters
"""
KEYS = st.sampled_from(WORDS.split())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.sampled_from(WIRES), st.sampled_from(["", "error", "message_delta"]))
def test_no_json_makes_reading_raise(value: Any, wire: Wire, name: str) -> None:
    line = json.dumps(value, default=str)
    answer = answer_to(wire)
    data = f"{line}\n" if wire.framing == "lines" else event(line, name)
    read(answer, data.encode("utf-8", "surrogatepass"))
    form = wire.format
    form.names(value)
    form.vectors(value)
    form.capabilities(value, "m")


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_lines_are_the_same_wherever_bytes_are_cut(data: bytes, cuts: list[int]) -> None:
    def lines(*parts: bytes) -> list[str]:
        one = Lines()
        return [line for part in parts for line in one.feed(part)] + one.end()

    at = sorted({0, *cuts, len(data)})
    assert lines(*(data[a:b] for a, b in pairwise(at))) == lines(data)


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory() -> None:
    for wire in WIRES:
        answer = answer_to(wire)
        for _ in range(MAX_LINE_BYTES // 60_000 + 2):
            answer.feed(b"x" * 60_000)
        assert answer.end == "too_large"


def test_an_event_of_many_lines_has_a_limit_too() -> None:
    answer = answer_to(WIRES[0])
    for _ in range(MAX_LINE_BYTES // 60_000 + 2):
        answer.feed(b"data: " + b"x" * 60_000 + b"\n")
    assert answer.end == "too_large"


@pytest.mark.parametrize("wire", [WIRES[3]], ids=["lines"])
def test_ten_megabytes_are_not_shown(wire: Wire) -> None:
    answer = answer_to(wire, max_tokens=1_000_000)
    n_chars, number = 0, 0
    while answer.end is None:
        number += 1
        piece = " ".join(f"{number * 7919 + i}" for i in range(10_000))
        body = wire.body([piece], wire.stop)
        # All but the end of an answer, again and again.
        last = body.index(piece) + len(piece)
        rest = body[last:].split("\n", 2)
        part = body[:last] + rest[0] + "\n\n"
        n_chars += sum(len(one.text) for one in answer.feed(part.encode()) if isinstance(one, Delta))
    assert answer.end == "too_large"
    assert n_chars <= MAX_CHARS


@others
def test_one_that_says_the_same_for_ever_is_stopped(wire: Wire) -> None:
    answer = answer_to(wire, max_tokens=1_000_000)
    body = wire.body(["again and "], wire.stop)
    last = body.index("again and ") + len("again and ")
    part = body[:last] + body[last:].split("\n", 2)[0] + "\n\n"
    n_fed = 0
    while answer.end is None:
        answer.feed(part.encode())
        n_fed += 1
    assert answer.end == "endless"
    assert n_fed < 2_000


def test_a_long_answer_with_lines_that_are_alike_is_none() -> None:
    answer = answer_to(WIRES[0], max_tokens=100_000)
    for number in range(3_000):
        answer.feed(event({"choices": [{"delta": {"content": f"    {number}: 0x00,\n"}}]}).encode())
    assert answer.end is None


@wires
def test_a_stop_text_that_the_server_overlooked_ends_it(wire: Wire) -> None:
    for at in range(1, 7):
        text = "abc END def END"
        pieces = [text[i : i + at] for i in range(0, len(text), at)]
        answer = answer_to(wire, stop=("END", "ENDE"))
        events = read(answer, wire.answer(pieces))
        assert (events[0], events[-1]) == (Delta("abc "), Finished("stop"))


@wires
def test_what_may_begin_a_stop_text_is_shown_when_it_did_not(wire: Wire) -> None:
    answer = answer_to(wire, stop=("ENDE",))
    assert read(answer, wire.answer(["abc EN", "D"]))[0] == Delta("abc END")


@given(st.text("abc", max_size=30), st.lists(st.text("abc", min_size=1, max_size=4), max_size=3), st.integers(1, 5))
def test_stop_texts_are_found_however_a_text_is_cut(text: str, stops: list[str], size: int) -> None:
    tail = Tail(stops)
    shown = "".join(tail.take(text[at : at + size]) for at in range(0, len(text), size)) + tail.end()
    firsts = [text.find(stop) for stop in stops if stop in text]
    if not firsts:
        assert shown == text
    else:
        # One stop text may be over before another one that began earlier.
        assert any(shown == text[:at] for at in range(len(text) + 1))
        assert not any(stop in shown for stop in stops)


@wires
def test_a_limit_of_tokens_that_the_server_overlooked_is_kept_here(wire: Wire) -> None:
    answer = answer_to(wire, max_tokens=1)
    events = read(answer, wire.answer([f"{number} " for number in range(5_000)]))
    assert events[-1] == Finished("length")
    assert len(events[0].text) < 5_000  # type: ignore[union-attr]


@wires
def test_halves_of_characters_are_joined(wire: Wire) -> None:
    body = wire.body(["\ud83d"], wire.stop).encode("utf-8", "surrogatepass")
    assert body.count(b"\xed\xa0\xbd") == 1
    halves = wire.body(["X1X", "X2X", "X3X"], wire.stop)
    escaped = halves.replace("X1X", "a\\ud83d").replace("X2X", "\\udc0d!").replace("X3X", "\\ud83d").encode()
    assert read(answer_to(wire), escaped)[0] == Delta("a\U0001f40d!�")


@wires
def test_bytes_that_are_no_text_are_marks_in_it(wire: Wire) -> None:
    body = wire.body(["XXX"], wire.stop).encode().replace(b"XXX", b"a\xff\xf0\x9f\x90b")
    assert read(answer_to(wire), body)[0] == Delta("a��b")


@wires
def test_an_error_in_the_middle_is_told_in_its_own_words(wire: Wire) -> None:
    answer = answer_to(wire)
    body = wire.answer()
    first_end = body.index(b"\xc3\xb6") - 2
    start = body[: body.rindex(b"\n", 0, first_end) + 1]
    read(answer, start + wire.error("It is too hot.", "overloaded_error").encode())
    assert answer.end == "fault"
    assert answer.fault.message == "It is too hot."


def test_reasoning_is_not_shown_but_is_a_sign_of_life() -> None:
    for key in ("reasoning_content", "reasoning"):
        answer = answer_to(WIRES[0])
        assert answer.feed(event({"choices": [{"delta": {key: "Hm."}}]}).encode()) == []
        assert answer.is_thinking
        assert not answer.has_begun
    parts = [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Yes."}]
    answer = answer_to(WIRES[0])
    assert answer.feed(event({"choices": [{"delta": {"content": parts}}]}).encode()) == [Delta("Yes.")]


WHOLE_CHAT = '{"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3}}'
WHOLE_MESSAGE = """{"type": "message", "content": [{"type": "text", "text": "Yes."}], "stop_reason": "end_turn",
"usage": {"input_tokens": 3}}""".replace("\n", "")


@pytest.mark.parametrize(("wire", "body"), [(WIRES[0], WHOLE_CHAT), (WIRES[2], WHOLE_MESSAGE)])
def test_a_server_that_does_not_stream_is_understood(wire: Wire, body: str) -> None:
    answer = Answer(wire.format, "lines", wire.request, 10)
    assert read(answer, body.encode()) == [Delta("Yes."), Usage(3, 0), Finished("stop")]


@pytest.mark.parametrize(
    ("word", "reason"),
    [("stop", "stop"), ("eos", "stop"), ("tool_calls", "stop"), ("length", "length"), ("content_filter", "filter")],
)
def test_words_for_an_end(word: str, reason: Any) -> None:
    assert read(answer_to(WIRES[0]), WIRES[0].body(["a"], word).encode())[-1] == Finished(reason)


def test_an_old_way_to_tell_a_fault_is_understood() -> None:
    events = Events()
    assert events.feed(b'error: {"code":500,"message":"no"}\n\n') == [("error", '{"code":500,"message":"no"}')]
    answer = answer_to(WIRES[-1])
    read(answer, b'error: {"code":500,"message":"no","type":"server_error"}\n\n')
    assert (answer.end, answer.fault.message, answer.fault.status) == ("fault", "no", 500)
