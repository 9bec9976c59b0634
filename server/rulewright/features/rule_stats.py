"""What the rules of a project do on it now: the files each is for, what it finds, what it costs."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec

from rulewright.core.ports import CheckRunner
from rulewright.core.prompt.fit import rule_tokens
from rulewright.core.rules.job import CheckJob
from rulewright.core.rules.plan import plan
from rulewright.core.rules.select import Applied
from rulewright.core.snapshot import Project


class RuleStats(msgspec.Struct, frozen=True):
    """One rule that no setting switches off."""

    id: str
    path: str
    source: str
    files: int
    """Files that it applies to."""
    findings: int
    tokens: int
    """What its text takes of a prompt."""
    checks: int
    evaluation_us: int
    """Microseconds that its checks took on all files; parsing is not counted."""
    set_aside: str = ""
    """Why a check of it is not run now."""


def rule_stats(
    project: Project,
    paths: Iterable[str],
    read: Callable[[str], str],
    runner: CheckRunner,
    select: Callable[[str], Iterable[Applied]],
    observe: Callable[[int], None],
) -> tuple[RuleStats, ...]:
    """Check all files and measure, highest precedence first.

    `select` gives the rules of a file; `observe` gets the nanoseconds of each check on a file.
    """
    files: Counter[str] = Counter()
    found: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    jobs: list[CheckJob] = []

    def planned() -> Iterator[CheckJob]:
        for path in paths:
            files.update(applied.rule.path for applied in select(path))
            try:
                job = plan(project.book, project.settings.check, path, read(path))
            except Exception:  # noqa: BLE001, S112 - what cannot be read is told by `check`
                continue
            if not isinstance(job, str):
                jobs.append(msgspec.structs.replace(job, content="", known_rule_ids=frozenset()))
                yield msgspec.structs.replace(job, timed=True)

    for number, result in enumerate(runner.run_all(planned())):
        found.update(f.rule_path for f in result.findings if not f.rule_id.startswith("rulewright/"))
        for enforced, ns in zip(jobs[number].enforced, result.times_ns, strict=False):
            taken[enforced.rule_path] += ns
            if ns:
                observe(ns)
    aside = {one.rule_path: one.reason for one in runner.set_aside()}
    return tuple(
        RuleStats(
            rule.id,
            rule.path,
            rule.source,
            files[rule.path],
            found[rule.path],
            rule_tokens(rule),
            len(rule.checks),
            round(taken[rule.path] / 1000),
            aside.get(rule.path, ""),
        )
        for rule in project.book.selection.active
    )
