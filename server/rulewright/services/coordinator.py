"""Asks models: each has only so many calls at a time, and where one cannot answer the next of the chain is asked.

Another model is only asked while nothing of an answer was shown: half an answer of one and half of another is none.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from time import monotonic
from typing import Protocol, cast

from rulewright.core.chat.ports import CallEvent, Instead, Make, Turn
from rulewright.core.models import (
    Capabilities,
    Delta,
    Failed,
    Finished,
    ModelError,
    ModelEvent,
    ModelProvider,
    ModelRequest,
    Usage,
)
from rulewright.core.routing import Choice, ModelFacts

AT_ONCE = 4
"""Calls of one model."""
TTL_S = 300.0
"""What a provider said that it can do is believed for so long."""
ATTEMPTS = 3
SHRINK = 1.4
"""How much less is sent to a model that says that it was too much."""
MAX_FACTOR, WEIGHT = 4.0, 0.3
"""Bounds of what is learned of a model's own count, and how much one call weighs (exponential average)."""
ASK_S = 10.0
"""For a provider to say what it can do."""
OTHERS_MAY = frozenset({"unreachable", "refused", "overloaded", "timeout", "cut", "broken", "too_long", "budget"})
"""Failures after which another model may do better. What the gate refuses, it refuses for all."""


class Remember(Protocol):
    """`get_or_compute` of a cache."""

    async def __call__(
        self, key: str, compute: Callable[[], Awaitable[Capabilities | None]], ttl_s: float
    ) -> Capabilities | None:
        """The value of `key`, computed once where it is not known."""
        ...


