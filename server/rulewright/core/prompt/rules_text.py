"""What the rules for some files say to a model, and the account of it."""

from collections.abc import Sequence

from rulewright.core.prompt.build import mark_for
from rulewright.core.prompt.conversation import RulesText
from rulewright.core.prompt.fit import fit
from rulewright.core.prompt.guide import block_of, digest, gather, prioritise, without_twins
from rulewright.core.prompt.receipt import LeftOut, RuleUsed
from rulewright.core.rules.applied import rule_version
from rulewright.core.rules.book import RuleBook
from rulewright.core.rules.select import Applied


def applied_to(book: RuleBook, paths: Sequence[str]) -> tuple[Applied, ...]:
    """The rules for any of some files, those of the first file first; with no file those that always apply."""
    found: dict[str, Applied] = {}
    for path in paths or ("",):
        for one in book.selection.select(path):
            found.setdefault(one.rule.path, one)
    return tuple(found.values())


def rules_text(applied: Sequence[Applied], budget: int) -> RulesText:
    """What rules say, in at most `budget` tokens; whole rules are left out before one is cut."""
    guides, _ = without_twins(prioritise(gather(applied)))
    fitted = fit(guides, budget)
    tag = mark_for([f"{kept.guide.rule.id} {kept.guide.text()}" for kept in fitted.kept])
    used = []
    for kept in fitted.kept:
        rule, is_whole = kept.guide.rule, kept.n_lines == len(kept.guide.lines)
        text = kept.guide.text(kept.n_lines)
        used.append(RuleUsed(id=rule.id, path=rule.path, hash=digest(text), tokens=kept.tokens, is_whole=is_whole))
    return RulesText(
        text="\n\n".join(block_of(kept.guide, tag, kept.n_lines) for kept in fitted.kept),
        rules=tuple(used),
        rule_version=rule_version(one.rule for one in applied),
        left_out=tuple(
            LeftOut(
                what=f"the rule {cut.id}{f', {cut.what}' if cut.what else ''}", tokens=cut.tokens, reason=cut.reason
            )
            for cut in fitted.cuts
        ),
    )


def affinities(applied: Sequence[Applied]) -> tuple[tuple[str, str], ...]:
    """The models that rules ask for, each with the rule's id, the weightiest rule first."""
    asking = sorted((one.rule for one in applied if one.rule.model), key=lambda rule: -rule.priority)
    return tuple((rule.model, rule.id) for rule in asking)
