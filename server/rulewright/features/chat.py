"""An answer to a question: the first model that can gives it, it is kept while it comes, and a receipt is made.

The finished message is kept before it is announced. Whoever stops reading stops the model, and what there is of the
answer stays in the conversation.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from math import ceil

import msgspec

from rulewright.core.bus import ModelResponded
from rulewright.core.chat.events import Answering, ChatEvent, Done, Failed, Grew, Noticed, Prepared
from rulewright.core.chat.intent import Classified
from rulewright.core.chat.ports import CallEvent, Desk, Growing, Instead, Kept, Models, Turn
from rulewright.core.interaction import Interaction, Outcome
from rulewright.core.models import (
    Capabilities,
    Delta,
    Finished,
    ModelRequest,
    Redacted,
    Sending,
    Usage,
    Withheld,
)
from rulewright.core.models import Failed as ModelFailed
from rulewright.core.prompt.conversation import Built, Talk, TooLong, build_messages
from rulewright.core.prompt.receipt import Receipt, Tried, digest_of, prompt_of
from rulewright.core.routing import Choice
from rulewright.core.session import Draft, Part
from rulewright.core.tokens import estimate

MIN_ANSWER_TOKENS = 16
MAX_ANSWER_SHARE = 0.5
"""Of what a model takes in all."""
STOPPED = "You stopped it."
LENGTH = "It ends here because it has as many tokens as an answer may have (chat.answer_tokens)."
FILTERED = "The provider withheld the rest of the answer."


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known before a model is asked."""

    root: str
    session: str
    workspace: str
    user: str
    interface: str
    interaction_id: str
    classified: Classified
    talk: Talk
    """Its budget is what the settings allow at most."""
    answer_tokens: int
    deadline_s: float
    chain: tuple[Choice, ...]
    remarks: tuple[str, ...] = ()
    supersedes: str = ""
    """The message in whose place the answer comes."""
    why_not: Callable[[int, int], str] = lambda _cost_micro, _tokens: ""
    """Why a call that costs so much may not be made; empty when it may."""


