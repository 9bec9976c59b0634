"""The rule book: the last good version of every rule file, folded from events. An immutable value."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Literal

import msgspec

from rulewright.core.events import Flag, RuleEvent, RuleEventType
from rulewright.core.findings import Finding, Fix
from rulewright.core.rules.parse import Located, Parsed
from rulewright.core.rules.rule import Rule, Source
from rulewright.core.rules.select import Flags, Policy, Selection
from rulewright.core.text import Text

Status = Literal["active", "rejected"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A rule file in the book."""

    path: str
    rule_id: str
    rule: Rule | None
    """The version in force, None when no version could ever be used."""
    status: Status
    """`rejected`: the newest version of the file is not the one in force."""
    revision: int
    """Number of the last event about this file."""
    loaded_at: str
    """When the version in force was read."""
    findings: tuple[Finding, ...] = ()
    enforced: bool = True
    content_hash: str = ""
    """Of the newest version seen, in force or not."""
    source: Source = "project"


class RuleBook(msgspec.Struct, frozen=True, dict=True):
    """Every known rule of a project with the policy that decides which count."""

    entries: Mapping[str, Entry] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    policy: Policy = msgspec.field(default_factory=Policy)
    revision: int = 0

    @cached_property
    def selection(self) -> Selection:
        """What matches which file; made when first asked for, then kept with the book."""
        return Selection(
            [e.rule for e in self.entries.values() if e.rule is not None],
            self.policy,
            not_enforced=frozenset(e.path for e in self.entries.values() if not e.enforced),
            rejected={e.path: (e.rule_id, _first_error(e), e.source) for e in self.entries.values() if e.rule is None},
        )

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in force, highest precedence first."""
        return self.selection.ordered

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the rule files themselves."""
        return tuple(f for path in sorted(self.entries) for f in self.findings_of(path))

    def findings_of(self, path: str) -> tuple[Finding, ...]:
        """What is wrong with one rule file; nothing for any other file."""
        entry = self.entries.get(path)
        return (*entry.findings, *self.clashes.get(path, ())) if entry else ()

    @cached_property
    def clashes(self) -> Mapping[str, tuple[Finding, ...]]:
        """A warning for each rule that shares its id with another one of the same folder, by path.

        A nested folder's rule replaces an outer one of the same id on purpose; in one folder it is a copy and paste.
        """
        by_id: dict[tuple[str, str, str], list[str]] = {}
        for rule in self.rules:
            # A rule that was made from another tool's file has that file's name.
            if not rule.format:
                by_id.setdefault((rule.source, rule.folder, rule.id), []).append(rule.path)
        return {
            path: (_clash(path, rule_id, paths),)
            for (_, _, rule_id), paths in by_id.items()
            if len(paths) > 1
            for path in paths
        }

    @cached_property
    def rule_ids(self) -> frozenset[str]:
        """Ids of all rules in force."""
        return frozenset(r.id for r in self.rules)

    def with_policy(self, policy: Policy) -> "RuleBook":
        """The same rules under other settings; what was switched off at run time stays so."""
        policy = msgspec.structs.replace(policy, flags=self.policy.flags)
        return self if policy == self.policy else RuleBook(self.entries, policy, self.revision)


class Seen(msgspec.Struct, frozen=True):
    """A rule file as it is on disk now, with what running its examples said."""

    parsed: Parsed
    example_problems: tuple[Located, ...] = ()
    """With any of these the checks are not run."""
    remarks: tuple[Located, ...] = ()


def differs(book: RuleBook, seen: Iterable[Seen], removed: Iterable[str]) -> bool:
    """Whether `diff` would give any events."""
    entries = book.entries
    return any(
        (entry := entries.get(item.parsed.path)) is None or entry.content_hash != item.parsed.content_hash
        for item in seen
    ) or any(path in entries for path in removed)


def diff(
    book: RuleBook, seen: Iterable[Seen], removed: Iterable[str], *, now: str, cause: str = "", correlation: str = ""
) -> tuple[RuleEvent, ...]:
    """The events that lead from `book` to what was seen. Unchanged files give none."""
    events: list[RuleEvent] = []

    def add(event_type: RuleEventType, path: str, rule: Rule | None, rule_id: str = "", **more: object) -> None:
        known = book.entries.get(path)
        if not rule_id:
            rule_id = known.rule_id if known else path
        event = RuleEvent(
            event_id=book.revision + len(events) + 1,
            event_type=event_type,
            path=path,
            rule_id=rule_id,
            rule=rule,
            # What broke has no label: the rule that is kept was written before.
            version=rule.version if rule and event_type != "rule_rejected" else "",
            timestamp=now,
            causation_id=cause,
            correlation_id=correlation,
        )
        events.append(msgspec.structs.replace(event, **more))

    for item in seen:
        parsed = item.parsed
        entry = book.entries.get(parsed.path)
        if entry is not None and entry.content_hash == parsed.content_hash:
            continue
        keep = parsed.is_broken and entry is not None and entry.rule is not None
        findings = report(item, kept_from=entry.loaded_at if keep and entry else "")
        common = {
            "findings": findings,
            "content_hash": parsed.content_hash,
            "content": parsed.content,
            "source": parsed.source,
        }
        if parsed.is_broken and (keep or parsed.rule is None):
            known_id = entry.rule_id if entry else parsed.default_id
            kept = entry.rule if entry else None
            enforced = entry.enforced if entry else True
            kept_from = entry.loaded_at if entry else ""
            add("rule_rejected", parsed.path, kept, known_id, enforced=enforced, kept_from=kept_from, **common)
        else:
            add(
                "rule_changed" if entry else "rule_added",
                parsed.path,
                parsed.rule,
                parsed.rule.id if parsed.rule else "",
                enforced=not item.example_problems,
                **common,
            )
    for path in removed:
        if path in book.entries:
            add("rule_removed", path, None)
    return tuple(events)


