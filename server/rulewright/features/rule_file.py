"""What a rule file does: the files it touches, what it costs, and when it was of use."""

from collections.abc import Iterable

import msgspec

from rulewright.core.rules.use import Use
from rulewright.core.snapshot import Project

MAX_LISTED = 1_000
"""Files that are named; all are counted."""


class RuleFile(msgspec.Struct, frozen=True, kw_only=True):
    """One rule file and its reach. `version` is the format's."""

    version: int = 1
    id: str
    path: str
    status: str
    """`active`, `disabled`, or `rejected`: the newest version of the file is not the one in force."""
    files: int
    """How many files of the project it applies to."""
    listed: tuple[str, ...]
    """The first of them."""
    tokens: int
    """What its text costs in a prompt."""
    checks: int
    applied_at: str
    """When it last applied to a document that an editor had open here; empty for never."""
    fired: int
    """How often its checks found something new in such a document."""
    fired_at: str


def rule_file(project: Project, path: str, paths: Iterable[str], use: Use) -> RuleFile | None:
    """What there is to say of the rule file at `path`, among the files `paths`; None for any other file."""
    from rulewright.core.prompt.fit import rule_tokens  # noqa: PLC0415 - a check does without, and starts faster

    entry = project.book.entries.get(path)
    if entry is None:
        return None
    selection = project.book.selection
    touched = list(selection.touched(path, paths))
    is_active = any(rule.path == path for rule in selection.active)
    return RuleFile(
        id=entry.rule_id,
        path=path,
        status=entry.status if entry.status == "rejected" else "active" if is_active else "disabled",
        files=len(touched),
        listed=tuple(touched[:MAX_LISTED]),
        tokens=rule_tokens(entry.rule) if entry.rule is not None else 0,
        checks=len(entry.rule.checks) if entry.rule is not None else 0,
        applied_at=use.applied_at,
        fired=use.fired,
        fired_at=use.fired_at,
    )
