"""Our own default rules, as texts: what a first `.ai-rules/` is made from."""

from rulewright.core.sources import Found
from rulewright.services.files.rule_sources.shipped import DEFAULT_RULES
from rulewright.services.files.walk import walk


def default_rules() -> dict[str, str]:
    """By path below their folder."""
    entries = walk(DEFAULT_RULES, gitignore=False)
    paths = (e.path for e in entries if isinstance(e, Found) and e.path.endswith(".md"))
    return {path: (DEFAULT_RULES / path).read_text("utf-8") for path in paths}
