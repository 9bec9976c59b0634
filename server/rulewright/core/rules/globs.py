"""Our glob dialect: which paths a glob matches, and which lists of globs match a path.

Paths are relative to the folder that the globs belong to, with forward slashes. The dialect in short: a glob
without a slash matches at any depth, one with a slash inside starts at the root; `**` as a whole segment
stands for any number of folders; `folder/` is all that is under it; braces expand; names with a dot in front
are ordinary names; case counts. `glob_syntax` reads a glob, `glob_problems` says what is doubtful about it.
"""

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache

from msgspec.structs import replace

from rulewright.core.rules.glob_problems import GlobProblem, refusal, remarks
from rulewright.core.rules.glob_syntax import (
    Form,
    class_end,
    read_forms,
)

__all__ = ["Glob", "GlobIndex", "GlobProblem", "GlobSet", "compile_glob", "glob_set", "split"]

_SLASHES = re.compile("//+")
_DOTS = re.compile(r"(?:\A|/)\.{1,2}(?:/|\Z)")


def split(value: str) -> list[str]:
    """The globs of a comma-separated text; a comma in braces or brackets, or escaped, belongs to its glob."""
    cuts = [-1]
    opened: list[int] = []
    i = 0
    while i < len(value):
        char = value[i]
        if char == "\\":
            i += 1
        elif char == "[":
            i = max(class_end(value, i) - 1, i)
        elif char == "{":
            opened.append(len(cuts))
        elif char == "}" and opened:
            del cuts[opened.pop() :]
        elif char == ",":
            cuts.append(i)
        i += 1
    pieces = (value[start + 1 : stop].strip() for start, stop in zip(cuts, [*cuts[1:], len(value)], strict=True))
    return [piece for piece in pieces if piece]


def plain_path(path: str) -> str | None:
    """`path` from the root, each slash once; None when it has a `.` or `..`, which no glob matches."""
    if path[:1] == "/" or "//" in path:
        path = _SLASHES.sub("/", path).removeprefix("/")
    if ("./" in path or path[-1:] == ".") and _DOTS.search(path):
        return None
    return path


class Glob:
    """A compiled glob. One that starts with `!` matches what it takes away from its list."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._body = pattern.removeprefix("!")
        self._refused = refusal(self._body)
        self.forms = () if self._refused else read_forms(self._body)

    @cached_property
    def problems(self) -> tuple[GlobProblem, ...]:
        """What is wrong or doubtful; with an `error` among them the glob is refused and matches nothing."""
        found = (self._refused,) if self._refused else remarks(self._body)
        if not self.excludes:
            return found
        return tuple(replace(each, suggestion=each.suggestion and "!" + each.suggestion) for each in found)

    @property
    def excludes(self) -> bool:
        """Whether the glob starts with `!`."""
        return self.pattern.startswith("!")

    def matches(self, path: str) -> bool:
        """Whether `path` matches."""
        plain = plain_path(path)
        return plain is not None and self.matches_plain(plain)

    def matches_plain(self, path: str) -> bool:
        """`matches`, for what `plain_path` answered."""
        for form in self.forms:  # noqa: SIM110 - half the time of `any`, and rule files are matched by the thousand
            if form.matches(path):
                return True
        return False

    def matches_caseless(self, path: str) -> bool:
        """Whether `path`, an answer of `plain_path`, would match if case did not count."""
        lowered = "/" + path.lower()
        if lowered[1:] == path and self._lowered == self._body:
            # Nothing has a case that could count. (Ranges such as `[A-z]` show theirs in the glob.)
            return False
        return any(form.could_match_caseless(lowered) and form.caseless(path) for form in self.forms)

    @cached_property
    def _lowered(self) -> str:
        return self._body.lower()


@lru_cache(maxsize=4096)
def compile_glob(pattern: str) -> Glob:
    """The glob that `pattern` is; never fails: a refused one matches nothing and says so in its problems."""
    return Glob(pattern)


class GlobSet:
    """A list of globs as one condition: some glob matches and no `!glob` does, in whatever order they stand.

    A list of excludes only means all but those; an empty list matches nothing.
    """

    def __init__(self, globs: tuple[str, ...]) -> None:
        compiled = [compile_glob(pattern) for pattern in globs]
        self.includes = tuple(glob for glob in compiled if not glob.excludes)
        self.excludes = tuple(glob for glob in compiled if glob.excludes)

    def first_match(self, path: str) -> str | None:
        """The first glob that matches `path`, or None; `""` when there are only excludes and none hits."""
        plain = plain_path(path)
        if plain is None:
            return None
        found = self.included_by(plain)
        return None if found is None or self.excluded_by(plain) else found

    def included_by(self, path: str) -> str | None:
        """The first glob that matches `path`, an answer of `plain_path`, whatever the excludes say."""
        if self.excludes and not self.includes:
            return ""
        return next((glob.pattern for glob in self.includes if glob.matches_plain(path)), None)

    def excluded_by(self, path: str) -> str | None:
        """The first `!glob` that takes away `path`, an answer of `plain_path`."""
        return next((glob.pattern for glob in self.excludes if glob.matches_plain(path)), None)

    def why_not(self, path: str) -> str | None:
        """Why `path` does not match, in a few words; None when it does."""
        plain = plain_path(path)
        if plain is None:
            return "the path has . or .. in it"
        if self.included_by(plain) is not None:
            excluded_by = self.excluded_by(plain)
            return excluded_by and f"excluded by {excluded_by}"
        if not self.includes:
            return "there are no globs"
        if not any(glob.forms for glob in self.includes):
            return "every glob is refused"
        near = next((glob.pattern for glob in self.includes if glob.matches_caseless(plain)), None)
        return f"would match without case: {near}" if near else "no glob matches"


@lru_cache(maxsize=4096)
def glob_set(globs: tuple[str, ...]) -> GlobSet:
    """The condition that a rule's globs are."""
    return GlobSet(globs)


