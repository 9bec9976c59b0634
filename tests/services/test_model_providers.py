"""The contract of every provider over HTTP, against a real server on loopback that does what it should not."""

import asyncio
import gzip
import json
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rulewright.core.model_settings import ModelSettings
from rulewright.core.models import (
    Capabilities,
    Delta,
    Failed,
    Finished,
    Message,
    ModelError,
    ModelEvent,
    ModelProvider,
    ModelRequest,
    Part,
    TokenCounter,
)
from rulewright.services.models import failures
from rulewright.services.models import provider as provider_module
from rulewright.services.models.http import Connections
from rulewright.services.models.keys import Keys
from rulewright.services.models.make import make_provider
from rulewright.services.models.provider import HttpProvider
from tests.harness.certificates import Certificates
from tests.harness.http_server import Answer, Asked, Line, Server, serving
from tests.harness.model_wires import KEY, TEXT, WIRES, Wire, chat, event, infill

wires = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name.replace(" ", "-"))
ONE = WIRES[0]


@asynccontextmanager
async def made(
    wire: Wire,
    answer: Answer,
    environ: dict[str, str] | None = None,
    *,
    context: ssl.SSLContext | None = None,
    **settings: Any,
) -> AsyncIterator[tuple[HttpProvider, Server]]:
    """A provider of a format, and the server that it asks. It waits for nothing between two tries."""
    connections = Connections()
    async with serving(answer, context) as server:
        model = msgspec.structs.replace(wire.model, **{"base_url": server.url, **settings})
        provider = make_provider(model, Keys(environ or {}), connections)
        provider.waited = []  # type: ignore[attr-defined]

        async def pause(seconds: float) -> None:
            provider.waited.append(seconds)  # type: ignore[attr-defined]

        provider._pause, provider._chance = pause, lambda: 0.5
        try:
            yield provider, server
        finally:
            await provider.close()
            assert connections.n_clients == 0


async def events_of(provider: ModelProvider, request: ModelRequest) -> list[ModelEvent]:
    return [event async for event in provider.stream(request)]


def text_of(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta))


def failed_of(events: list[ModelEvent]) -> Failed:
    """The last event, which is the only failure."""
    assert [isinstance(event, Failed | Finished) for event in events].count(True) == 1
    last = events[-1]
    assert isinstance(last, Failed), last
    is_sentence(last.message)
    return last


def is_sentence(message: str) -> None:
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 400
    assert KEY not in message


def answers(body: bytes, content_type: str = "text/event-stream") -> Answer:
    async def answer(_: Asked, line: Line) -> None:
        await line.head(content_type=content_type)
        await line.send(body)

    return answer


def one_after_the_other(*steps: Answer) -> Answer:
    left = list(steps)

    async def answer(asked: Asked, line: Line) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(asked, line)

    return answer


def refuses(status: int, body: Any = None, **headers: str) -> Answer:
    async def answer(_: Asked, line: Line) -> None:
        await line.reply(json.dumps(body or {"error": {"message": "no"}}), status, **headers)

    return answer


# Answers


@wires
async def test_an_answer(wire: Wire) -> None:
    async with made(wire, answers(wire.answer(), wire.content_type)) as (provider, server):
        assert isinstance(provider, ModelProvider)
        events = await events_of(provider, wire.request)
    assert text_of(events) == TEXT
    assert events[-2:] == [wire.usage, Finished("stop")]
    (asked,) = server.asked
    assert (asked.method, asked.target) == ("POST", wire.path)
    assert asked.json["stream"] is True
    assert asked.headers["connection"] == "close"
    assert not {"authorization", "x-api-key", "cookie"} & set(asked.headers)


@wires
async def test_every_byte_in_a_packet_of_its_own(wire: Wire) -> None:
    async def answer(_: Asked, line: Line) -> None:
        await line.head(content_type=wire.content_type)
        for number in wire.answer():
            await line.send(bytes([number]))

    async with made(wire, answer) as (provider, _):
        assert text_of(await events_of(provider, wire.request)) == TEXT


@wires
async def test_a_piece_is_given_out_before_the_next_one_is_sent(wire: Wire) -> None:
    pieces = [f"word{number} " for number in range(6)]
    ends = b"\n" if wire.framing == "lines" else b"\n\n"
    shown: asyncio.Queue[str] = asyncio.Queue()

    async def answer(_: Asked, line: Line) -> None:
        await line.head(content_type=wire.content_type)
        for frame in wire.answer(pieces).split(ends):
            await line.send(frame + ends)
            if sent := [piece for piece in pieces if piece.encode() in frame]:
                assert [await asyncio.wait_for(shown.get(), 10)] == sent

    async with made(wire, answer) as (provider, server):
        async for event in provider.stream(wire.request):
            if isinstance(event, Delta):
                shown.put_nowait(event.text)
        await asyncio.wait_for(server.all_closed.wait(), 10)
    assert isinstance(event, Finished), "every piece was sent"


