"""All rule files of one project, from every source that lies on the disk."""

import errno
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from rulewright.core.rules.check_sources import MAX_CHECK_FILE_BYTES
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.package_files import Package
from rulewright.core.rules.parse import MAX_FILE_BYTES
from rulewright.core.rules.rule import Source
from rulewright.services.files.read import leads_inside, read_beginning
from rulewright.services.files.rule_sources.look import Home, Look, look
from rulewright.services.files.rule_sources.packages import PackageRules
from rulewright.services.files.rule_sources.project import ProjectRules
from rulewright.services.files.rule_sources.shipped import DEFAULT_RULES, DefaultRules, FrameworkRules
from rulewright.services.files.rule_sources.user import UserRules
from rulewright.services.files.walk import is_ignored


class RuleSource(Protocol):
    """One kind of place that rule files come from."""

    def list(self, found: Look) -> Iterable[Origin]:
        """All of them."""
        ...

    def origin(self, path: str) -> Origin | None:
        """What the place of a path says, or None when no rule file can be there."""
        ...

    def home(self, origin: Origin) -> Home:
        """Where one lies. Raises OSError with the reason when it is not to be read."""
        ...


class ProjectRuleFiles:
    """The rule files that count in one project.

    `defaults` has our own checks, `user` is the folder of the user's own rules, `packages` knows those that installed
    packages ship. Without them there are none of these, and without the first none of ours at all.
    """

    def __init__(
        self,
        root: Path,
        *,
        gitignore: bool = True,
        defaults: Path | None = DEFAULT_RULES,
        user: Path | None = None,
        packages: PackageRules | None = None,
    ) -> None:
        self.root, self.gitignore, self.packages = root, gitignore, packages
        sources: dict[Source, RuleSource] = {"project": ProjectRules(root)}
        if user is not None:
            sources["user"] = UserRules(user)
        if packages is not None:
            sources["dependency"] = packages
        if defaults is not None:
            sources["framework"] = FrameworkRules(root)
            sources["default"] = DefaultRules(defaults)
        self.sources: Mapping[Source, RuleSource] = sources

    @property
    def has_unwatched(self) -> bool:
        """Whether packages count: editors do not watch where they are installed."""
        return self.packages is not None and bool(self.packages.allowed)

    def list(self, near: Iterable[str] | None = None) -> Sequence[Origin]:
        """All rule files; with `near`, only those that could apply to one of these paths (no walk of the tree)."""
        found = look(self.root, near, gitignore=self.gitignore)
        return [origin for source in self.sources.values() for origin in source.list(found)]

    def origin(self, path: str) -> Origin | None:
        """What the place of a path says, or None when no rule file can be there."""
        return next((o for source in self.sources.values() if (o := source.origin(path)) is not None), None)

    def read(self, origin: Origin) -> bytes | None:
        """The file's bytes; None when it is gone. Raises OSError when it is there and cannot be read."""
        home = self.sources[origin.source].home(origin)
        if not leads_inside(home.top, home.path):
            raise OSError(errno.EXDEV, "it is a link that leads out of the project")
        try:
            # One byte more than is used tells that there are more.
            data = read_beginning(home.path, MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            return None
        return None if origin.format and _is_export(data) else data

    def beside(self, origin: Origin, name: str) -> bytes:
        """The bytes of a file that a rule file names, by its path from there. Raises OSError with the reason.

        It lies below the same rules folder, links followed: a rule cannot show what is elsewhere on the machine.
        """
        home = self.sources[origin.source].home(origin)
        top, named = home.beside, f"`{home.named}/`" if home.named.startswith(".") else home.named
        if top is None:
            raise OSError(errno.EPERM, "the guidance of a package may name no other files")
        path = Path(os.path.abspath(home.path.parent / name))  # noqa: PTH100 - `..` goes, links stay
        if "\0" in name or not path.is_relative_to(os.path.abspath(top)):  # noqa: PTH100 - as above
            raise OSError(errno.EXDEV, f"it lies outside of {named}")
        if not leads_inside(top, path):
            raise OSError(errno.EXDEV, f"it is a link that leads out of {named}")
        if origin.format and self._is_private(path) and not is_ignored(self.root, origin.path):
            # What its owner keeps out of the repository is not for everybody who gets the rule's text.
            raise OSError(errno.EPERM, "git ignores it")
        info = path.stat()
        if not stat.S_ISREG(info.st_mode):
            # A pipe or a device would block or never end.
            raise OSError(errno.EINVAL, "it is not a regular file")
        with path.open("rb") as file:
            return file.read(MAX_CHECK_FILE_BYTES + 1)

    def _is_private(self, path: Path) -> bool:
        inside = path.relative_to(os.path.abspath(self.root)).as_posix()  # noqa: PTH100 - `..` went, links stay
        return self.gitignore and is_ignored(self.root, inside)

    def shipping(self) -> Sequence[Package]:
        """Installed packages that ship guidance, allowed or not."""
        found = look(self.root, None, gitignore=self.gitignore)
        return self.packages.everything(found) if self.packages is not None else []


def _is_export(data: bytes) -> bool:
    """Whether a file of another tool holds nothing but what we wrote there: its rules count already."""
    from rulewright.core.rules.formats.marks import BEGIN, is_marked_only  # noqa: PLC0415 - most runs have none

    return BEGIN.encode() in data and is_marked_only(data.decode("utf-8", "replace"))
