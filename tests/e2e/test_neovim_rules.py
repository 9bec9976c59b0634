"""Writing rules in a real Neovim: a popup, hovers, jumps, another id, and a rule from code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
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
    workspace = tmp_path / "my wörk 😀"
    for name, content in FILES.items():
        target = workspace / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")
    (workspace / ".git").mkdir()
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.neovim.rules_day", workspace, BIN / "nvim", BIN / "rulewright"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home), "NVIM_LOG_FILE": str(home / "log")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    log = home / "nvim" / "lsp.log"
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{log.read_text() if log.exists() else ''}"
