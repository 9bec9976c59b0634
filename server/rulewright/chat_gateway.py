"""The door to chat: questions in, events out; what was sent is told by receipts."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from os import urandom
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from rulewright.call_desk import CallDesk, done
from rulewright.core.bus import ModelResponded
from rulewright.core.chat.events import Asked, ChatEvent, Failed
from rulewright.core.chat.intent import classify
from rulewright.core.chat.ports import Growing, Models, Shelf
from rulewright.core.chat.question import Question, read_question
from rulewright.core.doors import Door, guarded
from rulewright.core.interaction import Interaction
from rulewright.core.permissions import Principal
from rulewright.core.prompt.conversation import RulesText, Said, Talk
from rulewright.core.prompt.receipt import request_of
from rulewright.core.prompt.rules_text import affinities, applied_to, rules_text
from rulewright.core.routing import NO_MODEL, ModelFacts, NoModel, Wish, route
from rulewright.core.rules.applied import rule_version
from rulewright.core.rules.select import Applied
from rulewright.core.session import Conversation, Draft, Message
from rulewright.core.snapshot import Project
from rulewright.features.chat import Plan, answer
from rulewright.features.chat_context import At, Gathered, gather
from rulewright.features.replay import Again, replay
from rulewright.services.cache import Cache
from rulewright.services.sessions.answer import Answer
from rulewright.services.sessions.opened import NoSession
from rulewright.session_gateway import SessionGateway, SessionProblem, Written

T = TypeVar("T")
RULES_SHARE = 0.25
"""Of a prompt, for what rules say, at most."""
UNANSWERED = "(not answered)"
"""Stands for the answer to what was said and never answered."""
WHY_LOCAL = "chat.local_only is set"
NOT_ASKED = "Nothing was asked in this conversation yet, so there is nothing to answer again."
DELETED = "The conversation was deleted while it was answered, so nothing of the answer is kept."


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asks."""

    text: str = ""
    session: str = ""
    """The conversation, by its id or the beginning of it; empty for a new one."""
    at: At = At()
    model: str = ""
    """The one to ask, by its name in the settings; empty to have it chosen."""
    interface: str = ""
    regenerate: bool = False
    """Answer the last question once more, in place of the last answer; `text` does not count."""
    edit: str = ""
    """A message of the user's to say otherwise: the conversation is forked before it, so that nothing is lost."""
    title: str = ""
    """Of a new conversation."""


