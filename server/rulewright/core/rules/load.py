"""From the bytes of a rule file to what the book takes: parse, then run the rule's own examples."""

import msgspec

from rulewright.core.findings import SEVERITIES, Severity
from rulewright.core.rules.book import Seen
from rulewright.core.rules.check_sources import Beside, fenced_examples
from rulewright.core.rules.examples import run_examples
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import Located, Parsed, parse
from rulewright.core.rules.problems import problem
from rulewright.core.text import Position, Text

MAX_EXAMPLE = 2_000
MAX_EXAMPLES = 20_000
"""Characters of one example, and of all of a rule, that are run when it is read: that happens in the server itself."""


def load(origin: Origin, data: bytes, beside: Beside | None = None) -> Seen:
    """Read a rule file, with those beside it that it names.

    A rule whose examples fail still guides, but its checks are not run, and the file says so.
    """
    parsed, blocks = _with_fenced_examples(parse(origin, data, beside))
    if parsed.rule is None or not parsed.rule.checks or not parsed.rule.examples:
        return Seen(parsed)
    if origin.source in {"default", "framework"}:
        # Our own test suite runs these.
        return Seen(parsed)
    severities = [c.severity for c in parsed.rule.checks if c.severity in SEVERITIES]
    # What the rule would have failed a run with must not pass because the rule itself is wrong.
    worst: Severity = "error" if "error" in severities else "warning"
    sizes = [len(code) for e in parsed.rule.examples for code in (e.bad, e.good) if code]
    if max(sizes, default=0) > MAX_EXAMPLE or sum(sizes) > MAX_EXAMPLES:
        message = (
            f"The examples are too long to be run at each reading ({MAX_EXAMPLE:,} characters each, "
            f"{MAX_EXAMPLES:,} in all), so the checks are run without them. `rulewright rules test` runs them."
        )
        too_long = problem("examples-not-run", "info", message)
        return Seen(parsed, remarks=(Located(too_long, *parsed.place(("examples",))),))
    n_stated = len(parsed.rule.examples) - len(blocks)

    def place(number: int) -> tuple[int, int]:
        return parsed.place(("examples", number)) if number < n_stated else blocks[number - n_stated]

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
                *place(result.number),
            )
            for result in failed
        ),
    )


def _with_fenced_examples(parsed: Parsed) -> tuple[Parsed, tuple[tuple[int, int], ...]]:
    """The rule with the examples that its text shows behind those that it states, and the places of the former."""
    rule = parsed.rule
    if rule is None or not rule.checks or not ("```" in rule.body or "~~~" in rule.body):
        return parsed, ()
    found = list(fenced_examples(rule.body, {check.language for check in rule.checks}))
    start = Text(parsed.content).offset(Position(rule.body_line, 0))
    examples = (*rule.examples, *(example for example, _ in found))
    with_them = msgspec.structs.replace(parsed, rule=msgspec.structs.replace(rule, examples=examples))
    return with_them, tuple((start + block.start, start + block.end) for _, block in found)