@wires
async def test_the_same_request_is_the_same_bytes(wire: Wire) -> None:
    async with made(wire, answers(wire.answer(), wire.content_type)) as (provider, server):
        for _ in range(2):
            await events_of(provider, wire.request)
    assert server.asked[0].body == server.asked[1].body


@wires
async def test_parts_are_sent_in_order_and_nothing_else(wire: Wire) -> None:
    if wire.request.infill is not None:
        request = infill(stop=("\n\n",), temperature=0.2, max_tokens=7)
        expected = ["def f(a):\n    ", "\n    return a\n"]
    else:
        said = [("system", "s1 ", "s2"), ("user", "u1"), ("assistant", "a1"), ("tool", "t1"), ("user", "", "u2 \ud83d")]
        messages = tuple(Message(role, tuple(map(Part, parts))) for role, *parts in said)  # type: ignore[arg-type]
        request = ModelRequest(root="", messages=messages, stop=("X",), temperature=0.2, max_tokens=7)
        expected = ["s1 s2", "u1", "a1", "t1", "u2 �"]
    async with made(wire, answers(wire.answer(), wire.content_type)) as (provider, server):
        await events_of(provider, request)
    texts = [text for text in strings_in(server.asked[0].json) if text in expected]
    assert texts == expected
    assert "7" in server.asked[0].body.decode()
    assert "0.2" in server.asked[0].body.decode()


def strings_in(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        return [text for item in (value.values() if isinstance(value, dict) else value) for text in strings_in(item)]
    return [value] if isinstance(value, str) else []


async def test_settings_limit_the_answer_and_give_the_temperature() -> None:
    async with made(ONE, answers(ONE.answer()), max_tokens=50, temperature=0.7, model="named") as (provider, server):
        await events_of(provider, chat(max_tokens=100))
        await events_of(provider, chat(max_tokens=10, temperature=0.0, model="other"))
    first, second = (asked.json for asked in server.asked)
    assert (first["max_tokens"], first["temperature"], first["model"]) == (50, 0.7, "named")
    assert (second["max_tokens"], second["temperature"], second["model"]) == (10, 0.0, "other")


# Ends that are none


@wires
async def test_one_that_breaks_off_is_cut(wire: Wire) -> None:
    body = wire.answer()
    part = body[: body.index(b"e = 3") - 60]
    for cut in (part, part[: part.rindex(b"\n") + 1]):
        async with made(wire, answers(cut, wire.content_type)) as (provider, _):
            failed = failed_of(await events_of(provider, wire.request))
        assert failed.kind in {"cut", "broken"}
    assert failed == Failed("cut", "The model mine broke off in the middle of its answer.")


@wires
async def test_one_whose_server_dies_is_cut(wire: Wire) -> None:
    async def answer(_: Asked, line: Line) -> None:
        await line.head(content_type=wire.content_type, content_length="100000")
        await line.send(wire.answer()[:300])
        line.reset()

    async with made(wire, answer) as (provider, server):
        assert failed_of(await events_of(provider, wire.request)).kind == "cut"
    assert len(server.asked) == 1, "there is no other try once an answer has begun"


async def test_one_that_is_complete_is_whole_though_the_connection_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_module, "AFTER_FINISH_S", 0.1)

    async def answer(_: Asked, line: Line) -> None:
        await line.head()
        await line.send(ONE.answer().removesuffix(b"data: [DONE]\n\n"))
        await line.gone()

    async with made(ONE, answer) as (provider, _):
        events = await events_of(provider, chat())
    assert (text_of(events), events[-2:]) == (TEXT, [ONE.usage, Finished()])


async def test_garbage_in_the_middle_is_told() -> None:
    async with made(ONE, answers(ONE.answer()[:400] + b"\n\ndata: {nonsense\n\n")) as (provider, _):
        failed = failed_of(await events_of(provider, chat()))
    assert failed == Failed("broken", "The model mine sent something in its answer that is not JSON.")


