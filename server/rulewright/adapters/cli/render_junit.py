"""Findings as tests that failed: the XML that JUnit began and CI systems read.

A test is a rule in a file, for systems compare tests by name from one run to the next, and most read one failure of a
test. A rule that found nothing is a test that passed. What is below `--fail-on` passes too, and says what it found.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from rulewright.adapters.cli.report import CheckOutcome, path_from_checkout, printable
from rulewright.core.findings import SEVERITIES, Finding

_SURROGATE = re.compile("[\ud800-\udfff]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def render(outcome: CheckOutcome) -> str:
    """The document. Everything in it is a character that XML 1.0 allows."""
    tests = [[*group] for _, group in groupby(sorted(outcome.findings, key=_test), key=_test)]
    found = {f.rule_id for f in outcome.findings}
    passed = sorted({rule_id for rule_id, _ in outcome.rules} - found)
    n_failed = sum(any(map(outcome.fails, test)) for test in tests)
    counts = f'tests="{len(tests) + len(passed)}" failures="{n_failed}" errors="0"'
    seconds = f'time="{outcome.summary.seconds:.3f}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="Rulewright" {counts} {seconds}>']
    lines.append(f'  <testsuite name="rulewright check" {counts} skipped="0" {seconds}>')
    for test in tests:
        lines += _failed(outcome, test)
    lines += [f'    <testcase classname="rulewright" name="{_xml(rule_id)}" time="0"/>' for rule_id in passed]
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"])


def _test(finding: Finding) -> tuple[str, str]:
    return finding.path, finding.rule_id


def _failed(outcome: CheckOutcome, test: list[Finding]) -> Iterator[str]:
    """A rule in a file."""
    first = min(test, key=lambda f: SEVERITIES.index(f.severity))
    path = path_from_checkout(outcome.root, first.path)
    yield f'    <testcase classname="{_xml(path)}" name="{_xml(first.rule_id)}" file="{_xml(path)}" time="0">'
    places = _xml("\n".join(_place(path, f) for f in test), keep="\n")
    if any(map(outcome.fails, test)):
        more = f" ({len(test)} times)" if len(test) > 1 else ""
        message = _xml((first.message or first.rule_id) + more)
        yield f'      <failure type="{first.severity}" message="{message}">{places}</failure>'
    else:
        yield f"      <system-out>{places}</system-out>"
    yield "    </testcase>"


def _place(path: str, finding: Finding) -> str:
    start = finding.range.start
    text = " ".join(f"{finding.message} {finding.note}".split())
    return f"{printable(path)}:{start.line + 1}:{start.character + 1}: {finding.severity}: {text}"


def _xml(text: str, keep: str = "") -> str:
    """Text for an element or an attribute. XML has no way to write most control characters, so they are spelled out."""
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    return "".join(
        c if c in keep else c.translate(_ENTITIES) if c in "\n\t" else printable(c).translate(_ENTITIES) for c in text
    )
