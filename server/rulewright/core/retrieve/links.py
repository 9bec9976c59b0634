"""Which files define which names, and which use them: counted once for all files, then kept by each change.

It is what a place is ranked by (how rare a name is) and what the map of a repository is drawn from (who uses whom).
Names and files are numbers inside; a file takes some bytes for each name that it defines or uses.
"""

import re
import sys
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

import msgspec

from rulewright.core.index.symbols import Import
from rulewright.core.retrieve.position import MAX_DEFINERS, Definer, Spread

SHORTEST = 2
_TOP, _EXPORTED = 1, 2
_SIGNS = "$@?!=#"
_NOTHING: frozenset[str] = frozenset()
_PARTS = re.compile(r"[\w-]+")
_ENDING = re.compile(r"\.(?:[cm]?[jt]sx?|dart|rb|php|h|hpp|vue|svelte)$")


class Defined(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A name as a file defines it, once a name and file."""

    name: str
    is_top: bool
    is_exported: bool


class _Named(Protocol):
    """What a record and an outline have of a definition."""

    @property
    def name(self) -> str: ...

    @property
    def parent(self) -> int: ...

    @property
    def exported(self) -> bool: ...


def defined_in(symbols: Iterable[_Named]) -> list[Defined]:
    """The names of a file, each once."""
    return once((s.name, s.parent < 0, s.exported) for s in symbols)


def once(found: Iterable[tuple[str, bool, bool]]) -> list[Defined]:
    """Each name once, from names with whether they are at the top and exported."""
    names: dict[str, tuple[bool, bool]] = {}
    for name, is_top, is_exported in found:
        before = names.get(name, (False, False))
        names[name] = before[0] or is_top, before[1] or is_exported
    return [Defined(name, *flags) for name, flags in names.items()]


def imported_in(imports: Iterable[Import]) -> set[str]:
    """The names that imports bring in, and the last parts of the modules that they name."""
    found: set[str] = set()
    for one in imports:
        parts = _PARTS.findall(_ENDING.sub("", one.module))
        found.update(part for part in (*parts[-1:], one.name) if part)
    return found


def bare(name: str) -> str:
    """A name without the signs that the words of a file do not have: `$state`, `empty?`."""
    return name.strip(_SIGNS)


class Links:
    """See the module. Files are put with what they define first, and get their words when all are there."""

    def __init__(self) -> None:
        self.version = 0
        """Another one after each change."""
        self._numbers: dict[str, int] = {}
        self._bare: dict[str, list[int]] = {}
        """Names with signs, such as `$state` and `empty?`, by what words have of them."""
        self._definers: list[dict[str, int]] = []
        """By a name's number: files, with whether the name is at the top and exported there."""
        self._uses: array[int] = array("I")
        """By a name's number: files that use it."""
        self._spreads: dict[str, Spread] = {}
        """What was asked for since something changed last."""
        self._files_named: dict[str, dict[str, None]] = {}
        self._defined: dict[str, array[int]] = {}
        self._brought: dict[str, frozenset[str]] = {}
        self._used: dict[str, array[int]] = {}

    def __len__(self) -> int:
        """Files."""
        return len(self._defined)

    def __contains__(self, path: object) -> bool:
        """Whether it has a file."""
        return path in self._defined

    def paths(self) -> Iterable[str]:
        """The files."""
        return self._defined.keys()

    def define(self, path: str, defined: Iterable[Defined]) -> list[str]:
        """Take what a file defines; the names that no file defined before. What it uses is forgotten."""
        self.drop(path)
        self._files_named.setdefault(path.rpartition("/")[2], {})[path] = None
        new: list[str] = []
        numbers = set()
        for one in defined:
            if len(one.name) < SHORTEST:
                continue
            number = self._numbers.get(one.name)
            if number is None:
                number = self._numbers[one.name] = len(self._definers)
                self._definers.append({})
                self._uses.append(0)
                if (word := bare(one.name)) != one.name:
                    self._bare.setdefault(word, []).append(number)
            files = self._definers[number]
            if not files:
                new.append(one.name)
            files[path] = files.get(path, 0) | one.is_top * _TOP | one.is_exported * _EXPORTED
            numbers.add(number)
        self._defined[path] = array("I", sorted(numbers))
        return new

    def use(self, path: str, words: Iterable[str], brought: Iterable[str] = ()) -> None:
        """Take the words of a file that has been put, and what its imports name (`imported_in`).

        Words that no file defines are passed over.
        """
        self._changed()
        numbers, signed = self._numbers, self._bare
        found = set()
        for word in words:
            if (number := numbers.get(word)) is not None:
                found.add(number)
            if word in signed:
                found.update(signed[word])
        used = array("I", sorted(found))
        self._forget_uses(path)
        self._brought[path] = frozenset(map(sys.intern, brought))
        self._used[path] = used
        for number in used:
            self._uses[number] += 1

    def brought(self, path: str) -> frozenset[str]:
        """The names, and the last parts of the modules, that a file imports."""
        return self._brought.get(path, _NOTHING)

    def use_also(self, name: str, paths: Iterable[str]) -> None:
        """Take the files that use a name which is new."""
        self._changed()
        number = self._numbers.get(name)
        if number is None:
            return
        for path in paths:
            used = self._used.get(path)
            if used is not None and number not in used:
                used.append(number)
                self._uses[number] += 1

    def drop(self, path: str) -> None:
        """Forget a file."""
        self._changed()
        self._files_named.get(path.rpartition("/")[2], {}).pop(path, None)
        for number in self._defined.pop(path, ()):
            self._definers[number].pop(path, None)
        self._forget_uses(path)

    def spread(self, names: Iterable[str]) -> dict[str, Spread]:
        """How names are spread; those that nothing defines are left out."""
        found = {}
        for name in names:
            spread = self._spreads.get(name)
            if spread is None and (number := self._numbers.get(name)) is not None:
                spread = self._spreads[name] = self._spread(number)
            if spread is not None and spread.n_definers:
                found[name] = spread
        return found

    def _spread(self, number: int) -> Spread:
        files = self._definers[number]
        listed = sorted(files.items()) if len(files) <= MAX_DEFINERS else ()
        definers = tuple(Definer(path, bool(flags & _TOP), bool(flags & _EXPORTED)) for path, flags in listed)
        return Spread(definers, len(files), self._uses[number])

    def ending(self, suffix: str) -> list[str]:
        """The files whose path is `suffix` or ends with a slash and `suffix`, in order."""
        same = self._files_named.get(suffix.rpartition("/")[2], ())
        return sorted(path for path in same if path == suffix or path.endswith("/" + suffix))

    def edges(self, max_definers: int) -> Iterator[tuple[str, Mapping[str, int], Collection[str]]]:
        """Each name that at most so many files define: the name, its definers, and the files that use it."""
        users: dict[int, list[str]] = {}
        wanted = bytearray(0 < len(files) <= max_definers for files in self._definers)
        for path in sorted(self._used):
            for number in self._used[path]:
                if wanted[number]:
                    users.setdefault(number, []).append(path)
        for name in sorted(self._numbers):
            number = self._numbers[name]
            if wanted[number]:
                yield name, self._definers[number], users.get(number, ())

    def _changed(self) -> None:
        self.version += 1
        self._spreads.clear()

    @staticmethod
    def is_top(flags: int) -> bool:
        """Whether a definer, as `edges` has it, defines the name at its top."""
        return bool(flags & _TOP)

    def defined(self, path: str) -> Sequence[str]:
        """The names that a file defines; for tests."""
        wanted = set(self._defined.get(path, ()))
        return sorted(name for name, number in self._numbers.items() if number in wanted)

    def _forget_uses(self, path: str) -> None:
        self._brought.pop(path, None)
        for number in self._used.pop(path, ()):
            self._uses[number] -= 1
