"""What is known of another tool's rule files: where they stand, their keys, and how they come into play."""

from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.globs import compile_glob

Unscoped = Literal["always", "description", "manual"]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Files of one name, or all files below a folder of one name."""

    path: str
    """From the folder that the rules are about; a folder where there are `endings`."""
    endings: tuple[str, ...] = ()
    """How the names of rule files below a folder end, in lower case."""
    anywhere: bool = False
    """Also in folders of the project, and then about these alone."""
    unless: tuple[str, ...] = ()
    """Does not count beside any of these paths."""
    needs: str = ""
    """Counts only where the project's root holds this."""
    mode: str = ""
    """A part of the tool that such files are for; `*`: the name of the folder says it."""
    imports: bool = False
    """Whether the text may pull in other files."""


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """How a rule comes into play, in our terms."""

    globs: tuple[str, ...] = ()
    """In our dialect, relative to the folder of the rule."""
    written: tuple[str, ...] = ()
    """The same as the tool's users write them."""
    always: bool = False
    """Applies everywhere in its folder, whatever its globs say."""
    unscoped: Unscoped = "always"
    """How it comes into play without globs."""


ALWAYS = Activation(always=True)
MANUAL = Activation(unscoped="manual")

Read = Callable[[Fields, str], Activation]
"""Reads the keys of one file. The second argument is its `mode`."""


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """The rule files of one tool."""

    name: str
    title: str
    places: tuple[Place, ...]
    read: Read
    keys: Mapping[str, str] = {}
    """What may stand in the front matter, with its meaning."""
    kept: frozenset[str] = frozenset()
    """Keys that mean nothing to us and are no mistake."""
    max_chars: int = 0
    """Characters of a file that the tool reads; 0 where no limit is known."""
    url: str = ""
    """Where its makers describe it."""


class Claim(msgspec.Struct, frozen=True):
    """A path as a rule file of some format."""

    format: Format
    place: Place
    folder: str
    """The folder that the rule is about, relative to the root."""
    below: str
    """Path below the folder of rules, or the name of the file."""
    mode: str = ""

    @property
    def name(self) -> str:
        """The default id of the rule: its folder, the format, and what tells it from others of these."""
        folder = [self.folder] if self.folder else []
        return "/".join([*folder, self.format.name, *self._which(), *self._inner()])

    def _inner(self) -> list[str]:
        return [_plain(self.below, self.place.endings)] if self.place.endings else []

    def _which(self) -> list[str]:
        """Nothing for the place that the tool is known for."""
        alike = [place for place in self.format.places if bool(place.endings) == bool(self.place.endings)]
        if self.place is alike[0]:
            return []
        if self.place.endings:
            return [self.mode or self.place.path.partition("/")[0].strip(".")]
        return [self.below.strip(".").removesuffix(".md").replace("/", "-")]


def _plain(below: str, endings: tuple[str, ...]) -> str:
    lowered = below.lower()
    ending = max((e for e in endings if lowered.endswith(e)), key=len, default="")
    return below[: len(below) - len(ending)] if ending else below


def globs_of(fields: Fields, key: str, divide: Callable[[str], list[str]], rewrite: Callable[[str], str]) -> Activation:
    """The globs of a key, split and rewritten to our dialect; each doubt about one is reported at its place."""
    written = fields.strings(key, divide)
    for glob in written:
        for found in compile_glob(glob).problems:
            fields.report_glob(found, key, glob, divide)
    return Activation(globs=tuple(_excluding(rewrite, glob) for glob in written), written=written, unscoped="manual")


def _excluding(rewrite: Callable[[str], str], glob: str) -> str:
    return "!" + rewrite(glob[1:]) if glob.startswith("!") else rewrite(glob)


def unchanged(glob: str) -> str:
    """A glob that means the same in our dialect."""
    return glob


def anchored(glob: str) -> str:
    """A glob that without a slash matches in the outermost folder alone, as in picomatch and minimatch."""
    bare = glob.removeprefix("./")
    return bare if "/" in bare or bare == "**" else f"/{bare}"


def floating(glob: str) -> str:
    """A glob that matches at any depth unless it starts with `/`, as in VS Code's instructions."""
    return glob if glob.startswith(("/", "**/")) or glob == "**" else f"**/{glob}"


def whole(text: str) -> list[str]:
    """A text that is one glob, commas and all."""
    return [text.strip()] if text.strip() else []


def by_description(fields: Fields) -> Unscoped:
    """A rule that a model may ask for where it says what it is about, and a person has to otherwise."""
    return "description" if fields.text("description") else "manual"
