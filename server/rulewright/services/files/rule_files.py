"""Where rule files are: `.ai-rules/` in the root and in any folder below it, and our own defaults in the package."""

import errno
import os
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from rulewright.core.rules.check_sources import MAX_CHECK_FILE_BYTES
from rulewright.core.rules.parse import DEFAULT_PREFIX, Origin
from rulewright.core.sources import LINK, Found
from rulewright.services.files.read import leads_inside
from rulewright.services.files.root import RULES_FOLDER
from rulewright.services.files.walk import walk

DEFAULT_RULES = Path(__file__).parents[2] / "defaults"
"""Our own checks, part of the package."""

RULE_ENDINGS = (".md", ".mdc", ".markdown")


def rules_folder_of(path: str) -> str | None:
    """The folder that holds the `.ai-rules/` which `path` lies in, relative to the root; None outside of one."""
    parts = PurePosixPath(path).parts
    if RULES_FOLDER not in parts[:-1]:
        return None
    return "/".join(parts[: parts.index(RULES_FOLDER)])


def is_rule_file(path: str) -> bool:
    """Whether a path relative to the root is that of a rule file. `README.md` is for people, not a rule."""
    name = PurePosixPath(path).name
    return (
        rules_folder_of(path) is not None
        and path.lower().endswith(RULE_ENDINGS)
        and not name.startswith(".")
        and name.lower() != "readme.md"
    )


class ProjectRuleFiles:
    """The rule files of one project."""

    def __init__(self, root: Path, *, gitignore: bool = True, defaults: Path | None = DEFAULT_RULES) -> None:
        self.root, self.gitignore, self.defaults = root, gitignore, defaults

    def list(self, near: Iterable[str] | None = None) -> Sequence[Origin]:
        """All rule files; with `near`, only those that could apply to one of these paths (no walk of the tree)."""
        folders = self._all_folders() if near is None else self._folders_above(near)
        return [*self._defaults(), *(o for folder in sorted(folders) for o in self._in_folder(folder))]

    def origin(self, path: str) -> Origin | None:
        """What the place of a path says, or None when no rule file can be there."""
        folder = rules_folder_of(path)
        if folder is None or not is_rule_file(path):
            return None
        below = path[len(f"{folder}/{RULES_FOLDER}/" if folder else f"{RULES_FOLDER}/") :]
        return Origin(path=path, below=below, source="project", folder=folder)

    def read(self, origin: Origin) -> bytes | None:
        """The file's bytes; None when it is gone. Raises OSError when it is there and cannot be read."""
        path = self._locate(origin)
        if origin.source != "default" and not leads_inside(self.root, path):
            raise OSError(errno.EXDEV, "it is a link that leads out of the project")
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def beside(self, origin: Origin, name: str) -> bytes:
        """The bytes of a file that a rule file names, by its path from there. Raises OSError with the reason.

        It lies below the same rules folder, links followed: a rule cannot show what is elsewhere on the machine.
        """
        top = self.defaults if origin.source == "default" else self.root / origin.folder / RULES_FOLDER
        path = Path(os.path.abspath(self._locate(origin).parent / name))  # noqa: PTH100 - `..` goes, links stay
        if top is None or "\0" in name or not path.is_relative_to(os.path.abspath(top)):  # noqa: PTH100 - as above
            raise OSError(errno.EXDEV, f"it lies outside of `{RULES_FOLDER}/`")
        if not leads_inside(top, path):
            raise OSError(errno.EXDEV, f"it is a link that leads out of `{RULES_FOLDER}/`")
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            # A pipe or a device would block or never end.
            raise OSError(errno.EINVAL, "it is not a regular file")
        with path.open("rb") as file:
            return file.read(MAX_CHECK_FILE_BYTES + 1)

    def _locate(self, origin: Origin) -> Path:
        if origin.source == "default" and self.defaults is not None:
            return self.defaults / origin.below
        return self.root / origin.path

    def _defaults(self) -> Sequence[Origin]:
        if self.defaults is None:
            return []
        return [
            Origin(path=DEFAULT_PREFIX + e.path, below=e.path, source="default")
            for e in walk(self.defaults, gitignore=False)
            if isinstance(e, Found) and e.path.endswith(".md")
        ]

    def _all_folders(self) -> set[str]:
        # The root's own folder counts even where git ignores it: people keep personal rules there.
        folders = {""}
        for entry in walk(self.root, gitignore=self.gitignore):
            if isinstance(entry, Found):
                folder = rules_folder_of(entry.path)
                if folder is not None:
                    folders.add(folder)
        return folders

    def _folders_above(self, paths: Iterable[str]) -> set[str]:
        folders = {""}
        for path in paths:
            folders.update(str(p) for p in PurePosixPath(path).parents if str(p) != ".")
        return {f for f in folders if (self.root / f / RULES_FOLDER).is_dir()}

    def _in_folder(self, folder: str) -> Iterable[Origin]:
        top = f"{folder}/{RULES_FOLDER}" if folder else RULES_FOLDER
        if not (self.root / top).is_dir():
            return
        for entry in walk(self.root, top, gitignore=False):
            # Teams link one rule into many places; where a link leads is looked at when it is read.
            if isinstance(entry, Found) or entry.reason == LINK:
                origin = self.origin(entry.path)
                if origin is not None:
                    yield origin