@lru_cache(maxsize=8)
def glob_index(sets: "tuple[GlobSet, ...]") -> "GlobIndex":
    """The index of these lists. Asking for the same ones again, as most changes of rules do, gives the same."""
    return GlobIndex(sets)


class GlobIndex:
    """Many lists of globs, of which those that match a path are found without trying the others.

    Each form waits under what every path that it matches has: a folder, and a name, an extension or the part
    of a name up to its first dot. A path asks under what it has.
    """

    def __init__(self, sets: Sequence[GlobSet]) -> None:
        self._sets = tuple(sets)
        self._only_excludes = [(i, 0, "") for i, each in enumerate(sets) if each.excludes and not each.includes]
        waiting: dict[str, dict[str, dict[Form, list[tuple[int, int, str]]]]] = {"": {}}
        for number, each in enumerate(sets):
            for rank, glob in enumerate(each.includes):
                for form in glob.forms:
                    folder, tail = form.key
                    forms = waiting.setdefault(folder, {}).setdefault(tail, {})
                    forms.setdefault(form, []).append((number, rank, glob.pattern))
        self._waiting = {
            folder: {tail: tuple(forms.items()) for tail, forms in tails.items()} for folder, tails in waiting.items()
        }

    def matching(self, path: str) -> list[tuple[int, str]]:
        """The number of every list that matches `path`, ascending, each with what its `first_match` says."""
        plain = plain_path(path)
        if plain is None:
            return []
        *folders, name = plain.split("/")
        tails = ["", "/" + name]
        stem, dot, _ = name.partition(".")
        if dot:
            tails += (stem + ".", name[name.rfind(".") :])
        hits = list(self._only_excludes)
        for folder in {"", *folders} & self._waiting.keys():
            waiting = self._waiting[folder]
            for tail in tails:
                for form, hits_of_form in waiting.get(tail, ()):
                    if form.matches(plain):
                        hits += hits_of_form
        hits.sort()
        found: list[tuple[int, str]] = []
        before = -1
        for number, _, pattern in hits:
            if number != before and not (self._sets[number].excludes and self._sets[number].excluded_by(plain)):
                found.append((number, pattern))
            before = number
        return found
