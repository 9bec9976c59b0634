"""Looks whether Ollama or llama.cpp listens on this machine. It asks what is there, and sends nothing of a project."""

import asyncio

from rulewright.core.model_report import Nearby
from rulewright.core.model_settings import BASE_URLS, ModelSettings
from rulewright.core.models import ModelError
from rulewright.services.models.http import Connections
from rulewright.services.models.keys import Keys
from rulewright.services.models.make import make_provider

WAIT_S = 2.0


async def look_nearby(connections: Connections, urls: dict[str, str] | None = None) -> tuple[Nearby, ...]:
    """The servers that answer as these do, at the addresses that they have by default."""
    places = _URLS if urls is None else urls
    found = await asyncio.gather(*(_look(kind, connections, url) for kind, url in places.items()))
    return tuple(one for one in found if one is not None)


_URLS = {kind: BASE_URLS[kind] for kind in ("ollama", "llamacpp")}


async def _look(kind: str, connections: Connections, url: str) -> Nearby | None:
    is_ollama = kind == "ollama"
    model = ModelSettings(name=kind, provider="ollama" if is_ollama else "llamacpp", base_url=url, model="-")
    # No key is shown to somebody who only happens to listen there.
    provider = make_provider(model, Keys({}), connections)
    try:
        if is_ollama:
            return Nearby("ollama", url, await provider.models(WAIT_S))
        # Many programs listen on this port; only llama.cpp says how large a context is.
        says = await provider.capabilities()
        return Nearby("llamacpp", url, ()) if says.context_tokens else None
    except ModelError:
        return None
    finally:
        await provider.close()
