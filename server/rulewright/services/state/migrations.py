"""The tables of `state.db`, as a list of steps that is only ever appended to; it holds the names of those done."""

import sqlite3
from collections.abc import Callable, Iterator

from rulewright.services.state import access_tables, session_tables

Migration = tuple[str, Callable[[sqlite3.Connection], None]]


def _rules_and_their_events(db: sqlite3.Connection) -> None:
    db.execute(
        """create table rules (
            workspace_id text not null, id text not null, scope text not null, language text not null,
            priority integer not null, metadata text not null, content text not null, version text not null,
            created_at text not null, updated_at text not null, status text not null,
            path text not null, source text not null, revision integer not null,
            primary key (workspace_id, path)
        )"""
    )
    for column in ("scope", "language", "priority", "status"):
        db.execute(f"create index rules_{column} on rules (workspace_id, {column})")
    db.execute(
        """create table rule_events (
            event_id integer not null, workspace_id text not null, rule_id text not null, event_type text not null,
            data text not null, version text not null, timestamp text not null, causation_id text not null,
            correlation_id text not null, path text not null,
            primary key (workspace_id, event_id)
        )"""
    )
    for column in ("rule_id", "timestamp", "event_type"):
        db.execute(f"create index rule_events_{column} on rule_events (workspace_id, {column})")
    # The newest event of each path is what a start asks for.
    db.execute("create index rule_events_path on rule_events (workspace_id, path, event_id)")
    for verb in ("update", "delete"):
        db.execute(
            f"create trigger rule_events_no_{verb} before {verb} on rule_events "
            "begin select raise(abort, 'rule_events is append-only'); end"
        )


def _use_of_rules(db: sqlite3.Connection) -> None:
    db.execute(
        """create table rule_use (
            workspace_id text not null, path text not null, applied_at text not null, fired integer not null,
            fired_at text not null,
            primary key (workspace_id, path)
        )"""
    )


def _cursors(db: sqlite3.Connection) -> None:
    db.execute(
        """create table cursors (
            subscriber text not null, topic text not null, sequence integer not null,
            primary key (subscriber, topic)
        )"""
    )


MIGRATIONS: tuple[Migration, ...] = (
    ("rules and their events", _rules_and_their_events),
    ("use of rules", _use_of_rules),
    ("how far subscribers have read", _cursors),
    ("conversations", session_tables.sessions),
    ("calls of models", session_tables.interactions),
    ("tokens and refusals", access_tables.tables),
    ("what features spend on models", session_tables.spending),
)


def unknown(db: sqlite3.Connection) -> tuple[str, ...]:
    """Migrations of newer programs that were done."""
    done = _done(db)
    return tuple(sorted(done.difference(name for name, _ in MIGRATIONS)))


def missing(db: sqlite3.Connection) -> Iterator[Migration]:
    """Those that were not done yet, in order."""
    done = _done(db)
    return (step for step in MIGRATIONS if step[0] not in done)


def any_done(db: sqlite3.Connection) -> bool:
    """Whether there is anything to lose."""
    return bool(_done(db))


def migrate(db: sqlite3.Connection, now: str) -> None:
    """Do what is missing, all or nothing. Raises sqlite3.Error."""
    db.execute("begin immediate")
    try:
        db.execute("create table if not exists migrations (name text primary key, applied_at text not null)")
        for name, step in missing(db):
            step(db)
            db.execute("insert into migrations values (?, ?)", (name, now))
        db.execute("commit")
    except BaseException:
        db.execute("rollback")
        raise


def _done(db: sqlite3.Connection) -> set[str]:
    if not db.execute("select 1 from sqlite_master where type = 'table' and name = 'migrations'").fetchone():
        return set()
    return {str(name) for (name,) in db.execute("select name from migrations")}
