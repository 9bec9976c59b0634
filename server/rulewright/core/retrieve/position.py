"""Which definitions help at a place: those of the names around it, rare ones and near ones first.

A name that a single file defines says where to look; one that fifty files define says nothing. So each name weighs by
how few define it and how few use it, by how near it stands, and by whether the file itself explains it. The weights
were chosen on five packages (`tests/eval/retrieval`, which prints what comes of them).
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache

import msgspec

from rulewright.core.index.near import distance, folder, stem
from rulewright.core.retrieve.window import Nearby

MAX_DEFINERS = 64
"""A name that more files define says nothing about where to look."""

FEWER_DEFINERS = 0.7
"""Power of one by the number of files that define a name."""
FEWER_USES = 0.5
"""Power of how rare a name is among the files."""
HALF_LINES = 30
"""Lines after which a name counts half."""
EACH_FOLDER = 1.1
MAX_FOLDERS = 8
"""Folders between two files, each of which makes a file count less, up to so many."""
IMPORTED = 0.4
"""What the file brings in is sure, and explains itself by its import; what nothing explains comes first."""
OWN = 0.05
BUILTIN = 0.1
MEMBER = 0.3
"""Behind a dot, a member of something is meant, whose class nobody has looked for."""
MEMBER_AT_TOP = 0.2
MEMBER_OF_MODULE = 0.5
"""At the top of a file that is imported: behind the name of a module, as in `json.dumps`."""
INNER_ALONE = 0.02
"""A name that stands alone is hardly ever a member elsewhere."""
PRIVATE = 0.3
RECENT = 1.5
"""A file that was edited or is open beside this one."""
OTHERS = 0.1
"""What each further name adds to a file."""
NAMES_A_FILE = 3
_HANDS_ON = frozenset({"__init__", "index", "mod", "lib"})
"""What files are called that hand on what is defined below their folder."""


class Definer(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file that defines a name."""

    path: str
    is_top: bool
    """Whether one of its definitions of the name stands in nothing else."""
    is_exported: bool


class Spread(msgspec.Struct, frozen=True, gc=False):
    """How a name is spread over the files of a workspace."""

    definers: tuple[Definer, ...] = ()
    """By path; empty where there are more than `MAX_DEFINERS`."""
    n_definers: int = 0
    n_uses: int = 0
    """Files in which it stands; 0 where nobody has counted."""


class Brought(msgspec.Struct, frozen=True):
    """What an import brings in."""

    name: str
    """As it is called where it is defined."""
    files: tuple[str, ...]
    """That it may come from, the likeliest first; empty for what is outside of the workspace."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What is known at a place."""

    path: str
    own: Collection[str]
    """Names that the file defines itself."""
    imported: Mapping[str, Brought]
    """Names that it imports, as it calls them."""
    recent: Sequence[str] = ()
    """Files that were worked on last."""
    is_builtin: Callable[[str], bool] = lambda _: False
    fits: Callable[[str], bool] = lambda _: True
    """Whether a file is in a language that shares names with this one."""


class Ranked(msgspec.Struct, frozen=True):
    """A name, and a file that defines it."""

    path: str
    name: str
    score: float
    why: str


class RankedFile(msgspec.Struct, frozen=True):
    """A file with what of it is wanted, the best first."""

    path: str
    score: float
    names: tuple[Ranked, ...]


def rank(place: Place, names: Sequence[Nearby], spread: Mapping[str, Spread], n_files: int) -> tuple[RankedFile, ...]:
    """The files that define what stands around a place, the best first; the same for the same arguments."""
    found: dict[str, list[Ranked]] = {}
    recent = frozenset(place.recent)
    for one in names:
        for ranked in _of_name(place, one, spread.get(one.name, _NOWHERE), n_files, recent):
            found.setdefault(ranked.path, []).append(ranked)
    files = []
    for path, held in found.items():
        held.sort(key=lambda r: (-r.score, r.name))
        score = held[0].score + OTHERS * sum(r.score for r in held[1:])
        files.append(RankedFile(path, score, tuple(held[:NAMES_A_FILE])))
    return tuple(sorted(files, key=lambda f: (-f.score, f.path)))


_NOWHERE = Spread()


def _of_name(place: Place, one: Nearby, spread: Spread, n_files: int, recent: Collection[str]) -> Sequence[Ranked]:
    weight = _rarity(spread.n_uses, n_files) / (1 + one.n_lines / HALF_LINES)
    stands = _stands(one)
    if one.name in place.imported and not one.is_member:
        brought = place.imported[one.name]
        path = _home(brought, spread)
        if not path or path == place.path:
            return ()
        return (Ranked(path, brought.name, IMPORTED * weight, f"`{one.name}`, which is imported here, {stands}"),)
    if one.name in place.own:
        weight *= OWN
    elif place.is_builtin(one.name):
        weight *= BUILTIN
    others = [d for d in spread.definers if d.path != place.path and place.fits(d.path)]
    if not others:
        return ()
    modules = {brought.files[0] for brought in place.imported.values() if brought.files} if one.is_member else ()
    weight *= len(others) ** -FEWER_DEFINERS
    why = f"`{one.name}` {stands}; {_defined(len(others))}"
    return [
        Ranked(d.path, one.name, weight * _fit(d, one, d.path in modules) * _nearness(place.path, d.path, recent), why)
        for d in others
    ]


def _rarity(n_uses: int, n_files: int) -> float:
    """1 for a name that every file uses, more for a rarer one."""
    return math.pow(math.log2(1 + max(n_files, 1) / max(1, n_uses)), FEWER_USES)


def _home(brought: Brought, spread: Spread) -> str:
    """The file that defines what an import brings in: the one it names, or one that it hands on."""
    if not brought.files:
        return ""
    paths = [d.path for d in spread.definers]
    below = [folder(file) + "/" for file in brought.files if stem(file) in _HANDS_ON]
    handed_on = (path for path in paths if path.startswith(tuple(below)))
    return next((file for file in brought.files if file in paths), None) or next(handed_on, brought.files[0])


def _fit(definer: Definer, one: Nearby, is_imported: bool) -> float:
    if is_imported and definer.is_top:
        return MEMBER_OF_MODULE
    at_top, inside = (MEMBER_AT_TOP, MEMBER) if one.is_member else (1.0, INNER_ALONE)
    fit = at_top if definer.is_top else inside
    return fit if definer.is_exported else fit * PRIVATE


def _nearness(path: str, other: str, recent: Collection[str]) -> float:
    near = _between(folder(path), folder(other))
    return near * RECENT if other in recent else near


@lru_cache(maxsize=1 << 14)
def _between(one: str, other: str) -> float:
    return float(EACH_FOLDER ** -min(max(distance(f"{one}/a", f"{other}/b"), 0), MAX_FOLDERS))


def _stands(one: Nearby) -> str:
    if one.n_lines == 0:
        return "stands on this line"
    return f"stands {one.n_lines} line{'s' * (one.n_lines != 1)} away"


def _defined(n_files: int) -> str:
    return "no other file defines it" if n_files == 1 else f"{n_files} files define it"
