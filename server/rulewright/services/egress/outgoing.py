"""All ways out of this machine that features may know, each behind the gate."""

import asyncio
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from rulewright.core.models import ModelProvider
from rulewright.core.peers import Peer
from rulewright.services.egress.gate import Gate
from rulewright.services.egress.peer import GatedPeer
from rulewright.services.egress.provider import GatedProvider


class Outgoing:
    """Providers and peers by name. What is put in is wrapped here, so nobody can take out a bare one."""

    def __init__(self, gate: Gate, providers: Iterable[ModelProvider] = (), peers: Iterable[Peer] = ()) -> None:
        self.providers: Mapping[str, ModelProvider] = MappingProxyType(
            {provider.name: GatedProvider(gate, provider) for provider in providers}
        )
        self.peers: Mapping[str, Peer] = MappingProxyType({peer.name: GatedPeer(gate, peer) for peer in peers})

    async def close(self) -> None:
        """Close them all; what one of them raises is raised when all are closed."""
        closing = [provider.close() for provider in self.providers.values()]
        closing += [peer.close() for peer in self.peers.values()]
        for result in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
