"""Of what use rules were: which applied to open documents, and what their checks found there."""

from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from types import MappingProxyType
from typing import Protocol

from rulewright.core.findings import Finding
from rulewright.core.ports import Clock
from rulewright.core.rules.use import Use, fired, joined, used

_NOTHING: Mapping[str, int] = MappingProxyType({})
_NO_USE: Mapping[str, Use] = MappingProxyType({})


class Kept(Protocol):
    """What is kept of one project for longer than a process."""

    def read(self) -> Mapping[str, Use]:
        """All of it, by rule file."""
        ...

    def add(self, new: Mapping[str, Use]) -> bool:
        """Add what was seen since; False when that could not be written."""
        ...


class RuleUse:
    """Counts by project and rule file. Counting is done in memory, so that it may be done where nothing waits."""

    def __init__(self, clock: Clock, kept: Callable[[str], Kept] | None = None) -> None:
        self._clock, self._kept = clock, kept
        self._lock = Lock()
        self._new: dict[str, Mapping[str, Use]] = {}
        """What is not written yet."""
        self._fired: dict[str, Mapping[str, int]] = {}

    def diagnosed(self, root: str, uri: str, applied: Iterable[str], findings: Iterable[Finding]) -> None:
        """A document was diagnosed: the files of the rules that apply to it, and what was found in it."""
        after = fired(findings)
        now = self._clock.now().isoformat(timespec="seconds")
        with self._lock:
            known = self._new.get(root, _NO_USE)
            self._new[root] = used(known, applied, self._fired.get(uri, _NOTHING), after, now)
            self._fired[uri] = after

    def closed(self, uri: str) -> None:
        """A document was closed."""
        with self._lock:
            self._fired.pop(uri, None)

    def of(self, root: str, path: str) -> Use:
        """What is known of one rule file. Reads the disk."""
        before = self._kept(root).read().get(path, Use()) if self._kept is not None else Use()
        with self._lock:
            return joined(before, self._new.get(root, _NO_USE).get(path, Use()))

    def save(self) -> None:
        """Write what was counted since. What cannot be written is tried again with the next."""
        if self._kept is None:
            return
        for root in list(self._new):
            with self._lock:
                new = self._new.pop(root, _NO_USE)
            if new and not self._kept(root).add(new):
                with self._lock:
                    later = self._new.get(root, _NO_USE)
                    paths = {*new, *later}
                    self._new[root] = {p: joined(new.get(p, Use()), later.get(p, Use())) for p in paths}
