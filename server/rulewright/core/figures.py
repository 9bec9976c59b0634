"""What is measured of a process: names, and records for those who read them."""

import msgspec

SELECTIONS = "selections"
"""How long it took to select the rules of a file."""
SELECTION_CACHE_HITS = "selection_cache_hits"
EVALUATIONS = "evaluations"
"""How long one check took on one file, where that was asked for."""
DIAGNOSES = "diagnoses"
"""How long a document waited for its findings."""
PARSE_ERRORS = "parse_errors"
"""Rule files that were read and could not be used."""
BUDGET_DROPS = "budget_drops"
"""Rules that apply and that a prompt had no room for."""


class Durations(msgspec.Struct, frozen=True, rename="camel"):
    """Durations of one kind, in microseconds; percentiles may be up to twice too high."""

    count: int
    total_us: float
    p50_us: float
    p95_us: float
    max_us: float


class Figures(msgspec.Struct, frozen=True):
    """All that was measured so far."""

    counts: dict[str, int]
    durations: dict[str, Durations]