class _Call:
    """One question on its way: what is sent, what came, and what there is to say of it."""

    def __init__(self, plan: Plan, desk: Desk) -> None:
        self.plan, self._desk, self.began_s = plan, desk, desk.now_s()
        self.built: Built | None = None
        self.choice = plan.chain[0]
        self.request: ModelRequest | None = None
        self.tried: list[Tried] = []
        self.notices: list[str] = []
        self.said: list[str] = []
        self.usage = Usage(0, 0)
        self.first_s = 0.0
        self.failure = self.cut = ""
        self._growing: Growing | None = None
        self._beginning: asyncio.Future[Growing] | None = None
        self._saving: asyncio.Future[None] | None = None
        self._is_prepared = False

    def make(self, choice: Choice, can: Capabilities, factor: float) -> ModelRequest | ModelFailed:
        """The request for one model: as much goes along as it can take, and may cost."""
        plan, facts = self.plan, choice.model
        takes = facts.context_tokens or can.context_tokens
        n_answer = min(plan.answer_tokens, facts.max_tokens or plan.answer_tokens)
        if takes:
            n_answer = max(MIN_ANSWER_TOKENS, min(n_answer, int(takes * MAX_ANSWER_SHARE)))
        budget = int(min(plan.talk.budget, takes - n_answer if takes else plan.talk.budget) / factor)
        try:
            self.built = build_messages(msgspec.structs.replace(plan.talk, budget=budget))
        except TooLong as problem:
            return ModelFailed("too_long", str(problem))
        if refused := plan.why_not(facts.cost_micro(self.built.tokens, n_answer), self.built.tokens + n_answer):
            return ModelFailed("budget", refused)
        return ModelRequest(
            root=plan.root,
            messages=self.built.messages,
            purpose=plan.classified.intent,
            model=facts.model,
            max_tokens=n_answer,
            temperature=facts.temperature,
            deadline_s=min(plan.deadline_s, facts.deadline_s),
            estimated_tokens=self.built.tokens,
        )

    async def take(self, event: CallEvent) -> tuple[ChatEvent, ...]:
        """What somebody who watches sees of an event."""
        match event:
            case Delta(text):
                return await self._grew(text)
            case Turn(choice):
                self.choice = choice
                if self._is_prepared or self.built is None:
                    return ()
                self._is_prepared = True
                return (_prepared(self.plan, self.built),)
            case Instead(choice, failed):
                self.tried.append(Tried(self.choice.model.name, self.choice.why, failed.message))
                self.choice, self.request = choice, None
                return (Noticed(f"{failed.message} {choice.model.name} is asked instead."),)
            case Withheld() | Redacted():
                self.notices.append(event.sentence)
                return (Noticed(event.sentence),)
            case _:
                self._note(event)
                return ()

    def _note(self, event: Usage | Sending | Finished | ModelFailed) -> None:
        match event:
            case Usage():
                self.usage = event
            case Sending(request):
                self.request = request
                # While the model thinks: it has its place in the conversation by the time that the first word comes.
                self._begin()
            case Finished(reason):
                self.cut = {"length": LENGTH, "filter": FILTERED}.get(reason, "")
            case ModelFailed(message=message):
                self.failure = message

    async def _grew(self, text: str) -> tuple[ChatEvent, ...]:
        plan, growing = self.plan, self._growing
        self.said.append(text)
        begins: tuple[ChatEvent, ...] = ()
        if growing is None:
            growing = await self._begun()
            self.first_s = self._desk.now_s()
            begins = (Answering(growing.id, self.choice.model.name, self.choice.why),)
        self._desk.tell(ModelResponded(plan.session, plan.interaction_id, text))
        if growing.add(text, self._desk.now_s()) and (self._saving is None or self._saving.done()):
            # Nobody who reads waits for a disk that has much to do.
            self._saving = asyncio.ensure_future(self._desk.save(growing))
        return (*begins, Grew(text))

    async def _begun(self) -> Growing:
        """The answer, in its place."""
        if self._growing is None:
            self._growing = await asyncio.shield(self._begin())
            self._growing.by(self.choice.model.name)
        return self._growing

    def _begin(self) -> "asyncio.Future[Growing]":
        if self._beginning is None:
            self._beginning = asyncio.ensure_future(self._desk.begin_answer(_draft(self.plan, self.choice)))
        return self._beginning

    async def end(self) -> ChatEvent:
        """Keep it; the last event."""
        if not self.failure and not self.said:
            self.failure = f"{self.choice.model.name} answered without a word. Ask again, or another model."
        outcome: Outcome = "failed" if self.failure else "stopped" if self.cut else "whole"
        account = self._interaction(outcome, self.failure)
        kept, problem = await self._keep(account, self.failure or self.cut)
        if self.failure:
            return Failed(self.failure, kept.message, self.plan.interaction_id)
        assert kept.message is not None
        return Done(
            message=kept.message,
            interaction_id=self.plan.interaction_id,
            tokens_in=account.tokens_in,
            tokens_out=account.tokens_out,
            latency_ms=account.latency_ms,
            cost_micro=account.cost_micro,
            problem=problem,
            ended="length" if self.cut else "whole",
        )

    async def abandon(self) -> None:
        """Nobody reads any more: there is no one to tell, and still something to keep."""
        await self._keep(self._interaction("stopped", ""), STOPPED)

    async def _keep(self, account: Interaction, note: str) -> tuple[Kept, str]:
        """Keep the call and the answer; what there is of the answer, and why something is in memory only."""
        desk, plan = self._desk, self.plan
        problem = await desk.record(account) if self.request is not None else ""
        desk.tell(ModelResponded(plan.session, plan.interaction_id, "", is_last=True, failure=note))
        # Others who look at the conversation see that its question was not answered, and why.
        growing = await self._begun()
        if self._saving is not None:
            # What is saved late would stand in the place of the end.
            await asyncio.wait({self._saving})
            self._saving.result()
        if account.outcome == "whole":
            kept = await desk.finish(growing, plan.interaction_id, self.choice.model.name)
        elif account.outcome == "failed":
            kept = await desk.fail(growing, note)
        else:
            kept = await desk.stop(growing, note)
        return kept, kept.problem or problem

    def _interaction(self, outcome: Outcome, failure: str) -> Interaction:
        """The account of it."""
        plan, facts = self.plan, self.choice.model
        prompt = prompt_of(self.request) if self.request is not None else ""
        said = "".join(self.said)
        # A provider that does not count is counted for, so that a budget holds with it too.
        n_in = self.usage.prompt_tokens or (self.built.tokens if self.built and self.request else 0)
        n_out = self.usage.answer_tokens or estimate(said)
        latency_ms = ceil((self._desk.now_s() - self.began_s) * 1000)
        rules = plan.talk.rules
        receipt = Receipt(
            feature="chat",
            intent=plan.classified.intent,
            why_intent=plan.classified.why,
            model=facts.name,
            is_local=facts.is_local,
            tried=(*self.tried, Tried(facts.name, self.choice.why, failure)),
            parts=self.built.parts if self.built else (),
            rules=rules.rules,
            rule_version=rules.rule_version,
            left_out=self.built.left_out if self.built else (),
            notices=tuple(self.notices),
            prompt_hash=digest_of(prompt),
            prompt_tokens=self.built.tokens if self.built else 0,
            tokens_in=self.usage.prompt_tokens,
            tokens_out=self.usage.answer_tokens,
            cached_tokens=self.usage.cached_tokens,
            first_token_ms=ceil((self.first_s - self.began_s) * 1000) if self.first_s else 0,
            latency_ms=latency_ms,
            cost_micro=facts.cost_micro(n_in, n_out),
            outcome=outcome,
            failure=failure,
        )
        return Interaction(
            id=plan.interaction_id,
            workspace=plan.workspace,
            root=plan.root,
            session=plan.session,
            user=plan.user,
            feature="chat",
            prompt=prompt,
            response=said,
            model=facts.name,
            tokens_in=n_in,
            tokens_out=n_out,
            latency_ms=latency_ms,
            cost_micro=receipt.cost_micro,
            outcome=outcome,
            receipt=msgspec.to_builtins(receipt),
        )


