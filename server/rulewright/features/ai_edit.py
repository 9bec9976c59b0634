"""An edit that a model proposes: asked for, read, placed and verified; asked once more where it is wrong.

What is not as it should be is never given out as an edit to be made: it comes with what is wrong, for people to see.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from math import ceil
from typing import Any, Protocol

import msgspec

from rulewright.core.call_account import About, Account, WhyNot
from rulewright.core.chat.ports import Models
from rulewright.core.edits import Edit, apply
from rulewright.core.findings import Finding
from rulewright.core.interaction import Interaction
from rulewright.core.models import Capabilities, Delta, Failed, Message, ModelRequest, Purpose
from rulewright.core.prompt.conversation import MESSAGE_TOKENS, TooLong
from rulewright.core.proposals.answer import read_answer
from rulewright.core.proposals.ask import Order, again_with, messages_for
from rulewright.core.proposals.place import place
from rulewright.core.proposals.verify import Proposed, syntax_errors, verify
from rulewright.core.proposals.wrong import Wrong
from rulewright.core.routing import Choice
from rulewright.core.tokens import budgeted

ATTEMPTS = 2
MAX_ANSWER_SHARE = 0.5
"""Of what a model takes in all."""
MIN_ANSWER_TOKENS = 64


class Bench(Protocol):
    """What an edit is tried on."""

    def now_s(self) -> float:
        """Seconds of a clock that never jumps."""
        ...

    async def record(self, call: Interaction) -> str:
        """Keep a call; why that could not be done."""
        ...

    async def findings(self, text: str) -> Sequence[Finding]:
        """What rules find in the file with that text."""
        ...

    async def offload(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        """Do what takes some milliseconds elsewhere."""
        ...

    def version(self) -> int | None:
        """Of the document as it is now."""
        ...

    def is_inside(self, path: str) -> bool:
        """Whether a path that a model wrote is that of a file of the project."""
        ...


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known before a model is asked."""

    about: Callable[[], About]
    """The account of the next call."""
    order: Order
    version: int | None
    must_go: tuple[Finding, ...] = ()
    """What the edit is to mend."""
    chain: tuple[Choice, ...]
    purpose: Purpose
    answer_tokens: int
    deadline_s: float
    why_not: WhyNot


class Asked(msgspec.Struct, frozen=True, tag="asked"):
    """A model is asked."""

    model: str
    attempt: int
    """From 1."""


class Grew(msgspec.Struct, frozen=True, tag="grew"):
    """More of its answer came."""

    n_characters: int


class Noticed(msgspec.Struct, frozen=True, tag="noticed"):
    """Something that people should know, as a sentence: what was held back, another model."""

    text: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True, tag="outcome"):
    """What came of it; the last event."""

    path: str
    before: str
    edits: tuple[Edit, ...] = ()
    """Sorted and disjoint. To be made where nothing is wrong with them."""
    wrongs: tuple[Wrong, ...] = ()
    """Why they must not be made."""
    failure: str = ""
    """Why no model answered."""
    prose: str = ""
    """What the model said beside."""
    model: str = ""
    version: int | None = None
    """Of the document that they are for."""
    calls: tuple[str, ...] = ()
    """The receipts."""

    @property
    def is_good(self) -> bool:
        """Whether the edits may be made."""
        return bool(self.edits) and not self.wrongs and not self.failure

    @property
    def after(self) -> str:
        """The text with the edits made."""
        return apply(self.before, self.edits)


EditEvent = Asked | Grew | Noticed | Outcome


