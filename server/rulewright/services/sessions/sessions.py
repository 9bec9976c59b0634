"""What is done with conversations. Everything here waits for the disk: it is not for an event loop."""

import sqlite3
from collections.abc import Callable, Sequence

import msgspec

from rulewright.core.ports import Clock
from rulewright.core.session import (
    MAX_TITLE,
    SESSION_ID,
    AnswerGrew,
    Conversation,
    Draft,
    Message,
    Parent,
    Session,
    SessionDeleted,
    SessionEvent,
    Update,
    clean,
    cleaned,
    in_order,
    why_not_kept,
)
from rulewright.core.session_ports import Embed, NotWritten, Store, Writers
from rulewright.services.sessions import meaning, rows, searched
from rulewright.services.sessions.answer import Answer
from rulewright.services.sessions.opened import NoSession, Opened, facts_of
from rulewright.services.sessions.shelf import Made, Shelf, Written

UPDATES_AT_ONCE = 1_000
MAX_SEGMENTS = 10_000
"""Of one conversation: ten million messages."""


class Refused(ValueError):  # noqa: N818 - an answer, not a fault
    """Something that cannot be kept; the message is a sentence."""


class Hit(msgspec.Struct, frozen=True):
    """A message that was found."""

    session: Session
    message_id: str
    """Empty where the conversation as a whole is about the like."""
    excerpt: str


