"""A user's first minute in a real Neovim."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

BIN = Path(sys.executable).parent
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
    workspace = tmp_path / "my wörk 😀"
    for name, content in RULES.items():
        target = workspace / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")
    (workspace / ".git").mkdir()
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        **os.environ,
        "HOME": str(home),
        "XDG_STATE_HOME": str(home),
        "NVIM_LOG_FILE": str(home / "log"),
    }
    done = subprocess.run(
        [BIN / "nvim", "--clean", "--headless", "-l", SCRIPT, workspace, BIN / "rulewright"],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )
    log = home / "nvim" / "lsp.log"
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{log.read_text() if log.exists() else ''}"
    assert "all steps passed" in done.stdout
