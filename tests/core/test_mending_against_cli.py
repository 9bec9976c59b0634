"""Fixes that are objects and rewriters write the same bytes at the same places as ast-grep's own program."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rulewright.core.rules.check import read_checks
from rulewright.core.rules.fix import apply_fixes
from rulewright.core.rules.lint import Enforced, Linter

AST_GREP = Path(sys.executable).parent / "ast-grep"

Hit = tuple[str, int, int, str, int, int]
"""Check, place of the match, text of its fix and the place that it replaces, in bytes."""

PYTHON = """\
call(a, b, c)
call(b)
call()
if deep:
    call(
        first,  # one
        second,
        [1, [2, [3, [4, "é😀"]]]],
    )
    value = wrap([x, [y, [z]]], other(wrap([q]), [r]))
pairs = {"one": 1, "two": 2,
         "three": [3, 33], "é": call(a,
            b)}
def f(a, b=1, *c):
    old_name(a, a, b)
    old_name(b, [a, b, call(a)], a)
    old_name(a, [b, [a]], a)
    return some_name + otherName
print(old_name(x, {y: [x]}, x), same(x, y), same(y, x))
print(
      wrap([a,
        [b,
            [c]]]))
from m import (a, b as bb, c)
r"raw"; "  text  "; '# "#'
"""
JAVASCRIPT = """\
import {a, b, c} from './barrel'
import {d} from './barrel';
const o = { a: 1, b: 2, c: 3, };
const p = { a: 1 };
foo(1, [2, [3]], bar(4, foo(5)));
    foo(function () {
      return [1,
        2];
    });
if (x) { log('é', 1); log(`t ${log(2)}`) } else { log() }
switch (k) { case 1: go(); break; case 2: stop(); break; }
let xs = [someName, other_name, 'kebab-case'];
<div className="é" id={a} key="k">{foo(6)}</div>;
"""
JSON = '{"a": 1, "b": [1, 2, {"c": null}], "é😀": "x"}\n'
SOURCES = {
    "a.py": PYTHON,
    "crlf.py": PYTHON.replace("\n", "\r\n"),
    "b.js": JAVASCRIPT,
    "crlf.js": JAVASCRIPT.replace("\n", "\r\n"),
    "c.json": JSON,
}
LANGUAGES = {"py": "python", "js": "javascript", "json": "json"}

EXPANDING = """
id: argument-and-comma
language: python
rule: { kind: identifier, inside: { kind: argument_list } }
fix: { template: "", expandEnd: { regex: "^,$" } }
---
id: comma-before
language: python
rule: { kind: identifier, inside: { kind: argument_list } }
fix: { template: "<>", expandStart: { regex: "^,$", stopBy: neighbor } }
---
id: both-sides
language: python
rule: { kind: integer }
fix: { template: n, expandStart: { regex: ",", stopBy: end }, expandEnd: { kind: list, stopBy: end } }
---
id: up-to-a-rule
language: python
rule: { pattern: $A, kind: identifier }
fix:
  template: to($A)
  expandEnd: { kind: identifier, stopBy: { regex: "^,$" } }
---
id: never-there
language: python
rule: { kind: string }
fix: { template: s, expandStart: { kind: class_definition, stopBy: end }, expandEnd: { kind: module } }
---
id: by-what-was-captured
language: python
rule: { kind: identifier, pattern: $A, inside: { kind: argument_list } }
fix: { template: "same($A)", expandEnd: { pattern: $A, stopBy: end } }
---
id: by-what-others-captured
language: python
rule: { pattern: "$F($$$ARGS)" }
fix:
  template: "$F[$$$ARGS]"
  expandStart: { any: [{ pattern: $F }, { regex: "^=$" }], stopBy: end }
