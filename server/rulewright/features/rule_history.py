"""What happened to rules, for people: each event in a few words, and two versions of a rule side by side."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from rulewright.core.events import RuleEvent, Unreadable
from rulewright.core.rules.rule import Rule

MAX_COMPARED = 250_000
"""Pairs of lines: where more would have to be compared, all of them count as replaced."""
_FIELDS = (
    ("id", "id"),
    ("description", "description"),
    ("priority", "priority"),
    ("scope", "scope"),
    ("languages", "language"),
    ("tags", "tags"),
    ("globs", "globs"),
    ("always", "alwaysApply"),
    ("examples", "examples"),
    ("overrides", "overrides"),
    ("disable", "disable"),
    ("model", "model"),
    ("completion", "completion"),
    ("extra", "other keys"),
)
"""Fields of a rule that a history names, by the name that they have in a file."""


class HistoryEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of this installation's history."""

    revision: int
    """Number of the event: order is by this."""
    time: str
    """ISO 8601; of the clock of that moment, which may have been wrong."""
    event: str
    """`rule_added`, `rule_changed`, `rule_rejected`, `rule_removed`, `rule_flagged`, or `unreadable`."""
    rule: str
    path: str
    version: str
    """The author's label."""
    what: str
    """What changed, in a few words."""
    causation_id: str
    correlation_id: str


