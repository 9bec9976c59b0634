"""Drive every feature, and look for the canaries in what would leave."""

import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from rulewright.core.models import ModelError
from rulewright.core.privacy.proof import Cell, Outcome, Proof, Row
from rulewright.privacy_proof.bench import Bench, MakeOutgoing
from rulewright.privacy_proof.canaries import KINDS, Kind, plant
from rulewright.privacy_proof.features import FEATURES, Feature, NotThere


def prove(
    make_outgoing: MakeOutgoing,
    features: Iterable[Feature] = FEATURES,
    tell: Callable[[str], None] = lambda _: None,
    seed: int | None = None,
) -> Proof:
    """Drive `features` in a temporary project; `tell` gets the name of each. `seed` makes other canaries."""
    rows = []
    with TemporaryDirectory(prefix="rulewright-proof-", ignore_cleanup_errors=True) as folder:
        root, home = Path(folder, "project").resolve(), Path(folder, "home").resolve()
        root.mkdir()
        canaries = plant(root, home, time.time_ns() if seed is None else seed)
        bench = Bench(root, home, canaries, make_outgoing)
        for feature in features:
            tell(feature.name)
            rows.append(_driven(feature, bench))
    return Proof(1, KINDS, tuple(rows))


def _driven(feature: Feature, bench: Bench) -> Row:
    try:
        heard = feature.drive(bench)
    except NotThere as reason:
        return Row(feature.name, (), str(reason))
    except (OSError, EOFError, ValueError, ModelError, subprocess.SubprocessError) as error:
        return Row(feature.name, (), f"it failed: {error}", is_broken=True)
    if feature.works_by.encode() not in heard:
        return Row(feature.name, (), "it showed nothing at all, so nothing is proved", is_broken=True)
    found = bench.canaries.in_bytes(heard)
    cells = tuple(Cell(kind, _outcome(feature, kind, kind in found)) for kind in KINDS)
    notes = tuple(f"{kind}: {reason}." for kind, reason in feature.keeps.items() if kind in found)
    return Row(feature.name, cells, notes=notes)


def _outcome(feature: Feature, kind: Kind, is_found: bool) -> Outcome:
    if not is_found:
        return "safe"
    return "kept" if kind in feature.keeps else "leaked"
