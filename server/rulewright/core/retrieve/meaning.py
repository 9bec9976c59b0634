"""A third ranking, by meaning: vectors of a question and of what was found, where a model makes them."""

import math
from collections.abc import Sequence

import msgspec

from rulewright.core.retrieve.found import Context, LeftOut
from rulewright.core.retrieve.fuse import fuse

Vector = Sequence[float]


def closest(question: Vector, vectors: Sequence[Vector | None]) -> list[int]:
    """Places of the vectors by their angle to the question's, the nearest first; missing ones are left out."""
    scored = [
        (-similarity, at)
        for at, vector in enumerate(vectors)
        if vector is not None and (similarity := _cosine(question, vector)) is not None
    ]
    return [at for _, at in sorted(scored)]


def fused_by_meaning(context: Context, order: Sequence[int]) -> Context:
    """The pieces with those first that both rankings have first; a piece without a place in `order` keeps its own."""
    places = fuse((range(len(context.pieces)), order))
    return msgspec.structs.replace(context, pieces=tuple(context.pieces[at] for at in places))


def cut(context: Context, tokens: int) -> Context:
    """The first pieces that so many tokens have room for; what is left out is named."""
    kept, room = [], tokens
    left_out = list(context.left_out)
    for one in context.pieces:
        if one.tokens <= room:
            kept.append(one)
            room -= one.tokens
        else:
            left_out.append(LeftOut(one.path, one.name, "has no room in the budget"))
    return msgspec.structs.replace(context, pieces=tuple(kept), left_out=tuple(left_out), tokens=tokens - room)


def _cosine(one: Vector, other: Vector) -> float | None:
    """None where the vectors do not fit together, or one says nothing."""
    lengths = math.hypot(*one) * math.hypot(*other)
    if len(one) != len(other) or not lengths or not math.isfinite(lengths):
        return None
    similarity = math.fsum(a * b for a, b in zip(one, other, strict=True)) / lengths
    return similarity if math.isfinite(similarity) else None
