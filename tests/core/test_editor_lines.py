"""Configurations that editors can read, checked by what their documentation and sources say of the format."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rulewright.adapters.cli.editor_config import place_of
from rulewright.core.editors import names
from rulewright.core.editors.config import EDITORS
from rulewright.core.languages import LANGUAGES, canonical

AWKWARD = r'C:\Program Files\r"w" 😀\rulewright.exe'
HELIX_KEYS = {"name", "language-servers"}
BUILT_IN = """
[language-server.rust-analyzer]
command = "rust-analyzer"
[[language]]
name = "rust"
scope = "source.rust"
file-types = ["rs"]
roots = ["Cargo.toml", "Cargo.lock"]
language-servers = ["rust-analyzer"]
[[language]]
name = "python"
scope = "source.python"
file-types = ["py"]
language-servers = ["ty", "ruff", "jedi", "pylsp"]
[[language]]
name = "nim"
scope = "source.nim"
"""


def merged(left: Any, right: Any, depth: int = 3) -> Any:
    """As Helix joins a user's `languages.toml` to its own: three levels deep, entries of lists by their name."""
    if isinstance(left, list) and isinstance(right, list) and depth:
        found = list(left)
        for new in right:
            name = new.get("name") if isinstance(new, dict) else None
            old = next((e for e in found if name is not None and e.get("name") == name), None)
            if old is not None:
                found.remove(old)
            found.append(new if old is None else merged(old, new, depth - 1))
        return found
    if isinstance(left, dict) and isinstance(right, dict) and depth:
        return left | {
            key: merged(left[key], value, depth - 1) if key in left else value for key, value in right.items()
        }
    return right


def rendered(name: str, command: str = "rulewright", languages: list[str] | None = None) -> str:
    editor = EDITORS[name]
    return editor.render([command], list(editor.names) if languages is None else languages)


@pytest.mark.parametrize("name", [n for n in EDITORS if n != "zed"])
def test_the_languages_of_an_editor_are_ours_and_all_deep_ones_are_there(name: str) -> None:
    known = EDITORS[name].names
    assert set(known) <= set(LANGUAGES)
    assert {"python", "javascript", "typescript", "tsx", "go", "rust", "java", "ruby", "elixir"} <= set(known)
    assert list(known) == sorted(known)


def test_helix_keeps_its_own_servers_and_ours_is_last() -> None:
    text = tomllib.loads(rendered("helix"))
    after = merged(tomllib.loads(BUILT_IN), text)
    rows = {row["name"]: row for row in after["language"]}
    assert rows["rust"] == {
        "name": "rust",
        "scope": "source.rust",
        "file-types": ["rs"],
        "roots": ["Cargo.toml", "Cargo.lock"],
        "language-servers": ["rust-analyzer", "rulewright"],
    }
    assert rows["python"]["language-servers"] == ["ty", "ruff", "jedi", "pylsp", "rulewright"]
    assert rows["nim"] == {"name": "nim", "scope": "source.nim"}
    assert after["language-server"]["rust-analyzer"] == {"command": "rust-analyzer"}
    assert after["language-server"]["rulewright"] == {"command": "rulewright", "args": ["serve", "--stdio"]}


def test_helix_gets_no_key_that_it_would_refuse() -> None:
    text = tomllib.loads(rendered("helix"))
    assert all(set(row) == HELIX_KEYS for row in text["language"])
    assert len({row["name"] for row in text["language"]}) == len(text["language"])
    assert set(text) == {"language", "language-server"}


def test_what_an_editor_says_of_a_language_is_understood() -> None:
    # Where the server does not know an id it goes by the file's name, which must not be misled by another's id.
    for table in (names.NEOVIM, names.KATE):
        for language, words in table.items():
            for word in words.split():
                said = canonical(word.partition("=")[0])
                assert said in {None, language}, (language, word)
    for language, entries in names.HELIX.items():
        for entry in entries.split(";"):
            assert canonical(entry.partition(":")[0]) in {None, language}


