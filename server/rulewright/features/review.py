"""A review: models are asked about files side by side, and what is verified of their answers is told as it comes.

What is known already is not asked again. Whoever stops reading stops the models; each call is kept.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from threading import Lock

import msgspec

from rulewright.core.call_account import About, Account, WhyNot
from rulewright.core.chat.ports import Make, Models
from rulewright.core.findings import Finding, Severity
from rulewright.core.models import Capabilities, Failed, Finished, ModelRequest, Withheld
from rulewright.core.review.answer import Answer, read_answer
from rulewright.core.review.ask import Ask, Material, halves, key_of, messages_of, rules_used, tokens_of
from rulewright.core.review.events import (
    Done,
    Found,
    Noticed,
    NotReviewed,
    Planned,
    ReviewEvent,
    Reviewing,
    Skipped,
    Totals,
)
from rulewright.core.review.plan import Desk, File, Known, Loaded, Plan, Reviewed
from rulewright.core.review.purse import Purse
from rulewright.core.review.verify import Believed, Verified, findings_of, verify
from rulewright.core.routing import Choice, ModelFacts
from rulewright.core.rules.suppress import Hit, suppress_hits

MIN_ANSWER_TOKENS = 256
MAX_ANSWER_SHARE = 0.5
"""Of what a model takes in all."""
ENDS_ALL = frozenset({"unreachable", "refused", "budget"})
"""Failures that the next call would meet too."""
UNREADABLE = "What {model} answered could not be read: it is no list of findings."
BROKE_OFF = "{model} broke off in the middle of its answer, so there may be more."
LENGTH = "The answer of {model} ends where it may not be longer (review.answer_tokens), so there may be more."
FILTERED = "The provider of {model} withheld the rest of its answer."


class _Came(msgspec.Struct, frozen=True):
    """What came of one call."""

    model: ModelFacts
    answer: Answer | None = None
    failed: Failed | None = None
    cut: str = ""
    """Why the answer ends before its end, as a sentence."""

    @property
    def why(self) -> str:
        """Why there is no whole answer, as a sentence; empty where the model has said all that it wanted to."""
        return self.failed.message if self.failed is not None else self.cut


class _OfFile:
    """A file on its way."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded, self.n_left = loaded, len(loaded.asks)
        self.believed: list[Believed] = []
        self.n_dropped = self.n_reviewed = 0
        self.is_whole = True


