"""The conversations that are in memory, and each change of one as a transaction.

In that transaction what others wrote is taken in first, so several processes may write one conversation at once. What
cannot be written stays in memory and goes with the next change that can be: a change that others never saw would leave
a gap behind which they could read nothing of ours.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import RLock

import msgspec

from rulewright.core.ports import Clock
from rulewright.core.session import (
    Change,
    Message,
    MessageAdded,
    Session,
    SessionChanged,
    SessionDeleted,
    SessionEvent,
    Update,
)
from rulewright.core.session_ports import NotWritten, Store, Writers
from rulewright.services.sessions import rows, searched
from rulewright.services.sessions.opened import NoSession, Opened

COMPACT_SOON, COMPACT_NOW = 64, 256
"""Changes of one conversation after which it is summed up when nobody waits, and after which at once."""
MAX_OPEN, MAX_OPEN_MESSAGES, MAX_OPEN_BYTES = 2_048, 50_000, 256_000_000
"""What is held in memory: conversations, their messages, and about what those take."""
STOPPED = "The program that wrote this ended before it was finished."

Located = tuple[int, Message]
"""A message and its segment."""
Made = tuple[Sequence[Change], Sequence[Located]]
Make = Callable[[int], Made]
"""Makes a change, given the number that a new message has in the order."""


class Written(msgspec.Struct, frozen=True):
    """What became of a change."""

    session: Session
    message: Message | None = None
    problem: str = ""
    """Why it is in memory only, in a few words; empty when it is on the disk."""


class Shelf:
    """What of the store is in memory."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        writers: Writers,
        new_id: Callable[[], str],
        announce: Callable[[SessionEvent], None],
    ) -> None:
        self.store, self.announce, self.new_id = store, announce, new_id
        self._clock, self._writers = clock, writers
        self._lock = RLock()
        self._open: OrderedDict[str, Opened] = OrderedDict()
        self._weights: dict[str, tuple[int, int]] = {}
        """Messages and bytes of each that is in memory, as they were when it was last looked at."""
        self._n_messages = self._n_bytes = 0
        """The sums of them."""
        self.writing: dict[str, Callable[[], Message]] = {}
        """Answers that are being written here: what there is of each, by its id."""
        self._node = ""
        self._words: bool | None = None
        self._generation = store.generation

    def now(self) -> datetime:
        """The time of day."""
        return self._clock.now()

    def stamp(self) -> str:
        """The same as it is kept."""
        return self.now().isoformat(timespec="milliseconds")

    def node(self) -> str:
        """The name of this installation; where nothing can be read, a name for as long as this process lasts."""
        self._node = self._node or self.new_id()
        return self._node

    def named(self, db: sqlite3.Connection) -> str:
        """The same, within a transaction."""
        self._node = self._node or rows.node(db, self.new_id())
        return self._node

    def has_words(self, db: sqlite3.Connection) -> bool:
        """Whether words can be looked up."""
        if self._words is None:
            self._words = searched.has_words(db)
        return self._words

    # What is in memory

    def held(self, session_id: str) -> Opened | None:
        """A conversation, if it is in memory."""
        with self._lock:
            opened = self._open.get(session_id)
            if opened is not None:
                self._open.move_to_end(session_id)
            return opened

    def unkept(self) -> list[Session]:
        """Conversations that have what is in memory only, what changed last first."""
        with self._lock:
            return [o.session for o in reversed(self._open.values()) if o.unsaved]

    def get(self, session_id: str) -> Opened:
        """A conversation. Raises NoSession."""
        return self.held(session_id) or self._load(session_id)

    def put(self, session: Session) -> Opened:
        """A new one, which nobody else knows yet."""
        opened = Opened(session, self.store.generation)
        self._remember(opened)
        return opened

    def drop(self, session_id: str) -> None:
        """Forget one."""
        with self._lock:
            self._drop(session_id)

    def _drop(self, session_id: str) -> None:
        self._open.pop(session_id, None)
        n_messages, n_bytes = self._weights.pop(session_id, (0, 0))
        self._n_messages -= n_messages
        self._n_bytes -= n_bytes

    def refresh(self, opened: Opened) -> None:
        """Take in what others wrote, and tell of it. Raises NoSession."""

        def read(db: sqlite3.Connection) -> int:
            # A lost database is made up for when something is written.
            if self.store.generation != opened.generation or not opened.is_stored:
                return 0
            return opened.catch_up(db, opened.generation)

        with opened.lock:
            try:
                self._tell_bad(opened, self.store.read(read, 0))
            except NoSession:
                self._forget(opened)
                raise
            self._make_room(opened)
            self._tell(opened, ())

    def look_at(self, session_id: str, since: int, updates: Sequence[Update]) -> None:
        """Tell of what others changed in a conversation after a number."""
        if any(u.kind == "deleted" for u in updates):
            self.drop(session_id)
            self.announce(SessionDeleted(session_id, updates[-1].workspace))
            return
        try:
            self.refresh(self.held(session_id) or self._load(session_id, since))
        except NoSession:
            return

    def as_seen(self, writer: str, message: Message) -> Message:
        """An answer that is not finished, as others see it."""
        here = self.writing.get(message.id)
        if here is not None:
            return here()
        if self._writers.is_alive(writer):
            return msgspec.structs.replace(message, status="partial")
        return _stopped(message)

    # Changes

    def change(
        self,
        opened: Opened,
        make: Make,
        *,
        ended: str = "",
        origin: str = "",
        is_silent: bool = False,
    ) -> Written:
        """Change a conversation. Raises NoSession when somebody deleted it.

        `ended` is the answer that a message finishes, `origin` the machine that a change comes from. A silent one
        tells of what others did alone.
        """
        made: list[Made] = []
        settled: list[Made] = []

        def work(db: sqlite3.Connection) -> int:
            name = self.named(db)
            self._tell_bad(opened, opened.catch_up(db, self.store.generation))
            unfinished = rows.answers(db, opened.session.id)
            settled.append(self._settle(db, opened, unfinished))
            if not made:
                made.append(make(max([opened.document.lamport, *(m.lamport for _, m in unfinished)]) + 1))
                opened.touched(self.now())
            session = opened.session
            changes = [*opened.unsaved, *(c for m in (*settled, *made) for c in m[0])]
            seq = rows.add_updates(db, session.workspace, session.id, changes, origin or name, session.updated)
            located = [*opened.unsaved_messages, *(p for m in (*settled, *made) for p in m[1])]
            searched.put_messages(db, session.workspace, session.id, located, words=self.has_words(db))
            if ended:
                rows.drop_answer(db, ended)
            seq = max(seq, opened.seq)
            rows.put_session(db, msgspec.structs.replace(session, seq=seq), len(opened.document.segments))
            return seq

        with opened.lock:
            problem = ""
            try:
                seq = self.store.write(work)
            except NotWritten as error:
                problem = str(error) or "nothing can be written"
                with self._lock:
                    # Room may have been made of it meanwhile; now there is nowhere else to read this from.
                    self._open.setdefault(opened.session.id, opened)
                if not made:
                    made.append(make(opened.document.lamport + 1))
                    opened.touched(self.now())
                for changes, located in (*settled, *made):
                    opened.unsaved += changes
                    opened.unsaved_messages += located
            except BaseException:
                # It is gone, or has what the disk has not.
                self._forget(opened)
                raise
            else:
                opened.n_updates += len(opened.unsaved) + sum(len(m[0]) for m in (*settled, *made))
                opened.unsaved, opened.unsaved_messages = [], []
                opened.seq, opened.is_stored = seq, True
                opened.session = msgspec.structs.replace(opened.session, seq=seq)
            self._make_room(opened)
            self._tell(opened, [m for _, m in made[0][1]], is_changed=not is_silent)
            if opened.n_updates >= COMPACT_NOW:
                self._compact(opened)
            return Written(opened.session, made[0][1][-1][1] if made[0][1] else None, problem)

    def touch(self, session_id: str) -> None:
        """Write what is not written yet, and finish what ended processes left."""
        try:
            self.change(self.get(session_id), lambda _: ((), ()), is_silent=True)
        except NoSession:
            return

    def tidy(self) -> None:
        """Write what could not be written, finish what ended processes left, and sum up."""
        none: list[tuple[str, str]] = []
        for session_id, writer in self.store.read(rows.writers, none):
            if not self._writers.is_alive(writer):
                self.touch(session_id)
        with self._lock:
            opened = list(self._open.values())
        for o in opened:
            if o.unsaved:
                self.touch(o.session.id)
            if o.n_updates >= COMPACT_SOON:
                self._compact(o)

    def mend(self) -> None:
        """After the database was lost: give what could be saved of it its rows again."""
        generation = self.store.generation
        if generation == self._generation:
            return
        self._generation, self._words = generation, None
        from rulewright.services.sessions.mending import mend  # noqa: PLC0415 - hardly ever

        try:
            self.store.write(lambda db: mend(db, self.node(), self.stamp()))
        except NotWritten:
            self._generation = -1

    # How it is done

    def _settle(self, db: sqlite3.Connection, opened: Opened, unfinished: Sequence[tuple[str, Message]]) -> Made:
        """Make messages of answers whose writers are gone."""
        changes: list[Change] = []
        located: list[Located] = []
        for writer, message in unfinished:
            is_over = writer == self._writers.me() and message.id not in self.writing
            if not is_over and (message.id in self.writing or self._writers.is_alive(writer)):
                continue
            rows.drop_answer(db, message.id)
            if opened.document.has(message.id):
                continue
            stopped = _stopped(message)
            change = opened.document.append(stopped)
            changes.append(change)
            located.append((change[0], stopped))
            opened.learnt.append(stopped)
        return changes, located

    def _load(self, session_id: str, upto: int | None = None) -> Opened:
        self.mend()
        generation = self.store.generation

        def read(db: sqlite3.Connection) -> tuple[Opened, int] | None:
            session = rows.session(db, session_id)
            if session is None:
                return None
            opened = Opened(session, generation)
            return opened, opened.load(db, upto)

        found = self.store.read(read, None)
        if found is None:
            raise NoSession(session_id)
        opened, n_bad = found
        self._tell_bad(opened, n_bad)
        self._remember(opened)
        return opened

    def _remember(self, opened: Opened) -> None:
        with self._lock:
            self._open[opened.session.id] = opened
            self._make_room(opened)

    def _make_room(self, opened: Opened) -> None:
        """Let go of what was used longest ago, if with this one, which has grown, there is too much in memory."""
        with self._lock:
            kept = opened.session.id
            if self._open.get(kept) is not opened:
                return
            before = self._weights.get(kept, (0, 0))
            now = self._weights[kept] = opened.session.n_messages, opened.document.n_bytes
            self._n_messages += now[0] - before[0]
            self._n_bytes += now[1] - before[1]
            for session_id, other in list(self._open.items()) if self._is_too_much() else ():
                if other is not opened and not other.unsaved and other.is_stored:
                    self._drop(session_id)
                    if not self._is_too_much():
                        return

    def _is_too_much(self) -> bool:
        return len(self._open) > MAX_OPEN or self._n_messages > MAX_OPEN_MESSAGES or self._n_bytes > MAX_OPEN_BYTES

    def _forget(self, opened: Opened) -> None:
        with self._lock:
            if self._open.get(opened.session.id) is opened:
                self._drop(opened.session.id)

    def _tell(self, opened: Opened, made: Sequence[Message], *, is_changed: bool = False) -> None:
        """Announce what others said, then what was said here; where nothing was said, that something changed."""
        new = {m.id: m for m in (*opened.learnt, *made)}
        is_changed = is_changed or opened.is_changed
        opened.learnt, opened.is_changed = [], False
        for message in new.values():
            self.announce(MessageAdded(opened.session, message))
        if is_changed and not new:
            self.announce(SessionChanged(opened.session))

    def _tell_bad(self, opened: Opened, n_bad: int) -> None:
        if n_bad:
            changes = "1 change" if n_bad == 1 else f"{n_bad} changes"
            self.store.say(
                f"{changes} of the conversation {opened.session.id} cannot be read; the others count. "
                "`rulewright doctor` says whether the database is damaged."
            )

    def _compact(self, opened: Opened) -> None:
        def work(db: sqlite3.Connection) -> bool:
            opened.catch_up(db, self.store.generation)
            if opened.unsaved:
                return False
            s = opened.session
            rows.compact(db, s.workspace, s.id, opened.document.summed_up(), opened.seq)
            return True

        with opened.lock:
            try:
                if self.store.write(work):
                    opened.n_updates = 0
            except NotWritten:
                return
            except NoSession:
                self._forget(opened)


def _stopped(message: Message) -> Message:
    return msgspec.structs.replace(message, status="stopped", note=message.note or STOPPED)
