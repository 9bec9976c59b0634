"""The door to edits by models: what is to be changed comes in, verified edits or what is wrong with them go out.

Nothing is written here: an editor, or a terminal, makes the edits.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from os import urandom
from typing import Any, Literal

import msgspec

from rulewright.call_desk import CallDesk
from rulewright.core.call_account import About, WhyNot
from rulewright.core.chat.intent import Intent
from rulewright.core.chat.ports import Models, Shelf
from rulewright.core.doors import Door, guarded
from rulewright.core.findings import Finding
from rulewright.core.languages import language_of
from rulewright.core.models import Purpose
from rulewright.core.permissions import Principal
from rulewright.core.ports import CheckRunner
from rulewright.core.prompt.conversation import Piece
from rulewright.core.prompt.rules_text import affinities, applied_to, rules_text
from rulewright.core.proposals.ask import Order
from rulewright.core.proposals.defs import definitions
from rulewright.core.proposals.target import widened
from rulewright.core.proposals.testing import tests_of
from rulewright.core.routing import NoModel, Wish, route
from rulewright.core.rules.job import CheckJob
from rulewright.core.rules.plan import plan as plan_check
from rulewright.core.snapshot import Project
from rulewright.features.ai_edit import EditEvent, Job, Outcome, propose
from rulewright.session_gateway import SessionGateway

Kind = Literal["fix", "fix_all", "refactor", "test", "document", "follow_rules"]
KINDS: tuple[Kind, ...] = ("fix", "fix_all", "refactor", "test", "document", "follow_rules")
INTENTS: dict[Kind, Intent] = {
    "fix": "fix",
    "fix_all": "fix",
    "refactor": "refactor",
    "test": "test",
    "document": "document",
    "follow_rules": "refactor",
}
RULES_SHARE, CONTEXT_SHARE = 0.25, 0.25
"""Of a prompt, for what rules say and for what of other files helps, at most."""
TOKENS_PER_CHARACTER = 0.5
"""Of an answer that writes the target anew, more than enough."""
MIN_ANSWER_TOKENS = 1_024
Offload = Callable[..., Awaitable[Any]]
Limit = Callable[[WhyNot], WhyNot]
"""Puts a limit of the caller's own before the budgets of the day."""


def _no_limit(why_not: WhyNot) -> WhyNot:
    return why_not


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed."""

    kind: Kind
    path: str
    """Below the project's root."""
    text: str
    """All of the file, as it is in the editor."""
    language: str = ""
    version: int | None = None
    start: int = 0
    end: int = 0
    """Offsets of what is chosen, in code points; equal for a cursor."""
    instruction: str = ""
    findings: tuple[Finding, ...] = ()
    """Ours that are to go."""
    told: tuple[tuple[int, str], ...] = ()
    """What else is wrong, such as diagnostics of other servers: the row from 0, and a sentence."""
    pieces: tuple[Piece, ...] = ()
    """Other code that it is about, which goes along before all that is found."""
    is_whole: bool = False
    """Whether all of the file may change."""
    model: str = ""


