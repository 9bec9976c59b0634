"""The door to the files of projects on the disk: they are checked and fixed, and what comes of it is compared."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rulewright.core.doors import Door, guarded
from rulewright.core.figures import EVALUATIONS
from rulewright.core.findings import Finding
from rulewright.core.ports import CheckRunner
from rulewright.core.rules.book import report
from rulewright.core.rules.select import Applied
from rulewright.core.snapshot import Project
from rulewright.core.sources import Found, Skipped
from rulewright.features.check import FileReport, check_files
from rulewright.features.fix import Fixed, fix_text
from rulewright.features.init import InitPlan, languages_of, plan_init
from rulewright.features.rule_tests import RuleTest, run_rule_tests
from rulewright.rule_gateway import RuleGateway, rule_reader
from rulewright.services.files import (
    Unreadable,
    default_rules,
    find_root,
    foreign_files,
    read_text,
    replace_text,
    require_replaceable,
    walk,
    write_new,
    write_output,
)
from rulewright.services.metrics import Metrics

if TYPE_CHECKING:
    from rulewright.core.baseline import Baseline, Known
    from rulewright.core.changed import Changes
    from rulewright.core.rules.parse import Parsed
    from rulewright.features.rule_stats import RuleStats

MAX_BASELINE_KB = 100_000
Wants = Callable[[Finding, str], bool]


def _every(_: Finding, __: str) -> bool:
    return True


@guarded(
    "project",
    read="walk check fix why_unwritable changed_since recognise read_baseline root_of plan_init test_rules lint_rules "
    "fix_rule_file rule_changes rule_stats",
    edit="write_fixed write_output write_new",
)
class FilesGateway(Door):
    """What a terminal, CI and agents may ask about files."""

    def __init__(
        self,
        rules: RuleGateway,
        runner_of: Callable[[Project], CheckRunner],
        select: Callable[[Project, str], tuple[Applied, ...]],
        calls: Counter[str],
        metrics: Metrics,
    ) -> None:
        """`select` gives the rules that apply to a file; `calls` and `metrics` are counted in."""
        self._rules, self._runner_of, self._select = rules, runner_of, select
        self._calls, self._metrics = calls, metrics

    def walk(self, project: Project, start: str = "") -> Iterator[Found | Skipped]:
        """Files of a project below a folder, and what was left out."""
        check = project.settings.check
        return walk(Path(project.root), start, exclude=check.exclude, gitignore=check.gitignore)

    def check(
        self, project: Project, paths: Iterable[str], *, contents: Mapping[str, str] | None = None
    ) -> Iterator[FileReport]:
        """Check files of a project; `contents` stands for the text of files that are not read from disk."""
        self._calls["check"] += 1
        max_kb = project.settings.check.max_file_kb
        given = contents or {}

        def read(path: str) -> str:
            return given[path] if path in given else read_text(f"{project.root}/{path}", max_kb=max_kb)

        readers = {path: rule_reader(project, path) for path in given}
        return check_files(project, paths, read, self._runner_of(project), readers)

    def fix(self, project: Project, report: FileReport, is_wanted: Wants = _every) -> Fixed:
        """The text of a report after its safe fixes; `is_wanted` says of which findings, in which text."""
        self._calls["fix"] += 1

        def again(content: str) -> Sequence[Finding]:
            found = next(iter(self.check(project, [report.path], contents={report.path: content}))).findings
            return [finding for finding in found if is_wanted(finding, content)]

        content = report.content or ""
        # A rule file's findings carry the offsets of when it was loaded, so they are made anew.
        is_rule = rule_reader(project, report.path) is not None
        findings = again(content) if is_rule else [f for f in report.findings if is_wanted(f, content)]
        return fix_text(content, findings, again)

    def why_unwritable(self, project: Project, report: FileReport) -> str:
        """Why a file that was checked cannot be written now, as a sentence; empty when it can."""
        try:
            require_replaceable(Path(project.root, report.path), report.content or "")
        except (OSError, Unreadable) as reason:
            return f"{report.path} was not fixed: {reason}. It was left as it was."
        return ""

    def write_fixed(self, project: Project, report: FileReport, fixed: Fixed) -> str:
        """Write a fixed file, unless it changed on disk since it was checked. Returns why not, or nothing."""
        try:
            replace_text(Path(project.root, report.path), report.content or "", fixed.content)
        except (OSError, Unreadable) as reason:
            return f"{report.path} was not fixed: {reason}. It was left as it was."
        return ""

    def changed_since(self, project: Project, revision: str) -> "Changes | str":
        """What differs from where HEAD and `revision` parted; a sentence when git cannot say."""
        from rulewright.services.git import GitProblem, changed_since  # noqa: PLC0415 - most checks do without

        self._calls["changed_since"] += 1
        try:
            return changed_since(Path(project.root), revision)
        except GitProblem as problem:
            return str(problem)

    def recognise(self, project: Project, findings: Iterable[Finding], texts: Mapping[str, str]) -> "tuple[Known, ...]":
        """What findings are known by from one run to the next; `texts` are those that are not on disk."""
        from rulewright.features.baseline import recognise  # noqa: PLC0415 - as above

        def read(path: str) -> str:
            try:
                return texts[path] if path in texts else read_text(Path(project.root, path), max_kb=MAX_BASELINE_KB)
            except Unreadable:
                return ""

        return recognise(findings, read)

    def read_baseline(self, path: Path) -> "Baseline | str":
        """A baseline; a sentence when there is none, or it cannot be read."""
        from rulewright.core.baseline import read_baseline  # noqa: PLC0415 - as above

        try:
            read = read_baseline(read_text(path, max_kb=MAX_BASELINE_KB))
        except Unreadable as reason:
            read = f"cannot be used: {reason}" if path.exists() else "does not exist; --write-baseline makes it"
        return f"{path}: {read}." if isinstance(read, str) else read

    def write_output(self, path: Path, content: str) -> str:
        """Write what the user asked for where they said. Returns why not, or nothing."""
        try:
            write_output(path, content)
        except FileExistsError:
            return f"{path} could not be written: one of its folders is a file."
        except OSError as error:
            return f"{path} could not be written: {error.strerror or error}."
        return ""

    def root_of(self, start: Path) -> Path:
        """The root of the project that `start` lies in."""
        return find_root(start)

    def plan_init(self, root: Path) -> InitPlan:
        """A first `.ai-rules/`. Nothing is written."""
        self._calls["plan_init"] += 1
        languages = languages_of(e.path for e in walk(root) if isinstance(e, Found))
        return plan_init(languages, default_rules(), foreign_files(root, gitignore=True))

    def write_new(self, root: Path, name: str, content: str) -> bool:
        """Write a file below `root` that is not there yet; False when it is. Raises OSError."""
        return write_new(root, name, content)

    def test_rules(self, project: Project) -> tuple[RuleTest, ...]:
        """Run the examples of every rule that no setting switches off."""
        self._calls["test_rules"] += 1
        return run_rule_tests(project.book.selection.active)

    def lint_rules(self, project: Project) -> tuple[Finding, ...]:
        """What is wrong with the rules of a project as a whole."""
        from rulewright.features.rule_lint import lint_rules  # noqa: PLC0415 - one command needs it

        self._calls["lint_rules"] += 1
        root, max_kb = Path(project.root), project.settings.check.max_file_kb

        def read(path: str) -> "Parsed | None":
            reader = rule_reader(project, path)
            try:
                data = read_text(root / path, max_kb=max_kb).encode("utf-8", "surrogateescape")
            except Unreadable:
                return None
            return reader(data).parsed if reader else None

        paths = [entry.path for entry in self.walk(project) if isinstance(entry, Found)]
        # A name that is too long for the disk is no file either, which `Path.exists` does not say.
        return lint_rules(project, paths, read, lambda path: os.path.exists(root / path))  # noqa: PTH110

    def fix_rule_file(self, project: Project, path: str) -> "tuple[str, Fixed] | None":
        """The text of one of the project's rule files and what it is after its safe fixes; None where it has none."""
        self._calls["fix_rule_file"] += 1
        reader = rule_reader(project, path)
        entry = project.book.entries.get(path)
        if (
            reader is None
            or path.startswith("/")
            or (entry is not None and entry.rule and entry.rule.source != "project")
        ):
            return None
        try:
            content = read_text(Path(project.root, path), max_kb=project.settings.check.max_file_kb)
        except Unreadable:
            return None

        def lint(text: str) -> Sequence[Finding]:
            seen = reader(text.encode("utf-8", "surrogateescape"))
            # Offsets in a text that was read otherwise are those of another text.
            return () if seen.parsed.content != text else (*report(seen), *self._rules.lint(project, seen.parsed))

        return content, fix_text(content, lint(content), lint)

    def rule_changes(self, root: Path) -> Iterator[frozenset[str]]:
        """Paths of rule files each time that some change; raises KeyboardInterrupt when somebody ends it."""
        from rulewright.services.rule_changes import rule_changes  # noqa: PLC0415 - one command needs it

        return rule_changes(root)

    def rule_stats(self, project: Project) -> "tuple[RuleStats, ...]":
        """What each rule does on the files of a project now. Checks them all."""
        from rulewright.features.rule_stats import rule_stats  # noqa: PLC0415 - one command needs it

        self._calls["rule_stats"] += 1
        root, max_kb = Path(project.root), project.settings.check.max_file_kb
        return rule_stats(
            project,
            [entry.path for entry in self.walk(project) if isinstance(entry, Found)],
            lambda path: read_text(root / path, max_kb=max_kb),
            self._runner_of(project),
            partial(self._select, project),
            partial(self._metrics.observe, EVALUATIONS),
        )
