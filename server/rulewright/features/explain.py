"""Explain, for one file, what became of every rule."""

import msgspec

from rulewright.core.languages import language_of
from rulewright.core.rules.applied import rule_version
from rulewright.core.rules.select import Verdict
from rulewright.core.snapshot import Project


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Every rule's verdict for one file, highest precedence first. `version` is the format's."""

    version: int = 1
    path: str
    language: str
    budget: int
    """Tokens that rules may take of a prompt."""
    tokens: int
    """What those that apply and fit take, at most: equal texts are written once."""
    rule_version: str
    """Names the set of the rules that apply, dropped ones included: it changes when one of them does."""
    rules: tuple[Verdict, ...]


def explain(project: Project, path: str) -> Explanation:
    """`path` is relative to the project's root; the file need not exist yet."""
    from rulewright.core.prompt.fit import drops, rule_tokens  # noqa: PLC0415 - a check does without, and starts faster

    selection = project.book.selection
    applied = selection.select(path)
    budget = project.settings.rules.prompt_tokens
    dropped = drops(applied, budget)
    tokens = {rule.path: rule_tokens(rule) for rule in selection.ordered}
    verdicts = tuple(
        msgspec.structs.replace(_dropped(v, budget) if v.path in dropped else v, tokens=tokens.get(v.path, 0))
        for v in selection.explain(path)
    )
    return Explanation(
        path=path,
        language=language_of(path),
        budget=budget,
        tokens=sum(v.tokens for v in verdicts if v.verdict == "applied"),
        rule_version=rule_version(a.rule for a in applied),
        rules=verdicts,
    )


def _dropped(verdict: Verdict, budget: int) -> Verdict:
    more = "; its checks run all the same" if verdict.checks else ""
    reason = f"{verdict.reason}; but rules may take {budget:,} tokens of a prompt (rules.prompt_tokens){more}"
    return msgspec.structs.replace(verdict, verdict="dropped", reason=reason)
