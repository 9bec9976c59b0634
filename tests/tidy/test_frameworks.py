"""The rules about frameworks that we ship: each is read without a remark, holds, and is short."""

from collections import Counter
from pathlib import Path

import pytest

from rulewright.core.frameworks import FRAMEWORKS
from rulewright.core.rules.examples import run_examples
from rulewright.core.rules.load import MAX_EXAMPLE, MAX_EXAMPLES
from rulewright.core.rules.rule import Rule
from rulewright.core.tokens import estimate
from tests.harness.framework_table import FOLDER, read

FILES = sorted(FOLDER.rglob("*.md"))
NAMES = sorted({path.parent.name for path in FILES})
MAX_TOKENS = 600


def ours(path: Path) -> Rule:
    parsed = read(path)
    assert [p.problem.message for p in parsed.problems] == []
    assert parsed.rule is not None
    return parsed.rule


def named(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_rule_says_what_it_is_about(path: Path) -> None:
    rule = ours(path)
    assert rule.id == named(path).removesuffix(".md")
    assert rule.description
    assert rule.languages or rule.globs


@pytest.mark.parametrize("path", [p for p in FILES if p.stem != "overview"], ids=named)
def test_the_examples_of_a_rule_hold(path: Path) -> None:
    rule = ours(path)
    assert rule.checks
    results = run_examples(rule)
    assert [r.sentence for r in results if not r.passed] == []
    # Code that is found and code that is left alone: a check is shown from both sides.
    assert {r.outcome for r in results} == {"reported", "validated"}
    sizes = [len(code) for e in rule.examples for code in (e.bad, e.good) if code]
    assert max(sizes) <= MAX_EXAMPLE
    assert sum(sizes) <= MAX_EXAMPLES


@pytest.mark.parametrize("path", [p for p in FILES if p.stem != "overview"], ids=named)
def test_a_check_says_what_is_wrong(path: Path) -> None:
    rule = ours(path)
    assert [c.id for c in rule.checks if not c.message] == []
    assert [c.id for c in rule.checks if rule.languages and c.language not in rule.languages] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_framework_has_a_short_overview(name: str) -> None:
    rule = ours(FOLDER / name / "overview.md")
    assert rule.checks == ()
    lines = [line for line in rule.body.splitlines() if line.startswith("- ")]
    assert 8 <= len(lines) <= 15
    assert estimate(rule.body) <= MAX_TOKENS


def test_every_framework_has_rules_and_every_rule_a_framework() -> None:
    assert {framework.name for framework in FRAMEWORKS} == set(NAMES)
    assert [named(p) for p in FILES if len(p.relative_to(FOLDER).parts) != 2] == []


def test_ids_are_unique() -> None:
    ids = Counter(check.id for path in FILES for check in ours(path).checks)
    ids.update(path.relative_to(FOLDER).as_posix() for path in FILES if path.stem == "overview")
    assert [name for name, count in ids.items() if count > 1] == []