@wires
async def test_an_error_in_the_middle_of_an_answer(wire: Wire) -> None:
    body = wire.answer()
    start = body[: body.index(b"\xc3\xb6")]
    start = start[: start.rindex(b"\n") + 1]
    async with made(wire, answers(start + wire.error("It is too hot.", "").encode(), wire.content_type)) as (
        provider,
        _,
    ):
        failed = failed_of(await events_of(provider, wire.request))
    assert failed == Failed("broken", "The model mine broke off its answer: It is too hot.")


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/xml"])
async def test_the_page_of_a_proxy_is_no_answer(content_type: str) -> None:
    async with made(ONE, answers(b"<html>Log in</html>", content_type)) as (provider, server):
        failed = failed_of(await events_of(provider, chat()))
    kind = content_type.partition(";")[0]
    assert failed.message == f"{server.url} answers with {kind}, as no model does. Look at its base_url."


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x00\x01 hello\r\n\r\n", "answers with something that is not HTTP. Look at its base_url."),
        (b"HTTP/1.1 204 No Content\r\n\r\n", "answers with 204, as no model does. Look at its base_url."),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", "The model mine ended its answer before the first word."),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "broke off in the middle of its answer."),
        (b"HTTP/1.1 200 OK\r\nx: " + b"a" * 200_000 + b"\r\n\r\n", "something that is not HTTP. Look at its base_url."),
        (b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\nxxxx", "broke off in the middle of its answer."),
        (b"HTTP/1.1 500 X\r\nretry-after: \xff\r\ncontent-length: 0\r\n\r\n", "has a fault of its own (500)."),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_what_is_hardly_http_is_told(data: bytes, told: str) -> None:
    async def answer(_: Asked, line: Line) -> None:
        line.is_last = True
        await line.send(data)

    async with made(ONE, answer) as (provider, _):
        assert failed_of(await events_of(provider, chat())).message.endswith(told)


async def test_an_answer_that_is_packed_although_nobody_asked_for_it() -> None:
    async def answer(_: Asked, line: Line) -> None:
        await line.head(content_encoding="gzip")
        await line.send(gzip.compress(ONE.answer()))

    async with made(ONE, answer) as (provider, server):
        assert text_of(await events_of(provider, chat())) == TEXT
    assert server.asked[0].headers["accept-encoding"] == "identity"


# Waiting


async def test_one_that_never_answers() -> None:
    async def answer(_: Asked, line: Line) -> None:
        await line.gone()

    async with made(ONE, answer, first_token_s=0.05) as (provider, server):
        failed = failed_of(await events_of(provider, chat()))
        assert failed == Failed("timeout", "The model mine did not begin to answer within 0.1 s.")
        await asyncio.wait_for(server.all_closed.wait(), 10)
        failed = failed_of(await events_of(provider, chat(deadline_s=0.01)))
    assert failed.message == "The model mine was not done with its answer after 0.0 s."


async def test_one_that_only_says_that_it_is_there_has_not_begun() -> None:
    async def answer(_: Asked, line: Line) -> None:
        await line.head()
        while True:
            await line.send(": here\n\n")
            await asyncio.sleep(0)

    async with made(ONE, answer, first_token_s=0.05) as (provider, _):
        assert "did not begin" in failed_of(await events_of(provider, chat())).message


async def test_one_that_stops_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "SILENCE_S", 0.05)

    async def answer(_: Asked, line: Line) -> None:
        await line.head()
        await line.send(ONE.answer()[:600])
        await line.gone()

    async with made(ONE, answer) as (provider, _):
        events = await events_of(provider, chat())
    assert text_of(events)
    assert failed_of(events).message == "The model mine stopped in the middle of its answer: nothing came for 0.1 s."


async def test_one_that_drips_has_a_deadline() -> None:
    async def answer(asked: Asked, line: Line) -> None:
        if asked.method == "GET":
            await line.reply("{}")
            return
        await line.head()
        number = 0
        while True:
            number += 1
            await line.send(event({"choices": [{"delta": {"content": f"{number} "}}]}))
            await asyncio.sleep(0)

    async with made(ONE, answer) as (provider, server):
        # What is imported the first time is not part of the wait.
        await provider.models()
        events = await events_of(provider, chat(deadline_s=0.2))
        assert text_of(events).startswith("1 2 3")
        assert failed_of(events).kind == "timeout"
        await asyncio.wait_for(server.all_closed.wait(), 10)


@wires
@pytest.mark.parametrize("way", ["close", "cancel"])
async def test_whoever_reads_no_more_closes_the_connection(wire: Wire, way: str) -> None:
    body = wire.answer()
    start = body[: body.index(b"e = 3")]
    gone = asyncio.Event()

    async def answer(_: Asked, line: Line) -> None:
        await line.head(content_type=wire.content_type)
        await line.send(start[: start.rindex(b"\n") + 1])
        await line.gone()
        gone.set()

    begun = asyncio.Event()

    async def read(provider: HttpProvider) -> None:
        async with aclosing(provider.stream(wire.request)) as events:  # type: ignore[type-var]
            async for _ in events:
                begun.set()
                if way == "close":
                    return

    async with made(wire, answer) as (provider, server):
        task = asyncio.create_task(read(provider))
        await asyncio.wait_for(begun.wait(), 10)
        if way == "cancel":
            task.cancel()
        await asyncio.wait({task})
        await asyncio.wait_for(gone.wait(), 10)
        await asyncio.wait_for(server.all_closed.wait(), 10)


async def test_whoever_gives_up_before_the_first_byte_closes_it_too() -> None:
    gone, begun = asyncio.Event(), asyncio.Event()

    async def answer(_: Asked, line: Line) -> None:
        begun.set()
        await line.gone()
        gone.set()

    async with made(ONE, answer) as (provider, _):
        task = asyncio.create_task(events_of(provider, chat()))
        await asyncio.wait_for(begun.wait(), 10)
        task.cancel()
        await asyncio.wait({task})
        await asyncio.wait_for(gone.wait(), 10)


