"""`rulewright editor-config`: print the lines that make an editor start Rulewright, or write them to a file."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from rulewright.adapters.cli.report import printable
from rulewright.core.editors.config import EDITORS, Editor
from rulewright.core.languages import LANGUAGES, canonical
from rulewright.gateway import Gateway

ON_SCREEN = frozenset({"sublime", "zed", "kate"})
"""Editors that are started from a desktop, whose search path is seldom that of a terminal."""
ALSO = {"nvim": "neovim", "hx": "helix", "subl": "sublime", "sublime-text": "sublime", "zeditor": "zed"}
HAS_AN_EXTENSION = frozenset({"vscode", "vs-code", "code", "codium", "vscodium"})


def run_editor_config(
    gateway: Gateway, name: str, *, write: bool, command: str | None, languages: Sequence[str]
) -> int:
    """Run the command; returns the exit code."""
    name = ALSO.get(name.lower(), name.lower())
    if name in HAS_AN_EXTENSION:
        raise click.UsageError("VS Code needs no configuration: its extension finds the server (`make vsix` makes it).")
    editor = EDITORS.get(name)
    if editor is None:
        raise click.UsageError(f"{_unknown('editor', name, list(EDITORS))} Known: {', '.join(EDITORS)}.")
    text = editor.render(_command(command, name), _languages(editor, languages))
    place = place_of(name, os.environ, sys.platform, Path.home())
    if not write:
        click.echo(text, nl=False)
        verb = "Add this to" if editor.is_shared else "Put this into"
        click.echo(f"{verb} {printable(str(place))}\n{editor.next_step}", err=True)
        return 0
    return _write(gateway, editor, place, text)


def _write(gateway: Gateway, editor: Editor, place: Path, text: str) -> int:
    """Write a file that is not there yet. What is there is the user's."""
    shown = printable(str(place))
    # The name of a link counts, not what it leads to: many keep their configuration elsewhere.
    if gateway.files.write_new(Path(place.anchor), str(place.relative_to(place.anchor)), text):
        click.echo(f"Wrote {shown}\n{editor.next_step}")
        return 0
    try:
        if place.read_text("utf-8") == text:
            click.echo(f"{shown} says so already.\n{editor.next_step}")
            return 0
    except (OSError, UnicodeDecodeError):
        pass  # It is something else, whatever it is.
    what = "Paste what the command prints without --write into it" if editor.is_shared else "Remove it to write it anew"
    raise click.ClickException(f"{shown} is there and was left as it is. {what}.")


def _command(chosen: str | None, editor: str) -> list[str]:
    """The command that starts this program: a name where that is enough, else an absolute path."""
    if chosen is not None:
        if not chosen.strip() or not chosen.isprintable():
            raise click.UsageError("--command: give the name or the path of a program.")
        return [chosen]
    script = Path(sys.executable).parent / ("rulewright.exe" if sys.platform == "win32" else "rulewright")
    on_path = shutil.which("rulewright")
    if on_path is not None and script.exists() and Path(on_path).resolve() == script.resolve():
        # One in an environment of its own is on the path for as long as that is active.
        is_lasting = sys.prefix == sys.base_prefix or not Path(on_path).is_relative_to(sys.prefix)
        return ["rulewright" if is_lasting and editor not in ON_SCREEN else on_path]
    # `-P`: else a file in the folder where the editor happens to be could take the place of a module.
    return [str(script)] if script.exists() else [sys.executable, "-P", "-m", "rulewright"]


def _languages(editor: Editor, chosen: Sequence[str]) -> list[str]:
    if not chosen:
        return list(editor.names)
    found = []
    for name in chosen:
        language = canonical(name)
        if language is None:
            raise click.UsageError(_unknown("language", name, list(LANGUAGES)))
        if editor.names and language not in editor.names:
            raise click.UsageError(f"{editor.title} has no name for {language}.")
        found.append(language)
    return list(dict.fromkeys(found))


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name.lower(), known, n=1)
    return f"{printable(name)} is not {'an' if what[0] in 'aeiou' else 'a'} {what} that is known" + (
        f"; did you mean {near[0]}?" if near else "."
    )


def place_of(editor: str, environ: Mapping[str, str], platform: str, home: Path) -> Path:
    """Where an editor looks for such a configuration; `platform` as in `sys.platform`."""
    is_windows, is_mac = platform == "win32", platform == "darwin"
    roaming = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
    local = Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    xdg = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    if editor == "neovim":
        return (local if is_windows else xdg) / environ.get("NVIM_APPNAME", "nvim") / "plugin" / "rulewright.lua"
    if editor == "helix":
        return (roaming if is_windows else xdg) / "helix" / "languages.toml"
    if editor == "emacs":
        old = (roaming if is_windows else home) / ".emacs.d"
        return (old if is_windows or old.exists() or not (xdg / "emacs").exists() else xdg / "emacs") / "rulewright.el"
    if editor == "sublime":
        folder = roaming / "Sublime Text" if is_windows else xdg / "sublime-text"
        folder = home / "Library" / "Application Support" / "Sublime Text" if is_mac else folder
        return folder / "Packages" / "User" / "LanguageServers.sublime-settings"
    if editor == "zed":
        return (roaming / "Zed" if is_windows else xdg / "zed") / "settings.json"
    folder = home / "Library" / "Preferences" if is_mac else xdg
    return (local if is_windows else folder) / "kate" / "lspclient" / "settings.json"
