"""Rule events and rules as rows of `state.db`. What is read is not trusted, so it may be anything."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from rulewright.core.events import FLAG_PREFIX, RuleEvent, Unreadable, from_row, to_data
from rulewright.core.rules.book import flagged
from rulewright.core.rules.rule import DEFAULT_PRIORITY, Rule
from rulewright.core.rules.select import Flags
from rulewright.core.rules.table import TABLE_PREFIX, is_table_id, table_path
from rulewright.services.state.connect import storable, stored_text

_COLUMNS = "event_id, event_type, rule_id, version, timestamp, causation_id, correlation_id, data"
MAX_INTEGER = 2**63 - 1
Read = tuple[RuleEvent | Unreadable, ...]


_NUMBERED = "workspace_id = ? and typeof(event_id) = 'integer' and event_id between 1 and 9007199254740991"
"""Events whose number may be one of ours."""


def last_id(db: sqlite3.Connection, workspace: str) -> int:
    """Number of the last event."""
    sql = f"select coalesce(max(event_id), 0) from rule_events where {_NUMBERED}"  # noqa: S608
    return int(db.execute(sql, (workspace,)).fetchone()[0])


def n_gaps(db: sqlite3.Connection, workspace: str) -> int:
    """How many numbers are missing among the events: somebody else took them out."""
    sql = f"select coalesce(max(event_id), 0) - count(*) from rule_events where {_NUMBERED}"  # noqa: S608
    return int(db.execute(sql, (workspace,)).fetchone()[0])


def newest_of_each_path(db: sqlite3.Connection, workspace: str, prefix: str = "") -> Read:
    """The newest event of each path, or of each that begins so, oldest first."""
    sql = (
        f"select {_COLUMNS} from rule_events where workspace_id = ?1 and event_id in "  # noqa: S608
        "(select max(event_id) from rule_events where workspace_id = ?1 and path >= ?2 and path < ?3 group by path) "
        "order by event_id"
    )
    # Any text is less than any bytes, and every path is less than four of the greatest bytes.
    high: str | bytes = prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else b"\xff\xff\xff\xff"
    return _events(db.execute(sql, (workspace, prefix, high)))


def events_after(db: sqlite3.Connection, workspace: str, after: int) -> Read:
    """Events with a larger number, oldest first."""
    sql = f"select {_COLUMNS} from rule_events where workspace_id = ? and event_id > ? order by event_id"  # noqa: S608
    return _events(db.execute(sql, (workspace, after)))


def latest_events(db: sqlite3.Connection, workspace: str, name: str, limit: int) -> Read:
    """The newest events, newest first; with a name, those of the rule with this id or path."""
    where, values = "workspace_id = ?", [workspace]
    if name:
        where += " and (rule_id = ? or path = ?)"
        values += [storable(name)] * 2  # type: ignore[list-item]
    sql = f"select {_COLUMNS} from rule_events where {where} order by event_id desc limit ?"  # noqa: S608
    return _events(db.execute(sql, (*values, limit)))


def event_before(db: sqlite3.Connection, workspace: str, event: RuleEvent) -> RuleEvent | Unreadable | None:
    """The event before one, about the same path."""
    sql = (
        f"select {_COLUMNS} from rule_events where workspace_id = ? and path = ? and event_id < ? "  # noqa: S608
        "order by event_id desc limit 1"
    )
    found = _events(db.execute(sql, (workspace, storable(event.path), event.event_id)))
    return found[0] if found else None


def insert_events(db: sqlite3.Connection, workspace: str, events: Iterable[RuleEvent]) -> None:
    """Append events, and bring the rules' rows up to date with them."""
    off = _off(db, workspace)
    for event in events:
        names = (event.rule_id, event.event_type, to_data(event), event.version, event.timestamp)
        ids = (event.causation_id, event.correlation_id, event.path)
        db.execute(
            "insert into rule_events (event_id, workspace_id, rule_id, event_type, data, version, timestamp, "
            "causation_id, correlation_id, path) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (event.event_id, workspace, *map(storable, (*names, *ids))),
        )
        if event.flag is not None:
            off = _off(db, workspace)
            _switch(db, workspace, off, event.timestamp)
        elif event.event_type == "rule_removed":
            db.execute(
                "update rules set status = 'removed', updated_at = ?, revision = ? where workspace_id = ? and path = ?",
                (event.timestamp, event.event_id, workspace, storable(event.path)),
            )
        else:
            _project(db, workspace, event, off)


