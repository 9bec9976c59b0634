"""Rules for Continue: `.continue/rules/<id>.md`."""

from collections.abc import Mapping
from typing import Any

from rulewright.core.rules.formats.write.form import Scoped, Target
from rulewright.core.rules.formats.write.per_rule import Layout, described, rootless, write_each


def _keys(rule: Scoped) -> Mapping[str, Any] | str:
    globs = [*rootless(rule.globs), *(f"!{glob}" for glob in rootless(rule.excludes))]
    scope = {"globs": globs} if rule.how == "globs" else {}
    return {"name": rule.id, **described(rule), **scope, "alwaysApply": rule.how == "always"}


LAYOUT = Layout(
    name="continue",
    title="Continue",
    folder=".continue/rules",
    ending=".md",
    keys_of=_keys,
    is_flat=True,
    can_exclude=True,
)

TARGET = Target(
    name="continue",
    title="Continue",
    write=lambda rules: write_each(LAYOUT, rules),
    owns=LAYOUT.owns,
    keys=("name", "description", "globs", "alwaysApply"),
)
