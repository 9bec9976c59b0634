"""What the rule files of a project look like from outside: enough to know that none changed, without reading."""

import os
from collections.abc import Hashable, Iterator
from pathlib import Path

from rulewright.core.sources import LINK, Found
from rulewright.services.files.root import RULES_FOLDER
from rulewright.services.files.rule_files import ProjectRuleFiles
from rulewright.services.files.walk import walk

SHIPPED = {"default", "framework"}
"""Sources of our own, whose files change with the program only."""


def stamp(files: ProjectRuleFiles) -> Hashable:
    """Equal to an earlier one where no rule file came, went or was written since, nor a file that one may name.

    Costs a walk of the project. Two writes of the same length within one tick of the disk's clock look like one.
    """
    origins = files.list()
    paths: list[Path] = []
    beside: set[Path] = set()
    for origin in origins:
        if origin.source in SHIPPED:
            continue
        try:
            home = files.sources[origin.source].home(origin)
        except OSError:
            continue
        paths.append(home.path)
        if home.beside is not None:
            beside.add(home.beside)
    for folder in sorted(beside):
        paths += _below(folder)
    return tuple(origin.path for origin in origins), tuple(_look(path) for path in paths)


def _below(folder: Path) -> Iterator[Path]:
    for entry in walk(folder, gitignore=folder.name != RULES_FOLDER):
        if isinstance(entry, Found) or entry.reason == LINK:
            yield folder / entry.path


def _look(path: Path) -> tuple[str, int, int, int]:
    try:
        info = os.stat(path)  # noqa: PTH116 - as in `read`
    except OSError as error:
        return str(path), -1, error.errno or 0, 0
    return str(path), info.st_size, info.st_mtime_ns, info.st_ino
