"""How models are told of holes: by their server, or by a prompt that is made here."""

from typing import Any

import msgspec
import pytest

from rulewright.core.model_settings import ModelSettings, endpoint_of
from rulewright.core.models import Capabilities, Delta, Finished, ModelRequest
from rulewright.services.models.http import Connections
from rulewright.services.models.keys import Keys
from rulewright.services.models.make import format_of, make_provider
from rulewright.services.models.wire import Call, Format, Unable
from tests.harness.http_server import Asked, Line, serving
from tests.harness.model_wires import event, infill

QWEN = "<|file_sep|>x.py\nx = 1\n"
PROMPT = "<|fim_prefix|>def f(a):\n    <|fim_suffix|>\n    return a\n<|fim_middle|>"


def made(provider: str, fim: str = "auto", base_url: str = "http://127.0.0.1:9", **more: Any) -> Format:
    of = {"name": "m", "provider": provider, "base_url": base_url, "roles": ("complete",), "fim": fim, **more}
    model = msgspec.convert(of, ModelSettings)
    return format_of(model, endpoint_of(model))


def asked(form: Format, model: str, **more: Any) -> tuple[Call, dict[str, Any]]:
    call = form.stream(infill(**more), model)
    assert call.body is not None
    return call, dict(call.body)


@pytest.mark.parametrize(
    ("provider", "fim", "base_url", "model", "path"),
    [
        ("openai", "auto", "http://127.0.0.1:9", "qwen2.5-coder", "/v1/completions"),
        ("openai", "qwen", "http://127.0.0.1:9", "m", "/v1/completions"),
        ("openai", "qwen", "https://api.openai.com/v1", "m", "/completions"),
        ("ollama", "qwen", "http://127.0.0.1:9", "m", "/api/generate"),
        ("llamacpp", "qwen", "http://127.0.0.1:9", "m", "/completion"),
    ],
)
def test_a_family_has_its_prompt(provider: str, fim: str, base_url: str, model: str, path: str) -> None:
    call, body = asked(made(provider, fim, base_url), model, stop=("\n\n",))
    assert call.path == path
    assert body["prompt"].endswith(PROMPT)
    assert body["prompt"].startswith(QWEN)
    assert "suffix" not in body
    assert "<|file_sep|>" in call.stop
    stops = body["options"]["stop"] if provider == "ollama" else body["stop"]
    assert stops[:2] == ["\n\n", "<|endoftext|>"]
    assert provider != "openai" or len(stops) == 4
    assert (provider == "ollama") == (body.get("raw") is True)


@pytest.mark.parametrize(
    ("provider", "fim", "base_url", "model", "path"),
    [
        ("openai", "auto", "http://127.0.0.1:9", "m", "/v1/completions"),
        ("openai", "server", "http://127.0.0.1:9", "qwen2.5-coder", "/v1/completions"),
        ("openai", "auto", "https://api.openai.com/v1", "qwen2.5-coder", "/completions"),
        ("openai", "auto", "https://codestral.mistral.ai/v1", "codestral-latest", "/fim/completions"),
        ("openai", "codestral", "https://codestral.mistral.ai/v1", "codestral-latest", "/fim/completions"),
        ("openai", "auto", "https://api.deepseek.com", "deepseek-coder", "/beta/completions"),
        ("ollama", "auto", "http://127.0.0.1:9", "qwen2.5-coder:1.5b", "/api/generate"),
        ("llamacpp", "auto", "http://127.0.0.1:9", "qwen2.5-coder", "/infill"),
        ("llamacpp", "server", "http://127.0.0.1:9", "qwen2.5-coder", "/infill"),
    ],
)
def test_otherwise_the_server_has_its_own_way(provider: str, fim: str, base_url: str, model: str, path: str) -> None:
    call, body = asked(made(provider, fim, base_url), model)
    assert (call.path, call.stop) == (path, ())
    assert "fim_prefix" not in str(body)
    assert "raw" not in body
    assert provider == "llamacpp" or (body["prompt"], body["suffix"]) == ("def f(a):\n    ", "\n    return a\n")


@pytest.mark.parametrize("provider", ["openai", "ollama", "llamacpp"])
def test_none_is_never_asked_to_fill_in(provider: str) -> None:
    form = made(provider, "none")
    with pytest.raises(Unable, match='its `fim` is "none"'):
        asked(form, "qwen2.5-coder")
    assert form.capabilities({}, "qwen2.5-coder").infill is False


def test_what_ollama_cannot_do_with_a_model_its_family_can() -> None:
    form = made("ollama")
    told = {"capabilities": ["completion"]}
    assert form.capabilities(told, "llama3").infill is False
    found = form.capabilities(told, "qwen2.5-coder")
    assert (found.infill, found.infill_extra) == (True, True)
    assert asked(form, "qwen2.5-coder")[1]["raw"] is True
    found = form.capabilities({"capabilities": ["completion", "insert"]}, "qwen2.5-coder")
    assert (found.infill, found.infill_extra) == (True, False)
    assert "raw" not in asked(form, "qwen2.5-coder")[1]


def test_who_has_a_prompt_is_sent_what_helps() -> None:
    assert made("openai").capabilities({}, "qwen2.5-coder") == Capabilities(infill=True, infill_extra=True)
    assert made("openai").capabilities({}, "m") == Capabilities(infill=True)


async def test_an_answer_ends_at_a_token_that_the_server_lets_through() -> None:
    pieces = ["return 1", "\n<|file", "_sep|>b.py\n", "x"]
    rows = [{"choices": [{"index": 0, "text": piece, "finish_reason": None}]} for piece in pieces]
    body = "".join(map(event, [*rows, {"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]}]))

    async def answer(_: Asked, line: Line) -> None:
        await line.head(content_type="text/event-stream")
        await line.send((body + "data: [DONE]\n\n").encode())

    connections = Connections()
    async with serving(answer) as server:
        model = ModelSettings(
            name="m", provider="openai", base_url=server.url, model="qwen2.5-coder", roles=("complete",)
        )
        provider = make_provider(model, Keys({}), connections)
        request: ModelRequest = infill(purpose="complete")
        events = [one async for one in provider.stream(request)]
        await provider.close()
    assert "".join(one.text for one in events if isinstance(one, Delta)) == "return 1\n"
    assert isinstance(events[-1], Finished)