class Coordinator:
    """The models of one gateway. For one event loop."""

    def __init__(
        self,
        providers: Callable[[], Mapping[str, ModelProvider]],
        facts: Callable[[], Sequence[ModelFacts]],
        remember: Remember,
        *,
        at_once: int = AT_ONCE,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._providers, self._facts, self._remember = providers, facts, remember
        self._at_once, self._now = at_once, now
        self._asked: Counter[str] = Counter()
        self._slots: dict[str, asyncio.Semaphore] = {}
        self._factors: dict[str, float] = {}
        """Tokens of a model for one of ours, as its own counts have shown."""

    def facts(self) -> Sequence[ModelFacts]:
        """See `core.chat.ports.Models`."""
        return self._facts()

    def load(self) -> Mapping[str, int]:
        """See `core.chat.ports.Models`; what waits for its turn counts too."""
        return dict(self._asked)

    async def ask(self, chain: Sequence[Choice], make: Make) -> AsyncGenerator[CallEvent, None]:
        """See `core.chat.ports.Models`. Closing it ends the answer at its source."""
        for choice, after in zip(chain, [*chain[1:], None], strict=True):
            instead: Failed | None = None
            async with aclosing(self._one(choice, make)) as events:
                has_begun = False
                async for event in events:
                    has_begun = has_begun or isinstance(event, Delta)
                    if after is not None and not has_begun and isinstance(event, Failed) and event.kind in OTHERS_MAY:
                        instead = event
                        break
                    yield event
            if instead is None or after is None:
                return
            yield Instead(after, instead)

    async def _one(self, choice: Choice, make: Make) -> AsyncGenerator[CallEvent, None]:
        """What comes of asking one model; the last is `Finished` or `Failed`."""
        name = choice.model.name
        provider = self._providers().get(name)
        if provider is None:
            yield Failed("unreachable", f"{name} cannot be asked: nothing is known of how to reach it.")
            return
        ends_at = self._now() + choice.model.deadline_s
        slots = self._slots.setdefault(name, asyncio.Semaphore(self._at_once))
        self._asked[name] += 1
        try:
            async with asyncio.timeout(choice.model.deadline_s):
                await slots.acquire()
        except TimeoutError:
            self._leave(name)
            yield Failed("overloaded", f"{name} has other questions to answer, and did not get to this one in time.")
            return
        except BaseException:
            self._leave(name)
            raise
        try:
            async for event in self._in_turn(choice, provider, make, ends_at):
                yield event
        finally:
            slots.release()
            self._leave(name)

    def _leave(self, name: str) -> None:
        self._asked[name] -= 1
        if not self._asked[name]:
            del self._asked[name]

    async def _in_turn(
        self, choice: Choice, provider: ModelProvider, make: Make, ends_at: float
    ) -> AsyncGenerator[CallEvent, None]:
        can = await self._can(provider)
        if isinstance(can, Failed):
            yield can
            return
        name, factor = choice.model.name, self._factors.get(choice.model.name, 1.0)
        for attempt in range(ATTEMPTS):
            # It counts the tokens of a long text: not where others wait.
            request = await asyncio.to_thread(make, choice, can, factor)
            if isinstance(request, Failed):
                yield request
                return
            yield Turn(choice, request)
            is_too_long = False
            async with aclosing(self._told(choice, provider, request, ends_at)) as events:
                async for event in events:
                    is_too_long = isinstance(event, Failed) and event.kind == "too_long"
                    if is_too_long and request.estimated_tokens and attempt + 1 < ATTEMPTS:
                        break
                    if isinstance(event, Usage):
                        self._learn(name, event.prompt_tokens, request.estimated_tokens)
                    yield event
            if not is_too_long:
                return
            # It counts more than we do; how much more is only known once it has answered.
            factor *= SHRINK

    def _learn(self, name: str, counted: int, estimated: int) -> None:
        if not (counted and estimated):
            return
        ratio = min(max(counted / estimated, 1 / MAX_FACTOR), MAX_FACTOR)
        before = self._factors.get(name, ratio)
        # Too much room is no harm, so it is only learned that there is less.
        self._factors[name] = max(1.0, before + WEIGHT * (ratio - before))

    async def _told(
        self, choice: Choice, provider: ModelProvider, request: ModelRequest, ends_at: float
    ) -> AsyncGenerator[ModelEvent, None]:
        answer = cast("AsyncGenerator[ModelEvent, None]", provider.stream(request))
        deadline = _Deadline(ends_at - self._now())
        try:
            async with aclosing(answer):
                while True:
                    try:
                        event = await deadline.hold(answer)
                    except TimeoutError:
                        within = f"{choice.model.deadline_s:.0f} seconds"
                        yield Failed("timeout", f"{choice.model.name} did not finish within {within}.")
                        return
                    except StopAsyncIteration:
                        yield Failed("cut", f"{choice.model.name} broke off without saying why.")
                        return
                    yield event
                    if isinstance(event, Finished | Failed):
                        return
        finally:
            deadline.close()

    async def _can(self, provider: ModelProvider) -> Capabilities | Failed:
        async def look() -> Capabilities | None:
            async with asyncio.timeout(ASK_S):
                return await provider.capabilities()

        try:
            return await self._remember(f"capabilities of {provider.name}", look, TTL_S) or Capabilities()
        except ModelError as error:
            return error.failed
        except TimeoutError:
            return Failed("timeout", f"{provider.name} did not say within {ASK_S:.0f} seconds what it can do.")


class _Deadline:
    """One moment at which waiting ends, for many waits: a timer for each word would be a third of the work."""

    def __init__(self, in_s: float) -> None:
        self._is_over = False
        self._waiting: asyncio.Task[object] | None = None
        self._timer = asyncio.get_running_loop().call_later(max(0.0, in_s), self._over)

    def _over(self) -> None:
        self._is_over = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def hold(self, answer: AsyncGenerator[ModelEvent, None]) -> ModelEvent:
        """The next event. Raises TimeoutError and StopAsyncIteration."""
        if self._is_over:
            raise TimeoutError
        task = self._waiting = asyncio.current_task()
        try:
            return await anext(answer)
        except asyncio.CancelledError:
            # As `asyncio.timeout` tells its own cancelling from that of others.
            if self._is_over and task is not None and task.uncancel() == 0:
                raise TimeoutError from None
            raise
        finally:
            self._waiting = None

    def close(self) -> None:
        """Nobody waits any more."""
        self._timer.cancel()
