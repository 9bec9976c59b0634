"""What is said of rule files: the table, the code that says it, and a case for each."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from rulewright.core.findings import SEVERITIES
from rulewright.core.rules.remarks import REMARKS, remark_of

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "server/rulewright"
CASES = ROOT / "tests/cases/lint"
SAYING = {"problem", "report", "finding", "GlobProblem", "warn", "Problem"}
NOT_SHOWN = {
    "unreadable-rule-file": "a file that the disk refuses is not made by a case: tests/services/test_rules.py",
    "not-utf-8": "a case is UTF-8: tests/features/test_rule_lint_fixes.py",
    "rule-file-too-big": "a megabyte is no reading: tests/features/test_rule_lint_fixes.py",
    **{code: "said of files that are checked: tests/cases/check" for code, r in REMARKS.items() if r.scope == "code"},
}


def words(node: ast.expr | None) -> list[str]:
    """The texts that an expression may be, where they are plain to see."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return words(node.body) + words(node.orelse) if isinstance(node, ast.IfExp) else []


def said() -> Iterator[tuple[str, str]]:
    """Codes with a severity each; `` where it is not plain to see."""
    for path in (p for layer in ("core", "features", "services") for p in (SOURCE / layer).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            parts = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else []
            for first, second in pairwise(parts):
                severities = [s for s in words(second) if s in SEVERITIES]
                codes = [code.removeprefix("rulewright/") for code in words(first) if "-" in code]
                yield from ((code, severity) for code in codes for severity in severities)
            if isinstance(node, ast.Call):
                named = getattr(node.func, "attr", getattr(node.func, "id", ""))
                given = {k.arg: k.value for k in node.keywords}
                codes = words(given.get("code"))
                if named in SAYING and parts:
                    codes += [code for code in words(parts[0]) if "-" in code and " " not in code]
                default = ["warning"] if named == "warn" else [""]
                yield from ((code, s) for code in codes for s in words(given.get("severity")) or default)
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                code = node.value.removeprefix("rulewright/")
                if code not in {node.value, ""}:
                    yield code, ""


def test_the_table_holds_what_the_code_says() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for code, severity in said():
        found[code].add(severity)
    assert sorted(found) == sorted(REMARKS)
    for code, severities in found.items():
        assert severities - {""} <= set(REMARKS[code].severities), code
        if "" not in severities:
            assert severities == set(REMARKS[code].severities), code


@pytest.mark.parametrize("code", REMARKS)
def test_a_remark_is_told_in_sentences(code: str) -> None:
    remark = REMARKS[code]
    assert remark.title.endswith(".")
    assert remark.why.endswith(".")
    assert len(remark.title) <= 80
    assert remark_of(f"rulewright/{code}") == (code, remark)


def test_an_unknown_name_gives_the_nearest() -> None:
    assert remark_of("dead-glop") == "dead-glob"
    assert remark_of("xyz") == ""


@pytest.mark.parametrize("code", [code for code in REMARKS if code not in NOT_SHOWN])
def test_a_remark_has_a_case_that_shows_it(code: str) -> None:
    text = (CASES / f"{code}.case").read_text("utf-8")
    places = [line.split(":")[0] for line in text.splitlines() if f" rulewright/{code}: " in line]
    assert places
    # The good file of the case is left alone.
    assert [p for p in places if "good" in p] == []
    assert "good" in text


def test_there_is_no_case_of_no_remark() -> None:
    assert {p.stem for p in CASES.glob("*.case")} == set(REMARKS) - set(NOT_SHOWN)
