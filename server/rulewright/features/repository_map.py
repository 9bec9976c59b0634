"""A map of the workspace for an overview: what is used most, seen from everywhere or from some files and names."""

from collections.abc import Callable, Sequence

from rulewright.core.code_ports import Workspace
from rulewright.core.retrieve.graph import ranks_of
from rulewright.core.retrieve.map import Draft, RepositoryMap, manifests_in
from rulewright.core.retrieve.split import parts


def repository_map(
    workspace: Workspace, tokens: int, focus: Sequence[str] = (), below: Sequence[str] = ()
) -> RepositoryMap:
    """The map in at most so many tokens.

    `focus` are paths or names that it is seen from; `below` are files and folders that it is limited to.
    """
    graph = workspace.index.graph()
    files, names = focus_of(graph.paths, focus)
    known = workspace.index.spread(frozenset(names))
    ranks = ranks_of(graph, files, names)
    unknown = [given for given in focus if not (set(focus_of(graph.paths, (given,))[0]) or _name_of(given) in known)]
    draft = Draft(tokens)
    inside = _inside(below)
    paths = tuple(workspace.index.links().paths())
    manifests = [path for path in manifests_in(paths) if inside(path) and draft.add_manifest(path)]
    for path, name in ranks.names:
        if draft.is_full:
            break
        if inside(path) and not workspace.why_withheld(path) and (record := workspace.index.record(path)) is not None:
            draft.add(path, name, record)
    return draft.drawn(ranks.files.items(), manifests, sum(map(inside, paths)), unknown)


def focus_of(paths: Sequence[str], focus: Sequence[str]) -> tuple[list[str], list[str]]:
    """Of what was given, files (also by a folder, or by the end of a path) and names."""
    files: list[str] = []
    names: list[str] = []
    for given in focus:
        wanted = given.strip("/")
        found = [p for p in paths if p == wanted or p.startswith(wanted + "/")]
        found = found or [p for p in paths if p.endswith("/" + wanted)]
        if found:
            files += found
        elif parts(given):
            names.append(_name_of(given))
    return files, names


def _name_of(given: str) -> str:
    return given.rpartition(".")[2]


def _inside(below: Sequence[str]) -> Callable[[str], bool]:
    folders = tuple(one.strip("/") + "/" for one in below if one.strip("/."))
    return lambda path: not folders or f"{path}/".startswith(folders)
