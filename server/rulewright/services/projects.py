"""The open projects: for each root its settings and its rules."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from rulewright.core.config import SettingProblem, Settings
from rulewright.core.ports import Rules
from rulewright.core.snapshot import Project


class OpenProject(msgspec.Struct, frozen=True):
    """A project with the services that keep it up to date."""

    root: str
    settings: Settings
    rules: Rules
    problems: tuple[SettingProblem, ...] = ()

    @property
    def view(self) -> Project:
        """What a snapshot holds of it."""
        return Project(self.root, self.settings, self.rules.book)


ReadSettings = Callable[[str, Mapping[str, Any]], tuple[Settings, tuple[SettingProblem, ...]]]
MakeRules = Callable[[str, Settings], Rules]


class Projects:
    """Opens, configures and closes projects."""

    def __init__(self, read_settings: ReadSettings, make_rules: MakeRules) -> None:
        self._read_settings, self._make_rules = read_settings, make_rules
        self._open: dict[str, OpenProject] = {}
        self._overlay: Mapping[str, Any] = {}
        self.is_trusted_by_editor = False
        """Whether the editor says that its user trusts the workspace; for whoever reads settings."""

    @property
    def opened(self) -> tuple[OpenProject, ...]:
        """All open projects."""
        return tuple(self._open.values())

    @property
    def views(self) -> tuple[Project, ...]:
        """What a snapshot holds of them."""
        return tuple(project.view for project in self._open.values())

    def open(self, root: str, overlay: Mapping[str, Any] | None = None) -> OpenProject:
        """Open `root` (or return it when it is open) under settings with `overlay` as the strongest layer."""
        if overlay is not None:
            self._overlay = overlay
        if root not in self._open:
            settings, problems = self._read_settings(root, self._overlay)
            made = OpenProject(root, settings, self._make_rules(root, settings), problems)
            # Replaced, not changed: another thread may be looking.
            self._open = {**self._open, root: made}
        return self._open[root]

    def close(self, root: str) -> None:
        """Forget `root`."""
        self._open = {r: project for r, project in self._open.items() if r != root}

    def configure(self, overlay: Mapping[str, Any] | None = None) -> tuple[SettingProblem, ...]:
        """Read the settings of every project again."""
        if overlay is not None:
            self._overlay = overlay
        problems: list[SettingProblem] = []
        for root, project in list(self._open.items()):
            settings, found = self._read_settings(root, self._overlay)
            # Reading takes its time, in which a project may have been closed.
            if root in self._open:
                changed = msgspec.structs.replace(project, settings=settings, problems=found)
                self._open = {**self._open, root: changed}
                problems += found
        return tuple(dict.fromkeys(problems))
