"""Ghost text: one call of a model for what stands behind the cursor, and what of its answer is fit to be shown.

A model is asked with what stands around the cursor, what the rules say to completion, and definitions of other files.
What it says is read only as long as it is of use. Then it is cut to its place, and what breaks a check is mended by the
fix of that check, or not shown.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, Literal, Protocol

import msgspec

from rulewright.core.call_account import About, Account, WhyNot
from rulewright.core.chat.ports import Models
from rulewright.core.edits import Edit, apply
from rulewright.core.findings import Finding
from rulewright.core.infill.guidance import as_comment
from rulewright.core.infill.suggestion import Fitted
from rulewright.core.infill.templates import chat_fallback, read_chat
from rulewright.core.infill.window import Window
from rulewright.core.interaction import Interaction
from rulewright.core.languages import LANGUAGES
from rulewright.core.models import Capabilities, Delta, Failed, Finished, Infill, ModelRequest, Part, Source, Withheld
from rulewright.core.privacy.redact import n_marks
from rulewright.core.routing import Choice
from rulewright.core.tokens import estimate

Shape = Literal["line", "block"]
MAX_LINES = {"line": 1, "block": 30}
MAX_BLANK = 2
"""Blank lines in a row, after which a model has begun something else."""
CHECKED_AROUND = 120
"""Lines before and behind a suggestion that are looked at when it is checked."""
RULES_LABEL = "rules"


class Desk(Protocol):
    """Keeps calls; see `call_desk.py`."""

    def now_s(self) -> float:
        """Seconds of a clock that never jumps."""
        ...

    async def record(self, call: Interaction) -> str:
        """Keep a call; why that could not be done."""
        ...


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known before a model is asked."""

    about: About
    chain: tuple[Choice, ...]
    path: str
    language: str
    shape: Shape
    window: Window
    hints: tuple[str, ...]
    """What rules say to completion."""
    context: tuple[Part, ...]
    """What of other files helps, the best first."""
    answer_tokens: int
    deadline_s: float
    why_not: WhyNot

    @property
    def project(self) -> str:
        """The name of the project's folder."""
        return self.about.root.rpartition("/")[2]


class Answered(msgspec.Struct, frozen=True):
    """What a model said."""

    text: str = ""
    is_cut: bool = False
    """Whether it would have said more."""
    failure: str = ""
    why_not: str = ""
    """Why no model was asked, a sentence."""
    model: str = ""


class Asking:
    """One call of a model."""

    def __init__(self, plan: Plan, desk: Desk) -> None:
        self.plan, self._desk = plan, desk
        self._account = Account(plan.about, plan.chain[0], desk.now_s())
        self._n_prompt = sum(estimate(part.text) for part in (*plan.context,)) + estimate(
            plan.window.prefix + plan.window.suffix
        )
        self.withheld = ""
        """Why no model may see the file."""
        self._hole: Infill | None = None
        """What a model was asked that only chats."""

    @property
    def text(self) -> str:
        """What it said so far, as it is."""
        return self._account.text

    async def run(self, models: Models, keep: Callable[[Awaitable[Any]], object]) -> Answered:
        """Ask; `keep` is given what writes the call down, for which nobody waits. Cancelling it stops the model."""
        is_cut = False
        try:
            async with asyncio.timeout(self.plan.deadline_s):
                async with aclosing(models.ask(self.plan.chain, self._make)) as events:
                    is_cut = await self._read(events)
        except TimeoutError:
            is_cut = True
        finally:
            # Counting takes a while, for which nobody waits.
            keep(self._record(self._desk.now_s()))
        if self.withheld:
            return Answered(why_not=self.withheld)
        text, failure = self.text, self._account.failure
        if self._hole is not None:
            text = read_chat(text, self._hole)
        if not text and not failure and is_cut:
            failure = f"{self._account.choice.model.name} said nothing within {self.plan.deadline_s:g} seconds."
        return Answered(text, is_cut, failure, model=self._account.choice.model.name)

    async def _record(self, ended_s: float) -> None:
        call = self._account.interaction(ended_s)
        if call is not None:
            await self._desk.record(call)

    async def _read(self, events: AsyncGenerator[Any, None]) -> bool:
        """Take what comes while it is of use; whether there would have been more."""
        async for event in events:
            self._account.take(event, self._desk.now_s())
            if isinstance(event, Withheld) and event.path == self.plan.path:
                # With nothing of the file there is nothing to go on from.
                self.withheld = event.sentence
                return False
            if isinstance(event, Failed) or (isinstance(event, Delta) and self._is_enough()):
                return True
            if isinstance(event, Finished):
                return event.reason == "length"
        return False

    def _is_enough(self) -> bool:
        if self._hole is not None:
            # Around the code there is talk, which only the end tells from it.
            return False
        return is_enough(self.text, self.plan.shape, self.plan.window.suffix)

    def _make(self, choice: Choice, can: Capabilities, _factor: float) -> ModelRequest | Failed:
        plan, facts = self.plan, choice.model
        n_answer = min(plan.answer_tokens, facts.max_tokens or plan.answer_tokens)
        hole = self._infill(can)
        self._hole = None if can.infill else hole
        messages = () if can.infill else chat_fallback(hole, plan.language, plan.project)
        n_prompt = self._n_prompt
        if refused := plan.why_not(facts.cost_micro(n_prompt, n_answer), n_prompt + n_answer):
            return Failed("budget", refused)
        return ModelRequest(
            root=plan.about.root,
            messages=messages,
            infill=hole if can.infill else None,
            purpose="complete",
            model=facts.model,
            max_tokens=n_answer,
            temperature=0.0 if facts.temperature is None else facts.temperature,
            stop=("\n",)
            if can.infill and plan.shape == "line" and plan.window.prefix.rstrip(" \t")[-1:] != "\n"
            else (),
            deadline_s=plan.deadline_s,
        )

    def _infill(self, can: Capabilities) -> Infill:
        plan, window = self.plan, self.plan.window
        known = LANGUAGES.get(plan.language)
        hints = as_comment(plan.hints, known.line_comment if known else "")
        takes_more = can.infill_extra or not can.infill
        extra = (*((Part(hints, label=RULES_LABEL),) if hints else ()), *plan.context) if takes_more else ()
        cursor = window.first_line + window.prefix.count("\n")
        before = window.prefix if takes_more else hints + window.prefix
        return Infill(
            prefix=Part(before, "code", Source(plan.path, window.first_line, cursor)),
            suffix=Part(window.suffix, "code", Source(plan.path, cursor, window.last_line)),
            extra=extra,
        )


