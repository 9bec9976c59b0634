"""Runs a story in a real Neovim, in a workspace and a home of its own, with the paths that trip programs up."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[3]
BIN = Path(sys.executable).parent
NVIM, SERVER = BIN / "nvim", BIN / "rulewright"


def story(module: str, *more: str) -> list[str]:
    """How a story of this package is run: what is `more` comes before the workspace."""
    return [sys.executable, "-m", f"tests.e2e.neovim.{module}", *more, "{workspace}", str(NVIM), str(SERVER)]


def run(folder: Path, command: Sequence[str], files: Mapping[str, str], settings: str = "") -> str:
    """Run a command with `{workspace}` in it; what it printed. AssertionError, with the editor's log, where it fails.

    `files` are those of the workspace, a git repository; `settings` are the user's, else there are none.
    """
    workspace, home, config = folder / "my wörk 😀", folder / "home", folder / "config"
    for path in (home, config, workspace / ".git"):
        path.mkdir(parents=True)
    for name, content in files.items():
        target = workspace / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")
    if settings:
        (config / "rulewright.toml").write_text(settings)
    done = subprocess.run(
        [word.replace("{workspace}", str(workspace)) for word in command],
        cwd=ROOT,
        env={
            **os.environ,
            "HOME": str(home),
            "XDG_STATE_HOME": str(home),
            "NVIM_LOG_FILE": str(home / "log"),
            **({"RULEWRIGHT_CONFIG_DIR": str(config)} if settings else {}),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    log = home / "nvim" / "lsp.log"
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{log.read_text() if log.exists() else ''}"
    return done.stdout
