"""The door to the rule files of other tools: what of our rules they say, and rules of ours made from them.

A run that changes files keeps what they held, in the state folder; `revert` puts the last one back.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rulewright.core.doors import Door, guarded
from rulewright.core.rules.formats.write import TARGETS
from rulewright.core.rules.parse import decode
from rulewright.core.snapshot import Project
from rulewright.features.rule_export import Change, ExportPlan, There, export, exported_rules, owned_by, plan_export
from rulewright.features.rule_import import ImportPlan, Source, claim_of, plan_import, sorted_sources
from rulewright.services.files import ProjectRuleFiles, foreign_files
from rulewright.services.files.rule_backup import NothingToRevert, Reverted, revert, swap_with_backup
from rulewright.services.files.together import Changed, Swap, read_bytes
from rulewright.services.user_folders import state_folder

__all__ = ["TARGETS", "Change", "ExportPlan", "ImportPlan", "Refused", "ToolsGateway", "Unknown"]


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """Nothing was changed; the message is a sentence that says why."""


class Unknown(Exception):  # noqa: N818 - as above
    """It cannot be told whose rule file a path is; the message is the path."""


@guarded("rules", read="plan_export plan_import", change_rules="write revert")
class ToolsGateway(Door):
    """Everything an interface may ask about rule files of other tools in one project."""

    def __init__(self, project: Project) -> None:
        self._project, self._root = project, Path(project.root)

    def plan_export(self, names: Sequence[str], *, force: bool = False) -> ExportPlan:
        """What an export for some targets would change."""
        exporting = export(exported_rules(self._project.book.selection.active), names)
        paths = {*exporting.paths, *(path for path in self._foreign() if owned_by(names, path))}
        there = {path: self._there(path) for path in sorted(paths)}
        return plan_export(exporting, names, there, force=force)

    def plan_import(self, paths: Sequence[str], name: str = "", *, force: bool = False) -> ImportPlan:
        """The rules that would be written from files at absolute `paths`, or from all that are found.

        `name` says whose they are, where that is not to be told from their names. Raises Unknown.
        """
        sources = list(self._named(paths, name)) if paths else list(self._found(name))
        return plan_import(sorted_sources(sources), lambda path: self._there(path).text, force=force)

    def write(self, command: str, changes: Iterable[tuple[str, str | None, str | None]]) -> int:
        """Make changes, each a path with its text before and after; how many. Raises Refused, and nothing is changed.

        A text is None where there is no file.
        """
        swaps = [Swap(path, _bytes(before), _bytes(after)) for path, before, after in changes]
        if not swaps:
            return 0
        try:
            swap_with_backup(Path(state_folder()), self._root, command, swaps)
        except Changed as changed:
            raise Refused(f"{changed} was changed meanwhile. Nothing was written; try again.") from None
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            raise Refused(f"Nothing was changed: {error.strerror or error}{where}.") from None
        return len(swaps)

    def revert(self) -> Reverted:
        """Take back the last run here. Raises Refused, and nothing is changed."""
        try:
            return revert(Path(state_folder()), self._root)
        except NothingToRevert as nothing:
            raise Refused(str(nothing)) from None
        except Changed as changed:
            raise Refused(f"Edited since the last run, so nothing was changed: {changed}.") from None
        except OSError as error:
            raise Refused(f"Nothing was changed: {error.strerror or error}.") from None

    def _foreign(self) -> Sequence[str]:
        return foreign_files(self._root, gitignore=self._project.settings.check.gitignore)

    def _found(self, name: str) -> Iterator[Source]:
        files = ProjectRuleFiles(self._root, gitignore=self._project.settings.check.gitignore, defaults=None)
        for origin in files.list():
            if origin.format and name in {"", origin.format}:
                yield self._source(origin.path, origin.path, name)

    def _named(self, paths: Sequence[str], name: str) -> Iterator[Source]:
        for path in paths:
            if not os.path.isdir(path):  # noqa: PTH112 - never raises
                yield self._source(self._inside(path), path, name)
                continue
            for folder, folders, files in os.walk(path):
                folders[:] = sorted(f for f in folders if f not in {".git", "node_modules"})
                for file in sorted(files):
                    full = f"{folder}/{file}"
                    if claim_of(self._inside(full), file, name) is not None:
                        yield self._source(self._inside(full), full, name)

    def _inside(self, path: str) -> str:
        """A path relative to the root; empty outside of it."""
        full = Path(os.path.abspath(path))  # noqa: PTH100 - `..` goes, links stay
        return full.relative_to(self._root).as_posix() if full.is_relative_to(self._root) else ""

    def _source(self, inside: str, path: str, name: str) -> Source:
        claimed = claim_of(inside, path.rpartition("/")[2], name)
        if claimed is None:
            raise Unknown(path)
        try:
            # What lies in the project may be a link that leads out of it, to what is nobody's business.
            data = read_bytes(self._root, inside) if inside else Path(path).read_bytes()
        except OSError as error:
            return Source(inside or path, claimed, None, (error.strerror or str(error)).lower())
        if data is None:
            return Source(inside or path, claimed, None, "it is gone")
        return Source(inside or path, claimed, decode(data)[0])

    def _there(self, path: str) -> There:
        """What is at a path that may be written."""
        try:
            data = read_bytes(self._root, path)
        except OSError as error:
            return There(None, "", error.strerror or str(error))
        real = os.path.realpath(self._root / path)
        if data is None:
            return There(None, real)
        try:
            return There(data.decode("utf-8"), real)
        except UnicodeDecodeError:
            return There(None, real, "it is not UTF-8")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogateescape")
