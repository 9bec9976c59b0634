"""Comments that suppress, and those that have nothing to suppress."""

from collections.abc import Iterable

import pytest

from rulewright.core.edits import apply
from rulewright.core.findings import Finding
from rulewright.core.languages import CHECKABLE, LANGUAGES
from rulewright.core.rules.check import read_checks
from rulewright.core.rules.fix import apply_fixes
from rulewright.core.rules.lint import Enforced
from rulewright.core.rules.suppress import UNUSED, suppress, suppression_edit
from tests.harness.linting import findings_in

KNOWN = frozenset({"calls", "names", "idle", "check-id"})


def rules(language: str = "python") -> tuple[Enforced, ...]:
    checks = {
        "calls": {"id": "check-id", "rule": {"pattern": "f($$$A)"}},
        "names": {"rule": {"pattern": "bad"}},
    }
    return tuple(
        Enforced(rule_id, f"{rule_id}.md", "", check)
        for rule_id, document in checks.items()
        for check in read_checks(document, rule_id=rule_id, languages=(language,))[0]
    )


def reported(content: str, language: str = "python", known: Iterable[str] = KNOWN) -> list[tuple[str, int]]:
    found = findings_in("a.py", content, language, rules(language), frozenset(known))
    return [(finding.rule_id, finding.range.start.line) for finding in found]


@pytest.mark.parametrize(
    "content",
    [
        "f()  # rulewright: ignore[calls]\n",
        "f()  # rulewright: ignore[check-id]\n",
        "f()  # rulewright: ignore\n",
        "f(bad)  # rulewright: ignore[calls, names]\n",
        "# rulewright: ignore[calls]\nf()\n",
        "# rulewright: ignore\nf(bad)\n",
        "# rulewright:ignore [calls] because it must\nf()\n",
        "# noqa  rulewright: ignore[calls]\nf()\n",
        "# rulewright: ignore[calls]\n# rulewright: ignore[names]\nf(bad)\n",
        "if x:\n    # rulewright: ignore[calls]\n    f()\n",
        "f(\n  1,\n)  # rulewright: ignore[calls]\n",
        "f(  # rulewright: ignore[calls]\n  1,\n)\n",
        "# rulewright: ignore[calls]\r\nf()\r\n",
        "f()  # ast-grep-ignore\n",
        "f()  # ast-grep-ignore: calls\n",
        "x = 1\n# ast-grep-ignore: calls, names\nf(bad)\n",
        "# ast-grep-ignore: check-id, other\nf()\n",
        "# ast-grep-ignore\n\nf()\nbad\nf()\n",
        "# ast-grep-ignore: calls\n\nx\nf()\nf()\n",
        "f(\n  1,\n)  # ast-grep-ignore: calls\n",
        "# ast-grep-ignore: calls\n# rulewright: ignore[names]\nf(bad)\n",
    ],
)
def test_a_comment_suppresses(content: str) -> None:
    assert reported(content) == []


@pytest.mark.parametrize(
    ("content", "left"),
    [
        ("s = 'rulewright: ignore'; f()\n", [("calls", 0)]),
        ('s = """\n# rulewright: ignore\n"""; f()\n', [("calls", 2)]),
        ("s = '# ast-grep-ignore'; f()\n", [("calls", 0)]),
        ("f(bad)  # rulewright: ignore[names]\n", [("calls", 0)]),
        ("# rulewright: ignored\nf()\n", [("calls", 1)]),
        ("# rulewright: ignore-all\nf()\n", [("calls", 1)]),
        ("f()  # ast-grep-ignore: idle, stranger\n", [("calls", 0)]),
        ("x\n# ast-grep-ignore\n\nf()\n", [("calls", 3)]),
        ("# ast-grep-ignore: names\n\nf(bad)\n", [("calls", 2)]),
    ],
)
def test_what_does_not_suppress(content: str, left: list[tuple[str, int]]) -> None:
    assert reported(content) == left


