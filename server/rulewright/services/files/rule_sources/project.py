"""Rules of the project: `.ai-rules/` in the root and in any folder below it, and what other tools read there."""

from collections.abc import Iterator
from pathlib import Path

from rulewright.core.rules.foreign_names import may_be_foreign
from rulewright.core.rules.origin import Origin
from rulewright.services.files.root import RULES_FOLDER
from rulewright.services.files.rule_sources.look import Home, Look, is_rule_file, names_below, rules_folder_of


class ProjectRules:
    """The rule files of one project."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def list(self, found: Look) -> Iterator[Origin]:
        """All of them."""
        for folder in found.rule_folders:
            top = f"{folder}/{RULES_FOLDER}" if folder else RULES_FOLDER
            for below in names_below(self.root / top):
                yield Origin(path=f"{top}/{below}", below=below, source="project", folder=folder)
        if found.foreign:
            yield from (origin for path in found.foreign if (origin := self._foreign(path)) is not None)

    def origin(self, path: str) -> Origin | None:
        """What the place of a path says, or None when no rule file can be there."""
        folder = rules_folder_of(path)
        if folder is None:
            return self._foreign(path) if may_be_foreign(path) else None
        if not is_rule_file(path):
            return None
        below = path[len(f"{folder}/{RULES_FOLDER}/" if folder else f"{RULES_FOLDER}/") :]
        return Origin(path=path, below=below, source="project", folder=folder)

    def home(self, origin: Origin) -> Home:
        """Where one lies."""
        if origin.format:
            return Home(self.root / origin.path, self.root, self.root, "the project")
        return Home(self.root / origin.path, self.root, self.root / origin.folder / RULES_FOLDER)

    def _foreign(self, path: str) -> Origin | None:
        from rulewright.services.files.rule_sources.foreign import foreign_origin  # noqa: PLC0415 - most runs have none

        return foreign_origin(self.root, path)
