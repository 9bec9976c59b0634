"""Providers against the real server of llama.cpp with a small model: three formats, holes, vectors, giving up."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rulewright.core.model_settings import ModelSettings
from rulewright.core.models import (
    Delta,
    Failed,
    Finished,
    Infill,
    ModelError,
    ModelEvent,
    ModelRequest,
    Part,
    Source,
    Usage,
)
from rulewright.services.models.http import Connections
from rulewright.services.models.keys import Keys
from rulewright.services.models.make import make_provider
from rulewright.services.models.provider import HttpProvider
from tests.harness.llamacpp_server import N_CONTEXT, N_SLOTS, llamacpp
from tests.harness.model_wires import KEY, chat
from tests.harness.program import command, environment

pytestmark = pytest.mark.slow
HELLO = "Hello! How can I help you with your code?"
FORMATS = ("llamacpp", "openai", "anthropic")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with llamacpp() as found:
        yield found


@pytest.fixture
async def connections() -> AsyncIterator[Connections]:
    made = Connections()
    yield made
    assert made.n_clients == 0


class Providers:
    """Makes providers, and closes them."""

    def __init__(self, url: str, connections: Connections) -> None:
        self.url, self.connections = url, connections
        self.made: list[HttpProvider] = []

    def __call__(self, provider: str = "llamacpp", environ: dict[str, str] | None = None, **more: Any) -> HttpProvider:
        roles = ("chat",) if provider == "anthropic" else ("chat", "complete", "embed")
        of = {"name": "tiny", "provider": provider, "base_url": self.url, "roles": roles, **more}
        self.made.append(make_provider(ModelSettings(**of), Keys(environ or {}), self.connections))
        return self.made[-1]


@pytest.fixture
async def provider(url: str, connections: Connections) -> AsyncIterator[Providers]:
    providers = Providers(url, connections)
    yield providers
    for made in providers.made:
        await made.close()


async def events_of(provider: HttpProvider, request: ModelRequest) -> list[ModelEvent]:
    return [event async for event in provider.stream(request)]


def text_of(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta))


def hole(prefix: str, suffix: str, *extra: Part, **more: Any) -> ModelRequest:
    more = {"max_tokens": 12, "temperature": 0.0, "purpose": "complete", **more}
    return ModelRequest(root="", infill=Infill(Part(prefix), Part(suffix), extra), **more)


@pytest.mark.parametrize("kind", FORMATS)
async def test_it_chats_in_three_formats(provider: Providers, kind: str) -> None:
    events = await events_of(provider(kind), chat("Say hello.", temperature=0.0))
    assert text_of(events) == HELLO
    *_, usage, end = events
    assert end == Finished("stop")
    assert isinstance(usage, Usage)
    assert (usage.prompt_tokens, usage.answer_tokens) == (17, 16)


@pytest.mark.parametrize("kind", FORMATS)
async def test_limits_and_stop_texts(provider: Providers, kind: str) -> None:
    one = provider(kind)
    short = await events_of(one, chat("Say hello.", temperature=0.0, max_tokens=5))
    assert short[-1] == Finished("length")
    assert HELLO.startswith(text_of(short))
    stopped = await events_of(one, chat("Say hello.", temperature=0.0, stop=("help you",)))
    assert (text_of(stopped), stopped[-1]) == ("Hello! How can I ", Finished("stop"))


@pytest.mark.parametrize("kind", FORMATS)
async def test_the_same_question_has_the_same_answer(provider: Providers, kind: str) -> None:
    one = provider(kind)
    asked = [chat(f"Say hello {number}.", temperature=0.0, max_tokens=20) for number in range(3)] * 2
    found = [text_of(await events_of(one, request)) for request in asked]
    assert found[:3] == found[3:]


async def test_it_fills_in_with_what_may_help(provider: Providers) -> None:
    one = provider()
    can = await one.capabilities()
    assert (can.infill, can.infill_extra, can.context_tokens) == (True, True, N_CONTEXT // N_SLOTS)
    plain = await events_of(one, hole("def add(a, b):\n    return ", "\n\nprint(add(1, 2))\n"))
    helped = Part("class Adder:\n    pass\n" * 3, "code", Source("adder.py"))
    more = await events_of(one, hole("def add(a, b):\n    return ", "\n\nprint(add(1, 2))\n", helped))
    longer = await events_of(one, hole("def add(a, b):\n    return ", "\n\nprint(add(1, 2))\n" * 4))
    read = [event.prompt_tokens for events in (plain, more, longer) for event in events if isinstance(event, Usage)]
    assert read[1] > read[0] + 10, "the other file was read"
    assert read[2] > read[0] + 10, "what stands behind the hole was read"
    assert all(isinstance(events[-1], Finished) for events in (plain, more, longer))
    on = await events_of(one, hole("def add(a, b):\n    return ", ""))
    assert text_of(on)
    assert isinstance(on[-1], Finished)


@pytest.mark.parametrize("kind", FORMATS)
async def test_a_prompt_that_is_too_long(provider: Providers, kind: str) -> None:
    (failed,) = await events_of(provider(kind), chat("x y " * 4000))
    assert isinstance(failed, Failed)
    assert failed.kind == "too_long"
    assert failed.message.endswith(f"the model tiny takes {N_CONTEXT // N_SLOTS:,}, its answer included.")


async def test_it_counts_tokens(provider: Providers) -> None:
    one = provider()
    n_tokens = await one.count_tokens("", [Part("def add(a, b):\n    return a + b\n")])
    assert 8 < n_tokens < 30
    assert await provider("anthropic").count_tokens("", [Part("def add(a, b):\n    return a + b\n")]) > n_tokens


async def test_it_says_that_it_makes_no_vectors(provider: Providers) -> None:
    with pytest.raises(ModelError, match="Start it with `--embeddings`") as caught:
        await provider().embed("", [Part("a")])
    assert caught.value.failed.kind == "refused"


async def test_vectors(connections: Connections) -> None:
    with llamacpp("--embed") as url:
        for kind in ("llamacpp", "openai"):
            made = make_provider(ModelSettings(name="v", provider=kind, base_url=url), Keys({}), connections)  # type: ignore[arg-type]
            found = await made.embed("", [Part("def add"), Part("import os"), Part("def add")])
            await made.close()
            first, second, third = (vector or () for vector in found.vectors)
            assert len(first) == len(second) == 128
            assert first == pytest.approx(third, abs=1e-4)
            assert first != pytest.approx(second, abs=1e-4)


async def test_keys(connections: Connections) -> None:
    with llamacpp("--key", KEY) as url:
        providers = Providers(url, connections)
        for kind in FORMATS:
            right = providers(kind, {"MINE": KEY}, key_env="MINE")
            assert text_of(await events_of(right, chat("Say hello.", temperature=0.0))) == HELLO
            wrong = providers(kind, {"MINE": "sk-wrong"}, key_env="MINE")
            (failed,) = await events_of(wrong, chat())
            assert failed == Failed("refused", "The model tiny did not take the key from the variable MINE (401).", 401)
            none = providers(kind)
            (failed,) = await events_of(none, chat())
            assert isinstance(failed, Failed)
            assert "asks for a key and has none here (401)" in failed.message
        for made in providers.made:
            await made.close()


async def slots(client: Any, url: str) -> list[bool]:
    return [bool(slot["is_processing"]) for slot in (await client.get(f"{url}/slots")).json()]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("way", ["close", "cancel"])
async def test_giving_up_stops_the_server(provider: Providers, url: str, kind: str, way: str) -> None:
    import httpx2

    one = provider(kind)
    begun = asyncio.Event()

    async def read() -> None:
        request = chat("Write a long story about " + "tests and " * 40, max_tokens=900, temperature=1.0)
        async with aclosing(one.stream(request)) as events:  # type: ignore[type-var]
            async for event in events:
                assert not isinstance(event, Failed | Finished)
                begun.set()
                if way == "close":
                    return

    async with httpx2.AsyncClient() as client, asyncio.timeout(30):
        task = asyncio.create_task(read())
        await begun.wait()
        if way == "cancel":
            task.cancel()
        await asyncio.wait({task})
        while any(await slots(client, url)):
            pass
        # It is at once there for somebody else.
        assert text_of(await events_of(one, chat("Say hello.", temperature=0.0))) == HELLO


async def test_streams_and_other_calls_in_turn_never_meet_a_closed_connection(provider: Providers) -> None:
    one = provider()
    for _ in range(60):
        events = await events_of(one, chat("x", max_tokens=2))
        assert isinstance(events[-1], Finished)
        assert await one.models() != ()


async def test_more_questions_than_it_has_room_for_wait(provider: Providers) -> None:
    one = provider()
    asked = [events_of(one, chat("Say hello.", temperature=0.0)) for _ in range(8)]
    assert {text_of(events) for events in await asyncio.gather(*asked)} == {HELLO}


def test_the_command_tries_and_measures_it(url: str, tmp_path: Path) -> None:
    settings = f'[[models]]\nname = "tiny"\nprovider = "llamacpp"\nbase_url = "{url}"\nroles = ["chat", "complete"]\n'
    (tmp_path / "rulewright.toml").write_text(settings, "utf-8")
    here = environment(RULEWRIGHT_CONFIG_DIR=str(tmp_path))
    root = tmp_path / "project"
    root.mkdir()
    tried = command(root, "models", "test", env=here)
    assert tried.returncode == 0, tried.stdout.decode()
    text = tried.stdout.decode()
    assert text.count("works ") == 4
    assert HELLO in text
    assert "1,024 tokens of context" in text
    speed = msgspec.json.decode(command(root, "models", "bench", "--requests", "5", "--json", env=here).stdout)
    assert speed["models"][0]["n_failed"] == 0
    assert speed["models"][0]["tokens_per_s"] > 10
