"""Code actions: fix this, fix all of this rule, fix everything, suppress here."""

from collections.abc import Iterable, Sequence

import msgspec

from rulewright.core.edits import Edit
from rulewright.core.findings import Finding, safe_edits
from rulewright.core.languages import has_comments, language_of
from rulewright.core.ports import CheckRunner
from rulewright.core.rules.job import CheckJob
from rulewright.core.snapshot import Document
from rulewright.core.text import Range

QUICK_FIX = "quickfix"
FIX_ALL = "source.fixAll.rulewright"
KINDS = (QUICK_FIX, FIX_ALL)


class Action(msgspec.Struct, frozen=True):
    """A change that the user may choose. `edits` belong to `version` of the document."""

    title: str
    kind: str
    edits: tuple[Edit, ...] | None
    """None where finding them needs the syntax tree again: see `edits_of`. Editors ask for actions at every move of the
    cursor, and for the edits of one only when it was chosen."""
    finding: Finding | None = None
    preferred: bool = False
    version: int | None = None


def code_actions(
    document: Document, findings: Sequence[Finding], chosen: Sequence[Range], only: Sequence[str] = ()
) -> tuple[Action, ...]:
    """The actions for the findings that touch one of `chosen`; `only` limits the kinds, as LSP's does."""
    here = [f for f in findings if any(f.range.start <= c.end and c.start <= f.range.end for c in chosen)]
    actions: list[Action] = []
    if wanted(QUICK_FIX, only):
        actions += _quick_fixes(document, here)
        actions += _fix_all_of_rule(document, here, findings)
        actions += _suppressions(document, here)
    # Kinds below `source` are offered only when asked for: editors show them in a menu of their own.
    if only and wanted(FIX_ALL, only):
        edits = tuple(safe_edits(findings))
        if edits:
            actions.append(Action("Fix all that Rulewright can fix", FIX_ALL, edits, version=document.version))
    return tuple(actions)


def wanted(kind: str, only: Sequence[str]) -> bool:
    """Whether `kind` is, or lies below, one of `only`; everything is where that is empty."""
    return not only or any(not k or kind == k or kind.startswith(k + ".") for k in only)


def _quick_fixes(document: Document, here: Iterable[Finding]) -> list[Action]:
    return [
        Action(fix.title, QUICK_FIX, fix.edits, f, preferred=fix is f.fix and fix.safe, version=document.version)
        for f in here
        for fix in (f.fix, *f.other_fixes)
        if fix is not None
    ]


def _fix_all_of_rule(document: Document, here: Iterable[Finding], findings: Sequence[Finding]) -> list[Action]:
    actions = []
    for rule_id in dict.fromkeys(f.rule_id for f in here if f.fix):
        same = [f for f in findings if f.rule_id == rule_id and f.fix]
        edits = tuple(safe_edits(same))
        if edits:
            title = f"Fix all of `{rule_id}` in this file"
            actions.append(Action(title, QUICK_FIX, edits, same[0], version=document.version))
    return actions


def _suppressions(document: Document, here: Iterable[Finding]) -> list[Action]:
    if not has_comments(language_of(document.path, document.language_id)):
        return []
    return [
        Action(f"Suppress `{f.rule_id}` here", QUICK_FIX, None, f, version=document.version)
        for f in here
        if not f.rule_id.startswith("rulewright/")
    ]


async def edits_of(document: Document, action: Action, runner: CheckRunner) -> tuple[Edit, ...] | None:
    """The edits of an action, made when they are wanted; None where the code can bear no comment."""
    if action.edits is not None or action.finding is None:
        return action.edits
    language = language_of(document.path, document.language_id)
    # The text is parsed several times: a job for a worker, like a check.
    job = CheckJob(document.path, document.text.content, language, (), frozenset(), 1, action.finding)
    edit = (await runner.run_soon(job)).suppression
    return None if edit is None else (edit,)
