"""What servers of models say, in each wire format, written by us: stand-ins for services that no test may ask.

Those of llama.cpp are as its real server was seen to answer, which other tests run. That of Ollama, whose server is in
no package, and those of services are after their manuals.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from rulewright.core.model_settings import ModelSettings, endpoint_of
from rulewright.core.models import Infill, Message, ModelRequest, Part, Source, Usage
from rulewright.services.models.make import format_of
from rulewright.services.models.wire import Format

KEY = "sk-test-4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c"
TEXT = "Größe = 3 \U0001f40d\n\tdone\r\n"
PIECES = ("Gr", "öß", "e = 3 ", "\U0001f40d", "\n\tdone", "\r\n")
ROOT = "/nowhere"


def chat(text: str = "Hello", **more: Any) -> ModelRequest:
    """A question."""
    return ModelRequest(root=ROOT, messages=(Message("user", (Part(text),)),), **more)


def infill(**more: Any) -> ModelRequest:
    """A hole."""
    hole = Infill(Part("def f(a):\n    "), Part("\n    return a\n"), (Part("x = 1\n", "code", Source("x.py")),))
    return ModelRequest(root=ROOT, infill=hole, **more)


def event(value: Any, name: str = "") -> str:
    """A server-sent event."""
    data = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"{f'event: {name}' + chr(10) if name else ''}data: {data}\n\n"


class Wire(NamedTuple):
    """One format, with what a server says in it."""

    name: str
    model: ModelSettings
    """Without an address."""
    request: ModelRequest
    path: str
    body: Callable[[Sequence[str], str], str]
    """A whole answer from its pieces and the server's word for its end."""
    stop: str
    length: str
    usage: Usage
    error: Callable[[str, str], str]
    """An error in the middle of an answer, from a message and a code."""
    content_type: str = "text/event-stream"

    @property
    def format(self) -> Format:
        """Ours, for an answer that is read without a connection."""
        return format_of(self.model, endpoint_of(self.model))

    @property
    def framing(self) -> Any:
        """How this one's answers come."""
        return "lines" if self.content_type == "application/x-ndjson" else "events"

    def answer(self, pieces: Sequence[str] = PIECES) -> bytes:
        """A whole answer that ended by itself."""
        return self.body(pieces, self.stop).encode()


def _chunk(**choice: Any) -> str:
    made = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return event({**made, "choices": [{"index": 0, "finish_reason": None, **choice}]})


def _openai_chat(pieces: Sequence[str], end: str) -> str:
    text = ": a server that is busy says so\n\n" + _chunk(delta={"role": "assistant", "content": None})
    text += "".join(_chunk(delta={"content": piece}) for piece in pieces)
    text += _chunk(delta={}, finish_reason=end)
    counts = {"prompt_tokens": 17, "completion_tokens": 8, "prompt_tokens_details": {"cached_tokens": 16}}
    return text + event({"choices": [], "usage": counts}) + event("[DONE]")


def _openai_text(pieces: Sequence[str], end: str) -> str:
    text = "".join(_chunk(text=piece, logprobs=None) for piece in pieces) + _chunk(text="", finish_reason=end)
    return text + event({"choices": [], "usage": {"prompt_tokens": 17, "completion_tokens": 8}}) + event("[DONE]")


def _openai_error(message: str, code: str) -> str:
    return event({"error": {"message": message, "type": code, "code": code}})


def _anthropic(pieces: Sequence[str], end: str) -> str:
    def typed(kind: str, **more: Any) -> str:
        return event({"type": kind, **more}, kind)

    usage = {"input_tokens": 1, "cache_read_input_tokens": 16, "output_tokens": 1}
    text = typed("message_start", message={"id": "m", "role": "assistant", "content": [], "usage": usage})
    text += typed("content_block_start", index=0, content_block={"type": "thinking", "thinking": ""})
    text += typed("content_block_delta", index=0, delta={"type": "thinking_delta", "thinking": "Hm."})
    text += typed("content_block_stop", index=0) + typed("ping")
    text += typed("content_block_start", index=1, content_block={"type": "text", "text": ""})
    for piece in pieces:
        text += typed("content_block_delta", index=1, delta={"type": "text_delta", "text": piece})
    text += typed("content_block_stop", index=1)
    text += typed("message_delta", delta={"stop_reason": end, "stop_sequence": None}, usage={"output_tokens": 8})
    return text + typed("message_stop")


def _anthropic_error(message: str, code: str) -> str:
    return event({"type": "error", "error": {"type": code, "message": message}}, "error")


def _ollama(key: str) -> Callable[[Sequence[str], str], str]:
    def said(text: str) -> dict[str, Any]:
        return {"message": {"role": "assistant", "content": text}} if key == "chat" else {"response": text}

    def body(pieces: Sequence[str], end: str) -> str:
        rows = [{"model": "m", "created_at": "t", **said(piece), "done": False} for piece in pieces]
        last = {**said(""), "done": True, "done_reason": end, "prompt_eval_count": 17, "eval_count": 8}
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (*rows, last))

    return body


def _ollama_error(message: str, code: str) -> str:
    del code
    return json.dumps({"error": message}) + "\n"


def _llamacpp_infill(pieces: Sequence[str], end: str) -> str:
    rows = [{"index": 0, "content": piece, "tokens": [7], "stop": False} for piece in pieces]
    last = {"index": 0, "content": "", "stop": True, "stop_type": end, "tokens_predicted": 8, "tokens_evaluated": 17}
    return "".join(map(event, [*rows, {**last, "timings": {"cache_n": 16}}]))


def _model(provider: Any, **more: Any) -> ModelSettings:
    roles = ("chat",) if provider == "anthropic" else ("chat", "complete", "embed")
    return ModelSettings(name="mine", provider=provider, model="m", roles=roles, **more)  # type: ignore[arg-type]


WIRES = (
    Wire("openai chat", _model("openai"), chat(), "/v1/chat/completions", _openai_chat, "stop", "length",
         Usage(17, 8, 16), _openai_error),
    Wire("openai completions", _model("openai"), infill(), "/v1/completions", _openai_text, "stop", "length",
         Usage(17, 8), _openai_error),
    Wire("anthropic", _model("anthropic"), chat(), "/v1/messages", _anthropic, "end_turn", "max_tokens",
         Usage(17, 8, 16), _anthropic_error),
    Wire("ollama chat", _model("ollama"), chat(), "/api/chat", _ollama("chat"), "stop", "length",
         Usage(17, 8), _ollama_error, "application/x-ndjson"),
    Wire("ollama generate", _model("ollama"), infill(), "/api/generate", _ollama("generate"), "stop", "length",
         Usage(17, 8), _ollama_error, "application/x-ndjson"),
    Wire("llamacpp chat", _model("llamacpp"), chat(), "/v1/chat/completions", _openai_chat, "stop", "length",
         Usage(17, 8, 16), _openai_error),
    Wire("llamacpp infill", _model("llamacpp"), infill(), "/infill", _llamacpp_infill, "eos", "limit",
         Usage(17, 8, 16), _openai_error),
)  # fmt: skip
