"""The disk: walking a project, reading its files, finding its rule files."""

from rulewright.services.files.read import Unreadable, read_text
from rulewright.services.files.root import find_root
from rulewright.services.files.rule_files import (
    DEFAULT_RULES,
    ProjectRuleFiles,
    is_rule_file,
    rules_folder_of,
)
from rulewright.services.files.walk import NEVER, Found, Skipped, walk
from rulewright.services.files.write import write_text

__all__ = [
    "DEFAULT_RULES",
    "NEVER",
    "Found",
    "ProjectRuleFiles",
    "Skipped",
    "Unreadable",
    "find_root",
    "is_rule_file",
    "read_text",
    "rules_folder_of",
    "walk",
    "write_text",
]
