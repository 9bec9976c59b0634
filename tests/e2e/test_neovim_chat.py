"""A chat in a markdown file, in a real Neovim, with a real server of models."""

from pathlib import Path

import pytest

from tests.e2e.neovim.run import run, story
from tests.harness.llamacpp_server import llamacpp

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
    with llamacpp() as url:
        run(tmp_path, story("chat_day"), {}, SETTINGS.format(url=url))
