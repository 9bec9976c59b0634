"""A file that `rulewright fix` works on: its text as it would be written, and what is left in it."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from rulewright.adapters.cli.narrow import Narrowing
from rulewright.core.changed import Changes
from rulewright.core.findings import Finding
from rulewright.core.mending import moved_lines
from rulewright.core.snapshot import Project
from rulewright.features.check import FileReport
from rulewright.features.fix import Fixed
from rulewright.gateway import Gateway

OURS = "rulewright/"
"""Begins the ids of what Rulewright itself says, such as that a check failed; no change of code helps there."""
NOT_UTF_8 = "{path} is not UTF-8, so no model was asked about it."


class Left(msgspec.Struct, frozen=True):
    """A finding that is left, and why."""

    finding: Finding
    why: str = ""
    """A sentence; empty where nobody tried."""


class FixedFile:
    """One file. `text` is verified at each moment, so that it can be written whenever the work ends."""

    def __init__(
        self, project: Project, gateway: Gateway, report: FileReport, narrowing: Narrowing, rules: frozenset[str]
    ) -> None:
        self._project, self._files = project, gateway.files
        self._narrowing, self._rules = narrowing, rules
        self.report, self.path = report, report.path
        self.before = self.text = report.content or ""
        self.found = self.wanted(report.findings, self.before)
        """What is to be fixed now."""
        self.whys: Mapping[tuple[str, int], str] = {}
        """Why a finding, by its rule and offset, is still there."""
        self.why_all = ""
        """The same, for all that nothing else is said of."""
        self.n_own = self.n_by_models = 0
        self.models: dict[str, None] = {}
        self.calls: list[str] = []
        self.notices: list[str] = []
        self.why_not = ""
        """Why it was not written, as a sentence."""
        self.is_done = False

    @property
    def left(self) -> tuple[Left, ...]:
        """What is left in the text."""
        return tuple(Left(f, self.whys.get((f.rule_id, f.start), self.why_all)) for f in self.found)

    @property
    def for_models(self) -> list[Finding]:
        """What a model could try."""
        if self.is_done or self.path in self._project.book.entries:
            return []
        return [f for f in self.found if not f.rule_id.startswith(OURS) and (f.rule_id, f.start) not in self.whys]

    def wanted(self, findings: Sequence[Finding], text: str) -> tuple[Finding, ...]:
        """Those that are to be fixed."""
        is_wanted = self._is_wanted()
        return tuple(finding for finding in findings if is_wanted(finding, text))

    def _is_wanted(self) -> Callable[[Finding, str], bool]:
        seen: dict[str, Changes] = {}
        changes = self._narrowing.changes

        def is_wanted(finding: Finding, text: str) -> bool:
            if self._rules and finding.rule_id not in self._rules:
                return False
            # What is wrong with a rule file counts as a whole.
            if changes is None or self.report.content is None or self.path in self._project.book.entries:
                return True
            if text not in seen:
                lines = moved_lines(self.before, text, changes.files.get(self.path, ()))
                seen[text] = Changes({self.path: lines})
            return seen[text].touch(finding, text)

        return is_wanted

    def begin(self) -> None:
        """Make our own fixes; with what cannot be written nothing is begun."""
        if self.report.content is None or not self.found:
            self.is_done = True
        elif why := self.why_unwritable:
            self.fail(why)
        elif any(f.fix and f.fix.safe for f in self.found):
            fixed = self._files.fix(self._project, self.report, self._is_wanted())
            self.text, self.n_own, self.found = fixed.content, fixed.n_fixed, tuple(fixed.remaining)
        if self.for_models and any("\udc80" <= sign <= "\udcff" for sign in self.text):
            self.why_all = NOT_UTF_8.format(path=self.path)

    def take(self, text: str, whys: Mapping[tuple[str, int], str]) -> None:
        """A model's verified edits made this of it; `whys` has the findings of before by where they are now."""
        report = next(iter(self._files.check(self._project, [self.path], contents={self.path: text})))
        now = self.wanted(report.findings, text)
        self.n_by_models += max(len(self.found) - len(now), 0)
        self.text, self.found, self.whys = text, now, whys

    @property
    def why_unwritable(self) -> str:
        """Why it could not be written now, as a sentence."""
        return self._files.why_unwritable(self._project, self.report)

    def finish(self, *, is_rehearsal: bool) -> None:
        """Write it, if there is something to be written and it was not done before."""
        if self.is_done:
            return
        self.is_done = True
        if self.text == self.before:
            return
        if why := (
            self.why_unwritable
            if is_rehearsal
            else self._files.write_fixed(self._project, self.report, Fixed(self.text, 0, ()))
        ):
            self.fail(why)

    def fail(self, why: str) -> None:
        """It stays as it is."""
        self.is_done, self.why_not = True, why
        self.text, self.found, self.whys = self.before, self.wanted(self.report.findings, self.before), {}
        self.n_own = self.n_by_models = 0
        self.models.clear()
