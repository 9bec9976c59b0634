"""Guidance that packages ship: which of their files it is, and what a user has allowed.

The conventions are those of `usage_rules` (Elixir), of agent skills in wheels, and of skills in npm packages.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

Ecosystem = Literal["python", "npm", "hex"]
ECOSYSTEMS: tuple[Ecosystem, ...] = ("python", "npm", "hex")

LANGUAGES: dict[Ecosystem, tuple[str, ...]] = {
    "python": ("python",),
    "npm": ("javascript", "typescript", "tsx"),
    "hex": ("elixir",),
}
"""What the guidance of a package is about, where it does not say so itself."""

SKILL = "SKILL.md"
_GUIDANCE = re.compile(
    r"(?:usage-rules\.md|usage-rules/(?:[^/]+/){0,4}[^/]+\.md|(?:\.agents/)?skills/(?:[^/]+/){1,4}SKILL\.md)"
)
MAX_FILES = 100
"""Of one package."""


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """An installed package that ships guidance."""

    ecosystem: Ecosystem
    name: str
    version: str
    folder: str
    """Where it is installed, relative to the project's root: its guidance is about what lies below."""
    home: str
    """The absolute folder that its files lie in."""
    files: tuple[tuple[str, int], ...]
    """Path below `home` and bytes of each file, sorted."""

    @property
    def key(self) -> str:
        """As a setting names it."""
        return f"{self.ecosystem}/{self.name}"

    @property
    def n_bytes(self) -> int:
        """Of all files."""
        return sum(size for _, size in self.files)


def guidance(paths: Iterable[str], below: int = 0) -> list[str]:
    """Those of a package's files, by path with forward slashes, that are guidance; `below` so many folders at most."""
    found = []
    for path in paths:
        parts = path.split("/")
        if ".." in parts:
            continue
        if any(_GUIDANCE.fullmatch("/".join(parts[skip:])) for skip in range(min(below, len(parts) - 1) + 1)):
            found.append(path)
    return sorted(found)[:MAX_FILES]


def rule_path(package: Package, path: str) -> str:
    """The path below its source that names a rule: `npm/zod/usage-rules.md`."""
    parts = path.split("/")
    starts = (skip for skip in range(len(parts)) if _GUIDANCE.fullmatch("/".join(parts[skip:])))
    inner = "/".join(parts[next(starts, 0) :])
    inner = inner.removeprefix(".agents/")
    return f"{package.key}/{inner.removesuffix('/' + SKILL) + '.md' if inner.endswith(SKILL) else inner}"


def is_allowed(package: Package, allowed: Sequence[str]) -> bool:
    """Whether a user's list names a package: by its name, a distribution's in any spelling, or as `npm/zod`."""
    wanted = names_allowed(package.ecosystem, allowed)
    return package.name in (map(python_name, wanted) if package.ecosystem == "python" else wanted)


def names_allowed(ecosystem: Ecosystem, allowed: Iterable[str]) -> tuple[str, ...]:
    """The names that a list may mean in one ecosystem."""
    names = []
    for entry in allowed:
        first, _, rest = entry.partition("/")
        if first in ECOSYSTEMS and rest:
            if first == ecosystem:
                names.append(rest)
        else:
            names.append(entry)
    return tuple(dict.fromkeys(names))


def python_name(name: str) -> str:
    """A distribution's name as PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()
