"""`rulewright fix`: which files, fixed by whom, reported as what, with which exit code."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rulewright.adapters.cli.check import diff_of, in_force
from rulewright.adapters.cli.fix_files import OURS, FixedFile, Left
from rulewright.adapters.cli.fix_report import Report, lines_of, record_of
from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.narrow import Narrowing, narrowing
from rulewright.adapters.cli.progress import ProgressLine, wants_progress
from rulewright.adapters.cli.project import open_project, relative_to
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.core.routing import SET_UP
from rulewright.core.snapshot import Project
from rulewright.core.sources import Found, Skipped
from rulewright.gateway import Gateway

if TYPE_CHECKING:
    from rulewright.adapters.cli.fix_models import Came

INTERRUPTED = 130
MAX_DOING = 48
"""Characters behind the count in the line that says how far it is, which has 78."""
NOBODY = "A model could try the rest, and none is set up. {help}"
STOPPED = "Interrupted. What was verified before is written, and nothing else."
STOPPED_DRY = "Interrupted. What was verified before follows."


class FixOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of the command."""

    paths: tuple[str, ...] = ()
    since: str | None = None
    rules: tuple[str, ...] = ()
    no_models: bool = False
    model: str = ""
    max_calls: int | None = None
    dry_run: bool = False
    as_json: bool = False
    quiet: bool = False
    overlay: tuple[str, ...] = ()


class _Run:
    """One run."""

    def __init__(self, launcher: Launcher, options: FixOptions) -> None:
        """Raises UsageError, and Refused where git cannot say what changed."""
        self._launcher, self._options = launcher, options
        arguments = options.paths or (".",)
        for argument in arguments:
            if not Path(argument).exists():
                raise click.UsageError(f"{argument} does not exist.")
        self.gateway: Gateway = launcher.headless()
        root = self.gateway.files.root_of(Path(arguments[0]) if options.paths else Path.cwd())
        self._starts = [relative_to(root, argument) for argument in arguments]
        only_files = all((root / start).is_file() for start in self._starts)
        near = self._starts if only_files else None
        self.project: Project = open_project(self.gateway, root, options.overlay, near=near)
        _refuse_unknown(self.project, options)
        self._narrowing: Narrowing = narrowing(
            self.gateway, self.project, since=options.since, whole_files=False, baseline=None
        )
        self.files: list[FixedFile] = []
        self.skipped: list[Skipped] = []
        self.remarks: list[str] = []
        self._checked: set[str] = set()
        self.n_calls = 0
        self.is_interrupted = False

    def work(self, progress: ProgressLine) -> None:
        """Fix it all; whatever ends that, what is verified is written."""
        try:
            self._own_fixes(progress)
            self._ask_models(progress)
        except KeyboardInterrupt:
            self.is_interrupted = True
        finally:
            progress.clear()
            for file in self.files:
                file.finish(is_rehearsal=self._options.dry_run)
            self.gateway.close()

    def _own_fixes(self, progress: ProgressLine) -> None:
        options, project = self._options, self.project
        wanted = [path for path in dict.fromkeys(self._paths()) if self._narrowing.is_wanted(path)]
        self.skipped = [one for one in self.skipped if self._narrowing.is_wanted(one.path)]
        for number, report in enumerate(self.gateway.files.check(project, wanted), start=1):
            progress("Checked", number, len(wanted))
            if report.skipped:
                self.skipped.append(Skipped(report.path, report.skipped))
            else:
                self._checked.add(report.path)
            file = FixedFile(project, self.gateway, report, self._narrowing, frozenset(options.rules))
            if file.found:
                self.files.append(file)
                file.begin()
                if options.no_models or not file.for_models:
                    file.finish(is_rehearsal=options.dry_run)

    def _paths(self) -> Iterator[str]:
        for start in self._starts:
            if not Path(self.project.root, start).is_dir():
                # A file that is named is fixed, whatever the ignore files say.
                yield start
                continue
            for entry in self.gateway.files.walk(self.project, start):
                if isinstance(entry, Found):
                    yield entry.path
                else:
                    self.skipped.append(entry)

    def _ask_models(self, progress: ProgressLine) -> None:
        options = self._options
        files = [file for file in self.files if file.for_models and not file.why_all]
        if options.no_models or not files:
            return
        if not self.gateway.answers:
            self.remarks.append(NOBODY.format(help=SET_UP))
            return
        from rulewright.adapters.cli.fix_models import Asking, ask_models

        asking = Asking(model=options.model, max_calls=options.max_calls or 0, is_rehearsal=options.dry_run)

        def tell(n_done: int, doing: str) -> None:
            progress("Mended", n_done, len(files), f": {printable(doing)[:MAX_DOING]}" if doing else "")

        came: Came = ask_models(self._launcher, self.gateway, self.project, files, asking, tell)
        self.n_calls, self.is_interrupted = came.n_calls, came.is_interrupted
        if came.no_model:
            self.remarks.append(came.no_model)

    def report(self, seconds: float) -> Report:
        """What came of it, in the order of paths."""
        files = sorted(self.files, key=lambda file: file.path)
        left = [one for file in files for one in file.left]
        known = {file.path for file in files} | self._checked
        for finding in self.project.book.findings:
            # A broken rule file is a finding wherever it lies, as for checks.
            is_asked = not self._options.rules or finding.rule_id in self._options.rules
            if finding.path not in known and finding.severity == "error" and is_asked:
                left.append(Left(finding))
        left.sort(key=lambda one: (one.finding.path, one.finding.start, one.finding.end, one.finding.rule_id))
        told = [sentence for file in files for sentence in (*file.notices, file.why_all, file.why_not) if sentence]
        named = [
            f"{one.path} was not checked: {one.reason}."
            for one in self.skipped
            if one.path in self._starts and one.path not in known
        ]
        return Report(
            project=self.project,
            files=files,
            left=left,
            skipped=self.skipped,
            remarks=tuple(dict.fromkeys([*named, *told, *self.remarks])),
            n_checked=len(self._checked),
            n_rules=len(in_force(self.project)),
            n_calls=self.n_calls,
            is_dry_run=self._options.dry_run,
            is_interrupted=self.is_interrupted,
            seconds=seconds,
        )


