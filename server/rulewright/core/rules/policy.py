"""What a project's settings say about its rules."""

from rulewright.core.config import RulesSettings
from rulewright.core.rules.select import Policy


def policy_of(rules: RulesSettings) -> Policy:
    """The policy under some settings; what was switched off at run time is no part of it."""
    return Policy(rules.enabled, rules.sources, rules.defaults, rules.disable, rules.formats)
