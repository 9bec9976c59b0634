"""Of what use rules were in this process: which applied to open documents, and what their checks found there."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from rulewright.core.findings import Finding
from rulewright.core.ports import Clock
from rulewright.core.rules.use import Use, fired, used

_NOTHING: Mapping[str, int] = MappingProxyType({})


class RuleUse:
    """Counts by project and rule file."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, Mapping[str, Use]] = {}
        self._fired: dict[str, Mapping[str, int]] = {}

    def diagnosed(self, root: str, uri: str, applied: Iterable[str], findings: Iterable[Finding]) -> None:
        """A document was diagnosed: the files of the rules that apply to it, and what was found in it."""
        after = fired(findings)
        now = self._clock.now().isoformat(timespec="seconds")
        known = self._known.get(root, {})
        self._known[root] = used(known, applied, self._fired.get(uri, _NOTHING), after, now)
        self._fired[uri] = after

    def closed(self, uri: str) -> None:
        """A document was closed."""
        self._fired.pop(uri, None)

    def of(self, root: str, path: str) -> Use:
        """What is known of one rule file."""
        return self._known.get(root, {}).get(path, Use())
