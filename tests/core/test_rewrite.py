"""Rewriters within limits, and what is said where they do too much."""

import pytest

from rulewright.core.findings import Finding
from rulewright.core.rules import rewrite
from rulewright.core.rules.check import read_checks
from rulewright.core.rules.fix import apply_fixes
from rulewright.core.rules.lint import CHECK_FAILED, Enforced, Linter
from rulewright.core.rules.transforms import transformed

NESTED = """
rule: { pattern: flat($A) }
message: Flatten $R
rewriters:
  - id: flat
    rule: { pattern: "[$$$C]" }
    transform: { D: { rewrite: { source: $$$C, rewriters: [flat] } } }
    fix: $D
transform: { R: { rewrite: { source: $A, rewriters: [flat] } } }
fix: "[$R]"
"""
ENDLESS = """
rule: { pattern: loop($A) }
rewriters:
  - id: again
    rule: { pattern: $X, kind: identifier }
    transform: { Y: { rewrite: { source: $X, rewriters: [again] } } }
    fix: <$Y>
transform: { R: { rewrite: { source: $A, rewriters: [again] } } }
fix: $R
"""
GROWING = """
rule: { pattern: grow($A) }
rewriters:
  - id: double
    rule: { pattern: "[$C]" }
    transform: { D: { rewrite: { source: $C, rewriters: [double] } } }
    fix: $D$D$D$D
transform: { R: { rewrite: { source: $A, rewriters: [double] } } }
fix: $R
"""
MANY = """
rule: { pattern: "many($$$A)" }
rewriters: [{ id: name, rule: { kind: identifier }, fix: n }]
transform: { R: { rewrite: { source: $$$A, rewriters: [name] } } }
fix: many($R)
"""
LONG = f"{{ rule: {{ pattern: long($A) }}, message: Long, fix: {'$A' * 1_000} }}"
OTHER = "{ id: other, rule: { pattern: other() }, fix: good() }"


def found(content: str, *texts: str) -> tuple[Finding, ...]:
    enforced = []
    for number, text in enumerate(texts):
        (check,), problems = read_checks(text, rule_id=f"r{number}", languages=("python",))
        assert problems == ()
        enforced.append(Enforced(check.id, f"r{number}.md", "", check))
    return Linter("python", tuple(enforced)).run("a.py", content)


def nested(depth: int) -> str:
    return "[" * depth + "x" + "]" * depth


def test_what_ast_grep_could_not_end_is_rewritten_at_once() -> None:
    # Each level would be rewritten for each level above it, which makes 2 ** 40 rewritings.
    content = f"flat({nested(40)})\n"
    (finding,) = found(content, NESTED)
    assert apply_fixes(content, [finding]) == "[x]\n"
    assert finding.message == "Flatten x"


@pytest.mark.parametrize(
    ("rule", "code", "says"),
    [
        (NESTED, f"flat({nested(60)})", "call each other more than 50 levels deep"),
        (ENDLESS, "loop(x)", "call each other more than 50 levels deep"),
        (GROWING, f"grow({nested(14)})", "a fix writes more than 1,000,000 characters"),
        (LONG, f"long({'x' * 2_000})", "a fix writes more than 1,000,000 characters"),
        (MANY, f"many({'x, ' * 20_100})", "hit more than 20,000 nodes"),
    ],
)
def test_a_rewriting_that_does_too_much_is_given_up_and_told_once(rule: str, code: str, says: str) -> None:
    content = f"{code}\n{code}\nother()\n"
    failed, *others = found(content, rule, OTHER)
    assert failed.rule_id == CHECK_FAILED
    assert failed.rule_path == "r0.md"
    assert failed.message.startswith("Some fixes of check `r0` could not be made in this file: ")
    assert says in failed.message
    assert [(f.rule_id, f.fix is not None) for f in others] == [("r0", False), ("r0", False), ("other", True)]
    assert others[0].message


def test_the_limit_of_nodes_is_for_a_file_and_a_check() -> None:
    code = f"many({'x, ' * 11_000})\n"
    assert [f.rule_id for f in found(code, MANY, MANY.replace("name", "other"))] == ["r0", "r1"]
    assert [f.rule_id for f in found(code * 2, MANY)] == [CHECK_FAILED, "r0", "r0"]


def test_depth_is_that_of_each_rewriting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrite, "MAX_NESTED", 3)
    findings = found(f"flat({nested(3)})\nflat({nested(2)})\nflat({nested(2)})\n", NESTED)
    assert [f.fix is not None for f in findings] == [False, False, True, True]


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "  a\n b  ", '"#', '"##"###', "\\", "é😀", "a\r\nb", "|", "\tx", "\0", "\ufeffx"]
)
def test_any_text_is_transformed(text: str) -> None:
    assert transformed({"substring": {"source": "$A"}}, text) == text
    assert transformed("replace($B, replace='$', by='.')", text) == f"{text}."
    assert transformed({"replace": {"source": "$A", "replace": "(?s)(.)", "by": "$1$1"}}, text) == "".join(
        2 * c for c in text
    )


def test_only_what_depends_on_rewriting_is_taken_from_ast_grep() -> None:
    (check,), _ = read_checks(
        """
        rule: { pattern: "f($A)" }
        rewriters: [{ id: r, rule: { kind: identifier }, fix: x }]
        transform:
          LAST: convert($MIDDLE, toCase=upperCase)
          MIDDLE: { replace: { source: $R, replace: x, by: y } }
          R: rewrite($A, rewriters=[r])
          OWN: { convert: { source: $A, toCase: upperCase } }
          MORE: substring($OWN, startChar=1)
        """,
        rule_id="r",
        languages=("python",),
    )
    scope = rewrite.scope_of(check.config)
    assert set(scope.plan.ours) == {"LAST", "MIDDLE", "R"}
    assert set(scope.config["transform"]) == {"OWN", "MORE"}
    assert check.config["transform"]["R"] == {"rewrite": {"source": "$A", "rewriters": ["r"]}}
