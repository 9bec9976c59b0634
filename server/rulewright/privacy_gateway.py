"""The door to trust and privacy: which projects are trusted with what, and what of a project would be withheld."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec

from rulewright.core.config import NEEDS_TRUST, Trust
from rulewright.core.doors import Door, guarded
from rulewright.core.health import Remark
from rulewright.core.snapshot import Project
from rulewright.core.sources import Found
from rulewright.features.privacy_check import FilePrivacy, look_at
from rulewright.privacy_view import held_of, trust_of, withheld_of
from rulewright.services import trust, user_folders
from rulewright.services.files import Unreadable, find_root, read_text, walk

TrustUnreadable = trust.TrustUnreadable


class TrustPlan(msgspec.Struct, frozen=True):
    """What it means to trust a project."""

    root: str
    """Its real path."""
    state: Trust
    allows: tuple[str, ...]
    """Sentences about what it then may do that it may not without."""
    fingerprint: str
    """Of all that is listed."""


class TrustedProject(msgspec.Struct, frozen=True):
    """A project that was trusted, as it is now."""

    root: str
    """Its real path."""
    state: Literal["trusted", "changed", "gone"]
    """`changed`: it holds something else than then, so it is not trusted now. `gone`: there is no such folder."""


@guarded("trust", read="trust_of plan_trust trusted examine_trust check", administer="trust revoke")
class PrivacyGateway(Door):
    """Everything an interface may ask about trust and privacy."""

    def __init__(self, config_folder: Path | None = None, is_trusted_by_editor: Callable[[], bool] = bool) -> None:
        self._config = config_folder or Path(user_folders.config_folder())
        self._is_trusted_by_editor = is_trusted_by_editor

    def trust_of(self, root: str) -> Trust:
        """Whether a project is trusted: by the user's command, or by the editor that is there now."""
        return "trusted" if self._is_trusted_by_editor() else trust_of(self._config, Path(root))

    def plan_trust(self, start: Path) -> TrustPlan:
        """What it would mean to trust the project that holds `start`."""
        root = find_root(start)
        held = held_of(root)
        allows = [
            f"`{name}` of its settings counts: {_shown(value)} ({NEEDS_TRUST[name]})"
            for name, value in held.settings.items()
        ]
        allows += [f"its template {path} decides what prompts say" for path in held.templates]
        return TrustPlan(trust.real(root), trust.trust_of(self._config, root, held), tuple(allows), held.fingerprint)

    def check(self, project: Project, starts: Iterable[str]) -> Iterator[FilePrivacy | None]:
        """What of files and folders below a root is not shown to models; None for each that is shown as it is."""
        root = Path(project.root)
        withheld = withheld_of(project)

        def read(path: str) -> str | None:
            try:
                return read_text(root / path, max_kb=project.settings.check.max_file_kb)
            except Unreadable:
                return None

        for start in starts:
            is_file = bool(start) and not (root / start).is_dir()
            yield from look_at([Found(start)] if is_file else walk(root, start), withheld, read)

    def trust(self, start: Path, plan: TrustPlan) -> tuple[str, bool]:
        """Trust the project that holds `start`, as it was planned: its real path, and whether that is news.

        Raises as `trusted`, and TrustUnreadable when it holds something else by now.
        """
        root = find_root(start)
        held = held_of(root)
        if (trust.real(root), held.fingerprint) != (plan.root, plan.fingerprint):
            raise TrustUnreadable("The project changed while it was looked at, so it is not trusted. Look again.")
        return plan.root, trust.trust(self._config, root, held)

    def revoke(self, start: Path) -> tuple[str, bool]:
        """Trust it no longer. Raises as `trusted`."""
        root = find_root(start)
        return trust.real(root), trust.revoke(self._config, root)

    def trusted(self) -> tuple[TrustedProject, ...]:
        """All projects that were ever trusted and not since revoked. Raises TrustUnreadable."""
        return tuple(TrustedProject(path, self._kept(Path(path))) for path in trust.trusted_projects(self._config))

    def _kept(self, root: Path) -> Literal["trusted", "changed", "gone"]:
        if not root.is_dir():
            return "gone"
        return "trusted" if trust_of(self._config, root) == "trusted" else "changed"

    def examine_trust(self, root: str) -> Remark:
        """What is to be said of whether a project is trusted."""
        try:
            trust.trusted_projects(self._config)
        except TrustUnreadable as problem:
            return Remark("trust", "error", f"No project is trusted: {problem}", "Mend the file, or delete it.")
        state, held = self.trust_of(root), held_of(Path(root))
        needing = _counted(held)
        if state == "trusted":
            return Remark("trust", "ok", f"This project is trusted{needing and f' with {needing}'}.")
        if not needing:
            # Also where it once was trusted with something that it no longer has.
            return Remark("trust", "ok", "This project holds nothing that needs trust.")
        if state == "changed":
            told = f"This project holds something else than when you trusted it; without effect: {needing}."
            return Remark("trust", "warning", told, "Look at them (rulewright trust --status), then rulewright trust.")
        told = f"This project is not trusted; without effect: {needing}."
        return Remark("trust", "note", told, "Look at them (rulewright trust --status), then rulewright trust.")


def _counted(held: trust.Held) -> str:
    """How much of a project needs trust, for people; empty for nothing."""
    counts = ((len(held.settings), "setting"), (len(held.templates), "template"))
    return " and ".join(f"{n} {what}{'s' * (n != 1)}" for n, what in counts if n)


MAX_SHOWN = 200


def _shown(value: object) -> str:
    text = msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "..."
