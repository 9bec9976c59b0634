"""The rules of one project: what is on disk, folded into a book that always holds the last good version."""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from threading import RLock

from rulewright.core.events import FLAG_PREFIX, Flag, RuleEvent
from rulewright.core.ports import Clock, EventLog, RuleFiles
from rulewright.core.rules.book import RuleBook, Seen, diff, differs, flagged, fold, reread
from rulewright.core.rules.load import load
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import Located, Parsed
from rulewright.core.rules.places import default_id
from rulewright.core.rules.problems import problem
from rulewright.core.rules.select import Policy
from rulewright.core.rules.table import TABLE_PREFIX, table_origin


def _random_id() -> str:
    return os.urandom(6).hex()


class RuleKeeper:
    """Owns the rule book of one project. Its book is replaced, never changed, so readers need no lock."""

    def __init__(
        self,
        files: RuleFiles,
        log: EventLog,
        clock: Clock,
        policy: Policy,
        new_id: Callable[[], str] = _random_id,
    ) -> None:
        self._files, self._log, self._clock, self._new_id = files, log, clock, new_id
        self._book = RuleBook(policy=policy)
        self._changing = RLock()
        """Settings change in one thread while rules are read in others; neither may undo the other."""
        self._is_replayed = False
        self._told: set[str] = set()
        """Paths that the book knows from a log, and that were not read here since."""
        self._others: dict[str, RuleEvent] = {}
        """The newest events of other processes, by path: they count once the disk says so here too, for another
        process may have other settings."""

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
            return self._load(near, "load")

    def _load(self, near: Iterable[str] | None, cause: str) -> Sequence[RuleEvent]:
        self._replay()
        look = self._log.has_changed()
        origins = [*self._files.list(near), *map(table_origin, self._log.table())]
        policy = self._book.policy
        may_rest = policy.defaults != "always" and "project" in policy.sources
        if near is not None and may_rest and any(o.source == "project" for o in origins):
            # They could not apply, and reading them is most of what a check of one file would do.
            origins = [o for o in origins if o.source != "default"]
        return self._take(origins, set(self._book.entries) - {o.path for o in origins}, cause, look=look)

    def reload(self, paths: Iterable[str]) -> Sequence[RuleEvent]:
        """The same for some paths; a path that is no rule file is taken for a folder."""
        paths = list(paths)
        origins = [self._files.origin(p) for p in paths]
        known = [o for o in origins if o is not None]
        with self._changing:
            if len(known) < len(paths):
                # A folder was made, renamed or removed: only a full look tells what that did.
                return self._load(None, "reload")
            self._replay()
            gone: set[str] = set()
            if self._log.has_changed():
                table = self._log.table()
                known += map(table_origin, table)
                gone = {p for p in self._book.entries if p.startswith(TABLE_PREFIX) and p not in table}
                return self._take(known, gone, "reload", look=True)
            return self._take(known, gone, "reload")

    def look(self) -> Sequence[RuleEvent]:
        """Take what no watcher tells: switches and rules that have no file, and packages that were installed."""
        if self._files.has_unwatched:
            with self._changing:
                return self._load(None, "look")
        return self.reload(())

    def switch(self, flag: Flag, cause: str) -> Sequence[RuleEvent]:
        """Turn a switch; no event when it stands so already."""
        with self._changing:
            self._replay()

            def decide(base: RuleBook, correlation: str, now: str) -> tuple[RuleEvent, ...]:
                if flagged(base.policy.flags, flag) == base.policy.flags:
                    return ()
                return (
                    RuleEvent(
                        event_id=base.revision + 1,
                        event_type="rule_flagged",
                        path=flag.path,
                        rule_id=flag.name if flag.kind == "rule" else "",
                        flag=flag,
                        timestamp=now,
                        causation_id=f"{cause}:{correlation}",
                        correlation_id=correlation,
                    ),
                )

            return self._commit((), decide)

    def put(self, origin: Origin, data: bytes | None, cause: str) -> Sequence[RuleEvent]:
        """Take a rule that has no file, or with None forget it."""
        with self._changing:
            self._replay()
            seen = [] if data is None else [load(origin, data, partial(self._files.beside, origin))]
            return self._compare(seen, [origin.path] if data is None else [], cause)

    def _replay(self) -> None:
        """Begin where the log says that we were."""
        if self._is_replayed:
            return
        self._is_replayed = True
        # Asked before anything is read: what is written meanwhile is then seen the next time.
        self._log.has_changed()
        events = self._log.replay()
        if events:
            self._book = fold(self._book, events)
            self._told = set(self._book.entries)

    def _take(
        self, origins: Sequence[Origin], gone: Iterable[str], cause: str, *, look: bool = False
    ) -> Sequence[RuleEvent]:
        seen: list[Seen] = []
        removed = list(gone)
        table = self._log.table() if look or any(o.path.startswith(TABLE_PREFIX) for o in origins) else {}
        for origin in origins:
            try:
                stored = table.get(origin.path)
                data = self._files.read(origin) if stored is None else stored.encode("utf-8", "surrogatepass")
            except OSError as error:
                seen.append(_unreadable(origin, error))
                continue
            if data is None:
                removed.append(origin.path)
            else:
                seen.append(load(origin, data, partial(self._files.beside, origin)))
        return self._compare(seen, removed, cause, look=look)

    def _compare(
        self, seen: Sequence[Seen], removed: Sequence[str], cause: str, *, look: bool = False
    ) -> Sequence[RuleEvent]:
        told = [s for s in seen if s.parsed.path in self._told]
        self._told.difference_update(s.parsed.path for s in told)
        base = reread(self._book, told)
        if not (look or differs(base, seen, removed)):
            if base is not self._book:
                self._put(base)
            return ()
        self._book = base

        def decide(base: RuleBook, correlation: str, now: str) -> tuple[RuleEvent, ...]:
            return diff(base, seen, removed, now=now, cause=f"{cause}:{correlation}", correlation=correlation)

        return self._commit(seen, decide, removed)

    def _commit(
        self,
        seen: Sequence[Seen],
        decide: Callable[[RuleBook, str, str], tuple[RuleEvent, ...]],
        removed: Sequence[str] = (),
    ) -> Sequence[RuleEvent]:
        correlation, now = self._new_id(), self._clock.now().isoformat()
        before = base = self._book

        def write(others: Sequence[RuleEvent]) -> Sequence[RuleEvent]:
            nonlocal base
            base = self._joined(before, others, [*(s.parsed.path for s in seen), *removed], seen)
            return decide(base, correlation, now)

        events = self._log.commit(write)
        after = fold(base, events)
        if after is not before and (after.entries, after.policy) != (before.entries, before.policy):
            self._put(after)
        return events

    def _joined(
        self, book: RuleBook, others: Sequence[RuleEvent], paths: Iterable[str], seen: Iterable[Seen]
    ) -> RuleBook:
        """`book` with what others wrote about switches, and about the paths that are looked at now."""
        flags = [e for e in others if e.path.startswith(FLAG_PREFIX)]
        self._others.update((e.path, e) for e in others if e not in flags)
        about = [self._others.pop(path) for path in paths if path in self._others]
        if not (flags or about):
            return book
        joined = fold(book, sorted([*flags, *about], key=lambda e: e.event_id))
        touched = {e.path for e in about}
        return reread(joined, [s for s in seen if s.parsed.path in touched])

    def _put(self, book: RuleBook) -> None:
        # The matcher is made here, where nobody waits for it, and not at the next keystroke.
        _ = book.selection
        self._book = book


def _unreadable(origin: Origin, error: OSError) -> Seen:
    message = f"The rule file cannot be read: {error.strerror or error}."
    located = Located(problem("unreadable-rule-file", "error", message), 0, 0)
    digest = f"unreadable {error.errno}"
    return Seen(Parsed(origin.path, None, (located,), "", digest, None, default_id(origin.below), origin.source))
