"""Rules that silence others: in circles, and so that one can never apply."""

from collections.abc import Mapping, Sequence

from rulewright.core.rules.rule import SOURCES, Rule


def circles(rules: Sequence[Rule]) -> dict[str, list[str]]:
    """The rules that silence each other in a circle, by their ids, by the path of the one that comes first."""
    first = {rule.id: rule for rule in reversed(rules)}
    order = {rule_id: number for number, rule_id in enumerate(dict.fromkeys(rule.id for rule in rules))}
    silences = {rule.id: (*rule.overrides, *rule.disable) for rule in first.values() if rule.overrides or rule.disable}
    return {first[start].path: way for start in silences if (way := _way_back(start, silences, order))}


def _way_back(start: str, silences: Mapping[str, Sequence[str]], order: Mapping[str, int]) -> list[str]:
    """From a rule through those that it silences back to itself; only by later ones, so each circle is found once."""
    before: dict[str, str] = {}
    stack = [start]
    while stack:
        name = stack.pop()
        for other in silences.get(name, ()):
            if other == start:
                way = [name]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if other not in before and order.get(other, -1) > order[start]:
                before[other] = name
                stack.append(other)
    return []


def shadows(ordered: Sequence[Rule]) -> dict[str, str]:
    """Of rules that count, highest precedence first, those that another one silences wherever they apply, and why.

    Whoever may be silenced by a third one is left out of this: what then happens depends on the file.
    """
    by_id: dict[str, list[Rule]] = {}
    for rule in ordered:
        by_id.setdefault(rule.id, []).append(rule)
    named = {name for rule in ordered for name in (*rule.overrides, *rule.disable) if name != rule.id}
    found: dict[str, str] = {}
    for rule in ordered:
        if rule.id in named:
            continue
        for claim, names in (("overrides", rule.overrides), ("disable", rule.disable)):
            for other in (other for name in names for other in by_id.get(name, ())):
                may = SOURCES.index(rule.source) <= SOURCES.index(other.source) or (
                    claim == "disable" and rule.source in {"user", "project"}
                )
                if other is not rule and may and _covers(rule, other):
                    told = f"The rule never applies: `{claim}` of `{rule.id}` ({rule.path}) silences it everywhere."
                    found.setdefault(other.path, told)
    for first, *others in by_id.values():
        for other in others:
            if first.id not in named and _covers(first, other):
                told = (
                    f"The rule never applies: {first.path} has the same id, and comes first wherever this one applies."
                )
                found.setdefault(other.path, told)
    return found


def _covers(rule: Rule, other: Rule) -> bool:
    """Whether a rule surely applies wherever another one does."""
    if rule.folder and not f"{other.folder}/".startswith(f"{rule.folder}/"):
        return False
    if rule.always or (rule.unscoped == "always" and not rule.globs and not rule.languages):
        return True
    if other.always or rule.unscoped != other.unscoped:
        return False
    same_globs = bool(rule.globs) and rule.globs == other.globs and rule.folder == other.folder
    by_language = bool(rule.languages) and set(other.languages) <= set(rule.languages) and bool(other.languages)
    if rule.globs:
        return same_globs and (not rule.languages or by_language)
    return by_language
