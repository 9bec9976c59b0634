"""Checks as people write them, and what is said about those that cannot be used."""

from typing import Any

import pytest
import yaml

from rulewright.core.rules.check import any_case, read_checks
from rulewright.core.rules.lint import Enforced
from rulewright.core.rules.problems import Problem
from rulewright.core.rules.rule import Check, FixTemplate
from tests.harness.linting import findings_in


def read(value: Any, *languages: str) -> tuple[tuple[Check, ...], tuple[Problem, ...]]:
    return read_checks(value, rule_id="team/no-eval", languages=languages or ("python",))


def read_yaml(text: str, *languages: str) -> tuple[tuple[Check, ...], tuple[Problem, ...]]:
    return read(yaml.safe_load(text), *languages)


def one(text: str, *languages: str) -> Check:
    checks, problems = read_yaml(text, *languages)
    assert [p.message for p in problems] == []
    assert len(checks) == 1
    return checks[0]


def refusal(text: str, *languages: str) -> Problem:
    checks, problems = read_yaml(text, *languages)
    assert checks == ()
    assert [p.severity for p in problems] == ["error"], [p.message for p in problems]
    return problems[0]


def remark(text: str) -> Problem:
    checks, problems = read_yaml(text)
    assert len(checks) == 1
    assert len(problems) == 1, [p.message for p in problems]
    return problems[0]


def test_a_whole_check() -> None:
    check = one("""
        id: no-eval
        language: Py
        severity: error
        message: "$F runs text as code"
        note: Parse it.
        url: https://example.org/no-eval
        rule: { pattern: "$F($X)" }
        constraints: { F: { regex: "^(eval|exec)$" } }
        fix: ast.literal_eval($X)
        files: ["./src/**/*.py", { glob: "Old/*.py", caseInsensitive: true }]
        ignores: tests/**
        labels: { X: { style: primary } }
        metadata: { cwe: 95 }
    """)
    assert check == Check(
        id="no-eval",
        language="python",
        severity="error",
        message="$F runs text as code",
        note="Parse it.",
        url="https://example.org/no-eval",
        config={"rule": {"pattern": "$F($X)"}, "constraints": {"F": {"regex": "^(eval|exec)$"}}},
        fixes=(FixTemplate(template="ast.literal_eval($X)"),),
        files=("src/**/*.py", "[oO][lL][dD]/*.[pP][yY]"),
        ignores=("tests/**",),
    )


def test_what_is_left_out_has_a_default() -> None:
    check = one("rule: { pattern: eval($X) }")
    assert (check.id, check.language, check.severity) == ("team/no-eval", "python", "warning")
    assert (check.message, check.fixes, check.files) == ("", (), ())


@pytest.mark.parametrize(("word", "severity"), [("error", "error"), ("off", "off"), ("Hint", "hint")])
def test_severities(word: str, severity: str) -> None:
    assert one(f"{{rule: {{pattern: f()}}, severity: {word}}}").severity == severity


def test_several_checks_are_a_list_or_a_text_of_documents() -> None:
    listed, problems = read_yaml("[{rule: {pattern: a}}, {rule: {pattern: b}}, {id: named, rule: {pattern: c}}]")
    assert problems == ()
    assert [check.id for check in listed] == ["team/no-eval", "team/no-eval-2", "named"]
    pasted, problems = read("id: a\nrule:\n  pattern: a\n---\nrule:\n  pattern: b\n---\n# nothing\n")
    assert problems == ()
    assert [check.id for check in pasted] == ["a", "team/no-eval-2"]


def test_one_broken_check_leaves_the_others() -> None:
    checks, problems = read_yaml("[{rule: {pattern: a}}, {rule: {kind: nope}}, {rule: {pattern: b}}]")
    assert [check.id for check in checks] == ["team/no-eval", "team/no-eval-3"]
    assert [p.at for p in problems] == [("check", 1, "rule")]