---
id: relation-inside
language: python
utils: { has-list: { has: { kind: list, stopBy: end } } }
rule: { kind: pair }
fix: { template: p, expandEnd: { matches: has-list, stopBy: end }, title: Take it }
---
id: compound
language: python
rule: { pattern: "old_name($A, $B, $A)" }
constraints: { B: { kind: list } }
fix: { template: "new_name(\\n  $A,\\n  $B)", expandStart: { not: { kind: block }, stopBy: end } }
---
id: inside-a-sibling
language: python
rule: { kind: pair }
fix:
  template: p
  expandStart: { has: { kind: string, regex: one }, stopBy: end }
  expandEnd: { has: { kind: integer }, stopBy: { has: { regex: '^"é"$' } } }
---
id: property
language: javascript
rule: { kind: pair, has: { field: key, regex: "^[ab]$" } }
fix: { template: "", expandEnd: { regex: "," } }
---
id: template-of-a-property
language: javascript
rule: { pattern: { context: "({ $K: $V })", selector: pair } }
fix: { template: "$V: $K", expandStart: { regex: "," }, expandEnd: { regex: "," } }
---
id: attribute
language: javascript
rule: { kind: jsx_attribute }
fix: { template: x, expandEnd: { kind: jsx_attribute, stopBy: end } }
---
id: statement-and-the-next
language: javascript
rule: { kind: expression_statement, has: { pattern: go() } }
fix: { template: halt(), expandEnd: { kind: break_statement } }
---
id: number-of-json
language: json
rule: { kind: number }
fix: { template: "0", expandEnd: { regex: "^,$" }, expandStart: { regex: "^[,:]$" } }
---
id: pair-of-json
language: json
utils: { far: { kind: pair, regex: x } }
rule: { kind: pair }
fix: { template: "{}", expandEnd: { matches: far, stopBy: end } }
---
id: first-of-two
language: python
rule: { pattern: wrap($A) }
fix:
  - { title: Take it away, template: $A }
  - { title: Say so, template: "wrapped($A)", expandEnd: { regex: "," } }
---
id: second-of-two
language: python
rule: { pattern: wrap($A) }
fix:
  - { title: Say so, template: "wrapped($A)", expandEnd: { regex: "," } }
  - { title: Take it away, template: $A }
---
id: only-text
language: python
rule: { pattern: call($$$) }
fix: { template: "gone" }
"""
REWRITING = """
id: barrel
language: javascript
rule: { pattern: "import {$$$IDENTS} from './barrel'" }
rewriters:
  - { id: one, rule: { pattern: $IDENT, kind: identifier }, fix: import $IDENT from './barrel/$IDENT' }
transform:
  IMPORTS: { rewrite: { rewriters: [one], source: $$$IDENTS, joinBy: "\\n" } }
fix: $IMPORTS
---
id: written-as-a-call
language: javascript
rule: { pattern: foo($$$A) }
rewriters:
  - { id: number, rule: { kind: number, pattern: $N }, fix: n$N }
  - { id: list, rule: { kind: array }, fix: "[]" }
transform:
  IN: rewrite($$$A, rewriters=[number])
  JOINED: rewrite($$$A, rewriters=[list, number], joinBy=' + ')
  BOTH: "rewrite($$$A, rewriters=[number, list], joinBy=', ')"
fix: "foo($IN, $JOINED, $BOTH)"
---
id: choice-of-a-relation
language: python
rule: { pattern: "[$A, $B]" }
rewriters:
  - id: choice
    rule: { any: [{ precedes: { pattern: $X } }, { pattern: $F($A) }] }
    fix: <$X$A>
transform: { R: { rewrite: { source: $B, rewriters: [choice] } } }
fix: $R
---
id: outermost-first
language: python
rule: { pattern: call($$$A) }
rewriters:
  - { id: item, rule: { kind: integer }, fix: i }
  - { id: list, rule: { kind: list }, fix: l }
  - { id: any, rule: { kind: identifier, pattern: $X }, fix: "$X$X" }
