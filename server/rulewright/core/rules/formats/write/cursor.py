"""Rules for Cursor: `.cursor/rules/<id>.mdc`."""

from collections.abc import Mapping
from typing import Any

from rulewright.core.rules.formats.write.form import Scoped, Target
from rulewright.core.rules.formats.write.per_rule import Layout, described, write_each


def _keys(rule: Scoped) -> Mapping[str, Any] | str:
    """Globs are one text: commas and no spaces between them, and no braces, are what all versions read alike."""
    scope = {"globs": rule.globs} if rule.how == "globs" else {}
    return {**described(rule), **scope, "alwaysApply": rule.how == "always"}


LAYOUT = Layout(name="cursor", title="Cursor", folder=".cursor/rules", ending=".mdc", keys_of=_keys, is_nested=True)

TARGET = Target(
    name="cursor",
    title="Cursor",
    write=lambda rules: write_each(LAYOUT, rules),
    owns=LAYOUT.owns,
    keys=("description", "globs", "alwaysApply"),
)
