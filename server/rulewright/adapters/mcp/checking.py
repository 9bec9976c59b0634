"""Check files, or a text before it is written, and say what was found in the words of the protocol."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import UNSET, structs

from rulewright.adapters.mcp.problem import Problem
from rulewright.adapters.mcp.records import Check, CheckResult, EditRecord, FindingRecord, FixRecord
from rulewright.core.findings import SEVERITIES, Finding, Fix
from rulewright.core.privacy.secrets import find_secrets
from rulewright.core.snapshot import Project
from rulewright.core.sources import Found, Skipped
from rulewright.core.text import Text
from rulewright.features.check import FileReport
from rulewright.gateway import Gateway

MAX_GIVEN_BACK = 50_000
"""Characters of a text with its fixes: clients refuse answers that are too long for a model."""


def read_wanted(args: Check) -> tuple[list[str], str | None]:
    """The paths that are asked about, and the text that stands for the one of them; raises Problem."""
    if args.text is not UNSET or args.path is not UNSET:
        if args.text is UNSET or args.path is UNSET or args.paths is not UNSET:
            raise Problem("Give `path` and `text` together and no `paths`, or `paths` alone to check what is on disk.")
        return [args.path], args.text
    if args.paths is UNSET or not args.paths:
        raise Problem(
            "Name files or folders in `paths`, or give `path` and `text` to check a text before it is written."
        )
    return args.paths, None


def check_text(gateway: Gateway, project: Project, path: str, text: str, limit: int) -> CheckResult:
    """Check `text` as that of the file at `path`, relative to the root. Nothing is read from that file."""
    if not path or path == "." or Path(project.root, path).is_dir():
        raise Problem(f"{path or project.root} is a folder: name a file for `text`.")
    report = next(iter(gateway.files.check(project, [path], contents={path: text})))
    fixed: str | None = None
    remarks: tuple[str, ...] = ()
    if any(f.fix and f.fix.safe for f in report.findings):
        mended = gateway.files.fix(project, FileReport(path, report.findings, content=text)).content
        if len(mended) > MAX_GIVEN_BACK:
            remarks = ("The text is too long to be given back with its fixes; the findings have the edits.",)
        elif mended != text:
            fixed = mended
    told = _records(report.path, report.findings, text)
    skipped = (Skipped(path, report.skipped),) if report.skipped else ()
    return CheckResult(_most_severe(told, limit), len(told), int(not skipped), skipped, fixed, remarks)


def check_files(
    gateway: Gateway,
    wanted: Mapping[str, tuple[Project, Sequence[str]]],
    limit: int,
    is_cancelled: Callable[[], bool],
) -> CheckResult:
    """Check files and folders of one project or several, each given by the prefix of its paths in the answer."""
    told: list[FindingRecord] = []
    skipped: list[Skipped] = []
    n_files = 0
    for prefix, (project, starts) in wanted.items():
        paths = list(dict.fromkeys(_files(gateway, project, prefix, starts, skipped)))
        for report in gateway.files.check(project, paths):
            if is_cancelled():
                break
            findings = [_without_secret_fixes(finding) for finding in report.findings]
            if report.skipped:
                skipped.append(Skipped(prefix + report.path, report.skipped))
            else:
                n_files += 1
            told += _records(prefix + report.path, findings, report.content)
    return CheckResult(_most_severe(told, limit), len(told), n_files, tuple(skipped), None, ())


def _files(
    gateway: Gateway, project: Project, prefix: str, starts: Sequence[str], skipped: list[Skipped]
) -> Iterator[str]:
    """Files to check; what is named and withheld from models is told, for a finding may quote the file."""
    withheld = gateway.prompts.withheld_of(project)
    for named in starts:
        start = "" if named == "." else named
        full = Path(project.root, start)
        if not full.exists():
            raise Problem(f"{named} does not exist. To check a file before it is written, give `path` and `text`.")
        if start and (why_not := withheld(start)):
            skipped.append(Skipped(prefix + start, f"it {why_not}"))
        elif not full.is_dir():
            yield start
        else:
            for entry in gateway.files.walk(project, start):
                if not isinstance(entry, Found):
                    continue
                if why_not := withheld(entry.path):
                    skipped.append(Skipped(prefix + entry.path, f"it {why_not}"))
                else:
                    yield entry.path


def _without_secret_fixes(finding: Finding) -> Finding:
    """A finding without the fixes that would show a secret of the file."""
    if finding.fix is None and not finding.other_fixes:
        return finding
    others = tuple(fix for fix in finding.other_fixes if not _has_secret(fix))
    fix = None if finding.fix is None or _has_secret(finding.fix) else finding.fix
    return structs.replace(finding, fix=fix, other_fixes=others)


def _has_secret(fix: Fix) -> bool:
    return any(find_secrets(edit.new_text) for edit in fix.edits)


def _records(path: str, findings: Sequence[Finding], content: str | None) -> list[FindingRecord]:
    text = Text(content) if content is not None else None
    return [
        FindingRecord(
            rule=f.rule_id,
            severity=f.severity,
            message=f.message,
            note=f.note,
            path=path,
            line=f.range.start.line + 1,
            column=f.range.start.character + 1,
            end_line=f.range.end.line + 1,
            end_column=f.range.end.character + 1,
            rule_path=f.rule_path,
            url=f.url,
            fixes=tuple(_fix(fix, text) for fix in (f.fix, *f.other_fixes) if fix is not None and text is not None),
        )
        for f in findings
    ]


def _fix(fix: Fix, text: Text) -> FixRecord:
    edits = []
    for edit in fix.edits:
        start, end = text.position(edit.start), text.position(edit.end)
        edits.append(EditRecord(start.line + 1, start.character + 1, end.line + 1, end.character + 1, edit.new_text))
    return FixRecord(fix.title, fix.safe, tuple(edits))


def _most_severe(findings: list[FindingRecord], limit: int) -> tuple[FindingRecord, ...]:
    """At most `limit` findings, the most severe; in the order of files and lines."""

    def place(f: FindingRecord) -> tuple[str, int, int, str]:
        return f.path, f.line, f.column, f.rule

    ranked = sorted(findings, key=lambda f: (SEVERITIES.index(f.severity), *place(f)))
    return tuple(sorted(ranked[:limit], key=place))
