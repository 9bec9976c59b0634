"""A call of a model once more, byte for byte: held to budgets and kept as any other call, and in no conversation."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

import msgspec

from rulewright.core.call_account import About, Account, WhyNot
from rulewright.core.chat.ports import CallEvent, Make, Models
from rulewright.core.interaction import Interaction
from rulewright.core.models import Capabilities, Failed, ModelRequest
from rulewright.core.prompt.receipt import read_receipt
from rulewright.core.routing import Choice


class Recorder(Protocol):
    """Keeps calls; see `core.chat.ports.Desk`."""

    def now_s(self) -> float:
        """Seconds of a clock that never jumps."""
        ...

    async def record(self, call: Interaction) -> str:
        """Keep a call; why that could not be done."""
        ...


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent again."""

    call: Interaction
    request: ModelRequest
    interaction_id: str
    chain: tuple[Choice, ...]
    why_not: WhyNot


def _make(again: Again) -> Make:
    def make(choice: Choice, _can: Capabilities, _factor: float) -> ModelRequest | Failed:
        """The request as it was, if it may be paid for."""
        request = again.request
        n_in, n_out = again.call.tokens_in, request.max_tokens
        if refused := again.why_not(choice.model.cost_micro(n_in, n_out), n_in + n_out):
            return Failed("budget", refused)
        return request

    return make


def _about(again: Again) -> About:
    """What went along is what went along then."""
    call, then = again.call, read_receipt(again.call.receipt)
    return About(
        interaction_id=again.interaction_id,
        feature=call.feature,
        intent=then.intent if then else "",
        why=then.why_intent if then else "",
        root=call.root,
        workspace=call.workspace,
        user=call.user,
        rules=then.rules if then else (),
        rule_version=then.rule_version if then else "",
        left_out=then.left_out if then else (),
        replay_of=call.id,
        parts=then.parts if then else None,
        tokens_in=call.tokens_in,
    )


async def replay(again: Again, recorder: Recorder, models: Models) -> AsyncGenerator[CallEvent, None]:
    """What comes of it; `Finished` or `Failed` is the last. Closing it stops the model."""
    account = Account(_about(again), again.chain[0], recorder.now_s())
    try:
        async with aclosing(models.ask(again.chain, _make(again))) as events:
            async for event in events:
                account.take(event, recorder.now_s())
                yield event
    finally:
        if (kept := account.interaction(recorder.now_s())) is not None:
            await recorder.record(kept)