async def test_an_answer_goes_on_when_its_provider_is_closed() -> None:
    go_on = asyncio.Event()

    async def answer(_: Asked, line: Line) -> None:
        await line.head()
        body = ONE.answer()
        await line.send(body[:600])
        await go_on.wait()
        await line.send(body[600:])

    async with made(ONE, answer) as (provider, _):
        events: list[ModelEvent] = []
        async for event in provider.stream(chat()):
            events.append(event)
            if not go_on.is_set():
                await provider.close()
                go_on.set()
    assert text_of(events) == TEXT
    assert events[-1] == Finished()


# What servers refuse


def known_errors() -> list[tuple[str, int, str, str, str]]:
    """Rows of `tests/data/model_errors.tsv`."""
    lines = Path(__file__).parents[1].joinpath("data/model_errors.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [(name, int(status), body.replace("$KEY", KEY), kind, told) for name, status, body, kind, told in rows]


@pytest.mark.parametrize(("name", "status", "body", "kind", "told"), known_errors(), ids=lambda v: str(v)[:20])
async def test_what_a_server_refuses_is_a_sentence(name: str, status: int, body: str, kind: str, told: str) -> None:
    wire = next(wire for wire in WIRES if wire.name == name)

    async def answer(_: Asked, line: Line) -> None:
        await line.reply(body, status, location="https://example.org/v2")

    async with made(wire, answer, {"MY_KEY": KEY}, key_env="MY_KEY") as (provider, _):
        failed = failed_of(await events_of(provider, wire.request))
    assert (failed.kind, failed.status) == (kind, status)
    assert told in failed.message


@wires
async def test_kilobytes_of_an_error_are_not_repeated(wire: Wire) -> None:
    body = "<p>" + "long " * 100_000
    for content in (body, json.dumps({"error": {"message": "A\nlong story. " * 100_000}})):

        async def answer(_: Asked, line: Line, content: str = content) -> None:
            await line.reply(content, 418, "text/plain")

        async with made(wire, answer) as (provider, _):
            assert failed_of(await events_of(provider, wire.request)).status == 418


async def test_a_secret_that_a_server_repeats_is_not_shown() -> None:
    async with made(ONE, refuses(400, {"error": {"message": f"cannot read key={KEY} here"}})) as (provider, _):
        failed_of(await events_of(provider, chat()))


@wires
async def test_an_unknown_model_is_told_with_those_there_are(wire: Wire) -> None:
    rows = [{"id": f"m-{n}", "name": f"m-{n}"} for n in range(8)]

    async def answer(asked: Asked, line: Line) -> None:
        if asked.method == "GET":
            await line.reply(json.dumps({"data": rows, "models": rows}))
        else:
            await line.reply(json.dumps({"error": {"message": "model not found"}}), 404)

    async with made(wire, answer, model="m-77") as (provider, server):
        failed = failed_of(await events_of(provider, wire.request))
    assert failed.kind == "refused"
    assert failed.message.startswith(f"{server.url} has no model m-77. It has m-7, ")
    assert failed.message.endswith(" and 3 more.")


async def test_without_a_name_the_only_model_there_is_is_asked() -> None:
    rows = [{"id": "it"}]

    async def answer(asked: Asked, line: Line) -> None:
        if asked.method == "GET":
            await line.reply(json.dumps({"data": rows}))
        else:
            await answers(ONE.answer())(asked, line)

    async with made(ONE, answer, model="") as (provider, server):
        for _ in range(2):
            assert text_of(await events_of(provider, chat())) == TEXT
        assert [asked.method for asked in server.asked] == ["GET", "POST", "POST"]
        assert server.asked[1].json["model"] == "it"
    rows.append({"id": "other"})
    async with made(ONE, answer, model="") as (provider, server):
        failed = failed_of(await events_of(provider, chat()))
    assert failed.message == f"{server.url} has more than one model; name one as `model`: it, other."


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("stream_options", "Unrecognized request argument supplied: stream_options"),
        ("max_tokens", "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."),
        ("temperature", "Unsupported value: 'temperature' does not support 0.2 with this model."),
    ],
)  # fmt: skip
async def test_what_a_server_does_not_take_is_left_out_from_then_on(field: str, message: str) -> None:
    async def answer(asked: Asked, line: Line) -> None:
        if field in asked.json:
            await line.reply(json.dumps({"error": {"message": message, "param": field}}), 400)
        else:
            await answers(ONE.answer())(asked, line)

    async with made(ONE, answer) as (provider, server):
        for _ in range(2):
            assert text_of(await events_of(provider, chat(temperature=0.2, purpose="complete"))) == TEXT
    assert [field in asked.json for asked in server.asked] == [True, False, False]
    if field == "max_tokens":
        assert server.asked[-1].json["max_completion_tokens"] == 2048


# Tries


