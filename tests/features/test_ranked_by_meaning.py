"""Ranking by meaning, with a model that a test acts."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.models import Embeddings, Failed, ModelError, Part
from rulewright.core.retrieve.found import Context, Piece
from rulewright.core.retrieve.meaning import closest, cut, fused_by_meaning
from rulewright.features.meaning import ranked_by_meaning


def found(*names: str) -> Context:
    pieces = tuple(
        Piece(path=f"{n}.py", first_line=1, last_line=2, name=n, kind="function", why="w", text=n, tokens=10)
        for n in names
    )
    return Context(pieces=pieces, tokens=10 * len(pieces))


class Vectors:
    """A model that gives what it is told to."""

    name = "vectors"

    def __init__(self, *vectors: tuple[float, ...] | None, failure: str = "") -> None:
        self.vectors, self.failure = vectors, failure
        self.asked: list[tuple[str, Sequence[Part]]] = []

    async def embed(self, root: str, parts: Sequence[Part]) -> Embeddings:
        self.asked.append((root, parts))
        if self.failure:
            raise ModelError(Failed("unreachable", self.failure))
        return Embeddings(self.vectors, "m")


def names(context: Context) -> list[str]:
    return [p.name for p in context.pieces]


async def test_what_means_the_same_moves_up_and_every_part_has_its_source() -> None:
    model = Vectors((1.0, 0.0), (0.0, 1.0), (0.5, 1.0), (1.0, 0.1))
    ranked = await ranked_by_meaning(found("a", "b", "c"), "q", model, "/w")  # type: ignore[arg-type]
    assert names(ranked) == ["a", "c", "b"]
    ((root, parts),) = model.asked
    assert (root, parts[0]) == ("/w", Part("q"))
    assert [p.source.path for p in parts[1:] if p.source] == ["a.py", "b.py", "c.py"]


@pytest.mark.parametrize(
    "model",
    [
        Vectors(failure="Nobody answers at 127.0.0.1:1."),
        Vectors(None, (1.0,), (1.0,), (1.0,)),
        Vectors((1.0,), (1.0,)),
    ],
)
async def test_a_model_that_cannot_say_changes_nothing_but_a_remark(model: Vectors) -> None:
    ranked = await ranked_by_meaning(found("a", "b", "c"), "q", model, "/w")  # type: ignore[arg-type]
    assert names(ranked) == ["a", "b", "c"]
    assert len(ranked.remarks) == 1


VECTORS = st.lists(st.none() | st.lists(st.floats(allow_nan=True), min_size=2, max_size=3), max_size=6)


@given(st.lists(st.floats(-9, 9), min_size=2, max_size=2), VECTORS, st.integers(0, 80))
def test_any_vectors_only_change_the_order(
    question: list[float], vectors: list[list[float] | None], tokens: int
) -> None:
    context = found(*"abcdef"[: len(vectors)])
    fused = fused_by_meaning(context, closest(question, vectors))
    assert sorted(names(fused)) == sorted(names(context))
    kept = cut(fused, tokens)
    assert kept.tokens == sum(p.tokens for p in kept.pieces) <= tokens
    assert len(kept.pieces) + len(kept.left_out) == len(context.pieces)
