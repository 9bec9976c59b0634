"""What is wrong with rules in their project: dead globs and references, unknown names, conflicts, rules never heard.

What can be said of a rule file alone is said when it is read (`core.rules.parse`). `core.rules.remarks` lists all.
"""

from rulewright.features.rule_lint.lint import lint_rule, lint_rules
from rulewright.features.rule_lint.surroundings import Surroundings, Tree

__all__ = ["Surroundings", "Tree", "lint_rule", "lint_rules"]