class Sessions:
    """The conversations of this user's machine."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        writers: Writers,
        new_id: Callable[[], str],
        announce: Callable[[SessionEvent], None] = lambda _: None,
    ) -> None:
        # Announced in the thread that made the change, in the order of the changes of each conversation.
        self._shelf = Shelf(store, clock, writers, new_id, announce)
        self._store, self._writers = store, writers
        self.embed: Embed | None = None
        """The model that says what conversations are about; None while there is none."""
        self._cursor: int | None = None
        self._grown: dict[str, int] = {}
        """How long each answer of others was when it was last told of."""
        self._must_overwrite = False
        """Whether something was deleted that the log may still hold."""

    # What there is

    def list(
        self, *, workspace: str = "", user: str = "", archived: bool | None = False, limit: int = 1_000
    ) -> tuple[Session, ...]:
        """The conversations of a workspace and a user, what changed last first; None for `archived` means both."""
        self._shelf.mend()
        found: list[Session] = self._store.read(
            lambda db: rows.sessions(db, workspace=workspace, user=user, archived=archived, limit=limit), []
        )
        unkept = {
            s.id: s
            for s in self._shelf.unkept()
            if workspace in ("", s.workspace) and user in ("", s.user) and archived in (None, s.archived)
        }
        return tuple([*unkept.values(), *(s for s in found if s.id not in unkept)][:limit])

    def find(self, session_id: str) -> Session | None:
        """A conversation by its id."""
        if not SESSION_ID.fullmatch(session_id):
            return None
        opened = self._shelf.held(session_id)
        if opened is not None and (opened.unsaved or not opened.is_stored):
            return opened.session
        self._shelf.mend()
        return self._store.read(lambda db: rows.session(db, session_id), None)

    def is_deleted(self, session_id: str) -> bool:
        """Whether there was such a conversation, and somebody took it away."""
        return self._store.read(lambda db: rows.is_deleted(db, session_id), otherwise=False)

    def beginning(self, start: str) -> tuple[tuple[str, str], ...]:
        """Ids that begin so, each with the user whose it is."""
        start = clean(start)
        none: list[tuple[str, str]] = []
        found = dict(self._store.read(lambda db: rows.ids_that_begin(db, start), none))
        found.update((s.id, s.user) for s in self._shelf.unkept() if s.id.startswith(start))
        return tuple(sorted(found.items()))

    def open(self, session_id: str) -> Conversation:
        """A conversation with its messages, also those that are still being written. Raises NoSession."""
        opened = self._shelf.get(session_id)
        with opened.lock:
            self._shelf.refresh(opened)
            unfinished: list[tuple[str, Message]] = self._store.read(lambda db: rows.answers(db, session_id), [])
            messages = opened.document.messages()
            growing = [self._shelf.as_seen(writer, message) for writer, message in unfinished]
            return Conversation(opened.session, in_order([*messages, *growing]) if growing else messages)

    def search(self, query: str, *, workspace: str = "", user: str = "", limit: int = 20) -> tuple[Hit, ...]:
        """Messages with all words of a query, best first, then conversations that are about the like."""
        self._shelf.mend()
        found: list[tuple[Session, str, str]] = self._store.read(
            lambda db: searched.search(
                db, query, workspace=workspace, user=user, limit=limit, words=self._shelf.has_words(db)
            ),
            [],
        )
        hits = [Hit(*row) for row in found]
        if self.embed is not None and len(hits) < limit and query.strip():
            hits += self._alike(self.embed, query, workspace, user, {hit.session.id for hit in hits})
        return tuple(hits[:limit])

    def _alike(self, embed: Embed, query: str, workspace: str, user: str, listed: set[str]) -> Sequence[Hit]:
        vectors: Sequence[tuple[str, bytes]] = self._store.read(
            lambda db: rows.embeddings(db, workspace=workspace, user=user), []
        )
        found = (self.find(i) for i in meaning.nearest(embed, query, vectors) if i not in listed)
        return [Hit(session, "", session.opening) for session in found if session is not None]

    # Changes

    def create(
        self, *, workspace: str, root: str, user: str, title: str = "", model: str = "", session_id: str = ""
    ) -> Written:
        """Begin a conversation. Raises Refused."""
        return self._create(self._fresh(workspace, root, user, title, model, session_id), ())

    def get_or_create(
        self, session_id: str, *, workspace: str, root: str, user: str, title: str = "", model: str = ""
    ) -> Written:
        """The conversation with this id, or a new one with it. Raises Refused."""
        known = self.find(session_id)
        if known is not None:
            return Written(known)
        return self.create(workspace=workspace, root=root, user=user, title=title, model=model, session_id=session_id)

    def append(self, session_id: str, draft: Draft) -> Written:
        """Add a message; an edit names the one that it supersedes. Raises NoSession and Refused."""
        return self._append(session_id, draft, None)

    def update(
        self, session_id: str, *, title: str | None = None, model: str | None = None, archived: bool | None = None
    ) -> Written:
        """Change what is known of a conversation. Raises NoSession."""
        flag = None if archived is None else "yes" if archived else ""
        wanted = {"title": title if title is None else _title(title), "model": model, "archived": flag}
        facts = {name: clean(value) for name, value in wanted.items() if value is not None}
        opened = self._shelf.get(session_id)

        def make(_: int) -> Made:
            change = opened.document.set_facts(facts)
            opened.take_facts()
            return [change], []

        return self._shelf.change(opened, make)

    def fork(self, session_id: str, message_id: str = "", *, user: str = "", title: str = "") -> Written:
        """Begin a conversation with the messages of another up to one, or with all. Raises NoSession and Refused."""
        source = self.open(session_id)
        upto = len(source.messages)
        if message_id:
            upto = next((n for n, m in enumerate(source.messages, 1) if m.id == message_id), 0)
            if not upto:
                raise Refused(f"There is no message {clean(message_id)} in this conversation.")
        taken = [m for m in source.messages[:upto] if m.status != "partial"]
        s = source.session
        forked = msgspec.structs.replace(
            self._fresh(s.workspace, s.root, user or s.user, title or s.title, s.model, ""),
            parent=Parent(s.id, taken[-1].id if taken else ""),
            rule_version=s.rule_version,
            rules=s.rules,
        )
        return self._create(forked, taken)

    def take_over(self, conversation: Conversation, *, workspace: str, root: str, user: str) -> Written:
        """Make a conversation of one that was exported, under its id if that is free. Raises Refused."""
        s = conversation.session
        is_free = bool(SESSION_ID.fullmatch(s.id)) and self.find(s.id) is None and not self.is_deleted(s.id)
        fresh = msgspec.structs.replace(
            self._fresh(workspace, root, user, s.title, s.model, s.id if is_free else ""),
            created=clean(s.created),
            parent=s.parent,
            rule_version=clean(s.rule_version),
            rules=tuple(map(clean, s.rules)),
        )
        for message in conversation.messages:
            if reason := why_not_kept(message):
                raise Refused(reason)
        return self._create(fresh, conversation.messages)

    def delete(self, session_id: str) -> str:
        """Take away a conversation with all that is kept of it, here and in backups. Raises NoSession.

        Returns why that could not be done, in a few words; empty when it is gone.
        """
        session = self.find(session_id)
        if session is None:
            raise NoSession(session_id)

        def work(db: sqlite3.Connection) -> None:
            rows.delete(db, session_id)
            rows.put_tombstone(db, session.workspace, session_id, self._shelf.node(), self._shelf.stamp())

        try:
            self._store.write(work)
        except NotWritten as error:
            return str(error) or "nothing can be written"
        self._shelf.drop(session_id)
        self._store.each_backup(lambda db: rows.delete(db, session_id))
        self._must_overwrite = not self._store.checkpoint(for_good=True)
        self._shelf.announce(SessionDeleted(session_id, session.workspace))
        return ""

    # Answers that come bit by bit

    def begin_answer(self, session_id: str, draft: Draft) -> Answer:
        """An answer begins: it has its place, and what there is of it outlives this process. Raises NoSession.

        `draft` says who answers, and may have the first words.
        """
        opened = self._shelf.get(session_id)
        answer = Answer(self, session_id, cleaned(draft))

        def work(db: sqlite3.Connection | None) -> None:
            unfinished = []
            if db is not None:
                self._shelf.named(db)
                opened.catch_up(db, self._store.generation)
                unfinished = rows.answers(db, session_id)
            # Behind what it answers, also when others speak meanwhile.
            lamport = max([opened.document.lamport, *(m.lamport for _, m in unfinished)]) + 1
            answer.message = self._message(answer.draft(), lamport, answer.id or self._shelf.new_id())
            if db is not None:
                rows.put_answer(db, session_id, self._writers.me(), answer.message, self._shelf.stamp())

        with opened.lock:
            try:
                self._store.write(work)
            except NotWritten:
                work(None)
            assert answer.message is not None
            opened.document.lamport = answer.message.lamport
            # Before anybody else here can look: an answer that nobody writes is one whose program has ended.
            self._shelf.writing[answer.id] = answer.so_far
        self._shelf.announce(AnswerGrew(session_id, answer.so_far()))
        return answer

    def save_answer(self, answer: Answer) -> bool:
        """Put what there is of an answer on the disk; False where it cannot be."""
        message = answer.so_far()

        def work(db: sqlite3.Connection) -> None:
            if not rows.is_deleted(db, answer.session_id):
                rows.put_answer(db, answer.session_id, self._writers.me(), message, self._shelf.stamp())

        try:
            self._store.write(work)
        except NotWritten:
            return False
        self._shelf.announce(AnswerGrew(answer.session_id, message))
        return True

    def end_answer(self, answer: Answer) -> Written:
        """An answer is finished, or will never be: its status says which. Raises NoSession."""
        try:
            return self._append(answer.session_id, answer.draft(), answer.so_far())
        finally:
            self._shelf.writing.pop(answer.id, None)

    # For other processes and machines

    def last_seq(self) -> int:
        """The number of the last change; it costs microseconds to ask."""
        return self._store.read(rows.last_seq, 0)

    def updates_after(self, seq: int, limit: int = UPDATES_AT_ONCE) -> tuple[Update, ...]:
        """What changed after a number, in order; whoever has applied all of it is up to date."""
        none: tuple[Update, ...] = ()
        return self._store.read(lambda db: tuple(rows.updates_after(db, seq, limit)), none)

    def look(self) -> int:
        """Announce what other processes wrote since this was asked last; how many changes there were.

        The first time it only remembers where to begin.
        """
        self._tell_growth()
        last = self.last_seq()
        if self._cursor is None or last < self._cursor:
            self._cursor = last
        since = self._cursor
        if last == since:
            return 0
        updates = self.updates_after(since)
        for session_id in dict.fromkeys(u.session_id for u in updates):
            self._shelf.look_at(session_id, since, [u for u in updates if u.session_id == session_id])
        self._cursor = last if len(updates) < UPDATES_AT_ONCE else updates[-1].seq
        return len(updates)

    def _tell_growth(self) -> None:
        """Announce what others have added to answers that they are writing."""
        nothing: list[tuple[str, str, Message]] = []
        found = self._store.read(lambda db: rows.growing(db, self._writers.me()), nothing)
        before, self._grown = self._grown, {m.id: len(m.plain) for _, _, m in found}
        for session_id, writer, message in found:
            if before.get(message.id) != self._grown[message.id]:
                self._shelf.announce(AnswerGrew(session_id, self._shelf.as_seen(writer, message)))

    def apply(self, update: Update) -> bool:
        """Take in a change that another machine made; False when it is none, or the conversation was deleted here."""
        if not SESSION_ID.fullmatch(update.session_id) or self.is_deleted(update.session_id):
            return False
        if not 0 <= update.segment < MAX_SEGMENTS:
            return False
        opened = self._shelf.held(update.session_id)
        if opened is None:
            known = self.find(update.session_id)
            now = self._shelf.stamp()
            opened = (
                self._shelf.get(update.session_id)
                if known is not None
                else self._shelf.put(
                    Session(
                        id=update.session_id, workspace=update.workspace, root="", user="", created=now, updated=now
                    )
                )
            )
        with opened.lock:
            new, n_bad = opened.document.apply([(update.segment, update.data)])
            if n_bad:
                return False
            opened.take_facts()
            self._shelf.change(opened, lambda _: ([(update.segment, update.data)], new), origin=update.origin)
        return True

    def tidy(self) -> None:
        """What can wait until there is nothing else to do."""
        self._shelf.tidy()
        self.learn_meaning()
        self._must_overwrite = not self._store.checkpoint(for_good=self._must_overwrite) and self._must_overwrite

    def learn_meaning(self) -> int:
        """Work out what conversations that changed are about, where a model can say; how many."""
        return meaning.fill(self._store, self.embed, self.open) if self.embed is not None else 0

    def is_all_kept(self) -> bool:
        """Whether everything is on the disk."""
        return not self._shelf.unkept()

    # How it is done

    def _fresh(self, workspace: str, root: str, user: str, title: str, model: str, session_id: str) -> Session:
        if session_id and not SESSION_ID.fullmatch(session_id):
            raise Refused(
                f"`{clean(session_id)[:80]}` cannot be the id of a conversation: 4 to 64 letters, digits, - and _ can."
            )
        if session_id and self.is_deleted(session_id):
            raise Refused(f"The conversation {session_id} was deleted, and its id is not given again.")
        now = self._shelf.stamp()
        return Session(
            id=session_id or self._shelf.new_id(),
            workspace=workspace,
            root=clean(root),
            user=clean(user),
            title=clean(_title(title)),
            model=clean(model),
            created=now,
            updated=now,
        )

    def _create(self, session: Session, messages: Sequence[Message]) -> Written:
        opened = self._shelf.put(session)
        document = opened.document

        def make(_: int) -> Made:
            document.set_facts(facts_of(session))
            # In the order in which they were shown: what was edited keeps its place.
            for lamport, message in enumerate(messages, start=1):
                whole = msgspec.structs.replace(message, lamport=lamport, supersedes="", **_cleaned(message))
                # Nobody goes on writing it here.
                is_cut_off = whole.status == "partial"
                document.append(msgspec.structs.replace(whole, status="stopped") if is_cut_off else whole)
            opened.take_facts()
            return document.snapshots(), document.located()

        return self._shelf.change(opened, make)

    def _append(self, session_id: str, draft: Draft, begun: Message | None) -> Written:
        draft = cleaned(draft)
        if reason := why_not_kept(draft):
            raise Refused(reason)
        opened = self._shelf.get(session_id)

        def make(lamport: int) -> Made:
            message = begun or self._message(draft, lamport, self._shelf.new_id())
            changes = [opened.document.append(message)]
            located = [(changes[0][0], message)]
            facts = _rules_of(message, opened)
            if facts:
                changes.append(opened.document.set_facts(facts))
            opened.take_facts()
            return changes, located

        return self._shelf.change(opened, make, ended=begun.id if begun is not None else "")

    def _message(self, draft: Draft, lamport: int, message_id: str) -> Message:
        facts = {name: getattr(draft, name) for name in Draft.__struct_fields__}
        return Message(**facts, id=message_id, lamport=lamport, node=self._shelf.node(), at=self._shelf.stamp())


def _title(text: str) -> str:
    """A title as it is kept: one line, which may be empty."""
    return " ".join(text.split())[:MAX_TITLE]


def _cleaned(message: Message) -> dict[str, object]:
    """What of a message from elsewhere has to be made storable."""
    whole = cleaned(message)
    facts = {name: getattr(whole, name) for name in Draft.__struct_fields__ if name != "supersedes"}
    return {**facts, "id": clean(message.id), "node": clean(message.node), "at": clean(message.at)}


def _rules_of(message: Message, opened: Opened) -> dict[str, str]:
    """What a message changes of the rules that applied last in its conversation."""
    s = opened.session
    if not message.rule_version or (message.rule_version, message.rules) == (s.rule_version, s.rules):
        return {}
    return {"rule_version": message.rule_version, "rules": msgspec.json.encode(message.rules).decode()}
