"""Real rule files of other projects, found outside this repository, and what is remarked about them."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import parse
from tests.harness.data import test_data


def real_files() -> list[Path]:
    """All of them; none without the data."""
    folder = test_data("rules", "files")
    return sorted(p for p in folder.rglob("*") if p.is_file()) if folder else []


def remarks(files: Iterable[Path]) -> Counter[str]:
    """How many files get each remark."""
    counts: Counter[str] = Counter()
    for path in files:
        parsed = parse(Origin(path.name, path.name), path.read_bytes())
        counts.update({located.problem.code for located in parsed.problems})
    return counts