async def answer(plan: Plan, desk: Desk, models: Models) -> AsyncGenerator[ChatEvent, None]:
    """What comes of asking; `Done` or `Failed` is the last. Closing it stops the model and keeps what there is."""
    call = _Call(plan, desk)
    is_over = False
    try:
        async with aclosing(models.ask(plan.chain, call.make)) as events:
            async for event in events:
                for seen in await call.take(event):
                    yield seen
        is_over = True
    finally:
        if not is_over:
            await call.abandon()
    yield await call.end()


def _draft(plan: Plan, choice: Choice) -> Draft:
    rules = plan.talk.rules
    return Draft(
        role="assistant",
        parts=(Part(""),),
        author=choice.model.name,
        interface=plan.interface,
        model=choice.model.name,
        rule_version=rules.rule_version,
        rules=tuple(rule.id for rule in rules.rules),
        interaction_id=plan.interaction_id,
        supersedes=plan.supersedes,
    )


def _prepared(plan: Plan, built: Built) -> Prepared:
    rules: Sequence[str] = [rule.id for rule in plan.talk.rules.rules]
    return Prepared(
        intent=plan.classified.intent,
        why=plan.classified.why,
        rules=tuple(rules),
        context=built.context,
        remarks=(*plan.remarks, *(f"{one.what} was left out. {one.reason}" for one in built.left_out if one.is_named)),
    )
