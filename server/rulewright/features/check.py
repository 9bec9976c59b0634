"""Check many files without an editor, one report for each."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import msgspec

from rulewright.core.findings import Finding
from rulewright.core.ports import CheckRunner
from rulewright.core.rules.job import CheckJob, findings_of
from rulewright.core.rules.plan import plan
from rulewright.core.snapshot import Project


class FileReport(msgspec.Struct, frozen=True):
    """What came of one file."""

    path: str
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    """Why it was not checked; empty when it was, or when no check applies to it."""
    content: str | None = None
    """The text that was checked."""


def check_files(
    project: Project, paths: Iterable[str], read: Callable[[str], str], runner: CheckRunner
) -> Iterator[FileReport]:
    """Reports in the order of `paths` (relative to the root).

    `read` gives a file's text or raises an exception whose message is the reason why there is none.
    """
    waiting: deque[FileReport | CheckJob] = deque()

    def jobs() -> Iterator[CheckJob]:
        for path in paths:
            planned = _plan(project, path, read)
            waiting.append(planned)
            if isinstance(planned, CheckJob):
                yield planned

    for result in runner.run_all(jobs()):
        while isinstance(job := waiting.popleft(), FileReport):
            yield job
        own = project.book.findings_of(job.path)
        yield FileReport(job.path, _ordered(own + findings_of(result)), content=job.content)
    yield from (report for report in waiting if isinstance(report, FileReport))


def _plan(project: Project, path: str, read: Callable[[str], str]) -> FileReport | CheckJob:
    own = project.book.findings_of(path)
    try:
        content = read(path)
    except Exception as reason:  # noqa: BLE001 - whatever the disk does is an answer, not a fault
        return FileReport(path, own, str(reason))
    job = plan(project.book, project.settings.check, path, content)
    if isinstance(job, str):
        # A text in which nothing was found is let go: a workspace may hold many.
        return FileReport(path, own, job, content if own else None)
    return job


def _ordered(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (f.start, f.end, f.rule_id)))
