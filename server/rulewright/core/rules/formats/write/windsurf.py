"""Rules for Windsurf: `.windsurf/rules/<id>.md`."""

from collections.abc import Mapping
from typing import Any

from rulewright.core.rules.formats.write.form import Limit, Scoped, Target
from rulewright.core.rules.formats.write.per_rule import Layout, described, write_each

_TRIGGERS = {"always": "always_on", "globs": "glob", "description": "model_decision", "manual": "manual"}


def _keys(rule: Scoped) -> Mapping[str, Any] | str:
    scope = {"globs": rule.globs} if rule.how == "globs" else {}
    return {"trigger": _TRIGGERS[rule.how], **described(rule), **scope}


LAYOUT = Layout(
    name="windsurf",
    title="Windsurf",
    folder=".windsurf/rules",
    ending=".md",
    keys_of=_keys,
    is_nested=True,
    is_flat=True,
)

TARGET = Target(
    name="windsurf",
    title="Windsurf",
    write=lambda rules: write_each(LAYOUT, rules),
    owns=LAYOUT.owns,
    keys=("trigger", "description", "globs"),
    limit=Limit(12_000, "characters", "Windsurf"),
)
