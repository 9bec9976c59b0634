"""Which definitions help at a place: those of the names around it, rare ones and near ones first.

A name that a single file defines says where to look; one that fifty files define says nothing. So each name weighs by
how few define it and how few use it, by how near it stands, and by whether the file itself explains it. The weights
were chosen on five packages (`tests/eval/retrieval`, which prints what comes of them).
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from rulewright.core.index.near import distance, folder, stem
from rulewright.core.retrieve.window import Nearby

MAX_DEFINERS = 32
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
    found: dict[str, list[_Scored]] = {}
    near = _Near(place)
    for one in names:
        held = spread.get(one.name, _NOWHERE)
        weight = _rarity(held.n_uses, n_files) / (1 + one.n_lines / HALF_LINES)
        if one.name in place.imported and not one.is_member:
            brought = place.imported[one.name]
            path = _home(brought, held)
            if path and path != place.path:
                why = f"`{one.name}`, which is imported here, {_stands(one)}"
                found.setdefault(path, []).append((-IMPORTED * weight, brought.name, why))
            continue
        if one.name in place.own:
            weight *= OWN
        elif place.is_builtin(one.name):
            weight *= BUILTIN
        for path, scored in _of_name(one, held, weight, near):
            found.setdefault(path, []).append(scored)
    files = []
    for path, scores in found.items():
        scores.sort()
        score = -scores[0][0] - OTHERS * sum(s for s, _, _ in scores[1:])
        best = tuple(Ranked(path, name, -minus, why) for minus, name, why in scores[:NAMES_A_FILE])
        files.append(RankedFile(path, score, best))
    return tuple(sorted(files, key=lambda f: (-f.score, f.path)))


_Scored = tuple[float, str, str]
"""The score below zero, so that the best sorts first, a name, and why."""


class _Near:
    """How near files are to a place, each looked at once."""

    def __init__(self, place: Place) -> None:
        self._place, self._recent = place, frozenset(place.recent)
        self._known: dict[str, float] = {}
        self.modules = {brought.files[0] for brought in place.imported.values() if brought.files}

    def of(self, path: str) -> float:
        """How near a file is; 0 for the one that is asked about, and for those in languages that share no names."""
        near = self._known.get(path)
        if near is None:
            near = 0.0
            if path != self._place.path and self._place.fits(path):
                near = _between(folder(self._place.path), folder(path)) * (RECENT if path in self._recent else 1)
            self._known[path] = near
        return near


def _of_name(one: Nearby, held: Spread, weight: float, near: _Near) -> Iterator[tuple[str, _Scored]]:
    others = [(definer, nearness) for definer in held.definers if (nearness := near.of(definer.path))]
    if not others:
        return
    weight *= len(others) ** -FEWER_DEFINERS
    why = f"`{one.name}` {_stands(one)}; {_defined(len(others))}"
    for definer, nearness in others:
        if fit := _fit(definer, one.is_member, definer.path in near.modules):
            yield definer.path, (-weight * fit * nearness, one.name, why)


_NOWHERE = Spread()


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


def _fit(definer: Definer, is_member: bool, is_imported: bool) -> float:
    """How likely it is that a name means this definition; 0 where it hardly ever does."""
    if is_imported and is_member and definer.is_top:
        return MEMBER_OF_MODULE
    # A name that stands alone is hardly ever a member elsewhere.
    at_top, inside = (MEMBER_AT_TOP, MEMBER) if is_member else (1.0, 0.0)
    fit = at_top if definer.is_top else inside
    return fit if definer.is_exported else fit * PRIVATE


@lru_cache(maxsize=1 << 14)
def _between(one: str, other: str) -> float:
    return float(EACH_FOLDER ** -min(max(distance(f"{one}/a", f"{other}/b"), 0), MAX_FOLDERS))


def _stands(one: Nearby) -> str:
    if one.n_lines == 0:
        return "stands on this line"
    return f"stands {one.n_lines} line{'s' * (one.n_lines != 1)} away"


def _defined(n_files: int) -> str:
    return "no other file defines it" if n_files == 1 else f"{n_files} files define it"