async def test_another_try_waits_as_long_as_it_is_told_to() -> None:
    steps = [refuses(429, retry_after_ms="1500"), refuses(503, retry_after="2"), answers(ONE.answer())]
    async with made(ONE, one_after_the_other(*steps)) as (provider, server):
        assert text_of(await events_of(provider, chat())) == TEXT
        assert provider.waited == [1.5, 2.0]  # type: ignore[attr-defined]
    assert len(server.asked) == 3


async def test_a_date_to_wait_for_is_understood() -> None:
    when = (datetime.now(UTC) + timedelta(seconds=10)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    async with made(ONE, one_after_the_other(refuses(429, retry_after=when), answers(ONE.answer()))) as (provider, _):
        assert text_of(await events_of(provider, chat())) == TEXT
        (waited,) = provider.waited  # type: ignore[attr-defined]
    assert 0 < waited <= 10


async def test_it_waits_by_chance_where_it_is_told_nothing_and_gives_up_at_last() -> None:
    async with made(ONE, refuses(500)) as (provider, server):
        assert failed_of(await events_of(provider, chat())).status == 500
        assert provider.waited == [0.375, 0.75]  # type: ignore[attr-defined]
    assert len(server.asked) == 3


@pytest.mark.parametrize("retry_after", ["3600", "21"])
async def test_it_is_not_waited_for_long(retry_after: str) -> None:
    async with made(ONE, refuses(429, retry_after=retry_after)) as (provider, server):
        failed = failed_of(await events_of(provider, chat()))
    assert failed.retry_after_s == float(retry_after)
    assert f"It asks to wait {float(retry_after):,.0f} s." in failed.message
    assert len(server.asked) == 1


async def test_nor_beyond_the_deadline() -> None:
    async with made(ONE, refuses(429, retry_after="5")) as (provider, server):
        assert failed_of(await events_of(provider, chat(deadline_s=4.0))).status == 429
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
async def test_what_somebody_types_meanwhile_is_asked_once(status: int) -> None:
    async with made(ONE, refuses(status)) as (provider, server):
        failed_of(await events_of(provider, infill(purpose="complete")))
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 501])
async def test_what_would_be_refused_again_is_asked_once(status: int) -> None:
    async with made(ONE, refuses(status)) as (provider, server):
        failed_of(await events_of(provider, chat()))
    assert [asked.method for asked in server.asked].count("POST") == 1


async def test_an_answer_that_has_begun_is_not_asked_for_again() -> None:
    body = ONE.answer()
    overloaded = body[: body.index(b"\n\n", 600) + 2] + ONE.error("Overloaded", "overloaded_error").encode()
    async with made(ONE, answers(overloaded)) as (provider, server):
        assert failed_of(await events_of(provider, chat())).kind == "overloaded"
    assert len(server.asked) == 1
    first = ONE.error("Overloaded", "overloaded_error").encode()
    async with made(ONE, one_after_the_other(answers(first), answers(ONE.answer()))) as (provider, server):
        assert text_of(await events_of(provider, chat())) == TEXT
    assert len(server.asked) == 2


@pytest.mark.parametrize("purpose", ["chat", "complete"])
async def test_a_connection_that_was_closed_meanwhile_costs_nothing(purpose: Any) -> None:
    async def drop(_: Asked, line: Line) -> None:
        line.reset()

    async with made(ONE, one_after_the_other(drop, answers(ONE.answer()))) as (provider, server):
        assert text_of(await events_of(provider, chat(purpose=purpose))) == TEXT
        assert provider.waited == []  # type: ignore[attr-defined]
    async with made(ONE, drop) as (provider, server):
        failed = failed_of(await events_of(provider, chat(purpose=purpose)))
    assert failed == Failed("broken", "The model mine closed the connection without an answer.")
    assert len(server.asked) == 2


# Connections


async def test_what_is_not_streamed_shares_a_connection() -> None:
    async def answer(_: Asked, line: Line) -> None:
        await line.reply(json.dumps({"data": [{"id": "m"}]}))

    async with made(ONE, answer) as (provider, server):
        for _ in range(5):
            assert await provider.models() == ("m",)
        assert server.n_connections == 1


async def test_nobody_listens() -> None:
    async with made(ONE, refuses(500)) as (_, server):
        pass
    connections = Connections()
    provider = make_provider(msgspec.structs.replace(ONE.model, base_url=server.url), Keys({}), connections)
    failed = failed_of(await events_of(provider, chat()))
    assert failed.kind == "unreachable"
    assert failed.message == (
        f"The model mine does not answer: nobody listens at {server.url}. Start its server, or mend its base_url."
    )
    with pytest.raises(ModelError, match="nobody listens"):
        await provider.capabilities()
    await provider.close()


async def test_a_host_that_is_not_there() -> None:
    provider = make_provider(
        msgspec.structs.replace(ONE.model, base_url="http://nobody.invalid"), Keys({}), Connections()
    )
    failed = failed_of(await events_of(provider, chat()))
    assert failed.kind == "unreachable"
    assert "nobody.invalid" in failed.message
    await provider.close()


