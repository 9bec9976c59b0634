"""Keeps calls of models and holds them to budgets: for chat, ghost text, edits and reviews.

The disk is waited for in threads, to the end also when the caller is cancelled.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import TypeVar

from rulewright.core.budget import Budget, Spent, why_not
from rulewright.core.call_account import WhyNot
from rulewright.core.config import LimitsSettings
from rulewright.core.interaction import Interaction
from rulewright.core.model_settings import ModelSettings, endpoint_of
from rulewright.core.models import Capabilities
from rulewright.core.permissions import Principal
from rulewright.core.routing import ModelFacts
from rulewright.services.cache import Cache
from rulewright.services.coordinator import Coordinator
from rulewright.services.egress import Outgoing
from rulewright.session_gateway import SessionGateway

T = TypeVar("T")
_THREADS = ThreadPoolExecutor(4, "calls")
"""Of their own: a database that somebody has locked holds up nothing else."""


def coordinator(
    outgoing: Callable[[], Outgoing], settings: Callable[[], Sequence[ModelSettings]], *, at_once: int
) -> Coordinator:
    """What asks models, with those of the settings as they are with each call."""
    remember = Cache(Capabilities).get_or_compute
    return Coordinator(
        lambda: outgoing().providers, lambda: [facts_of(model) for model in settings()], remember, at_once=at_once
    )


def facts_of(model: ModelSettings) -> ModelFacts:
    """A model of the settings, as it is chosen by."""
    return ModelFacts(
        name=model.name,
        model=model.model,
        roles=model.roles,
        intents=model.intents,
        is_local=endpoint_of(model).is_local,
        context_tokens=model.context_tokens,
        max_tokens=model.max_tokens,
        temperature=model.temperature,
        deadline_s=float(model.deadline_s),
        price_in=model.price_in,
        price_out=model.price_out,
    )


class CallDesk:
    """The desk of one user."""

    def __init__(self, open_door: Callable[[], SessionGateway], who: Principal) -> None:
        """`open_door` may wait for the disk."""
        self._open_door, self._who = open_door, who
        self.user = who.user_id

    @property
    def _door(self) -> SessionGateway:
        return self._open_door()

    def now_s(self) -> float:
        """Seconds of a clock that never jumps."""
        return monotonic()

    async def record(self, call: Interaction) -> str:
        """Keep a call of a model; why that could not be done, in a few words. Raises NotAllowed."""
        return await done(lambda: self._door.record(self._who, call))

    async def kept_call(self, interaction_id: str) -> Interaction:
        """A call that can be sent again. Raises SessionProblem and NotAllowed."""
        return await done(lambda: self._door.interaction(self._who, interaction_id, to_replay=True))

    async def workspace_of(self, root: str) -> str:
        """What calls for a project are kept under."""
        return await done(lambda: self._door.place(self._who, Path(root)).workspace)

    async def governor(self, limits: LimitsSettings, feature: str) -> WhyNot:
        """Says why a call for a feature that costs so much may not be made."""
        budgets = (
            Budget(name="limits.usd_per_day", cost_micro=round(limits.usd_per_day * 1e6)),
            Budget(name="limits.chat_usd_per_day", feature="chat", cost_micro=round(limits.chat_usd_per_day * 1e6)),
            Budget(name="limits.tokens_per_day", tokens=limits.tokens_per_day),
        )
        held = [budget for budget in budgets if budget.cost_micro or budget.tokens]
        if not held:
            return lambda _cost_micro, _tokens: ""
        spent: Mapping[str, Spent] = await done(lambda: self._door.spent_today(self._who))
        return lambda cost_micro, tokens: why_not(held, spent, feature, cost_micro=cost_micro, tokens=tokens)


async def done(work: Callable[[], T]) -> T:
    """What `work` gives, in a thread. It is done to its end, also when the caller is cancelled, who waits for that."""
    doing = asyncio.get_running_loop().run_in_executor(_THREADS, work)
    is_cancelled = False
    while not doing.done():
        try:
            await asyncio.wait({doing})
        except asyncio.CancelledError:
            is_cancelled = True
    if is_cancelled:
        doing.exception()
        raise asyncio.CancelledError
    return doing.result()
