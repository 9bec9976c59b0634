"""Find and read the ignore files that count in a folder: those of git, of the workspace, and of the user."""

# ruff: noqa: PTH100, PTH111, PTH112, PTH113, PTH118, PTH120, PTH123

# Names of files may be any bytes, and paths come by the ten thousand.

import os
import re
from collections.abc import Iterable
from pathlib import Path

from rulewright.core.index.ignore import Ignores, Pattern, parse_ignore

IGNORE_FILES = (".gitignore", ".ignore")
"""In a folder, weakest first. Both count with and without git, as in `rulewright check`."""
MAX_BYTES = 1_000_000

_EXCLUDES_FILE = re.compile(r"^[ \t]*excludesfile[ \t]*=[ \t]*\"?([^\"\n]+?)\"?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_CORE = re.compile(r"^[ \t]*\[core\](.*?)(?=^[ \t]*\[|\Z)", re.MULTILINE | re.IGNORECASE | re.DOTALL)


def outer_ignores(root: str) -> Ignores:
    """What counts in the whole workspace: the user's own, the repository's, and those of the folders above `root`."""
    top, git = _repository(root)
    if top is None:
        return Ignores()
    inner = os.path.relpath(root, top).replace(os.sep, "/")
    parts = [] if inner == "." else inner.split("/")
    ignores = Ignores(_patterns(_user_excludes(), "core.excludesFile", ""))
    ignores = ignores.joined(_patterns(os.path.join(git, "info", "exclude"), ".git/info/exclude", ""))
    for depth in range(len(parts)):
        folder = "/".join(parts[:depth])
        ignores = ignores.joined(folder_patterns(os.path.join(top, folder), folder))
    return Ignores(ignores.patterns, inner + "/" if parts else "")


def folder_patterns(
    full_path: str, folder: str, names: Iterable[str] = IGNORE_FILES, prefix: str = ""
) -> tuple[Pattern, ...]:
    """The patterns of a folder's own ignore files `names`. `folder` is its path behind `prefix`."""
    found: tuple[Pattern, ...] = ()
    for name in names:
        origin = f"{folder}/{name}" if folder else name
        found += _patterns(os.path.join(full_path, name), origin, prefix + folder)
    return found


def _patterns(path: str, origin: str, folder: str) -> tuple[Pattern, ...]:
    try:
        # A pipe or a device of that name would block.
        if not os.path.isfile(path):
            return ()
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES)
    except (OSError, ValueError):
        return ()
    return parse_ignore(data.decode("utf-8-sig", "surrogateescape"), origin, folder)


def _repository(root: str) -> tuple[str | None, str]:
    """The top folder of the repository that `root` is in, and where git keeps its files."""
    folder = os.path.abspath(root)
    while True:
        git = os.path.join(folder, ".git")
        if os.path.isdir(git):
            return folder, git
        if os.path.isfile(git):
            return folder, _linked(folder, git)
        above = os.path.dirname(folder)
        if above == folder:
            return None, ""
        folder = above


def _linked(folder: str, git: str) -> str:
    """Of a worktree or a submodule: its `.git` is a file that names the folder."""
    try:
        text = Path(git).read_text("utf-8", "surrogateescape")[:4096]
        found = os.path.join(folder, text.removeprefix("gitdir:").strip())
        common = Path(found, "commondir")
        if common.is_file():
            return os.path.join(found, common.read_text("utf-8", "surrogateescape").strip())
    except (OSError, ValueError):
        return git
    return found


def _user_excludes() -> str:
    """`core.excludesFile` of the user's own git settings, or where git looks without it."""
    settings = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    for path in (os.path.expanduser("~/.gitconfig"), os.path.join(settings, "git", "config")):
        try:
            text = Path(path).read_text("utf-8", "replace")[:MAX_BYTES] if os.path.isfile(path) else ""
        except OSError:
            continue
        named = [m[1] for section in _CORE.finditer(text) for m in _EXCLUDES_FILE.finditer(section[1])]
        if named:
            return os.path.expanduser(named[-1])
    return os.path.join(settings, "git", "ignore")
