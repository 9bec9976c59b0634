"""A rule's examples and what came of them."""

from typing import Any

import pytest

from rulewright.core.rules.check import read_checks
from rulewright.core.rules.examples import run_examples
from rulewright.core.rules.load import load
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.rule import Example, Rule


def rule(*examples: Example, **check: Any) -> Rule:
    document = {"rule": {"pattern": "eval($X)"}, "fix": "literal($X)", **check}
    checks, problems = read_checks(document, rule_id="no-eval", languages=("python",))
    assert problems == ()
    return Rule(id="no-eval", path="no-eval.md", checks=checks, examples=examples)


def outcomes(of: Rule) -> list[tuple[int, str]]:
    return [(result.number, result.outcome) for result in run_examples(of)]


@pytest.mark.parametrize(
    ("example", "expected"),
    [
        (Example(good="evaluate(x)"), ["validated"]),
        (Example(good="eval(x)"), ["noisy"]),
        (Example(bad="eval(x)"), ["reported"]),
        (Example(bad="exec(x)"), ["missing"]),
        (Example(bad="eval(x)\n", good="literal(x)"), ["reported", "validated"]),
        (Example(bad="eval(x)", good="other(x)"), ["fix_differs", "validated"]),
        (Example(bad="exec(x)", good="eval(x)"), ["missing", "noisy"]),
        (Example(bad="eval(eval(x))", good="literal(literal(x))"), ["reported", "validated"]),
        (Example(bad="eval(x)  # rulewright: ignore"), ["reported"]),
        (Example(bad="eval(x)", language="py"), ["reported"]),
        (Example(bad="eval(x)", language="go"), ["missing"]),
        (Example(), []),
    ],
)
def test_each_half_of_an_example_has_an_outcome(example: Example, expected: list[str]) -> None:
    assert outcomes(rule(example)) == [(0, outcome) for outcome in expected]


def test_results_say_what_happened() -> None:
    of = rule(Example(bad="eval(x)", good="y()"), Example(bad="exec(x)"), Example(bad="eval(x)", language="Go"))
    differs, _, missing, other = run_examples(of)
    assert differs.sentence == (
        "Example 1 of rule `no-eval`: the fix makes `literal(x)` of the bad code, not the good code."
    )
    assert differs.fixed == "literal(x)"
    assert missing.sentence == "Example 2 of rule `no-eval`: the bad code is missed; no check finds it."
    assert other.sentence.endswith("no check of the rule is for `Go`.")
    assert [r.passed for r in (differs, missing, other)] == [False, False, False]


def test_without_a_fix_good_code_need_not_be_its_result() -> None:
    assert outcomes(rule(Example(bad="eval(x)", good="other(x)"), fix=None)) == [(0, "reported"), (0, "validated")]


def test_examples_are_run_against_a_check_that_is_switched_off() -> None:
    assert outcomes(rule(Example(bad="eval(x)"), severity="off")) == [(0, "reported")]


def test_a_rule_without_checks_has_no_outcomes() -> None:
    assert run_examples(Rule(id="a", path="a.md", examples=(Example(bad="x"),))) == ()


FENCED = """---
description: Log, do not print
check:
  language: python
  rule: {{ pattern: print($A) }}
  fix: log($A)
---
Printing is for scripts.

{body}
"""


@pytest.mark.parametrize(
    ("body", "examples", "failed"),
    [
        ("```python bad\nprint(1)\n```\n\n```python good\nlog(2)\n```", ["bad", "good"], []),
        ("```python bad\nprint(1)\n```\nand so:\n```py fixed\nlog(1)\n```", ["bad good"], []),
        ("```python bad\nprint(1)\n```\n```python fixed\nlog(2)\n```", ["bad good"], ["fix_differs"]),
        ("```python bad\nlog(1)\n```", ["bad"], ["missing"]),
        ("~~~python good\nprint(1)\n~~~", ["good"], ["noisy"]),
        ("```python fixed\nlog(1)\n```", ["good"], []),
        ("```python bad\nprint(1)\n```\n```python bad\nprint(2)\n```", ["bad", "bad"], []),
        ("```bash bad\necho\n```\n```python\nprint(1)\n```\n```\nbad\n```", [], []),
        ("````markdown\n```python bad\nlog(1)\n```\n````", [], []),
        ("```python bad", ["bad"], ["missing"]),
    ],
)
def test_fenced_blocks_are_examples(body: str, examples: list[str], failed: list[str]) -> None:
    origin = Origin(path=".ai-rules/log.md", below="log.md")
    seen = load(origin, FENCED.format(body=body).encode())
    rule = seen.parsed.rule
    assert rule is not None
    assert [" ".join(w for w in ("bad", "good") if getattr(e, w) is not None) for e in rule.examples] == examples
    assert [r.outcome for r in run_examples(rule) if not r.passed] == failed
    assert len(seen.example_problems) == len(failed)
    for located in seen.example_problems:
        assert seen.parsed.content[located.start : located.end].lstrip("`~").startswith("python ")
