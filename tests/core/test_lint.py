"""Running checks on texts, the strange ones included."""

from typing import Any

import pytest

from rulewright.core.rules import engine, gate, lint
from rulewright.core.rules.check import read_checks
from rulewright.core.rules.lint import CHECK_FAILED, TOO_MANY, Enforced, Linter, linter
from rulewright.core.text import Position, Range
from tests.harness.linting import findings_in


def enforced(*documents: dict[str, Any] | str, language: str = "python") -> tuple[Enforced, ...]:
    """One rule for each check; a text is a pattern."""
    made: list[Enforced] = []
    for number, document in enumerate(documents):
        value = {"rule": {"pattern": document}} if isinstance(document, str) else document
        checks, problems = read_checks(value, rule_id=f"r{number}", languages=(language,))
        assert [p.message for p in problems if p.severity == "error"] == []
        made += [Enforced(f"r{number}", f".ai-rules/r{number}.md", "described", check) for check in checks]
    return tuple(made)


def made(*documents: dict[str, Any] | str, language: str = "python") -> Linter:
    return Linter(language, enforced(*documents, language=language))


def places(checks: Linter, content: str) -> list[tuple[str, str]]:
    return [(f.rule_id, content[f.start : f.end]) for f in checks.run("a.py", content)]


def test_a_finding_says_everything() -> None:
    checks = made(
        {
            "id": "own-id",
            "rule": {"pattern": "eval($X)"},
            "severity": "error",
            "message": "no eval of $X",
            "note": "Parse it.",
            "url": "https://example.org",
            "fix": "literal_eval($X)",
        }
    )
    (finding,) = checks.run("src/a.py", "x = 1\ny = eval(  '😀' )\n")
    assert finding.rule_id == "r0"
    assert finding.rule_path == ".ai-rules/r0.md"
    assert finding.path == "src/a.py"
    assert (finding.severity, finding.message, finding.note) == ("error", "no eval of '😀'", "Parse it.")
    assert finding.url == "https://example.org"
    assert (finding.start, finding.end) == (10, 22)
    assert finding.range == Range(Position(1, 4), Position(1, 16))
    assert finding.fix is not None
    assert finding.fix.safe
    assert [(e.start, e.end, e.new_text) for e in finding.fix.edits] == [(10, 22, "literal_eval('😀')")]


@pytest.mark.parametrize(
    ("check", "description", "message"),
    [
        ({"message": "said"}, "described", "said"),
        ({}, "described", "described"),
        ({"id": "own"}, "", "own"),
        ({"message": "$$$A in $UP$B"}, "", "a, b in A, B"),
    ],
)
def test_the_message_is_said_or_else_described(check: dict[str, Any], description: str, message: str) -> None:
    document = {
        "rule": {"pattern": "f($$$A)"},
        "transform": {"UP": {"convert": {"source": "$$$A", "toCase": "upperCase"}}},
        **check,
    }
    (one,) = enforced(document)
    checks = Linter("python", (Enforced(one.rule_id, one.rule_path, description, one.check),))
    assert [f.message for f in checks.run("a.py", "f(a, b)\n")] == [message]


def test_a_long_capture_is_shown_in_brief() -> None:
    checks = made({"rule": {"pattern": "f($A)"}, "message": "<$A>"})
    messages = [f.message for f in checks.run("a.py", "f([\n  1,\n])\nf('" + "x" * 100 + "')\n")]
    assert messages == ["<[...>", "<'" + "x" * 79 + "...>"]


def test_nested_and_equal_matches_are_all_reported_the_outer_first() -> None:
    assert places(made("f($A)", "f(f($A))"), "f(f(f(1)))\n") == [
        ("r0", "f(f(f(1)))"),
        ("r1", "f(f(f(1)))"),
        ("r0", "f(f(1))"),
        ("r1", "f(f(1))"),
        ("r0", "f(1)"),
    ]


def test_rules_that_share_nodes_names_and_utilities_do_not_disturb_each_other() -> None:
    def with_utility(pattern: str) -> dict[str, Any]:
        return {"rule": {"matches": "it"}, "utils": {"it": {"pattern": pattern}}}

    checks = made(
        "f($A, $A)",
        "f($B, $A)",
        with_utility("f($A, 2)"),
        with_utility("f(1, $A)"),
        {"rule": {"pattern": "$F($$$A)"}, "constraints": {"F": {"regex": "^(f|g)$"}}, "severity": "info"},
        {"rule": {"pattern": "f($A, 2)"}, "severity": "off"},
    )
    assert [rule for rule, _ in places(checks, "f(1, 2)\n")] == ["r1", "r2", "r3", "r4"]
    assert [rule for rule, _ in places(checks, "f(2, 2)\n")] == ["r0", "r1", "r2", "r4"]
    assert [rule for rule, _ in places(checks, "g(0)\nh(0)\n")] == ["r4"]
    assert places(checks, "h(1, 2)\n") == []