@pytest.mark.parametrize(
    ("which", "told"),
    [
        ("expired", "has expired, so the model mine was not asked."),
        ("early", "is not valid yet"),
        ("elsewhere", "is for another host"),
        ("stranger", "If it is your organisation's, name its authority with ca_file."),
        ("good", ""),
    ],
)
async def test_certificates(which: str, told: str, tmp_path: Path) -> None:
    made_ones = Certificates(tmp_path)
    ca_file = "" if which == "stranger" else str(made_ones.ca_file)
    async with made(ONE, answers(ONE.answer()), context=made_ones.server(which), ca_file=ca_file) as (provider, _):
        events = await events_of(provider, chat())
    if told:
        failed = failed_of(events)
        assert failed.kind == "unreachable"
        assert told in failed.message
    else:
        assert text_of(events) == TEXT


async def test_a_connection_over_tls_is_used_again_after_an_answer(tmp_path: Path) -> None:
    made_ones = Certificates(tmp_path)

    async def answer(_: Asked, line: Line) -> None:
        body = ONE.answer()
        await line.send(
            f"HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{len(body):x}\r\n"
        )
        await line.send(body + b"\r\n0\r\n\r\n")

    ca_file = str(made_ones.ca_file)
    async with made(ONE, answer, context=made_ones.server("good"), ca_file=ca_file) as (provider, server):
        for _ in range(3):
            assert text_of(await events_of(provider, chat())) == TEXT
        assert server.n_connections == 1


async def test_no_tls_where_it_is_asked_for() -> None:
    async with serving(refuses(400)) as server:
        base_url = server.url.replace("http://", "https://")
        provider = make_provider(msgspec.structs.replace(ONE.model, base_url=base_url), Keys({}), Connections())
        failed = failed_of(await events_of(provider, chat()))
        await provider.close()
    assert failed == Failed("unreachable", f"{base_url} speaks no TLS: its base_url begins with http:// then.")


@pytest.mark.parametrize(("content", "told"), [(None, "cannot be read"), ("nothing", "holds no certificate")])
async def test_a_ca_file_that_is_none(content: str | None, told: str, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content, "utf-8")
    model = msgspec.structs.replace(ONE.model, base_url="https://127.0.0.1:9", ca_file=str(path))
    provider = make_provider(model, Keys({}), Connections())
    failed = failed_of(await events_of(provider, chat()))
    assert told in failed.message
    await provider.close()


async def test_a_proxy_of_the_environment_is_asked_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(answers(ONE.answer())) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        async with made(ONE, answers(ONE.answer())) as (provider, server):
            assert text_of(await events_of(provider, chat())) == TEXT
            assert (len(server.asked), len(proxy.asked)) == (1, 0)
        model = msgspec.structs.replace(ONE.model, base_url="http://models.invalid/v1")
        provider = make_provider(model, Keys({}), Connections())
        assert text_of(await events_of(provider, chat())) == TEXT
        assert proxy.asked[0].target == "http://models.invalid/v1/chat/completions"
        await provider.close()


async def test_a_client_is_shared_and_lives_while_it_is_used() -> None:
    connections = Connections()
    async with serving(answers(ONE.answer())) as server:
        model = msgspec.structs.replace(ONE.model, base_url=server.url)
        first, second = (make_provider(model, Keys({}), connections) for _ in range(2))
        assert connections.n_clients == 0, "nothing is imported before a model is asked"
        await asyncio.gather(*(events_of(one, chat()) for one in (first, second, first)))
        assert connections.n_clients == 1
        await first.close()
        assert connections.n_clients == 1
        await second.close()
        await second.close()
        assert connections.n_clients == 0


async def test_no_cookie_is_kept() -> None:
    async def answer(asked: Asked, line: Line) -> None:
        await line.head(set_cookie="id=1")
        await line.send(ONE.answer())

    async with made(ONE, answer) as (provider, server):
        for _ in range(2):
            await events_of(provider, chat())
    assert not any("cookie" in asked.headers for asked in server.asked)


# Keys and headers


@wires
async def test_a_key_goes_in_the_header_of_its_service(wire: Wire) -> None:
    body = answers(wire.answer(), wire.content_type)
    async with made(wire, body, {"MY_KEY": f" {KEY}\n"}, key_env="MY_KEY", headers={"X-Team": "a"}) as (
        provider,
        server,
    ):
        await events_of(provider, wire.request)
    headers = server.asked[0].headers
    assert headers["x-team"] == "a"
    assert (headers.get("x-api-key") if wire.name == "anthropic" else headers.get("authorization", "")[7:]) == KEY
    assert KEY not in server.asked[0].body.decode()