class RuleDiff(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions of a rule as they were written."""

    version: int = 1
    rule: str
    path: str
    before: int
    """Revision."""
    after: int
    diff: str
    """Unified; empty where the texts are equal."""


def history(
    events: Sequence[RuleEvent | Unreadable], before: Mapping[int, RuleEvent]
) -> tuple[tuple[HistoryEvent, ...], tuple[str, ...]]:
    """Events, newest first, in words, and sentences about what is odd.

    `before` has by number the event that came before about the same path, for those of which it is not among `events`.
    """
    latest: dict[str, RuleEvent] = {}
    lines: list[HistoryEvent] = []
    remarks: list[str] = []
    clock = None
    for event in sorted(events, key=lambda e: e.event_id):
        if isinstance(event, Unreadable):
            lines.append(_unreadable(event))
            continue
        known = latest.get(event.path) or before.get(event.event_id)
        latest[event.path] = event
        lines.append(
            HistoryEvent(
                revision=event.event_id,
                time=event.timestamp,
                event=event.event_type,
                rule=event.rule_id,
                path=event.path,
                version=event.version,
                what=_what(event, known),
                causation_id=event.causation_id,
                correlation_id=event.correlation_id,
            )
        )
        now = _time(event.timestamp)
        if clock is not None and now is not None and now < clock[1]:
            remarks.append(
                f"The clock was set back between #{clock[0]} and #{event.event_id}; the numbers tell the order."
            )
        clock = (event.event_id, now) if now is not None else clock
    return tuple(reversed(lines)), tuple(remarks)


def compare(before: RuleEvent, after: RuleEvent) -> RuleDiff:
    """A unified diff of what two events say was written."""
    lines = difflib.unified_diff(
        before.content.splitlines(keepends=True), after.content.splitlines(keepends=True), _name(before), _name(after)
    )
    text = "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
    return RuleDiff(rule=after.rule_id, path=after.path, before=before.event_id, after=after.event_id, diff=text)


def find_version(events: Iterable[RuleEvent], wanted: str) -> RuleEvent | None:
    """The event of a version: `#7` or `7` is a revision, anything else what the author calls it; the newest such."""
    newest_first = sorted(events, key=lambda e: -e.event_id)
    number = wanted.removeprefix("#")
    by_number = next((e for e in newest_first if number.isdecimal() and e.event_id == int(number)), None)
    if by_number is not None or wanted.startswith("#"):
        return by_number
    return next((e for e in newest_first if e.version == wanted), None)


def two_newest(events: Iterable[RuleEvent]) -> tuple[RuleEvent, RuleEvent] | None:
    """The newest version and the one before that has another text; None where there is but one."""
    newest_first = sorted(events, key=lambda e: -e.event_id)
    if not newest_first:
        return None
    after = newest_first[0]
    before = next((e for e in newest_first if e.content != after.content), None)
    return None if before is None else (before, after)


def _name(event: RuleEvent) -> str:
    label = f" {event.version}" if event.version else ""
    rejected = " rejected" if event.event_type == "rule_rejected" else ""
    return f"{event.path} #{event.event_id}{label}{rejected}  {event.timestamp}"


def _unreadable(event: Unreadable) -> HistoryEvent:
    return HistoryEvent(
        revision=event.event_id,
        time="",
        event="unreadable",
        rule="",
        path="",
        version="",
        what=f"cannot be read: {event.reason}",
        causation_id="",
        correlation_id="",
    )


def _what(event: RuleEvent, before: RuleEvent | None) -> str:
    match event.event_type:
        case "rule_flagged" if event.flag is not None:
            subject = {"rule": f"rule {event.flag.name}", "source": f"source {event.flag.name}"}
            on = "on" if event.flag.enabled else "off"
            return f"{subject.get(event.flag.kind, 'all rules')} switched {on}"
        case "rule_removed":
            return "removed"
        case "rule_rejected":
            said = next((f.message for f in event.findings if f.severity == "error"), "It could not be read.")
            kept = "the version before stays in force" if event.rule is not None else "no version is in force"
            return f"{said.partition(' Keeping the version of ')[0]} ({kept})"
        case "rule_changed" if before is not None:
            return _changed(event, before)
        case _:
            return _is(event.rule)


def _is(rule: Rule | None) -> str:
    if rule is None:
        return "added"
    checks = f"{len(rule.checks)} check{'s' * (len(rule.checks) != 1)}" if rule.checks else "guides only"
    return f"added, {checks}"


def _changed(event: RuleEvent, before: RuleEvent) -> str:
    parts: list[str] = []
    new, old = event.rule, before.rule
    if new is not None and old is not None:
        parts += [word for name, word in _FIELDS if getattr(new, name) != getattr(old, name)]
        if new.version != old.version:
            parts.append(f"version {old.version or 'none'} to {new.version or 'none'}")
        parts += _checks(new, old)
    text = _lines(_body(before), _body(event))
    if text:
        parts.append(f"text {text}")
    if before.event_type == "rule_rejected":
        parts.append("can be read again")
    return ", ".join(parts) or "written otherwise, with the same meaning"


def _body(event: RuleEvent) -> str:
    is_read = event.rule is not None and event.event_type != "rule_rejected"
    return event.rule.body if is_read and event.rule is not None else event.content


def _checks(new: Rule, old: Rule) -> list[str]:
    after, before = {c.id: c for c in new.checks}, {c.id: c for c in old.checks}
    words = (
        ("added", [i for i in after if i not in before]),
        ("removed", [i for i in before if i not in after]),
        ("changed", [i for i in after if i in before and after[i] != before[i]]),
    )
    return [f"check {', '.join(ids)} {word}" for word, ids in words if ids]


def _lines(before: str, after: str) -> str:
    """How many lines were added and taken out; empty for none."""
    if before == after:
        return ""
    old, new = before.splitlines(), after.splitlines()
    same = _n_equal(old, new)
    old, new = old[same:], new[same:]
    same = _n_equal(old[::-1], new[::-1])
    old, new = old[: len(old) - same], new[: len(new) - same]
    if len(old) * len(new) > MAX_COMPARED:
        return f"+{len(new)} -{len(old)}"
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    plus = sum(j2 - j1 for tag, _, _, j1, j2 in codes if tag in {"insert", "replace"})
    minus = sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag in {"delete", "replace"})
    return f"+{plus} -{minus}" if plus or minus else "line ends"


def _n_equal(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines at the start are the same."""
    differing = (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))


def _time(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else None
