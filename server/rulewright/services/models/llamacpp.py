"""The wire format of llama.cpp's server: chat as OpenAI has it, and its own way to fill in the middle."""

from collections.abc import Sequence
from typing import Any

from rulewright.core.infill.families import Family
from rulewright.core.models import Capabilities, Infill, ModelRequest, Part, Usage
from rulewright.services.models.holes import prompt_of, stops_of
from rulewright.services.models.openai import OpenAi
from rulewright.services.models.wire import (
    Call,
    Reading,
    at,
    clean,
    count_at,
    list_at,
    reason_of,
    text_at,
)


class LlamaCpp(OpenAi):
    """The format."""

    def stream(self, request: ModelRequest, model: str) -> Call:
        """Chat, a hole with what may help, or, where nothing stands behind it, more of a text."""
        if request.infill is None:
            return super().stream(request, model)
        infill, family = self._holes.of(request), self._family(model)
        hole = _hole(infill) if family is None else {"prompt": prompt_of(family, infill)}
        body = {**hole, "n_predict": request.max_tokens, "stream": True, "cache_prompt": True}
        if request.temperature is not None:
            body["temperature"] = request.temperature
        if request.stop:
            body["stop"] = [clean(stop) for stop in request.stop]
        if family is not None:
            body |= stops_of(family, request)
        stop = family.stop if family is not None else ()
        return Call(path="/completion" if "prompt" in body else "/infill", body=body, stop=stop)

    def _family(self, model: str) -> Family | None:
        return self._holes.family(model, server_does=True)

    def _take(self, reading: Reading, name: str, body: Any) -> None:
        if at(body, "choices") is not None or "content" not in body:
            is_bare = name == "error" and at(body, "error") is None
            super()._take(reading, name, {"error": body} if is_bare else body)
            return
        if text := text_at(body, "content"):
            reading.texts.append(text)
        if at(body, "stop") is True:
            reading.is_over = True
            is_long = at(body, "stopped_limit") is True
            reading.finish = "length" if is_long else reason_of(text_at(body, "stop_type"))
            n_prompt, n_cached = count_at(body, "tokens_evaluated"), count_at(body, "timings", "cache_n")
            reading.usage = Usage(n_prompt, count_at(body, "tokens_predicted"), n_cached)

    def look(self, model: str) -> Call:
        """What it was started with."""
        del model
        return Call(path="/props", framing="json")

    def capabilities(self, body: Any, model: str) -> Capabilities:
        """A slot has its share of the context."""
        del model
        n_tokens = count_at(body, "default_generation_settings", "n_ctx")
        does_infill = self._holes.does_infill
        return Capabilities(infill=does_infill, infill_extra=does_infill, context_tokens=n_tokens)

    def count(self, texts: Sequence[str], model: str) -> Call | None:
        """The tokens themselves."""
        del model
        return Call(path="/tokenize", body={"content": clean("".join(texts))}, framing="json")

    def counted(self, body: Any) -> int:
        """How many there are."""
        return len(list_at(body, "tokens"))


def _hole(infill: Infill) -> dict[str, Any]:
    if not infill.suffix.text.strip() and not infill.extra:
        # A model that was not trained on holes can still go on.
        return {"prompt": clean(infill.prefix.text)}
    return {
        "input_prefix": clean(infill.prefix.text),
        "input_suffix": clean(infill.suffix.text),
        "input_extra": [{"filename": _name(part), "text": clean(part.text)} for part in infill.extra],
    }


def _name(part: Part) -> str:
    return clean(part.source.path) if part.source is not None else ""