async def test_without_a_key_where_one_is_needed() -> None:
    async with made(ONE, refuses(401)) as (provider, _):
        failed = failed_of(await events_of(provider, chat()))
    assert failed.message == (
        "The model mine asks for a key and has none here (401). Name it with key_env or key_command."
    )
    async with made(ONE, refuses(401), key_env="MY_KEY") as (provider, server):
        failed = failed_of(await events_of(provider, chat()))
    assert failed.message == "The model mine was not asked: the variable MY_KEY with its key is not set."
    assert server.asked == []


@pytest.mark.parametrize("value", ["two words", "ключ", "a\x01b"])
async def test_something_that_is_no_key_is_not_sent(value: str) -> None:
    async with made(ONE, refuses(401), {"MY_KEY": value}, key_env="MY_KEY") as (provider, server):
        failed = failed_of(await events_of(provider, chat()))
    assert "gives something that is no key" in failed.message
    assert value not in failed.message
    assert server.asked == []


# Services


@pytest.mark.parametrize(
    ("base_url", "request_", "url", "has"),
    [
        ("https://mine.openai.azure.com", chat(),
         "https://mine.openai.azure.com/openai/deployments/m/chat/completions?api-version=2024-10-21", "api-key"),
        ("https://mine.openai.azure.com?api-version=2025-01-01", chat(),
         "https://mine.openai.azure.com/openai/deployments/m/chat/completions?api-version=2025-01-01", "api-key"),
        ("https://mine.openai.azure.com/openai/v1", chat(), "https://mine.openai.azure.com/openai/v1/chat/completions",
         "api-key"),
        ("https://codestral.mistral.ai/v1", infill(), "https://codestral.mistral.ai/v1/fim/completions",
         "authorization"),
        ("https://api.mistral.ai", chat(), "https://api.mistral.ai/v1/chat/completions", "authorization"),
        ("https://api.deepseek.com", infill(), "https://api.deepseek.com/beta/completions", "authorization"),
        ("https://api.deepseek.com/v1", infill(), "https://api.deepseek.com/beta/completions", "authorization"),
        ("https://openrouter.ai/api/v1", chat(), "https://openrouter.ai/api/v1/chat/completions", "authorization"),
        ("http://127.0.0.1:1234/v1/", infill(), "http://127.0.0.1:1234/v1/completions", "authorization"),
        ("http://127.0.0.1:8000", chat(), "http://127.0.0.1:8000/v1/chat/completions", "authorization"),
    ],
)  # fmt: skip
def test_where_services_are_asked(base_url: str, request_: ModelRequest, url: str, has: str) -> None:
    model = msgspec.structs.replace(ONE.model, base_url=base_url)
    provider = make_provider(model, Keys({}), Connections())
    call = provider.format.stream(request_, "m")
    assert provider._url(call) == url
    assert set(provider.format.key_header(KEY)) == {has}
    body = call.body
    assert body is not None
    assert ("model" in body) == ("deployments" not in url)
    assert ("stream_options" in body) == ("mistral" not in url)
    if request_.infill is not None:
        assert (body["prompt"], body["suffix"]) == ("def f(a):\n    ", "\n    return a\n")


@pytest.mark.parametrize(
    ("provider", "base_url", "url"),
    [
        ("ollama", "http://localhost:11434/api/", "http://127.0.0.1:11434/api/chat"),
        ("ollama", "http://localhost:11434/v1", "http://127.0.0.1:11434/api/chat"),
        ("llamacpp", "http://localhost:8080/v1", "http://127.0.0.1:8080/v1/chat/completions"),
        ("anthropic", "https://api.anthropic.com/v1", "https://api.anthropic.com/v1/messages"),
        ("anthropic", "https://api.anthropic.com", "https://api.anthropic.com/v1/messages"),
    ],
)
def test_what_people_write_behind_an_address_does_no_harm(provider: Any, base_url: str, url: str) -> None:
    model = ModelSettings(name="a", provider=provider, base_url=base_url)
    one = make_provider(model, Keys({}), Connections())
    assert one._url(one.format.stream(chat(), "m")) == url


async def test_a_hole_with_nothing_behind_it_is_text_to_go_on_with() -> None:
    wire = WIRES[-1]
    hole = infill().infill
    assert hole is not None
    empty = msgspec.structs.replace(hole, suffix=Part("\n"), extra=())
    async with made(wire, answers(wire.answer())) as (provider, server):
        await events_of(provider, msgspec.structs.replace(wire.request, infill=empty))
        await events_of(provider, wire.request)
    assert server.asked[0].target == "/completion"
    assert server.asked[0].json["prompt"] == "def f(a):\n    "
    assert server.asked[1].json["input_extra"] == [{"filename": "x.py", "text": "x = 1\n"}]


async def test_without_its_role_nothing_is_filled_in() -> None:
    for wire in (WIRES[1], WIRES[4], WIRES[6]):
        async with made(wire, answers(b""), roles=("chat",)) as (provider, server):
            failed = failed_of(await events_of(provider, wire.request))
        assert failed.message == "The model mine is not set up to fill in the middle: its `roles` lack `complete`."
        assert server.asked == []


