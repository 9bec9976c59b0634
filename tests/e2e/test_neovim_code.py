"""Code in a real Neovim: jumps, a real popup, symbols, hovers; the server knows files that nobody opened."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
STORIES = (
    "jumps_behind_an_emoji_and_back",
    "completes_members_and_imports_from_a_real_popup",
    "a_dot_opens_the_popup_by_itself_and_a_comment_does_not",
    "shows_symbols_and_hovers",
    "what_is_typed_is_known_at_once_in_another_file",
)
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

FILES = {
    "shapes/__init__.py": "",
    "shapes/circle.py": '''\
class Circle:
    """A round thing."""

    def __init__(self, radius: float) -> None:
        self.radius = radius

    def circumference(self) -> float:
        """How far it is around."""
        return 6.28 * self.radius


def unit_circle() -> Circle:
    return Circle(1)
''',
    "main.py": """\
from shapes.circle import Circle


def describe(größe: float) -> str:
    thing = Circle(größe)
    return f"😀 {thing.circumference()}"
""",
}


@pytest.mark.parametrize("story", STORIES)
def test_story(story: str, tmp_path: Path) -> None:
    workspace = tmp_path / "my wörk 😀"
    for name, content in FILES.items():
        target = workspace / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")
    (workspace / ".git").mkdir()
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.neovim.stories", story, workspace, BIN / "nvim", BIN / "rulewright"],
        cwd=ROOT,
        env={**os.environ, "HOME": str(home), "XDG_STATE_HOME": str(home), "NVIM_LOG_FILE": str(home / "log")},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    log = home / "nvim" / "lsp.log"
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{log.read_text() if log.exists() else ''}"
