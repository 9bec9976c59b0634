"""Checks on a text, for tests that look at the findings alone."""

from typing import Any

from rulewright.core.findings import Finding
from rulewright.core.rules.lint import check_text


def findings_in(*text_and_checks: Any, **options: Any) -> tuple[Finding, ...]:
    """What `check_text` reports, without what failed."""
    return check_text(*text_and_checks, **options).findings