def table_rules(db: sqlite3.Connection, workspace: str) -> dict[str, str]:
    """The rules that have no file: path and text. Rows that cannot be such rules are passed over."""
    rows = db.execute(
        "select path, content from rules where workspace_id = ? and path >= ? and path < ? and status != 'removed'",
        (workspace, TABLE_PREFIX, TABLE_PREFIX[:-1] + chr(ord(TABLE_PREFIX[-1]) + 1)),
    )
    found = ((stored_text(path), stored_text(content)) for path, content in rows)
    return {
        path: content
        for path, content in found
        if isinstance(path, str)
        and isinstance(content, str)
        and is_table_id(name := path[len(TABLE_PREFIX) :].removesuffix(".md"))
        and path == table_path(name)
    }


def _off(db: sqlite3.Connection, workspace: str) -> Flags:
    """What is switched off."""
    off = Flags()
    for event in newest_of_each_path(db, workspace, FLAG_PREFIX):
        if isinstance(event, RuleEvent) and event.flag is not None:
            off = flagged(off, event.flag)
    return off


def _events(rows: Iterable[Sequence[object]]) -> Read:
    return tuple(from_row(map(stored_text, row)) for row in rows)


def _project(db: sqlite3.Connection, workspace: str, event: RuleEvent, off: Flags) -> None:
    """The row of a rule after an event about its file."""
    rule = event.rule or Rule(id=event.rule_id, path=event.path, priority=DEFAULT_PRIORITY)
    status = "rejected" if event.event_type == "rule_rejected" else _status(off, rule.source, rule.id)
    metadata = {
        "description": rule.description,
        "folder": rule.folder,
        "globs": rule.globs,
        "tags": rule.tags,
        "checks": len(rule.checks),
        "enforced": event.enforced,
        "content_hash": event.content_hash,
    }
    try:
        encoded = msgspec.json.encode(metadata).decode()
    except UnicodeEncodeError:
        encoded = json.dumps(metadata)
    texts = (event.rule_id, rule.scope or rule.source, ",".join(rule.languages))
    more = (encoded, event.content, event.version, event.timestamp, event.timestamp, status, event.path, rule.source)
    db.execute(
        "insert into rules (workspace_id, id, scope, language, priority, metadata, content, version, created_at, "
        "updated_at, status, path, source, revision) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "on conflict (workspace_id, path) do update set id = excluded.id, scope = excluded.scope, "
        "language = excluded.language, priority = excluded.priority, metadata = excluded.metadata, "
        "content = excluded.content, version = excluded.version, updated_at = excluded.updated_at, "
        "status = excluded.status, source = excluded.source, revision = excluded.revision",
        (
            workspace,
            *map(storable, texts),
            max(-MAX_INTEGER, min(rule.priority, MAX_INTEGER)),
            *map(storable, more),
            event.event_id,
        ),
    )


def _switch(db: sqlite3.Connection, workspace: str, off: Flags, now: str) -> None:
    """Bring the status of every rule up to date after a switch was turned: switches overlap."""
    rows = db.execute(
        "select path, id, source, status from rules where workspace_id = ? and status in ('active', 'disabled')",
        (workspace,),
    ).fetchall()
    for path, rule_id, source, status in rows:
        wanted = _status(off, stored_text(source), stored_text(rule_id))
        if wanted != status:
            db.execute(
                "update rules set status = ?, updated_at = ? where workspace_id = ? and path = ?",
                (wanted, now, workspace, path),
            )


def _status(off: Flags, source: object, rule_id: object) -> str:
    return "disabled" if off.everything or source in off.sources or rule_id in off.rules else "active"
