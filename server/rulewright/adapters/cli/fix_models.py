"""What of `rulewright fix` models do: files side by side, the orders for one file one after the other."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager

import msgspec

from rulewright.adapters.cli.fix_files import FixedFile
from rulewright.adapters.cli.interrupts import Runner
from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.sessions import conversing
from rulewright.chat_shelf import ProjectShelf
from rulewright.core.call_account import WhyNot
from rulewright.core.languages import language_of
from rulewright.core.mending import Group, groups
from rulewright.core.privacy.redact import redact
from rulewright.core.proposals.moved import Moves
from rulewright.core.snapshot import Project
from rulewright.edit_gateway import EditGateway, NoModel, Wanted
from rulewright.features.ai_edit import Asked, Grew, Noticed, Outcome
from rulewright.gateway import Gateway

GONE = -1
"""Stands for the version of a file that is not what it was."""
SAME_FAILURES = 3
"""Orders in a row that fail for the same reason; the next one would too."""
ALL_MADE = "This run has made the {n:,} calls of models that it may make (--max-calls)."
Tell = Callable[[int, str], None]
"""Told how many files are done, and what is being done."""


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """How models are asked."""

    model: str = ""
    """The one that the user named."""
    max_calls: int = 0
    """0 for no limit."""
    is_rehearsal: bool = False
    """Whether nothing is written."""


class Came(msgspec.Struct):
    """What came of it."""

    n_calls: int = 0
    no_model: str = ""
    """Why no model may be asked, as a sentence."""
    is_interrupted: bool = False


class Purse:
    """What one run may take, beside the budgets of the day. Orders under way count for what they may take at most."""

    def __init__(self, max_calls: int) -> None:
        """0 calls is no limit."""
        self._max_calls = max_calls
        self.n_calls = 0
        self._held: dict[object, tuple[int, int]] = {}

    @contextmanager
    def order(self) -> Iterator[Callable[[WhyNot], WhyNot]]:
        """What limits the calls of one order."""
        key = object()
        self._held[key] = (0, 0)

        def limit(why_not: WhyNot) -> WhyNot:
            def refused(cost_micro: int, tokens: int) -> str:
                if self._max_calls and self.n_calls >= self._max_calls:
                    return ALL_MADE.format(n=self._max_calls)
                costs, counts = zip(*self._held.values(), strict=True)
                if why := why_not(cost_micro + sum(costs), tokens + sum(counts)):
                    return why
                self.n_calls += 1
                self._held[key] = (self._held[key][0] + cost_micro, self._held[key][1] + tokens)
                return ""

            return refused

        try:
            yield limit
        finally:
            del self._held[key]


class _Work:
    """The work on all files."""

    def __init__(
        self, project: Project, door: EditGateway, files: Sequence[FixedFile], asking: Asking, purse: Purse, tell: Tell
    ) -> None:
        self._project, self._door, self._asking, self._purse = project, door, asking, purse
        self._waiting, self._tell = list(reversed(files)), tell
        self.stopped = self.no_model = ""
        self._n_done, self._n_same, self._failure = 0, 0, ""

    async def all(self) -> None:
        """Do it. Raises what keeping calls raises."""
        workers = [asyncio.ensure_future(self._one_by_one()) for _ in range(self._project.settings.limits.at_once)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _one_by_one(self) -> None:
        while self._waiting:
            file = self._waiting.pop()
            await self._mend(file)
            self._n_done += 1
            self._tell(self._n_done, "")
            # Not in a thread: nothing may come between the last look at the file and the new one in its place.
            file.finish(is_rehearsal=self._asking.is_rehearsal)

    async def _mend(self, file: FixedFile) -> None:
        texts = {file.path: file.text}
        shelf = ProjectShelf(self._project, asyncio.to_thread, texts)
        if why_not := (await shelf.read(file.path)).why_not:
            file.why_all = f"{file.path} {why_not}."
            return
        # Each order takes one finding at least.
        for _ in range(len(file.for_models)):
            if self.stopped:
                file.why_all = self.stopped
                return
            found = groups(file.text, language_of(file.path), file.for_models)
            if not found or file.is_done:
                return
            texts[file.path] = file.text
            try:
                await self._order(file, found[0], shelf)
            except NoModel as problem:
                self.no_model = self.stopped = str(problem)

    async def _order(self, file: FixedFile, group: Group, shelf: ProjectShelf) -> None:
        wanted = Wanted(
            kind="fix" if len(group.findings) == 1 else "fix_all",
            path=file.path,
            text=file.text,
            language=language_of(file.path),
            start=group.start,
            end=group.end,
            findings=group.findings,
            model=self._asking.model,
        )
        outcome: Outcome | None = None
        with self._purse.order() as limit:
            events = self._door.propose(
                self._project, wanted, shelf, lambda: GONE if file.why_unwritable else None, limit
            )
            async with aclosing(events):
                async for event in events:
                    match event:
                        case Asked(model, attempt):
                            self._tell(self._n_done, f"{model} mends {file.path}{', again' if attempt > 1 else ''}")
                        case Grew(n_characters):
                            self._tell(self._n_done, f"{file.path}, {n_characters:,} characters")
                        case Noticed(text):
                            file.notices.append(text)
                        case Outcome():
                            outcome = event
        assert outcome is not None
        self._take(file, group, outcome)

    def _take(self, file: FixedFile, group: Group, outcome: Outcome) -> None:
        file.calls += outcome.calls
        self._count(outcome.failure)
        if outcome.is_good:
            file.models[outcome.model] = None
            moves = Moves(outcome.edits)
            file.take(outcome.after, {(rule, moves.offset(start)): why for (rule, start), why in file.whys.items()})
            return
        stale = next((wrong.text for wrong in outcome.wrongs if wrong.kind == "stale"), "")
        if stale:
            file.fail(file.why_unwritable or stale)
            return
        wrongs = " ".join(dict.fromkeys(wrong.text for wrong in outcome.wrongs)) or "It proposed no edit."
        # What is wrong may quote a line, and ends up in logs of CI.
        why = outcome.failure or redact(f"{outcome.model} could not mend it. {wrongs}")
        file.whys = {**file.whys, **{(f.rule_id, f.start): why for f in group.findings}}

    def _count(self, failure: str) -> None:
        self._n_same = self._n_same + 1 if failure and failure == self._failure else int(bool(failure))
        self._failure = failure
        if self._n_same >= SAME_FAILURES:
            self.stopped = failure


def ask_models(
    launcher: Launcher, gateway: Gateway, project: Project, files: Sequence[FixedFile], asking: Asking, tell: Tell
) -> Came:
    """Have models mend what is left in files, and write each at its end; what was begun is verified when it stops."""
    purse = Purse(asking.max_calls)
    came = Came()
    with conversing(launcher) as (door, me), Runner() as runner:
        work = _Work(project, gateway.edit(lambda: door, me), files, asking, purse, tell)
        try:
            runner.run(work.all())
        except KeyboardInterrupt:
            came.is_interrupted = True
        finally:
            runner.run(gateway.aclose())
    came.n_calls, came.no_model = purse.n_calls, work.no_model
    return came