@pytest.mark.parametrize("name", ["sublime", "zed", "kate"])
def test_json_has_the_command_as_it_was_given(name: str) -> None:
    found = json.loads(rendered(name, AWKWARD))
    if name == "zed":
        assert found["lsp"]["rulewright"]["binary"] == {"path": AWKWARD, "arguments": ["serve", "--stdio"]}
        return
    server = found["servers"]["rulewright"] if name == "kate" else found["rulewright"]
    assert server["command"] == [AWKWARD, "serve", "--stdio"]


def test_helix_has_the_command_as_it_was_given() -> None:
    server = tomllib.loads(rendered("helix", AWKWARD))["language-server"]["rulewright"]
    assert server["command"] == AWKWARD


def test_kate_starts_one_process_for_all_languages() -> None:
    servers = json.loads(rendered("kate"))["servers"]
    with_command = [key for key, entry in servers.items() if "command" in entry]
    assert with_command == ["rulewright"]
    assert {entry["use"] for key, entry in servers.items() if key != "rulewright"} == {"rulewright"}
    modes = {key: re.compile(e["highlightingModeRegex"]) for key, e in servers.items() if key != "rulewright"}
    for key, mode in (
        ("cpp", "ISO C++"),
        ("php", "PHP (HTML)"),
        ("javascriptreact", "JavaScript React (JSX)"),
        ("ocaml", "Objective Caml Ocamllex"),
        ("ini", "INI Files"),
    ):
        assert [k for k, pattern in modes.items() if pattern.match(mode)] == [key]


def test_sublime_selects_scopes_and_nothing_else() -> None:
    selector = json.loads(rendered("sublime"))["rulewright"]["selector"]
    scopes = selector.split(" | ")
    assert len(set(scopes)) == len(scopes)
    assert all(re.fullmatch(r"(?:source|text|embedding)\.[\w.+]+", scope) for scope in scopes)


def test_emacs_lisp_is_balanced_with_any_command() -> None:
    text = rendered("emacs", AWKWARD)
    code = re.sub(r'"(?:[^"\\]|\\.)*"|;[^\n]*', "", text)
    assert code.count("(") == code.count(")") > 10
    assert f'"{AWKWARD}"'.replace("\\", "\\\\").replace('"w"', '\\"w\\"') in text


HOME = Path("/home/you")


@pytest.mark.parametrize(
    ("editor", "platform", "environ", "expected"),
    [
        ("neovim", "linux", {}, "/home/you/.config/nvim/plugin/rulewright.lua"),
        ("neovim", "linux", {"NVIM_APPNAME": "lazy"}, "/home/you/.config/lazy/plugin/rulewright.lua"),
        ("neovim", "win32", {"LOCALAPPDATA": "/L"}, "/L/nvim/plugin/rulewright.lua"),
        ("helix", "darwin", {"XDG_CONFIG_HOME": "/x"}, "/x/helix/languages.toml"),
        ("helix", "win32", {"APPDATA": "/R"}, "/R/helix/languages.toml"),
        ("emacs", "linux", {}, "/home/you/.emacs.d/rulewright.el"),
        ("sublime", "linux", {}, "/home/you/.config/sublime-text/Packages/User/LanguageServers.sublime-settings"),
        (
            "sublime",
            "darwin",
            {},
            "/home/you/Library/Application Support/Sublime Text/Packages/User/LanguageServers.sublime-settings",
        ),
        ("zed", "darwin", {}, "/home/you/.config/zed/settings.json"),
        ("kate", "linux", {}, "/home/you/.config/kate/lspclient/settings.json"),
        ("kate", "win32", {"LOCALAPPDATA": "/L"}, "/L/kate/lspclient/settings.json"),
    ],
)
def test_where_an_editor_looks(editor: str, platform: str, environ: dict[str, str], expected: str) -> None:
    assert place_of(editor, environ, platform, HOME).as_posix() == expected


def test_emacs_has_its_folder_in_two_places(tmp_path: Path) -> None:
    (tmp_path / ".config" / "emacs").mkdir(parents=True)
    assert place_of("emacs", {}, "linux", tmp_path) == tmp_path / ".config/emacs/rulewright.el"
    (tmp_path / ".emacs.d").mkdir()
    assert place_of("emacs", {}, "linux", tmp_path) == tmp_path / ".emacs.d/rulewright.el"
