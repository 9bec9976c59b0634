"""Calls of models, kept for some days, and what they add up to, for good. Waits for the disk: not for an event loop."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from rulewright.core.budget import Spent
from rulewright.core.interaction import Interaction, Keep, Used, as_kept, not_kept, why_no_replay
from rulewright.core.ports import Clock
from rulewright.core.session_ports import NotWritten, Store

MAX_UNSAVED = 1_000
"""Calls that wait for a disk that can be written again."""
STEADY = timedelta(hours=1)
"""How long the clock must have been seen where it is before what is old by it is deleted."""
MIN_BEGINNING = 4
"""Letters of an id that are enough to mean it."""
LAST_PURGE = "interactions.purged"
GROUPS = {"model": "model", "day": "day", "workspace": "root"}


class Interactions:
    """The calls of models of this user's machine."""

    def __init__(self, store: Store, clock: Clock, keep: Callable[[], tuple[Keep, int]]) -> None:
        self._store, self._clock = store, clock
        self._keep = keep
        """The settings: what is kept, and for how many days."""
        self._unsaved: list[Interaction] = []
        self._is_purged = False

    def record(self, call: Interaction, keep: Keep | None = None) -> str:
        """Keep a call, as far as `keep` or else the settings say.

        Returns why that could not be done, in a few words; it is tried again.
        """
        kept = as_kept(call, keep or self._keep()[0])
        if not kept.at:
            kept = msgspec.structs.replace(kept, at=self._clock.now().isoformat(timespec="milliseconds"))
        calls = [*self._unsaved, kept]

        def work(db: sqlite3.Connection) -> None:
            for each in calls:
                _insert(db, each)

        try:
            self._store.write(work)
        except NotWritten as error:
            self._unsaved = calls[-MAX_UNSAVED:]
            return str(error) or "nothing can be written"
        self._unsaved = []
        if not self._is_purged:
            # Also where nobody has the time for `tidy`: whoever adds calls takes old ones away.
            self.purge()
        return ""

    def find(self, interaction_id: str) -> Interaction | str:
        """A call, as far as it was kept; a sentence when nothing was."""
        none: Interaction | None = None
        found = self._store.read(lambda db: _find(db, interaction_id), none)
        return found or not_kept(interaction_id, self._keep()[1])

    def meant(self, beginning: str, user: str) -> str:
        """The id of the one call of a user that begins so; what was given where there is none, or more."""
        if len(beginning) < MIN_BEGINNING:
            return beginning
        sql = (
            "select interaction_id from llm_interaction where user_id = ? and substr(interaction_id, 1, ?) = ? limit 2"
        )
        none: list[str] = []
        read = (user, len(beginning), beginning)
        found = self._store.read(lambda db: [str(row[0]) for row in db.execute(sql, read)], none)
        return found[0] if len(found) == 1 else beginning

    def replayable(self, interaction_id: str) -> Interaction | str:
        """A call that can be sent again as it was; a sentence that says why it cannot be."""
        found = self.find(interaction_id)
        if isinstance(found, str):
            return found
        return why_no_replay(found) or found

    def of_session(self, session_id: str) -> tuple[str, ...]:
        """Ids of the calls of a conversation that are kept, oldest first."""
        none: tuple[str, ...] = ()
        sql = "select interaction_id from llm_interaction where session_id = ? order by timestamp, rowid"
        return self._store.read(lambda db: tuple(str(row[0]) for row in db.execute(sql, (session_id,))), none)

    def usage(self, by: str, *, user: str = "", since_days: int | None = None) -> tuple[Used, ...]:
        """What calls added up to, by `model`, `day` or `workspace`: days newest first, else the most tokens first."""
        column = GROUPS[by]
        since = "" if since_days is None else f"{self._clock.now() - timedelta(days=since_days - 1):%Y-%m-%d}"
        order = "1 desc" if by == "day" else "sum(tokens_in) + sum(tokens_out) desc, 1"
        # A project's hash leads, so that two folders that were one another's name do not mix.
        group = "workspace_id, root" if by == "workspace" else column
        sql = (
            f"select {column}, sum(calls), sum(failed), sum(tokens_in), sum(tokens_out), sum(latency_ms), "  # noqa: S608
            f"sum(cost_micro) from llm_usage where day >= ?1 and (?2 = '' or user_id = ?2) group by {group} "
            f"order by {order}"
        )

        def read(db: sqlite3.Connection) -> tuple[Used, ...]:
            return tuple(
                Used(str(row[0]), *row[1:])
                for row in db.execute(sql, (since, user))
                if all(type(number) is int for number in row[1:])
            )

        none: tuple[Used, ...] = ()
        return self._store.read(read, none)

    def spent_today(self, user: str) -> Mapping[str, Spent]:
        """What a user's calls of today cost by feature, and under the empty name all of them."""
        day = f"{self._clock.now():%Y-%m-%d}"
        sql = "select feature, cost_micro, tokens from llm_spending where user_id = ? and day = ?"
        none: list[tuple[str, int, int]] = []
        rows = self._store.read(lambda db: list(db.execute(sql, (user, day))), none)
        unsaved = [
            (call.feature, call.cost_micro, call.tokens_in + call.tokens_out)
            for call in self._unsaved
            if (call.user, call.at[:10]) == (user, day)
        ]
        spent: dict[str, Spent] = {}
        for feature, cost_micro, tokens in (*rows, *unsaved):
            for name in (str(feature), ""):
                before = spent.get(name, Spent())
                spent[name] = Spent(before.cost_micro + int(cost_micro), before.tokens + int(tokens))
        return spent

    def recent(self, *, user: str = "", session: str = "", limit: int = 20) -> tuple[Interaction, ...]:
        """The last calls that are kept, the newest first."""
        sql = (
            "select interaction_id from llm_interaction where (?1 = '' or user_id = ?1) and (?2 = '' or "
            "session_id = ?2) order by timestamp desc, rowid desc limit ?3"
        )

        def read(db: sqlite3.Connection) -> tuple[Interaction, ...]:
            found = (_find(db, str(row[0])) for row in db.execute(sql, (user, session, limit)).fetchall())
            return tuple(one for one in found if one is not None)

        none: tuple[Interaction, ...] = ()
        return self._store.read(read, none)

    def purge(self) -> int:
        """Delete what is older than the settings allow; how many calls.

        A clock that jumped must not delete what is new: it counts from the last time that this was asked, which must
        be some time ago. So a call lives as long as the settings say, and until the next purge after that.
        """
        self._is_purged = True
        _, days = self._keep()
        now = self._clock.now()

        def work(db: sqlite3.Connection) -> int:
            row = db.execute("select value from state_facts where name = ?", (LAST_PURGE,)).fetchone()
            last = _time(row[0]) if row else None
            if last is None or not last <= now:
                _remember(db, now)
                return 0
            if now - last < STEADY:
                return 0
            _remember(db, now)
            before = (last - timedelta(days=days)).isoformat(timespec="milliseconds")
            done = db.execute("delete from llm_interaction where julianday(timestamp) < julianday(?)", (before,))
            return done.rowcount

        try:
            n_deleted = self._store.write(work)
        except NotWritten:
            return 0
        if n_deleted:
            self._store.checkpoint(for_good=True)
        return n_deleted

    def tidy(self) -> None:
        """Write what could not be written, and delete what is old."""
        if self._unsaved:
            calls, self._unsaved = self._unsaved, []
            for call in calls:
                self.record(call)
        self.purge()