@pytest.mark.parametrize(
    ("content", "says", "mended"),
    [
        ("# rulewright: ignore\nx\n", "suppresses nothing", "x\n"),
        ("x\n    # rulewright: ignore[calls]\r\ny", "no finding of `calls`", "x\ny"),
        ("x  # rulewright: ignore[calls]\n", "no finding of `calls`", "x\n"),
        ("x  # rulewright: ignore[stranger] why\n", "no rule is called `stranger`", "x\n"),
        ("x\n# rulewright: ignore[calls]", "no finding", "x\n"),
        ("x  # keep this rulewright: ignore[calls]\n", "no finding", "x  # keep this\n"),
        ("f()  # rulewright: ignore[calls, names]\n", "`names` need not", "f()  # rulewright: ignore[calls]\n"),
        ("f()  # rulewright: ignore[idle , calls]\n", "`idle` need not", "f()  # rulewright: ignore[calls]\n"),
        ("f()  # rulewright: ignore[no, calls]\n", "no rule has this name", "f()  # rulewright: ignore[calls]\n"),
        ("x  # rulewright: ignore[]\n", "names no rule", "x\n"),
        ("x  # ast-grep-ignore: calls, names\n", "no finding of `calls`, `names`", "x\n"),
        ("f()  # ast-grep-ignore: calls, names\n", "`names` need not", "f()  # ast-grep-ignore: calls\n"),
    ],
)
def test_an_idle_suppression_is_reported_and_taken_away(content: str, says: str, mended: str) -> None:
    (finding,) = findings_in("a.py", content, "python", rules(), KNOWN)
    assert (finding.rule_id, finding.severity, finding.path) == (UNUSED, "warning", "a.py")
    assert says in finding.message
    assert content[finding.start : finding.end]
    fixed = apply_fixes(content, [finding])
    assert fixed == mended
    assert UNUSED not in {rule for rule, _ in reported(fixed)}


@pytest.mark.parametrize(
    ("content", "mended"),
    [
        ("x; /* rulewright: ignore */ y;\n", "x; y;\n"),
        ("  /* rulewright: ignore */\ny;\n", "y;\n"),
        ("/* rulewright: ignore[calls]\n   and much more */\ny;\n", "/*\n   and much more */\ny;\n"),
    ],
)
def test_block_comments_are_taken_away_too(content: str, mended: str) -> None:
    (finding,) = findings_in("a.js", content, "javascript", rules("javascript"), KNOWN)
    assert apply_fixes(content, [finding]) == mended


@pytest.mark.parametrize(
    ("content", "known"),
    [
        ("x  # ast-grep-ignore\n", KNOWN),
        ("x  # ast-grep-ignore: theirs\n", KNOWN),
        ("x  # ast-grep-ignore: calls, theirs\n", KNOWN),
        ("x  # ast-grep-ignore: calls\n", ()),
    ],
)
def test_what_may_speak_to_ast_grep_itself_is_not_reported(content: str, known: Iterable[str]) -> None:
    assert reported(content, known=known) == []


def test_nothing_is_called_idle_when_findings_were_cut() -> None:
    content = "f()\n" * 5 + "bad  # rulewright: ignore[names]\n"
    found = findings_in("a.py", content, "python", rules(), KNOWN, max_findings=3)
    assert [f.rule_id for f in found] == ["calls", "calls", "calls", "rulewright/too-many-findings"]


def test_findings_can_be_suppressed_by_themselves() -> None:
    content = "f()  # rulewright: ignore[calls]\nf()\nx  # rulewright: ignore[names]\n"
    found = findings_in("b.py", content.replace("ignore", "ignxxx"), "python", rules())
    left = suppress(content, "python", found)
    assert [(f.rule_id, f.range.start.line, f.path) for f in left] == [("calls", 1, "b.py"), (UNUSED, 2, "b.py")]
    assert suppress(content, "toml", found) == found
    assert [f.path for f in suppress(content, "python", (), path="c.py")] == ["c.py", "c.py"]


def test_what_rulewright_says_itself_is_not_suppressed() -> None:
    content = "f()\n" * 5 + "# rulewright: ignore\nf()\n"
    found = findings_in("a.py", content, "python", rules(), max_findings=5)
    assert found[-1].rule_id == "rulewright/too-many-findings"
    assert found[-1].range.start.line == 6


def first(content: str, language: str = "python") -> Finding:
    return next(f for f in findings_in("a", content, language, rules(language)) if f.rule_id == "calls")


