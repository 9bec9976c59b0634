"""What the lint of one rule has to know of all others, and of the project's files. Made once, for many rules."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import cached_property

from rulewright.core.rules.globs import glob_set
from rulewright.core.snapshot import Project
from rulewright.features.rule_lint.conflicts import Conflict, conflicts
from rulewright.features.rule_lint.silencing import circles, shadows


class Tree:
    """A project's files. `exists` says whether something is at a path below the root, listed or not."""

    def __init__(self, paths: Sequence[str], exists: Callable[[str], bool]) -> None:
        self.listed, self.paths, self.exists = paths, sorted(paths), exists
        self._dead: dict[str, bool] = {}

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        """Files by the last part of their path."""
        found: dict[str, list[str]] = {}
        for path in self.paths:
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    @cached_property
    def folders(self) -> dict[str, list[str]]:
        """Folders by the last part of their path."""
        found: dict[str, list[str]] = {}
        seen: set[str] = set()
        for path in self.paths:
            folder = path.rpartition("/")[0]
            while folder and folder not in seen:
                seen.add(folder)
                above, _, name = folder.rpartition("/")
                found.setdefault(name, []).append(folder)
                folder = above
        return found

    def ends_with(self, path: str) -> bool:
        """Whether the path of a file or folder ends with `path`."""
        tail = path.removeprefix("./").rstrip("/")
        while tail.startswith("../"):
            tail = tail[3:]
        name = tail.rpartition("/")[2]
        known = (*self.by_name.get(name, ()), *self.folders.get(name, ()))
        return any(f"/{each}".endswith(f"/{tail}") for each in known)

    def below(self, folder: str) -> Sequence[str]:
        """The files below a folder."""
        if not folder:
            return self.paths
        return self.paths[bisect_left(self.paths, f"{folder}/") : bisect_left(self.paths, f"{folder}0")]

    def matches_nothing(self, glob: str) -> bool:
        """Whether a glob of the project matches no file; each is tried once, for many rules have the same."""
        found = self._dead.get(glob)
        if found is None:
            matcher = glob_set((glob,))
            found = self._dead[glob] = not any(matcher.first_match(path) is not None for path in self.paths)
        return found


class Surroundings:
    """A project's rules in their tree."""

    def __init__(self, project: Project, tree: Tree) -> None:
        self.project, self.tree = project, tree
        self.own = [rule for rule in project.book.rules if rule.source in {"project", "user"}]
        self.budget = project.settings.rules.prompt_tokens

    @cached_property
    def ids(self) -> frozenset[str]:
        """Of all rules."""
        return frozenset(self.project.book.rule_ids)

    @cached_property
    def circles(self) -> dict[str, list[str]]:
        """Rules that silence each other: the ids of a circle, by the path of its first rule."""
        return circles(self.own)

    @cached_property
    def shadows(self) -> dict[str, str]:
        """Rules that can never apply, by path, with a sentence that says why."""
        return shadows(self.project.book.selection.active)

    @cached_property
    def conflicts(self) -> dict[str, list[Conflict]]:
        """By path of a rule what contradicts it."""
        return conflicts(self.own)
