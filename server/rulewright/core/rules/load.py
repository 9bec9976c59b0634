"""From the bytes of a rule file to what the book takes: parse, then run the rule's own examples."""

from rulewright.core.findings import SEVERITIES, Severity
from rulewright.core.rules.book import Seen
from rulewright.core.rules.examples import run_examples
from rulewright.core.rules.parse import Located, Origin, parse
from rulewright.core.rules.problems import problem


def load(origin: Origin, data: bytes) -> Seen:
    """Read a rule file. A rule whose examples fail still guides, but its checks are not run, and the file says so."""
    parsed = parse(origin, data)
    if parsed.rule is None or not parsed.rule.checks or not parsed.rule.examples:
        return Seen(parsed)
    if origin.source == "default":
        # Our own test suite runs these.
        return Seen(parsed)
    severities = [c.severity for c in parsed.rule.checks if c.severity in SEVERITIES]
    # What the rule would have failed a run with must not pass because the rule itself is wrong.
    worst: Severity = "error" if "error" in severities else "warning"
    failed = [r for r in run_examples(parsed.rule) if not r.passed]
    return Seen(
        parsed,
        tuple(
            Located(
                problem(
                    "example-fails",
                    worst,
                    f"{result.sentence} The checks of this rule are not run until its examples pass.",
                ),
                *parsed.place(("examples", result.number)),
            )
            for result in failed
        ),
    )
