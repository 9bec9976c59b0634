"""Who asks without a model is offered those that run on this machine. Nothing is sent before they chose."""

import asyncio

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

from rulewright.adapters.lsp.language_server import Server
from rulewright.core import model_report as report
from rulewright.core.model_settings import BASE_URLS
from rulewright.model_gateway import ModelGateway, ModelProblem

N_SHOWN = 4
CHOOSE_S = 600.0
NOT_NOW = "Not Now"
SERVERS = {"ollama": "Ollama", "llamacpp": "llama.cpp"}


class Offer:
    """The offer to one client, made once unless it is taken."""

    def __init__(self, ls: Server) -> None:
        self._ls = ls
        self._is_made = False

    async def make(self) -> None:
        """Look what there is, ask whether to use it, and name it in the user's settings."""
        if self._is_made or not self._ls.gateway.may("administer"):
            return
        self._is_made = True
        models = await asyncio.to_thread(lambda: self._ls.gateway.models)
        offers = (await models.offers())[:N_SHOWN]
        chosen = await self._choose(offers) if offers else None
        if chosen is not None:
            await self._take(models, chosen)

    async def _choose(self, offers: tuple[report.Offer, ...]) -> report.Offer | None:
        titles = {f"Use {_name(offer)}": offer for offer in offers}
        where = " and ".join(dict.fromkeys(SERVERS.get(offer.provider, offer.provider) for offer in offers))
        params = t.ShowMessageRequestParams(
            type=t.MessageType.Info,
            message=f"{where} on this machine can answer. Nothing was sent to it yet.",
            actions=[t.MessageActionItem(title=title) for title in (*titles, NOT_NOW)],
        )
        try:
            said = await self._ls.ask(t.WINDOW_SHOW_MESSAGE_REQUEST, params, CHOOSE_S)
        except (JsonRpcException, TimeoutError):
            return None
        return titles.get(str(said.get("title"))) if isinstance(said, dict) else None

    async def _take(self, models: ModelGateway, offer: report.Offer) -> None:
        name = _name(offer)
        entry = {"name": name, "provider": offer.provider}
        if offer.model:
            entry["model"] = offer.model
        if offer.url != BASE_URLS[offer.provider]:
            entry["base_url"] = offer.url
        try:
            text, path = models.plan(entry)
            await asyncio.to_thread(models.write, text)
        except (ModelProblem, OSError) as problem:
            self._ls.show(f"{name} was not taken into your settings: {problem}")
            return
        await self._ls.gateway.reload([path.as_posix()])
        self._ls.show(f"{name} answers from now on: {path} names it. Ask again.", t.MessageType.Info)


def _name(offer: report.Offer) -> str:
    return offer.model or offer.provider
