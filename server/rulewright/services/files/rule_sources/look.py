"""One look at a project's folders, for all sources that want to know what lies where."""

from collections.abc import Container, Iterable
from pathlib import Path, PurePosixPath

import msgspec

from rulewright.core.frameworks import MANIFESTS, MAX_MANIFEST_BYTES
from rulewright.core.rules.foreign_names import NAMES, may_be_foreign
from rulewright.core.rules.origin import Origin
from rulewright.core.sources import LINK, Found
from rulewright.services.files.root import RULES_FOLDER
from rulewright.services.files.walk import walk

RULE_ENDINGS = (".md", ".mdc", ".markdown")
TEMPLATES = "templates"
"""A folder below a rules folder that holds no rules."""
MAX_MANIFESTS = 200


class Look(msgspec.Struct, frozen=True):
    """What was found."""

    rule_folders: tuple[str, ...]
    """Folders that hold a rules folder, relative to the root; the root among them as ``""``."""
    foreign: tuple[str, ...]
    """Paths that may be rule files of other tools, sorted."""
    manifests: tuple[str, ...]
    """Paths of files that say what a project depends on, the outermost first."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Folders with a manifest, and the root."""
        return tuple(dict.fromkeys(["", *(str(PurePosixPath(m).parent).removeprefix(".") for m in self.manifests)]))


def look(root: Path, near: Iterable[str] | None, *, gitignore: bool) -> Look:
    """Look at all folders, or with `near` at those above some paths only, which needs no walk."""
    if near is not None:
        folders = sorted({"", *(str(p) for path in near for p in PurePosixPath(path).parents if str(p) != ".")})
        manifests = [
            f"{folder}/{name}" if folder else name
            for folder in folders
            for name in MANIFESTS
            if (root / folder / name).is_file()
        ]
        own = tuple(f for f in folders if (root / f / RULES_FOLDER).is_dir())
        return Look(own, _foreign_near(root, folders), _outermost(manifests))
    # The root's own folder counts even where git ignores it: people keep personal rules there.
    found, manifests = {""}, []
    foreign = set(_foreign_near(root, [""]))
    for entry in walk(root, gitignore=gitignore):
        # Teams link one text to the names that tools look for.
        if may_be_foreign(entry.path) and (isinstance(entry, Found) or entry.reason == LINK):
            foreign.add(entry.path)
        if isinstance(entry, Found):
            folder = rules_folder_of(entry.path)
            if folder is not None:
                found.add(folder)
            elif entry.path.rpartition("/")[2] in MANIFESTS:
                manifests.append(entry.path)
    return Look(tuple(sorted(found)), tuple(sorted(foreign)), _outermost(manifests))


def _foreign_near(root: Path, folders: Iterable[str]) -> tuple[str, ...]:
    """What other tools may read in some folders."""
    there = [folder for folder in folders if any((root / folder / name).exists() for name in NAMES)]
    if not there:
        return ()
    from rulewright.services.files.rule_sources.foreign import foreign_paths  # noqa: PLC0415 - most runs do without

    return tuple(sorted(path for folder in there for path in foreign_paths(root, folder)))


def foreign_files(root: Path, *, gitignore: bool) -> tuple[str, ...]:
    """Paths that may be rule files of other tools."""
    return look(root, None, gitignore=gitignore).foreign


def is_new_or_gone(root: str, path: str, known: Container[str]) -> bool:
    """Whether `path`, which has changed, is a rule file of another tool that was made or removed."""
    if not may_be_foreign(path):
        return False
    from rulewright.core.rules.formats import claim  # noqa: PLC0415 - most runs do without

    return claim(path) is not None and (path not in known or not Path(root, path).exists())


def read_manifests(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """The texts of manifests by path; those that cannot be read, or are too large to be one, are left out."""
    texts = {}
    for path in paths:
        try:
            if (root / path).stat().st_size <= MAX_MANIFEST_BYTES:
                texts[path] = (root / path).read_text("utf-8", "replace")
        except OSError:
            continue
    return texts


def rules_folder_of(path: str) -> str | None:
    """The folder that holds the `.ai-rules/` which `path` lies in, relative to the root; None outside of one."""
    if RULES_FOLDER not in path:
        # So it is for nearly all files of a project, each of which is asked for.
        return None
    parts = PurePosixPath(path).parts
    if RULES_FOLDER not in parts[:-1]:
        return None
    return "/".join(parts[: parts.index(RULES_FOLDER)])


def is_rule_file(path: str) -> bool:
    """Whether a path relative to the root is that of a rule file. In `templates/` are no rules."""
    folder = rules_folder_of(path)
    if folder is None:
        return False
    below = path[len(f"{folder}/{RULES_FOLDER}/" if folder else f"{RULES_FOLDER}/") :]
    return is_rule_name(below) and not below.startswith("templates/")


def is_rule_name(below: str) -> bool:
    """Whether a path below a rules folder is that of a rule. `README.md` is for people, not a rule."""
    name = below.rpartition("/")[2]
    return (
        below.lower().endswith(RULE_ENDINGS)
        and not name.startswith(".")
        and name.lower() != "readme.md"
        and below.partition("/")[0] != TEMPLATES
    )


def names_below(top: Path) -> list[str]:
    """Paths below a rules folder of what may be rule files, links among them; empty where there is no such folder."""
    if not top.is_dir():
        return []
    # Teams link one rule into many places; where a link leads is looked at when it is read.
    entries = walk(top, gitignore=False)
    return [e.path for e in entries if (isinstance(e, Found) or e.reason == LINK) and is_rule_name(e.path)]


def relative(root: Path, path: Path) -> str:
    """A path as a rule shows it: relative to the root where it lies inside, else absolute."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(paths, key=lambda p: (p.count("/"), p))[:MAX_MANIFESTS])


class Home(msgspec.Struct, frozen=True):
    """Where a rule file lies, and the folders that links may not lead out of."""

    path: Path
    top: Path
    """Of the file itself."""
    beside: Path | None
    """Of files that it names; None where it may name none."""
    named: str = RULES_FOLDER
    """What `beside` is called in a sentence."""


Origins = Iterable[Origin]
