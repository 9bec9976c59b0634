"""The door to ghost text: what is suggested behind the cursor, from what is known, from a model, or from the index.

It keeps what was suggested, what models are being asked, and how fast its user types. For one event loop.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from math import ceil
from os import urandom
from time import monotonic
from typing import Any, TypeVar

import msgspec

from rulewright.call_desk import CallDesk
from rulewright.core.call_account import About, WhyNot
from rulewright.core.chat.ports import Models
from rulewright.core.code_messages import BestAt, HoleAt, Question, TrimAnswer
from rulewright.core.doors import Door, guarded
from rulewright.core.findings import Finding
from rulewright.core.infill.debounce import Pace
from rulewright.core.infill.follow import follow
from rulewright.core.infill.guidance import hints
from rulewright.core.infill.known import KnownAnswers
from rulewright.core.infill.quiet import NodeKind, Typing, shape, why_quiet
from rulewright.core.infill.suggestion import Best, Fitted, Hole, Spot, Suggestion
from rulewright.core.infill.window import window
from rulewright.core.models import Part
from rulewright.core.permissions import Principal
from rulewright.core.ports import CheckRunner
from rulewright.core.prompt.rules_text import affinities
from rulewright.core.retrieve.found import parts_of
from rulewright.core.routing import NoModel, Wish, route
from rulewright.core.rules.applied import rule_version
from rulewright.core.rules.job import CheckJob
from rulewright.core.rules.plan import plan as plan_check
from rulewright.core.snapshot import Project
from rulewright.features.ghost_text import CHECKED_AROUND, Answered, Asking, Check, Plan, Shape, judged
from rulewright.session_gateway import SessionGateway

log = logging.getLogger(__name__)
T = TypeVar("T")
MAX_RUNNING = 2
"""Calls at once: what one still asks for, and what was asked for just before."""
CONTEXT_SHARE, HINTS_TOKENS = 0.25, 200
"""Of a prompt, for what other files say; and tokens for what rules say."""
SHOWN_BEFORE, SHOWN_AFTER = 20_000, 10_000
"""Characters that are shown to what trims an answer, which looks at fewer."""
BLOCK = 8_192
"""Characters; while somebody types within so many, what stands far before is known by its hash."""
DISK_S = 0.25
"""Seconds that a suggestion waits for the disk; it goes on without then."""
CLOSE_S = 10.0
"""Seconds in which calls are written down at the end."""
CODE_S = 0.5
"""Seconds that the index has to answer; a model is asked without it then."""
MAX_WHY = 50
"""Documents of which it is remembered why there was no suggestion."""
NEWER = "You typed on before it was asked for."
OFF = "Ghost text is off (ghost_text.enabled)."
ENDING = "The server ends."
NO_ANSWER = "The model had nothing to add here."
AskCode = Callable[[Question], "Future[bytes] | None"]


class _Running:
    """A model that is asked for one place."""

    def __init__(self, scope: str, spot: Spot, asking: Asking) -> None:
        self.scope, self.asking = scope, asking
        self.uri, self.before, self.after = spot.uri, spot.before, spot.after
        self.task: asyncio.Task[Suggestion] | None = None

    def serves(self, scope: str, before: str, after: str) -> bool:
        """Whether what it says is of use where the text is so now, as far as it has come."""
        if scope != self.scope:
            return False
        return follow((self.before, self.after), self.asking.text, (before, after)).serves


@guarded("ghost text", run_model="suggest", anyone="snooze wake snoozed_s why aclose")
class GhostGateway(Door):
    """What an editor may ask for while its user types."""

    def __init__(
        self,
        models: Models,
        open_door: Callable[[], SessionGateway],
        owner: Principal,
        runner_of: Callable[[Project], CheckRunner],
        ask_code: AskCode,
        now_s: Callable[[], float] = monotonic,
    ) -> None:
        self._models, self._desk, self._runner_of, self._ask_code = (
            models,
            CallDesk(open_door, owner),
            runner_of,
            ask_code,
        )
        self._now_s = now_s
        self._known = KnownAnswers()
        self._pace = Pace()
        self._running: list[_Running] = []
        self._writing: set[asyncio.Future[Any]] = set()
        self._workspaces: dict[str, str] = {}
        self._why: OrderedDict[str, Suggestion] = OrderedDict()
        self._newest: object = None
        self._quiet_until_s = 0.0
        self._is_closed = False
        self._turn = asyncio.Lock()
        self._held: WhyNot = lambda _cost_micro, _tokens: ""
        """Why a call may not be made, as far as that was known last."""

    # Quiet

    def snooze(self, seconds: float) -> None:
        """Suggest nothing unasked for so long."""
        self._quiet_until_s = self._now_s() + seconds

    def wake(self) -> None:
        """Suggest again."""
        self._quiet_until_s = 0.0

    def snoozed_s(self) -> float:
        """For how long nothing is suggested yet; 0 for not at all."""
        return max(0.0, self._quiet_until_s - self._now_s())

    def why(self, uri: str) -> Suggestion | None:
        """What came of the last request for a document."""
        return self._why.get(uri)

    # Suggestions

    async def suggest(self, project: Project, spot: Spot, versions: dict[str, int | None]) -> Suggestion:
        """What could stand behind the cursor. `versions` has those of all open documents, by path below the root.

        Raises NotAllowed. Cancelling it leaves a model that is asked to whoever types on as it says.
        """
        began_s = self._now_s()
        self._pace.typed(began_s)
        found = await self._suggest(project, spot, versions)
        found = msgspec.structs.replace(found, took_ms=1000 * (self._now_s() - began_s))
        self._why[spot.uri] = found
        self._why.move_to_end(spot.uri)
        while len(self._why) > MAX_WHY:
            self._why.popitem(last=False)
        return found

    async def _suggest(self, project: Project, spot: Spot, versions: dict[str, int | None]) -> Suggestion:
        ticket = self._newest = object()
        settings, before, after = project.settings.ghost_text, spot.before, spot.after
        if reason := self._why_quiet(project, spot, "code"):
            return Suggestion(why_not=reason)
        applied = project.book.selection.select(spot.path)
        version = rule_version(one.rule for one in applied)
        models = ",".join(f"{one.name}={one.model}" for one in self._models.facts() if "complete" in one.roles)
        set_up = f"{settings.model}\0{settings.lines}\0{models}\0{version}"
        scope = f"{project.root}\0{spot.path}\0{spot.language}\0{set_up}"
        self._let_go_of_diverged(scope, spot)
        if (known := self._recall(scope, before, after, versions)) is not None:
            return known
        running = self._serving(scope, spot)
        if running is None:
            wait_s = self._wait_s(project, spot, *_line(before, after))
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            begun = await self._in_turn(project, spot, scope, versions, ticket)
            if isinstance(begun, Suggestion):
                return begun
            running = begun
        found = await self._ended(running)
        if (known := self._recall(scope, before, after, versions) or self._left(running, found, spot)) is not None:
            return msgspec.structs.replace(
                found, origin="model", text=known.text, replace_right=known.replace_right, why_not=""
            )
        if found.origin == "index":
            return await self._best(spot, found.why_not)
        return found if not found.text else Suggestion(why_not=NEWER)

    async def _in_turn(
        self, project: Project, spot: Spot, scope: str, versions: dict[str, int | None], ticket: object
    ) -> "_Running | Suggestion":
        """A model that is asked, by this request or by one just before; or what there is to say instead.

        One begins at a time, so that two requests for one place are one call.
        """
        async with self._turn:
            if (running := self._serving(scope, spot)) is not None:
                return running
            if self._newest is not ticket:
                return Suggestion(why_not=NEWER)
            # It may have been snoozed, or the server may have begun to end, meanwhile.
            if reason := self._why_quiet(project, spot, "code"):
                return Suggestion(why_not=reason)
            self._let_go_of_diverged(scope, spot)
            try:
                begun = await self._begin(project, spot, scope, versions)
            except NoModel as problem:
                return await self._best(spot, str(problem)) if spot.invoked else Suggestion(why_not=str(problem))
            return Suggestion(why_not=begun) if isinstance(begun, str) else begun

    def _serving(self, scope: str, spot: Spot) -> "_Running | None":
        return next((one for one in self._running if one.serves(scope, spot.before, spot.after)), None)

    def _left(self, running: "_Running", found: Suggestion, spot: Spot) -> Suggestion | None:
        """What is left of an answer that was joined while it came."""
        if not found.text:
            return None
        left = follow((running.before, running.after), found.text, (spot.before, spot.after), is_whole=True)
        return Suggestion(text=left.left, replace_right=found.replace_right) if left.serves and left.left else None

    async def _ended(self, running: "_Running") -> Suggestion:
        """What came of a call. Whoever is cancelled does not end it, for another one may wait for it too."""
        assert running.task is not None
        try:
            return await asyncio.shield(running.task)
        except asyncio.CancelledError:
            me = asyncio.current_task()
            if running.task.cancelled() and me is not None and not me.cancelling():
                return Suggestion(why_not=NEWER)
            raise

    def _why_quiet(self, project: Project, spot: Spot, node: NodeKind) -> str:
        settings = project.settings.ghost_text
        if self._is_closed:
            return ENDING
        if not spot.invoked:
            if not settings.enabled:
                return OFF
            if left_s := self.snoozed_s():
                minutes = ceil(left_s / 60)
                more = "1 more minute" if minutes == 1 else f"{minutes} more minutes"
                return f"Ghost text is snoozed for {more} (rulewright.wake ends that)."
        if not settings.is_for(spot.language):
            return f"Ghost text is off for {spot.language or 'this kind of file'} (ghost_text.languages)."
        line_before, line_after = _line(spot.before, spot.after)
        return why_quiet(
            Typing(
                before=line_before,
                after=line_after,
                n_chars=len(spot.text),
                invoked=spot.invoked,
                node=node,
                in_comments=settings.comments,
                in_strings=settings.strings,
            )
        )

    def _wait_s(self, project: Project, spot: Spot, line_before: str, line_after: str) -> float:
        if spot.invoked:
            return 0.0
        fixed = project.settings.ghost_text.debounce_ms
        if fixed >= 0:
            return fixed / 1000
        at_end = not spot.after.strip()
        return self._pace.wait_s(line_before, line_after, at_end, spot.invoked)

    def _recall(self, scope: str, before: str, after: str, versions: dict[str, int | None]) -> Suggestion | None:
        def is_current(used: tuple[str, str]) -> bool:
            return str(versions.get(used[0])) == used[1]

        hit = self._known.find(*_key(scope, before, after), is_current, self._now_s())
        if hit is None:
            return None
        return Suggestion(text=hit.text, replace_right=hit.replace_right, origin="cache")

    def _let_go_of_diverged(self, scope: str, spot: Spot) -> None:
        """Stop models whose answers are of no use any more."""
        for one in list(self._running):
            if one.uri == spot.uri and not one.serves(scope, spot.before, spot.after) and one.task is not None:
                one.task.cancel()

    async def _begin(
        self, project: Project, spot: Spot, scope: str, versions: dict[str, int | None]
    ) -> "_Running | str":
        """Ask a model; or a sentence about why not. Raises NoModel."""
        settings = project.settings.ghost_text
        applied = project.book.selection.select(spot.path)
        wish = Wish(
            role="complete",
            intent="complete",
            wanted=settings.model,
            affinities=affinities(applied),
            local_only=settings.local_only or project.settings.chat.local_only,
            why_local="ghost_text.local_only is set" if settings.local_only else "chat.local_only is set",
        )
        chain = route(wish, self._models.facts(), self._models.load())
        n_context = int(settings.prompt_tokens * CONTEXT_SHARE) if settings.find_context else 0
        hole = await self._asked(HoleAt(spot.uri, spot.position, n_context), Hole) or Hole()
        if hole.version != spot.version:
            hole = Hole()
        if hole.node != "code" and (reason := self._why_quiet(project, spot, hole.node)):
            return reason
        line_before, line_after = _line(spot.before, spot.after)
        kind: Shape = "line"
        if settings.lines == "auto":
            kind = shape(
                line_before, line_after, language=spot.language, node=hole.node, is_empty_block=hole.is_empty_block
            )
        workspace = await self._workspace(project.root)
        self._held = await self._soon(self._desk.governor(project.settings.limits, "complete"), self._held)
        lines = hints((one.rule for one in applied), HINTS_TOKENS)
        context = parts_of(hole.context)
        plan = Plan(
            about=About(
                interaction_id=urandom(8).hex(),
                feature="complete",
                intent="complete",
                why="because you asked for it" if spot.invoked else "while you typed",
                root=project.root,
                workspace=workspace,
                user=self._desk.user,
                rule_version=rule_version(one.rule for one in applied),
            ),
            chain=chain,
            path=spot.path,
            language=spot.language,
            shape=kind,
            window=window(spot.before + spot.after, len(spot.before), settings.prompt_tokens - n_context),
            hints=lines,
            context=context,
            answer_tokens=settings.answer_tokens,
            deadline_s=settings.deadline_ms / 1000,
            why_not=self._held,
        )
        if self._is_closed:
            return ENDING
        running = _Running(scope, spot, Asking(plan, self._desk))
        used = tuple(
            (part.source.path, str(versions.get(part.source.path)))
            for part in _sourced(context)
            if part.source is not None
        )
        while len(self._running) >= MAX_RUNNING:
            oldest = self._running.pop(0)
            if oldest.task is not None:
                oldest.task.cancel()
        self._running.append(running)
        running.task = asyncio.ensure_future(self._finish(project, spot, running, used))
        running.task.add_done_callback(lambda _: self._running.remove(running) if running in self._running else None)
        return running

    async def _finish(
        self, project: Project, spot: Spot, running: _Running, used: tuple[tuple[str, str], ...]
    ) -> Suggestion:
        """The answer, fit to be shown, and kept for whoever types on."""
        plan, began_s = running.asking.plan, self._now_s()
        answered = await running.asking.run(self._models, self._keep)
        self._pace.answered(self._now_s() - began_s)
        call = plan.about.interaction_id
        if answered.why_not:
            return Suggestion(why_not=answered.why_not)
        if not answered.text.strip():
            return Suggestion(
                why_not=answered.failure or NO_ANSWER,
                origin="index" if answered.failure else "",
                model=answered.model,
                interaction_id=call,
            )
        check = _Checks(self._check(project, spot))
        # Mostly nothing is cut off, so that the check of all of it is the one that is wanted.
        check.ahead(spot.before + answered.text + spot.after, len(spot.before), len(spot.before) + len(answered.text))
        try:
            return await self._fitted(spot, running, answered, check, used)
        finally:
            check.close()

    async def _fitted(
        self, spot: Spot, running: _Running, answered: Answered, check: "_Checks", used: tuple[tuple[str, str], ...]
    ) -> Suggestion:
        plan = running.asking.plan
        call = plan.about.interaction_id
        question = TrimAnswer(
            before=spot.before[-SHOWN_BEFORE:],
            after=spot.after[:SHOWN_AFTER],
            raw=answered.text,
            language=spot.language,
            shape=plan.shape,
            newline="\r\n" if "\r\n" in spot.text else "\n",
            indent_unit=spot.indent_unit,
            is_cut=answered.is_cut,
        )
        trimmed = await self._asked(question, Fitted)
        if trimmed is None or not trimmed.text:
            dropped = trimmed.dropped if trimmed is not None else "What knows the code did not answer in time."
            return Suggestion(why_not=dropped or NO_ANSWER, model=answered.model, interaction_id=call)
        verdict = await judged(spot.before, spot.after, trimmed, check)
        if not verdict.text:
            return Suggestion(why_not=verdict.why_not, model=answered.model, interaction_id=call)
        self._known.add(
            *_key(running.scope, spot.before, spot.after),
            verdict.text,
            used,
            self._now_s(),
            replace_right=trimmed.replace_right,
        )
        return Suggestion(
            text=verdict.text,
            replace_right=trimmed.replace_right,
            origin="model",
            model=answered.model,
            repaired_by=verdict.repaired_by,
            interaction_id=call,
        )

    def _check(self, project: Project, spot: Spot) -> Check:
        runner = self._runner_of(project)

        async def check(text: str, start: int, end: int) -> tuple[Finding, ...]:
            first, last = _around(text, start, end)
            job = plan_check(project.book, project.settings.check, spot.path, text[first:last], spot.language)
            if not isinstance(job, CheckJob) or not job.enforced:
                return ()
            result = await runner.run_soon(job)
            return tuple(_moved(one, first) for one in result.findings)

        return check

    async def _best(self, spot: Spot, why_not: str) -> Suggestion:
        """What the index has to say where a model says nothing; else why that is."""
        nothing = Suggestion(why_not=why_not)
        if spot.after[:1].isalnum() or spot.selected:
            return nothing
        best = await self._asked(BestAt(spot.uri, spot.position), Best)
        is_fit = best is not None and best.version == spot.version and best.text
        return Suggestion(text=best.text, origin="index") if best is not None and is_fit else nothing

    async def _asked(self, question: Question, kind: type[T]) -> T | None:
        asked = self._ask_code(question)
        if asked is None:
            return None
        try:
            async with asyncio.timeout(CODE_S):
                found: T | None = msgspec.json.decode(await asyncio.wrap_future(asked), type=kind | None)
        except (TimeoutError, msgspec.MsgspecError):
            return None
        return found

    async def _workspace(self, root: str) -> str:
        """What calls for a project are kept under; empty while that cannot be said."""
        if root not in self._workspaces and (found := await self._soon(self._desk.workspace_of(root), "")):
            self._workspaces[root] = found
        return self._workspaces.get(root, "")

    async def _soon(self, work: Awaitable[T], otherwise: T) -> T:
        """What the disk says, unless it takes long or fails: nobody who types waits for it."""
        doing = asyncio.ensure_future(work)
        self._keep(doing)
        done, _ = await asyncio.wait({doing}, timeout=DISK_S)
        if not done or doing.cancelled():
            return otherwise
        if (problem := doing.exception()) is not None:
            log.warning("a suggestion goes on without what is kept: %s", problem)
            return otherwise
        return doing.result()

    def _keep(self, writing: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(writing)
        self._writing.add(task)
        task.add_done_callback(self._kept)

    def _kept(self, task: "asyncio.Future[Any]") -> None:
        self._writing.discard(task)
        if not task.cancelled():
            # That nothing could be kept of a call is told by whoever looks for it.
            task.exception()

    async def aclose(self) -> None:
        """Stop all models, wait until their calls are kept, and ask none any more."""
        self._is_closed = True
        tasks = [one.task for one in self._running if one.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._writing:
            await asyncio.wait(self._writing, timeout=CLOSE_S)


class _Checks:
    """Checks of a text, one of which may have been begun before it was asked for."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._begun: tuple[str, asyncio.Future[Sequence[Finding]]] | None = None

    def ahead(self, text: str, start: int, end: int) -> None:
        """Begin."""
        self._begun = text, asyncio.ensure_future(self._check(text, start, end))

    async def __call__(self, text: str, start: int, end: int) -> Sequence[Finding]:
        if self._begun is not None and self._begun[0] == text:
            return await self._begun[1]
        return await self._check(text, start, end)

    def close(self) -> None:
        """Nobody wants the one that was begun."""
        if self._begun is not None:
            self._begun[1].cancel()