def is_enough(text: str, shape: Shape, suffix: str) -> bool:
    """Whether more of an answer is of no use: it is as long as it may be, has ended, or goes on as the file does."""
    lines = text.split("\n")
    whole = lines[:-1]
    if shape == "line":
        return any(line.strip() for line in whole)
    if len(whole) >= MAX_LINES[shape]:
        return True
    if len(whole) > MAX_BLANK + 1 and not any(line.strip() for line in whole[-MAX_BLANK - 1 :]):
        return True
    following = next((line.strip() for line in suffix.split("\n")[1:] if line.strip()), "")
    # A bracket alone may close what is suggested as well.
    return len(following) > MIN_TELLING and any(line.strip() == following for line in whole[1:])


MIN_TELLING = 3

Check = Callable[[str, int, int], Awaitable[Sequence[Finding]]]
"""What rules find in a text, of which only what touches the offsets matters."""


MARKED = "What was suggested has the mark of a secret that the model was not shown."


class Judged(msgspec.Struct, frozen=True):
    """A suggestion that rules have looked at."""

    text: str
    why_not: str = ""
    repaired_by: tuple[str, ...] = ()


async def judged(before: str, after: str, found: Fitted, check: Check) -> Judged:
    """A suggestion with what breaks a check mended by the check's own fix; without text where that cannot be.

    What was wrong there before is nobody's fault.
    """
    text, start, rest = found.text, len(before), after[found.replace_right :]
    if n_marks(text):
        return Judged("", MARKED)
    repaired: list[str] = []
    for attempt in range(2):
        end = start + len(text)
        findings = [one for one in await check(before + text + rest, start, end) if _touches(one, start, end)]
        new = await _new(findings, before, after, start, check) if findings else []
        if not new:
            return Judged(text, repaired_by=tuple(repaired))
        edits = [edit for one in new if one.fix is not None and one.fix.safe for edit in one.fix.edits]
        can_mend = all(one.fix is not None and one.fix.safe for one in new)
        inside = all(start <= edit.start and edit.end <= end for edit in edits)
        mended = _mended(text, edits, start) if attempt == 0 and can_mend and inside and edits else None
        if mended is None:
            return Judged("", f"{new[0].rule_id} forbids what was suggested: {new[0].message.splitlines()[0]}")
        text = mended
        repaired = sorted({one.rule_id for one in new})
    return Judged("", "What was suggested breaks a rule also after its fix.")


def _mended(text: str, edits: Sequence[Edit], start: int) -> str | None:
    try:
        return apply(text, {Edit(edit.start - start, edit.end - start, edit.new_text) for edit in edits})
    except ValueError:
        return None


def _touches(finding: Finding, start: int, end: int) -> bool:
    return (
        finding.severity in {"error", "warning"} and finding.start < end and start < max(finding.end, finding.start + 1)
    )


async def _new(findings: Sequence[Finding], before: str, after: str, start: int, check: Check) -> list[Finding]:
    """Those that were not there without the suggestion."""
    here = [one for one in await check(before + after, start, start) if one.start <= start <= one.end]
    had = [one.rule_id for one in here]
    new = []
    for one in findings:
        if one.rule_id in had:
            had.remove(one.rule_id)
        else:
            new.append(one)
    return new
