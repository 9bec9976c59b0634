"""Providers against llmock, a server that fails as services do, and that judges whoever asks it."""

import asyncio
import json
import socket
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from rulewright.core.model_settings import ModelSettings
from rulewright.core.models import Delta, Failed, Finished, Message, ModelEvent, ModelRequest, Part
from rulewright.services.models import failures
from rulewright.services.models.http import Connections
from rulewright.services.models.keys import Keys
from rulewright.services.models.make import make_provider
from rulewright.services.models.provider import HttpProvider
from tests.harness.wait import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
LLMOCK = Path(__file__).parents[2] / ".e2e/llmock/bin/llmock"
BASES = {"openai": "/v1", "anthropic": "/anthropic"}
MODELS = {"openai": "gpt-4o", "anthropic": "claude-sonnet-4-5"}
formats = pytest.mark.parametrize("kind", list(BASES))


class Mock:
    """The server, told what to do next."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, body: Any = None) -> Any:
        """Something of its own interface."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"content-type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers), timeout=10) as answer:
            return json.load(answer)

    def does(self, *behaviours: dict[str, Any]) -> None:
        """What it does with the next requests."""
        self.ask("/_llmock/reset", {})
        if behaviours:
            self.ask("/_llmock/scenario", {"behaviors": list(behaviours)})

    def objections(self) -> list[str]:
        """What it has against how it was asked."""
        return [finding["code"] for finding in self.ask("/_llmock/verdict")["findings"]]

    def is_there(self) -> bool:
        """Whether it answers."""
        try:
            self.ask("/_llmock/verdict")
        except OSError:
            return False
        return True


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(LLMOCK), "serve", "--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        found = Mock(f"http://127.0.0.1:{port}")
        until(found.is_there)
        yield found
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
async def provider(mock: Mock, kind: str) -> AsyncIterator[HttpProvider]:
    connections = Connections()
    model = ModelSettings(
        name="mock", provider=kind, base_url=mock.url + BASES[kind], model=MODELS[kind], key_env="K", first_token_s=2  # type: ignore[arg-type]
    )  # fmt: skip
    made = make_provider(model, Keys({"K": "sk-mock"}), connections)
    made._chance = lambda: 0.5
    yield made
    await made.close()
    assert connections.n_clients == 0


async def answer(provider: HttpProvider, **more: Any) -> list[ModelEvent]:
    said = Message("user", (Part("Tell me about tests. " * 10),))
    return [event async for event in provider.stream(ModelRequest(root="", messages=(said,), **more))]


def text_of(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta))


def failed_of(events: list[ModelEvent]) -> Failed:
    last = events[-1]
    assert isinstance(last, Failed), last
    assert "sk-mock" not in last.message
    return last


@formats
async def test_an_answer(mock: Mock, provider: HttpProvider) -> None:
    mock.does()
    events = await answer(provider)
    assert text_of(events)
    assert isinstance(events[-1], Finished)
    assert mock.objections() == []


@formats
async def test_it_waits_as_long_as_it_is_told_and_gets_its_answer(mock: Mock, provider: HttpProvider) -> None:
    mock.does({"type": "fail", "status": 429, "retry_after": 1}, {"type": "fail", "status": 503})
    events = await answer(provider)
    assert text_of(events)
    assert isinstance(events[-1], Finished)
    assert mock.objections() == []


@formats
@pytest.mark.parametrize(
    ("status", "kind_"),
    [(400, "refused"), (401, "refused"), (403, "refused"), (404, "refused"), (408, "timeout"), (413, "too_long"),
     (429, "overloaded"), (500, "broken"), (503, "overloaded"), (529, "overloaded")],
)  # fmt: skip
async def test_each_refusal_is_a_sentence(mock: Mock, provider: HttpProvider, status: int, kind_: str) -> None:
    mock.does({"type": "fail", "status": status, "times": None})
    failed = failed_of(await answer(provider))
    assert (failed.kind, failed.status) == (kind_, status)
    assert mock.objections() == []


@formats
@pytest.mark.parametrize(
    ("fault", "kinds"),
    [("disconnect", {"cut"}), ("truncate", {"cut"}), ("malformed", {"broken"}), ("stall", {"timeout"})],
)
async def test_a_stream_that_breaks_is_told(
    mock: Mock, provider: HttpProvider, fault: str, kinds: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "SILENCE_S", 0.5)
    mock.does({"type": "stream_fault", "kind": fault, "after_chunks": 4, "stall_seconds": 30})
    events = await answer(provider)
    assert failed_of(events).kind in kinds


@formats
async def test_a_first_word_that_comes_too_late(mock: Mock, provider: HttpProvider) -> None:
    mock.does({"type": "slow_first_token", "seconds": 20})
    assert failed_of(await answer(provider)).message == "The model mock did not begin to answer within 2 s."


@formats
async def test_many_at_once(mock: Mock, provider: HttpProvider) -> None:
    mock.does()
    found = await asyncio.gather(*(answer(provider) for _ in range(40)))
    assert {type(events[-1]) for events in found} == {Finished}
