"""Findings as annotations of a pull request: GitHub's workflow commands, one a line of the log.

The grammar is `::kind key=value,key=value::text`; what would end a value or a line in it is percent-encoded. Of a
command the log shows only the text, so that says the place once more.
"""

from collections import Counter
from collections.abc import Iterator

from rulewright.adapters.cli.report import CheckOutcome, path_from_checkout, printable
from rulewright.core.findings import Finding

MAX_ANNOTATIONS = 10
"""Of each kind in one step; GitHub drops the others from the pull request, not from the log."""

_KINDS = {"error": "error", "warning": "warning", "info": "notice", "hint": "notice"}


def render(outcome: CheckOutcome) -> Iterator[str]:
    """The lines to print."""
    # First, or it would itself be one notice too many.
    yield from _rest(Counter(_KINDS[f.severity] for f in outcome.findings))
    for finding in outcome.findings:
        yield _command(finding, path_from_checkout(outcome.root, finding.path))


def _rest(kinds: Counter[str]) -> Iterator[str]:
    total = kinds.total()
    shown = min(kinds["error"], MAX_ANNOTATIONS) + min(kinds["warning"], MAX_ANNOTATIONS)
    shown += min(kinds["notice"], MAX_ANNOTATIONS)
    if shown < total:
        # This line is a notice too.
        shown -= kinds["notice"] >= MAX_ANNOTATIONS
        text = (
            f"{total:,} findings, of which GitHub annotates {shown}: {MAX_ANNOTATIONS} of a kind. "
            "The log of this step has them all."
        )
        yield f"::notice title=Rulewright::{text}"


def _command(finding: Finding, path: str) -> str:
    start, end = finding.range.start, finding.range.end
    properties = {"file": path, "line": start.line + 1}
    if start.line == end.line:
        # Columns go with a single line only: GitHub refuses them otherwise.
        properties |= {"col": start.character + 1, "endLine": end.line + 1, "endColumn": end.character + 1}
    else:
        properties["endLine"] = end.line + 1
    properties["title"] = finding.rule_id
    place = f"{printable(path)}:{start.line + 1}:{start.character + 1}"
    text = f"{place}: {printable(finding.rule_id)}: {finding.message or finding.rule_id}"
    if finding.note.strip():
        text += f"\n{finding.note.strip()}"
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{_KINDS[finding.severity]} {listed}::{_data(text)}"


def _data(text: str) -> str:
    """The text behind the second `::`, as the runner reads it back."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(text)


def _property(text: str) -> str:
    """A value of a property, as the runner reads it back."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(text.replace(":", "%3A").replace(",", "%2C"))
