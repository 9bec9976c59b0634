"""Whether a proposed edit may be made: what it must not break, and what it must have done.

Nothing is run. What is checked is said in `docs/ai-edits.md`, and each sentence is made for the person who sees why an
answer was not taken, and for the model, which is told the same.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from rulewright.core.edits import Edit, apply
from rulewright.core.findings import Finding
from rulewright.core.hidden import hidden
from rulewright.core.index.soundness import Unsound, code_words, unsound
from rulewright.core.languages import language_of
from rulewright.core.privacy.redact import n_marks
from rulewright.core.proposals.clean import broken_signs
from rulewright.core.proposals.defs import import_rows
from rulewright.core.proposals.lines import Lines
from rulewright.core.proposals.lost import doubled, lost
from rulewright.core.proposals.moved import Compared, Moves, compare, new_errors
from rulewright.core.proposals.wrong import Wrong, WrongKind

__all__ = ["Proposed", "Unsound", "Wrong", "WrongKind", "syntax_errors", "verify"]

MAX_TOLD = 5
"""Wrongs of one kind that are said; more say nothing new."""
_MARKS = re.compile(r"^(?:<{7} |>{7} |<{5,9} ?SEARCH|>{5,9} ?REPLACE)", re.MULTILINE)


class Proposed(msgspec.Struct, frozen=True):
    """An edit that a model proposes for one document."""

    path: str
    """Relative to the root of the project."""
    version: int
    """Of the document that it was made for."""
    before: str
    after: str
    edits: tuple[Edit, ...]
    target: tuple[int, int]
    """What may change, in code points of `before`."""
    language: str = ""
    """Empty for what the path says."""


def syntax_errors(text: str, language: str) -> tuple[Unsound, ...]:
    """Where a text is no code; nothing for a language without a grammar."""
    return unsound(text, language) or ()


def verify(
    proposed: Proposed,
    current_version: int,
    syntax_before: Sequence[Unsound],
    syntax_after: Sequence[Unsound],
    findings_before: Sequence[Finding],
    findings_after: Sequence[Finding],
    must_go: Sequence[Finding] = (),
    *,
    kind: str = "fix",
    may_import: bool = False,
) -> tuple[Wrong, ...]:
    """What is wrong with an edit; nothing where it may be made.

    `kind` is that of the order; `may_import` allows import statements to be added outside of the target. A document
    that has another version by now is the only thing that is said of it: all else was made for another text.
    """
    if proposed.version != current_version:
        return (Wrong("stale", f"{proposed.path} was changed since the model was asked, so its edit does not fit."),)
    if not _fits(proposed):
        return (Wrong("stale", f"The edits do not fit the text of {proposed.path}."),)
    if proposed.before == proposed.after:
        return (Wrong("no_edit", "The answer changes nothing."),)
    compared = compare(findings_before, findings_after, proposed.before, proposed.after, proposed.edits)
    found = [
        *_broken(proposed),
        *_beyond(proposed, may_import=may_import),
        *_unparsed(proposed, syntax_before, syntax_after),
        *_lost(proposed, kind, must_go),
        *_ruled(proposed, compared),
        *_still_there(proposed, compared, findings_after, must_go),
    ]
    told: Counter[str] = Counter()
    kept: list[Wrong] = []
    for wrong in dict.fromkeys(found):
        told[wrong.kind] += 1
        if told[wrong.kind] <= MAX_TOLD:
            kept.append(wrong)
    return tuple(kept)


def _fits(proposed: Proposed) -> bool:
    try:
        return apply(proposed.before, proposed.edits) == proposed.after
    except ValueError:
        return False


def _broken(proposed: Proposed) -> Iterator[Wrong]:
    """Signs that no editor shows, and marks of the answer's own form."""
    before, after = proposed.before, proposed.after
    if Counter(broken_signs(after)) - Counter(broken_signs(before)):
        yield Wrong("broken_text", "The answer holds a broken or a control character, so a letter of it was lost.")
    if len(list(hidden(after))) > len(list(hidden(before))):
        yield Wrong("broken_text", "The answer puts in characters that nobody sees.")
    if n_marks(after) > n_marks(before):
        what = "The answer puts a mark in the place of a secret, which it was not shown. Leave such lines as they are."
        yield Wrong("secret", what)
    if len(_MARKS.findall(after)) > len(_MARKS.findall(before)):
        yield Wrong("unfinished", "The answer leaves marks of a SEARCH/REPLACE block in the code.")