def fold(book: RuleBook, events: Iterable[RuleEvent]) -> RuleBook:
    """`book` after `events`. Each says all that counts of its path, so the newest of each path gives the same book."""
    entries = dict(book.entries)
    revision = book.revision
    policy = book.policy
    for event in events:
        revision = event.event_id
        match event.event_type:
            case "rule_flagged":
                if event.flag is not None:
                    policy = msgspec.structs.replace(policy, flags=flagged(policy.flags, event.flag))
            case "rule_removed":
                entries.pop(event.path, None)
            case "rule_added" | "rule_changed" | "rule_rejected":
                entries[event.path] = Entry(
                    path=event.path,
                    rule_id=event.rule_id,
                    rule=event.rule,
                    status="rejected" if event.event_type == "rule_rejected" else "active",
                    revision=revision,
                    loaded_at=event.kept_from or event.timestamp,
                    findings=event.findings,
                    enforced=event.enforced,
                    content_hash=event.content_hash,
                    source=event.source,
                )
    return RuleBook(MappingProxyType(entries), policy, revision)


def flagged(flags: Flags, flag: Flag) -> Flags:
    """`flags` after a switch was turned."""
    match flag.kind:
        case "everything":
            return msgspec.structs.replace(flags, everything=not flag.enabled)
        case "source":
            return msgspec.structs.replace(flags, sources=_turned(flags.sources, flag))
        case "rule":
            return msgspec.structs.replace(flags, rules=_turned(flags.rules, flag))


def _turned(off: frozenset[str], flag: Flag) -> frozenset[str]:
    return off - {flag.name} if flag.enabled else off | {flag.name}


def reread(book: RuleBook, seen: Iterable[Seen]) -> RuleBook:
    """`book` with the same versions as they are read now, where a log told how they were read once.

    A stored reading may come from an older reader, or from somebody who edited the log. A version that is judged
    otherwise today is made one that `diff` takes for changed.
    """
    entries = dict(book.entries)
    for item in seen:
        parsed = item.parsed
        entry = entries.get(parsed.path)
        if entry is None or entry.content_hash != parsed.content_hash:
            continue
        is_rejected = entry.status == "rejected"
        keeps = is_rejected and entry.rule is not None
        if is_rejected != (parsed.is_broken and (keeps or parsed.rule is None)):
            entries[parsed.path] = msgspec.structs.replace(entry, content_hash="")
        elif is_rejected:
            kept_from = entry.loaded_at if keeps else ""
            entries[parsed.path] = msgspec.structs.replace(entry, findings=report(item, kept_from=kept_from))
        elif parsed.rule is not None:
            entries[parsed.path] = msgspec.structs.replace(
                entry,
                rule_id=parsed.rule.id,
                rule=parsed.rule,
                findings=report(item),
                enforced=not item.example_problems,
            )
    return book if entries == book.entries else RuleBook(MappingProxyType(entries), book.policy, book.revision)


def report_text(seen: Seen, content: str, *, kept_from: str = "") -> tuple[Finding, ...]:
    """`report` for a text at hand: a fix whose offsets are those of another text is not offered.

    Bytes that are not UTF-8 are read otherwise by the rule reader than by an editor.
    """
    found = report(seen, kept_from=kept_from)
    if seen.parsed.content == content:
        return found
    return tuple(msgspec.structs.replace(f, fix=None) for f in found)


def report(seen: Seen, *, kept_from: str = "") -> tuple[Finding, ...]:
    """The problems of a rule file as findings; an error says which version stays in force."""
    parsed = seen.parsed
    text = Text(parsed.content)
    rule_id = parsed.rule.id if parsed.rule else parsed.default_id
    findings = []
    for located in (*parsed.problems, *seen.example_problems, *seen.remarks):
        item = located.problem
        message = item.message
        if item.severity == "error":
            clock = kept_from[11:16]
            if kept_from:
                message += f" Keeping the version of `{rule_id}` from {clock}."
            elif parsed.rule is None:
                message += " The rule is not in force."
            else:
                message += " The rest of the rule is in force."
        findings.append(
            Finding(
                rule_id=f"rulewright/{item.code}",
                # What somebody else's package does wrong is nothing that a check of this project should fail for.
                severity="info" if parsed.source == "dependency" else item.severity,
                message=message,
                path=parsed.path,
                start=located.start,
                end=located.end,
                range=text.range(located.start, located.end),
                fix=item.fix if isinstance(item.fix, Fix) else None,
                rule_path=parsed.path,
            )
        )
    return tuple(sorted(findings, key=lambda f: (f.start, f.rule_id)))


def _first_error(entry: Entry) -> str:
    worst = sorted(entry.findings, key=lambda f: f.severity != "error")
    return worst[0].message if worst else "the file could not be read"


def _clash(path: str, rule_id: str, paths: list[str]) -> Finding:
    others = " and ".join(p for p in paths if p != path)
    outcome = "This one comes first" if path == paths[0] else f"{paths[0]} comes first and silences this one"
    return Finding(
        rule_id="rulewright/duplicate-id",
        severity="warning",
        message=f"The id `{rule_id}` is also that of {others}. {outcome}. Give each its own `id`.",
        path=path,
        start=0,
        end=0,
        range=Text("").range(0, 0),
        rule_path=path,
    )
