"""Which files of a project are shown to nobody: what git or `.aiignore` ignores, what a setting or its name says."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from rulewright.core.index.ignore import Ignores, Pattern
from rulewright.core.prompt.secret_names import is_secret_name
from rulewright.core.rules.globs import glob_set

AI_IGNORE = ".aiignore"
GIT_IGNORE = (".gitignore", ".ignore")

OuterIgnores = Callable[[str], Ignores]
FolderPatterns = Callable[[str, str, Iterable[str], str], tuple[Pattern, ...]]
AskGit = Callable[[Path, str], bool | None]

OUTSIDE = "lies outside of the project"
LINK_OUT = "is a link that leads out of the project"
SECRET_NAME = "has the name of a file with secrets"  # noqa: S105 - a sentence
IGNORED = "is ignored by git"
AI_IGNORED = "is named by {}"
SETTING = "is named by the setting privacy.never_send"


class PathRules:
    """Says of paths why their content is withheld. Reads ignore files each time, so it is never out of date."""

    def __init__(
        self,
        outer: OuterIgnores,
        patterns: FolderPatterns,
        ask_git: AskGit,
        shown_outside: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        """`outer` and `patterns` read ignore files; `ask_git` says whether git ignores a path, None where it cannot.

        `shown_outside` are folders outside of projects whose files may be shown: the user's own rules.
        """
        self._outer, self._patterns, self._ask_git, self._shown_outside = outer, patterns, ask_git, shown_outside

    def why_not(self, root: str, path: str, never_send: Sequence[str] = ()) -> str:
        """Words that follow the path and say why it is withheld; empty where it is not.

        `path` is absolute, or relative to `root`; it need not be there.
        """
        return self.asker(root, never_send)(path)

    def asker(self, root: str, never_send: Sequence[str] = ()) -> Callable[[str], str]:
        """The same for many paths of one moment: each ignore file is read once."""
        look = _Look(self._outer, self._patterns, self._ask_git, os.path.abspath(root), tuple(never_send))  # noqa: PTH100 - links stay
        return lambda path: look.why_not(path, self._shown_outside)


class _Look:
    """A look at the files of one project."""

    def __init__(
        self, outer: OuterIgnores, patterns: FolderPatterns, ask_git: AskGit, root: str, never_send: tuple[str, ...]
    ) -> None:
        self._patterns, self._ask_git, self._root = patterns, ask_git, root
        self._real_root = os.path.realpath(root)
        # Lists of all places are joined here: what one of them excludes from its own must not undo another's.
        self._never_send = glob_set(tuple(glob for glob in never_send if not glob.startswith("!")))
        self._outer = cache(lambda: outer(root))
        self._known: dict[tuple[str, tuple[str, ...]], Ignores] = {}

    def why_not(self, path: str, shown_outside: Callable[[], Sequence[str]]) -> str:
        full = os.path.normpath(os.path.join(self._root, path))  # noqa: PTH118
        try:
            named, real = _below(self._root, full), _below(self._real_root, os.path.realpath(full))
        except (OSError, ValueError):
            return LINK_OUT
        if named is None:
            return _why_not_outside(full, shown_outside)
        if real is None:
            return LINK_OUT
        return next((reason for name in dict.fromkeys((named, real)) if (reason := self._why_not_inside(name))), "")

    def _why_not_inside(self, path: str) -> str:
        if is_secret_name(path):
            return SECRET_NAME
        if any(self._never_send.first_match(part) is not None for part in _with_folders(path)):
            return SETTING
        if (named_by := self._decided_by(path, (AI_IGNORE,))) is not None:
            return AI_IGNORED.format(named_by)
        if self._decided_by(path, GIT_IGNORE) is None:
            return ""
        # A file that is in the repository is not ignored, whatever ignore files say; only git knows which are.
        return "" if self._ask_git(Path(self._root), path) is False else IGNORED

    def _decided_by(self, path: str, names: tuple[str, ...]) -> str | None:
        """The ignore file that names a path, or a folder that it lies in; None where none does."""
        parts = path.split("/")
        for depth, name in enumerate(parts):
            ignores = self._ignores("/".join(parts[:depth]), names)
            if not ignores.patterns:
                continue
            here = "/".join(parts[: depth + 1])
            is_folder = depth + 1 < len(parts) or os.path.isdir(os.path.join(self._root, here))  # noqa: PTH112, PTH118
            if ignores.ignored(here, name, is_folder=is_folder):
                match = ignores.match(here, is_folder=is_folder)
                return match.origin if match is not None else names[0]
        return None

    def _ignores(self, folder: str, names: tuple[str, ...]) -> Ignores:
        """What counts in a folder, which is no deeper than files lie."""
        if (known := self._known.get((folder, names))) is not None:
            return known
        if folder:
            above = self._ignores(folder.rpartition("/")[0], names)
        else:
            above = self._outer() if names == GIT_IGNORE else Ignores()
        own = self._patterns(os.path.join(self._root, folder), folder, names, above.prefix)  # noqa: PTH118
        found = self._known[folder, names] = above.joined(own)
        return found


def _with_folders(path: str) -> Iterator[str]:
    """A path, and the folders that it lies in."""
    while path:
        yield path
        path = path.rpartition("/")[0]


def _why_not_outside(full: str, shown_outside: Callable[[], Sequence[str]]) -> str:
    if is_secret_name(full.replace(os.sep, "/").rpartition("/")[2]):
        return SECRET_NAME
    real = os.path.realpath(full)
    folders = [os.path.realpath(folder) for folder in shown_outside()]
    return "" if any(_below(folder, real) for folder in folders) else OUTSIDE


def _below(folder: str, path: str) -> str | None:
    """`path` relative to `folder` with forward slashes, or None when it lies elsewhere."""
    try:
        relative = os.path.relpath(path, folder).replace(os.sep, "/")
    except ValueError:  # On another drive.
        return None
    return None if relative == ".." or relative.startswith("../") else relative
