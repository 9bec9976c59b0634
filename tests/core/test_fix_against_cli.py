"""The same checks on the same files give the same bytes as ast-grep's own program, which is asked once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rulewright.core.rules.check import read_checks
from rulewright.core.rules.lint import Enforced, Linter

# Part of the test requirements, of the same version as the binding.
AST_GREP = Path(sys.executable).parent / "ast-grep"

LONG = "x" * 600

PYTHON = f"""\
eval(a)
    
if x:
    outer(
        one,
        two(
            three,
        ),
    )
\tindented = eval("tab")
class C:
    def m(self):
        return outer(eval(nested(outer(1))), [
            1,
              2,
        ])
values = [eval("😀 é 文"), outer("🎉", eval(2))]
data = "{LONG}"; outer(
    1,
        2)
    # a comment
outer( )
outer()
print(a, b,
      c)
"""  # noqa: W293
JAVASCRIPT = """\
  foo(function () {
    return {
      a: 1,
    };
  });
const s = `x ${foo(1)} y`, t = foo(`a
    b
  c`);
if (a) {
\t\tfoo(
\t\t\tbar,
\t\t);
}
foo(a, b, c); foo()
watcher.should.be.an.instanceof(X);
var someName = 1
"""

RULES = {
    "py": """
id: one-line
language: python
rule: { pattern: eval($X) }
fix: ast.literal_eval($X)
message: "no eval of $X, not $$X"
---
id: more-lines
language: python
rule: { pattern: "outer($$$A)" }
fix: |-
  inner(
      first=True,
      rest=[$$$A],
  )
message: found
---
id: indented-capture
language: python
rule: { pattern: "outer($A, $B)" }
fix: |
  with $A:
          deep = $B
    odd = $$A$$$A
message: found $A
---
id: transformed
language: python
rule: { pattern: "outer($$$ARGS)" }
transform:
  UP: { convert: { source: $$$ARGS, toCase: upperCase } }
  CUT: substring($$$ARGS, startChar=1, endChar=-1)
fix: |-
  made(
      $UP,
        $CUT)
message: to $UP
---
id: text-only
language: python
rule: { pattern: print($$$) }
fix: "log()\\n    again()"
message: $ and $lower
---
id: nothing
language: python
rule: { kind: comment }
fix: ''
message: ''
""",
    "js": """
id: callback
language: js
rule: { pattern: foo($A) }
fix: |-
  bar(
    $A,
    true
  )
message: foo of one
---
id: spread
language: js
rule: { pattern: foo($$$A) }
fix: "[$$$A].map(foo)"
message: foo of many
---
id: outer-and-inner
language: js
rule:
  any:
    - pattern: $N.should.$P
    - pattern: $N.should.be.an.instanceof($T)
fix: expect($N).$P($T)
message: expect
---
id: snake
language: js
rule: { pattern: var $NAME = $VALUE }
transform:
  SNAKE: { convert: { source: $NAME, toCase: snakeCase } }
  LONGER: { replace: { source: $SNAKE, replace: "_(.)", by: "-$1" } }
fix: let $SNAKE = $VALUE /* $LONGER */
message: $SNAKE $LONGER
""",
}
FILES = {
    "a.py": PYTHON,
    "crlf.py": PYTHON.replace("\n", "\r\n"),
    "no_end.py": "  outer(\n    1,\n      2)",
    "astral.py": "x = '🎉'\n  \nif x:\n      outer('😀',\n        '🎈')\n",
    "a.js": JAVASCRIPT,
    "crlf.js": JAVASCRIPT.replace("\n", "\r\n"),
}


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, int, int, str | None]]]:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "rules").mkdir()
    (folder / "sgconfig.yml").write_text("ruleDirs: [rules]\n")
    for suffix, rules in RULES.items():
        (folder / "rules" / f"{suffix}.yml").write_text(rules, encoding="utf-8")
    for name, content in FILES.items():
        (folder / name).write_bytes(content.encode())
    assert AST_GREP is not None
    run = subprocess.run([AST_GREP, "scan", "--json=compact"], cwd=folder, capture_output=True, check=False, timeout=30)
    found: dict[str, list[tuple[str, int, int, str | None]]] = {name: [] for name in FILES}
    for hit in json.loads(run.stdout):
        place = hit["range"]["byteOffset"]
        found[Path(hit["file"]).name].append((hit["ruleId"], place["start"], place["end"], hit.get("replacement")))
    return found


@pytest.mark.parametrize("name", FILES)
def test_matches_and_fixes_are_those_of_ast_grep(
    name: str, theirs: dict[str, list[tuple[str, int, int, str | None]]]
) -> None:
    content = FILES[name]
    checks, problems = read_checks(RULES[name.rpartition(".")[2]], rule_id="r", languages=())
    assert [p.message for p in problems if p.severity != "hint"] == []
    linter = Linter(checks[0].language, tuple(Enforced(c.id, "", "", c) for c in checks))

    def byte(offset: int) -> int:
        return len(content[:offset].encode())

    ours = [
        (f.rule_id, byte(f.start), byte(f.end), f.fix.edits[0].new_text if f.fix else None)
        for f in linter.run(name, content)
    ]
    assert sorted(ours) == sorted(theirs[name])
    assert ours