def _insert(db: sqlite3.Connection, call: Interaction) -> None:
    if call.kept != "none":
        db.execute(
            "insert or ignore into llm_interaction (interaction_id, workspace_id, session_id, user_id, prompt, "
            "response, model_used, tokens_used, latency_ms, timestamp, kept, receipt) "
            "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(call.id, call.workspace, call.session, call.user, call.prompt, call.response, call.model),
                *(call.tokens_in + call.tokens_out, call.latency_ms, call.at, call.kept, _account(call)),
            ),
        )
    db.execute(
        "insert into llm_usage (workspace_id, user_id, day, model, root, calls, failed, tokens_in, tokens_out, "
        "latency_ms, cost_micro) values (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?) "
        "on conflict (workspace_id, user_id, day, model) do update set calls = calls + 1, "
        "failed = failed + excluded.failed, tokens_in = tokens_in + excluded.tokens_in, "
        "tokens_out = tokens_out + excluded.tokens_out, latency_ms = latency_ms + excluded.latency_ms, "
        "cost_micro = cost_micro + excluded.cost_micro, root = excluded.root",
        (
            *(call.workspace, call.user, call.at[:10], call.model, call.root, int(call.outcome == "failed")),
            *(call.tokens_in, call.tokens_out, call.latency_ms, call.cost_micro),
        ),
    )

    db.execute(
        "insert into llm_spending (user_id, day, feature, calls, tokens, cost_micro) values (?, ?, ?, 1, ?, ?) "
        "on conflict (user_id, day, feature) do update set calls = calls + 1, tokens = tokens + excluded.tokens, "
        "cost_micro = cost_micro + excluded.cost_micro",
        (call.user, call.at[:10], call.feature, call.tokens_in + call.tokens_out, call.cost_micro),
    )


def _account(call: Interaction) -> str:
    """The receipt, with what has no column of its own."""
    account: dict[str, Any] = {
        "root": call.root,
        "feature": call.feature,
        "tokens_in": call.tokens_in,
        "tokens_out": call.tokens_out,
        "cost_micro": call.cost_micro,
        "outcome": call.outcome,
        "receipt": call.receipt,
    }
    return msgspec.json.encode(account).decode()


def _find(db: sqlite3.Connection, interaction_id: str) -> Interaction | None:
    row = db.execute(
        "select workspace_id, session_id, user_id, prompt, response, model_used, latency_ms, timestamp, kept, receipt "
        "from llm_interaction where interaction_id = ?",
        (interaction_id,),
    ).fetchone()
    if row is None:
        return None
    names = ("workspace", "session", "user", "prompt", "response", "model", "latency_ms", "at", "kept")
    try:
        account = msgspec.json.decode(row[-1], type=dict[str, Any])
        values = {"id": interaction_id, **dict(zip(names, row[:-1], strict=True)), **account}
        return msgspec.convert(values, Interaction)
    except (msgspec.MsgspecError, TypeError, UnicodeError):
        return None


def _remember(db: sqlite3.Connection, now: datetime) -> None:
    db.execute(
        "insert into state_facts (name, value) values (?, ?) on conflict (name) do update set value = excluded.value",
        (LAST_PURGE, now.isoformat()),
    )


def _time(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
