"""What the rules for one file say: their texts in the order in which they count, within a budget of tokens."""

import msgspec

from rulewright.core.languages import language_of
from rulewright.core.prompt.build import mark_for
from rulewright.core.prompt.fit import fit
from rulewright.core.prompt.guide import Twin, block_of, gather, prioritise, without_twins
from rulewright.core.prompt.records import Cut
from rulewright.core.rules.applied import rule_version
from rulewright.core.rules.rule import Source
from rulewright.core.snapshot import Project


class RuleText(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that applies, with what it says."""

    id: str
    path: str
    """The rule file, relative to the root."""
    source: Source
    priority: int
    reason: str
    """Why it applies."""
    checks: int
    """Checks of the rule that the file is held to."""
    tokens: int
    """What its text takes of the budget."""
    text: str
    """What it says: its description, where its text does not hold that, and its text."""
    is_whole: bool
    """False where its last sections are left out."""


class Guidance(msgspec.Struct, frozen=True, kw_only=True):
    """The rules for one file. `version` is the format's."""

    version: int = 1
    path: str
    """Relative to the root; the file need not exist yet."""
    language: str
    budget: int
    """Tokens that the texts may have."""
    tokens: int
    """Tokens that they have, never more."""
    rule_version: str
    """Names the set of the rules that apply, those without room included: it changes when one of them does."""
    rules: tuple[RuleText, ...]
    """What counts most comes first."""
    left_out: tuple[Cut, ...]
    """Rules and sections without room, and rules that say what another one has said."""
    silent: tuple[str, ...]
    """Ids of rules that apply and say nothing: they only have checks."""
    text: str
    """All that they say, each rule between marks that it cannot write itself."""


def guidance(project: Project, path: str, budget: int) -> Guidance:
    """`path` is relative to the project's root; texts of rules take at most `budget` tokens."""
    selection = project.book.selection
    applied = selection.select(path)
    n_checks = {v.path: v.checks for v in selection.explain(path)}
    guides, twins = without_twins(prioritise(gather(applied)))
    fitted = fit(guides, budget)
    tag = mark_for([f"{kept.guide.rule.id} {kept.guide.text()}" for kept in fitted.kept])
    speaking = {guide.rule.path for guide in (*guides, *(twin.guide for twin in twins))}
    cuts = [*fitted.cuts, *map(_twin_cut, twins)]
    return Guidance(
        path=path,
        language=language_of(path),
        budget=budget,
        tokens=sum(kept.tokens for kept in fitted.kept),
        rule_version=rule_version(a.rule for a in applied),
        rules=tuple(
            RuleText(
                id=kept.guide.rule.id,
                path=kept.guide.rule.path,
                source=kept.guide.rule.source,
                priority=kept.guide.rule.priority,
                reason=kept.guide.reason,
                checks=n_checks.get(kept.guide.rule.path, 0),
                tokens=kept.tokens,
                text=kept.guide.text(kept.n_lines),
                is_whole=kept.n_lines == len(kept.guide.lines),
            )
            for kept in fitted.kept
        ),
        left_out=tuple(cuts),
        silent=tuple(a.rule.id for a in applied if a.rule.path not in speaking),
        text="\n\n".join(block_of(kept.guide, tag, kept.n_lines) for kept in fitted.kept),
    )


def _twin_cut(twin: Twin) -> Cut:
    rule, reason = twin.guide.rule, f"{twin.first.rule.path} says the same, word for word."
    return Cut(kind="duplicate", id=rule.id, path=rule.path, tokens=twin.guide.tokens, reason=reason)
