"""Rules that come with Rulewright: the default checks, and a set for each framework that a project uses."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rulewright.core.frameworks import Used, frameworks_used
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import DEFAULT_PREFIX, FRAMEWORK_PREFIX
from rulewright.services.files.rule_sources.look import Home, Look, names_below, read_manifests

PACKAGE = Path(__file__).parents[3]
DEFAULT_RULES = PACKAGE / "defaults"
"""Our own checks, part of the package."""
FRAMEWORK_RULES = PACKAGE / "frameworks"
"""The same for frameworks, a folder each."""


def shipped_file(path: str) -> Path | None:
    """Where the rule lies that stands in a book under `path`; None for a rule that is not one of ours."""
    if path.startswith(DEFAULT_PREFIX):
        return DEFAULT_RULES / path.removeprefix(DEFAULT_PREFIX)
    if path.startswith(FRAMEWORK_PREFIX):
        return FRAMEWORK_RULES / path.removeprefix(FRAMEWORK_PREFIX).partition("?")[0]
    return None


class DefaultRules:
    """Our own checks."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def list(self, _: Look) -> Iterator[Origin]:
        """All of them."""
        for below in names_below(self.top):
            yield Origin(DEFAULT_PREFIX + below, below, "default")

    def origin(self, _: str) -> None:
        """None: they do not change."""

    def home(self, origin: Origin) -> Home:
        """Where one lies."""
        return Home(self.top / origin.below, self.top, self.top)


class FrameworkRules:
    """The sets of the frameworks that one project uses."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def list(self, found: Look) -> Iterator[Origin]:
        """Those of each framework, for each part of the project that uses it."""
        for used in frameworks_used(read_manifests(self.root, found.manifests)):
            for below in _names(FRAMEWORK_RULES / used.name):
                yield _origin(used, below)

    def origin(self, _: str) -> None:
        """None: they do not change; manifests do, and lead to a full look."""

    def home(self, origin: Origin) -> Home:
        """Where one lies."""
        return Home(FRAMEWORK_RULES / origin.below, FRAMEWORK_RULES, FRAMEWORK_RULES)


def _origin(used: Used, below: str) -> Origin:
    path = f"{FRAMEWORK_PREFIX}{used.name}/{below}"
    if used.folder:
        # One file may be a rule of several parts of a project.
        path = f"{path}?folder={used.folder}"
    because = f"{used.manifest} names {used.package}"
    return Origin(path, f"{used.name}/{below}", "framework", used.folder, because=because)


@cache
def _names(folder: Path) -> tuple[str, ...]:
    # Part of the package: they are what they were when the process started.
    return tuple(names_below(folder))
