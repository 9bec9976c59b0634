"""The packages that are given away, built from this checkout."""

import subprocess
import sys
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]


class Packages(msgspec.Struct, frozen=True):
    """Both forms."""

    wheel: Path
    source: Path


def build(folder: Path) -> Packages:
    """Build both, as `make dist` does. Needs no network."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", folder, "-t", "sdist", "-t", "wheel"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    (source,) = folder.glob("*.tar.gz")
    return Packages(wheel, source)