def test_json_has_no_place_for_tags_and_is_checked_all_the_same() -> None:
    checks = made(*({"rule": {"kind": "number", "regex": f"^{n}$"}} for n in range(6)), language="json")
    assert places(checks, '{"a": [1, 4, 9]}') == [("r1", "1"), ("r4", "4")]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\0",
        "f(\0)\nf(1)\n",
        "\ufefff(1)\n",
        "a = '\ud800'; f('\udfff')\n",
        "a = '" + "é" * 300_000 + "'; " + "f(1); " * 300,
        "\r\r\n\r",
    ],
)
def test_odd_texts_are_checked(content: str) -> None:
    for finding in made("f($A)").run("a.py", content):
        assert content[finding.start : finding.end].startswith("f(")


def test_lines_may_end_in_a_lone_carriage_return() -> None:
    checks = made("f($A)")
    assert [f.range.start for f in checks.run("a.py", "a\rf(1)\r\nf(2)")] == [Position(1, 0), Position(2, 0)]


DEEP = 20_000


@pytest.mark.parametrize(
    "content",
    [
        "(" * DEEP,
        "f(" * DEEP + ")" * DEEP,
        "x = " + "[" * DEEP + "]" * DEEP,
        "y = " + "(" * DEEP + "x" + ")" * DEEP + " == " + "(" * DEEP + "x" + ")" * DEEP,
        "y = " + "not " * DEEP + "x == " + "not " * DEEP + "x",
        "y = x" + " + x" * DEEP,
        "y = x" + ".x" * DEEP,
    ],
    ids=["open", "calls", "lists", "equal", "not", "sum", "attributes"],
)
def test_deeply_nested_code_ends_nothing(content: str) -> None:
    checks = made(
        "$A == $A",
        {"rule": {"kind": "identifier", "inside": {"kind": "call", "stopBy": "end"}}},
        {"rule": {"has": {"pattern": "eval($X)", "stopBy": "end"}}},
        "g($X)",
    )
    found = checks.run("a.py", f"g(1)\n{content}\n== eval(2)\n", max_findings=10)
    assert "r3" in {finding.rule_id for finding in found}


def test_a_check_that_cannot_be_run_is_told_and_the_others_go_on() -> None:
    content = "y = " + "-" * 600 + "x == " + "-" * 600 + "x\ng(1)\n"
    failed, found = made("$A == $A", "g($X)").run("a.py", content)
    assert (failed.rule_id, failed.severity, failed.start) == (CHECK_FAILED, "warning", 0)
    assert "`r0`" in failed.message
    assert failed.rule_path == ".ai-rules/r0.md"
    assert found.rule_id == "r1"


def test_an_error_at_run_time_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = enforced("f($A)", "g($A)", "h($A)", "i($A)", "j($A)")
    find_all = engine.find_all

    def failing(node: Any, config: Any) -> Any:
        if "h($A)" in str(config):
            raise engine.EngineError("the engine is broken.")
        return find_all(node, config)

    monkeypatch.setattr(engine, "find_all", failing)
    found = Linter("python", broken).run("a.py", "f(1)\nh(2)\nj(3)\n")
    assert [f.rule_id for f in found] == [CHECK_FAILED, "r0", "r4"]
    assert "Check `r2` could not be run on this file: the engine is broken." in found[0].message


def test_too_many_findings_are_cut_and_told() -> None:
    content = "f(1)\n" * 30
    found = made("f($A)").run("a.py", content, max_findings=10)
    assert len(found) == 11
    assert [f.rule_id for f in found[9:]] == ["r0", TOO_MANY]
    assert (found[-1].severity, found[-1].range.start) == ("info", Position(10, 0))
    assert len(made("f($A)").run("a.py", content, max_findings=30)) == 30


def test_the_same_checks_give_the_same_linter() -> None:
    checks = enforced("f($A)", "g($A)")
    first = linter("python", checks)
    assert linter("python", checks) is first
    assert linter("python", tuple(checks)) is first
    assert linter("python", checks[:1]) is not first
    assert linter("python", enforced("f($A)", "g($A)")) is not first


