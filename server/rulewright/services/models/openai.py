"""The wire format of OpenAI's API, which most servers speak: chat, completions with a suffix, embeddings, models.

Where services differ, the address tells which it is: Azure, Mistral, DeepSeek. What else a server does not take is
found out when it says so (`without`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from rulewright.core.infill.families import Family
from rulewright.core.model_settings import Endpoint, FimKind
from rulewright.core.models import Capabilities, Message, ModelRequest, Usage
from rulewright.services.models.holes import Holes, prompt_of, stops_of
from rulewright.services.models.wire import (
    Call,
    Fault,
    Reading,
    at,
    clean,
    count_at,
    decoded,
    fault_of,
    floats,
    list_at,
    reason_of,
    text_at,
)

Service = Literal["openai", "azure", "mistral", "deepseek", "other"]
MAX_STOPS = 4
"""More are refused by some; all of them are watched for here too."""
AZURE_VERSION = "2024-10-21"
_AZURE = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
_OPTIONAL = frozenset({"stream_options", "temperature", "stop", "max_tokens"})


def service_of(host: str) -> Service:
    """Which service has a host."""
    if host.endswith(_AZURE):
        return "azure"
    if host == "mistral.ai" or host.endswith(".mistral.ai"):
        return "mistral"
    if host == "deepseek.com" or host.endswith(".deepseek.com"):
        return "deepseek"
    return "openai" if host == "api.openai.com" else "other"


class _Delta(msgspec.Struct, gc=False):
    content: str | None = None


class _Choice(msgspec.Struct, gc=False):
    delta: _Delta
    finish_reason: str | None = None


class _Token(msgspec.Struct, gc=False):
    """An event with some text of a chat and nothing else, as nearly all are."""

    choices: tuple[_Choice]
    usage: None = None
    error: None = None


_TOKEN = msgspec.json.Decoder(_Token)


class OpenAi:
    """The format, for a server at an address."""

    def __init__(self, endpoint: Endpoint, *, does_infill: bool, fim: FimKind = "auto") -> None:
        self.service = service_of(endpoint.host)
        path = endpoint.url.split("://", 1)[1].partition("/")[2]
        self._is_deployment = self.service == "azure" and not path.endswith("v1")
        self._prefix = "" if path or self.service == "azure" else "/v1"
        query = dict(parse_qsl(endpoint.query))
        if self._is_deployment:
            query.setdefault("api-version", AZURE_VERSION)
        self._query = f"?{urlencode(query)}" if query else ""
        self._holes = Holes(fim, does_infill=does_infill)
        self._without: set[str] = {"stream_options"} if self.service == "mistral" else set()

    def stream(self, request: ModelRequest, model: str) -> Call:
        """Chat, or a completion with a suffix."""
        if request.infill is None:
            body: dict[str, Any] = {"messages": messages_of(request.messages)}
            return Call(path=self._path("/chat/completions", model), body=self._body(body, request, model))
        return self._infill(request, model)

    def _infill(self, request: ModelRequest, model: str) -> Call:
        infill = self._holes.of(request)
        if (family := self._family(model)) is not None:
            body = self._body({"prompt": prompt_of(family, infill)}, request, model)
            if "stop" not in self._without:
                body["stop"] = stops_of(family, request)["stop"][:MAX_STOPS]
            return Call(path=self._path("/completions", model), body=body, stop=family.stop)
        hole = {"prompt": clean(infill.prefix.text), "suffix": clean(infill.suffix.text)}
        body = self._body(hole, request, model)
        if self.service == "mistral":
            return Call(path=self._path("/fim/completions", model), body=body)
        if self.service == "deepseek":
            # Only this corner of the service completes.
            return Call(path="/beta/completions", is_from_root=True, body=body)
        return Call(path=self._path("/completions", model), body=body)

    def _family(self, model: str) -> Family | None:
        """The family whose prompt is sent; services that fill holes have one way to ask them."""
        if self.service in {"mistral", "deepseek"}:
            return None
        return self._holes.family(model, server_does=self.service != "other")

    def _body(self, asked: dict[str, Any], request: ModelRequest, model: str) -> dict[str, Any]:
        body = {**({} if self._is_deployment or not model else {"model": model}), **asked, "stream": True}
        if "max_tokens" in self._without:
            body["max_completion_tokens"] = request.max_tokens
        else:
            body["max_tokens"] = request.max_tokens
        if request.temperature is not None and "temperature" not in self._without:
            body["temperature"] = request.temperature
        if request.stop and "stop" not in self._without:
            body["stop"] = [clean(stop) for stop in request.stop[:MAX_STOPS]]
        if "stream_options" not in self._without:
            body["stream_options"] = {"include_usage": True}
        return body

    def _path(self, path: str, model: str) -> str:
        deployment = f"/openai/deployments/{quote(model, safe='')}" if self._is_deployment and model else ""
        return f"{self._prefix}{deployment}{path}{self._query}"

    def read(self, reading: Reading, name: str, data: str) -> None:
        """Take one event: of a chat, of a completion, or a whole answer of a server that does not stream."""
        if data.strip() == "[DONE]":
            reading.is_over = True
            return
        if not name and (text := token_of(data)):
            reading.texts.append(text)
            return
        self._take(reading, name, decoded(data))

    def _take(self, reading: Reading, name: str, body: Any) -> None:
        """Take an event that has more to say than a bit of text."""
        if name == "error" or at(body, "error") is not None:
            reading.fault = fault_of(body)
            return
        if (choice := at(body, "choices", 0)) is not None:
            read_choice(reading, choice)
        usage = at(body, "usage")
        if isinstance(usage, dict):
            cached = count_at(usage, "prompt_tokens_details", "cached_tokens")
            cached = cached or count_at(usage, "prompt_cache_hit_tokens")
            reading.usage = Usage(count_at(usage, "prompt_tokens"), count_at(usage, "completion_tokens"), cached)

    def embed(self, texts: Sequence[str], model: str) -> Call:
        """All texts in one call."""
        named = {"model": model} if model and not self._is_deployment else {}
        body = {**named, "input": [clean(text) for text in texts]}
        return Call(path=self._path("/embeddings", model), body=body, framing="json")

    def vectors(self, body: Any) -> tuple[tuple[float, ...], ...]:
        """In the order that the answer numbers."""
        rows = sorted(list_at(body, "data"), key=lambda row: count_at(row, "index"))
        return tuple(floats(at(row, "embedding")) for row in rows)

    def list_models(self) -> Call:
        """Those that the key may use."""
        if self._is_deployment:
            return Call(path=f"/openai/models{self._query}", framing="json")
        return Call(path=self._path("/models", ""), framing="json")

    def names(self, body: Any) -> tuple[str, ...]:
        """As the server calls them."""
        return tuple(filter(None, (text_at(row, "id") for row in list_at(body, "data"))))

    def look(self, model: str) -> Call:
        """The list of models says how long a prompt may be, where a server says it at all."""
        del model
        return self.list_models()

    def capabilities(self, body: Any, model: str) -> Capabilities:
        """Servers like vLLM and OpenRouter say how many tokens there is room for."""
        rows = list_at(body, "data")
        row = next((row for row in rows if text_at(row, "id") == model), rows[0] if len(rows) == 1 else None)
        n_tokens = (
            count_at(row, "max_model_len") or count_at(row, "context_length") or count_at(row, "max_context_length")
        )
        does_infill = self._holes.does_infill
        has_prompt = does_infill and self._family(model) is not None
        return Capabilities(infill=does_infill, infill_extra=has_prompt, context_tokens=n_tokens)

    def count(self, texts: Sequence[str], model: str) -> Call | None:
        """Its servers do not count."""
        del texts, model
        return None

    def counted(self, body: Any) -> int:
        """Nothing."""
        del body
        return 0

    def key_header(self, key: str) -> Mapping[str, str]:
        """Azure has its own."""
        return {"api-key": key} if self.service == "azure" else {"authorization": f"Bearer {key}"}

    def without(self, field: str) -> bool:
        """The token limit goes by a newer name then; the others are left out."""
        if field not in _OPTIONAL or field in self._without:
            return False
        self._without.add(field)
        return True


def token_of(data: str) -> str:
    """The text of an event that has nothing else to say; empty for any other event."""
    try:
        choice = _TOKEN.decode(data).choices[0]
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return ""
    return "" if choice.finish_reason else choice.delta.content or ""


def messages_of(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Messages with text. What a tool said is shown as the user's, since no call of a tool goes before it here."""
    return [
        {"role": "user" if message.role == "tool" else message.role, "content": clean(text)}
        for message in messages
        if (text := message.text)
    ]


def read_choice(reading: Reading, choice: Any) -> None:
    """The text and the end of the first answer."""
    delta = at(choice, "delta") or at(choice, "message")
    content = at(delta, "content")
    text = text_at(choice, "text") or (content if isinstance(content, str) else "")
    if isinstance(content, list):
        text = "".join(text_at(part, "text") for part in content if text_at(part, "type") == "text")
        reading.is_thinking = True
    if text:
        reading.texts.append(text)
    elif isinstance(delta, dict) and (text_at(delta, "reasoning_content") or text_at(delta, "reasoning")):
        reading.is_thinking = True
    if reason := text_at(choice, "finish_reason"):
        if reason == "error":
            reading.fault = Fault("it broke off its answer")
        else:
            reading.finish = reason_of(reason)
