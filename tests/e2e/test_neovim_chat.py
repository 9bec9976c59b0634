"""A chat in a markdown file, in a real Neovim, with a real server of models."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.llamacpp_server import llamacpp

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
SETTINGS = """\
[[models]]
name = "tiny"
provider = "llamacpp"
base_url = "{url}"
temperature = 0.0

[chat]
answer_tokens = 800
"""


def test_a_day_of_chatting(tmp_path: Path) -> None:
    workspace = tmp_path / "my wörk 😀"
    (workspace / ".git").mkdir(parents=True)
    home, config = tmp_path / "home", tmp_path / "config"
    home.mkdir()
    config.mkdir()
    with llamacpp() as url:
        (config / "rulewright.toml").write_text(SETTINGS.format(url=url))
        done = subprocess.run(
            [sys.executable, "-m", "tests.e2e.neovim.chat_day", workspace, BIN / "nvim", BIN / "rulewright"],
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
