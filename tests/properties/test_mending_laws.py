"""Whatever a rule, its rewriters and its fix are, ast-grep's own program writes the same bytes at the same places."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.core.rules.check import read_checks
from rulewright.core.rules.lint import Enforced, Linter

AST_GREP = Path(sys.executable).parent / "ast-grep"
CODE = """\
call(a, b, c)
if deep:
    call(
        first,  # one
        [1, [2, [3, "é😀"]]],
    )
    value = wrap([x, [y, [z]]], other(wrap([q]), [r]))
pairs = {"one": 1, "two": 2, "é": call(a,
    b)}
def f(a, b=1, *c):
    old_name(a, a, [b, call(a)])
    return wrap(wrap(a))
same(x, y); same([y, x], y)
"""
KINDS = ("identifier", "integer", "list", "call", "string", "argument_list", "pair", "expression_statement", "block")
PATTERNS = ("$A", "$B", "$X", "[$$$L]", "[$X, $Y]", "$F($$$ARGS)", "$F($A)", "call($$$A)", "wrap($A)", "$F($A, $B)")
OUTER = ("$F($$$ARGS)", "call($$$A)", "wrap($A)", "$F($A, $B, $C)", "old_name($A, $B, $X)", "[$A, $B]", "same($A, $X)")
FORMS = ("atom", "atom", "relation", "relation", "any", "all", "not")
REGEXES = ("^[ab]$", ",", "^\\[", "x", "call", "\\)$")
TIMEOUT_S = 5
"""The program runs into an endless recursion where ours stops at a limit."""


class Writer:
    """Writes rules at random, all of which ast-grep takes."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def often(self, chance: float) -> bool:
        return self.random.random() < chance

    def atom(self) -> dict[str, Any]:
        word, choices = self.random.choice((("kind", KINDS), ("pattern", PATTERNS), ("regex", REGEXES)))
        return {word: self.random.choice(choices)}

    def relation(self, depth: int) -> dict[str, Any]:
        stop = {"stopBy": self.random.choice(("end", "neighbor", self.atom()))} if self.often(0.6) else {}
        return {**self.rule(depth), **stop}

    def rule(self, depth: int = 2) -> dict[str, Any]:
        form = "atom" if depth == 0 else self.random.choice(FORMS)
        more = self.atom() if self.often(0.5) else {}
        match form:
            case "relation":
                side = self.random.choice(("inside", "has", "precedes", "follows"))
                return {**more, side: self.relation(depth - 1)}
            case "any" | "all":
                return {form: [self.rule(depth - 1), self.rule(depth - 1)]}
            case "not":
                return {**self.atom(), "not": self.rule(depth - 1)}
            case _:
                return {**self.atom(), **more}

    def fix(self, variables: list[str]) -> dict[str, Any]:
        chosen = self.random.sample(variables, min(len(variables), 4))
        body = self.random.choice((" ", ", ", "\n    ")).join(chosen)
        fix: dict[str, Any] = {"template": self.random.choice(("%s", "z %s>", "<\n  %s\n)")) % body}
        for side in ("expandStart", "expandEnd"):
            if self.often(0.4):
                fix[side] = self.relation(1)
        return fix

    def transform(self, rule: dict[str, Any], rewriters: list[str]) -> dict[str, Any]:
        variables = captured(rule)
        transform: dict[str, Any] = {}
        if not variables:
            return transform
        for name in ("ONE", "TWO"):
            chosen = self.random.sample(rewriters, self.random.randint(1, len(rewriters)))
            joined = {"joinBy": self.random.choice((", ", "\n  ", "+"))} if self.often(0.4) else {}
            transform[name] = {"rewrite": {"source": self.random.choice(variables), "rewriters": chosen, **joined}}
        transform["UP"] = {"convert": {"source": "$ONE", "toCase": self.random.choice(("upperCase", "camelCase"))}}
        by = self.random.choice(("\\s+", "[a-z]", "^"))
        transform["NEW"] = {"replace": {"source": "$UP", "replace": by, "by": "_$0"}}
        return transform

    def document(self) -> dict[str, Any]:
        rule: dict[str, Any] = {"pattern": self.random.choice(OUTER)}
        if self.often(0.4):
            rule = {"all": [{"kind": self.random.choice(KINDS)}, self.rule()]}
        ids = ["r1", "r2", "r3"][: self.random.randint(1, 3)]
        transform = self.transform(rule, ids) if self.often(0.8) else {}
        rewriters = []
        for rewriter_id in ids:
            inner = self.rule()
            more = self.transform(inner, ids) if self.often(0.3) else {}
            variables = [*captured(inner), *(f"${name}" for name in more), *captured(rule)[:1]]
            rewriters.append(
                {"id": rewriter_id, "rule": inner, "fix": self.fix(variables), **({"transform": more} if more else {})}
            )
        return {
            "id": "law",
            "language": "python",
            "rule": rule,
            "rewriters": rewriters,
            **({"transform": transform} if transform else {}),
            "fix": self.fix([*captured(rule), *(f"${name}" for name in transform)]),
        }


def captured(rule: dict[str, Any]) -> list[str]:
    return sorted(set(re.findall(r"\$+[A-Z]+", json.dumps(rule))))


def theirs(document: dict[str, Any]) -> list[tuple[int, int, str, int, int]] | None:
    """What ast-grep's program finds and writes; None where it falls over."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.py").write_bytes(CODE.encode())
        Path(folder, "rule.yml").write_text(yaml.safe_dump(document), encoding="utf-8")
        command = [AST_GREP, "scan", "--rule", "rule.yml", "--json=compact", "a.py"]
        try:
            run = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return None
    if run.returncode < 0 or b"panicked" in run.stderr:
        return None
    assert run.returncode in {0, 1}, run.stderr.decode()
    found = []
    for hit in json.loads(run.stdout):
        place, replaced = hit["range"]["byteOffset"], hit["replacementOffsets"]
        found.append((place["start"], place["end"], hit["replacement"], replaced["start"], replaced["end"]))
    return sorted(found)


def ours(document: dict[str, Any]) -> list[tuple[int, int, str, int, int]]:
    checks, problems = read_checks(document, rule_id="law", languages=())
    assert len(checks) == 1, [p.message for p in problems]
    found = []
    for finding in Linter("python", (Enforced("law", "", "", checks[0]),)).run("a.py", CODE):
        assert finding.fix is not None, finding.message
        (edit,) = finding.fix.edits
        start, end, first, last = (
            len(CODE[:offset].encode()) for offset in (finding.start, finding.end, edit.start, edit.end)
        )
        found.append((start, end, edit.new_text, first, last))
    return sorted(found)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_any_rule_is_mended_as_ast_grep_does(seed: int) -> None:
    document = Writer(Random(seed)).document()
    expected = theirs(document)
    assert expected is None or ours(document) == expected
