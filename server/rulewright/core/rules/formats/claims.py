"""Which tool's rule file a path is."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from rulewright.core.rules.formats import (
    agents,
    aider,
    claude,
    cline,
    continue_dev,
    copilot,
    cursor,
    gemini,
    junie,
    kiro,
    roo,
    usage_rules,
    windsurf,
    zed,
)
from rulewright.core.rules.formats.form import Claim, Format, Place

FORMATS: Mapping[str, Format] = {
    made.name: made
    for made in (
        module.FORMAT
        for module in (
            agents,
            claude,
            cursor,
            copilot,
            gemini,
            windsurf,
            cline,
            roo,
            continue_dev,
            zed,
            kiro,
            junie,
            aider,
            usage_rules,
        )
    )
}
"""By name. Of files that say the same, that of the first format counts."""

NAMES: tuple[str, ...] = tuple(FORMATS)

_FILES: dict[str, list[tuple[Format, Place]]] = {}
"""Places of single files, by the last part of their path."""
_FOLDERS: dict[str, list[tuple[Format, Place]]] = {}
"""Places of folders, by the first part of their path."""
for _format in FORMATS.values():
    for _place in _format.places:
        if _place.endings:
            _FOLDERS.setdefault(_place.path.partition("/")[0], []).append((_format, _place))
        else:
            _FILES.setdefault(_place.path.rpartition("/")[2], []).append((_format, _place))
for _known in (*_FILES.values(), *_FOLDERS.values()):
    # `.claude/CLAUDE.md` is about the folder that holds `.claude`, and workflows are not what lies beside them.
    _known.sort(key=lambda one: -len(one[1].path))

TOPS = frozenset(_FOLDERS)
"""First parts of the paths of folders that may hold rule files."""
FILE_NAMES = frozenset(_FILES)


@lru_cache(maxsize=4_096)
def claim(path: str) -> Claim | None:
    """Whose rule file `path`, relative to the root with forward slashes, is by its place; None for nobody's."""
    return next(_claims(path), None)


def may_be(path: str) -> bool:
    """A quick no for most paths."""
    return path.rpartition("/")[2] in FILE_NAMES or not TOPS.isdisjoint(path.split("/"))


def format_of_name(name: str) -> Format | None:
    """The format that the end of a file's name tells wherever it stands; None where it tells nothing."""
    found = claim(name)
    if found is not None:
        return found.format
    lowered = name.lower()
    if lowered.endswith(".mdc"):
        return FORMATS["cursor"]
    return FORMATS["copilot"] if lowered.endswith((".instructions.md", ".prompt.md")) else None


def _claims(path: str) -> Iterator[Claim]:
    parts = path.split("/")
    for number, part in enumerate(parts[:-1]):
        for form, place in _FOLDERS.get(part, ()):
            depth = place.path.count("/") + 1
            if (number and not place.anywhere) or len(parts) <= number + depth:
                continue
            mode = _matches(place, parts[number : number + depth])
            below = "/".join(parts[number + depth :])
            if mode is not None and below.lower().endswith(place.endings) and not _is_hidden(below):
                yield Claim(form, place, "/".join(parts[:number]), below, mode)
    for form, place in _FILES.get(parts[-1], ()):
        folder = path[: len(path) - len(place.path)]
        if path.endswith(place.path) and (not folder or (place.anywhere and folder.endswith("/"))):
            yield Claim(form, place, folder.rstrip("/"), place.path, place.mode)


def _matches(place: Place, parts: list[str]) -> str | None:
    """The mode of files below a folder, or None when it is another folder."""
    wanted = place.path.split("/")
    if wanted[:-1] != parts[:-1]:
        return None
    start, star, _ = wanted[-1].partition("*")
    if star:
        return parts[-1][len(start) :] if parts[-1].startswith(start) and len(parts[-1]) > len(start) else None
    return place.mode if wanted[-1] == parts[-1] else None


def _is_hidden(below: str) -> bool:
    return any(part.startswith(".") for part in below.split("/"))
