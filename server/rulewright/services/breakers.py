"""A guard for each thing that can fail and is not ours: what failed too often is not asked for a while.

async with circuits.guard("model local"):
    ...ask it...

`core.breaker` decides. Checks of rules have their own breakers, in `services.workers.set_aside`.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

from rulewright.core import breaker as circuit
from rulewright.core.breaker import Breaker, Limits
from rulewright.core.circuits import Open
from rulewright.core.server_report import CircuitState


class Circuits:
    """Guards by name. Threads may share it."""

    def __init__(
        self,
        limits: Limits | None = None,
        now: Callable[[], float] = monotonic,
        clean: Callable[[str], str] = str,
    ) -> None:
        """`clean` takes secrets out of a sentence."""
        self._limits, self._now, self._clean = limits or Limits(), now, clean
        self._breakers: dict[str, Breaker] = {}
        self._lock = threading.Lock()

    @asynccontextmanager
    async def guard(self, name: str, limits: Limits | None = None) -> AsyncIterator[None]:
        """Do something that may fail. Raises `Open` when it is not to be tried; whatever else is raised counts.

        Being cancelled says nothing about it, so a trial that is cancelled leaves room for another one.
        """
        self.admit(name, limits)
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit):
            self.abandoned(name)
            raise
        except BaseException as error:
            self.failed(name, f"{type(error).__name__}: {error}", limits)
            raise
        self.succeeded(name)

    def admit(self, name: str, limits: Limits | None = None) -> None:
        """Begin an attempt by hand: one of `succeeded` and `failed` is to follow. Raises `Open`."""
        with self._lock:
            now = self._now()
            admitted, after = circuit.admit(self._breakers.get(name, Breaker()), now, limits or self._limits)
            self._breakers[name] = after
        if not admitted:
            # While a trial is under way, it is over when that is.
            raise Open(name, after.reason, circuit.retry_in_s(after, now) or (limits or self._limits).trial_s)

    def succeeded(self, name: str) -> None:
        """An attempt went well."""
        self._change(name, circuit.succeeded)

    def failed(self, name: str, reason: str, limits: Limits | None = None, *, grave: bool = False) -> None:
        """An attempt failed; `grave` opens it at once."""
        reason = self._clean(reason)
        now = self._now()
        self._change(name, lambda before: circuit.failed(before, now, limits or self._limits, reason, grave=grave))

    def abandoned(self, name: str) -> None:
        """An attempt was ended before it could tell anything."""
        self._change(name, circuit.abandoned)

    def _change(self, name: str, change: Callable[[Breaker], Breaker]) -> None:
        with self._lock:
            self._breakers[name] = change(self._breakers.get(name, Breaker()))

    def states(self) -> tuple[CircuitState, ...]:
        """Every guard that was used, by name."""
        now = self._now()
        with self._lock:
            known = sorted(self._breakers.items())
        return tuple(
            CircuitState(name, circuit.state(b, now), b.reason, round(circuit.retry_in_s(b, now), 1), b.trips)
            for name, b in known
        )
