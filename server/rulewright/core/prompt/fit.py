"""Fit the texts of rules to a number of tokens.

Whole rules go first, the last one first; a rule that is alone and still too long loses sections from its end. What
went comes back where there is room for it, the first one first. No sentence is ever cut.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from rulewright.core.prompt.guide import Guide, block_of, gather, guide_of, plain, prioritise, without_twins
from rulewright.core.prompt.records import Cut
from rulewright.core.rules.rule import Rule
from rulewright.core.rules.select import Applied
from rulewright.core.tokens import budgeted

NOTE_TOKENS = 40
"""Kept free for the line that says what was cut."""
MAX_NAMED = 3
"""Rules that this line names."""


class Kept(msgspec.Struct, frozen=True):
    """A rule that is in the prompt, whole or its first lines."""

    guide: Guide
    n_lines: int
    tokens: int


class Fitted(msgspec.Struct, frozen=True):
    """The rules of a prompt."""

    kept: tuple[Kept, ...]
    cuts: tuple[Cut, ...]

    @property
    def dropped(self) -> tuple[Cut, ...]:
        """The rules that are not there at all."""
        return tuple(cut for cut in self.cuts if cut.kind == "rule")


def fit(guides: Sequence[Guide], budget: int) -> Fitted:
    """As many of `guides`, highest precedence first, as `budget` tokens allow."""
    whole = [Kept(guide, len(guide.lines), guide.tokens) for guide in guides]
    if sum(kept.tokens for kept in whole) <= budget:
        return Fitted(tuple(whole), ())
    room = max(budget - NOTE_TOKENS, 0)
    n_kept, used = len(whole), sum(kept.tokens for kept in whole)
    while n_kept > 1 and used > room:
        n_kept -= 1
        used -= whole[n_kept].tokens
    chosen: dict[int, Kept] = dict(enumerate(whole[:n_kept]))
    if n_kept and used > room:
        shorter = _shortened(guides[0], room)
        chosen = {0: shorter} if shorter else {}
        used = shorter.tokens if shorter else 0
    for number, kept in enumerate(whole):
        if number not in chosen and used + kept.tokens <= room:
            chosen[number] = kept
            used += kept.tokens
    cuts = [_cut_rule(kept, budget) for number, kept in enumerate(whole) if number not in chosen]
    in_order = tuple(chosen[number] for number in sorted(chosen))
    return Fitted(in_order, (*cuts, *(cut for kept in in_order for cut in _cut_sections(kept, budget))))


def _shortened(guide: Guide, room: int) -> Kept | None:
    """A rule without as many of its last sections as it has to lose; None where the first one is too long by itself."""
    fitting: list[int] = []
    used = at = 0
    # Section by section, for a rule may be a megabyte; what the lines before each cost together is counted at the end.
    for section in guide.sections:
        used += budgeted("\n".join(guide.lines[at : section.start]))
        if used > room:
            break
        at = section.start
        fitting.append(at)
    while fitting:
        n_lines = fitting.pop()
        tokens = budgeted(block_of(guide, n_lines=n_lines))
        if tokens <= room and guide.text(n_lines):
            return Kept(guide, n_lines, tokens)
    return None


def _cut_rule(kept: Kept, budget: int) -> Cut:
    rule = kept.guide.rule
    reason = f"The rules of this prompt may take {budget:,} tokens."
    return Cut(kind="rule", id=rule.id, path=rule.path, tokens=kept.tokens, reason=reason)


def _cut_sections(kept: Kept, budget: int) -> list[Cut]:
    guide = kept.guide
    gone = [section for section in guide.sections if section.start >= kept.n_lines]
    ends = [*(section.start for section in gone[1:]), len(guide.lines)]
    reason = f"The rule needs {guide.tokens:,} tokens; the rules of this prompt may take {budget:,}."
    return [
        Cut(
            kind="section",
            id=guide.rule.id,
            path=guide.rule.path,
            what=section.title,
            tokens=budgeted("\n".join(guide.lines[section.start : end])),
            reason=reason,
        )
        for section, end in zip(gone, ends, strict=False)
    ]


def note_of(cuts: Sequence[Cut]) -> str:
    """The line of the prompt that says what was cut; empty where nothing was."""
    rules = [cut.id for cut in cuts if cut.kind == "rule"]
    sections = [cut.id for cut in cuts if cut.kind == "section"]
    said = []
    if rules:
        named = ", ".join(plain(rule_id, 40) for rule_id in rules[:MAX_NAMED])
        more = ", …" if len(rules) > MAX_NAMED else ""
        said.append(f"{len(rules)} rule{'s' * (len(rules) != 1)} ({named}{more})")
    if sections:
        said.append(f"{len(sections)} section{'s' * (len(sections) != 1)} of {plain(sections[0], 40)}")
    return f"Left out for space: {' and '.join(said)}." if said else ""


def rule_tokens(rule: Rule) -> int:
    """Tokens that a rule takes of a prompt; 0 where it has nothing to say."""
    return guide_of(rule).tokens


def drops(applied: Iterable[Applied], budget: int) -> Mapping[str, int]:
    """The rules that a prompt has no room for when rules may take `budget` tokens: by path, the tokens of each."""
    guides, _ = without_twins(prioritise(gather(applied)))
    return {cut.path: cut.tokens for cut in fit(guides, budget).dropped}
