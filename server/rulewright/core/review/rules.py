"""Which rules a model judges: those that have a text and no check."""

from collections.abc import Iterable

from rulewright.core.languages import LANGUAGES
from rulewright.core.prompt.guide import Guide, gather, prioritise, without_twins
from rulewright.core.rules.rule import Rule, Source
from rulewright.core.rules.select import Applied

SOURCES: frozenset[Source] = frozenset({"user", "project", "dependency"})
"""Ours are overviews where they have no check: they help to write code, and are too general to judge it by."""
_DATA = frozenset({"json"})
"""What a rule for everything is not about: nobody writes it by hand."""


def judging(applied: Iterable[Applied], language: str) -> tuple[Guide, ...]:
    """What the rules say that apply to a file and are to be judged, what counts most first."""
    judged = [one for one in applied if is_judged(one.rule) and _is_about(one.rule, language)]
    guides, _ = without_twins(prioritise(gather(judged)))
    return tuple(guides)


def is_judged(rule: Rule) -> bool:
    """Whether a model judges by a rule at all."""
    return rule.source in SOURCES and not rule.checks and bool(rule.body.strip())


def _is_about(rule: Rule, language: str) -> bool:
    """Whether a rule that applies to a file means files such as this one."""
    if (rule.globs or rule.languages) and not rule.always:
        return True
    return language in LANGUAGES and language not in _DATA
