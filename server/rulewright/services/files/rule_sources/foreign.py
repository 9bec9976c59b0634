"""Rule files of other tools, read where they are."""

from collections.abc import Iterator
from pathlib import Path

from rulewright.core.rules.foreign_names import NAMES, may_be_foreign
from rulewright.core.rules.formats import Claim, claim
from rulewright.core.rules.origin import Origin
from rulewright.core.sources import LINK, Found
from rulewright.services.files.walk import walk


def foreign_paths(root: Path, folder: str) -> Iterator[str]:
    """Paths, relative to the root, that may be rule files of other tools about one folder, ignored by git or not."""
    top = root / folder
    for name in sorted(NAMES):
        path = f"{folder}/{name}" if folder else name
        if (top / name).is_dir():
            for entry in walk(top / name, gitignore=False):
                if isinstance(entry, Found) or entry.reason == LINK:
                    yield f"{path}/{entry.path}"
        elif (top / name).is_file():
            yield path


def foreign_origin(root: Path, path: str) -> Origin | None:
    """What the place of a path says; None where no tool's rule file can be."""
    if not may_be_foreign(path) or ".." in path.split("/"):
        return None
    found = claim(path)
    if found is None or not _counts(root, found):
        return None
    return Origin(
        path,
        found.below,
        "project",
        found.folder,
        because=f"read as {found.format.title} does",
        format=found.format.name,
        mode=found.mode,
    )


def _counts(root: Path, found: Claim) -> bool:
    """Whether its tool reads a file, by what lies beside it."""
    if found.place.needs and not (root / found.place.needs).exists():
        return False
    folder = root / found.folder
    return not any(_has_files(folder / other) for other in found.place.unless)


def _has_files(path: Path) -> bool:
    return any(path.iterdir()) if path.is_dir() else path.exists()
