"""Check many files without an editor, one report for each."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from rulewright.core.findings import Finding
from rulewright.core.ports import CheckRunner
from rulewright.core.rules.book import Seen, report_text
from rulewright.core.rules.foreign_names import may_be_foreign
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
    project: Project,
    paths: Iterable[str],
    read: Callable[[str], str],
    runner: CheckRunner,
    given: Mapping[str, Callable[[bytes], Seen] | None],
) -> Iterator[FileReport]:
    """Reports in the order of `paths` (relative to the root).

    `read` gives a file's text or raises an exception whose message is the reason why there is none. `given` names the
    texts that are not those on disk, rule files with what reads them as such.
    """
    waiting: deque[FileReport | tuple[CheckJob, tuple[Finding, ...]]] = deque()

    def jobs() -> Iterator[CheckJob]:
        for path in paths:
            planned = _plan(project, path, read, given.get(path))
            waiting.append(planned)
            if not isinstance(planned, FileReport):
                yield planned[0]

    for result in runner.run_all(jobs()):
        while isinstance(planned := waiting.popleft(), FileReport):
            yield planned
        job, own = planned
        yield FileReport(job.path, _ordered(own + findings_of(result)), content=job.content)
    yield from (report for report in waiting if isinstance(report, FileReport))


def _plan(
    project: Project, path: str, read: Callable[[str], str], read_rule: Callable[[bytes], Seen] | None
) -> FileReport | tuple[CheckJob, tuple[Finding, ...]]:
    """A report, or a job with what there is to say about the file besides: it may be a rule file."""
    # What another tool's rule files say is for their authors, in the editor and by `rules lint`: here code is checked.
    is_foreign = not path.startswith("/") and may_be_foreign(path)
    own = () if is_foreign else project.book.findings_of(path)
    try:
        content = read(path)
    except Exception as reason:  # noqa: BLE001 - whatever the disk does is an answer, not a fault
        return FileReport(path, own, str(reason))
    if read_rule is not None and not is_foreign:
        # Offsets of the text at hand: the book's are those of the file on disk.
        own = report_text(read_rule(content.encode("utf-8", "surrogateescape")), content)
        own += project.book.clashes.get(path, ())
    job = plan(project.book, project.settings.check, path, content)
    if isinstance(job, str):
        # A text in which nothing was found is let go: a workspace may hold many.
        return FileReport(path, own, job, content if own else None)
    return job, own


def _ordered(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (f.start, f.end, f.rule_id)))
