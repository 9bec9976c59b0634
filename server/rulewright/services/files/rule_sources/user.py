"""Rules of the user, for all their projects: the folder `rules` beside their settings."""

from collections.abc import Iterator
from pathlib import Path

from rulewright.core.rules.origin import Origin
from rulewright.services.files.rule_sources.look import Home, Look, is_rule_name, names_below


class UserRules:
    """The rule files of one person."""

    def __init__(self, top: Path) -> None:
        self.top = top

    def list(self, _: Look) -> Iterator[Origin]:
        """All of them."""
        for below in names_below(self.top):
            yield self._origin(below)

    def origin(self, path: str) -> Origin | None:
        """What an absolute path says, or None when it is not that of a rule file here."""
        if not Path(path).is_absolute() or not Path(path).is_relative_to(self.top) or ".." in Path(path).parts:
            return None
        below = Path(path).relative_to(self.top).as_posix()
        return self._origin(below) if is_rule_name(below) else None

    def home(self, origin: Origin) -> Home:
        """Where one lies. It is the user's own, so it may be a link to anywhere, such as a folder of dot files."""
        path = self.top / origin.below
        return Home(path, Path(path.anchor), self.top, "the folder of your rules")

    def _origin(self, below: str) -> Origin:
        return Origin((self.top / below).as_posix(), below, "user")
