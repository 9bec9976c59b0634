"""Which kinds of nodes a rule can hit: known for sure, or not said."""

from typing import Any

import pytest

from rulewright.core.rules.kinds import hit_kinds


@pytest.mark.parametrize(
    ("rule", "kinds"),
    [
        ({"kind": "call"}, {"call"}),
        ({"kind": "call > identifier"}, set()),
        ({"pattern": "f($A)"}, {"call"}),
        ({"pattern": "$A == $A"}, {"comparison_operator"}),
        ({"pattern": "$A"}, set()),
        ({"pattern": "$$$A"}, set()),
        ({"pattern": {"context": "f(x=1)", "selector": "keyword_argument"}}, set()),
        ({"pattern": "def def"}, set()),
        ({"any": [{"pattern": "f($A)"}, {"kind": "lambda"}]}, {"call", "lambda"}),
        ({"any": [{"pattern": "f($A)"}, {"regex": "x"}]}, set()),
        ({"any": []}, set()),
        ({"all": [{"regex": "x"}, {"kind": "lambda"}]}, {"lambda"}),
        ({"not": {"kind": "call"}}, set()),
        ({"matches": "util"}, set()),
        ("no rule", set()),
    ],
)
def test_kinds_are_said_only_when_sure(rule: Any, kinds: set[str]) -> None:
    assert hit_kinds(rule, "python") == kinds


def test_a_rule_in_itself_ends() -> None:
    rule: dict[str, Any] = {}
    rule["all"] = [rule]
    assert hit_kinds(rule, "python") == frozenset()
