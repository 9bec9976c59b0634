"""Every tool that rules can be written for, and what all of its rules lose on the way."""

from collections.abc import Iterable, Mapping, Sequence

from rulewright.core.rules.formats.write import (
    claude,
    cline,
    continue_dev,
    copilot,
    cursor,
    joined,
    kiro,
    windsurf,
)
from rulewright.core.rules.formats.write.form import Remark, Target, Written
from rulewright.core.rules.formats.write.scope import scoped
from rulewright.core.rules.rule import DEFAULT_PRIORITY, Rule

TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        cursor.TARGET,
        copilot.TARGET,
        joined.AGENTS,
        claude.TARGET,
        windsurf.TARGET,
        cline.TARGET,
        continue_dev.TARGET,
        kiro.TARGET,
        joined.GEMINI,
        joined.ZED,
        joined.JUNIE,
    )
}
"""By name, as `rules export --to` takes it."""


def write_rules(target: Target, rules: Sequence[Rule]) -> Written:
    """Rules, highest precedence first, as files of one tool."""
    remarks: list[Remark] = []
    telling: list[Rule] = []
    for rule in rules:
        if rule.body.strip() or rule.description.strip():
            telling.append(rule)
        else:
            told = "It has neither a text nor a description, so it was not written."
            remarks.append(Remark(kind="left-out", message=told, target=target.name, rule=rule.id, path=rule.path))
    written = target.write([scoped(rule) for rule in telling])
    there = {rule_id for output in written.outputs for rule_id in output.rules}
    lost = _lost(target, [rule for rule in telling if rule.id in there])
    return Written(written.outputs, (*remarks, *written.remarks, *lost))


def _lost(target: Target, rules: Sequence[Rule]) -> Iterable[Remark]:
    """What no other tool knows: who comes first, and who silences whom."""
    folders: dict[str, list[str]] = {}
    for rule in rules:
        folders.setdefault(rule.id, []).append(rule.folder)
    for rule in rules:
        told = [f"`{key}: {name}`" for key in ("overrides", "disable") for name in getattr(rule, key)]
        if rule.priority != DEFAULT_PRIORITY and not target.in_order:
            told.append(f"`priority: {rule.priority}`")
        if told:
            said = f"{target.title} knows nothing like {', '.join(told)}."
            yield Remark(kind="lost", message=said, target=target.name, rule=rule.id, path=rule.path)
        outer = [folder for folder in folders[rule.id] if folder != rule.folder and _is_in(rule.folder, folder)]
        if outer:
            said = f"Here it replaces the rule of the same id of `{outer[0] or '.'}`; there both count."
            yield Remark(kind="lost", message=said, target=target.name, rule=rule.id, path=rule.path)


def _is_in(folder: str, other: str) -> bool:
    return not other or folder.startswith(f"{other}/")
