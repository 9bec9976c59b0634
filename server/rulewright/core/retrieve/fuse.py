"""Several rankings made into one: reciprocal rank fusion.

Cormack, Clarke and Buettcher: Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods, 2009.
Only places count, not scores, so rankings of any kind go together.
"""

from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)

K = 60
"""What every place is moved down by: the larger, the less the first places of one ranking count."""


def fuse(rankings: Sequence[Sequence[T]], weights: Sequence[float] = (), k: int = K) -> list[T]:
    """Every item once, the best first; equals in the order in which the rankings have them, earlier rankings first.

    An item that a ranking names twice counts where it stands first. A missing weight is 1.
    """
    scores: dict[T, float] = {}
    for at, ranking in enumerate(rankings):
        weight = weights[at] if at < len(weights) else 1.0
        for place, item in enumerate(dict.fromkeys(ranking), 1):
            scores[item] = scores.get(item, 0.0) + weight / (k + place)
    # Sorting is stable, and a dictionary keeps the order of its first entries.
    return sorted(scores, key=lambda item: -scores[item])