def _refuse_unknown(project: Project, options: FixOptions) -> None:
    known = set(in_force(project))
    for rule in options.rules:
        if rule not in known and not rule.startswith(OURS):
            raise click.UsageError(f"No rule {rule} is in force here; `rulewright rules list` shows those that are.")
    models = [model for model in project.settings.models if "chat" in model.roles]
    if options.model and not any(options.model in (model.name, model.model) for model in models):
        there = ", ".join(model.name for model in models)
        raise click.UsageError(
            f"There is no model {options.model} in your settings; there is {there}."
            if there
            else f"There is no model {options.model} in your settings. {SET_UP}"
        )


def run_fix(launcher: Launcher, options: FixOptions) -> int:
    """Run the command; returns the exit code."""
    started = time.perf_counter()
    if options.no_models and (options.model or options.max_calls):
        raise click.UsageError("--no-models asks no model: leave --model and --max-calls out.")
    run = _Run(launcher, options)
    with ProgressLine(shown=not options.quiet and wants_progress(sys.stderr)) as progress:
        run.work(progress)
    report = run.report(time.perf_counter() - started)
    for remark in report.remarks:
        _say(remark)
    if run.is_interrupted:
        _say(STOPPED_DRY if options.dry_run else STOPPED)
    if options.as_json:
        click.echo(to_json(record_of(report)))
    else:
        if options.dry_run:
            for file in report.files:
                # Bytes that are not UTF-8 go out as they came in, or the diff could not be applied.
                click.echo(diff_of(file.path, file.before, file.text).encode("utf-8", "surrogateescape"), nl=False)
        for line in lines_of(report, quiet=options.quiet):
            # A diff that is piped on has nothing behind it.
            click.echo(line, err=options.dry_run)
    return INTERRUPTED if run.is_interrupted else report.code


def _say(text: str) -> None:
    click.echo(printable(f"rulewright: {text}"), err=True)