transform: { R: { rewrite: { source: $$$A, rewriters: [item, any, list] } } }
fix: call($R)
---
id: nested
language: python
rule: { pattern: wrap($A) }
rewriters:
  - id: flat
    rule: { pattern: "[$$$C]" }
    transform: { D: { rewrite: { source: $$$C, rewriters: [flat] } } }
    fix: $D
transform: { R: { rewrite: { source: $A, rewriters: [flat] } } }
fix: "[$R]"
---
id: nested-by-lines
language: python
rule: { pattern: wrap($A) }
rewriters:
  - id: lines
    rule: { pattern: "[$H, $T]" }
    transform: { REST: { rewrite: { source: $T, rewriters: [lines, last] } } }
    fix: |-
      (
        $H,
          $REST
      )
  - { id: last, rule: { pattern: "[$H]" }, fix: "<\\n$H\\n>" }
transform: { R: { rewrite: { source: $A, rewriters: [lines, last] } } }
fix: |-
  block:
      $R
message: $R
---
id: transformed-later
language: python
rule: { pattern: "$F($$$A)" }
constraints: { F: { regex: "^(call|wrap)$" } }
rewriters:
  - { id: name, rule: { kind: identifier, pattern: $X }, fix: "some_$X" }
transform:
  R: { rewrite: { source: $$$A, rewriters: [name], joinBy: ", " } }
  UP: { convert: { source: $R, toCase: upperCase } }
  CUT: { substring: { source: $UP, startChar: -4 } }
  SWAP: { replace: { source: $CUT, replace: "(?<x>[A-Z])(?<y>.)", by: "$y$x" } }
  CALL: substring($R, startChar=1, endChar=-1)
  NONE: { rewrite: { source: $R, rewriters: [name] } }
  FAR: convert($$$R, toCase=upperCase)
  OTHER: { convert: { source: $F, toCase: capitalize } }
fix: "$OTHER($R; $UP; $CUT; $SWAP; $CALL; $NONE; $FAR)"
---
id: transforming-rewriter
language: python
rule: { pattern: $A + $B }
rewriters:
  - id: case
    rule: { kind: identifier, pattern: $NAME }
    transform:
      CAMEL: { convert: { source: $NAME, toCase: camelCase } }
      SNAKE: { convert: { source: $NAME, toCase: snakeCase } }
    fix: $CAMEL-$SNAKE
transform:
  A2: { rewrite: { source: $A, rewriters: [case] } }
  B2: { rewrite: { source: $B, rewriters: [case] } }
fix: $B2 + $A2
---
id: same-capture
language: python
rule: { pattern: "old_name($A, $B, $C)" }
rewriters:
  - { id: again, rule: { pattern: $A, kind: identifier }, fix: "<$A>" }
transform:
  B2: { rewrite: { source: $B, rewriters: [again] } }
  C2: { rewrite: { source: $C, rewriters: [again] } }
fix: new($A, $B2, $C2)
---
id: same-captures
language: python
rule: { pattern: "$F($$$ARGS)" }
constraints: { F: { kind: identifier } }
rewriters:
  - { id: inner, rule: { pattern: "[$$$ARGS]" }, fix: "LIST($$$ARGS)" }
  - { id: called, rule: { pattern: "$G($$$ARGS)" }, fix: "SAME($G)" }
  - { id: self, rule: { pattern: $F, kind: identifier }, fix: "SELF" }
transform: { R: { rewrite: { source: $$$ARGS, rewriters: [inner, called, self] } } }
fix: $F!($R)
---
id: sees-what-is-around
language: python
rule: { pattern: "same($A, $B)" }
rewriters:
  - { id: both, rule: { pattern: $X, kind: identifier }, fix: $X of $A and $B$T }
transform:
  T: { convert: { source: $A, toCase: upperCase } }
  R: { rewrite: { source: $B, rewriters: [both] } }
fix: $R
---
id: constrained
language: python
rule: { pattern: call($$$A) }
rewriters:
  - id: some
    rule: { pattern: $X }
    constraints: { X: { regex: "^[ab]$" } }
    fix: only_$X
