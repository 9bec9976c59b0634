"""A call of a model once more, byte for byte: held to budgets and kept as any other call, and in no conversation."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from math import ceil
from typing import Protocol

import msgspec

from rulewright.core.chat.ports import CallEvent, Instead, Models, Turn
from rulewright.core.interaction import Interaction, Outcome
from rulewright.core.models import Capabilities, Delta, Failed, Finished, ModelRequest, Sending, Usage
from rulewright.core.prompt.receipt import Receipt, Tried, digest_of, prompt_of, read_receipt
from rulewright.core.routing import Choice
from rulewright.core.tokens import estimate


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
    why_not: Callable[[int, int], str]
    """Why a call that costs so many millionths, and so many tokens, may not be made; empty when it may."""


class _Account:
    """What came of it."""

    def __init__(self, again: Again, began_s: float) -> None:
        self.again, self.began_s = again, began_s
        self.choice = again.chain[0]
        self.sent: ModelRequest | None = None
        self.tried: list[Tried] = []
        self.said: list[str] = []
        self.usage = Usage(0, 0)
        self.first_s = 0.0
        self.outcome: Outcome = "stopped"
        self.failure = ""

    def make(self, choice: Choice, _can: Capabilities, _factor: float) -> ModelRequest | Failed:
        """The request as it was, if it may be paid for."""
        request = self.again.request
        n_in, n_out = self.again.call.tokens_in, request.max_tokens
        if refused := self.again.why_not(choice.model.cost_micro(n_in, n_out), n_in + n_out):
            return Failed("budget", refused)
        return request

    def take(self, event: CallEvent, now_s: float) -> None:
        """Note what an event says."""
        match event:
            case Turn(choice):
                self.choice = choice
            case Instead(choice, failed):
                self.tried.append(Tried(self.choice.model.name, self.choice.why, failed.message))
                self.choice, self.sent = choice, None
            case Sending(request):
                self.sent = request
            case Delta(text):
                self.first_s = self.first_s or now_s
                self.said.append(text)
            case Usage():
                self.usage = event
            case Finished(reason):
                self.outcome = "stopped" if reason in {"length", "filter"} else "whole"
            case Failed(message=message):
                self.outcome, self.failure = "failed", message
            case _:
                pass

    def interaction(self, request: ModelRequest, now_s: float) -> Interaction:
        """The call as it is kept: what went along is what went along then."""
        call, facts, usage = self.again.call, self.choice.model, self.usage
        prompt, said = prompt_of(request), "".join(self.said)
        n_in, n_out = usage.prompt_tokens or call.tokens_in, usage.answer_tokens or estimate(said)
        latency_ms = ceil((now_s - self.began_s) * 1000)
        then = read_receipt(call.receipt) or Receipt(
            feature=call.feature,
            intent="",
            why_intent="",
            model="",
            is_local=False,
            tried=(),
            parts=(),
            prompt_hash="",
            prompt_tokens=call.tokens_in,
        )
        receipt = msgspec.structs.replace(
            then,
            replay_of=call.id,
            model=facts.name,
            is_local=facts.is_local,
            tried=(*self.tried, Tried(facts.name, self.choice.why, self.failure)),
            notices=(),
            prompt_hash=digest_of(prompt),
            tokens_in=usage.prompt_tokens,
            tokens_out=usage.answer_tokens,
            cached_tokens=usage.cached_tokens,
            first_token_ms=ceil((self.first_s - self.began_s) * 1000) if self.first_s else 0,
            latency_ms=latency_ms,
            cost_micro=facts.cost_micro(n_in, n_out),
            outcome=self.outcome,
            failure=self.failure,
        )
        return msgspec.structs.replace(
            call,
            id=self.again.interaction_id,
            session="",
            prompt=prompt,
            response=said,
            model=facts.name,
            tokens_in=n_in,
            tokens_out=n_out,
            latency_ms=latency_ms,
            cost_micro=receipt.cost_micro,
            outcome=self.outcome,
            at="",
            receipt=msgspec.to_builtins(receipt),
        )


async def replay(again: Again, recorder: Recorder, models: Models) -> AsyncGenerator[CallEvent, None]:
    """What comes of it; `Finished` or `Failed` is the last. Closing it stops the model."""
    account = _Account(again, recorder.now_s())
    try:
        async with aclosing(models.ask(again.chain, account.make)) as events:
            async for event in events:
                account.take(event, recorder.now_s())
                yield event
    finally:
        if account.sent is not None:
            await recorder.record(account.interaction(account.sent, recorder.now_s()))
