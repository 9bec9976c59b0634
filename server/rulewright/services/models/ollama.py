"""The wire format of Ollama: lines of JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from rulewright.core.infill.families import Family
from rulewright.core.model_settings import FimKind
from rulewright.core.models import Capabilities, Infill, ModelRequest, Usage
from rulewright.services.models.holes import Holes, prompt_of, stops_of
from rulewright.services.models.openai import messages_of
from rulewright.services.models.wire import (
    Call,
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

DEFAULT_CONTEXT = 4096
"""Tokens that a server gives a model that says nothing. What is beyond, it drops without a word."""


class Ollama:
    """The format."""

    def __init__(self, *, does_infill: bool, context_tokens: int, fim: FimKind = "auto") -> None:
        """`context_tokens` is asked for with each call; 0 leaves it to the server."""
        self._holes, self._context_tokens = Holes(fim, does_infill=does_infill), context_tokens
        self._unable: set[str] = set()
        """Models of which the server said that it cannot fill holes with them."""

    def stream(self, request: ModelRequest, model: str) -> Call:
        """Chat, or a text with a hole."""
        body: dict[str, Any] = {"model": model}
        family: Family | None = None
        if request.infill is None:
            body["messages"] = messages_of(request.messages)
        else:
            infill, family = self._holes.of(request), self._family(model)
            body |= _hole(infill) if family is None else {"prompt": prompt_of(family, infill), "raw": True}
        body |= {"stream": True, "options": self._options(request)}
        if family is not None:
            body["options"] |= stops_of(family, request)
        path = "/api/chat" if request.infill is None else "/api/generate"
        return Call(path=path, body=body, framing="lines", stop=family.stop if family is not None else ())

    def _family(self, model: str) -> Family | None:
        return self._holes.family(model, server_does=model not in self._unable)

    def _options(self, request: ModelRequest) -> dict[str, Any]:
        options: dict[str, Any] = {"num_predict": request.max_tokens}
        if request.temperature is not None:
            options["temperature"] = request.temperature
        if request.stop:
            options["stop"] = [clean(stop) for stop in request.stop]
        if self._context_tokens:
            options["num_ctx"] = self._context_tokens
        return options

    def read(self, reading: Reading, name: str, data: str) -> None:
        """Take one line."""
        del name
        body = decoded(data)
        if at(body, "error") is not None:
            reading.fault = fault_of(body)
            return
        if text := text_at(body, "message", "content") or text_at(body, "response"):
            reading.texts.append(text)
        elif text_at(body, "message", "thinking") or text_at(body, "thinking"):
            reading.is_thinking = True
        if at(body, "done") is True:
            reading.is_over, reading.finish = True, reason_of(text_at(body, "done_reason"))
            reading.usage = Usage(count_at(body, "prompt_eval_count"), count_at(body, "eval_count"))

    def embed(self, texts: Sequence[str], model: str) -> Call:
        """All texts in one call."""
        body = {"model": model, "input": [clean(text) for text in texts]}
        return Call(path="/api/embed", body=body, framing="json")

    def vectors(self, body: Any) -> tuple[tuple[float, ...], ...]:
        """In the order of the texts."""
        return tuple(floats(row) for row in list_at(body, "embeddings"))

    def list_models(self) -> Call:
        """Those that were pulled."""
        return Call(path="/api/tags", framing="json")

    def names(self, body: Any) -> tuple[str, ...]:
        """With their tags."""
        return tuple(filter(None, (text_at(row, "name") or text_at(row, "model") for row in list_at(body, "models"))))

    def look(self, model: str) -> Call:
        """What is known of a model."""
        return Call(path="/api/show", body={"model": model}, framing="json")

    def capabilities(self, body: Any, model: str) -> Capabilities:
        """What the model says it can do; older servers say nothing, and then it is as the settings have it."""
        can = list_at(body, "capabilities")
        if can and "insert" not in can:
            self._unable.add(model)
        else:
            self._unable.discard(model)
        has_prompt = self._family(model) is not None
        in_file = 0
        for line in text_at(body, "parameters").splitlines():
            name, _, value = line.partition(" ")
            if name == "num_ctx" and value.strip().isdecimal():
                in_file = int(value.strip()[:9])
        return Capabilities(
            chat=not can or "completion" in can,
            infill=self._holes.does_infill and (not can or "insert" in can or has_prompt),
            infill_extra=self._holes.does_infill and has_prompt,
            embed=not can or "embedding" in can,
            context_tokens=self._context_tokens or in_file or DEFAULT_CONTEXT,
        )

    def count(self, texts: Sequence[str], model: str) -> Call | None:
        """Its servers do not count."""
        del texts, model
        return None

    def counted(self, body: Any) -> int:
        """Nothing."""
        del body
        return 0

    def key_header(self, key: str) -> Mapping[str, str]:
        """For servers behind a proxy that asks for one, and for Ollama's own service."""
        return {"authorization": f"Bearer {key}"}

    def without(self, field: str) -> bool:
        """Nothing is left out."""
        del field
        return False


def _hole(infill: Infill) -> dict[str, Any]:
    """A hole that the server makes a prompt of."""
    prompt = {"prompt": clean(infill.prefix.text)}
    # Without a suffix the text would be put into the template of a chat.
    return prompt | ({"suffix": clean(infill.suffix.text)} if infill.suffix.text else {"raw": True})