transform: { R: { rewrite: { source: $$$A, rewriters: [some], joinBy: "|" } } }
fix: call($R)
---
id: with-utilities
language: python
utils: { name: { kind: identifier } }
rule: { pattern: call($$$A) }
rewriters:
  - { id: one, utils: { number: { kind: integer } }, rule: { any: [{ matches: name }, { matches: number }] }, fix: _ }
  - { id: two, rule: { any: [{ matches: number }, { kind: list }] }, fix: "--" }
transform:
  R: { rewrite: { source: $$$A, rewriters: [one] } }
  S: { rewrite: { source: $$$A, rewriters: [two, one], joinBy: "" } }
fix: call($R, $S)
---
id: rewriter-that-expands
language: python
rule: { pattern: call($$$A) }
rewriters:
  - id: with-comma
    rule: { kind: identifier, pattern: $X }
    fix: { template: "$X;", expandEnd: { regex: "^,$" }, title: ignored }
transform:
  R: { rewrite: { source: $$$A, rewriters: [with-comma] } }
  S: { rewrite: { source: $$$A, rewriters: [with-comma], joinBy: " " } }
fix: { template: "call($R $S)", expandStart: { regex: "=" } }
---
id: nothing-found
language: python
rule: { pattern: call($$$A) }
rewriters:
  - { id: never, rule: { kind: class_definition }, fix: x }
transform:
  R: { rewrite: { source: $$$A, rewriters: [never] } }
  S: { rewrite: { source: $$$A, rewriters: [never], joinBy: "," } }
fix: call($R/$S)
---
id: no-rewriters
language: python
rule: { pattern: wrap($A) }
transform:
  R: { rewrite: { source: $A, rewriters: [who] } }
  S: { rewrite: { source: $A, rewriters: [who], joinBy: "," } }
fix: wrap($R, $S)
---
id: twice-the-same-id
language: python
rule: { pattern: wrap($A) }
rewriters:
  - { id: r, rule: { kind: identifier }, fix: first }
  - { id: r, rule: { kind: identifier }, fix: second }
transform: { R: { rewrite: { source: $A, rewriters: [r] } } }
fix: wrap($R)
---
id: unnamed-nodes
language: python
rule: { pattern: "call($$$A)" }
rewriters:
  - { id: comma, rule: { regex: "^,$" }, fix: ";" }
transform: { R: { rewrite: { source: $$$A, rewriters: [comma] } } }
fix: call($R)
---
id: rewriters-that-are-relations
language: python
rule: { pattern: call($$$A) }
rewriters:
  - { id: inner, rule: { has: { kind: integer } }, fix: one }
  - { id: outer, rule: { inside: { kind: list, stopBy: end } }, fix: in }
  - { id: name, rule: { kind: identifier }, fix: name }
  - { id: list, rule: { kind: list }, fix: list }
transform:
  R: { rewrite: { source: $$$A, rewriters: [inner, name] } }
  S: { rewrite: { source: $$$A, rewriters: [name, outer, list] } }
  T: { rewrite: { source: $$$A, rewriters: [inner], joinBy: "," } }
fix: call($R/$S/$T)
---
id: before-the-code
language: python
rule: { pattern: "call($A, $B, $C)" }
rewriters:
  - { id: block, rule: { inside: { kind: argument_list, stopBy: end } }, fix: "around" }
  - { id: name, rule: { kind: identifier }, fix: name }
transform: { R: { rewrite: { source: $C, rewriters: [name, block], joinBy: "," } } }
fix: call($R)
---
id: whole-match
language: javascript
rule: { kind: expression_statement, pattern: $ALL }
rewriters:
  - { id: text, rule: { kind: string }, fix: "''" }
  - id: call
    rule: { pattern: $F($$$A) }
    transform: { IN: { rewrite: { source: $$$A, rewriters: [call, text], joinBy: ", " } } }
    fix: $F<$IN>
