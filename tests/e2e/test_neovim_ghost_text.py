"""Ghost text and AI actions, in a real Neovim, with a server of models that says what is expected of a good one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.told_model import told_model

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
SETTINGS = """\
[[models]]
name = "told"
provider = "openai"
base_url = "{url}"
model = "told"
roles = ["chat", "complete"]

[ghost_text]
debounce_ms = 0
menu_wait_ms = 5000
"""
SHOP = """\
def total(prices):
    result = 0
    return result


def add(item, into=[]):
    into.append(item)
    return into
"""
FILL = "for price in prices:\n        result += price"
FIX = """\
```python shop.py
<<<<<<< SEARCH
def add(item, into=[]):
=======
def add(item, into=None):
    into = [] if into is None else into
>>>>>>> REPLACE
```
"""


def test_a_day_with_a_model(tmp_path: Path) -> None:
    workspace = tmp_path / "my wörk 😀"
    (workspace / ".git").mkdir(parents=True)
    (workspace / "shop.py").write_text(SHOP)
    home, config = tmp_path / "home", tmp_path / "config"
    home.mkdir()
    config.mkdir()
    with told_model(lambda _: FIX, lambda _: FILL) as (url, asked):
        (config / "rulewright.toml").write_text(SETTINGS.format(url=url))
        done = subprocess.run(
            [sys.executable, "-m", "tests.e2e.neovim.ghost_day", workspace, BIN / "nvim", BIN / "rulewright"],
            cwd=ROOT,
            env={
                **os.environ,
                "HOME": str(home),
                "XDG_STATE_HOME": str(home),
                "NVIM_LOG_FILE": str(home / "log"),
                "RULEWRIGHT_CONFIG_DIR": str(config),
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    log = home / "nvim" / "lsp.log"
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{log.read_text() if log.exists() else ''}"
    assert any("suffix" in body for body in asked)
    assert any("messages" in body for body in asked)
