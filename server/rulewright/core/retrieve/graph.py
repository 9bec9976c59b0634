"""The graph of a repository: who uses what whom defines. Names weigh as aider's map has them, without its order defect.

A name that is long and made of words says more than a short one, a private one less, one that several files define less
still; every definer gets the same share of a use, in whatever order they come.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

import msgspec

from rulewright.core.index.near import family, folder, stem
from rulewright.core.languages import language_of
from rulewright.core.retrieve.links import Links
from rulewright.core.retrieve.pagerank import Incoming, pagerank

MAX_DEFINERS = 10
"""A name that more files define leads nowhere."""
FEW_DEFINERS = 5
LONG_NAME = 8
MENTIONED, TELLING = 10.0, 10.0
TYPE_NAME = 4.0
"""Of a word with a capital at the top of a file, which is a type as a rule."""
SELDOM_MEANT = 0.1
"""Of a private name, and of one with more than `FEW_DEFINERS`."""
INNER = 0.3
INNER_WORD = 0.03
"""Of a name that is only defined inside something; a plain word elsewhere often only looks like it."""
ASIDE = 0.05
"""Of what tests, bundles and other people's code in the repository define."""
UNUSED = 0.1
"""Of a file's edge to itself, for each name that nobody uses."""
MENTIONED_START = 100.0
"""Weight of a focused file at the start of a walk, beside 1 for every other."""

BY_FOLDER = frozenset({"go", "java", "kotlin", "scala", "csharp", "swift"})
"""Languages in which the files of a folder see each other's names."""
_NO_CODE = frozenset(
    """
    css dockerfile hcl html ini json latex less make markdown restructuredtext sass sql toml xml yaml
    """.split()  # noqa: SIM905 - a list of so many would fill a page
) | {""}
_TEST = re.compile(r"(?:^|[/_.-])(?:tests?|specs?|__tests__|fixtures?|mocks?)(?:[/_.-]|$)")
_ASIDE = re.compile(r"(?:^|/)(?:dist|build|out|vendor|third_party|node_modules|examples?|benchmarks?)/|\.min\.\w+$")
_HUMP = re.compile(r"[a-z][A-Z]|[A-Za-z0-9][_-][A-Za-z0-9]")


class Name(msgspec.Struct, frozen=True, gc=False):
    """A name with a file that defines it and those that use it, by number."""

    name: str
    weight: float
    definer: int
    users: tuple[int, ...]


class Graph(msgspec.Struct, frozen=True):
    """Files by number, and the names between them."""

    paths: tuple[str, ...]
    """By path."""
    names: tuple[Name, ...]
    """By name."""
    incoming: Incoming


class Ranks(msgspec.Struct, frozen=True):
    """What is important in a repository."""

    files: Mapping[str, float]
    """By path; all together 1."""
    names: Sequence[tuple[str, str]]
    """Path and name of each definition, the most important first."""


def graph_of(links: Links) -> Graph:
    """The graph of all files of code."""
    paths = tuple(path for path in sorted(links.paths()) if _family_of(path))
    number = {path: at for at, path in enumerate(paths)}
    names = []
    pairs: list[dict[int, float]] = [{} for _ in paths]
    for name, definers, users in links.edges(MAX_DEFINERS):
        there = [definer for definer in sorted(definers) if definer in number]
        used_by: dict[str, list[int]] = {definer: [] for definer in there}
        for user in users:
            if (at := number.get(user)) is not None:
                for definer in _meant(user, name, there, links.brought(user)):
                    used_by[definer].append(at)
        for definer in there:
            weight = weight_of(name, len(there), is_top=links.is_top(definers[definer]))
            if _is_aside(definer):
                weight *= ASIDE
            sure = used_by[definer]
            edges = pairs[number[definer]]
            for source in sure:
                edges[source] = edges.get(source, 0.0) + weight
            if not sure:
                edges[number[definer]] = edges.get(number[definer], 0.0) + UNUSED
            names.append(Name(name, weight, number[definer], tuple(sure)))
    return Graph(paths, tuple(names), [(list(edges), list(edges.values())) for edges in pairs])


def _meant(user: str, name: str, definers: Sequence[str], brought: Collection[str]) -> Sequence[str]:
    """Which definers a word in a file is likely to mean: those in a file or folder that it imports, or beside it.

    Where its imports only have the name, any of them; nothing where they have neither, for then it is just a word.
    """
    known = [d for d in definers if d != user and _family_of(d) == _family_of(user)]
    near = [
        d
        for d in known
        if stem(d) in brought
        or _folder_name(d) in brought
        or (folder(d) == folder(user) and language_of(d) in BY_FOLDER)
    ]
    if near or name not in brought or user in definers:
        return near
    return [d for d in known if not _is_aside(d)]


def _folder_name(path: str) -> str:
    return folder(path).rpartition("/")[2]


@lru_cache(maxsize=1 << 15)
def _is_aside(path: str) -> bool:
    return _TEST.search(path) is not None or _ASIDE.search(path) is not None


@lru_cache(maxsize=1 << 15)
def _family_of(path: str) -> tuple[str, ...]:
    """The languages that share names with a file's; none where it holds no code."""
    language = language_of(path)
    return () if language in _NO_CODE else family(language)


def weight_of(name: str, n_definers: int, *, is_top: bool = True) -> float:
    """How much a use of a name says."""
    is_telling = len(name) >= LONG_NAME and _HUMP.search(name) is not None
    weight = TELLING if is_telling else 1.0
    if not is_telling and is_top and name[0].isupper() and not name.isupper():
        weight = TYPE_NAME
    if not is_top:
        weight *= INNER if is_telling else INNER_WORD
    if name.startswith("_"):
        weight *= SELDOM_MEANT
    if n_definers > FEW_DEFINERS:
        weight *= SELDOM_MEANT
    return weight


def ranks_of(graph: Graph, focus: Collection[str] = (), mentioned: Collection[str] = ()) -> Ranks:
    """What is important, seen from some files, or from files that define names that were mentioned."""
    number = {path: at for at, path in enumerate(graph.paths)}
    personal: dict[int, float] = {number[path]: MENTIONED_START for path in focus if path in number}
    for name in graph.names if mentioned else ():
        if name.name in mentioned:
            personal[name.definer] = MENTIONED_START
    if personal:
        personal = {at: personal.get(at, 1.0) for at in range(len(graph.paths))}
    ranks = pagerank(graph.incoming, personal)
    sent = _sent(graph, ranks)
    get = sent.__getitem__
    scored = []
    for one in graph.names:
        # In this order for all sums alike, so that equal inputs give equal bytes.
        score = one.weight * (sum(map(get, one.users)) if one.users else ranks[one.definer])
        # What is mentioned is wanted though nobody should use it; other such names come behind all that are used.
        is_mentioned = one.name in mentioned
        is_behind = not one.users and not is_mentioned
        scored.append((is_behind, -score * (MENTIONED if is_mentioned else 1), graph.paths[one.definer], one.name))
    scored.sort()
    return Ranks(dict(zip(graph.paths, ranks, strict=True)), [(path, name) for _, _, path, name in scored])


def _sent(graph: Graph, ranks: Sequence[float]) -> list[float]:
    """What each file gives to a use of weight 1: its rank, shared by all that it uses."""
    outgoing = [0.0] * len(graph.paths)
    for sources, weights in graph.incoming:
        for source, weight in zip(sources, weights, strict=True):
            outgoing[source] += weight
    return [rank / out if out else 0.0 for rank, out in zip(ranks, outgoing, strict=True)]
