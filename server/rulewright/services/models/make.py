"""Providers of settings."""

from collections.abc import Iterable

import msgspec

from rulewright.core.model_settings import Endpoint, ModelSettings, endpoint_of
from rulewright.services.models.anthropic import Anthropic
from rulewright.services.models.http import Connections
from rulewright.services.models.keys import Keys
from rulewright.services.models.llamacpp import LlamaCpp
from rulewright.services.models.ollama import Ollama
from rulewright.services.models.openai import OpenAi
from rulewright.services.models.provider import HttpProvider
from rulewright.services.models.wire import Format

_ENDINGS = {"ollama": ("/api", "/v1"), "llamacpp": ("/v1",)}
"""What people write behind an address because other programs want it, and these formats do not."""


def make_providers(models: Iterable[ModelSettings], keys: Keys, connections: Connections) -> tuple[HttpProvider, ...]:
    """A provider for each model; connections are shared by all of them."""
    return tuple(make_provider(model, keys, connections) for model in models)


def make_provider(model: ModelSettings, keys: Keys, connections: Connections) -> HttpProvider:
    """The provider of a model whose settings were read without a problem."""
    endpoint = endpoint_of(model)
    for ending in _ENDINGS.get(model.provider, ()):
        endpoint = msgspec.structs.replace(endpoint, url=endpoint.url.removesuffix(ending))
    return HttpProvider(model, endpoint, format_of(model, endpoint), keys=keys, connections=connections)


def format_of(model: ModelSettings, endpoint: Endpoint) -> Format:
    """The wire format of a model."""
    does_infill = "complete" in model.roles
    match model.provider:
        case "openai":
            return OpenAi(endpoint, does_infill=does_infill, fim=model.fim)
        case "anthropic":
            return Anthropic(endpoint)
        case "ollama":
            return Ollama(does_infill=does_infill, context_tokens=model.context_tokens, fim=model.fim)
        case "llamacpp":
            return LlamaCpp(endpoint, does_infill=does_infill, fim=model.fim)
