"""The rules of one project: what is on disk, folded into a book that always holds the last good version."""

from collections.abc import Iterable, Sequence
from functools import partial
from threading import RLock

from rulewright.core.events import RuleEvent
from rulewright.core.ports import Clock, EventLog, RuleFiles
from rulewright.core.rules.book import RuleBook, Seen, diff, fold
from rulewright.core.rules.load import load
from rulewright.core.rules.parse import Located, Origin, Parsed, default_id
from rulewright.core.rules.problems import problem
from rulewright.core.rules.select import Policy


class RuleKeeper:
    """Owns the rule book of one project. Its book is replaced, never changed, so readers need no lock."""

    def __init__(self, files: RuleFiles, log: EventLog, clock: Clock, policy: Policy) -> None:
        self._files, self._log, self._clock = files, log, clock
        self._book = RuleBook(policy=policy)
        self._changing = RLock()
        """Settings change in one thread while rules are read in others; neither may undo the other."""

    @property
    def book(self) -> RuleBook:
        """The rules in force now."""
        return self._book

    def set_policy(self, policy: Policy) -> None:
        """Put other settings in force."""
        with self._changing:
            self._put(self._book.with_policy(policy))

    def load(self, near: Iterable[str] | None = None) -> Sequence[RuleEvent]:
        """Compare the book with what is on disk and take what changed."""
        with self._changing:
            return self._load(near)

    def _load(self, near: Iterable[str] | None) -> Sequence[RuleEvent]:
        origins = self._files.list(near)
        if near is not None and self._book.policy.defaults != "always" and any(o.source != "default" for o in origins):
            # They could not apply, and reading them is most of what a check of one file would do.
            origins = [o for o in origins if o.source != "default"]
        gone = set(self._book.entries) - {o.path for o in origins}
        return self._take(origins, gone, cause="load")

    def reload(self, paths: Iterable[str]) -> Sequence[RuleEvent]:
        """The same for some paths; a path that is no rule file is taken for a folder."""
        paths = list(paths)
        origins = [self._files.origin(p) for p in paths]
        known = [o for o in origins if o is not None]
        if len(known) < len(paths):
            # A folder was made, renamed or removed: only a full look tells what that did.
            return self.load()
        with self._changing:
            return self._take(known, (), cause="reload")

    def _take(self, origins: Iterable[Origin], gone: Iterable[str], cause: str) -> Sequence[RuleEvent]:
        seen: list[Seen] = []
        removed = list(gone)
        for origin in origins:
            try:
                data = self._files.read(origin)
            except OSError as error:
                seen.append(_unreadable(origin, error))
                continue
            if data is None:
                removed.append(origin.path)
            else:
                seen.append(load(origin, data, partial(self._files.beside, origin)))
        events = diff(self._book, seen, removed, now=self._clock.now().isoformat(), cause=cause)
        if events:
            self._log.append(events)
            self._put(fold(self._book, events))
        return events

    def _put(self, book: RuleBook) -> None:
        # The matcher is made here, where nobody waits for it, and not at the next keystroke.
        _ = book.selection
        self._book = book


def _unreadable(origin: Origin, error: OSError) -> Seen:
    message = f"The rule file cannot be read: {error.strerror or error}."
    located = Located(problem("unreadable-rule-file", "error", message), 0, 0)
    digest = f"unreadable {error.errno}"
    return Seen(Parsed(origin.path, None, (located,), "", digest, None, default_id(origin.below)))