def _beyond(proposed: Proposed, *, may_import: bool) -> Iterator[Wrong]:
    """What is touched outside of the target."""
    start, end = proposed.target
    before, after = proposed.before, proposed.after
    if may_import:
        outer = [e for e in proposed.edits if (e.end < start or e.start > end) and _imports(proposed, e)]
        moves = Moves(outer)
        before = apply(before, outer)
        start, end = moves.offset(start), moves.offset(end, is_end=True)
    is_tail = _tail(after, len(before) - end) == before[end:] and start + len(before) - end <= len(after)
    if is_tail and after[:start] == before[:start]:
        return
    lines = Lines(proposed.before)
    first, last = lines.rows(*proposed.target)
    may = f"{first + 1}-{last}" if last > first else f"{first + 1}"
    for edit in proposed.edits:
        if start <= edit.start and edit.end <= end:
            continue
        row = lines.row(edit.start) + 1
        yield Wrong("outside_target", f"The answer changes line {row}, and only lines {may} may change.")


def _tail(text: str, length: int) -> str:
    return text[len(text) - length :] if length else ""


def _imports(proposed: Proposed, edit: Edit) -> bool:
    """Whether an edit adds imports, or parts of them, and nothing else."""
    language = proposed.language or language_of(proposed.path)
    ends = ((proposed.before, edit.start, edit.end), *_made(proposed, edit))
    if not edit.new_text.strip():
        return False
    for text, start, end in ends:
        lines = Lines(text)
        rows = import_rows(text, language)
        first, last = lines.rows(start, end)
        if any(row not in rows and lines.bare[row].strip() for row in range(first, last)):
            return False
    return True


def _made(proposed: Proposed, edit: Edit) -> Iterator[tuple[str, int, int]]:
    moves = Moves(proposed.edits)
    yield from ((proposed.after, *made) for e, made in zip(moves.edits, moves.made(), strict=True) if e == edit)


def _unparsed(proposed: Proposed, before: Sequence[Unsound], after: Sequence[Unsound]) -> Iterator[Wrong]:
    lines = Lines(proposed.after)
    for error in new_errors(before, after, Moves(proposed.edits)):
        line = lines.bare[error.line - 1].strip()[:60] if 0 < error.line <= len(lines) else ""
        shown = f" (`{line}`)" if line else ""
        yield Wrong("syntax", f"Line {error.line} is broken by it{shown}: {error.what}.")


def _lost(proposed: Proposed, kind: str, must_go: Sequence[Finding]) -> Iterator[Wrong]:
    language = proposed.language or language_of(proposed.path)
    lines = Lines(proposed.before)
    spared = [row for finding in must_go for row in range(*lines.rows(finding.start, finding.end))]
    yield from lost(proposed.before, proposed.after, proposed.target, language, kind, spared)
    yield from doubled(proposed.before, proposed.after, language, kind)
    if kind == "document":
        start, end = proposed.target
        grown = len(proposed.after) - len(proposed.before)
        was = code_words(proposed.before, language, start, end)
        if was is not None and was != code_words(proposed.after, language, start, max(end + grown, start)):
            yield Wrong("lost_code", "The answer changes code, and only documentation was asked for.")


def _ruled(proposed: Proposed, compared: Compared) -> Iterator[Wrong]:
    for finding in compared.new:
        line = Lines(proposed.after).row(finding.start) + 1
        yield Wrong("rule", f"Line {line} breaks `{finding.rule_id}`, which held before: {finding.message}")


def _still_there(
    proposed: Proposed, compared: Compared, after: Sequence[Finding], must_go: Sequence[Finding]
) -> Iterator[Wrong]:
    moves = Moves(proposed.edits)
    stayed = {(old.rule_id, old.start): new for old, new in compared.again}
    for finding in must_go:
        now = stayed.get((finding.rule_id, finding.start))
        if now is None:
            # What was not among the findings before may be among those after, at its place.
            start = moves.offset(finding.start)
            now = next((f for f in after if f.rule_id == finding.rule_id and f.start == start), None)
        if now is not None:
            line = Lines(proposed.after).row(now.start) + 1
            text = f"`{finding.rule_id}` is still there, in line {line}, and was to be mended: {finding.message}"
            yield Wrong("still_there", text)