@guarded("chat", run_model="ask replay", read="models receipts receipt", anyone="prune")
class ChatGateway(Door):
    """Everything an interface may do with chat."""

    def __init__(
        self,
        models: Models,
        open_door: Callable[[], SessionGateway],
        owner: Principal,
        tell: Callable[[ModelResponded], object] = lambda _: None,
    ) -> None:
        """`open_door` may wait for the disk; `tell` says on the bus that a model answered."""
        self._models, self._open_door, self._owner, self._tell = models, open_door, owner, tell
        self._texts: Cache[RulesText] = Cache(RulesText)

    async def ask(self, project: Project, shelf: Shelf, asking: Asking) -> AsyncGenerator[ChatEvent, None]:
        """What comes of a question; `Done` or `Failed` is the last. Closing it stops the answer, and keeps it.

        Raises NotAllowed.
        """
        if not self._models.facts():
            yield Failed(NO_MODEL)
            return
        talking = _Talking(self._open_door, self.principal or self._owner, self._tell)
        question = Question("") if asking.regenerate else read_question(asking.text)
        # What goes along is looked for while the question is kept.
        gathering = None if asking.regenerate else asyncio.ensure_future(_gathered(project, shelf, asking, question))
        is_read = True
        try:
            if asking.regenerate:
                again, question = await talking.again(asking)
                yield again
            else:
                yield await talking.begin(project, asking, question)
            found = await (gathering or _gathered(project, shelf, asking, question))
            async with aclosing(self._answered(talking, project, found, asking, question)) as events:
                async for event in events:
                    is_read = False
                    yield event
                    is_read = True
        except (SessionProblem, NoModel) as problem:
            # Whoever closed this at an event is told nothing more.
            if is_read:
                yield Failed(str(problem))
        finally:
            await _given_up(gathering)

    async def _answered(
        self, talking: "_Talking", project: Project, gathered: Gathered, asking: Asking, question: Question
    ) -> AsyncGenerator[ChatEvent, None]:
        settings = project.settings
        chat = settings.chat
        classified = classify(question.text, command=question.command)
        paths = _about(question, asking.at)
        applied = applied_to(project.book, paths)
        wish = Wish(
            intent=classified.intent,
            wanted=asking.model or talking.model or chat.model,
            affinities=affinities(applied),
            local_only=chat.local_only,
            why_local=WHY_LOCAL,
        )
        chain = route(wish, self._models.facts(), self._models.load())
        budget = min(settings.rules.prompt_tokens, int(chat.context_tokens * RULES_SHARE))
        rules = await self._rules(talking, project, applied, budget)
        talk = Talk(
            project=project.root.rpartition("/")[2] or project.root,
            intent=classified.intent,
            question=question.text,
            history=talking.history,
            pieces=gathered.pieces,
            rules=rules,
            budget=chat.context_tokens,
        )
        plan = Plan(
            root=project.root,
            session=talking.session,
            workspace=talking.workspace,
            user=talking.user,
            interface=asking.interface,
            interaction_id=urandom(8).hex(),
            classified=classified,
            talk=talk,
            answer_tokens=chat.answer_tokens,
            deadline_s=float(settings.limits.chat_deadline_s),
            chain=chain,
            remarks=(*_about_command(question), *gathered.remarks),
            supersedes=talking.supersedes,
            why_not=await talking.governor(settings.limits, "chat"),
        )
        async with aclosing(answer(plan, talking, self._models)) as events:
            async for event in events:
                yield event

    async def _rules(self, talking: "_Talking", project: Project, applied: Sequence[Applied], budget: int) -> RulesText:
        version, paths = rule_version(a.rule for a in applied), hash(tuple(a.rule.path for a in applied))
        key = f"{project.root}\0{version}\0{paths}\0{budget}"
        if (known := self._texts.peek(key)) is not None:
            return known

        def compute() -> RulesText | None:
            return self._texts.get_or_compute_here(key, lambda: rules_text(applied, budget))

        return await talking.offload(compute) or RulesText()

    def prune(self) -> None:
        """Forget what was kept long enough."""
        self._texts.prune()

    def models(self) -> tuple[ModelFacts, ...]:
        """The models of the settings."""
        return tuple(self._models.facts())

    def receipts(self, session: str = "", limit: int = 20) -> tuple[Interaction, ...]:
        """The last calls of models, the newest first. Waits for the disk. Raises SessionProblem and NotAllowed."""
        return self._open_door().interactions(self.principal or self._owner, session=session, limit=limit)

    def receipt(self, interaction_id: str) -> Interaction:
        """A call of a model, by its id or the beginning of it. Waits for the disk. Raises as `receipts`."""
        return self._open_door().interaction(self.principal or self._owner, interaction_id)

    async def replay(self, project: Project, interaction_id: str) -> AsyncGenerator[Any, None]:
        """Send a call once more, byte for byte; what comes of it, as `core.chat.ports.Models.ask` gives it.

        It counts as a call, and is part of no conversation. Raises SessionProblem, NoModel and NotAllowed.
        """
        talking = _Talking(self._open_door, self.principal or self._owner, self._tell)
        call = await talking.kept_call(interaction_id)
        settings = project.settings
        wish = Wish(wanted=call.model, local_only=settings.chat.local_only, why_local=WHY_LOCAL)
        chain = route(wish, self._models.facts(), self._models.load())
        try:
            request = request_of(call.prompt, project.root, chain[0].model.deadline_s)
        except ValueError as problem:
            raise SessionProblem(str(problem)) from None
        again = Again(
            call=call,
            request=request,
            interaction_id=urandom(8).hex(),
            chain=chain,
            why_not=await talking.governor(settings.limits, "chat"),
        )
        async with aclosing(replay(again, talking, self._models)) as events:
            async for event in events:
                yield event


