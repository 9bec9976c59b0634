"""The order of candidates: one number for each, made of what is known of it; the same for any order of the input.

The weights were chosen by trying others on the identifiers of real repositories (`tests/bench/completion.py`); what
they come to on small examples is in `tests/eval/completion/ranks.tsv`.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from rulewright.core.complete.context import Context
from rulewright.core.complete.items import CALLABLE, TYPES, Candidate, ItemKind, Source
from rulewright.core.complete.nearby import Nearby
from rulewright.core.complete.state import CompletionState
from rulewright.core.index.match import Matcher, kind_of
from rulewright.core.index.pattern import Kind


class Weights(msgspec.Struct, frozen=True):
    """How much each thing counts; the unit is what a local has before a builtin."""

    source: tuple[float, ...] = (3.2, 2.6, 2.4, 2.1, 2.4, 1.4, 1.2, 1.0, 0.2, 0.6, 2.2, 0.9, 0.2, 4.6, 7.6)
    """By `Source`."""
    match: tuple[float, ...] = (0.0, -4.5, -3.0, -1.8, -0.9, 1.0, 0.0, 1.3)
    """By `Kind` of the match."""
    follows: float = 7.0
    near: float = 2.0
    often: float = 0.6
    recent: float = 1.0
    far: float = -0.1
    """For each scope, class or folder in between."""
    fits: float = 1.0
    private: float = -0.6
    deprecated: float = -2.0
    stray: float = -2.5
    """A word that was not seen behind a dot, offered behind one."""
    length: float = -0.01


WEIGHTS = Weights()
MAX_DISTANCE = 8
CLEARLY = 2.0
"""How much better than the next an item has to be to be selected already."""
_PLENTY = frozenset({Source.BUILTIN, Source.KEYWORD, Source.SNIPPET, Source.WORD})
_SIGNED = frozenset({Source.ARGUMENT, Source.KEY})
_SURE = frozenset({Source.LOCAL, Source.MEMBER, Source.OWN, Source.FILE, Source.IMPORT})


class Ranked(msgspec.Struct, frozen=True):
    """A candidate with its place in the order."""

    candidate: Candidate
    score: float


def matching(matcher: Matcher | None, candidates: Sequence[Candidate]) -> list[tuple[Candidate, int]]:
    """The candidates whose name matches what was typed, with the score of the match; 0 where nothing was typed."""
    found = [c for c in candidates if c.name and "\ufffd" not in c.name]
    if matcher is None:
        return [(c, 0) for c in found]
    names = list(dict.fromkeys(c.name for c in found))
    scores = {names[index]: score for index, score in matcher.scores(names)}
    matches = [(c, scores[c.name]) for c in found if c.name in scores]
    # Letters found here and there are worth a look in what a project defines; among all words they are noise.
    return [m for m in matches if m[0].source not in _PLENTY or not m[1] or _kind(m[1]) != Kind.FUZZY]


def merged(matches: Iterable[tuple[Candidate, int]]) -> list[tuple[Candidate, int]]:
    """Each thing once: of one name the surest, then the nearest; what others know of it is kept.

    Things of other files stay apart by the file that they come from, unless the name is already known here.
    """
    best: dict[tuple[str, bool], tuple[Candidate, int]] = {}
    apart: dict[tuple[str, str], tuple[Candidate, int]] = {}
    for candidate, score in matches:
        if candidate.source == Source.WORKSPACE:
            where = candidate.name, candidate.import_from
            if where not in apart or candidate.order < apart[where][0].order:
                apart[where] = candidate, score
            continue
        key = candidate.name, candidate.is_snippet
        known = best.get(key)
        if known is None:
            best[key] = candidate, score
        else:
            surer, other = sorted((known[0], candidate), key=_sureness)
            best[key] = _with_details(surer, other), score
    named = {name for name, is_snippet in best if not is_snippet and best[name, is_snippet][0].source != Source.WORD}
    # A bare word is no news where its name can be imported.
    elsewhere = {name for name, _ in apart}
    result = [m for m in best.values() if m[0].source != Source.WORD or m[0].name not in elsewhere]
    return result + [m for (name, _), m in apart.items() if name not in named]


def _sureness(candidate: Candidate) -> tuple[object, ...]:
    return (candidate.source, candidate.distance, candidate.origin is None, candidate.order)


def _with_details(surer: Candidate, other: Candidate) -> Candidate:
    """What a symbol of the same file or class says beyond a bare name."""
    if surer.origin is not None or other.origin is None or other.source > Source.PACKAGE:
        return surer
    return msgspec.structs.replace(
        surer,
        kind=other.kind,
        signature=surer.signature or other.signature,
        origin=other.origin,
        is_deprecated=other.is_deprecated,
    )


def ranked(
    matches: Iterable[tuple[Candidate, int]],
    context: Context,
    near: Nearby,
    state: CompletionState,
    weights: Weights = WEIGHTS,
) -> list[Ranked]:
    """The best first. Ties go by length, then by name, so the order of the input never shows."""
    found = [Ranked(c, _score(c, score, context, near, state, weights)) for c, score in merged(matches)]
    found.sort(key=lambda r: (-r.score, len(r.candidate.name), r.candidate.order))
    return found


_kind = lru_cache(4_096)(kind_of)
"""As a score's kind is asked for each of hundreds of candidates, of which most have the same few."""


def _score(
    candidate: Candidate, match: int, context: Context, near: Nearby, state: CompletionState, weights: Weights
) -> float:
    name = candidate.name
    total = weights.source[candidate.source]
    if match:
        total += weights.match[_kind(match)]
    # What stands behind it is no part of the name.
    bare = name[:-1] if candidate.source in _SIGNED else name
    encoded = bare.encode("utf-8", "surrogatepass")
    total += weights.follows * near.follows.get(encoded, 0.0)
    total += weights.near * near.nearness(encoded)
    total += weights.often * min(near.often.get(encoded, 0), 10) / 10.0
    total += weights.recent * state.recency(name)
    total += weights.far * min(candidate.distance, MAX_DISTANCE)
    total += weights.fits * _fit(candidate, context)
    total += weights.length * min(len(name), 40)
    if candidate.source == Source.WORD and context.place == "member":
        total += weights.stray
    if candidate.is_private:
        total += weights.private
    if candidate.is_deprecated:
        total += weights.deprecated
    return round(total, 6)


def _fit(candidate: Candidate, context: Context) -> float:
    """How well the kind of a thing suits the place; 1 is well, below 0 is badly."""
    kind = candidate.kind
    match context.wants:
        case "type":
            return 1.0 if kind in TYPES else -1.5
        case "call":
            return 0.8 if kind in CALLABLE else -0.3
    if candidate.source == Source.KEYWORD:
        return 0.4 if context.group == "statement" else 0.0
    if candidate.source == Source.BUILTIN and kind == ItemKind.CLASS and context.group == "statement":
        return -0.3
    return 0.0


def is_clear(found: Sequence[Ranked], prefix: str) -> bool:
    """Whether the first is so much better than the rest that it may be selected already."""
    if not prefix or not found or found[0].candidate.source not in _SURE:
        return False
    return len(found) == 1 or found[0].score - found[1].score >= CLEARLY
