"""The door to what is kept outside of projects, and to what is wrong with a machine, a project or an editor."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rulewright.core.config import SettingProblem
from rulewright.core.doors import Door, guarded
from rulewright.core.health import Remark
from rulewright.core.ports import Offload
from rulewright.core.snapshot import Project
from rulewright.features import health
from rulewright.services.projects import Projects

if TYPE_CHECKING:
    from rulewright.services.user_folders import Folders, Kept


@guarded(
    "server",
    read="user_folders processes_in examine_machine examine_project examine_opened examine_editor meet_editor",
    administer="delete_kept",
)
class UpkeepGateway(Door):
    """Everything an interface may ask about the state of things."""

    def __init__(self, projects: Projects, examine_trust: Callable[[str], Remark], offload: Offload) -> None:
        self._projects, self._examine_trust, self._offload = projects, examine_trust, offload

    def user_folders(self) -> "Folders":
        """What lies outside of projects: settings, cache and state of this user."""
        from rulewright.services.user_folders import look  # noqa: PLC0415 - two commands need it

        return look()

    def processes_in(self, folders: Iterable[str]) -> tuple[int, ...] | None:
        """Other processes that have files below these folders open; None where the system does not tell."""
        from rulewright.services.user_folders import processes_in  # noqa: PLC0415 - one command needs it

        return processes_in(folders)

    def delete_kept(self, kept: Iterable["Kept"]) -> tuple[int, tuple[str, ...]]:
        """Delete files of this user that we wrote: the bytes that are free, and sentences about what could not be."""
        from rulewright.services.user_folders import delete  # noqa: PLC0415 - one command needs it

        return delete(kept)

    def examine_machine(self) -> list[Remark]:
        """What is to be said of the interpreter, the packages, the folders, and of a server that is started."""
        from rulewright.services import machine, user_folders  # noqa: PLC0415 - one command needs it
        from rulewright.services.state.health import examine_state  # noqa: PLC0415 - as above

        examined = machine.examine_folder("cache", Path(user_folders.cache_folder()), "what is known of the code")
        state = examine_state(Path(user_folders.state_folder()))
        return [*machine.examine(), examined, *state, machine.examine_server()]

    def examine_project(self, project: Project, problems: Sequence[SettingProblem]) -> list[Remark]:
        """What is to be said of a project's settings, trust and rules."""
        trust = self._examine_trust(project.root)
        return [*health.about_settings(project, problems), trust, *health.about_rules(project)]

    def examine_opened(self) -> list[Remark]:
        """The same for every project that is open."""
        return [remark for p in self._projects.opened for remark in self.examine_project(p.view, p.problems)]

    def examine_editor(self) -> list[Remark]:
        """What is to be said of the editor that was served last."""
        from rulewright.services import last_editor, user_folders  # noqa: PLC0415 - one command needs it

        editor = last_editor.recall(Path(user_folders.state_folder()))
        if editor is None:
            return [Remark("editor", "note", "No editor was served yet.", "rulewright editor-config sets one up.")]
        return health.about_editor(f"{editor.name} {editor.version}".strip(), editor.encoding, editor.can)

    async def meet_editor(self, name: str, version: str, encoding: str, can: Mapping[str, bool]) -> None:
        """Remember an editor for `examine_editor` of another process."""
        from rulewright.services import last_editor, user_folders  # noqa: PLC0415 - not on the way to an answer

        editor = last_editor.Editor(name, version, encoding, dict(can))
        await self._offload(last_editor.remember, Path(user_folders.state_folder()), editor)
