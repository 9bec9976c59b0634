"""The disk: walking a project, reading its files, finding its rule files."""

from rulewright.services.files.first_rules import default_rules
from rulewright.services.files.read import Unreadable, read_text
from rulewright.services.files.root import find_root
from rulewright.services.files.rule_files import ProjectRuleFiles
from rulewright.services.files.rule_sources.look import foreign_files, is_new_or_gone, is_rule_file, rules_folder_of
from rulewright.services.files.rule_sources.packages import PackageRules
from rulewright.services.files.rule_sources.shipped import DEFAULT_RULES, shipped_file
from rulewright.services.files.stamp import stamp
from rulewright.services.files.walk import walk
from rulewright.services.files.write import replace_text, require_replaceable, write_new, write_output, write_text

__all__ = [
    "DEFAULT_RULES",
    "PackageRules",
    "ProjectRuleFiles",
    "Unreadable",
    "default_rules",
    "find_root",
    "foreign_files",
    "is_new_or_gone",
    "is_rule_file",
    "read_text",
    "replace_text",
    "require_replaceable",
    "rules_folder_of",
    "shipped_file",
    "stamp",
    "walk",
    "write_new",
    "write_output",
    "write_text",
]
