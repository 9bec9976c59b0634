"""Our rules as files of other tools: one writer a tool, on a shared idea of what a rule is about."""

from rulewright.core.rules.formats.write.form import Limit, Output, Remark, Target, Written
from rulewright.core.rules.formats.write.targets import TARGETS, write_rules

__all__ = ["TARGETS", "Limit", "Output", "Remark", "Target", "Written", "write_rules"]
