"""`rulewright rules list | why | test`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import msgspec

from rulewright.adapters.cli.project import open_project, relative_to
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.core.findings import Finding
from rulewright.core.rules.applied import applies_to
from rulewright.core.rules.rule import Rule
from rulewright.features.explain import Explanation
from rulewright.features.rule_tests import RuleTest
from rulewright.gateway import Gateway


class RuleRecord(msgspec.Struct, frozen=True):
    """One rule in `rulewright rules list --json`."""

    id: str
    path: str
    source: str
    status: str
    """`active`, `disabled` by settings, `repeated` by a file of another tool that says what an earlier one does, or
    `rejected`: the newest version of the file is not the one in force."""
    priority: int
    description: str
    applies_to: str
    checks: int
    tags: tuple[str, ...]


class RulesRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright rules list --json`."""

    version: int
    root: str
    rules: tuple[RuleRecord, ...]


class ExampleRecord(msgspec.Struct, frozen=True):
    """One example that was run, in ast-grep's words: validated, reported, noisy, missing; or `fix_differs`."""

    number: int
    outcome: str
    passed: bool
    sentence: str


class RuleTestRecord(msgspec.Struct, frozen=True):
    """The examples of one rule."""

    id: str
    path: str
    passed: bool
    examples: tuple[ExampleRecord, ...]


class RuleTestsRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright rules test --json`."""

    version: int
    passed: int
    failed: int
    broken: int
    """Errors in rule files, whose rules cannot be tested."""
    rules: tuple[RuleTestRecord, ...]


_TOLD = frozenset({"rulewright/example-fails"})
"""What the failed examples say already."""


def run_list(gateway: Gateway, *, as_json: bool, overlay: Sequence[str]) -> int:
    """List the rules of the project here."""
    root = gateway.files.root_of(Path.cwd())
    project = open_project(gateway, root, overlay)
    active = {r.path for r in project.book.selection.active}
    records = []
    for path, entry in project.book.entries.items():
        rule = entry.rule or Rule(id=entry.rule_id, path=path)
        idle = "repeated" if path in project.book.selection.repeated else "disabled"
        status = entry.status if entry.status == "rejected" else "active" if path in active else idle
        records.append(
            RuleRecord(
                rule.id,
                path,
                rule.source,
                status,
                rule.priority,
                rule.description,
                applies_to(rule),
                len(rule.checks),
                rule.tags,
            )
        )
    order = {rule.path: i for i, rule in enumerate(project.book.rules)}
    records.sort(key=lambda r: (order.get(r.path, len(order)), r.path))
    if as_json:
        click.echo(to_json(RulesRecord(1, project.root, tuple(records))))
        return 0
    resting = [r for r in records if r.source == "default" and r.status == "disabled"]
    records = [r for r in records if r not in resting]
    if not records:
        click.echo("No rules. `rulewright init` writes the first ones.")
        return 0
    rows = [
        (
            r.id,
            r.source,
            r.status,
            str(r.priority),
            r.applies_to,
            f"{r.checks} checks" if r.checks != 1 else "1 check",
            r.description,
        )
        for r in records
    ]
    for line in table(("rule", "source", "status", "priority", "applies to", "checks", "description"), rows):
        click.echo(line)
    if resting:
        click.echo(click.style(f"{len(resting)} default rules rest (rules.defaults); --json lists them too.", dim=True))
    return 0


def run_why(gateway: Gateway, file: str, *, as_json: bool, overlay: Sequence[str]) -> int:
    """Explain every rule for one file."""
    if not file or Path(file).is_dir():
        raise click.UsageError(f"`{printable(file)}` is no file: name one, whether it is there already or not.")
    parent = Path(file).absolute().parent
    while not parent.is_dir():
        parent = parent.parent
    root = gateway.files.root_of(parent)
    project = open_project(gateway, root, overlay)
    explanation = gateway.explain_path(project, relative_to(root, file))
    if as_json:
        click.echo(to_json(explanation))
    else:
        for line in why_lines(explanation):
            click.echo(line)
    return 0


def why_lines(explanation: Explanation) -> Iterable[str]:
    """The explanation for people."""
    applied = sum(1 for v in explanation.rules if v.verdict in {"applied", "dropped"})
    language = explanation.language or "language unknown"
    yield (
        f"{printable(explanation.path)} ({language}): {applied} of {len(explanation.rules)} rules apply; "
        f"{explanation.tokens:,} of {explanation.budget:,} tokens of a prompt"
    )
    colours = {"applied": "green", "dropped": "cyan", "overridden": "yellow", "disabled": "yellow", "rejected": "red"}
    rows = []
    resting = [v for v in explanation.rules if v.source == "default" and v.verdict in {"disabled", "not_applied"}]
    shown = [v for v in explanation.rules if v not in resting]
    for v in shown:
        checks = (
            ""
            if v.verdict not in {"applied", "dropped"}
            else "guides only"
            if not v.checks
            else f"{v.checks} check{'s' * (v.checks > 1)}"
        )
        rows.append((v.verdict.replace("_", " "), v.id, v.reason, checks, f"{v.tokens:,} tokens", v.path))
    for line, v in zip(table(None, rows), shown, strict=True):
        yield "  " + click.style(line, fg=colours.get(v.verdict), dim=v.verdict == "not_applied")
    if resting:
        reason = resting[0].reason if resting[0].verdict == "disabled" else "they are for other files"
        yield click.style(f"  {len(resting)} default rules do not apply: {reason}", dim=True)


def run_test(gateway: Gateway, names: Sequence[str], *, as_json: bool, overlay: Sequence[str]) -> int:
    """Run the examples of rules of the project here: all, or those with these ids or at these paths."""
    tested = tested_rules(gateway, names, overlay)
    if as_json:
        records = tuple(
            RuleTestRecord(
                t.rule_id,
                t.path,
                t.passed,
                tuple(ExampleRecord(r.number, r.outcome, r.passed, r.sentence) for r in t.results),
            )
            for t in tested.tests
        )
        click.echo(to_json(RuleTestsRecord(1, tested.n_passed, tested.n_failed, len(tested.broken), records)))
    else:
        for lines in tested.lines().values():
            for line in lines:
                click.echo(line)
        click.echo(tested.summary())
    return tested.exit_code


class TestedRules(msgspec.Struct, frozen=True):
    """What came of the examples of some rules."""

    tests: tuple[RuleTest, ...]
    broken: tuple[Finding, ...]
    """Errors in rule files, whose rules cannot be tested."""
    n_untested: int
    """Rules with checks and without examples."""

    @property
    def n_passed(self) -> int:
        """Rules all of whose examples hold."""
        return sum(1 for t in self.tests if t.passed)

    @property
    def n_failed(self) -> int:
        """The others."""
        return len(self.tests) - self.n_passed

    @property
    def exit_code(self) -> int:
        """1 when something is to be mended."""
        return int(bool(self.n_failed or self.broken))

    def lines(self) -> dict[str, list[str]]:
        """What to print, by rule file."""
        printed: dict[str, list[str]] = {}
        for test in self.tests:
            counts = Counter(r.outcome for r in test.results)
            outcomes = ", ".join(f"{n} {outcome.replace('_', ' ')}" for outcome, n in counts.items())
            mark = click.style("ok  ", fg="green") if test.passed else click.style("FAIL", fg="red")
            lines = printed.setdefault(test.path, [])
            lines.append(f"{mark} {printable(test.rule_id)}: {outcomes}")
            lines += [printable(f"       {test.path}: {r.sentence}") for r in test.results if not r.passed]
        for finding in self.broken:
            told = f"{click.style('FAIL', fg='red')} {printable(f'{finding.path}: {finding.message}')}"
            printed.setdefault(finding.path, []).append(told)
        return printed

    def summary(self) -> str:
        """The last line."""
        passed = f"{self.n_passed} rule{'s' * (self.n_passed != 1)} passed"
        counts = f"{passed}, {self.n_failed} failed, {len(self.broken)} cannot be tested"
        return f"{counts}; {self.n_untested} with checks have no examples."


def tested_rules(gateway: Gateway, names: Sequence[str], overlay: Sequence[str]) -> TestedRules:
    """Read the rules of the project here and run their examples; raises UsageError for a name of no rule."""
    project = open_project(gateway, gateway.files.root_of(Path.cwd()), overlay)
    wanted = {Path(name).as_posix().removeprefix("./") for name in names}
    known = {name for path, e in project.book.entries.items() for name in (path, e.rule.id if e.rule else e.rule_id)}
    if unknown := sorted(wanted - known):
        raise click.UsageError(f"No rule has the id or path {unknown[0]}. `rulewright rules list` lists them.")

    def is_wanted(path: str) -> bool:
        entry = project.book.entries[path]
        return not wanted or bool(wanted & {path, entry.rule.id if entry.rule else entry.rule_id})

    tests = tuple(t for t in gateway.files.test_rules(project) if is_wanted(t.path))
    broken = tuple(
        f for f in project.book.findings if f.severity == "error" and f.rule_id not in _TOLD and is_wanted(f.path)
    )
    n_untested = sum(1 for r in project.book.selection.active if r.checks and not r.examples and is_wanted(r.path))
    return TestedRules(tests, broken, n_untested)


def table(head: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Rows as aligned columns; the last column is as wide as it is."""
    everything = [*([head] if head else []), *([printable(cell) for cell in row] for row in rows)]
    widths = [min(max(len(row[i]) for row in everything), 60) for i in range(len(everything[0]))] if everything else []
    for number, row in enumerate(everything):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        yield click.style(line, bold=True) if head and number == 0 else line
