"""How important each file is: personalised PageRank, with sums in a fixed order, so that equal inputs give equal bytes.

Page, Brin, Motwani, Winograd: The PageRank Citation Ranking, 1999.
"""

from collections.abc import Mapping, Sequence
from operator import mul

DAMPING = 0.85
N_ROUNDS = 24
"""After so many the order of what comes first no longer changes on any repository that was tried."""

Incoming = Sequence[tuple[Sequence[int], Sequence[float]]]
"""For each node the nodes that point to it, and how heavily. Weights need not add up to anything."""


def pagerank(incoming: Incoming, personal: Mapping[int, float] | None = None) -> list[float]:
    """The rank of each node; all together 1.

    `personal` says where a walk begins, and begins again: nodes with their weights, all alike where there are none. A
    node that points to nothing sends its walkers back there.
    """
    n = len(incoming)
    if not n:
        return []
    outgoing = [0.0] * n
    for sources, weights in incoming:
        for source, weight in zip(sources, weights, strict=True):
            outgoing[source] += weight
    shares = [
        (sources, [w / outgoing[s] if outgoing[s] else 0.0 for s, w in zip(sources, weights, strict=True)])
        for sources, weights in incoming
    ]
    start = _start(n, personal or {})
    ends = [at for at in range(n) if not outgoing[at]]
    ranks = list(start)
    for _ in range(N_ROUNDS):
        get = ranks.__getitem__
        lost = sum(map(get, ends))
        ranks = [
            (1 - DAMPING) * begin + DAMPING * (sum(map(mul, map(get, sources), weights)) + lost * begin)
            for begin, (sources, weights) in zip(start, shares, strict=True)
        ]
    return ranks


def _start(n: int, personal: Mapping[int, float]) -> list[float]:
    total = sum(weight for _, weight in sorted(personal.items()))
    if total <= 0:
        return [1 / n] * n
    return [personal.get(at, 0.0) / total for at in range(n)]
