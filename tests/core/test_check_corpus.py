"""Checks that other projects wrote, with their own cases; see `tests.harness.data`."""

import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from rulewright.core.rules import engine
from rulewright.core.rules.check import read_checks
from rulewright.core.rules.fix import apply_fixes
from rulewright.core.rules.lint import Enforced, Linter
from rulewright.core.rules.rule import Check
from tests.harness.data import test_data as data_file

OTHERWISE = {
    # Recorded with another grammar: ast-grep's own program of this version takes the arrow function, too, for the
    # called expression, and so finds the second place instead of the first.
    "find-calls-by-callee-name-0": ([224, 246], [218, 246]),
}


def corpus() -> Iterator[dict[str, Any]]:
    path = data_file("checks", "rules.jsonl")
    if path is None:
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


CASES = list(corpus())


@cache
def checks_of(case_id: str) -> tuple[Check, ...]:
    case = next(case for case in CASES if case["id"] == case_id)
    checks, problems = read_checks(case["yaml"], rule_id=case["id"], languages=())
    assert [p.message for p in problems if p.severity == "error"] == []
    return checks


def linter_of(checks: tuple[Check, ...]) -> Linter:
    return Linter(checks[0].language, tuple(Enforced(c.id, "", "", c) for c in checks))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_check_of_the_corpus_does_what_its_authors_say(case: dict[str, Any]) -> None:
    linter = linter_of(checks_of(case["id"]))
    assert [code for code in case.get("valid", ()) if linter.run("x", code)] == []
    assert [code for code in case.get("invalid", ()) if not linter.run("x", code)] == []
    there, here = OTHERWISE.get(case["id"], ((), ()))
    for recorded in case.get("cases", ()):
        source = recorded["source"]
        findings = linter.run("x", source)
        places = [[len(source[:o].encode()) for o in (f.start, f.end)] for f in findings]
        assert sorted(places) == sorted(here if place == there else place for place in recorded["matches_bytes"])
        assert apply_fixes(source, findings) == recorded["after_fix"]


def test_many_checks_together_find_what_each_finds_alone() -> None:
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in CASES:
        grouped[checks_of(case["id"])[0].language].append(case)
    for language, cases in grouped.items():
        checks = tuple(check for case in cases for check in checks_of(case["id"]))
        together = linter_of(checks)
        for source in [source for case in cases for source in case.get("invalid", ())[:1]][:6]:
            root = engine.parse(source, language)
            alone = sorted(
                (check.id, *engine.offsets(node)) for check in checks for node in engine.find_all(root, check.config)
            )
            assert sorted((f.rule_id, f.start, f.end) for f in together.run("x", source)) == alone