async def propose(job: Job, bench: Bench, models: Models) -> AsyncGenerator[EditEvent, None]:
    """What comes of an order; `Outcome` is the last. Closing it stops the model."""
    calls: list[str] = []
    outcome = Outcome(path=job.order.path, before=job.order.content)
    try:
        messages: tuple[Message, ...] = await bench.offload(messages_for, job.order)
    except TooLong as problem:
        yield msgspec.structs.replace(outcome, failure=str(problem))
        return
    for attempt in range(1, ATTEMPTS + 1):
        account = Account(job.about(), job.chain[0], bench.now_s())
        calls.append(account.about.interaction_id)
        async with aclosing(_ask(job, messages, account, bench, models, attempt)) as events:
            async for event in events:
                yield event
        outcome = msgspec.structs.replace(outcome, model=account.choice.model.name, calls=tuple(calls))
        if account.failure:
            # What the first answer came to is still of use to people.
            yield msgspec.structs.replace(outcome, failure=account.failure)
            return
        outcome = await _judge(job, bench, account.text, outcome)
        if outcome.is_good or any(wrong.kind == "stale" for wrong in outcome.wrongs):
            break
        messages = again_with(messages, account.text, outcome.wrongs)
    yield outcome


async def _ask(
    job: Job, messages: tuple[Message, ...], account: Account, bench: Bench, models: Models, attempt: int
) -> AsyncGenerator[EditEvent, None]:
    n_prompt = sum(budgeted(message.text) + MESSAGE_TOKENS for message in messages)

    def make(choice: Choice, can: Capabilities, factor: float) -> ModelRequest | Failed:
        facts = choice.model
        takes = facts.context_tokens or can.context_tokens
        n_answer = min(job.answer_tokens, facts.max_tokens or job.answer_tokens)
        if takes:
            n_answer = max(MIN_ANSWER_TOKENS, min(n_answer, int(takes * MAX_ANSWER_SHARE)))
            if ceil(n_prompt * factor) + n_answer > takes:
                room = f"{takes:,} tokens, and this needs {n_prompt:,} with its question"
                return Failed("too_long", f"{facts.name} takes {room}. Choose less code, or a model that takes more.")
        if refused := job.why_not(facts.cost_micro(n_prompt, n_answer), n_prompt + n_answer):
            return Failed("budget", refused)
        return ModelRequest(
            root=account.about.root,
            messages=messages,
            purpose=job.purpose,
            model=facts.model,
            max_tokens=n_answer,
            temperature=facts.temperature,
            deadline_s=min(job.deadline_s, facts.deadline_s),
            estimated_tokens=n_prompt,
        )

    n_noticed, n_characters = 0, 0
    yield Asked(job.chain[0].model.name, attempt)
    try:
        async with aclosing(models.ask(job.chain, make)) as events:
            async for event in events:
                account.take(event, bench.now_s())
                for sentence in account.told[n_noticed:]:
                    yield Noticed(sentence)
                n_noticed = len(account.told)
                if isinstance(event, Delta):
                    n_characters += len(event.text)
                    yield Grew(n_characters)
    finally:
        if (call := account.interaction(bench.now_s())) is not None:
            await bench.record(call)


async def _judge(job: Job, bench: Bench, text: str, outcome: Outcome) -> Outcome:
    """The edits of an answer, with what is wrong with them."""
    order = job.order
    answer = await bench.offload(read_answer, text)
    where = order.path, order.content, order.start, order.end
    placed = await bench.offload(place, answer, *where, bench.is_inside, order.language)
    outcome = msgspec.structs.replace(outcome, prose=answer.prose, version=job.version, edits=(), wrongs=placed.wrongs)
    if not placed.edits:
        return outcome
    after, edits = apply(order.content, placed.edits), placed.edits
    outcome = msgspec.structs.replace(outcome, edits=edits)
    proposed = Proposed(
        path=order.path,
        version=_number(job.version),
        before=order.content,
        after=after,
        edits=edits,
        target=(order.start, order.end),
        language=order.language,
    )
    before_found, after_found = await bench.findings(order.content), await bench.findings(after)
    wrongs = await bench.offload(
        lambda: verify(
            proposed,
            _number(bench.version()),
            syntax_errors(order.content, order.language),
            syntax_errors(after, order.language),
            before_found,
            after_found,
            job.must_go,
            kind=order.kind,
            may_import=order.may_import,
        )
    )
    return msgspec.structs.replace(outcome, wrongs=wrongs)


def _number(version: int | None) -> int:
    """A file that is not open has none; that it was changed is told by another number."""
    return 0 if version is None else version