# What it can do


@pytest.mark.parametrize(
    ("wire", "body", "expected"),
    [
        (WIRES[0], {"data": [{"id": "m", "max_model_len": 32768}]},
         Capabilities(infill=True, embed=True, context_tokens=32768)),
        (WIRES[0], {"data": [{"id": "x"}, {"id": "m", "context_length": 9}]},
         Capabilities(infill=True, embed=True, context_tokens=9)),
        (WIRES[2], {"data": [{"id": "m"}]}, Capabilities()),
        (WIRES[3], {"capabilities": ["completion", "insert"], "parameters": "num_ctx    16384\nstop    x"},
         Capabilities(infill=True, embed=True, context_tokens=16384)),
        (WIRES[3], {"capabilities": ["completion"]}, Capabilities(infill=False, embed=True, context_tokens=4096)),
        (WIRES[5], {"default_generation_settings": {"n_ctx": 1024}},
         Capabilities(infill=True, infill_extra=True, embed=True, context_tokens=1024)),
    ],
)  # fmt: skip
async def test_what_it_can_do(wire: Wire, body: Any, expected: Capabilities) -> None:
    async def answer(_: Asked, line: Line) -> None:
        await line.reply(json.dumps(body))

    async with made(wire, answer) as (provider, server):
        assert await provider.capabilities() == expected
        assert await provider.capabilities() == expected
        assert len(server.asked) == 1
    async with made(wire, answer, context_tokens=77, roles=("chat",)) as (provider, _):
        found = await provider.capabilities()
    assert (found.infill, found.embed, found.context_tokens) == (False, False, 77)


# Tokens


@pytest.mark.parametrize(
    ("wire", "target", "body", "n_tokens"),
    [
        (WIRES[5], "/tokenize", {"tokens": [1, 2, 3]}, 3),
        (WIRES[5], "/tokenize", {"tokens": "many"}, 0),
        (WIRES[2], "/v1/messages/count_tokens", {"input_tokens": 17}, 17),
        (WIRES[0], "", {}, 0),
        (WIRES[3], "", {}, 0),
    ],
)
async def test_tokens_are_counted_where_a_server_counts(wire: Wire, target: str, body: Any, n_tokens: int) -> None:
    async def answer(_: Asked, line: Line) -> None:
        await line.reply(json.dumps(body))

    async with made(wire, answer) as (provider, server):
        assert isinstance(provider, TokenCounter)
        assert await provider.count_tokens("", [Part("a b"), Part(" c")]) == n_tokens
        assert await provider.count_tokens("", []) == 0
    assert [asked.target for asked in server.asked] == ([target] if target else [])
    if target:
        assert "a b c" in strings_in(server.asked[0].json)


# Vectors


@pytest.mark.parametrize("wire", [WIRES[0], WIRES[3], WIRES[5]], ids=["openai", "ollama", "llamacpp"])
async def test_vectors_of_texts_in_their_order(wire: Wire) -> None:
    async def answer(asked: Asked, line: Line) -> None:
        vectors = [[float(len(text)), 1] for text in asked.json["input"]]
        rows = [{"index": n, "embedding": vector} for n, vector in enumerate(vectors)]
        await line.reply(json.dumps({"data": rows[::-1], "embeddings": vectors}))

    async with made(wire, answer) as (provider, server):
        found = await provider.embed("", [Part("x" * n) for n in range(150)])
        assert (await provider.embed("", [])).vectors == ()
    assert found.vectors == tuple((float(n), 1.0) for n in range(150))
    assert [len(asked.json["input"]) for asked in server.asked] == [64, 64, 22]


@pytest.mark.parametrize(
    "body", [{"data": []}, {}, {"data": [{"embedding": ["a"]}]}, {"data": [{"embedding": [1]}, {"embedding": [2]}]}]
)
async def test_vectors_that_are_none(body: Any) -> None:
    async def answer(_: Asked, line: Line) -> None:
        await line.reply(json.dumps(body))

    async with made(ONE, answer) as (provider, _):
        with pytest.raises(ModelError, match=re.escape("vectors for 1 texts")) as caught:
            await provider.embed("", [Part("a")])
    is_sentence(caught.value.failed.message)


async def test_vectors_are_asked_for_again_where_that_helps() -> None:
    async def good(_: Asked, line: Line) -> None:
        await line.reply(json.dumps({"data": [{"embedding": [1]}]}))

    async with made(ONE, one_after_the_other(refuses(503), good)) as (provider, _):
        assert (await provider.embed("", [Part("a")])).vectors == ((1.0,),)
    async with made(WIRES[2], good) as (provider, _):
        with pytest.raises(ModelError, match="makes no embeddings"):
            await provider.embed("", [Part("a")])


async def test_something_that_is_no_json_is_told() -> None:
    async with made(ONE, answers(b"<html>", "text/html")) as (provider, _):
        with pytest.raises(ModelError, match="as no model does"):
            await provider.models()
