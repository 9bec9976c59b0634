"""Rule events: what happened to rule files, in the past tense, from which the rule book is folded."""

from typing import Literal

import msgspec

from rulewright.core.findings import Finding
from rulewright.core.rules.rule import Rule

RuleEventType = Literal["rule_added", "rule_changed", "rule_rejected", "rule_removed"]


class RuleEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to one rule file."""

    event_id: int
    """Position in the log of its workspace, from 1."""
    event_type: RuleEventType
    path: str
    rule_id: str
    rule: Rule | None = None
    """The rule as read; None when nothing could be used, or when it was removed."""
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
    correlation_id: str = ""
