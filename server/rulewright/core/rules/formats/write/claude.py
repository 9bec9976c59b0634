"""Rules for Claude Code: `.claude/rules/<id>.md`."""

from collections.abc import Mapping
from typing import Any

from rulewright.core.rules.formats.write.form import Scoped, Target
from rulewright.core.rules.formats.write.per_rule import Layout, described, rootless, write_each


def _keys(rule: Scoped) -> Mapping[str, Any] | str:
    if rule.how in {"description", "manual"}:
        return "Claude Code has no rules that wait to be asked for, only those of files and those for always."
    return {**described(rule), **({"paths": list(rootless(rule.globs))} if rule.how == "globs" else {})}


LAYOUT = Layout(name="claude", title="Claude Code", folder=".claude/rules", ending=".md", keys_of=_keys, is_nested=True)

TARGET = Target(
    name="claude",
    title="Claude Code",
    write=lambda rules: write_each(LAYOUT, rules),
    owns=LAYOUT.owns,
    keys=("description", "paths"),
)