def _key(scope: str, before: str, after: str) -> tuple[str, str, str]:
    """What an answer is known by: of a long file only the end of what stands before it is kept as text."""
    start = max(0, len(before) // BLOCK - 1) * BLOCK
    return f"{scope}\0{hash(before[:start])}", before[start:], f"{len(after)} {hash(after)}"


def _line(before: str, after: str) -> tuple[str, str]:
    """The line of the cursor, in front of it and behind it."""
    return before[before.rfind("\n") + 1 :], after.partition("\n")[0].removesuffix("\r")


def _sourced(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.source is not None)


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """Offsets of the lines around a place."""
    first, last = start, end
    for _ in range(CHECKED_AROUND):
        first = text.rfind("\n", 0, max(0, first))
        if first < 0:
            break
    for _ in range(CHECKED_AROUND):
        last = text.find("\n", last) + 1
        if not last:
            break
    return max(0, first + 1), last or len(text)


def _moved(finding: Finding, by: int) -> Finding:
    fix = finding.fix
    if fix is not None:
        edits = tuple(msgspec.structs.replace(e, start=e.start + by, end=e.end + by) for e in fix.edits)
        fix = msgspec.structs.replace(fix, edits=edits)
    return msgspec.structs.replace(finding, start=finding.start + by, end=finding.end + by, fix=fix)
