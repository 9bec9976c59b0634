"""The configurations that `rulewright editor-config` gives, in the editors themselves.

Neovim comes from a package. Emacs is used where it is installed, with Eglot and lsp-mode; where it is not, those tests
have no cases.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rulewright.core.languages import LANGUAGES
from tests.e2e.test_neovim import RULES

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

BIN = Path(sys.executable).parent
RULEWRIGHT = BIN / "rulewright"
FOLDER = Path(__file__).parent
PAGES = FOLDER.parents[1] / "docs" / "editors"
APP = "def f(s):\n    x = eval(s)\n    print(x)\n"


def emacs_clients() -> Iterator[str]:
    """The client packages that an installed Emacs has."""
    if emacs := shutil.which("emacs"):
        for client, feature in (("eglot", "eglot"), ("lsp", "lsp-mode")):
            found = subprocess.run(
                [
                    emacs,
                    "--batch",
                    "--eval",
                    f'(progn (package-initialize) (kill-emacs (if (locate-library "{feature}") 0 1)))',
                ],
                capture_output=True,
                check=False,
            )
            if found.returncode == 0:
                yield client


def run(arguments: list[str | Path], home: Path, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "NVIM", "VIRTUAL_ENV"))}
    home.mkdir(exist_ok=True)
    done = subprocess.run(
        arguments,
        cwd=cwd,
        env={
            **environment,
            "HOME": str(home),
            "RULEWRIGHT_CACHE_DIR": str(home / "cache"),
            "RULEWRIGHT": str(RULEWRIGHT),
        },
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "my wörk 😀"
    for name, content in {**RULES, "src/app.py": APP, "src/lib.rs": "fn main() {}\n", "a.ts": "let a = 1\n"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    (folder / ".git").mkdir()
    return folder


def test_neovim_runs_what_was_written_and_what_the_page_says(tmp_path: Path, workspace: Path) -> None:
    home = tmp_path / "home"
    said = run([RULEWRIGHT, "editor-config", "neovim", "--write"], home, workspace)
    assert (home / ".config/nvim/plugin/rulewright.lua").is_file(), said
    blocks = re.findall(r"^```lua\n(.*?)^```", (PAGES / "neovim.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 2
    (home / ".config/nvim/init.lua").write_text("\n".join(blocks), "utf-8")
    nvim = BIN / "nvim"
    out = run(
        [nvim, "--headless", "-c", f"luafile {FOLDER / 'neovim' / 'configured.lua'}", "src/app.py"], home, workspace
    )
    assert "all steps passed" in out, out


@pytest.mark.parametrize("client", list(emacs_clients()))
def test_emacs_runs_what_was_written(client: str, tmp_path: Path, workspace: Path) -> None:
    home = tmp_path / "home"
    (home / ".emacs.d").mkdir(parents=True)
    run([RULEWRIGHT, "editor-config", "emacs", "--write"], home, workspace)
    written = home / ".emacs.d" / "rulewright.el"
    assert sum(name in written.read_text("utf-8") for name in LANGUAGES) > 30
    emacs = shutil.which("emacs") or "emacs"
    script = FOLDER / "emacs" / "first_minute.el"
    arguments = [emacs, "--batch", "--eval", "(package-initialize)", "-l", script, "--", client, written]
    out = run([*arguments, workspace / "src" / "app.py"], home, workspace)
    assert "all steps passed" in out, out
