"""Writing rules in a real Neovim: a popup, hovers, jumps, another id, and a rule from code."""

from pathlib import Path

import pytest

from tests.e2e.neovim.run import run, story

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

FILES = {
    ".ai-rules/no-print.md": """\
---
description: Log, do not print
check: { language: python, rule: { pattern: print($A) } }
---
People read logs.
""",
    "main.py": """\
def run(source):
    code = compile(source, "😀", "exec")
    print(code)  # rulewright: ignore[no-print]
""",
}


def test_a_day_of_writing_rules(tmp_path: Path) -> None:
    run(tmp_path, story("rules_day"), FILES)
