"""Code in a real Neovim: jumps, a real popup, symbols, hovers; the server knows files that nobody opened."""

from pathlib import Path

import pytest

from tests.e2e.neovim.run import run, story

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


@pytest.mark.parametrize("name", STORIES)
def test_story(name: str, tmp_path: Path) -> None:
    run(tmp_path, story("stories", name), FILES)
