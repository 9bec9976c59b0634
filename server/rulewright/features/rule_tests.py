"""Run the examples that rules carry, and say which hold."""

from collections.abc import Iterable

import msgspec

from rulewright.core.rules.examples import ExampleResult, run_examples
from rulewright.core.rules.rule import Rule


class RuleTest(msgspec.Struct, frozen=True):
    """The examples of one rule and what came of them."""

    rule_id: str
    path: str
    results: tuple[ExampleResult, ...]

    @property
    def passed(self) -> bool:
        """Whether every example holds."""
        return all(r.passed for r in self.results)


def run_rule_tests(rules: Iterable[Rule]) -> tuple[RuleTest, ...]:
    """One test for each rule that has checks and examples."""
    return tuple(RuleTest(r.id, r.path, run_examples(r)) for r in rules if r.checks and r.examples)
