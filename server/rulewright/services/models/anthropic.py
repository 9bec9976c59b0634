"""The wire format of Anthropic's Messages API."""

from collections.abc import Mapping, Sequence
from typing import Any

from rulewright.core.model_settings import Endpoint
from rulewright.core.models import Capabilities, ModelRequest, Usage
from rulewright.services.models.wire import (
    Call,
    Reading,
    Unable,
    at,
    clean,
    count_at,
    decoded,
    fault_of,
    list_at,
    reason_of,
    text_at,
)

VERSION = "2023-06-01"
HOTTEST = 1.0
"""The highest temperature; others go to 2."""


class Anthropic:
    """The format."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._prefix = "" if endpoint.url.endswith("/v1") else "/v1"
        self._query = f"?{endpoint.query}" if endpoint.query else ""
        self._without: set[str] = set()

    def stream(self, request: ModelRequest, model: str) -> Call:
        """What the system says goes apart, all of it, in order."""
        if request.infill is not None:
            raise Unable("cannot fill in the middle; it only chats")
        system = [block(message.text) for message in request.messages if message.role == "system" and message.text]
        said = [
            {"role": "assistant" if message.role == "assistant" else "user", "content": [block(message.text)]}
            for message in request.messages
            if message.role != "system" and message.text
        ]
        body: dict[str, Any] = {"model": model, "max_tokens": request.max_tokens, "stream": True}
        if system:
            body["system"] = system
        body["messages"] = said
        if request.temperature is not None and "temperature" not in self._without:
            body["temperature"] = min(request.temperature, HOTTEST)
        # It refuses those of blanks alone; they are watched for here.
        if stops := [clean(stop) for stop in request.stop if stop.strip()]:
            body["stop_sequences"] = stops
        return Call(path=self._path("/messages"), body=body, headers={"anthropic-version": VERSION})

    def _path(self, path: str) -> str:
        return f"{self._prefix}{path}{self._query}"

    def read(self, reading: Reading, name: str, data: str) -> None:
        """Take one event."""
        body = decoded(data)
        kind = text_at(body, "type") or name
        if kind == "error" or at(body, "error") is not None:
            reading.fault = fault_of(body)
        elif kind == "message_start":
            _take_usage(reading, at(body, "message", "usage"))
        elif kind == "content_block_start":
            _take_text(reading, at(body, "content_block"))
        elif kind == "content_block_delta":
            _take_text(reading, at(body, "delta"))
        elif kind == "message_delta":
            if reason := text_at(body, "delta", "stop_reason"):
                reading.finish = reason_of(reason)
            _take_usage(reading, at(body, "usage"))
        elif kind == "message_stop":
            reading.is_over = True
        elif kind == "message":
            # A whole answer of a server that does not stream.
            for part in list_at(body, "content"):
                _take_text(reading, part)
            reading.finish = reason_of(text_at(body, "stop_reason"))
            _take_usage(reading, at(body, "usage"))

    def embed(self, texts: Sequence[str], model: str) -> Call:
        """There is no such call."""
        del texts, model
        raise Unable("makes no embeddings")

    def vectors(self, body: Any) -> tuple[tuple[float, ...], ...]:
        """None."""
        del body
        return ()

    def list_models(self) -> Call:
        """Those that the key may use."""
        return Call(path=self._path("/models"), headers={"anthropic-version": VERSION}, framing="json")

    def names(self, body: Any) -> tuple[str, ...]:
        """As the service calls them."""
        return tuple(filter(None, (text_at(row, "id") for row in list_at(body, "data"))))

    def look(self, model: str) -> Call:
        """The list of models."""
        del model
        return self.list_models()

    def capabilities(self, body: Any, model: str) -> Capabilities:
        """It chats."""
        row = next((row for row in list_at(body, "data") if text_at(row, "id") == model), None)
        return Capabilities(context_tokens=count_at(row, "max_input_tokens"))

    def count(self, texts: Sequence[str], model: str) -> Call | None:
        """As one message; its few tokens more count too."""
        said = {"role": "user", "content": [block("".join(texts))]}
        body = {"model": model, "messages": [said]}
        headers = {"anthropic-version": VERSION}
        return Call(path=self._path("/messages/count_tokens"), body=body, headers=headers, framing="json")

    def counted(self, body: Any) -> int:
        """What it says."""
        return count_at(body, "input_tokens")

    def key_header(self, key: str) -> Mapping[str, str]:
        """Its own."""
        return {"x-api-key": key}

    def without(self, field: str) -> bool:
        """Newer models take no temperature."""
        if field != "temperature" or field in self._without:
            return False
        self._without.add(field)
        return True


def block(text: str) -> dict[str, str]:
    """A block of text."""
    return {"type": "text", "text": clean(text)}


def _take_text(reading: Reading, part: Any) -> None:
    if text := text_at(part, "text"):
        reading.texts.append(text)
    elif text_at(part, "thinking"):
        reading.is_thinking = True


def _take_usage(reading: Reading, usage: Any) -> None:
    """Later numbers count for more; those that are not there leave what was known."""
    before = reading.usage
    cached = count_at(usage, "cache_read_input_tokens")
    prompt = count_at(usage, "input_tokens") + cached + count_at(usage, "cache_creation_input_tokens")
    answer = count_at(usage, "output_tokens")
    reading.usage = Usage(
        prompt or before.prompt_tokens, answer or before.answer_tokens, cached or before.cached_tokens
    )
