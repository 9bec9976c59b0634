"""A peer behind the gate: what features see of the way to other nodes, always."""

import asyncio

from rulewright.core.peers import Payload, Peer, Sent
from rulewright.services.egress.gate import Gate


class GatedPeer:
    """Sends what the gate lets pass."""

    def __init__(self, gate: Gate, inner: Peer) -> None:
        if isinstance(inner, GatedPeer):
            raise TypeError(f"{inner.name} is behind the gate already")
        self.__gate, self.__inner = gate, inner

    @property
    def name(self) -> str:
        """As the inner one's."""
        return self.__inner.name

    async def publish(self, subject: str, payload: Payload) -> Sent:
        """Tell all who listen, what may be told."""
        passed = await asyncio.to_thread(self.__gate.payload, subject, payload)
        if passed.refused:
            return Sent(passed.refused, passed.notices)
        sent = await self.__inner.publish(subject, passed.payload)
        return Sent(sent.refused, (*passed.notices, *sent.notices))

    async def request(self, subject: str, payload: Payload, timeout_s: float) -> Sent:
        """Ask, with what may be told."""
        passed = await asyncio.to_thread(self.__gate.payload, subject, payload)
        if passed.refused:
            return Sent(passed.refused, passed.notices)
        sent = await self.__inner.request(subject, passed.payload, timeout_s)
        return Sent(sent.refused, (*passed.notices, *sent.notices), sent.answer)

    async def close(self) -> None:
        """Close the inner one."""
        await self.__inner.close()