@guarded("edit", run_model="propose", read="named test_file")
class EditGateway(Door):
    """What interfaces may have models change."""

    def __init__(
        self,
        models: Models,
        open_door: Callable[[], SessionGateway],
        owner: Principal,
        runner_of: Callable[[Project], CheckRunner],
        offload: Offload,
    ) -> None:
        self._models, self._desk, self._runner_of, self._offload = (
            models,
            CallDesk(open_door, owner),
            runner_of,
            offload,
        )

    def named(self, text: str, language: str, start: int, end: int) -> str:
        """The name of the definition that holds what is chosen; empty where none does. Takes milliseconds."""
        first, last = (text.count("\n", 0, offset) for offset in (start, end))
        holding = [one for one in definitions(text, language) if one.first <= first and last <= one.last]
        return min(holding, key=lambda one: one.last - one.first).name if holding else ""

    def test_file(self, path: str, exists: Callable[[str], bool]) -> str:
        """Where tests of a file are, or would be; empty where nobody can say."""
        return tests_of(path, exists)

    async def propose(
        self,
        project: Project,
        wanted: Wanted,
        shelf: Shelf,
        version: Callable[[], int | None],
        limit: Limit = _no_limit,
    ) -> AsyncGenerator[EditEvent, None]:
        """What comes of it; `Outcome` is the last. `version` tells the document's as it is then.

        Closing it stops the model. Raises NoModel and NotAllowed.
        """
        settings = project.settings
        applied = applied_to(project.book, (wanted.path,))
        chain = route(
            Wish(
                intent=INTENTS[wanted.kind],
                wanted=wanted.model or settings.chat.model,
                affinities=affinities(applied),
                local_only=settings.chat.local_only,
                why_local="chat.local_only is set",
            ),
            self._models.facts(),
            self._models.load(),
        )
        readable = await shelf.read(wanted.path)
        if readable.why_not and wanted.text:
            yield Outcome(path=wanted.path, before=wanted.text, failure=f"{wanted.path} {readable.why_not}.")
            return
        budget = settings.chat.context_tokens
        rules = await self._offload(rules_text, applied, min(settings.rules.prompt_tokens, int(budget * RULES_SHARE)))
        language = wanted.language or language_of(wanted.path)
        start, end = 0, len(wanted.text)
        if not wanted.is_whole:
            start, end = await self._offload(widened, wanted.text, language, wanted.start, wanted.end)
        order = Order(
            kind=wanted.kind,
            path=wanted.path,
            language=language,
            content=wanted.text,
            start=start,
            end=end,
            instruction=wanted.instruction,
            findings=tuple(_told(wanted)),
            rules=rules.text,
            context=tuple(await self._context(project, wanted, shelf, int(budget * CONTEXT_SHARE))),
            budget=budget,
            new_path=wanted.path if wanted.kind == "test" and not wanted.text else "",
            may_import=True,
        )
        workspace = await self._desk.workspace_of(project.root)

        def about() -> About:
            return About(
                interaction_id=urandom(8).hex(),
                feature="edit",
                intent=INTENTS[wanted.kind],
                why="because you chose it",
                root=project.root,
                workspace=workspace,
                user=self._desk.user,
                rules=rules.rules,
                rule_version=rules.rule_version,
                left_out=rules.left_out,
            )

        purpose: Purpose = INTENTS[wanted.kind]
        n_answer = int((end - start) * TOKENS_PER_CHARACTER) + MIN_ANSWER_TOKENS
        job = Job(
            about=about,
            order=order,
            version=wanted.version,
            must_go=wanted.findings if wanted.kind in {"fix", "fix_all"} else (),
            chain=chain,
            purpose=purpose,
            answer_tokens=min(settings.chat.answer_tokens, n_answer),
            deadline_s=float(settings.limits.chat_deadline_s),
            why_not=limit(await self._desk.governor(settings.limits, "edit")),
        )
        bench = _Bench(self._desk, self._runner_of(project), project, wanted, self._offload, version)
        async with aclosing(propose(job, bench, self._models)) as events:
            async for event in events:
                yield event

    async def _context(self, project: Project, wanted: Wanted, shelf: Shelf, tokens: int) -> Sequence[Piece]:
        """What of other files helps."""
        if not project.settings.chat.find_context:
            return wanted.pieces
        line = wanted.text.count("\n", 0, wanted.start) + 1
        chosen = wanted.text[wanted.start : wanted.end] or _line_at(wanted.text, wanted.start)
        question = "\n".join([wanted.instruction, *(text for _, text in wanted.told), chosen[:2_000]])
        found = await shelf.find(question, wanted.path, line, tokens)
        # What rules say is told as rules, and only of those that apply.
        rule_files = project.book.entries
        shown = {wanted.path, *rule_files, *(one.source.path for one in wanted.pieces if one.source is not None)}
        return [*wanted.pieces, *(one for one in found.pieces if one.source is None or one.source.path not in shown)]


class _Bench:
    """See `features.ai_edit.Bench`."""

    def __init__(
        self,
        desk: CallDesk,
        runner: CheckRunner,
        project: Project,
        wanted: Wanted,
        offload: Offload,
        version: Callable[[], int | None],
    ) -> None:
        self.now_s, self.record = desk.now_s, desk.record
        self._runner, self._project, self._wanted, self._offload = runner, project, wanted, offload
        self.version = version

    async def findings(self, text: str) -> Sequence[Finding]:
        """What rules find in the file with that text."""
        project, wanted = self._project, self._wanted
        language = wanted.language
        job = plan_check(project.book, project.settings.check, wanted.path, text, language)
        return (await self._runner.run_soon(job)).findings if isinstance(job, CheckJob) else ()

    async def offload(self, function: Callable[..., Any], /, *arguments: Any) -> Any:
        """Do it elsewhere."""
        return await self._offload(function, *arguments)

    def is_inside(self, path: str) -> bool:
        """Only the file that was asked for is looked up: a model has no business to learn of others."""
        return path == self._wanted.path


def _told(wanted: Wanted) -> Sequence[str]:
    rows = [(one.range.start.line, f"{one.message.splitlines()[0]} ({one.rule_id})") for one in wanted.findings]
    return [f"line {row + 1}: {text}" for row, text in dict.fromkeys([*rows, *wanted.told])]


def _line_at(text: str, offset: int) -> str:
    return text[text.rfind("\n", 0, offset) + 1 :].partition("\n")[0]


__all__ = ["KINDS", "EditGateway", "Kind", "NoModel", "Outcome", "Wanted"]
