"""`rulewright rules stats`, as people read it."""

import re

from tests.harness.in_process import command
from tests.harness.program import write_files

RULE = "---\nglobs: '*.py'\ncheck: {language: python, rule: {pattern: print($A)}}\n---\nLog.\n"


def test_each_rule_is_told_with_what_it_does_and_costs(tmp_path):
    files = {f"{n}.py": "print(1)\nprint(2)\n" for n in range(3)}
    root = write_files(
        tmp_path, {".git/HEAD": "", **files, ".ai-rules/log.md": RULE, ".ai-rules/style.md": "Be kind.\n", "x.txt": ""}
    )
    done = command(root, "rules", "stats", "--set", "rules.defaults=never")
    assert done.returncode == 0, done.stderr
    head, log, style, total, selected = done.stdout.decode().splitlines()
    assert head.split() == ["rule", "source", "files", "findings", "tokens", "time"]
    assert re.fullmatch(r"log +project +3 +6 +\d+ +\d+\.\d ms", log)
    # The rule files are files too.
    assert re.fullmatch(r"style +project +6 +- +\d+ +-", style)
    assert re.fullmatch(r"2 rules \(2 project\); \d+ tokens in all\.", total)
    assert selected.startswith("Selected rules for ")


def test_a_project_without_rules_is_told_what_to_do(tmp_path):
    root = write_files(tmp_path, {".git/HEAD": ""})
    done = command(root, "rules", "stats", "--set", "rules.defaults=never")
    assert (done.returncode, done.stdout) == (0, b"No rules. `rulewright init` writes the first ones.\n")
