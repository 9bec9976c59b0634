"""Rule events: what happened to rules, in the past tense, from which the rule book is folded.

An event holds all that is needed to fold it: the newest event of each path gives the same book as all events together.
"""

import json
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from rulewright.core.findings import Finding
from rulewright.core.rules.rule import Rule, Source

RuleEventType = Literal["rule_added", "rule_changed", "rule_rejected", "rule_removed", "rule_flagged"]
FlagKind = Literal["rule", "source", "everything"]

SHAPE = 1
"""Of what is stored of an event. Raise it when a field changes its meaning; who reads an older one knows what to do."""
READER_VERSION = 2
"""Raise it when the same bytes are read as another rule. What an older reader stored is read again from its file."""
FLAG_PREFIX = "rulewright:flags/"
"""Stands before the path of an event about a switch: it is about no file."""


class Flag(msgspec.Struct, frozen=True):
    """A person switched something on or off at run time."""

    kind: FlagKind
    name: str
    """Id of a rule, name of a source, or empty."""
    enabled: bool

    @property
    def path(self) -> str:
        """What this stands under in the log: the newest event of a path counts."""
        return f"{FLAG_PREFIX}{self.kind}/{self.name}"


class RuleEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to one rule file, or to a switch."""

    event_id: int
    """Position in the log of its workspace, from 1 and without gaps. Order is by this, never by time."""
    event_type: RuleEventType
    path: str
    rule_id: str
    rule: Rule | None = None
    """The rule that is in force from now on; None when there is none."""
    findings: tuple[Finding, ...] = ()
    """What is wrong with the file, ready to report."""
    enforced: bool = True
    """Whether the checks are run: not when the rule's own examples fail."""
    content_hash: str = ""
    version: str = ""
    """The author's label."""
    timestamp: str = ""
    """ISO 8601, with the offset from UTC."""
    causation_id: str = ""
    """What made it: the load, reload or command, by its id."""
    correlation_id: str = ""
    """One for all events that were made together."""
    kept_from: str = ""
    """When the version in force was read, where that is not the one of this event."""
    content: str = ""
    """The file as written."""
    flag: Flag | None = None
    reader: int = READER_VERSION
    source: Source = "project"


class Unreadable(msgspec.Struct, frozen=True):
    """A stored event that is not one."""

    event_id: int
    reason: str


class _Data(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is stored of an event beside its columns."""

    shape: int = 0
    path: str = ""
    rule: Rule | None = None
    findings: tuple[Finding, ...] = ()
    enforced: bool = True
    content_hash: str = ""
    kept_from: str = ""
    content: str = ""
    flag: Flag | None = None
    reader: int = 0
    source: Source = "project"


class _Columns(msgspec.Struct, frozen=True):
    event_id: int
    event_type: RuleEventType
    rule_id: str
    version: str
    timestamp: str
    causation_id: str
    correlation_id: str


def to_data(event: RuleEvent) -> str:
    """What is stored of an event beside its columns, as JSON."""
    data = _Data(
        SHAPE,
        event.path,
        event.rule,
        event.findings,
        event.enforced,
        event.content_hash,
        event.kept_from,
        event.content,
        event.flag,
        event.reader,
        event.source,
    )
    try:
        return msgspec.json.encode(data).decode()
    except (ValueError, OverflowError, RecursionError):
        # A name of a file may be any bytes, which text here holds as lone surrogates.
        pass
    try:
        return json.dumps(msgspec.to_builtins(data))
    except (ValueError, OverflowError, RecursionError):
        # A number of thousands of digits: the rule is read again from its file.
        return json.dumps(msgspec.to_builtins(msgspec.structs.replace(data, rule=None, reader=0)))


def from_row(row: Iterable[Any]) -> RuleEvent | Unreadable:
    """An event from its columns: event_id, event_type, rule_id, version, timestamp, causation_id, correlation_id, data.

    What is stored is not trusted: anybody may have edited it. Never raises.
    """
    *columns, data = row
    names = _Columns.__struct_fields__
    number = columns[0] if columns and isinstance(columns[0], int) else 0
    try:
        fields = msgspec.convert(dict(zip(names, columns, strict=True)), _Columns)
        read = _read(data)
        if read.shape > SHAPE:
            return Unreadable(number, f"it was written by a newer version (shape {read.shape}; {SHAPE} is known here)")
        _hold_together(fields.event_type, read)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        return Unreadable(number, _reason(error))
    common = {name: getattr(fields, name) for name in names}
    return RuleEvent(**common, **{name: getattr(read, name) for name in _Data.__struct_fields__ if name != "shape"})


def _read(data: Any) -> _Data:
    if not isinstance(data, str | bytes):
        raise TypeError("its data is not text")
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    try:
        return msgspec.json.decode(raw, type=_Data)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Lone surrogates, see `to_data`.
        return msgspec.convert(json.loads(raw.decode("utf-8", "surrogatepass")), _Data)


def _hold_together(event_type: RuleEventType, data: _Data) -> None:
    """Raises ValueError for what no event of ours says."""
    if not data.path:
        raise ValueError("it names no path")
    if data.rule is not None and data.rule.path != data.path:
        raise ValueError("its rule is that of another path")
    if (event_type == "rule_flagged") != (data.flag is not None):
        raise ValueError("it says of a switch what no switch does")
    if data.flag is not None and data.flag.path != data.path:
        raise ValueError("its switch is that of another path")


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "its data is nested too deeply"
    return str(error).split("\n")[0].rstrip(".") or type(error).__name__
