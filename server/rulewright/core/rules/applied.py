"""The version of a set of rules: what was in force when something was made, in a few characters."""

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