@pytest.mark.parametrize("n_hits", [1, 12])
def test_many_checks_find_what_each_finds_alone(n_hits: int) -> None:
    """Some share kinds of nodes, one can hit any kind, one hits two kinds, and some hit the same node."""
    documents: list[dict[str, Any] | str] = [
        "print($A)",
        "print($$$A)",
        "$F($A)",
        "$A",
        "$A == $B",
        "$A == $A",
        "$A = $B",
        "return $A",
        {"rule": {"kind": "identifier", "regex": "^p"}},
        {"rule": {"any": [{"kind": "return_statement"}, {"pattern": "$A == $A"}]}},
        {"rule": {"all": [{"kind": "call"}, {"has": {"pattern": "x", "stopBy": "end"}}]}},
        {"rule": {"pattern": "$F($A)"}, "constraints": {"F": {"regex": "^p"}}},
        {"rule": {"regex": "^x$"}},
        {"rule": {"pattern": {"context": "f(x=1)", "selector": "keyword_argument"}}},
        {"rule": {"kind": "block", "has": {"kind": "block", "stopBy": "end"}}},
    ]
    content = "def g(x):\n    if x == x:\n        print(x)\n        a = p(1) == q(x=1)\n    return x\n" * n_hits
    alone = sorted(place for one in documents for place in places(made(one), content))
    together = made(*documents)
    by_rule = [(f.rule_id, content[f.start : f.end]) for f in together.run("a.py", content)]
    assert sorted(text for _, text in by_rule) == sorted(text for _, text in alone)
    for number, document in enumerate(documents):
        mine = [text for rule, text in by_rule if rule == f"r{number}"]
        assert mine == [text for _, text in places(made(document), content)], document


def test_only_the_checks_of_the_language_are_run() -> None:
    both = enforced("f($A)") + enforced("f($A)", language="javascript")
    assert len(findings_in("a.js", "f(1)", "javascript", both)) == 1
    assert findings_in("a.toml", "f(1)", "toml", both) == ()
    assert findings_in("a.py", "f(1)", "python", ()) == ()


def test_a_text_without_the_words_is_not_even_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    checks = enforced("os.system($X)", {"rule": {"any": [{"pattern": "eval($X)"}, {"pattern": "exec($X)"}]}})
    monkeypatch.setattr(engine, "parse", never)
    assert findings_in("a.py", "import os\nos.remove(x)\n", "python", checks) == ()


@pytest.mark.parametrize(
    ("rule", "content", "may"),
    [
        ({"pattern": "eval($X)"}, "evaluate(x)", True),
        ({"pattern": "eval($X)"}, "exec(x)", False),
        ({"pattern": "$X.iteritems()"}, "x.items()", False),
        ({"pattern": "$X == None"}, "", True),
        ({"pattern": "requests.$F($X)"}, "urllib.get(x)", False),
        ({"pattern": "requests.$F($X)"}, "requests.get(x)", True),
        ({"pattern": "self.$F($X)"}, "", True),
        ({"pattern": "log('eval($X)')"}, "log('x')", True),
        ({"pattern": "if (x) { $$$ }"}, "", True),
        ({"pattern": {"context": "eval(x)", "selector": "call"}}, "", True),
        ({"pattern": {"context": "eval(x)", "strictness": "signature"}}, "", True),
        ({"pattern": {"context": "eval(x)"}}, "", False),
        ({"not": {"pattern": "eval(x)"}}, "", True),
        ({"kind": "call", "has": {"regex": "^(?:eval|exec)$"}}, "x()", False),
        ({"kind": "call", "has": {"regex": "^(?:eval|exec)$"}}, "exec()", True),
        ({"regex": "eval.*"}, "", True),
        ({"regex": "(?i)eval"}, "", True),
        ({"any": [{"pattern": "eval(x)"}, {"kind": "call"}]}, "", True),
        ({"any": [{"pattern": "eval(x)"}, {"pattern": "exec(x)"}]}, "EXEC", True),
        ({"all": [{"pattern": "eval(x)"}, {"any": [{"regex": "abc"}, {"regex": "def"}]}]}, "eval abc", True),
        ({"all": [{"pattern": "eval(x)"}, {"any": [{"regex": "abc"}, {"regex": "def"}]}]}, "eval abd", False),
        ({"matches": "util"}, "", False),
    ],
)
def test_the_gate_asks_only_for_words_that_are_surely_needed(rule: Any, content: str, may: bool) -> None:
    need = gate.needed({"rule": rule, "utils": {"util": {"pattern": "eval(x)"}}}, "python")
    assert gate.passes(need, content.lower()) is may


def test_the_gate_uses_constraints_of_what_is_surely_captured() -> None:
    config = {"rule": {"pattern": "$F($$$X)"}, "constraints": {"F": {"regex": "^eval$"}, "X": {"regex": "abc"}}}
    assert gate.passes(gate.needed(config, "python"), "eval(x)")
    assert not gate.passes(gate.needed(config, "python"), "exec(abc)")


def test_captures_that_are_compared_are_known() -> None:
    def compares(rule: dict[str, Any], **more: Any) -> bool:
        return lint._Prepared(0, enforced({"rule": rule, **more})[0]).compares

    assert compares({"pattern": "$A == $A"})
    assert compares({"all": [{"pattern": "$A"}, {"inside": {"pattern": "f($A)"}}]})
    assert compares({"pattern": "f($A)", "matches": "u"}, utils={"u": {"pattern": "f($A)"}})
    assert compares({"pattern": "f($$$A, $B, $$$A)"})
    assert not compares({"any": [{"pattern": "f($A)"}, {"pattern": "g($A)"}]})
    assert not compares({"pattern": "f($A, $B, $_C, $_C, $$$)"})
