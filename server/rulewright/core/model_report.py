"""What there is to say of the models of the settings, and of servers of models that listen on this machine."""

import shlex
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from rulewright.core.model_settings import ModelSettings, endpoint_of

Ability = Literal["chat", "infill", "embed", "cancel", "count"]
_INFILLS = ("code", "coder", "starcoder", "granite", "deepseek", "qwen")
"""Words in the names of models that were trained to fill in the middle."""


class ModelRow(msgspec.Struct, frozen=True):
    """A model of the settings."""

    name: str
    provider: str
    model: str
    """As its server calls it; empty for the only one that it has."""
    url: str
    roles: tuple[str, ...]
    is_local: bool
    """Whether what is sent stays on this machine."""
    key: str
    """Where its key is from; empty where it needs none, or where it is missing."""
    remark: str = ""
    """What is to be seen to, a sentence."""


class Tried(msgspec.Struct, frozen=True):
    """Something that a model was asked to do."""

    ability: Ability
    works: bool
    text: str
    """What came, or why nothing did; a sentence."""
    seconds: float


class Trial(msgspec.Struct, frozen=True):
    """What a model can do, tried."""

    name: str
    context_tokens: int
    """Of prompt and answer together; 0 where nobody says."""
    tried: tuple[Tried, ...]


class Speed(msgspec.Struct, frozen=True):
    """How fast a model answers."""

    name: str
    n_requests: int
    n_failed: int
    first_token_ms_p50: float
    first_token_ms_p95: float
    total_ms_p50: float
    total_ms_p95: float
    tokens_per_s: float
    """Of an answer, after its first token; by the model's own count where it has one."""
    problem: str = ""
    """Why some failed: the sentence of the first one."""


class Nearby(msgspec.Struct, frozen=True):
    """A server of models on this machine that nothing was sent to but the question what it is."""

    provider: Literal["ollama", "llamacpp"]
    url: str
    models: tuple[str, ...]
    """What it calls them; of a server that has only one, perhaps none."""


class Offer(msgspec.Struct, frozen=True):
    """A model that is there and that no settings name."""

    provider: str
    url: str
    model: str
    command: str
    """What takes it into the settings."""


def offers(found: Iterable[Nearby], named: Sequence[ModelSettings]) -> tuple[Offer, ...]:
    """The models nearby that could be named, those of a server that has no named one yet."""
    known = {endpoint_of(model).url.removesuffix("/v1").removesuffix("/api") for model in named}
    made = []
    for server in found:
        for name in () if server.url in known else server.models or ("",):
            # It is to be pasted into a shell, and whoever listens there chose the name.
            command = f"rulewright models add {server.provider} {shlex.quote(name) if name else ''}".rstrip()
            made.append(Offer(server.provider, server.url, name, command))
    return tuple(made)


def roles_of(provider: str, model: str) -> tuple[str, ...]:
    """What a model is good for, by its name: a guess to begin with."""
    low = model.lower()
    if "embed" in low:
        return ("embed",)
    if provider == "llamacpp" or (provider == "ollama" and any(word in low for word in _INFILLS)):
        return ("chat", "complete")
    return ("chat",)


def toml_of(entry: ModelSettings) -> str:
    """An entry of the settings as its file has it; what is by default is left out."""
    lines = ["[[models]]"]
    for field in msgspec.structs.fields(ModelSettings):
        value = getattr(entry, field.name)
        if field.required or value != (field.default_factory() if field.default_factory is dict else field.default):
            # A text of JSON is one of TOML too, but for what cannot be in a name or an address.
            lines.append(f"{field.name} = {msgspec.json.encode(value).decode()}")
    return "\n".join(lines) + "\n"
