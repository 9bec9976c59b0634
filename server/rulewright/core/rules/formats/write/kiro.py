"""Rules for Kiro: `.kiro/steering/<id>.md`."""

from collections.abc import Mapping
from typing import Any

from rulewright.core.rules.formats.write.form import Scoped, Target
from rulewright.core.rules.formats.write.per_rule import Layout, described, write_each

_INCLUSIONS = {"always": "always", "globs": "fileMatch", "description": "auto", "manual": "manual"}


def _keys(rule: Scoped) -> Mapping[str, Any] | str:
    scope: dict[str, Any] = {"fileMatchPattern": list(rule.globs)} if rule.how == "globs" else {}
    name = {"name": rule.id} if rule.how == "description" else {}
    return {"inclusion": _INCLUSIONS[rule.how], **name, **described(rule), **scope}


LAYOUT = Layout(name="kiro", title="Kiro", folder=".kiro/steering", ending=".md", keys_of=_keys, is_flat=True)

TARGET = Target(
    name="kiro",
    title="Kiro",
    write=lambda rules: write_each(LAYOUT, rules),
    owns=LAYOUT.owns,
    keys=("inclusion", "name", "description", "fileMatchPattern"),
)
