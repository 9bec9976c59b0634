"""Decide what is to be checked in a file, or why nothing is."""

from rulewright.core.config import CheckSettings
from rulewright.core.languages import checkable, language_of
from rulewright.core.rules.book import RuleBook
from rulewright.core.rules.globs import glob_set
from rulewright.core.rules.job import CheckJob
from rulewright.core.sources import EXCLUDED, unfit


def plan(book: RuleBook, settings: CheckSettings, path: str, content: str, language_id: str = "") -> CheckJob | str:
    """The job for a file, or the reason why it is not checked (empty when no check applies)."""
    if is_excluded(settings, path):
        return EXCLUDED
    language = language_of(path, language_id)
    if not language or not checkable(language):
        return ""
    if len(content) > settings.max_file_kb * 1024:
        return f"larger than {settings.max_file_kb} kB (check.max_file_kb)"
    enforced = book.selection.enforced(path, language)
    marked = "rulewright:" in content or "ast-grep-ignore" in content
    if not enforced and not marked:
        return ""
    reason = unfit(content)
    if reason is not None:
        return reason
    judged = frozenset(rule.id for rule in book.selection.active if not rule.checks) if marked else frozenset[str]()
    return CheckJob(path, content, language, enforced, book.rule_ids, settings.max_findings, judged_rule_ids=judged)


def is_excluded(settings: CheckSettings, path: str) -> bool:
    """Whether the setting `check.exclude` names a file."""
    return bool(settings.exclude) and glob_set(settings.exclude).first_match(path) is not None
