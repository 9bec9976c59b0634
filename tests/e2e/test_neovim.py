"""A user's first minute in a real Neovim."""

from pathlib import Path

import pytest

from tests.e2e.neovim.run import NVIM, SERVER, run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

SCRIPT = Path(__file__).parent / "neovim" / "first_minute.lua"

RULES = {
    ".ai-rules/no-eval.md": """\
---
description: Never eval
globs: "**/*.py"
check:
  language: python
  severity: error
  message: "$F runs text as code"
  rule: { pattern: "$F($X)" }
  constraints: { F: { regex: "^eval$" } }
  fix: literal_eval($X)
---
Parse it instead.
""",
    ".ai-rules/no-print.md": """\
---
check: { language: python, message: print is for scripts, rule: { pattern: print($$$A) } }
---
""",
    "src/app.py": """\
def f(s):
    '😀'; x = eval(s)
    y = eval(y)
    print(x, y)
""",
}


def test_first_minute(tmp_path: Path) -> None:
    said = run(tmp_path, [str(NVIM), "--clean", "--headless", "-l", str(SCRIPT), "{workspace}", str(SERVER)], RULES)
    assert "all steps passed" in said
