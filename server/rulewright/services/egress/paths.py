"""Which files of a project are shown to nobody: what git or `.aiignore` ignores, what a setting or its name says."""

import os
from collections.abc import Callable, Iterable, Sequence
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
        base = os.path.abspath(root)  # noqa: PTH100 - as everywhere: links stay until they are asked for
        full = os.path.normpath(os.path.join(base, path))  # noqa: PTH118
        try:
            named, real = _below(base, full), _below(os.path.realpath(base), os.path.realpath(full))
        except (OSError, ValueError):
            return LINK_OUT
        if named is None:
            return self._why_not_outside(full)
        if real is None:
            return LINK_OUT
        for name in dict.fromkeys((named, real)):
            if reason := self._why_not_inside(base, name, never_send):
                return reason
        return ""

    def _why_not_outside(self, full: str) -> str:
        if is_secret_name(full.replace(os.sep, "/").rpartition("/")[2]):
            return SECRET_NAME
        real = os.path.realpath(full)
        folders = [os.path.realpath(folder) for folder in self._shown_outside()]
        return "" if any(_below(folder, real) for folder in folders) else OUTSIDE

    def _why_not_inside(self, root: str, path: str, never_send: Sequence[str]) -> str:
        if is_secret_name(path):
            return SECRET_NAME
        if never_send and glob_set(tuple(never_send)).first_match(path) is not None:
            return SETTING
        if (named_by := self._decided_by(root, path, Ignores(), (AI_IGNORE,))) is not None:
            return AI_IGNORED.format(named_by)
        if self._decided_by(root, path, self._outer(root), GIT_IGNORE) is None:
            return ""
        # A file that is in the repository is not ignored, whatever ignore files say; only git knows which are.
        return "" if self._ask_git(Path(root), path) is False else IGNORED

    def _decided_by(self, root: str, path: str, ignores: Ignores, names: Sequence[str]) -> str | None:
        """The ignore file that names a path, or a folder that it lies in; None where none does."""
        parts = path.split("/")
        for depth, name in enumerate(parts):
            folder = "/".join(parts[:depth])
            ignores = ignores.joined(self._patterns(os.path.join(root, folder), folder, names, ignores.prefix))  # noqa: PTH118
            here = "/".join(parts[: depth + 1])
            is_folder = depth + 1 < len(parts) or os.path.isdir(os.path.join(root, here))  # noqa: PTH112, PTH118
            if ignores.ignored(here, name, is_folder=is_folder):
                match = ignores.match(here, is_folder=is_folder)
                return match.origin if match is not None else names[0]
        return None


def _below(folder: str, path: str) -> str | None:
    """`path` relative to `folder` with forward slashes, or None when it lies elsewhere."""
    relative = os.path.relpath(path, folder).replace(os.sep, "/")
    return None if relative == ".." or relative.startswith("../") else relative