transform: { R: { rewrite: { source: $ALL, rewriters: [call, text] } } }
fix: $R
---
id: spaces-at-the-start
language: python
rule: { kind: string_content, pattern: $S }
rewriters:
  - { id: all, rule: { kind: string_content, pattern: $T }, fix: "\\n   $T#\\"#  \\n" }
transform:
  R: { rewrite: { source: $S, rewriters: [all] } }
  SPACED: { replace: { source: $R, replace: "^", by: ">" } }
  SEPARATED: { convert: { source: $R, toCase: kebabCase, separatedBy: [space, caseChange] } }
fix: $SPACED $SEPARATED
---
id: message-only
language: python
rule: { pattern: wrap($A) }
rewriters:
  - { id: r, rule: { kind: identifier }, fix: name }
transform: { R: { rewrite: { source: $A, rewriters: [r] } } }
message: It is $R.
fix: x
"""


def documents(text: str) -> dict[str, str]:
    parts = [part.strip() + "\n" for part in text.split("\n---\n")]
    return {part.partition("\n")[0].removeprefix("id: "): part for part in parts}


RULES = {**documents(EXPANDING), **documents(REWRITING)}


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Hit]]:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "rules").mkdir()
    (folder / "sgconfig.yml").write_text("ruleDirs: [rules]\n")
    for name, rule in RULES.items():
        (folder / "rules" / f"{name}.yml").write_text(rule, encoding="utf-8")
    for name, content in SOURCES.items():
        (folder / name).write_bytes(content.encode())
    run = subprocess.run([AST_GREP, "scan", "--json=compact"], cwd=folder, capture_output=True, check=False, timeout=60)
    assert run.returncode in {0, 1}, run.stderr.decode()
    found: dict[str, list[Hit]] = {name: [] for name in RULES}
    for hit in json.loads(run.stdout):
        place, replaced = hit["range"]["byteOffset"], hit["replacementOffsets"]
        found[hit["ruleId"]].append(
            (hit["file"], place["start"], place["end"], hit["replacement"], replaced["start"], replaced["end"])
        )
    return found


@pytest.mark.parametrize("name", RULES)
def test_a_fix_writes_what_that_of_ast_grep_does(name: str, theirs: dict[str, list[Hit]]) -> None:
    checks, problems = read_checks(RULES[name], rule_id="r", languages=())
    assert [p.message for p in problems if p.severity == "error"] == []
    linter = Linter(checks[0].language, tuple(Enforced(c.id, "", "", c) for c in checks))
    ours: list[Hit] = []
    for path, content in SOURCES.items():
        if LANGUAGES[path.partition(".")[2]] != linter.language:
            continue
        for finding in linter.run(path, content):
            assert finding.fix is not None, finding.message
            (edit,) = finding.fix.edits
            start, end, first, last = (
                len(content[:offset].encode()) for offset in (finding.start, finding.end, edit.start, edit.end)
            )
            ours.append((path, start, end, edit.new_text, first, last))
    assert sorted(ours) == sorted(theirs[name])
    assert ours


@pytest.mark.parametrize("name", RULES)
def test_a_file_with_all_fixes_made_is_that_of_ast_grep(name: str, tmp_path: Path) -> None:
    (check,), _ = read_checks(RULES[name], rule_id="r", languages=())
    files = {path: text for path, text in SOURCES.items() if LANGUAGES[path.partition(".")[2]] == check.language}
    for path, content in files.items():
        (tmp_path / path).write_bytes(content.encode())
    (tmp_path / "rule.yml").write_text(RULES[name], encoding="utf-8")
    command = [AST_GREP, "scan", "--rule", "rule.yml", "--update-all"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, timeout=60)
    linter = Linter(check.language, (Enforced(check.id, "", "", check),))
    for path, content in files.items():
        assert apply_fixes(content, linter.run(path, content)) == (tmp_path / path).read_bytes().decode()