class _Review:
    """One review."""

    def __init__(self, plan: Plan, desk: Desk, models: Models, known: Known) -> None:
        self.plan, self._desk, self._models, self._known = plan, desk, models, known
        self.purse = Purse(plan.limits, Lock())
        self.tell: asyncio.Queue[ReviewEvent | BaseException | None] = asyncio.Queue()
        self._jobs: list[File | tuple[_OfFile, Ask]] = list(reversed(plan.files))
        self._n_busy = 0
        self._stopped = ""
        self._news = asyncio.Event()
        self._n_begun = self._n_calls_begun = 0
        self.counts: Counter[str] = Counter()
        self.rules: set[str] = set()
        self._noticed: set[str] = set()

    async def work(self) -> None:
        """Do one thing after the other, until there is none."""
        while self._jobs or self._n_busy:
            if not self._jobs:
                # What others do may turn out to be more than one thing.
                await self._news.wait()
                continue
            job = self._jobs.pop()
            self._n_busy += 1
            if isinstance(job, File):
                await self._begin(job)
            else:
                of, ask = job
                await self._one(of, ask)
                of.n_left -= 1
                if not of.n_left:
                    await self._end(of)
            self._n_busy -= 1
            self._wake()

    def _wake(self) -> None:
        """There is something to do, room for more, or nothing left: all who wait look again."""
        self._news.set()
        self._news = asyncio.Event()

    async def _begin(self, file: File) -> None:
        """A file's turn has come."""
        self._n_begun += 1
        self.tell.put_nowait(Reviewing(file.path, self._n_begun, len(self.plan.files)))
        loaded = await asyncio.to_thread(file.load)
        if isinstance(loaded, Skipped):
            self.counts["skipped"] += 1
            self.tell.put_nowait(loaded)
        elif loaded is not None and loaded.asks:
            of = _OfFile(loaded)
            self._jobs += [(of, ask) for ask in reversed(loaded.asks)]

    async def _one(self, of: _OfFile, ask: Ask) -> None:
        """One call, or what is known of it."""
        chain = of.loaded.chain
        known = await self._known.get(key_of(ask, chain[0].model))
        if known is not None:
            self.counts["cached"] += 1
            self._take(of, ask, _lines_of_file(known, ask))
            return
        if self._stopped:
            self._not_reviewed(of, ask, self._stopped)
            return
        self._notice(of.loaded.notices)
        n_settled = self.purse.n_settled
        came = await self._asked(ask, chain)
        if came.failed is not None and came.failed.kind == "budget" and self._may_have_room(n_settled):
            of.n_left += 1
            self._jobs.append((of, ask))
            if self.purse.is_held:
                await self._news.wait()
            return
        if came.failed is not None and came.failed.kind == "too_long" and (parts := halves(ask)):
            of.n_left += len(parts)
            self._jobs += [(of, part) for part in reversed(parts)]
            return
        if came.failed is not None and came.failed.kind in ENDS_ALL:
            self._stopped = self._stopped or came.failed.message
        answer, why = came.answer, came.why
        if answer is not None and answer.is_readable:
            self._take(of, ask, answer)
            if not why and answer.is_whole:
                await self._known.put(key_of(ask, came.model), _lines_of_ask(answer, ask))
                return
        unread = BROKE_OFF if answer is not None and answer.is_readable else UNREADABLE
        self._not_reviewed(of, ask, why or unread.format(model=came.model.name))

    def _may_have_room(self, n_settled: int) -> bool:
        """Whether a call that was refused may be made later: those under way count for what they may take at most.

        `n_settled` calls had ended when it was begun; it has ended itself.
        """
        return self.purse.is_held or self.purse.n_settled > n_settled + 1

    def _take(self, of: _OfFile, ask: Ask, answer: Answer) -> None:
        verified: Verified = verify(answer.said, ask)
        of.believed += verified.found
        of.n_dropped += verified.n_dropped + answer.n_wrong
        of.n_reviewed += 1
        self.rules.update(rule.guide.rule.path for rule in ask.rules)

    def _not_reviewed(self, of: _OfFile, ask: Ask, why: str) -> None:
        if of.is_whole:
            self.counts["not_reviewed"] += 1
        of.is_whole = False
        self.tell.put_nowait(NotReviewed(ask.path, ask.start + 1, ask.end, why))

    async def _end(self, of: _OfFile) -> None:
        """A file is done with."""
        self.counts["dropped"] += of.n_dropped
        if not of.n_reviewed:
            return
        material = of.loaded.material
        findings = await asyncio.to_thread(_findings, of.believed, material, self.plan.severity)
        self.counts["files"] += 1
        self.counts["findings"] += len(findings)
        self.tell.put_nowait(Found(material.path, findings, of.n_dropped, of.is_whole))

    async def _asked(self, ask: Ask, chain: tuple[Choice, ...]) -> _Came:
        """Ask, and keep the call."""
        plan, desk = self.plan, self._desk
        self._n_calls_begun += 1
        number = self._n_calls_begun
        about = About(
            interaction_id=plan.new_id(),
            feature="review",
            intent="review",
            why=plan.why,
            root=plan.root,
            workspace=plan.workspace,
            user=plan.user,
            rules=rules_used(ask),
        )
        account = Account(about, chain[0], desk.now_s())
        finished = ""
        try:
            make = self._make(ask, number, await plan.governor())
            async with aclosing(self._models.ask(chain, make)) as events:
                async for event in events:
                    account.take(event, desk.now_s())
                    if isinstance(event, Withheld):
                        return _Came(account.choice.model, failed=Failed("secret", event.sentence))
                    if isinstance(event, Finished):
                        finished = event.reason
                    elif isinstance(event, Failed):
                        # What was said before it broke off can be verified like all else.
                        answer = read_answer(account.text) if account.text else None
                        return _Came(account.choice.model, answer, event)
        finally:
            await self._keep(account, number)
        model = account.choice.model
        cut = {"length": LENGTH, "filter": FILTERED}.get(finished, "").format(model=model.name)
        return _Came(model, read_answer(account.text), cut=cut)

    async def _keep(self, account: Account, number: int) -> None:
        call = account.interaction(self._desk.now_s())
        self.purse.settle(number, call.tokens_in + call.tokens_out if call is not None else 0)
        self._wake()
        self._notice(account.told)
        if call is not None:
            self.counts["tokens_in"] += call.tokens_in
            self.counts["tokens_out"] += call.tokens_out
            self.counts["cost_micro"] += call.cost_micro
            await self._desk.record(call)

    def _notice(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            if sentence not in self._noticed:
                self._noticed.add(sentence)
                self.tell.put_nowait(Noticed(sentence))

    def _make(self, ask: Ask, number: int, why_not: WhyNot) -> Make:
        plan = self.plan

        def make(choice: Choice, can: Capabilities, factor: float) -> ModelRequest | Failed:
            facts = choice.model
            takes = facts.context_tokens or can.context_tokens
            n_answer = min(plan.answer_tokens, facts.max_tokens or plan.answer_tokens)
            if takes:
                n_answer = max(min(MIN_ANSWER_TOKENS, n_answer), min(n_answer, int(takes * MAX_ANSWER_SHARE)))
            n_prompt = tokens_of(ask, plan.project)
            if takes and n_prompt * factor > takes - n_answer:
                return Failed(
                    "too_long",
                    f"{facts.name} takes {takes:,} tokens, and these lines with their rules have {n_prompt:,}.",
                )
            if refused := self.purse.take(number, facts.cost_micro(n_prompt, n_answer), n_prompt + n_answer, why_not):
                return Failed("budget", refused)
            return ModelRequest(
                root=plan.root,
                messages=messages_of(ask, plan.project),
                purpose="review",
                model=facts.model,
                max_tokens=n_answer,
                temperature=facts.temperature,
                deadline_s=min(plan.deadline_s, facts.deadline_s),
            )

        return make

    def totals(self) -> Totals:
        """What it added up to."""
        return Totals(rules=len(self.rules), calls=self.purse.n_calls, **self.counts)


async def review(plan: Plan, desk: Desk, models: Models, known: Known) -> AsyncGenerator[ReviewEvent, None]:
    """What comes of it; `Done` is the last. Closing it stops the models. Raises what keeping calls raises."""
    one = _Review(plan, desk, models, known)

    async def work() -> None:
        try:
            await one.work()
        except BaseException as error:
            one.tell.put_nowait(error)
            raise
        one.tell.put_nowait(None)

    workers = [asyncio.ensure_future(work()) for _ in range(plan.at_once)]
    n_working = len(workers)
    try:
        while n_working:
            heard = await one.tell.get()
            if isinstance(heard, BaseException):
                raise heard
            if heard is None:
                n_working -= 1
            else:
                yield heard
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    yield Done(one.totals())


async def rehearse(plan: Plan, known: Known) -> AsyncGenerator[ReviewEvent, None]:
    """What a review would send, without a call; `Done` is the last."""
    rules: set[str] = set()
    counts: Counter[str] = Counter()
    for file in plan.files:
        loaded = await asyncio.to_thread(file.load)
        if isinstance(loaded, Skipped):
            counts["skipped"] += 1
            yield loaded
            continue
        if loaded is None or not loaded.asks:
            continue
        choice = loaded.chain[0].model if loaded.chain else None
        n_cached = tokens = cost = 0
        for ask in loaded.asks:
            if choice is not None and await known.get(key_of(ask, choice)) is not None:
                n_cached += 1
                continue
            n_prompt = await asyncio.to_thread(tokens_of, ask, plan.project)
            tokens += n_prompt
            cost += choice.cost_micro(n_prompt, plan.answer_tokens) if choice is not None else 0
        rules.update(guide.rule.path for guide in loaded.material.guides)
        n_calls = len(loaded.asks) - n_cached
        counts.update(files=1, calls=n_calls, cached=n_cached, tokens_in=tokens, cost_micro=cost)
        yield Planned(
            path=loaded.material.path,
            lines=len(frozenset().union(*(ask.asked for ask in loaded.asks))),
            rules=tuple(guide.rule.id for guide in loaded.material.guides),
            calls=n_calls,
            cached=n_cached,
            tokens=tokens,
            cost_micro=cost,
            model=choice.name if choice is not None else "",
        )
    yield Done(Totals(rules=len(rules), **counts))


def _findings(believed: list[Believed], material: Material, severity: Severity) -> tuple[Finding, ...]:
    """What is reported of a file: comments that suppress a rule count as they do for checks."""
    once = {(one.line, one.guide.rule.path): one for one in reversed(believed)}
    found = findings_of(list(once.values()), material.path, material.content, severity)
    hits = [Hit(finding, frozenset({finding.rule_id})) for finding in found]
    return suppress_hits(
        material.content, material.language, hits, frozenset(), path=material.path, report_unused=False
    )


def _lines_of_file(known: Reviewed, ask: Ask) -> Answer:
    """A remembered answer about the lines where they stand now."""
    said = tuple(msgspec.structs.replace(one, line=one.line + ask.start + 1) for one in known.said)
    return Answer(said, known.n_wrong, is_readable=True)


def _lines_of_ask(answer: Answer, ask: Ask) -> Reviewed:
    said = tuple(msgspec.structs.replace(one, line=one.line - ask.start - 1) for one in answer.said)
    return Reviewed(said, answer.n_wrong)
