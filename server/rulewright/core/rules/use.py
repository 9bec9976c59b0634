"""When a rule applied last, and how often its checks found something: counted where documents are diagnosed."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from rulewright.core.findings import Finding


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen of one rule file."""

    applied_at: str = ""
    """ISO 8601 with the offset from UTC; empty for never."""
    fired: int = 0
    """Findings that came up, each counted when it came."""
    fired_at: str = ""


def joined(before: Use, after: Use) -> Use:
    """What was seen in two times, one behind the other."""
    return Use(
        applied_at=after.applied_at or before.applied_at,
        fired=before.fired + after.fired,
        fired_at=after.fired_at or before.fired_at,
    )


def fired(findings: Iterable[Finding]) -> Mapping[str, int]:
    """Findings by the path of the rule whose check made them."""
    return Counter(f.rule_path for f in findings if f.rule_path and f.rule_path != f.path)


def used(
    known: Mapping[str, Use], applied: Iterable[str], before: Mapping[str, int], after: Mapping[str, int], now: str
) -> dict[str, Use]:
    """`known` after a document was diagnosed to which the rules of the paths `applied` apply.

    `before` and `after` are the findings of that document by rule: what was there before has not come up again.
    """
    changed = dict(known)
    for path in applied:
        use = changed.get(path, Use())
        new = max(0, after.get(path, 0) - before.get(path, 0))
        changed[path] = Use(applied_at=now, fired=use.fired + new, fired_at=now if new else use.fired_at)
    return changed
