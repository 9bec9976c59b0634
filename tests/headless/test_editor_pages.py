"""The pages about editors: their commands run, their lines are what the command gives, and their settings exist."""

import json
import re
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from rulewright.core.config import SettingsLayer, merge
from rulewright.core.editors.config import EDITORS
from tests.harness.program import command

PAGES = {path.stem: path.read_text("utf-8") for path in (Path(__file__).parents[2] / "docs/editors").glob("*.md")}
TABLES = {"config", "initialization_options", "initializationOptions"}
"""What editors call the settings that they send."""


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGES[page], re.MULTILINE | re.DOTALL)


def settings_in(value: Any) -> list[Mapping[str, Any]]:
    """Our settings, wherever they are in an editor's configuration."""
    if isinstance(value, list):
        return [found for entry in value for found in settings_in(entry)]
    if not isinstance(value, dict):
        return []
    return [v for k, v in value.items() if k in TABLES] + [f for v in value.values() for f in settings_in(v)]


def test_every_editor_has_its_page() -> None:
    assert set(EDITORS) <= set(PAGES)


@pytest.mark.parametrize("page", EDITORS)
def test_the_commands_of_a_page_run(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    lines = [line for block in blocks(page, "console") for line in block.splitlines()]
    told = [shlex.split(line[2:], comments=True) for line in lines if line.startswith("$ rulewright ")]
    assert ["editor-config", page] in [words[1:3] for words in told]
    for words in told:
        assert command(tmp_path, *words[1:]).returncode == 0, words


@pytest.mark.parametrize("page", EDITORS)
def test_the_configuration_of_a_page_is_well_formed_and_its_settings_exist(page: str) -> None:
    found = [json.loads(block) for block in blocks(page, "json")]
    # A single line of a table of Helix is no file.
    found += [tomllib.loads(block) for block in blocks(page, "toml")]
    for settings in settings_in(found):
        assert merge([SettingsLayer("editor", page, settings)])[1] == ()


def test_the_pages_show_settings_that_are_checked() -> None:
    pages = ("helix", "sublime", "kate")
    assert all(
        settings_in([*map(json.loads, blocks(p, "json")), *map(tomllib.loads, blocks(p, "toml"))]) for p in pages
    )


def test_the_page_of_helix_shows_what_the_command_gives() -> None:
    assert blocks("helix", "toml")[0] == EDITORS["helix"].render(["rulewright"], ["rust"])


def test_what_is_called_tested_is_tested() -> None:
    tested = [page for page in EDITORS if re.search(r"^Tested: ", PAGES[page], re.MULTILINE)]
    suite = (Path(__file__).parents[1] / "e2e/test_editor_config.py").read_text("utf-8")
    assert tested == ["neovim", "emacs"]
    assert all(f"def test_{page}_runs_what_was_written" in suite for page in tested)
