"""Findings for people: one place a line, then the line of code, then what helps."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from rulewright.adapters.cli.report import CheckOutcome, Summary, printable
from rulewright.core.findings import Finding, Severity
from rulewright.core.rules.parse import DEFAULT_PREFIX
from rulewright.core.sources import NEVER

_COLOURS: dict[Severity, str] = {"error": "red", "warning": "yellow", "info": "blue", "hint": "cyan"}
MAX_EXCERPT = 160


def render(outcome: CheckOutcome, *, verbose: bool, quiet: bool) -> Iterator[str]:
    """The lines to print."""
    sources = _Sources(outcome.root, outcome.texts)
    for finding in outcome.findings:
        yield from _finding(finding, sources)
    if verbose:
        for skipped in outcome.skipped:
            yield click.style(f"{sources.shown(skipped.path)}: left out, {skipped.reason}", dim=True)
    if not quiet:
        if outcome.findings or (verbose and outcome.skipped):
            yield ""
        yield from summary(outcome, verbose=verbose)


def _finding(finding: Finding, sources: "_Sources") -> Iterator[str]:
    start = finding.range.start
    place = click.style(f"{sources.shown(finding.path)}:{start.line + 1}:{start.character + 1}", bold=True)
    severity = click.style(finding.severity, fg=_COLOURS[finding.severity])
    fixable = click.style("  [fix]", fg="green") if finding.fix and finding.fix.safe else ""
    message = printable(" ".join(finding.message.splitlines()))
    yield f"{place}: {severity} {click.style(printable(finding.rule_id), fg='magenta')}: {message}{fixable}"
    excerpt = sources.line(finding.path, start.line)
    if excerpt.strip():
        yield click.style(f"    {start.line + 1:>4} | {excerpt}", dim=True)
    for line in finding.note.strip().splitlines():
        yield f"           {printable(line)}"


def summary(outcome: CheckOutcome, *, verbose: bool) -> Iterator[str]:
    """The lines below the findings."""
    counts = outcome.summary
    if counts.fixed:
        yield click.style(f"Fixed {_count(counts.fixed, 'finding')}.", fg="green")
    head = f"Checked {_count(counts.files, 'file')} with {_count(counts.rules, 'rule')} in {counts.seconds:.2f} s: "
    yield head + _verdict(counts)
    if counts.fixable:
        yield f"{_count(counts.fixable, 'finding')} can be fixed with --fix (--diff shows how)."
    if counts.unchanged:
        yield f"Not shown: {_count(counts.unchanged, 'finding')} on unchanged lines. --whole-files shows them."
    if counts.baselined:
        yield f"Not shown: {_count(counts.baselined, 'finding')} which the baseline lists."
    if counts.stale:
        gone = f"{_count(counts.stale, 'finding')} that {'is' if counts.stale == 1 else 'are'} gone"
        if outcome.pruned:
            yield f"Took {gone} out of the baseline."
        else:
            yield f"The baseline lists {gone}. --prune-baseline takes them out."
    reasons = Counter(s.reason.split(":")[0].split(" (")[0] for s in outcome.skipped if s.reason != NEVER)
    if reasons and not verbose:
        listed = ", ".join(f"{n} {reason}" for reason, n in reasons.most_common())
        yield click.style(f"Left out: {listed}. --verbose lists them.", dim=True)


def _verdict(summary: Summary) -> str:
    if not summary.findings:
        return click.style("nothing to report.", fg="green")
    parts = ", ".join(_count(n, severity) for severity, n in summary.by_severity.items())
    return click.style(f"{_count(summary.findings, 'finding')} ({parts}).", bold=True)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 or noun == "info" else f"{number:,} {noun}s"


class _Sources:
    """Lines of the files that findings point at, read once."""

    def __init__(self, root: str, texts: Mapping[str, str]) -> None:
        self._root, self._texts = Path(root), texts
        self._here = Path.cwd()
        self._path, self._lines = "", [""]
        self._shown: dict[str, str] = {}

    def shown(self, path: str) -> str:
        """A path as it is from here, so that a click or an editor finds it."""
        if path not in self._shown:
            self._shown[path] = self._from_here(path)
        return self._shown[path]

    def _from_here(self, path: str) -> str:
        if path.startswith(DEFAULT_PREFIX):
            return path
        full = self._root / path
        return printable(
            full.relative_to(self._here).as_posix() if full.is_relative_to(self._here) else os.path.relpath(full)
        )

    def line(self, path: str, number: int) -> str:
        if path != self._path:
            self._path, self._lines = path, self._read(path)
        text = self._lines[number] if number < len(self._lines) else ""
        printable = text.rstrip()
        if not printable.isprintable():
            printable = "".join(c if c.isprintable() or c == "\t" else "\N{REPLACEMENT CHARACTER}" for c in printable)
        return printable if len(printable) <= MAX_EXCERPT else printable[: MAX_EXCERPT - 3] + "..."

    def _read(self, path: str) -> list[str]:
        from rulewright.core.privacy.redact import redacted_lines

        # What is printed here ends up in logs of CI.
        try:
            return redacted_lines(self._texts.get(path) or (self._root / path).read_text("utf-8", "replace"))
        except OSError:
            return []