def test_two_checks_with_one_name_are_told_apart() -> None:
    checks, problems = read_yaml("[{id: a, rule: {pattern: a}}, {id: a, rule: {pattern: b}}]")
    assert [check.id for check in checks] == ["a", "a-2"]
    assert [(p.severity, p.at) for p in problems] == [("warning", ("check", 1))]


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("[1]", ("check", 0), "must be a mapping"),
        ("5", ("check",), "must be a mapping"),
        ("{message: x}", ("check",), "`rule` is missing"),
        ("{rule: x}", ("check",), "`rule` must be a mapping"),
        ("{pattern: x}", ("check", "pattern"), "`pattern` must stand inside `rule:`"),
        ("{rule: {patern: x}}", ("check", "rule", "patern"), "did you mean `pattern`?"),
        ("{rule: {all: [{kinds: x}]}}", ("check", "rule", "all", 0, "kinds"), "did you mean `kind`?"),
        ("{rule: {pattern: x, fix: y}}", ("check", "rule", "fix"), "`fix` stands beside `rule`"),
        ("{rule: {pattern: {context: x, selektor: y}}}", ("check", "rule", "pattern", "selektor"), "`selector`?"),
        ("{rule: {pattern: 5}}", ("check", "rule", "pattern"), "must be a text; quote it"),
        ("{rule: {kind: 5}}", ("check", "rule", "kind"), "must be a text; quote it"),
        ("{rule: {any: {pattern: x}}}", ("check", "rule", "any"), "must be a list"),
        ("{rule: {has: x}}", ("check", "rule", "has"), "must be a mapping"),
        ("{rule: {kind: nope}}", ("check", "rule"), "`nope` is invalid"),
        ("{rule: {}}", ("check", "rule"), "positive matcher"),
        ("{rule: {regex: '('}}", ("check", "rule"), "unclosed group"),
        ("{rule: {matches: nobody}}", ("check", "rule"), "`nobody` is not defined"),
        ("{rule: {pattern: x}, language: pyhton}", ("check", "language"), "did you mean `python`?"),
        ("{rule: {pattern: x}, language: toml}", ("check", "language"), "cannot check the language `toml`"),
        ("{rule: {pattern: x}, language: [python]}", ("check", "language"), "no language"),
        ("{rule: {pattern: $A}, constraints: {B: {regex: x}}}", ("check", "rule"), "Undefined meta var `B`"),
        ("{rule: {pattern: f($A)}, fix: g($B)}", ("check", "fix"), "names `$B`"),
        ("{rule: {pattern: f($A)}, fix: g($_)}", ("check", "fix"), "names `$_`"),
        ("{rule: {pattern: f($A)}, fix: 5}", ("check", "fix"), "must be a text"),
        (
            "{rule: {pattern: $A}, transform: {X: {substring: {source: $_A}}}}",
            ("check", "transform", "X"),
            "needs a `source` such as `$A`, not `$_A`",
        ),
        ("{rule: {pattern: $A}, transform: {X: 'substring($$$, endChar=1)'}}", ("check", "transform", "X"), "$A"),
        ("{rule: {pattern: $A}, transform: {X: [1]}}", ("check", "transform", "X"), "one operation"),
        ("{rule: {kind: '" + "a" * 600 + "'}}", ("check", "rule", "kind"), "too long"),
        ("{rule: {pattern: '" + "(" * 20_000 + "'}}", ("check", "rule", "pattern"), "too long"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(text: str, at: tuple[Any, ...], says: str) -> None:
    problem = refusal(text)
    assert problem.at == at
    assert says in problem.message
    assert problem.message.startswith("Check `")
    assert "Stack backtrace" not in problem.message
    assert "\n" not in problem.message


@pytest.mark.parametrize(
    ("text", "severity", "at", "says"),
    [
        ("{rule: {pattern: x}, mesage: y}", "warning", ("check", "mesage"), "did you mean `message`?"),
        ("{rule: {pattern: x}, my-tool: y}", "warning", ("check", "my-tool"), "it is ignored"),
        ("{rule: {pattern: x}, severity: fatal}", "warning", ("check", "severity"), "`warning` is used"),
        ("{rule: {pattern: x}, note: [y]}", "warning", ("check", "note"), "must be a text"),
        ("{rule: {pattern: x}, files: [5]}", "warning", ("check", "files"), "not a glob"),
        ("{rule: {pattern: x}, message: of $Y}", "hint", ("check", "message"), "names `$Y`"),
        (
            "{rule: {pattern: x, inside: {kind: call, stopby: end}}}",
            "warning",
            ("check", "rule", "inside", "stopby"),
            "did you mean `stopBy`?",
        ),
        ("{rule: {pattern: f()}, fix: {template: x, titel: y}}", "warning", ("check", "fix", "titel"), "mean `title`?"),
        (
            "{rule: {pattern: f()}, fix: {template: x, expandEnd: {kind: call, stopby: end}}}",
            "warning",
            ("check", "fix", "expandEnd", "stopby"),
            "did you mean `stopBy`?",
        ),
        (
            "{rule: {pattern: f($A)}, transform: {R: 'rewrite($A, rewriters=[r])'}}",
            "warning",
            ("check", "transform", "R"),
            "there are no `rewriters`",
        ),
        (
            "{rule: {pattern: f()}, rewriters: [{id: r, rule: {kind: call}, fix: x, message: y}]}",
            "warning",
            ("check", "rewriters", 0, "message"),
            "not a word of a rewriter",
        ),
    ],
)
def test_what_can_be_used_all_the_same_gives_a_remark(text: str, severity: str, at: tuple[Any, ...], says: str) -> None:
    problem = remark(text)
    assert (problem.severity, problem.at) == (severity, at)
    assert says in problem.message


def test_a_fix_may_have_a_title_and_may_be_several() -> None:
    assert one("{rule: {pattern: f($A)}, fix: {template: g($A), title: use g}}").fixes == (
        FixTemplate(template="g($A)", title="use g"),
    )
    two = one("{rule: {pattern: f($A)}, fix: [{template: g($A), title: a}, {template: h, title: b}]}").fixes
    assert [(fix.template, fix.title) for fix in two] == [("g($A)", "a"), ("h", "b")]
    assert one("{rule: {pattern: f($A)}, fix: []}").fixes == ()


REWRITER = "{id: r, rule: {pattern: $X, kind: identifier}, fix: x}"


@pytest.mark.parametrize(
    ("rest", "at", "says"),
    [
        ("fix: [{template: x}]", ("fix", 0), "`template` and `title`"),
        ("fix: [x]", ("fix", 0), "must be a mapping"),
        ("fix: {title: x}", ("fix",), "`template` must be a text"),
        ("fix: {template: x, title: [y]}", ("fix", "title"), "`title` must be a text"),
        ("fix: {template: $B}", ("fix",), "names `$B`"),
        ("fix: {template: x, expandEnd: ','}", ("fix", "expandEnd"), "must be a mapping"),
        ("fix: {template: x, expandEnd: {}}", ("fix", "expandEnd"), "ast-grep says"),
        ("fix: {template: x, expandEnd: {kind: nonsense}}", ("fix", "expandEnd"), "ast-grep says"),
        ("fix: {template: x, expandEnd: {matches: nobody}}", ("fix", "expandEnd"), "`nobody` is not defined"),
        ("fix: {template: x, expandStart: {kind: call, stopBy: ends}}", ("fix", "expandStart", "stopBy"), "not `ends`"),
        ("rewriters: {r: 1}", ("rewriters",), "must be a list"),
        ("rewriters: [{rule: {kind: call}, fix: x}]", ("rewriters", 0), "with `id`"),
        ("rewriters: [{id: r, fix: x}]", ("rewriters", 0), "`rule` is missing"),
        ("rewriters: [{id: r, rule: {kind: call}}]", ("rewriters", 0), "has no `fix`"),
        ("rewriters: [{id: r, rule: {knd: call}, fix: x}]", ("rewriters", 0, "rule", "knd"), "did you mean `kind`?"),
        ("rewriters: [{id: r, rule: {kind: call}, fix: $B}]", ("rewriters", 0, "fix"), "names `$B`"),
        (
            "utils: {u: {kind: call}}, rewriters: [{id: r, utils: {u: {kind: list}}, rule: {kind: call}, fix: x}]",
            ("rewriters", 0, "utils"),
            "another name",
        ),
        (
            f"rewriters: [{REWRITER}], transform: {{R: {{rewrite: {{source: $A, rewriters: [s]}}}}}}",
            ("transform", "R"),
            "no rewriter `s`",
        ),
        ("transform: {R: 'rewrite($A, rewriter=[s])'}", ("transform", "R"), "not an argument of `rewrite`"),
        ("transform: {R: {rewrite: {source: $A}}}", ("rule",), "ast-grep says"),
        (f"rewriters: [{', '.join([REWRITER] * 101)}]", ("rewriters",), "100 are the most"),
        (f"fix: [{', '.join(['{template: x, title: y}'] * 21)}]", ("fix",), "20 are the most"),
    ],
)
def test_a_fix_or_a_rewriter_that_cannot_be_used_is_refused_at_its_place(
    rest: str, at: tuple[Any, ...], says: str
) -> None:
    problem = refusal(f"{{language: python, rule: {{pattern: f($A)}}, {rest}}}")
    assert says in problem.message
    assert problem.at == ("check", *at)


def test_a_check_takes_the_single_language_of_its_rule() -> None:
    assert one("rule: {pattern: f()}", "TypeScript", "ts").language == "typescript"
    assert one("rule: {pattern: f()}", "toml", "go").language == "go"
    assert "names several" in refusal("rule: {pattern: f()}", "go", "rust").message
    assert "none that ast-grep can check" in refusal("rule: {pattern: f()}", "toml").message


def test_utilities_with_refused_names_are_renamed_wherever_they_are_named() -> None:
    checks, problems = read_yaml("""
        rule: { any: [{ matches: "call(x)" }, { kind: call, has: { matches: "a.b", stopBy: { matches: a_b } } }] }
        constraints: { X: { not: { matches: "a.b" } } }
        utils:
          "call(x)": { pattern: eval($X) }
          "a.b": { kind: identifier, nthChild: { position: 1, ofRule: { matches: a_b } } }
          a_b: { kind: identifier }
    """)
    assert [p.severity for p in problems] == ["hint", "hint"]
    config = checks[0].config
    assert set(config["utils"]) == {"call_x_", "a_b_", "a_b"}
    assert config["rule"]["any"][0] == {"matches": "call_x_"}
    assert config["rule"]["any"][1]["has"] == {"matches": "a_b_", "stopBy": {"matches": "a_b"}}
    assert config["constraints"]["X"] == {"not": {"matches": "a_b_"}}
    assert config["utils"]["a_b_"]["nthChild"]["ofRule"] == {"matches": "a_b"}


def test_a_text_that_is_not_yaml_says_where() -> None:
    checks, problems = read("rule:\n  pattern: [\n")
    assert checks == ()
    assert "not valid YAML" in problems[0].message
    assert "line 3" in problems[0].message


def test_yaml_that_grows_without_end_is_refused() -> None:
    loop: dict[str, Any] = {"any": []}
    loop["any"].append(loop)
    checks, problems = read({"rule": loop})
    assert checks == ()
    assert "too large or nested too deeply" in problems[0].message
    bomb: Any = {"kind": "call"}
    for _ in range(20):
        bomb = {"any": [bomb, bomb]}
    checks, problems = read({"rule": bomb})
    assert checks == ()
    assert "too large" in problems[0].message


def test_unknown_languages_do_not_reach_the_binding(capfd: pytest.CaptureFixture[str]) -> None:
    refusal("{rule: {pattern: x}, language: klingon}")
    assert capfd.readouterr() == ("", "")


def test_a_panic_of_the_binding_is_a_refusal() -> None:
    assert "ast-grep says" in refusal("{rule: {pattern: $A}, transform: {X: 'substring($A, startChar=)'}}").message


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("src/*.py", "[sS][rR][cC]/*.[pP][yY]"),
        ("[a-c]x", "[a-cA-C][xX]"),
        ("[!a]", "[!aA]"),
        (r"\a1", r"\a1"),
        ("**/{é,b}", "**/{[éÉ],[bB]}"),
        ("[", "["),
    ],
)
def test_globs_of_any_case(glob: str, expected: str) -> None:
    assert any_case(glob) == expected


@pytest.mark.parametrize("regex", [r"(\w{1000}){1000}", "(" * 5000 + ")" * 5000, "["])
def test_a_regex_that_would_explode_is_refused_with_a_sentence(regex: str) -> None:
    check = {"language": "python", "rule": {"regex": regex}}
    checks, problems = read_checks(check, rule_id="r", languages=())
    assert checks == ()
    assert [p.severity for p in problems] == ["error"]
    assert "is not used" in problems[0].message
    assert "\n" not in problems[0].message
    assert len(problems[0].message) < 400


def test_a_regex_that_backtracks_elsewhere_takes_no_time_here() -> None:
    check = {"language": "python", "rule": {"kind": "string", "regex": "(a+)+$" + "(a*)*" * 1000}}
    checks, problems = read_checks(check, rule_id="r", languages=())
    assert problems == ()
    content = f"x = '{'a' * 100_000}b'\n"
    assert findings_in("a.py", content, "python", (Enforced("r", "r.md", "", checks[0]),)) == ()
