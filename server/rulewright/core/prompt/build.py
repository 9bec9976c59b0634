"""From what is known of a file to the text of a prompt, which never has more tokens than its budget.

The same state gives the same bytes. What a part holds cannot end the part: each stands between marks whose word occurs
in none of them.
"""

import re
from collections.abc import Sequence

import msgspec

from rulewright.core.prompt import excerpt as excerpts
from rulewright.core.prompt.excerpt import Excerpt, Pieces, Source
from rulewright.core.prompt.fit import Fitted, Kept, fit, note_of
from rulewright.core.prompt.guide import (
    Guide,
    Twin,
    block_of,
    digest,
    gather,
    plain,
    prioritise,
    visible,
    without_twins,
)
from rulewright.core.prompt.records import Cut, Part, PartKind, Prompt
from rulewright.core.prompt.template import BUILT_IN, Template, read_template
from rulewright.core.rules.applied import rule_version
from rulewright.core.rules.rule import Source as RuleSource
from rulewright.core.rules.select import Applied, precedence
from rulewright.core.tokens import budgeted

BUILT_IN_NAME = "built-in"

_PLACE_OF: dict[RuleSource, str] = {"user": "user_rules", "dependency": "dependency_rules"}
_KIND_OF: dict[str, PartKind] = {
    "user_rules": "user_rule",
    "rules": "rule",
    "dependency_rules": "dependency_rule",
}
_MARK = re.compile(r"part([0-9]{1,9})", re.IGNORECASE)
_LONE = re.compile("[\ud800-\udfff]")
_ATTEMPTS = 8


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """All that a prompt is made from."""

    task: str
    budget: int
    """Tokens of the whole text."""
    rules_budget: int
    """Tokens of them for the text of rules, at most."""
    path: str
    language: str = ""
    line: int | None = None
    project: str = ""
    """Its name and languages."""
    applied: tuple[Applied, ...] = ()
    source: Source | None = None
    """None where the file does not exist, or may not be shown."""
    template: Template | None = None
    template_name: str = BUILT_IN_NAME
    remarks: tuple[str, ...] = ()


class _Draft(msgspec.Struct, frozen=True):
    """A text with all that there is to say about it."""

    text: str
    fitted: Fitted
    excerpts: tuple[Excerpt, ...] = ()
    file_budget: int = 0
    has_project: bool = False


