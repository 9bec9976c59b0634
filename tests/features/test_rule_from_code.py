"""A rule file from code that somebody selected: it reads without problems, and its check finds the selection."""

import pytest

from rulewright.core.rules.examples import run_examples
from rulewright.core.rules.lint import Enforced
from rulewright.core.rules.load import load
from rulewright.core.rules.origin import Origin
from rulewright.features.rule_writing.from_code import TO_FILL_IN, NewRule, rule_from_code
from tests.harness.linting import findings_in

FILES = {
    "python": "import subprocess\n\ndef f(cmd):\n    «subprocess.run(cmd, shell=True)»\n",
    "typescript": "export function f(a: string) {\n  «localStorage.setItem('token', a)»;\n}\n",
    "tsx": "export const A = () => <div>«<img src={x} />»</div>;\n",
    "go": 'package a\n\nimport "fmt"\n\nfunc f() {\n\t«fmt.Println("x")»\n}\n',
    "elixir": "defmodule M do\n  def f(x) do\n    «String.to_atom(x)»\n  end\nend\n",
    "java": "class A { void f(String s) { «System.out.println(s);» } }\n",
    "rust": 'fn f() { let y = g(); «y.expect("no")»; }\n',
    "ruby": "def f(x)\n  «puts x»\nend\n",
    "php": "<?php\nfunction f($q) { return «mysql_query($q)»; }\n",
    "c": "void f(char *a, char *b) { «strcpy(a, b)»; }\n",
    "cpp": "void f() { «std::cout << x;» }\n",
    "csharp": "class A { void F() { «Console.WriteLine(x)»; } }\n",
    "kotlin": "fun f() { «println(x)» }\n",
    "swift": "func f() { «print(x)» }\n",
    "scala": "object A { def f = «println(x)» }\n",
    "dart": "void f() { «print(x);» }\n",
    "lua": "«print(x)»\n",
    "bash": "«rm -rf $DIR»\n",
    "css": "a { «float: left;» }\n",
    "html": "<p>«<marquee>x</marquee>»</p>\n",
    "json": '{«"a": 1»}\n',
    "yaml": "a: «b»\n",
    "hcl": 'a = «file("x")»\n',
    "solidity": "contract A { function f() public { «require(tx.origin == owner)»; } }\n",
    "zig": 'fn f() void { «std.debug.print("x", .{});» }\n',
    "haskell": "main = «print x»\n",
    "javascript": "«var x = 1;»\n",
    "markdown": "«# Title»\n",
    "nix": "«import ./x»\n",
}


def made(language: str, marked: str, *taken: str) -> NewRule | str:
    start, end = marked.index("«"), marked.index("»") - 1
    content = marked.replace("«", "").replace("»", "")
    return rule_from_code(
        content, language, (start, end), is_taken=lambda rule_id, path: bool({rule_id, path} & {*taken})
    )


@pytest.mark.parametrize("language", sorted(FILES))
def test_the_rule_has_no_problems_and_finds_the_selection(language: str) -> None:
    found = made(language, FILES[language])
    assert isinstance(found, NewRule), found
    seen = load(Origin(found.path, found.path.removeprefix(".ai-rules/")), found.text.encode())
    assert [p.problem.message for p in seen.parsed.problems] == []
    assert seen.example_problems == ()
    rule = seen.parsed.rule
    assert rule is not None
    assert rule.id == found.id
    assert [r.outcome for r in run_examples(rule)] == ["reported"]
    start, content = FILES[language].index("«"), FILES[language].replace("«", "").replace("»", "")
    findings = findings_in("x", content, language, (Enforced(rule.id, rule.path, "", rule.checks[0]),))
    assert start in [finding.start for finding in findings]
    assert found.text[slice(*found.fill_in)] == TO_FILL_IN


def test_what_it_looks_like() -> None:
    found = made("go", FILES["go"])
    assert isinstance(found, NewRule)
    assert found.path == ".ai-rules/no-fmt-println.md"
    assert (
        found.text
        == """\
---
description: Say in a sentence what this rule is about
check:
  language: go
  # error, warning, info or hint
  severity: warning
  message: Say what is wrong here, and what to do instead
  # Here $A stands for `"x"`: write the code itself where only that is meant.
  rule:
    pattern:
      context: |-
        package a

        func _() {
        fmt.Println($A)
        }
      selector: call_expression
# `rulewright rules test` runs them. A `good` example shows what must be left alone.
examples:
  - bad: |
      package a

      func _() {
        fmt.Println("x")
      }
---
# No fmt println

Say here what to do and why, for people and for models.
"""
    )


def test_a_name_that_is_taken_gets_a_number() -> None:
    found = made("python", "«print(1)»\n", "no-print", ".ai-rules/no-print-2.md")
    assert isinstance(found, NewRule)
    assert (found.id, found.path) == ("no-print-3", ".ai-rules/no-print-3.md")


@pytest.mark.parametrize(
    "code",
    [
        "print('it''s', \"a: b\", '#', x)",
        "print('''\n  a\n\n    b\n''')",
        "if x:\n\tprint('tab')",
        "print('😀\u200b')",
        "print('\\x07')",
        "f('---')",
        "print(\n    '---',\n)",
    ],
)
def test_code_that_yaml_would_trip_over_is_written_so_that_it_reads_back(code: str) -> None:
    found = made("python", f"x = 0\n«{code}»\n")
    assert isinstance(found, NewRule), found
    rule = load(Origin(found.path, "x.md"), found.text.encode()).parsed.rule
    assert rule is not None
    assert [r.outcome for r in run_examples(rule)] == ["reported"]


def test_code_that_is_no_pattern_says_why() -> None:
    assert "syntax error" in str(made("python", "«print((»\n"))
