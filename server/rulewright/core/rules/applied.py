"""What a rule applies to, in a few words, and the version of a set of rules: what was in force at some time."""

from collections.abc import Iterable
from hashlib import sha256

from rulewright.core.rules.rule import Rule


def rule_version(rules: Iterable[Rule]) -> str:
    """A hash over the id and content of the rules that apply, in order; empty for none."""
    digest = sha256()
    is_empty = True
    for rule in rules:
        is_empty = False
        digest.update(f"{rule.id}\0{rule.content_hash}\0".encode("utf-8", "surrogatepass"))
    return "" if is_empty else digest.hexdigest()[:12]


def applies_to(rule: Rule) -> str:
    """The scope of a rule in a few words."""
    where = f" below {rule.folder}/" if rule.folder else ""
    if rule.always:
        return "every file" + where
    if rule.globs:
        languages = f" ({', '.join(rule.languages)})" if rule.languages else ""
        return ", ".join(rule.globs) + languages + where
    if rule.languages:
        return ", ".join(rule.languages) + where
    return {
        "always": "every file",
        "description": "when asked for by its description",
        "manual": "when named",
    }[rule.unscoped] + where