class _Builder:
    """What all attempts at one prompt share."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.template = request.template or read_template(BUILT_IN)
        places = set(self.template.names)
        guides = prioritise(gather(request.applied))
        self.guides, self.twins = without_twins(guides)
        self.homeless = [guide for guide in self.guides if _place(guide) not in places]
        self.guides = [guide for guide in self.guides if _place(guide) in places]
        texts = [request.task, request.project, request.path, self.template.literal]
        texts += [f"{guide.rule.id} {guide.text()}" for guide in self.guides]
        source = request.source if "file" in places else None
        self.tag = mark_for([*texts, *([source.content] if source else [])])
        self.pieces = Pieces(source, self.tag) if source else None
        self.base = self.render()

    def render(self, fitted: Fitted | None = None, shown: Sequence[Excerpt] = (), *, has_project: bool = False) -> str:
        """The text with these rules and lines."""
        request = self.request
        values = {
            "task": request.task,
            "path": plain(request.path),
            "language": request.language,
            "line": str(request.line) if request.line else "",
            "mark": self.tag,
            "project": request.project if has_project else "",
            "cuts": note_of(fitted.cuts) if fitted else "",
        }
        for place in _KIND_OF:
            blocks = [self.block(kept) for kept in (fitted.kept if fitted else ()) if _place(kept.guide) == place]
            values[place] = "\n\n".join(blocks)
        if self.pieces:
            source = self.pieces.source
            values["file"] = "\n\n".join(excerpts.block_of(source, e, self.tag) for e in shown)
        return self.template.render(values)

    def block(self, kept: Kept) -> str:
        """A rule between its marks."""
        return block_of(kept.guide, self.tag, kept.n_lines)

    def draft(self, budget: int) -> _Draft:
        """A text of about `budget` tokens at most."""
        has_project = bool(self.request.project) and budgeted(self.render(has_project=True)) <= budget
        pieces = self.pieces
        # Headings are counted by showing each part with next to nothing in it.
        least = Fitted(tuple(_emptied(guide) for guide in _one_of_each(self.guides)), ())
        shown = [Excerpt(0, 0, "")] if pieces and pieces.lines else []
        frame = budgeted(self.render(least, shown, has_project=has_project))
        room = max(budget - frame, 0)
        for_file = 0
        if pieces and pieces.lines:
            half = room // 2
            for_file = half if pieces.needs_more_than(half) else min(pieces.tokens, half)
        fitted = fit(self.guides, min(self.request.rules_budget, room - for_file))
        # What the rules take is known now, their headings and the line about cuts with them.
        file_budget = budget - budgeted(self.render(fitted, shown, has_project=has_project))
        file_budget += pieces.marks if pieces else 0
        chosen = pieces.choose(file_budget) if pieces else ()
        return _Draft(self.render(fitted, chosen, has_project=has_project), fitted, chosen, file_budget, has_project)

    def bare(self) -> _Draft:
        """The least that there can be: the task, or nothing at all."""
        none = fit(self.guides, 0)
        return _Draft(self.base if budgeted(self.base) <= self.request.budget else "", none)


def build(request: Request) -> Prompt:
    """The prompt. Its text has at most `request.budget` tokens, whatever it is made from."""
    request = _readable(request)
    builder = _Builder(request)
    draft = None
    budget = request.budget
    if budgeted(builder.base) <= budget:
        for _ in range(_ATTEMPTS):
            draft = builder.draft(budget)
            over = budgeted(draft.text) - request.budget
            if over <= 0:
                break
            # Tokens do not quite add up: what joined texts cost is known when they are joined.
            budget -= over + 1 + budget // 100
        else:
            draft = None
    draft = draft or builder.bare()
    return _prompt(builder, draft)


def _prompt(builder: _Builder, draft: _Draft) -> Prompt:
    request = builder.request
    cuts = [*draft.fitted.cuts, *(_twin(t) for t in builder.twins)]
    if request.project and "project" in builder.template.names and not draft.has_project:
        reason = "There is no room for it."
        cuts.append(Cut(kind="project", what=request.project, tokens=budgeted(request.project), reason=reason))
    if builder.pieces and builder.pieces.lines:
        cuts += builder.pieces.left_out(draft.excerpts, draft.file_budget)
    return Prompt(
        path=request.path,
        language=request.language,
        budget=request.budget,
        tokens=budgeted(draft.text),
        rule_version=rule_version(sorted((a.rule for a in request.applied), key=precedence)),
        rule_tokens=sum(kept.tokens for kept in draft.fitted.kept),
        template=request.template_name,
        text=draft.text,
        hash=digest(draft.text),
        parts=tuple(_parts(builder, draft)),
        cuts=tuple(cuts),
        remarks=tuple(_remarks(builder, draft)),
    )


def _parts(builder: _Builder, draft: _Draft) -> list[Part]:
    """The parts in the order of the text."""
    request = builder.request
    parts: list[Part] = []
    for name in builder.template.names if draft.text else ():
        if name == "task":
            parts.append(Part(kind="task", tokens=budgeted(request.task), hash=digest(request.task)))
        elif name == "project" and draft.has_project:
            parts.append(Part(kind="project", tokens=budgeted(request.project), hash=digest(request.project)))
        elif name in _KIND_OF:
            parts += [_rule_part(kept, _KIND_OF[name]) for kept in draft.fitted.kept if _place(kept.guide) == name]
        elif name == "file":
            for e in draft.excerpts:
                lines = (e.start + 1, e.end)
                tokens = budgeted(e.text)
                parts.append(Part(kind="file", path=request.path, lines=lines, tokens=tokens, hash=digest(e.text)))
    return parts


def _rule_part(kept: Kept, kind: PartKind) -> Part:
    guide = kept.guide
    rule, rows = guide.rule, guide.rows[: kept.n_lines]
    return Part(
        kind=kind,
        id=rule.id,
        path=rule.path,
        source=rule.source,
        reason=guide.reason,
        lines=(rows[0] + 1, rows[-1] + 1),
        tokens=kept.tokens,
        hash=digest(guide.text(kept.n_lines)),
    )


def _twin(twin: Twin) -> Cut:
    rule, first = twin.guide.rule, twin.first.rule
    reason = f"{first.path} says the same, word for word."
    return Cut(kind="duplicate", id=rule.id, path=rule.path, tokens=twin.guide.tokens, reason=reason)


def _remarks(builder: _Builder, draft: _Draft) -> list[str]:
    request = builder.request
    remarks = list(request.remarks)
    if not draft.text:
        needed = budgeted(builder.base)
        remarks.append(
            f"The task alone needs {needed:,} tokens and the budget is {request.budget:,}, so the prompt is empty."
        )
    if "task" not in builder.template.names:
        remarks.append(f"The template {request.template_name} has no place for the task.")
    if builder.homeless:
        n_rules = len(builder.homeless)
        remarks.append(f"The template {request.template_name} has no place for {n_rules} of the rules.")
    for kept in draft.fitted.kept:
        if kept.guide.n_hidden:
            n_hidden, rule = kept.guide.n_hidden, kept.guide.rule
            gone = f"{_characters(n_hidden)} {'was' if n_hidden == 1 else 'were'} taken out of the rule's text."
            remarks.append(f"{rule.path}: {gone}")
    source = request.source
    if source and draft.excerpts:
        n_hidden = sum(visible(e.text)[1] for e in draft.excerpts)
        if n_hidden:
            remarks.append(f"{source.path} holds {_characters(n_hidden)}; the prompt has it as it is.")
    if source and source.line and builder.pieces and source.line > len(builder.pieces.lines):
        remarks.append(f"{source.path} has {len(builder.pieces.lines):,} lines, so no line {source.line:,}.")
    if source and draft.text and builder.pieces and builder.pieces.lines and not draft.excerpts:
        remarks.append(f"There is no room for any of {source.path}.")
    return remarks


def _characters(number: int) -> str:
    return f"{number:,} character{'s' * (number != 1)} that nobody sees"


def mark_for(texts: Sequence[str]) -> str:
    """A short word that is part of none of `texts`, whatever its case."""
    taken: set[str] = set()
    for text in texts:
        for number in _MARK.findall(text):
            taken.update(number[:end] for end in range(1, len(number) + 1))
    number = 1
    while str(number) in taken:
        number += 1
    return f"part{number}"


def _place(guide: Guide) -> str:
    return _PLACE_OF.get(guide.rule.source, "rules")


def _one_of_each(guides: Sequence[Guide]) -> list[Guide]:
    return list({_place(guide): guide for guide in guides}.values())


def _emptied(guide: Guide) -> Kept:
    rule = msgspec.structs.replace(guide.rule, id="")
    return Kept(msgspec.structs.replace(guide, rule=rule, lines=(), rows=()), 0, 0)


def _readable(request: Request) -> Request:
    """The same with every character one that can be written as UTF-8; what was none is said."""
    source = request.source
    task = _LONE.sub("\ufffd", request.task)
    remarks = request.remarks
    if source and _LONE.search(source.content):
        remarks = (*remarks, f"{source.path} is not UTF-8; what could not be read stands as \ufffd.")
        source = msgspec.structs.replace(source, content=_LONE.sub("\ufffd", source.content))
    return msgspec.structs.replace(request, task=task, source=source, remarks=remarks)
