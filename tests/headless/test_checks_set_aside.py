"""A check that never ends, in the real program: it is set aside and told of, and everything else is found."""

import json

import pytest

from tests.harness.program import command, write_files

ENDLESS = """---
globs: "*.py"
check:
  language: python
  rule:
    kind: identifier
    regex: ^a$
    inside: {stopBy: end, kind: module, has: {stopBy: end, kind: class_definition}}
---
"""
NO_PRINT = "---\nglobs: '*.py'\ncheck: {language: python, rule: {pattern: print($A)}}\n---\n"
MANY_NAMES = "print(1)\n" + "a\n" * 20_000


@pytest.mark.slow
def test_only_the_check_that_never_ends_is_left_out(tmp_path):
    files = {f"{name}.py": MANY_NAMES for name in "abcdef"}
    rules = {".ai-rules/endless.md": ENDLESS, ".ai-rules/no-print.md": NO_PRINT}
    settings = {"rulewright.toml": "[check]\ntimeout_s = 4\njobs = 1\n", ".git/HEAD": ""}
    root = write_files(tmp_path, {**files, **rules, **settings})
    done = command(root, "check", "--format", "json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert [s["path"] for s in report["skipped"]] == [".git/"]
    found = [(f["path"], f["id"]) for f in report["findings"]]
    assert [path for path, rule in found if rule == "no-print"] == sorted(files)
    (aside,) = [f for f in report["findings"] if f["id"] == "rulewright/check-set-aside"]
    assert aside["message"] == (
        "Check `endless` of rule `endless` is set aside: it took more than 4 s on a.py. It is not run again before "
        "this run ends. The other checks run."
    )
    assert (aside["rule_path"], aside["severity"]) == (".ai-rules/endless.md", "warning")
    assert len(found) == len(files) + 1