class _Talking(CallDesk):
    """One conversation while a question of it is answered; `core.chat.ports.Desk`."""

    def __init__(
        self, open_door: Callable[[], SessionGateway], who: Principal, tell: Callable[[ModelResponded], object]
    ) -> None:
        super().__init__(open_door, who)
        self.tell = tell
        self.session = self.workspace = self.model = self.supersedes = ""
        self.history: tuple[Said, ...] = ()

    async def begin(self, project: Project, asking: Asking, question: Question) -> Asked:
        """Keep the question, and learn what was said before. Raises SessionProblem and NotAllowed."""
        if not question.text and not question.mentions and not question.command:
            raise SessionProblem("There is no question, so nothing was asked.")
        return await done(lambda: self._keep_question(project, asking))

    async def again(self, asking: Asking) -> tuple[Asked, Question]:
        """The last question, and what it asks. Raises as `begin`."""
        return await done(lambda: self._again(asking))

    def _keep_question(self, project: Project, asking: Asking) -> Asked:
        door, who = self._door, self._who
        if asking.edit:
            session = self._before(asking)
        elif asking.session:
            session = asking.session
        else:
            begun = door.create(who, Path(project.root), title=asking.title).session
            session = begun.id
            self._learn(Conversation(begun, ()), ())
        if asking.session:
            before = door.open(who, session)
            self._learn(before, before.messages)
        written = door.append(who, session, Draft.text("user", asking.text, interface=asking.interface))
        assert written.message is not None
        return Asked(written.session, written.message, written.problem)

    def _before(self, asking: Asking) -> str:
        """A fork of a conversation that ends before a message."""
        door, who = self._door, self._who
        found = door.open(who, asking.session)
        ids = [message.id for message in found.messages]
        meant = [n for n, name in enumerate(ids) if name.startswith(asking.edit)]
        if len(meant) != 1:
            raise SessionProblem(f"There is no one message {asking.edit} in this conversation.")
        if not meant[0]:
            return door.create(who, _folder(found), title=found.session.title).session.id
        return door.fork(who, found.session.id, ids[meant[0] - 1]).session.id

    def _again(self, asking: Asking) -> tuple[Asked, Question]:
        if not asking.session:
            raise SessionProblem(NOT_ASKED)
        found = self._door.open(self._who, asking.session)
        last = next((n for n, m in reversed(list(enumerate(found.messages))) if m.role == "user"), None)
        if last is None:
            raise SessionProblem(NOT_ASKED)
        self._learn(found, found.messages[:last])
        answers = [message.id for message in found.messages[last + 1 :] if message.role == "assistant"]
        self.supersedes = answers[-1] if answers else ""
        return Asked(found.session, found.messages[last]), read_question(found.messages[last].plain)

    def _learn(self, found: Conversation, messages: Sequence[Message]) -> None:
        self.session, self.workspace = found.session.id, found.session.workspace
        self.model = found.session.model
        self.history = _history(messages)

    async def offload(self, work: Callable[[], T]) -> T:
        """Do what takes long elsewhere."""
        return await done(work)

    # `core.chat.ports.Desk`

    async def begin_answer(self, draft: Draft) -> Answer:
        """See `Desk`."""
        return await done(lambda: self._door.begin_answer(self._who, self.session, draft))

    async def save(self, growing: Growing) -> None:
        """See `Desk`."""
        await done(_answer(growing).save)

    async def finish(self, growing: Growing, interaction_id: str, model: str) -> Written:
        """See `Desk`."""
        return await _ended(lambda: _answer(growing).finish(interaction_id=interaction_id, model=model))

    async def stop(self, growing: Growing, why: str) -> Written:
        """See `Desk`."""
        return await _ended(lambda: _answer(growing).stop(why))

    async def fail(self, growing: Growing, why: str) -> Written:
        """See `Desk`."""
        return await _ended(lambda: _answer(growing).fail(why))


async def _ended(end: Callable[[], Written]) -> Written:
    """What `end` gives for an answer, in a thread. Raises SessionProblem where its conversation is gone."""
    try:
        return await done(end)
    except NoSession:
        raise SessionProblem(DELETED) from None


async def _gathered(project: Project, shelf: Shelf, asking: Asking, question: Question) -> Gathered:
    chat = project.settings.chat
    return await gather(question, asking.at, shelf, chat.context_tokens, finds=chat.find_context)


async def _given_up(gathering: "asyncio.Future[Gathered] | None") -> None:
    """Wait for the end of what nobody wants any more."""
    if gathering is not None and not gathering.done():
        gathering.cancel()
        await asyncio.wait({gathering})
    if gathering is not None and not gathering.cancelled():
        gathering.exception()


def _history(messages: Sequence[Message]) -> tuple[Said, ...]:
    """What was said, as questions and answers in turn: many models take nothing else."""
    said: list[Said] = []
    waiting: list[str] = []
    for message in messages:
        text = message.plain.strip()
        if message.role == "user" and text:
            waiting.append(text)
        elif message.role == "assistant" and message.status == "failed" and not text:
            # Whoever asks again says it again.
            waiting.clear()
        elif message.role == "assistant" and text and waiting:
            said += (Said("user", "\n\n".join(waiting)), Said("assistant", text))
            waiting.clear()
        elif message.role == "assistant" and text and said:
            # Of two questions that were asked at once, this is the second answer.
            said[-1] = Said("assistant", f"{said[-1].text}\n\n{text}")
    if waiting:
        said += (Said("user", "\n\n".join(waiting)), Said("assistant", UNANSWERED))
    return tuple(said)


def _answer(growing: Growing) -> Answer:
    assert isinstance(growing, Answer)
    return growing


def _folder(found: Conversation) -> Path:
    return Path(found.session.root)


def _about(question: Question, at: At) -> tuple[str, ...]:
    """The files that a question is about, those that it names first."""
    named = [mention.name for mention in question.mentions if mention.kind == "file" and mention.name]
    return tuple(dict.fromkeys([*named, at.path]) if at.path else dict.fromkeys(named))


def _about_command(question: Question) -> tuple[str, ...]:
    if not question.unknown_command:
        return ()
    return (f"/{question.unknown_command} is no command, so it was taken as text; /help lists them.",)