@pytest.mark.parametrize(
    ("content", "changed"),
    [
        ("f()\n", "# rulewright: ignore[calls]\nf()\n"),
        ("f()", "# rulewright: ignore[calls]\nf()"),
        ("if x:\r\n\tf()\r\n", "if x:\r\n\t# rulewright: ignore[calls]\r\n\tf()\r\n"),
        ("x\rf()", "x\rf()  # rulewright: ignore[calls]"),
        ("#!/bin/python\nf()\n", "#!/bin/python\n# rulewright: ignore[calls]\nf()\n"),
        (
            "# rulewright: ignore[names]\nf(bad)\n",
            "# rulewright: ignore[names, calls]\nf(bad)\n",
        ),
        (
            "f(bad)  # rulewright: ignore[names] as agreed\n",
            "f(bad)  # rulewright: ignore[names, calls] as agreed\n",
        ),
        ('s = """\n{""" + f()\n', 's = """\n{""" + f()  # rulewright: ignore[calls]\n'),
        ("x = 1 + \\\n  f()\n", "x = 1 + \\\n  f()  # rulewright: ignore[calls]\n"),
        ('s = """\n""" + f("""\n""")\n', 's = """\n""" + f("""\n""")  # rulewright: ignore[calls]\n'),
        ("é = '😀'; f()   \n", "# rulewright: ignore[calls]\né = '😀'; f()   \n"),
    ],
)
def test_a_suppression_is_written_where_it_breaks_nothing(content: str, changed: str) -> None:
    finding = first(content)
    edit = suppression_edit(content, "python", finding)
    assert edit is not None
    result = apply(content, [edit])
    assert result == changed
    assert reported(result) == [entry for entry in reported(content) if entry[0] != "calls"]


def test_there_is_no_suppression_where_no_comment_can_stand() -> None:
    content = 's = """\n{""" + f("""\n""") + """\n"""\n'
    assert suppression_edit(content, "python", first(content)) is None
    content = "x = 1 + \\\n  f() + \\\n  2\n"
    assert suppression_edit(content, "python", first(content)) is None
    checks, _ = read_checks({"rule": {"kind": "number"}}, rule_id="n", languages=("json",))
    (finding,) = findings_in("a.json", "[1]", "json", (Enforced("n", "", "", checks[0]),))
    assert suppression_edit("[1]", "json", finding) is None
    assert suppression_edit("[1]", "toml", finding) is None
    (idle,) = findings_in("a.py", "# rulewright: ignore\n", "python", rules())
    assert suppression_edit("# rulewright: ignore\n", "python", idle) is None


CODE = {
    "bash": "f() { :; }\ntarget\n",
    "css": "a { color: red }\n",
    "csharp": "class A { int target; }\n",
    "dart": "int target = 1;\n",
    "go": "package a\nvar target = 1\n",
    "haskell": "target = 1\n",
    "hcl": "target = 1\n",
    "html": "<p>target</p>\n",
    "java": "class A { int target; }\n",
    "kotlin": "val target = 1\n",
    "lua": "target = 1\n",
    "markdown": "text\n\ntarget\n",
    "nix": "{ target = 1; }\n",
    "php": "<?php\n$target = 1;\n",
    "rust": "fn target() {}\n",
    "scala": "val target = 1\n",
    "solidity": "contract target {}\n",
    "swift": "let target = 1\n",
    "yaml": "a:\n  target: 1\n",
    "zig": "const target = 1;\n",
}


@pytest.mark.parametrize("language", [name for name in CHECKABLE if name != "json"])
def test_every_language_with_comments_can_be_suppressed(language: str) -> None:
    content = CODE.get(language, "target\n")
    word = "red" if language == "css" else "target"
    rule = {"regex": f"^(.*\\n)?.*{word}", "not": {"has": {"regex": word}}}
    checks, problems = read_checks({"rule": rule}, rule_id="r", languages=(language,))
    assert problems == ()
    enforced = (Enforced("r", "", "", checks[0]),)
    found = [f for f in findings_in("a", content, language, enforced) if word in content[f.start : f.end]]
    edit = suppression_edit(content, language, found[0])
    assert edit is not None
    assert (LANGUAGES[language].line_comment or LANGUAGES[language].block_comment[0]) in edit.new_text  # type: ignore[index]
    left = findings_in("a", apply(content, [edit]), language, enforced)
    assert not [f for f in left if f.rule_id == "r" and f.message == found[0].message]
