"""Where a client may ask: its folders, the projects that they lie in, and what a path of its means there."""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from rulewright.adapters.mcp.problem import Problem
from rulewright.core.uris import to_path
from rulewright.gateway import Gateway


class Place(msgspec.Struct, frozen=True):
    """A folder to work in. All paths are absolute, with forward slashes."""

    base: str
    """Relative paths begin here."""
    fence: str
    """Nothing outside may be asked about."""
    root: str
    """Of the project, whose rules and settings count."""


def place_of(gateway: Gateway, folder: Path, *, is_fenced: bool) -> Place:
    """The place of a folder: of the project around it, or with `is_fenced` of nothing but the folder itself."""
    base = Path(os.path.abspath(folder))  # noqa: PTH100 - `..` goes, links stay: a link is named as the user named it
    if not base.is_dir():
        raise Problem(
            f"{base} is not a folder that is there. Start the server with --root and the folder of a project."
        )
    root = gateway.files.root_of(base)
    if root in {root.parent, Path.home()}:
        raise Problem(f"{root} is no project, and too much to look at. Start the server with --root and a project.")
    return Place(base.as_posix(), (base if is_fenced else root).as_posix(), root.as_posix())


def locate(places: Sequence[Place], path: str) -> tuple[Place, str]:
    """The place that holds `path`, and the path relative to the root of its project; raises Problem.

    A path is absolute, a `file:` URI, or relative to the folder of the client or to the root of a project.
    """
    named = to_path(path) or path
    if not named.strip() or "\0" in named:
        raise Problem("The path is empty, or none: name a file of the project, such as src/app.py.")
    for place, absolute in _candidates(places, named):
        if _is_below(absolute, place.fence):
            return place, os.path.relpath(absolute, place.root).replace(os.sep, "/")
    for place, absolute in _candidates(places, named):
        # The same folder by another name, such as a link to it.
        real, fence = os.path.realpath(absolute), os.path.realpath(place.fence)
        if _is_below(real, fence) and not _is_below(absolute, place.fence):
            inside = os.path.join(place.fence, os.path.relpath(real, fence))  # noqa: PTH118 - as `abspath` above
            return place, os.path.relpath(inside, place.root).replace(os.sep, "/")
    folders = " and ".join(dict.fromkeys(place.fence for place in places))
    raise Problem(f"{path} lies outside of {folders}, and nothing outside is looked at.")


def locate_file(places: Sequence[Place], path: str) -> tuple[Place, str]:
    """The same for a file, there or not yet."""
    place, relative = locate(places, path)
    if Path(place.root, relative).is_dir():
        raise Problem(f"{path} is a folder: name a file in it, which need not be there yet.")
    return place, relative


def refuse_links_out(place: Place, path: str) -> None:
    """Raise Problem where `path`, as `locate` gave it, is a link that leads out of what may be asked about."""
    real = Path(os.path.realpath(os.path.join(place.root, path))).as_posix()  # noqa: PTH118 - as above
    if place.fence != place.root and not _is_below(real, Path(os.path.realpath(place.fence)).as_posix()):
        raise Problem(f"{path} is a link that leads out of {place.fence}, and nothing outside is looked at.")


def _candidates(places: Sequence[Place], named: str) -> list[tuple[Place, str]]:
    """What a path may mean, the most likely first; the innermost folder of several knows its files best."""
    inner = sorted(places, key=lambda place: -len(place.fence))
    if Path(named).is_absolute():
        return [(place, _normal(named)) for place in inner]
    meant = [(place, _normal(folder, named)) for place in places for folder in (place.base, place.root)]
    inside = [(place, absolute) for place, absolute in meant if _is_below(absolute, place.fence)]
    # A path that is not there yet is meant from the first folder.
    return [one for one in inside if os.path.lexists(one[1])] or inside or meant


def _normal(*parts: str) -> str:
    return Path(os.path.abspath(os.path.join(*parts))).as_posix()  # noqa: PTH100, PTH118 - as above


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
